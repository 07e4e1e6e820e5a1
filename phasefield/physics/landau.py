"""Landau energy: the local energy of a uniform, stress-free crystal, up to eighth order in P.

The polynomial itself stands in `phasefield.materials.landau`, which also serves the material library.
"""

from __future__ import annotations

import ufl

from phasefield.materials.landau import ORDERS, polynomial

#: Names of the coefficients in the order of the vector `alpha`, with the order of their term in P.
TERMS = ORDERS


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
