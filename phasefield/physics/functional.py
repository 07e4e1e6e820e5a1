"""The free energy H[P, u, φ] as a sum of terms; everything else is its derivative.

`Functional` holds the fields, the coefficients of each region and the boundary terms. `energies` lists the
energy densities by term and region: the only place where terms are put together. Residuals, operators, driving
forces, stresses and energy reports are made from it by differentiation.

To add a term: write its density in a file of this folder and add it to `polar_densities`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import ufl
from dolfinx import fem
from ufl.checks import is_cellwise_constant
from ufl.core.expr import Expr

from phasefield import compat, jit
from phasefield.fields import function_spaces
from phasefield.mesh import Domain
from phasefield.mesh.revolution import Measure
from phasefield.physics import defects, elasticity, electrostatics, flexoelectricity, gradient, landau, strain_gradient
from phasefield.physics.carriers import Carriers
from phasefield.physics.coefficients import Coefficient, Passive, Polar, with_zeros
from phasefield.physics.flexoelectricity import COUPLINGS, Coupling
from phasefield.physics.species import Species

#: Terms of the energy in the order of their columns in reports; those of defects and carriers only if there are any.
TERMS = ("landau", "gradient", "elastic", "flexo", "electric", "surface", "defect", "carrier", "load")


@dataclass
class BoundaryTerm:
    """An energy per area `density(P, u, phi, normal)` on a named boundary, counted under `term`.

    It is integrated exactly for polynomials of `quadrature_degree`, twice that of the elements unless given.
    """

    term: str
    boundary: str
    density: Callable
    quadrature_degree: int | None = None


@dataclass
class Functional:
    """Fields, coefficients and energies of one problem, in solver units.

    `regions` maps each region name of the domain to its coefficients. `mean_strain` holds a uniform Voigt strain
    (6) and a Voigt curvature (6, strain per nm of `height`, if the plate is `bent`); both are added to sym ∇u, and
    `applied_field` (3) to −∇φ. `coupling` says how flexocoupling acts in the equations of P and u;
    `strain_gradient_length` (nm) is l of strain-gradient elasticity, none if 0.
    Each of `volume_loads` is a density(P, u, phi) in all regions, counted under
    "load": body forces −b·u, free charge +ρφ, extra fields −e·P. `species` are mobile defects of the polar regions, and
    `fixed_charge` is a charge density there; `carriers` are the electrons and holes there.
    """

    domain: Domain
    degree: int
    regions: dict[str, Polar | Passive]
    boundary_terms: list[BoundaryTerm] = field(default_factory=list)
    volume_loads: list[Callable] = field(default_factory=list)
    quadrature_degree: int | None = None
    electrostatics: bool = True
    mechanics: bool = True
    coupling: Coupling = COUPLINGS["gradient of P"]
    bent: bool = False
    strain_gradient_length: float = 0.0
    species: list[Species] = field(default_factory=list)
    fixed_charge: Coefficient | None = None
    carriers: Carriers | None = None

    def __post_init__(self) -> None:
        spaces = function_spaces(self.domain, self.degree)
        self.spaces = spaces
        self.P = fem.Function(spaces.P, name="P")
        self.u = fem.Function(spaces.u, name="u")
        self.phi = fem.Function(spaces.phi, name="phi")
        self.mean_strain = fem.Constant(self.domain.mesh, np.zeros(12))
        self.applied_field = fem.Constant(self.domain.mesh, np.zeros(3))
        self.length = fem.Constant(self.domain.mesh, self.strain_gradient_length)

    # --- measures -----------------------------------------------------------------------------------------

    @property
    def polar_regions(self) -> dict[str, Polar]:
        """Regions that carry polarization."""
        return {name: c for name, c in self.regions.items() if isinstance(c, Polar)}

    @property
    def solid_regions(self) -> dict[str, Polar | Passive]:
        """Regions that have a displacement."""
        return {name: c for name, c in self.regions.items() if isinstance(c, Polar) or not c.fluid}

    @property
    def energy_degree(self) -> int:
        """Degree of the quadrature of all energies.

        The default 2k+1 integrates smooth energies with a smaller error, O(h^(2k+2)), than that of the fields of degree
        k; all derivatives inherit it, so forces are those of the same energy.
        """
        return self.quadrature_degree or 2 * self.degree + 1

    def dx(self, region: str, degree: int | None = None) -> Measure:
        """Volume measure of one region, that of the energies unless a degree is given."""
        return self.domain.dx(region, quadrature_degree=degree or self.energy_degree)

    # --- kinematics ---------------------------------------------------------------------------------------

    def strain(self, u=None):
        """Total Voigt strain: mean strain, curvature times height, and sym ∇u."""
        mean = [self.mean_strain[k] for k in range(6)]
        if self.bent:
            mean = [m + self.height * self.mean_strain[6 + k] for k, m in enumerate(mean)]
        return ufl.as_vector(mean) + elasticity.voigt_strain(self.domain.grad(self.u if u is None else u))

    def lattice_strain(self, u=None):
        """Voigt strain of the polar body from its stress-free lattice without polarization.

        Its gradient is what flexocoupling feels: a film that is coherent with its substrate has the same total
        strain everywhere, yet where its composition varies its lattice is strained by different amounts.
        """
        return self.strain(u) - next(iter(self.polar_regions.values())).eigenstrain - self._vegard_strain()

    @property
    def height(self) -> Expr:
        """Distance from the middle of a plate along its thickness (nm), the coordinate that is not periodic."""
        i = self.domain.periodic.index(False)
        middle = self.domain.lower[i] + 0.5 * self.domain.lengths[i]
        return ufl.SpatialCoordinate(self.domain.mesh)[i] - middle

    def field(self, phi=None):
        """Electric field: applied field minus ∇φ."""
        return electrostatics.field(self.domain.grad(self.phi if phi is None else phi), self.applied_field)

    def eigenstrain(self, region: str, P=None):
        """Voigt eigenstrain of a region; zero where there is no polarization."""
        coefficients = self.regions[region]
        if isinstance(coefficients, Passive):
            return ufl.as_vector([0.0] * 6)
        P = self.P if P is None else P
        spontaneous = elasticity.electrostrictive_strain(P, coefficients.electrostriction)
        return coefficients.eigenstrain + spontaneous + self._vegard_strain()

    def _vegard_strain(self):
        """Voigt strain of the free lattice by the defects in it."""
        strains = [defects.vegard_strain(s.c, s.reference, s.vegard) for s in self.species if s.vegard is not None]
        return sum(strains, ufl.zero(6))

    def stress(self, region: str):
        """Voigt stress of a region, with that of a gradient of the polarization."""
        c = self.regions[region]
        stress = elasticity.stress(self.strain(), self.eigenstrain(region), c.stiffness)
        if region in self.flexo_regions and self.coupling.converse is not None:
            stress += flexoelectricity.stress(self.domain.grad(self.P), self.flexo_coefficients)
        return stress

    @property
    def variational(self) -> bool:
        """Whether all equations are derivatives of the energy, so that it falls at constant loads."""
        return self.coupling.variational or not self.flexo_regions

    @property
    def flexo_regions(self) -> dict[str, Polar]:
        """Regions with flexocoupling."""
        return {name: c for name, c in self.polar_regions.items() if c.flexo is not None}

    def flexo_skin(self) -> Measure:
        """Measure over the surface of the body with flexocoupling."""
        return self.domain.skin(*self.flexo_regions, quadrature_degree=2 * self.degree)

    @property
    def flexo_coefficients(self) -> Expr:
        """The 6x9 flexocoupling; one body makes all polar regions, so it is the same in all of them."""
        coefficients = next(iter(self.flexo_regions.values())).flexo
        assert coefficients is not None
        return coefficients

    def flexo_surface(self, P: Expr, u: Expr, theta: float) -> ufl.Form:
        """Surface integral −θ ∮ f ε P n dA of the flexocoupling energy."""
        return -self._constant(theta) * self.flexo_surface_density(P, u) * self.flexo_skin()

    def flexo_surface_density(self, P: Expr, u: Expr | None = None) -> Expr:
        """f ε P n per area of the body with flexocoupling."""
        strain = self.lattice_strain(u)
        return flexoelectricity.surface_energy(strain, P, self.domain.normal(), self.flexo_coefficients)

    def _constant(self, value: float) -> fem.Constant:
        """A number that forms do not have to be compiled for."""
        return fem.Constant(self.domain.mesh, value)

    def strain_gradient_facets(self, u: Expr) -> ufl.Form:
        """What strain-gradient elasticity has on interior facets."""
        density = strain_gradient.facet_energy(
            self.domain.grad(u),
            ufl.grad(self.strain(u)),
            self.domain.normal(),
            self.stiffness_by_cell,
            self.length,
            self.domain.mesh.ufl_domain(),
        )
        # Around the axis of a body of revolution the strain does not jump, and facets have no normal.
        return density * self.domain.dS(quadrature_degree=2 * self.degree)

    @cached_property
    def stiffness_by_cell(self) -> Expr:
        """The Voigt stiffness as a field, for facets between regions; literal zeros where all regions have them."""
        uniform = all(is_cellwise_constant(c.stiffness) for c in self.regions.values())
        field = fem.Function(fem.functionspace(self.domain.mesh, ("DG", 0 if uniform else self.degree, (6, 6))))
        points = compat.interpolation_points(field.function_space)
        for name, c in self.regions.items():
            field.interpolate(jit.expression(c.stiffness, points), self.domain.cells(name))
        values = np.abs(field.x.array.reshape(-1, 6, 6)).max(axis=0, initial=0.0)
        return with_zeros(field, np.max(self.domain.comm.allgather(values), axis=0))

    # --- energies -----------------------------------------------------------------------------------------

    def landau_density(self, c: Polar, P) -> Expr:
        """Landau energy density of a polar region."""
        if c.axial:
            return landau.axial_energy_density(P, c.alpha, c.order)
        return landau.energy_density(landau.crystal_frame(P, c.rotation), c.alpha, c.order)

    def local_density(self, region: str, P, u):
        """Landau plus elastic energy density: what is local in P at a given displacement."""
        c = self.polar_regions[region]
        density = self.landau_density(c, P)
        if self.mechanics:
            density += elasticity.energy_density(self.strain(u), self.eigenstrain(region, P), c.stiffness)
        return density

    def densities(self, region: str, P, u, phi) -> dict[str, Expr]:
        """Energy densities of one region by term."""
        c = self.regions[region]
        terms = {}
        polar = isinstance(c, Polar)
        if isinstance(c, Polar):
            terms["landau"] = self.landau_density(c, P)
            terms["gradient"] = gradient.energy_density(self.domain.grad(P), c.gradient)
        if self.mechanics:
            terms["elastic"] = elasticity.energy_density(self.strain(u), self.eigenstrain(region, P), c.stiffness)
            if self.strain_gradient_length:
                gradient_of_strain = self.domain.grad_voigt(self.strain(u))
                terms["elastic"] += strain_gradient.energy_density(gradient_of_strain, c.stiffness, self.length)
            if isinstance(c, Polar) and c.flexo is not None:
                terms["flexo"] = flexoelectricity.energy_density(self.lattice_strain(u), self.domain.grad(P), c.flexo)
        if self.electrostatics:
            terms["electric"] = electrostatics.energy_density(
                self.field(phi), P if polar else ufl.zero(3), c.permittivity
            )
        elif polar:
            terms["electric"] = -ufl.inner(self.applied_field, P)
        return terms

    # --- defects ------------------------------------------------------------------------------------------

    @property
    def terms(self) -> tuple[str, ...]:
        """Terms of the energy that are reported."""
        there = {"defect": bool(self.species), "carrier": self.carriers is not None}
        return tuple(term for term in TERMS if there.get(term, True))

    @property
    def defect_fields(self) -> list[fem.Function]:
        """Concentration, free sites and potential of each species, one after the other."""
        return [field for s in self.species for field in (s.c, s.free, s.mu)]

    def charge_dx(self, region: str) -> Measure:
        """Measure of the energy of free charge: at the nodes for linear fields."""
        return self.domain.nodal_dx(region) if self.degree == 1 else self.dx(region)

    def defect_densities(self, region: str, phi) -> list[tuple[str, Expr, Measure]]:
        """Energies of mixing and of the charge of defects, electrons and holes, each with its term and measure.

        At the nodes for linear fields, so that at equilibrium c obeys Boltzmann's law there, on any mesh.
        """
        if region not in self.polar_regions:
            return []
        integrals = []
        nodal, charged = self.domain.nodal_dx(region), self.charge_dx(region)
        for s in self.species:
            integrals.append(("defect", defects.mixing_density(s.c, s.free, s.site_density, s.thermal), nodal))
        if self.electrostatics:
            charges = [s.charge * s.c for s in self.species if s.charge]
            charges += [self.fixed_charge] if self.fixed_charge is not None else []
            integrals += [("electric", electrostatics.charge_energy(phi, charge), charged) for charge in charges]
            if self.carriers is not None:
                integrals.append(("carrier", self.carriers.density(phi), charged))
        return integrals

    def drift(self, s: Species) -> ufl.Form:
        """What a step adds to H for one species: its saddle point is the step (see `physics.defects`)."""
        forms = []
        for region in self.polar_regions:
            exchange = defects.exchange(s.c - s.old, s.mu)
            dissipation = defects.dissipation(
                self.domain.grad(s.mu), ufl.exp(s.log_mobility), s.diffusivity, s.duration
            )
            forms += [s.thermal * exchange * self.domain.nodal_dx(region), s.thermal * dissipation * self.dx(region)]
        return sum(forms)

    def boundary_integral(self, term: BoundaryTerm, P: Expr, u: Expr, phi: Expr) -> ufl.Form:
        """Integral of a boundary term over its facets, outer or inner."""
        normal = self.domain.normal()
        over = self.domain.dS if term.boundary in self.domain.interfaces else self.domain.ds
        if term.boundary in self.domain.interfaces:
            # The fields are continuous; every term is even in the normal, so either side's will do.
            P, u, phi, normal = ufl.avg(P), ufl.avg(u), ufl.avg(phi), normal("+")
        return term.density(P, u, phi, normal) * over(
            term.boundary, quadrature_degree=term.quadrature_degree or 2 * self.degree
        )

    def surface_integrals(self, P: Expr, u: Expr, phi: Expr, theta: float) -> list[tuple[str, ufl.Form]]:
        """Energies on boundaries, each with its term; `theta` is that of the flexocoupling."""
        integrals = [(b.term, self.boundary_integral(b, P, u, phi)) for b in self.boundary_terms]
        if theta and self.flexo_regions and self.mechanics:
            integrals.append(("flexo", self.flexo_surface(P, u, theta)))
        if self.strain_gradient_length and self.mechanics:
            integrals.append(("elastic", self.strain_gradient_facets(u)))
        return integrals

    def energy(self, P=None, u=None, phi=None, terms: Iterable[str] = TERMS, theta: float | None = None):
        """H as a UFL form, of all or of chosen terms; `theta` of the flexocoupling is that of reports unless given."""
        P = self.P if P is None else P
        u = self.u if u is None else u
        phi = self.phi if phi is None else phi
        theta = self.coupling.reported if theta is None else theta
        terms = tuple(terms)
        forms = []
        for region in self.regions:
            for name, density in self.densities(region, P, u, phi).items():
                if name in terms:
                    forms.append(density * self.dx(region))
            forms += [density * dx for name, density, dx in self.defect_densities(region, phi) if name in terms]
            if "load" in terms:
                forms += [density(P, u, phi) * self.dx(region) for density in self.volume_loads]
        forms += [integral for term, integral in self.surface_integrals(P, u, phi, theta) if term in terms]
        return sum(forms)

    def polarization_energy(self) -> ufl.Form:
        """What the equations of P and φ are the derivatives of: H with the flexocoupling of the direct effect."""
        return self._with_flexo(TERMS, self.coupling.direct)

    def mechanical_energy(self) -> ufl.Form:
        """What the equation of u is the derivative of: the terms with u, with the flexocoupling of the converse effect.

        It is `polarization_energy` in all that concerns u if the functional is `variational`.
        """
        return self._with_flexo(("elastic", "flexo", "load"), self.coupling.converse)

    def _with_flexo(self, terms: Iterable[str], theta: float | None) -> ufl.Form:
        chosen = [term for term in terms if term != "flexo" or theta is not None]
        return self.energy(terms=chosen, theta=theta)

    def forces_on_mean_strain(self, components: list[int]) -> tuple[ufl.Form, fem.FunctionSpace]:
        """∂/∂ε̄_k of `mechanical_energy` for some components of the mean strain, cell by cell.

        A linear form over piecewise constant vectors with an entry for each component, and their space: the sum over
        all cells is the derivative, integrals of the stress or, for a curvature, of its moment.
        """
        space = fem.functionspace(self.domain.mesh, ("DG", 0, (len(components),)))
        change = fem.Function(space)
        entries = {k: change[i] for i, k in enumerate(components)}
        moved = self.mean_strain + ufl.as_vector([entries.get(k, 0.0) for k in range(12)])
        energy = ufl.replace(self.mechanical_energy(), {self.mean_strain: moved})
        return ufl.derivative(energy, change), space

    def equations(self) -> dict[fem.Function, ufl.Form]:
        """Residuals by field: δH/δP, Gauss's law δH/δφ and the balance of forces."""
        energies = {self.P: self.polarization_energy()}
        if self.electrostatics:
            energies[self.phi] = energies[self.P]
        if self.mechanics:
            energies[self.u] = self.mechanical_energy()
        return {field: ufl.derivative(energy, field) for field, energy in energies.items()}
