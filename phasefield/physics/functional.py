"""The free energy H[P, u, φ] as a sum of terms; everything else is its derivative.

`Functional` holds the fields, the coefficients of each region and the boundary terms. `energies` lists the
energy densities by term and region: the only place where terms are put together. Residuals, operators, driving
forces, stresses and energy reports are made from it by differentiation.

To add a term: write its density in a file of this folder and add it to `polar_densities`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from phasefield.fields import function_spaces
from phasefield.mesh import Domain
from phasefield.physics import elasticity, electrostatics, gradient, landau
from phasefield.physics.coefficients import Passive, Polar

#: Terms of the energy in the order of their columns in reports.
TERMS = ("landau", "gradient", "elastic", "electric", "surface", "load")


@dataclass
class BoundaryTerm:
    """An energy per area `density(P, u, phi, normal)` on a named boundary, counted under `term`."""

    term: str
    boundary: str
    density: Callable


@dataclass
class Functional:
    """Fields, coefficients and energies of one problem, in solver units.

    `regions` maps each region name of the domain to its coefficients. `mean_strain` (6, Voigt) is added to
    sym ∇u and `applied_field` (3) to −∇φ. Each of `volume_loads` is a density(P, u, phi) in all regions, counted
    under "load": body forces −b·u, free charge +ρφ, extra fields −e·P.
    """

    domain: Domain
    degree: int
    regions: dict[str, Polar | Passive]
    boundary_terms: list[BoundaryTerm] = field(default_factory=list)
    volume_loads: list[Callable] = field(default_factory=list)
    quadrature_degree: int | None = None
    electrostatics: bool = True
    mechanics: bool = True

    def __post_init__(self) -> None:
        spaces = function_spaces(self.domain, self.degree)
        self.spaces = spaces
        self.P = fem.Function(spaces.P, name="P")
        self.u = fem.Function(spaces.u, name="u")
        self.phi = fem.Function(spaces.phi, name="phi")
        self.mean_strain = fem.Constant(self.domain.mesh, np.zeros(6))
        self.applied_field = fem.Constant(self.domain.mesh, np.zeros(3))

    # --- measures -----------------------------------------------------------------------------------------

    @property
    def polar_regions(self) -> dict[str, Polar]:
        """Regions that carry polarization."""
        return {name: c for name, c in self.regions.items() if isinstance(c, Polar)}

    def dx(self, region: str, degree: int | None = None, scheme: str | None = None) -> ufl.Measure:
        """Volume measure of one region.

        The default degree 2k+2 integrates the elastic energy of P1 fields exactly and keeps the order of
        convergence of the Landau terms; all derivatives inherit it, so forces are those of the same energy.
        """
        metadata: dict = {"quadrature_degree": degree or self.quadrature_degree or 2 * self.degree + 2}
        if scheme:
            metadata["quadrature_rule"] = scheme
        return self.domain.dx(region, **metadata)

    # --- kinematics ---------------------------------------------------------------------------------------

    def strain(self, u=None):
        """Total Voigt strain: mean strain plus sym ∇u."""
        return self.mean_strain + elasticity.voigt_strain(self.domain.grad(self.u if u is None else u))

    def field(self, phi=None):
        """Electric field: applied field minus ∇φ."""
        return electrostatics.field(self.domain.grad(self.phi if phi is None else phi), self.applied_field)

    def eigenstrain(self, region: str, P=None):
        """Voigt eigenstrain of a region; zero where there is no polarization."""
        coefficients = self.regions[region]
        if isinstance(coefficients, Passive):
            return ufl.as_vector([0.0] * 6)
        P = self.P if P is None else P
        return coefficients.eigenstrain + elasticity.electrostrictive_strain(P, coefficients.electrostriction)

    def stress(self, region: str):
        """Voigt stress of a region."""
        return elasticity.stress(self.strain(), self.eigenstrain(region), self.regions[region].stiffness)

    # --- energies -----------------------------------------------------------------------------------------

    def local_density(self, region: str, P, u):
        """Landau plus elastic energy density: what is local in P at a given displacement."""
        c = self.polar_regions[region]
        density = landau.energy_density(landau.crystal_frame(P, c.rotation), c.alpha, c.order)
        if self.mechanics:
            density += elasticity.energy_density(self.strain(u), self.eigenstrain(region, P), c.stiffness)
        return density

    def densities(self, region: str, P, u, phi) -> dict[str, Expr]:
        """Energy densities of one region by term."""
        c = self.regions[region]
        terms = {}
        polar = isinstance(c, Polar)
        if isinstance(c, Polar):
            terms["landau"] = landau.energy_density(landau.crystal_frame(P, c.rotation), c.alpha, c.order)
            terms["gradient"] = gradient.energy_density(self.domain.grad(P), c.gradient)
        if self.mechanics:
            terms["elastic"] = elasticity.energy_density(self.strain(u), self.eigenstrain(region, P), c.stiffness)
        if self.electrostatics:
            terms["electric"] = electrostatics.energy_density(
                self.field(phi), P if polar else ufl.zero(3), c.permittivity
            )
        elif polar:
            terms["electric"] = -ufl.inner(self.applied_field, P)
        return terms

    def boundary_integral(self, term: BoundaryTerm, P: Expr, u: Expr, phi: Expr) -> ufl.Form:
        """Integral of a boundary term over its facets, outer or inner."""
        normal = self.domain.normal()
        over = self.domain.dS if term.boundary in self.domain.interfaces else self.domain.ds
        if term.boundary in self.domain.interfaces:
            # The fields are continuous; every term is even in the normal, so either side's will do.
            P, u, phi, normal = ufl.avg(P), ufl.avg(u), ufl.avg(phi), normal("+")
        return term.density(P, u, phi, normal) * over(term.boundary, quadrature_degree=2 * self.degree)

    def energy(self, P=None, u=None, phi=None, terms: Iterable[str] = TERMS):
        """H as a UFL form, of all or of chosen terms."""
        P = self.P if P is None else P
        u = self.u if u is None else u
        phi = self.phi if phi is None else phi
        terms = tuple(terms)
        forms = []
        for region in self.regions:
            for name, density in self.densities(region, P, u, phi).items():
                if name in terms:
                    forms.append(density * self.dx(region))
            if "load" in terms:
                forms += [density(P, u, phi) * self.dx(region) for density in self.volume_loads]
        forms += [self.boundary_integral(b, P, u, phi) for b in self.boundary_terms if b.term in terms]
        return sum(forms)
