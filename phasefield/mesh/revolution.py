"""Bodies of revolution about lab z, meshed by their half-plane: the mesh coordinates are r (lab x) and z.

Vectors and tensors have their components along r, around the axis and along z: the lab components x, y, z in the
half-plane y = 0 < x. These depend on r and z alone, but the directions they belong to turn with the angle θ,
∂_θ e_r = e_θ and ∂_θ e_θ = −e_r, so that gradients have a part around the axis, (1/r) ∂_θ. Volumes and areas are those
of the whole body: every integral has the weight 2πr.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import ufl
from ufl.core.expr import Expr

#: Places nearer to the axis than this part of the radius of the mesh lie on it.
ON_AXIS = 1e-9


@dataclass(frozen=True)
class Revolved:
    """A measure of the half-plane made one of the whole body: f * Revolved(dx, r) is ∫ 2πr f dx."""

    measure: ufl.Measure
    radius: Expr

    def __rmul__(self, integrand: Expr | float) -> ufl.Form:
        return (2.0 * math.pi * self.radius * integrand) * self.measure


Measure = ufl.Measure | Revolved


def around(v: Expr, radius: Expr) -> tuple[Expr, ...]:
    """(1/r) ∂_θ of a vector (3): −v_θ/r, v_r/r, 0."""
    return -v[1] / radius, v[0] / radius, 0.0


def voigt_around(t: Expr, radius: Expr) -> tuple[Expr, ...]:
    """(1/r) ∂_θ of a Voigt vector (6) with engineering shear: 11, 22, 33, 23, 13, 12 are rr, θθ, zz, θz, rz, rθ."""
    return -t[5] / radius, t[5] / radius, 0.0, t[4] / radius, -t[3] / radius, 2.0 * (t[0] - t[1]) / radius


def mean_vector(v: Expr) -> tuple[Expr, ...]:
    """Lab components of a vector averaged over the angle."""
    return 0.0, 0.0, v[2]


def mean_voigt(t: Expr) -> tuple[Expr, ...]:
    """Lab Voigt components of a symmetric tensor averaged over the angle."""
    across = 0.5 * (t[0] + t[1])
    return across, across, t[2], 0.0, 0.0, 0.0
