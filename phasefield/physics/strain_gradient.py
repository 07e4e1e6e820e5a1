"""Strain-gradient elasticity: the energy of a strain that varies, with one length l.

f = ½ l² ∂_kε_ij C_ijmn ∂_kε_mn of the total strain. It bounds the energy of flexocoupling whose surface terms are
not bounded without it. Fields with continuous values but not derivatives cannot carry ∇ε across facets, so the
jumps of the strain [ε] enter as in an interior-penalty method, all as parts of one energy:

    −∮ {l² C ∂_nε} : [ε] + (η/2h) l² [ε] : C : [ε]   per interior facet

{·} is the mean of both sides; consistent, symmetric and, with η as here, bounded below (Engel, Garikipati, Hughes,
Larson, Mazzei, Taylor, Comput. Methods Appl. Mech. Eng. 191, 3669 (2002)). Natural conditions: no double traction.
"""

from __future__ import annotations

import ufl
from ufl.core.expr import Expr

from phasefield.physics import elasticity


def energy_density(grad_strain: Expr, C: Expr, length: Expr) -> Expr:
    """½ l² ∇ε : C : ∇ε with `grad_strain`[p, i] = ∂_iε_p of the Voigt strain."""
    return 0.5 * length**2 * ufl.inner(grad_strain, ufl.dot(C, grad_strain))


def facet_energy(grad_u: Expr, grad_strain: Expr, normal: Expr, C: Expr, length: Expr, mesh: ufl.Mesh) -> Expr:
    """Energy per area of an interior facet, with the stiffness `C` of both sides.

    u is continuous, so only its normal derivative q = [∂_nu] can jump and [ε] = sym q⊗n; `grad_u` and `normal` are
    in lab axes. Written with q, the compiled form is a third as large as with the strains of both sides.
    """
    n = normal("+")
    slope = ufl.dot(grad_u, normal)
    jump = elasticity.voigt_strain(ufl.outer(slope("+") + slope("-"), n))
    change = ufl.dot(grad_strain, ufl.FacetNormal(mesh))
    double_traction = 0.5 * (ufl.dot(C("+"), change("+")) - ufl.dot(C("-"), change("-")))
    penalty = 0.5 * penalty_factor(mesh) * ufl.inner(jump, ufl.dot(ufl.avg(C), jump))
    return length**2 * (penalty - ufl.inner(double_traction, jump))


def penalty_factor(mesh: ufl.Mesh) -> Expr:
    """η/h, with 1/h = |J⁻¹ n| for a cell whose map from the reference cell has the Jacobian J.

    η = 4 d² is above what the inverse trace inequality needs for gradients that are constant in a cell: for
    simplices facet over volume is at most d^(3/2) |J⁻¹ n|, and d + 1 facets share a cell.
    """
    stretch = ufl.JacobianInverse(mesh) * ufl.FacetNormal(mesh)
    return 4.0 * mesh.topological_dimension() ** 2 * ufl.avg(ufl.sqrt(ufl.inner(stretch, stretch)))
