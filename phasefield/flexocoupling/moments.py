"""Flexoelectric coefficients from charge and force moments (Hong and Vanderbilt; equations theirs)."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from phasefield.errors import MaterialError
from phasefield.tensors import Array


def electronic_part(octupoles: ArrayLike, volume: float) -> float:
    """Electronic FEC at fixed D, mu = sum Q(3) / (6 V) (eq. 47).

    Args:
        octupoles: third moments Q(3) of the charge induced by each atom of the cell (C m^2).
        volume: cell volume (m^3).

    Returns:
        mu in C/m.
    """
    return float(np.sum(octupoles)) / (6.0 * volume)


def lattice_part(dipoles: ArrayLike, inverse: ArrayLike, forces: ArrayLike, volume: float) -> float:
    """Lattice FEC at fixed D, mu = Q(1) . J . T / V (eq. 76).

    Args:
        dipoles: dynamical charges Q(1) at fixed D by mode (n,), C.
        inverse: J (n, n) of `force_pattern_inverse`, m/N.
        forces: force moments T (n,), N m (J): force on each mode per unit strain gradient.
        volume: cell volume (m^3).

    Returns:
        mu in C/m. It depends on the force pattern through the net force of the strain gradient only.
    """
    response = np.asarray(inverse) @ np.asarray(forces)
    return float(np.asarray(dipoles) @ response) / volume


def force_pattern_inverse(K: ArrayLike, translations: ArrayLike, pattern: ArrayLike) -> Array:
    """Pseudo-inverse J of the force constants with K J = 1 - |w><t| (appendix B).

    J = (1 - |t><w|) K+ (1 - |w><t|): the net force of a strain gradient, which no displacement can
    balance, is taken off with the pattern w, as acceleration or external forces would.

    Args:
        K: force constants (n, n), symmetric, zero on translations, N/m.
        translations: displacement(s) t of a rigid translation, (n,) or (n, m) for m directions.
        pattern: force pattern w with <t|w> = 1, the shape of `translations`.

    Raises:
        MaterialError: K is not symmetric or not invariant under translations, or <t|w> is not 1.
    """
    K = np.asarray(K, dtype=float)
    t, w = (np.asarray(v, dtype=float).reshape(len(K), -1) for v in (translations, pattern))
    size = np.abs(K).max()
    if not np.allclose(K, K.T, atol=1e-9 * size, rtol=0.0):
        raise MaterialError("the force constants are not symmetric")
    if np.abs(K @ t).max() > 1e-9 * size * np.abs(t).max():
        raise MaterialError("the force constants break the acoustic sum rule: K t must be 0")
    if not np.allclose(t.T @ w, np.eye(t.shape[1]), atol=1e-9, rtol=0.0):
        raise MaterialError("the force pattern must add up to one: <t|w> = 1")
    project = np.eye(len(K)) - w @ t.T
    return np.asarray(project.T @ np.linalg.pinv(K, rcond=1e-10, hermitian=True) @ project)


def even_pattern(translation: ArrayLike) -> Array:
    """Force pattern with the same force on every atom, w = t / <t|t> (n,)."""
    t = np.asarray(translation, dtype=float)
    return np.asarray(t / (t @ t))


def mass_pattern(translation: ArrayLike, masses: ArrayLike) -> Array:
    """Force pattern of a body accelerated by gravity, w = M t / <t|M|t> (n,)."""
    t, m = (np.asarray(v, dtype=float) for v in (translation, masses))
    return np.asarray(m * t / (t @ (m * t)))


def single_pattern(translation: ArrayLike, index: int) -> Array:
    """Force pattern with the whole force on one mode, w_i = 1/t_i (n,)."""
    t = np.asarray(translation, dtype=float)
    w = np.zeros_like(t)
    w[index] = 1.0 / t[index]
    return w


def stiffness_from_forces(
    T_L1: ArrayLike, T_L2: ArrayLike, T_1122: ArrayLike, translation: ArrayLike, volume: float
) -> tuple[float, float, float]:
    """(C11, C12, C44) in Pa: C11 = <t|T_L1>/V, C12 + 2 C44 = <t|T_L2>/V, C44 = <t|T_1122>/V.

    The net force of a strain gradient is elastic: a check on force moments T (J), volume in m^3.
    """
    t = np.asarray(translation, dtype=float)
    C11, L2, C44 = (float(t @ np.asarray(T)) / volume for T in (T_L1, T_L2, T_1122))
    return C11, L2 - 2.0 * C44, C44
