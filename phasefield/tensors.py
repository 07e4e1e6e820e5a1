"""Tensors of a cubic crystal: constructors from the usual constants, Voigt maps, rotations, plane-wave blocks.

Pure NumPy, SI, axes 0, 1, 2. Voigt order 11, 22, 33, 23, 13, 12 with engineering shear strains. Index order
of the three couplings:

==================  =============================================  ======================================
electrostriction Q  eps0_ij = Q_ijkl P_k P_l                       Q_1212 = Q44/4 (Q44: gamma_12 = Q44 P1 P2)
gradient G          1/2 G_ijkl d_j P_i d_l P_k                     pairs (i, j) and (k, l) not symmetric
flexocoupling f     f_ijkl eps_ij d_l P_k, E_k = f_ijkl d_l eps_ij strain ij, polarization k, gradient l
==================  =============================================  ======================================
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from phasefield.errors import CaseError

Array = NDArray[np.float64]

VOIGT: tuple[tuple[int, int], ...] = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
"""Index pair of each Voigt position."""


# ---------------------------------------------------------------------------------------------- rotations
def rotation(
    x: Sequence[float] | None = None,
    y: Sequence[float] | None = None,
    z: Sequence[float] | None = None,
) -> Array:
    """Rotation R (3, 3) with v_crystal = R @ v_lab, from the crystal directions of two lab axes.

    Args:
        x: crystal direction (Miller-like, any length) that lies along the lab x axis.
        y: the same for the lab y axis.
        z: the same for the lab z axis. Give none of the three for the identity, otherwise two.

    Raises:
        CaseError: one or three directions, a zero direction, or two that are not orthogonal.
    """
    given = {i: np.asarray(d, dtype=float) for i, d in enumerate((x, y, z)) if d is not None}
    if not given:
        return np.eye(3)
    if len(given) != 2:
        raise CaseError(
            f"a crystal orientation needs two of the directions x, y, z; {len(given)} given"
        )
    columns: dict[int, Array] = {}
    for axis, direction in given.items():
        length = np.linalg.norm(direction)
        if direction.shape != (3,) or not np.isfinite(length) or length == 0.0:
            raise CaseError(
                f"crystal direction {direction.tolist()} of lab axis {'xyz'[axis]} is not a non-zero vector"
                " of three numbers"
            )
        columns[axis] = np.asarray(direction / length)
    (a, va), (b, vb) = columns.items()
    if abs(va @ vb) > 1e-6:
        angle = np.degrees(np.arccos(np.clip(va @ vb, -1.0, 1.0)))
        raise CaseError(
            f"crystal directions of lab axes {'xyz'[a]} and {'xyz'[b]} enclose {angle:.3f} degrees, not 90:"
            " change one of them"
        )
    vb = vb - (va @ vb) * va
    columns[b] = np.asarray(vb / np.linalg.norm(vb))
    missing = 3 - a - b
    columns[missing] = np.cross(columns[(missing + 1) % 3], columns[(missing + 2) % 3])
    return np.column_stack([columns[i] for i in range(3)])


def rotate_vector(v: ArrayLike, R: ArrayLike) -> Array:
    """Lab components v_lab = R^T v_crystal of a vector (3,) given in the crystal frame."""
    return np.asarray(R).T @ np.asarray(v)


def rotate2(t: ArrayLike, R: ArrayLike) -> Array:
    """Lab components t_ij = R_ai R_bj t_ab of a rank-2 tensor (3, 3) given in the crystal frame."""
    R = np.asarray(R)
    return np.asarray(R.T @ np.asarray(t) @ R)


def rotate4(T: ArrayLike, R: ArrayLike) -> Array:
    """Lab components T_ijkl = R_ai R_bj R_ck R_dl T_abcd of a rank-4 tensor given in the crystal frame.

    With R = `rotation(...)` (v_crystal = R v_lab). `rotate4(T, R.T)` is the inverse.
    """
    R = np.asarray(R)
    return np.asarray(np.einsum("ai,bj,ck,dl,abcd->ijkl", R, R, R, R, np.asarray(T), optimize=True))


# --------------------------------------------------------------------------------------------- constructors
def cubic_tensor(iiii: float, iikk: float, ikik: float, ikki: float) -> Array:
    """Cubic rank-4 tensor (3, 3, 3, 3) from its four independent components.

    T_1111, T_1122, T_1212 and T_1221 (and all components that cubic symmetry makes equal to them).
    """
    T = np.zeros((3, 3, 3, 3))
    for i in range(3):
        T[i, i, i, i] = iiii
    for i, k in permutations(range(3), 2):
        T[i, i, k, k] = iikk
        T[i, k, i, k] = ikik
        T[i, k, k, i] = ikki
    return T


def cubic_stiffness(C11: float, C12: float, C44: float) -> Array:
    """Stiffness C_ijkl (Pa) with C_1111 = C11, C_1122 = C12, C_1212 = C44."""
    return cubic_tensor(C11, C12, C44, C44)


def cubic_electrostriction(Q11: float, Q12: float, Q44: float) -> Array:
    """Electrostriction Q_ijkl (m^4/C^2), eps0_ij = Q_ijkl P_k P_l, from the engineering constants.

    eps0_11 = Q11 P1^2 + Q12 (P2^2 + P3^2) and gamma0_12 = 2 eps0_12 = Q44 P1 P2, hence Q_1212 = Q44/4.
    """
    return cubic_tensor(Q11, Q12, Q44 / 4.0, Q44 / 4.0)


def cubic_gradient(G11: float, G12: float, G44: float, G44p: float = 0.0) -> Array:
    """Gradient tensor G_ijkl (J m^3/C^2), energy density 1/2 G_ijkl d_j P_i d_l P_k.

    Equal to 1/2 G11 sum (d_i P_i)^2 + G12 sum_{i<j} d_i P_i d_j P_j + 1/2 G44 sum_{i<j} (d_i P_j + d_j P_i)^2
    + 1/2 G44p sum_{i<j} (d_i P_j - d_j P_i)^2: G_1212 = G44 + G44p and G_1221 = G44 - G44p.
    """
    return cubic_tensor(G11, G12, G44 + G44p, G44 - G44p)


def flexo_tensor(f11: float, f12: float, f44: float) -> Array:
    """Flexocoupling f_ijkl (V): strain ij first, then polarization k, then gradient l.

    Longitudinal f11 = f_1111, transverse f12 = f_2211 (strain 22, P1, gradient 1), shear f44 = f_1212
    (strain 12, P1, gradient 2), so that the flexoelectric field E_k = f_ijkl d_l eps_ij has

        E_1 = f11 d1 eps_11 + f12 d1 (eps_22 + eps_33) + 2 f44 (d2 eps_12 + d3 eps_13),

    with tensor shear strains. The same tensor gives the stress sigma_ij = f_ijkl d_l P_k.
    """
    return cubic_tensor(f11, f12, f44, f44)


def cubic_compliance(C11: float, C12: float, C44: float) -> tuple[float, float, float]:
    """Compliances (s11, s12, s44) in 1/Pa of cubic stiffnesses in Pa; its own inverse."""
    det = (C11 - C12) * (C11 + 2.0 * C12)
    return (C11 + C12) / det, -C12 / det, 1.0 / C44


# ----------------------------------------------------------------------------------------------- Voigt maps
def voigt_stiffness(C: ArrayLike) -> Array:
    """Voigt matrix (6, 6) of a tensor (3, 3, 3, 3) with both minor symmetries, stiffness-like (no factors)."""
    C = np.asarray(C)
    return np.array([[C[(*p, *q)] for q in VOIGT] for p in VOIGT])


def full_stiffness(c: ArrayLike) -> Array:
    """Tensor (3, 3, 3, 3) of a stiffness-like Voigt matrix (6, 6); inverse of `voigt_stiffness`."""
    c = np.asarray(c)
    C = np.zeros((3, 3, 3, 3))
    for m, (i, j) in enumerate(VOIGT):
        for n, (k, l) in enumerate(VOIGT):
            C[i, j, k, l] = C[j, i, k, l] = C[i, j, l, k] = C[j, i, l, k] = c[m, n]
    return C


def compliance(C: ArrayLike) -> Array:
    """Compliance tensor S (1/Pa) with eps_ij = S_ijkl sigma_kl, the inverse of C on symmetric tensors."""
    s = np.linalg.inv(voigt_stiffness(C))
    engineering = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    return full_stiffness(s / np.outer(engineering, engineering))


def strain_to_voigt(eps: ArrayLike) -> Array:
    """Voigt vector (6,) with engineering shear 2 eps_ij of a symmetric strain tensor (3, 3)."""
    eps = np.asarray(eps)
    return np.array([eps[i, j] * (1.0 if i == j else 2.0) for i, j in VOIGT])


def voigt_to_strain(v: ArrayLike) -> Array:
    """Symmetric strain tensor (3, 3) of a Voigt vector (6,) with engineering shear strains."""
    v = np.asarray(v, dtype=float)
    eps = np.zeros((3, 3))
    for m, (i, j) in enumerate(VOIGT):
        eps[i, j] = eps[j, i] = v[m] / (1.0 if i == j else 2.0)
    return eps


# --------------------------------------------------------------------------------------- plane-wave blocks
def plane_wave_blocks(
    C: ArrayLike, f: ArrayLike | None, G: ArrayLike, n: ArrayLike
) -> tuple[Array, Array, Array]:
    """Blocks C(n), f(n), G(n), each (..., 3, 3), of the energy of a plane wave along unit vectors n (..., 3).

    C(n)_ik = C_ijkl n_j n_l, f(n)_ik = f_ijkl n_j n_l (u_i with P_k), G(n)_ik = G_ijkl n_j n_l; the wave's
    energy density is 1/2 k^2 (u, P) [[C(n), f(n)], [f(n)^T, G(n)]] (u, P).
    """
    n = np.asarray(n, dtype=float)

    def contract(T: ArrayLike) -> Array:
        return np.asarray(np.einsum("ijkl,...j,...l->...ik", np.asarray(T), n, n, optimize=True))

    flexo = np.zeros((3, 3, 3, 3)) if f is None else f
    return contract(C), contract(flexo), contract(G)
