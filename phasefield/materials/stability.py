"""Bounds on the energy: Landau polynomial, stiffness, gradient form and flexocoupling.

Directions are scanned on a grid and the lowest ones refined, so that a narrow minimum between the
symmetry axes of the crystal is found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from phasefield.materials.landau import density
from phasefield.tensors import Array, plane_wave_block, voigt_stiffness

ORDERS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (8, ("alpha_1111", "alpha_1112", "alpha_1122", "alpha_1123")),
    (6, ("alpha_111", "alpha_112", "alpha_123")),
    (4, ("alpha_11", "alpha_12")),
    (2, ("alpha_1",)),
)
"""Landau coefficients by order in P, highest first."""


def highest_order(landau: dict[str, float]) -> tuple[int, dict[str, float]]:
    """Highest order of P with a non-zero coefficient, and the polynomial of that order alone."""
    zero = dict.fromkeys(landau, 0.0)
    for order, keys in ORDERS:
        if order == 2 or any(landau[key] != 0.0 for key in keys):
            return order, {**zero, **{key: landau[key] for key in keys}}
    raise AssertionError("unreachable: order 2 always returns")


def lowest_growth(landau: dict[str, float]) -> tuple[int, float, Array]:
    """Order m of the Landau energy, its minimum over unit vectors n at that order, and that n.

    The energy is bounded below if the minimum, in J/m^3 per (C/m^2)^m, is positive.
    """
    order, top = highest_order(landau)
    value, direction = minimize_over_directions(lambda n: density(top, n))
    return order, value, direction


def stiffness_minimum(C: Array) -> float:
    """Smallest eigenvalue (Pa) of the stiffness on symmetric strains; positive if stable."""
    mandel = np.sqrt([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    return float(np.linalg.eigvalsh(voigt_stiffness(C) * np.outer(mandel, mandel))[0])


def gradient_minimum(G: Array) -> float:
    """Smallest eigenvalue (J m^3/C^2) of the form G_ijkl d_j P_i d_l P_k on all gradients.

    If it is negative, free surfaces may be unstable although the bulk is not.
    """
    return float(np.linalg.eigvalsh(G.reshape(9, 9))[0])


def gradient_ellipticity(G: Array) -> tuple[float, Array]:
    """Minimum over unit n of the smallest eigenvalue of G(n)_ik = G_ijkl n_j n_l, and that n.

    A bounded bulk energy needs it positive: then every wave of P costs gradient energy. Positivity
    on all gradients is not needed, since null Lagrangians such as
    d1 P1 d2 P2 - d1 P2 d2 P1 change the form but not the bulk energy.
    """
    return minimize_over_directions(lambda n: np.asarray(np.linalg.eigvalsh(plane_wave_block(G, n))[..., 0]))


class FlexoBound(NamedTuple):
    """Largest stable scale s* of a flexocoupling set, and the wave direction that limits it."""

    scale: float
    direction: Array


def flexo_bound(C: Array, f: Array, G: Array, *, transverse: bool = False, span: Array | None = None) -> FlexoBound:
    """Largest s* with [[C(n), s f(n)], [s f(n)^T, G(n)]] positive definite for all n and s < s*.

    With s* < 1 grid-scale noise grows without end (Yudin, Ahluwalia, Tagantsev, Appl. Phys. Lett.
    104, 082913 (2014)). Special cases: f11^2 < C11 G11, f44^2 < C44 (G44 + G44'),
    (f11 - f12)^2 < (C11 - C12) (G11 - G12 + 2 G44').

    Args:
        C: stiffness (3, 3, 3, 3), Pa, positive definite.
        f: flexocoupling (3, 3, 3, 3), V.
        G: gradient tensor (3, 3, 3, 3), J m^3/C^2, elliptic.
        transverse: only polarizations normal to n, which have no depolarization field.
        span: orthonormal rows (1 to 3, 3) that n is a combination of; all directions without it.
    """
    if not np.any(f):
        return FlexoBound(np.inf, np.array([1.0, 0.0, 0.0]))

    def scale(n: Array) -> Array:
        Cn, fn, Gn = (plane_wave_block(T, n) for T in (C, f, G))
        softening = np.swapaxes(fn, -1, -2) @ np.linalg.solve(Cn, fn)
        if transverse:
            plane = _normal_plane(n)
            softening, Gn = (np.swapaxes(plane, -1, -2) @ A @ plane for A in (softening, Gn))
        root = np.linalg.inv(np.linalg.cholesky(Gn))
        largest = np.linalg.eigvalsh(root @ softening @ np.swapaxes(root, -1, -2))[..., -1]
        return np.asarray(1.0 / np.sqrt(np.maximum(largest, 1e-300)))

    return FlexoBound(*minimize_over_directions(scale, span=span))


def ellipticity_minimum(C: Array, f: Array, G: Array) -> tuple[float, Array]:
    """Minimum over n of the smallest eigenvalue of the 6x6 block, made dimensionless, and that n.

    The block [[C(n), f(n)], [f(n)^T, G(n)]] in units of the mean eigenvalues of C and G along an
    axis; it is positive exactly if `flexo_bound(C, f, G).scale` > 1.
    """
    axis = np.array([0.0, 0.0, 1.0])
    c, g = (np.trace(plane_wave_block(T, axis)) / 3.0 for T in (C, G))

    def lowest(n: Array) -> Array:
        Cn, fn, Gn = (plane_wave_block(T, n) for T in (C / c, f / np.sqrt(c * g), G / g))
        top = np.concatenate([Cn, fn], axis=-1)
        bottom = np.concatenate([np.swapaxes(fn, -1, -2), Gn], axis=-1)
        return np.asarray(np.linalg.eigvalsh(np.concatenate([top, bottom], axis=-2))[..., 0])

    return minimize_over_directions(lowest)


def minimize_over_directions(
    function: Callable[[Array], Array], refine: int = 4, span: Array | None = None
) -> tuple[float, Array]:
    """Minimum of `function` over unit vectors, and the direction where it lies.

    The lowest points of a grid are refined by patches of 5 x 5 directions that shrink by halves.

    Args:
        function: maps unit vectors (..., 3) to values (...), even in n.
        refine: how many of the lowest grid points are refined.
        span: orthonormal rows (1 to 3, 3): only their combinations; all directions without it.
    """
    if span is not None and len(span) < 3:
        return _minimize_in_span(function, span)
    grid = _directions()
    centres = grid[np.argsort(function(grid), kind="stable")[:refine]]
    patch = np.stack(np.meshgrid(*2 * [np.arange(-2.0, 3.0)]), axis=-1).reshape(-1, 2)
    for width in 0.02 * 0.5 ** np.arange(20):
        plane = _normal_plane(centres)
        shifts = width * np.einsum("cij,pj->cpi", plane, patch)
        candidates = centres[:, None, :] + shifts
        candidates /= np.linalg.norm(candidates, axis=-1, keepdims=True)
        best = np.argmin(function(candidates), axis=1)
        centres = candidates[np.arange(len(centres)), best]
    values = function(centres)
    lowest = int(np.argmin(values))
    return float(values[lowest]), centres[lowest]


def _minimize_in_span(function: Callable[[Array], Array], span: Array) -> tuple[float, Array]:
    """Minimum along one direction, or over those of a plane by repeated scans about the lowest angle."""
    if len(span) == 1:
        return float(function(span[0])), span[0]
    angle, width = 0.0, 0.5 * np.pi
    for _ in range(4):
        angles = angle + np.linspace(-width, width, 401)
        values = function(np.outer(np.cos(angles), span[0]) + np.outer(np.sin(angles), span[1]))
        angle, width = angles[np.argmin(values)], width / 50.0
    return float(values.min()), np.cos(angle) * span[0] + np.sin(angle) * span[1]


def _normal_plane(n: Array) -> Array:
    """Orthonormal basis (..., 3, 2) of the plane normal to unit vectors n (..., 3)."""
    helper = np.eye(3)[np.argmin(np.abs(n), axis=-1)]
    first = np.cross(n, helper)
    first /= np.linalg.norm(first, axis=-1, keepdims=True)
    return np.stack([first, np.cross(n, first)], axis=-1)


def _directions(count: int = 2000) -> Array:
    """Unit vectors (count + 13, 3): the cubic symmetry axes and a Fibonacci hemisphere."""
    axes = np.array([v for v in np.ndindex(3, 3, 3) if v > (1, 1, 1)], dtype=float) - 1.0
    z = (np.arange(count) + 0.5) / count
    angle = np.arange(count) * np.pi * (3.0 - np.sqrt(5.0))
    radius = np.sqrt(1.0 - z**2)
    sphere = np.column_stack([radius * np.cos(angle), radius * np.sin(angle), z])
    return np.vstack([axes / np.linalg.norm(axes, axis=1, keepdims=True), sphere])
