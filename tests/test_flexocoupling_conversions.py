"""Conversions of flexoelectric coefficients: round trips, symmetry, invariants on random tensors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from phasefield import flexocoupling as flexo
from phasefield.errors import MaterialError
from phasefield.flexocoupling.indices import ORDERS
from phasefield.tensors import flexo_tensor, rotate4
from phasefield.units import EPSILON_0

number = st.floats(-50.0, 50.0)
cubics = st.builds(flexo.Cubic, number, number, number)
rank4 = arrays(float, (3, 3, 3, 3), elements=number)
rotations = st.integers(0, 2**32 - 1).map(lambda seed: Rotation.random(rng=seed).as_matrix())


def symmetric_last(T):
    return 0.5 * (T + np.swapaxes(T, 2, 3))


def close(a, b):
    np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-9)


# --- symmetrized and unsymmetrized strain ---------------------------------------------------------


@given(rank4)
def test_symmetrized_round_trip(raw):
    mu = symmetric_last(raw)
    g = flexo.symmetrized(mu)
    close(g, symmetric_last(g))
    close(flexo.unsymmetrized(g), mu)


@given(rank4)
def test_unsymmetrized_round_trip(raw):
    g = symmetric_last(raw)
    mu = flexo.unsymmetrized(g)
    close(mu, symmetric_last(mu))
    close(flexo.symmetrized(mu), g)


@given(rank4, arrays(float, (3, 3, 3), elements=number))
def test_both_give_the_same_polarization(raw, second):
    """u_b = 1/2 nu_bcd r_c r_d has d_c d_d u_b = nu_bcd and d_b eps_cd = (nu_cdb + nu_dcb)/2."""
    mu = symmetric_last(raw)
    nu = 0.5 * (second + np.swapaxes(second, 1, 2))
    gradient = 0.5 * (np.einsum("cdb->bcd", nu) + np.einsum("dcb->bcd", nu))
    from_mu = np.einsum("abcd,bcd->a", mu, nu)
    from_g = np.einsum("abcd,bcd->a", flexo.symmetrized(mu), gradient)
    np.testing.assert_allclose(from_g, from_mu, rtol=1e-9, atol=1e-6)


@given(rank4, rotations)
def test_symmetrization_commutes_with_rotation(raw, R):
    mu = symmetric_last(raw)
    turned = flexo.symmetrized(rotate4(mu, R))
    np.testing.assert_allclose(turned, rotate4(flexo.symmetrized(mu), R), atol=1e-9)


@given(cubics)
def test_cubic_relations_are_the_general_ones(mu):
    g = flexo.symmetrized_cubic(mu)
    close(flexo.symmetrized(mu.tensor()), g.tensor())
    close(flexo.unsymmetrized_cubic(g), mu)


# --- L1, L2, T ------------------------------------------------------------------------------------


@given(cubics)
def test_longitudinal_round_trip(c):
    close(flexo.from_longitudinal(flexo.longitudinal(c)), c)


@given(cubics)
def test_longitudinal_components_agree_for_both_strains(mu):
    from_mu = flexo.longitudinal(mu)
    from_g = flexo.longitudinal(flexo.symmetrized_cubic(mu))
    close(from_g, (from_mu.L1, from_mu.L2, -2.0 * from_mu.T))


@given(cubics, rotations)
def test_longitudinal_response_along_any_direction(c, R):
    n = R[:, 0]
    L1, L2, _ = flexo.longitudinal(c)
    response = rotate4(c.tensor(), R)[0, 0, 0, 0]
    assert response == pytest.approx(L2 + (L1 - L2) * np.sum(n**4), abs=1e-9)


# --- rotation -------------------------------------------------------------------------------------


@given(cubics, st.floats(-4.0, 4.0))
def test_rotation_about_a_cube_axis_is_the_general_one(c, angle):
    R = Rotation.from_euler("z", angle).as_matrix()
    turned = rotate4(c.tensor(), R)
    components = [turned[0, 0, 0, 0], turned[0, 0, 1, 1], turned[0, 1, 1, 0]]
    close(flexo.rotated_about_cube_axis(c, angle), components)
    assert turned[0, 0, 2, 2] == pytest.approx(c.c1122, abs=1e-9)
    assert turned[2, 0, 0, 2] == pytest.approx(c.c1221, abs=1e-9)


@given(cubics)
def test_rotation_by_45_degrees_mixes_L1_and_L2_evenly(c):
    L1, L2, _ = flexo.longitudinal(c)
    assert flexo.rotated_about_cube_axis(c, np.pi / 4).c1111 == pytest.approx(0.5 * (L1 + L2))


def test_isotropic_coefficients_do_not_turn():
    c = flexo.Cubic(1.0 + 2 * 0.3, 1.0, 0.3)
    close(flexo.rotated_about_cube_axis(c, 0.7), c)


# --- electric boundary conditions -----------------------------------------------------------------


@given(number, st.floats(1.01, 1e4))
def test_electric_boundary_conditions_round_trip(mu, eps_r):
    at_E = flexo.fixed_field(mu, eps_r)
    assert flexo.fixed_displacement(at_E, eps_r) == pytest.approx(mu)
    f = flexo.coupling(at_E, eps_r)
    assert flexo.coefficient(f, eps_r) == pytest.approx(at_E)
    assert flexo.coupling_from_fixed_displacement(mu, eps_r) == pytest.approx(f)


def test_fixed_displacement_follows_from_the_couplings_energy():
    """P = chi (f deps + E eps0) with D = eps0 E + P = 0 leaves P = mu_D deps."""
    f, eps_r, gradient = -13.5, 310.0, 1e6
    chi = eps_r - 1.0
    E = -chi * f * gradient / (1.0 + chi)
    P = EPSILON_0 * chi * (f * gradient + E)
    mu_D = flexo.fixed_displacement(flexo.coefficient(f, eps_r), eps_r)
    assert pytest.approx(mu_D * gradient) == P
    assert pytest.approx(-flexo.deformation_potential(mu_D) * gradient) == E


# --- index orders ---------------------------------------------------------------------------------


@given(rank4, st.sampled_from(ORDERS), st.sampled_from(ORDERS))
def test_index_orders_round_trip(T, source, target):
    np.testing.assert_array_equal(flexo.reorder(flexo.reorder(T, source, target), target, source), T)


def test_index_orders_of_the_literature():
    f = flexo_tensor(1.0, 2.0, 3.0)
    field = flexo.reorder(f, "energy", "field")
    assert (field[0, 0, 0, 0], field[0, 1, 1, 0], field[0, 0, 1, 1]) == (1.0, 2.0, 3.0)
    assert field[0, 1, 0, 1] == 3.0
    hong = flexo.reorder(f, "energy", "hong")
    assert (hong[0, 0, 0, 0], hong[0, 0, 1, 1], hong[0, 1, 1, 0]) == (1.0, 2.0, 3.0)
    np.testing.assert_array_equal(hong, flexo.Cubic(1.0, 2.0, 3.0).tensor())


@given(rank4, arrays(float, (3, 3, 3), elements=number))
@settings(max_examples=30)
def test_index_orders_give_the_same_field(T, raw):
    """d[i, j, l] = d_l eps_ij in every order of the coefficient."""
    d = 0.5 * (raw + np.swapaxes(raw, 0, 1))
    E = np.einsum("ijkl,ijl->k", T, d)
    field = np.einsum("ijkl,jkl->i", flexo.reorder(T, "energy", "field"), d)
    hong = np.einsum("pgij,ijg->p", flexo.reorder(T, "energy", "hong"), d)
    np.testing.assert_allclose(field, E, rtol=1e-9, atol=1e-6)
    np.testing.assert_allclose(hong, E, rtol=1e-9, atol=1e-6)


def test_unknown_index_order_is_refused():
    with pytest.raises(MaterialError, match='did you mean "hong"'):
        flexo.reorder(np.zeros((3, 3, 3, 3)), "energy", "hongg")
