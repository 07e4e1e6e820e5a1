"""Tensors of a cubic crystal: constructors, Voigt maps, rotations and plane-wave blocks.

Pure NumPy, SI, axes 0, 1, 2. Voigt order 11, 22, 33, 23, 13, 12 with engineering shear strains.
Index order of the couplings:

- electrostriction Q: eps0_ij = Q_ijkl P_k P_l, so Q_1212 = Q44/4 with gamma0_12 = Q44 P1 P2;
- gradient G: energy density 1/2 G_ijkl d_j P_i d_l P_k;
- flexocoupling f: energy density f_ijkl eps_ij d_l P_k: strain ij, polarization k, gradient l.
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

_ENGINEERING = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])


# --- rotations ------------------------------------------------------------------------------------


def rotation(
    x: Sequence[float] | None = None,
    y: Sequence[float] | None = None,
    z: Sequence[float] | None = None,
) -> Array:
    """Rotation R (3, 3) with v_crystal = R @ v_lab, from the crystal directions of two lab axes.

    Args:
        x: crystal direction (of any length) that lies along the lab x axis.
        y: the same for the lab y axis.
        z: the same for the lab z axis. Give two of the three, or none for the identity.

    Raises:
        CaseError: one or three directions, a zero direction, or two that are not orthogonal.
    """
    given = {i: d for i, d in enumerate((x, y, z)) if d is not None}
    if not given:
        return np.eye(3)
    if len(given) != 2:
        raise CaseError(f"an orientation needs two of the directions x, y, z, found {len(given)}")
    (a, va), (b, vb) = ((axis, _unit(direction, axis)) for axis, direction in given.items())
    cosine = float(va @ vb)
    if abs(cosine) > 1e-6:
        angle = np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0)))
        raise CaseError(
            f"the crystal directions along lab {'xyz'[a]} and {'xyz'[b]} enclose {angle:.3f} degrees;"
            " they must enclose 90"
        )
    R = np.zeros((3, 3))
    R[:, a] = va
    R[:, b] = _unit(vb - cosine * va, b)
    c = 3 - a - b
    R[:, c] = np.cross(R[:, (c + 1) % 3], R[:, (c + 2) % 3])
    return R


def _unit(direction: ArrayLike, axis: int) -> Array:
    v = np.asarray(direction, dtype=float)
    if v.shape != (3,) or not np.all(np.isfinite(v)) or not np.any(v):
        raise CaseError(
            f"the crystal direction along lab {'xyz'[axis]} must be three numbers, not all zero; found {direction!r}"
        )
    return np.asarray(v / np.linalg.norm(v))


def rotate2(t: ArrayLike, R: ArrayLike) -> Array:
    """Lab components t_ij = R_ai R_bj t_ab of a rank-2 tensor (3, 3) in the crystal frame."""
    R = np.asarray(R)
    return np.asarray(R.T @ np.asarray(t) @ R)


def rotate4(T: ArrayLike, R: ArrayLike) -> Array:
    """Lab components T_ijkl = R_ai R_bj R_ck R_dl T_abcd of a rank-4 tensor in the crystal frame.

    R as given by `rotation` (v_crystal = R v_lab); `rotate4(T, R.T)` is the inverse.
    """
    R = np.asarray(R)
    return np.asarray(np.einsum("ai,bj,ck,dl,abcd->ijkl", R, R, R, R, np.asarray(T), optimize=True))


def about_z(angle: float) -> Array:
    """Rotation (3, 3) of lab vectors about z by an angle (rad)."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def axial_average(T: ArrayLike) -> Array:
    """Mean of a rank-4 tensor in lab axes over all rotations about z.

    Five angles are exact: the components of a tensor of rank 4 change as cos mφ and sin mφ with m up to 4.
    """
    return np.asarray(np.mean([rotate4(T, about_z(2.0 * np.pi * k / 5.0)) for k in range(5)], axis=0))


def axial_average2(t: ArrayLike) -> Array:
    """Mean of a rank-2 tensor in lab axes over all rotations about z; three angles are exact."""
    return np.asarray(np.mean([rotate2(t, about_z(2.0 * np.pi * k / 3.0)) for k in range(3)], axis=0))


# --- constructors ---------------------------------------------------------------------------------


def cubic_tensor(iiii: float, iikk: float, ikik: float, ikki: float) -> Array:
    """Cubic tensor (3, 3, 3, 3) with T_1111, T_1122, T_1212 and T_1221 (and their equivalents)."""
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
    """Electrostriction Q_ijkl (m^4/C^2), eps0_ij = Q_ijkl P_k P_l, from engineering constants.

    eps0_11 = Q11 P1^2 + Q12 (P2^2 + P3^2), gamma0_12 = 2 eps0_12 = Q44 P1 P2: Q_1212 = Q44/4.
    """
    return cubic_tensor(Q11, Q12, Q44 / 4.0, Q44 / 4.0)


def cubic_gradient(G11: float, G12: float, G44: float, G44p: float = 0.0) -> Array:
    """Gradient tensor G_ijkl (J m^3/C^2) of the energy density 1/2 G_ijkl d_j P_i d_l P_k.

    That is 1/2 G11 sum_i (d_i P_i)^2 + sum_{i<j} [G12 d_i P_i d_j P_j
    + 1/2 G44 (d_i P_j + d_j P_i)^2 + 1/2 G44p (d_i P_j - d_j P_i)^2]:
    G_1212 = G44 + G44p and G_1221 = G44 - G44p.
    """
    return cubic_tensor(G11, G12, G44 + G44p, G44 - G44p)


def flexo_tensor(f11: float, f12: float, f44: float) -> Array:
    """Flexocoupling f_ijkl (V): strain ij first, then polarization k, then gradient l.

    Longitudinal f11 = f_1111; transverse f12 = f_2211 (strain 22, P1, gradient 1); shear
    f44 = f_1212 (strain 12, P1, gradient 2). The flexoelectric field E_k = f_ijkl d_l eps_ij is

        E_1 = f11 d1 eps_11 + f12 d1 (eps_22 + eps_33) + 2 f44 (d2 eps_12 + d3 eps_13)

    with tensor shear strains, and the same tensor gives the stress sigma_ij = f_ijkl d_l P_k.
    """
    return cubic_tensor(f11, f12, f44, f44)


def cubic_constants(T: ArrayLike) -> tuple[float, float, float, float]:
    """(T_1111, T_1122, T_1212, T_1221) of a cubic tensor in crystal axes: undoes `cubic_tensor`."""
    T = np.asarray(T)
    return float(T[0, 0, 0, 0]), float(T[0, 0, 1, 1]), float(T[0, 1, 0, 1]), float(T[0, 1, 1, 0])


def cubic_compliance(C11: float, C12: float, C44: float) -> tuple[float, float, float]:
    """Compliances (s11, s12, s44) in 1/Pa of cubic stiffnesses in Pa; the map is its own inverse.

    s44 is the Voigt one: gamma_12 = s44 sigma_12.
    """
    det = (C11 - C12) * (C11 + 2.0 * C12)
    return (C11 + C12) / det, -C12 / det, 1.0 / C44


# --- Voigt maps -----------------------------------------------------------------------------------


def voigt_stiffness(C: ArrayLike) -> Array:
    """Voigt matrix (6, 6) of a stiffness-like tensor (3, 3, 3, 3) with both minor symmetries."""
    C = np.asarray(C)
    return np.array([[C[(*p, *q)] for q in VOIGT] for p in VOIGT])


def full_stiffness(c: ArrayLike) -> Array:
    """Tensor (3, 3, 3, 3) of a stiffness-like Voigt matrix (6, 6): undoes `voigt_stiffness`."""
    c = np.asarray(c)
    C = np.zeros((3, 3, 3, 3))
    for m, (i, j) in enumerate(VOIGT):
        for n, (k, l) in enumerate(VOIGT):
            C[i, j, k, l] = C[j, i, k, l] = C[i, j, l, k] = C[j, i, l, k] = c[m, n]
    return C


def compliance(C: ArrayLike) -> Array:
    """Compliance S_ijkl (1/Pa), eps_ij = S_ijkl sigma_kl: inverse of C on symmetric tensors."""
    s = np.linalg.inv(voigt_stiffness(C))
    return full_stiffness(s / np.outer(_ENGINEERING, _ENGINEERING))


def strain_to_voigt(eps: ArrayLike) -> Array:
    """Voigt vector (6,) with engineering shear 2 eps_ij of a symmetric strain tensor (3, 3)."""
    eps = np.asarray(eps)
    return np.array([eps[pair] for pair in VOIGT]) * _ENGINEERING


def voigt_to_strain(v: ArrayLike) -> Array:
    """Symmetric strain tensor (3, 3) of a Voigt vector (6,) with engineering shear strains."""
    eps = np.zeros((3, 3))
    for (i, j), value in zip(VOIGT, np.asarray(v) / _ENGINEERING, strict=True):
        eps[i, j] = eps[j, i] = value
    return eps


def full_flexo(m: ArrayLike) -> Array:
    """Tensor f_ijkl (3, 3, 3, 3) of a matrix (6, 9): Voigt strains ij, pairs (k, l) = 11, 12, …, 33."""
    f = np.zeros((3, 3, 3, 3))
    for (i, j), row in zip(VOIGT, np.asarray(m, dtype=float), strict=True):
        f[i, j] = f[j, i] = row.reshape(3, 3)
    return f


# --- plane waves ----------------------------------------------------------------------------------


def plane_wave_block(T: ArrayLike, n: ArrayLike) -> Array:
    """Block T(n)_ik = T_ijkl n_j n_l, shape (..., 3, 3), for unit vectors n (..., 3).

    A wave (u, P) exp(i k n.r) has the energy density
    1/2 k^2 (u, P) [[C(n), f(n)], [f(n)^T, G(n)]] (u, P).
    """
    n = np.asarray(n, dtype=float)
    pairs = (n[..., :, None] * n[..., None, :]).reshape(*n.shape[:-1], 9)
    by_pair = np.asarray(T).transpose(1, 3, 0, 2).reshape(9, 9)
    return np.asarray((pairs @ by_pair).reshape(*n.shape[:-1], 3, 3))
