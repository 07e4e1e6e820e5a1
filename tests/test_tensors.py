"""Index orders, constructors, Voigt maps and rotations of `phasefield.tensors`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.transform import Rotation

from phasefield import tensors
from phasefield.errors import CaseError

number = st.floats(-10.0, 10.0)
vector = arrays(float, 3, elements=number)
matrix = arrays(float, (3, 3), elements=number)
rotations = st.integers(0, 2**32 - 1).map(lambda seed: Rotation.random(rng=seed).as_matrix())


def flexo_field(f, strain_gradient):
    """E_k = f_ijkl d_l eps_ij with strain_gradient[i, j, l] = d_l eps_ij."""
    return np.einsum("ijkl,ijl->k", f, strain_gradient)


# --- index order ----------------------------------------------------------------------------------


def test_flexo_tensor_transverse_gradient_alone():
    kappa = 2.5e6
    gradient = np.zeros((3, 3, 3))
    gradient[1, 1, 0] = kappa  # eps_22 = kappa x1
    E = flexo_field(tensors.flexo_tensor(1.0, 3.32, 0.045), gradient)
    np.testing.assert_allclose(E, [3.32 * kappa, 0.0, 0.0], rtol=1e-15)


def test_flexo_tensor_shear_gradient_alone():
    kappa = 2.5e6
    gradient = np.zeros((3, 3, 3))
    gradient[0, 1, 1] = gradient[1, 0, 1] = kappa  # eps_12 = kappa x2
    E = flexo_field(tensors.flexo_tensor(1.0, 3.32, 0.045), gradient)
    np.testing.assert_allclose(E, [2.0 * 0.045 * kappa, 0.0, 0.0], rtol=1e-15)


@given(arrays(float, (3, 3, 3), elements=number), st.tuples(number, number, number))
def test_flexo_field_formula(raw, constants):
    d = 0.5 * (raw + np.swapaxes(raw, 0, 1))  # d[i, j, l] = d_l eps_ij
    f11, f12, f44 = constants
    E = flexo_field(tensors.flexo_tensor(*constants), d)
    E_1 = f11 * d[0, 0, 0] + f12 * (d[1, 1, 0] + d[2, 2, 0]) + 2 * f44 * (d[0, 1, 1] + d[0, 2, 2])
    assert E[0] == pytest.approx(E_1, rel=1e-12, abs=1e-9)


def test_flexo_tensor_of_isotropic_body_is_invariant():
    f = tensors.flexo_tensor(1.5 + 2 * 0.4, 1.5, 0.4)
    turned = tensors.rotate4(f, Rotation.random(rng=3).as_matrix())
    np.testing.assert_allclose(turned, f, atol=1e-14)


@given(vector, st.tuples(number, number, number))
def test_electrostriction_is_engineering(P, constants):
    Q11, Q12, Q44 = constants
    eps = np.einsum("ijkl,k,l->ij", tensors.cubic_electrostriction(*constants), P, P)
    x, y, z = P
    expected = [
        Q11 * x * x + Q12 * (y * y + z * z),
        Q11 * y * y + Q12 * (x * x + z * z),
        Q11 * z * z + Q12 * (x * x + y * y),
        Q44 * y * z,
        Q44 * x * z,
        Q44 * x * y,
    ]
    np.testing.assert_allclose(tensors.strain_to_voigt(eps), expected, rtol=1e-12, atol=1e-9)


@given(matrix, st.tuples(number, number, number, number))
def test_gradient_energy_formula(d, constants):
    """d[i, j] = d_j P_i."""
    G11, G12, G44, G44p = constants
    G = tensors.cubic_gradient(*constants)
    energy = 0.5 * np.einsum("ijkl,ij,kl->", G, d, d)
    expected = 0.5 * G11 * sum(d[i, i] ** 2 for i in range(3))
    for i, j in ((0, 1), (0, 2), (1, 2)):
        expected += G12 * d[i, i] * d[j, j]
        expected += 0.5 * G44 * (d[j, i] + d[i, j]) ** 2
        expected += 0.5 * G44p * (d[j, i] - d[i, j]) ** 2
    assert energy == pytest.approx(expected, rel=1e-10, abs=1e-9)


def test_plane_wave_blocks_of_a_cubic_crystal():
    n = np.array([0.36, 0.48, 0.8])
    f = tensors.plane_wave_block(tensors.flexo_tensor(5.0, 3.0, 0.2), n)
    G = tensors.plane_wave_block(tensors.cubic_gradient(5.0, 1.0, 0.7, 0.3), n)
    for i in range(3):
        for j in range(3):
            across = 1.0 - n[i] ** 2
            if i == j:
                assert f[i, i] == pytest.approx(5.0 * n[i] ** 2 + 0.2 * across)
                assert G[i, i] == pytest.approx(5.0 * n[i] ** 2 + (0.7 + 0.3) * across)
            else:
                assert f[i, j] == pytest.approx((3.0 + 0.2) * n[i] * n[j])
                assert G[i, j] == pytest.approx((1.0 + 0.7 - 0.3) * n[i] * n[j])


@given(st.tuples(number, number, number, number))
def test_cubic_constants_undo_cubic_tensor(constants):
    assert tensors.cubic_constants(tensors.cubic_tensor(*constants)) == constants


# --- Voigt ----------------------------------------------------------------------------------------


@given(matrix)
def test_strain_voigt_round_trip(raw):
    eps = 0.5 * (raw + raw.T)
    np.testing.assert_allclose(tensors.voigt_to_strain(tensors.strain_to_voigt(eps)), eps)


@given(arrays(float, (6, 6), elements=number))
def test_stiffness_voigt_round_trip(raw):
    c = raw + raw.T
    np.testing.assert_array_equal(tensors.voigt_stiffness(tensors.full_stiffness(c)), c)


@given(matrix)
def test_voigt_stress_agrees_with_tensor_stress(raw):
    eps = 0.5 * (raw + raw.T)
    C = tensors.rotate4(tensors.cubic_stiffness(178.0, 96.4, 122.0), Rotation.random(rng=7).as_matrix())
    sigma = np.einsum("ijkl,kl->ij", C, eps)
    voigt = tensors.voigt_stiffness(C) @ tensors.strain_to_voigt(eps)
    np.testing.assert_allclose(voigt, [sigma[p] for p in tensors.VOIGT], atol=1e-9)


def test_compliance_inverts_the_stiffness():
    C = tensors.rotate4(tensors.cubic_stiffness(336.0, 107.0, 127.0), Rotation.random(rng=1).as_matrix())
    S = tensors.compliance(C)
    identity = np.einsum("ijkl,klmn->ijmn", S, C)
    delta = np.eye(3)
    symmetric = 0.5 * (np.einsum("im,jn->ijmn", delta, delta) + np.einsum("in,jm->ijmn", delta, delta))
    np.testing.assert_allclose(identity, symmetric, atol=1e-12)


def test_cubic_compliance_agrees_with_the_tensor_and_is_an_involution():
    constants = (174.6e9, 79.37e9, 111.1e9)
    s11, s12, s44 = tensors.cubic_compliance(*constants)
    S = tensors.compliance(tensors.cubic_stiffness(*constants))
    assert S[0, 0, 0, 0] == pytest.approx(s11)
    assert S[0, 0, 1, 1] == pytest.approx(s12)
    assert 4.0 * S[0, 1, 0, 1] == pytest.approx(s44)
    assert tensors.cubic_compliance(s11, s12, s44) == pytest.approx(constants)


# --- rotations ------------------------------------------------------------------------------------


def test_rotation_maps_lab_axes_to_crystal_directions():
    R = tensors.rotation(x=[1, 1, 0], z=[0, 0, 1])
    np.testing.assert_allclose(R @ [1, 0, 0], np.array([1, 1, 0]) / np.sqrt(2))
    np.testing.assert_allclose(R @ [0, 0, 1], [0, 0, 1])
    np.testing.assert_allclose(R @ [0, 1, 0], np.array([-1, 1, 0]) / np.sqrt(2))


@pytest.mark.parametrize(
    "directions",
    [
        {"x": [1, -1, 0], "z": [1, 1, 1]},
        {"x": [1, -1, 0], "y": [1, 1, -2]},
        {"y": [1, 1, -2], "z": [1, 1, 1]},
    ],
)
def test_rotation_is_proper_and_the_same_from_any_two_axes(directions):
    R = tensors.rotation(**directions)
    np.testing.assert_allclose(R.T @ R, np.eye(3), atol=1e-15)
    assert np.linalg.det(R) == pytest.approx(1.0)
    np.testing.assert_allclose(R, tensors.rotation(x=[1, -1, 0], z=[1, 1, 1]), atol=1e-15)


def test_rotation_without_directions_is_the_identity():
    np.testing.assert_array_equal(tensors.rotation(), np.eye(3))


@pytest.mark.parametrize(
    ("directions", "message"),
    [
        ({"x": [1, 0, 0]}, "needs two"),
        ({"x": [1, 0, 0], "y": [0, 1, 0], "z": [0, 0, 1]}, "needs two"),
        ({"x": [0, 0, 0], "z": [0, 0, 1]}, "not all zero"),
        ({"x": [1, 0], "z": [0, 0, 1]}, "three numbers"),
        ({"x": [1, 0, 0], "z": [1, 0, 1]}, "45.000 degrees"),
    ],
)
def test_rotation_refuses(directions, message):
    with pytest.raises(CaseError, match=message):
        tensors.rotation(**directions)


@given(arrays(float, (3, 3, 3, 3), elements=number), rotations)
def test_rotate4_round_trip(T, R):
    np.testing.assert_allclose(tensors.rotate4(tensors.rotate4(T, R), R.T), T, atol=1e-10)


@given(vector, rotations)
def test_rotated_electrostriction_gives_the_rotated_strain(P_lab, R):
    Q = tensors.cubic_electrostriction(0.1, -0.034, 0.058)
    strain_lab = np.einsum("ijkl,k,l->ij", tensors.rotate4(Q, R), P_lab, P_lab)
    P = R @ P_lab
    strain = np.einsum("ijkl,k,l->ij", Q, P, P)
    np.testing.assert_allclose(strain_lab, tensors.rotate2(strain, R), atol=1e-9)


def test_mean_of_a_rank_2_tensor_about_z():
    t = np.random.default_rng(5).normal(size=(3, 3))
    t += t.T
    many = [tensors.rotate2(t, tensors.about_z(a)) for a in np.linspace(0, 2 * np.pi, 100, endpoint=False)]
    np.testing.assert_allclose(tensors.axial_average2(t), np.mean(many, axis=0), atol=1e-14)
