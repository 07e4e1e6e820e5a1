"""Landau energy of a homogeneous cubic crystal: density, gradient and Hessian in closed form.

In u_i = P_i^2 the energy is a symmetric polynomial F(u) of degree four, so that
df/dP_i = 2 P_i F_i and d2f/dP_i dP_j = 2 delta_ij F_i + 4 P_i P_j F_ij.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from phasefield.tensors import Array

Landau = Mapping[str, float]
"""The ten stress-free coefficients alpha_1 ... alpha_1123 in SI."""


def density(a: Landau, P: ArrayLike) -> Array:
    """Energy density f (J/m^3), shape (...), at P (..., 3) in C/m^2, crystal axes."""
    x, y, z = np.moveaxis(np.asarray(P, dtype=float) ** 2, -1, 0)
    return np.asarray(
        a["alpha_1"] * (x + y + z)
        + a["alpha_11"] * (x**2 + y**2 + z**2)
        + a["alpha_12"] * (x * y + y * z + z * x)
        + a["alpha_111"] * (x**3 + y**3 + z**3)
        + a["alpha_112"] * (x**2 * (y + z) + y**2 * (z + x) + z**2 * (x + y))
        + a["alpha_123"] * x * y * z
        + a["alpha_1111"] * (x**4 + y**4 + z**4)
        + a["alpha_1112"] * (x**3 * (y + z) + y**3 * (z + x) + z**3 * (x + y))
        + a["alpha_1122"] * (x**2 * y**2 + y**2 * z**2 + z**2 * x**2)
        + a["alpha_1123"] * x * y * z * (x + y + z)
    )


def gradient(a: Landau, P: ArrayLike) -> Array:
    """df/dP (V/m), shape (3,), at P (3,): minus the field that the crystal opposes to P."""
    P = np.asarray(P, dtype=float)
    return 2.0 * P * _first(a, P**2)


def hessian(a: Landau, P: ArrayLike) -> Array:
    """d2f/dP_i dP_j (V m/C), shape (3, 3), at P (3,): the inverse dielectric susceptibility."""
    P = np.asarray(P, dtype=float)
    u = P**2
    return 2.0 * np.diag(_first(a, u)) + 4.0 * np.outer(P, P) * _second(a, u)


def _first(a: Landau, u: Array) -> Array:
    """F_i = dF/du_i."""
    result = np.empty(3)
    for i in range(3):
        x, y, z = u[i], u[(i + 1) % 3], u[(i + 2) % 3]
        result[i] = (
            a["alpha_1"]
            + 2 * a["alpha_11"] * x
            + a["alpha_12"] * (y + z)
            + 3 * a["alpha_111"] * x**2
            + a["alpha_112"] * (2 * x * (y + z) + y**2 + z**2)
            + a["alpha_123"] * y * z
            + 4 * a["alpha_1111"] * x**3
            + a["alpha_1112"] * (3 * x**2 * (y + z) + y**3 + z**3)
            + 2 * a["alpha_1122"] * x * (y**2 + z**2)
            + a["alpha_1123"] * y * z * (2 * x + y + z)
        )
    return result


def _second(a: Landau, u: Array) -> Array:
    """F_ij = d2F/du_i du_j."""
    result = np.empty((3, 3))
    for i in range(3):
        x, y, z = u[i], u[(i + 1) % 3], u[(i + 2) % 3]
        result[i, i] = (
            2 * a["alpha_11"]
            + 6 * a["alpha_111"] * x
            + 2 * a["alpha_112"] * (y + z)
            + 12 * a["alpha_1111"] * x**2
            + 6 * a["alpha_1112"] * x * (y + z)
            + 2 * a["alpha_1122"] * (y**2 + z**2)
            + 2 * a["alpha_1123"] * y * z
        )
        j = (i + 1) % 3
        result[i, j] = result[j, i] = (
            a["alpha_12"]
            + 2 * a["alpha_112"] * (x + y)
            + a["alpha_123"] * z
            + 3 * a["alpha_1112"] * (x**2 + y**2)
            + 4 * a["alpha_1122"] * x * y
            + a["alpha_1123"] * z * (2 * x + 2 * y + z)
        )
    return result
