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
from ufl.geometry import FacetJacobianDeterminant

from phasefield.physics import elasticity

#: Penalty times |K|/|F|, which must be above the constant of the inverse trace inequality (see `penalty_factor`).
PENALTY = {"interval": 1.5, "triangle": 1.5, "tetrahedron": 2.0, "quadrilateral": 4.5, "hexahedron": 4.5}
SIMPLICES = ("interval", "triangle", "tetrahedron")


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
    """η/h = c |F|/|K|, the mean of both sides of the facet F, with c no larger than it must be.

    The cell K must pay for the double tractions on all its facets: the energy is positive if
    Σ_F |K|/|F| ∫_F |C^½ ∂_nε|² < 2 c ∫_K |C^½ ∇ε|² (inverse trace inequality). In simplices ∇ε of elements of degree 2
    is constant, and 2 c the largest eigenvalue of Σ_F n⊗n: 2 in 1D, less than d + 1 in any triangle or tetrahedron,
    2 in those that halve squares and cubes. In boxes ∂_nε is at most linear along n, for which two opposite facets
    need 2 c = 6. A larger penalty draws u towards functions with continuous derivatives, of which elements of degree 2
    have few: on triangles and tetrahedra the error grows in proportion to it.
    """
    return PENALTY[str(mesh.ufl_cell())] * ufl.avg(facet_over_volume(mesh))


def facet_over_volume(mesh: ufl.Mesh) -> Expr:
    """|F|/|K| of a cell and its facet: one over the height of a box, d over the height of a simplex."""
    dim = ufl.Jacobian(mesh).ufl_shape[1]
    facet = FacetJacobianDeterminant(mesh) if dim > 1 else 1.0
    of_reference = dim if str(mesh.ufl_cell()) in SIMPLICES else 1
    return of_reference * facet / abs(ufl.JacobianDeterminant(mesh))
