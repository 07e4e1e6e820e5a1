"""Landau energy: the local energy of a uniform, stress-free crystal, up to eighth order in P.

The polynomial itself stands in `phasefield.materials.landau`, which also serves the material library.
"""

from __future__ import annotations

import ufl

from phasefield.materials.axial import EXPONENTS as AXIAL_TERMS
from phasefield.materials.axial import ORDERS as AXIAL_ORDERS
from phasefield.materials.landau import ORDERS, polynomial

#: Names of the coefficients in the order of the vector `alpha`, with the order of their term in P.
TERMS = ORDERS

__all__ = ["AXIAL_ORDERS", "AXIAL_TERMS", "TERMS", "axial_energy_density", "crystal_frame", "energy_density"]


def energy_density(P, alpha, order: int = 8):
    """Landau energy density of the crystal-frame polarization `P` (3) with coefficients `alpha` (10, see TERMS).

    Terms above `order` (4, 6 or 8) are left out of the expression: a sixth-order material should not pay for
    the eighth.
    """
    components = [P[i] for i in range(3)]
    return polynomial(components, {name: alpha[k] for k, name in enumerate(TERMS)}, order)


def crystal_frame(P, rotation):
    """P in crystal axes: rotation · P."""
    return ufl.dot(rotation, P)


def axial_energy_density(P, alpha, order: int = 8):
    """Mean Landau energy density over rotations about lab z of the lab polarization `P` (3), see AXIAL_TERMS."""
    across, along = powers(P[0] * P[0] + P[1] * P[1]), powers(P[2] * P[2])
    terms = [alpha[k] * across[a] * along[b] for k, (a, b) in enumerate(AXIAL_TERMS) if 2 * (a + b) <= order]
    return sum(terms[1:], terms[0])


def powers(x):
    """1, x, x², x³, x⁴ by multiplication: compilers turn a power function into a call."""
    return [1.0, x, x * x, x * x * x, x * x * x * x]
