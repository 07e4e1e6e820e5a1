"""Effective coefficients of beams and plates."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from phasefield import flexocoupling as flexo
from phasefield.errors import CaseError, MaterialError
from phasefield.flexocoupling.bending import beam_cubic, plate_cubic
from phasefield.flexocoupling.orientation import parse_orientation
from phasefield.materials import stability
from phasefield.tensors import (
    cubic_gradient,
    cubic_stiffness,
    flexo_tensor,
    rotate4,
    voigt_stiffness,
    voigt_to_strain,
)

number = st.floats(-20.0, 20.0)
SET_C = (320e9, 102e9, 123e9)
SET_F = (2.5, 1.5, 0.5)


@pytest.mark.parametrize(
    ("body", "value"),
    [(flexo.beam, 0.53317536), (flexo.plate, 0.70312500), (flexo.biaxial, 1.40625000)],
)
def test_benchmark_set(body, value):
    assert body(flexo_tensor(*SET_F), cubic_stiffness(*SET_C)) == pytest.approx(value, rel=1e-8)


@given(st.tuples(number, number, number))
def test_closed_forms_in_cube_axes(constants):
    f11, f12, _ = constants
    C11, C12, _ = SET_C
    t = C12 / (C11 + C12)
    f, C = flexo_tensor(*constants), cubic_stiffness(*SET_C)
    assert flexo.beam(f, C) == pytest.approx(beam_cubic(f11, f12, t), abs=1e-9)
    assert flexo.plate(f, C) == pytest.approx(plate_cubic(f11, f12, t), abs=1e-9)
    assert flexo.biaxial(f, C) == pytest.approx(2 * plate_cubic(f11, f12, t), abs=1e-9)


@given(st.integers(0, 2**32 - 1), number)
@settings(max_examples=30)
def test_bending_is_blind_to_a_multiple_of_the_stiffness(seed, factor):
    """f + lambda C polarizes no body in equilibrium without body force, in any orientation."""
    R = Rotation.random(rng=seed).as_matrix()
    C = rotate4(cubic_stiffness(*SET_C), R)
    f = rotate4(flexo_tensor(*SET_F), R)
    shifted = f + factor * C / SET_C[0]
    for body in (flexo.beam, flexo.plate, flexo.biaxial):
        assert body(shifted, C) == pytest.approx(body(f, C), rel=1e-9, abs=1e-9)


def test_free_stresses_vanish_in_a_turned_beam():
    """The strain ratios behind `beam` come from sigma_xx alone: compare with an explicit solve."""
    R = parse_orientation("1-10,111")
    C = rotate4(cubic_stiffness(*SET_C), R)
    f = rotate4(flexo_tensor(*SET_F), R)
    strain = np.linalg.solve(voigt_stiffness(C), np.array([1.0, 0, 0, 0, 0, 0]))
    tensor = voigt_to_strain(strain / strain[0])
    assert flexo.beam(f, C) == pytest.approx(np.einsum("ij,ij->", f[:, :, 2, 2], tensor))


def test_isotropic_body_bends_alike_in_every_orientation():
    C, f = cubic_stiffness(3.0, 1.0, 1.0), flexo_tensor(2.5, 1.5, 0.5)
    R = parse_orientation("11-2,111")
    for body in (flexo.beam, flexo.plate, flexo.biaxial):
        assert body(rotate4(f, R), rotate4(C, R)) == pytest.approx(body(f, C))


def test_orientation_puts_the_named_directions_along_the_lab_axes():
    R = parse_orientation("[1-10], [111]")
    np.testing.assert_allclose(R @ [1, 0, 0], np.array([1, -1, 0]) / np.sqrt(2))
    np.testing.assert_allclose(R @ [0, 0, 1], np.ones(3) / np.sqrt(3))


@pytest.mark.parametrize("text", ["110", "110,001,010", "11,001", "1100,001", "a,b", ""])
def test_wrong_orientation_is_refused(text):
    with pytest.raises(MaterialError, match="along x"):
        parse_orientation(text)


def test_orientation_must_be_orthogonal():
    with pytest.raises(CaseError, match="enclose"):
        parse_orientation("110,100")


@given(number)
@settings(max_examples=15)
def test_common_shift_of_f11_and_f12_is_invisible_to_transverse_polarization(shift):
    C, G = cubic_stiffness(*SET_C), cubic_gradient(2e-10, 0.0, 1e-10, 1e-10)
    bound = stability.flexo_bound(C, flexo_tensor(*SET_F), G, transverse=True).scale
    f = flexo_tensor(SET_F[0] + shift, SET_F[1] + shift, SET_F[2])
    assert stability.flexo_bound(C, f, G, transverse=True).scale == pytest.approx(bound, rel=1e-6)


# --- stacks of layers -----------------------------------------------------------------------------


@pytest.mark.parametrize(("free", "body"), [((0, 1, 2), flexo.beam), ((0,), flexo.plate)])
def test_one_layer_alone(free, body):
    """kappa = 12 f_eff P/(Y h^2), Y = 1/S11 of a beam and C11 - C12^2/C11 of a plate; split in two, the same."""
    f, C = flexo_tensor(*SET_F), cubic_stiffness(*SET_C)
    C11, C12, _ = SET_C
    Y = {flexo.beam: C11 - 2 * C12**2 / (C11 + C12), flexo.plate: C11 - C12**2 / C11}[body]
    h, P = 70e-9, 1e-3
    stack = flexo.Laminate([flexo.Layer(h, C)], free)
    assert stack.actuated(0, f, P)[0] == pytest.approx(12 * body(f, C) * P / (Y * h**2))
    assert stack.bending_stiffness() == pytest.approx(Y * h**3 / 12)
    assert stack.field(0, f) == pytest.approx(body(f, C))
    halves = flexo.Laminate([flexo.Layer(h / 2, C)] * 2, free)
    assert halves.actuated(0, f, P) == pytest.approx(stack.actuated(0, f, P) / 2, abs=1e-9)


def test_two_layers_bend_about_their_common_neutral_axis():
    """Isotropic layers with nu = 0: the textbook stiffness of a bimetal strip."""
    (E1, h1), (E2, h2) = (100e9, 30e-9), (300e9, 10e-9)
    stack = flexo.Laminate([flexo.Layer(h, cubic_stiffness(E, 0.0, E / 2)) for E, h in ((E1, h1), (E2, h2))])
    shift = (h1 + h2) / 2
    series = E1 * h1 * E2 * h2 / (E1 * h1 + E2 * h2)
    assert stack.bending_stiffness() == pytest.approx((E1 * h1**3 + E2 * h2**3) / 12 + series * shift**2)


def test_direct_and_converse_effect_of_a_stack_are_reciprocal():
    """D* kappa/P = h dE/dkappa, also for a turned crystal and layers that bend differently about y."""
    R = parse_orientation("1-10,111")
    f, C = rotate4(flexo_tensor(*SET_F), R), rotate4(cubic_stiffness(*SET_C), R)
    layers = [flexo.Layer(20e-9, cubic_stiffness(166e9, 64e9, 80e9)), flexo.Layer(30e-9, C)]
    for free in ((0, 1, 2), (0, 1), (0,)):
        stack = flexo.Laminate(layers, free)
        moment = stack.bending_stiffness() * stack.actuated(1, f, 1.0)[0]
        assert moment == pytest.approx(layers[1].thickness * stack.field(1, f))
