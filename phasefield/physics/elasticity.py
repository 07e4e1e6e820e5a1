"""Elastic energy with electrostrictive and other eigenstrains.

f = ½ (ε − ε°) : C : (ε − ε°),  ε = ε̄ + sym ∇u,  ε° = Q PP + ε^x;  σ = C (ε − ε°).

Everything in Voigt vectors (11, 22, 33, 23, 13, 12) with engineering shear strains. Because the whole square is
kept, the Landau coefficients are the stress-free ones and clamping enters once, through C and Q.
"""

from __future__ import annotations

import ufl


def voigt_strain(grad_u):
    """Engineering Voigt strain (6) of a displacement gradient [i, j] = ∂_ju_i."""
    g = grad_u
    return ufl.as_vector([g[0, 0], g[1, 1], g[2, 2], g[1, 2] + g[2, 1], g[0, 2] + g[2, 0], g[0, 1] + g[1, 0]])


def products(P):
    """(P1², P2², P3², P2P3, P1P3, P1P2): what the Voigt electrostriction acts on."""
    return ufl.as_vector([P[0] ** 2, P[1] ** 2, P[2] ** 2, P[1] * P[2], P[0] * P[2], P[0] * P[1]])


def electrostrictive_strain(P, Q):
    """Spontaneous Voigt strain of the polarization `P` with the 6x6 electrostriction `Q` (engineering rows)."""
    return ufl.dot(Q, products(P))


def stress(strain, eigenstrain, C):
    """Voigt stress C (ε − ε°)."""
    return ufl.dot(C, strain - eigenstrain)


def energy_density(strain, eigenstrain, C):
    """½ (ε − ε°) · C (ε − ε°) in Voigt notation."""
    elastic = strain - eigenstrain
    return 0.5 * ufl.inner(elastic, ufl.dot(C, elastic))
