"""Gradient energy: the cost of a polarization that varies in space.

f = ½ G_ijkl ∂_jP_i ∂_lP_k, for a cubic crystal
½G11 Σ(∂_iP_i)² + G12 Σ_{i<j} ∂_iP_i ∂_jP_j + ½G44 Σ_{i<j}(∂_iP_j+∂_jP_i)² + ½G44′ Σ_{i<j}(∂_iP_j−∂_jP_i)².
"""

from __future__ import annotations

import ufl


def flat(grad):
    """The 9-vector of a 3x3 gradient [i, j] = ∂_jP_i, row by row."""
    return ufl.as_vector([grad[i, j] for i in range(3) for j in range(3)])


def energy_density(grad_P, G):
    """½ ∇P : G : ∇P with `grad_P`[i, j] = ∂_jP_i and `G` as a 9x9 matrix over `flat` gradients."""
    g = flat(grad_P)
    return 0.5 * ufl.inner(g, ufl.dot(G, g))
