"""The mobile defects of a case: coefficients at a temperature, the start, and what is prescribed at boundaries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from dolfinx import fem, la
from mpi4py import MPI
from ufl.core.expr import Expr

from phasefield import compat, jit, tensors
from phasefield.case.defects import FEWEST_CELLS, diffusion_factors, diffusivity, vegard_tensor
from phasefield.case.schema import Case, DefectSpecies
from phasefield.errors import CaseError
from phasefield.ferroelectric import Body
from phasefield.initial import nodes_of
from phasefield.mesh import Domain
from phasefield.physics.coefficients import constant
from phasefield.physics.species import Species
from phasefield.scaling import Scaling
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE, LENGTH, pretty


@dataclass
class Held:
    """What is prescribed of a species: 1.0/0.0 over its owned unknowns.

    Attributes: free_c, free_mu (0.0 where prescribed), follows (1.0 where μ is that of a prescribed concentration).
    """

    free_c: np.ndarray
    free_mu: np.ndarray
    follows: np.ndarray


class Ions:
    """All mobile and fixed defects of a case.

    Attributes: species (in the order of the case), held (for each), fixed_charge (None without), body_nodes (of the
    linear functions, local ones that a ferroelectric cell touches).
    """

    def __init__(self, case: Case, domain: Domain, scaling: Scaling, body: Body):
        self.case, self.domain, self.scaling, self.body = case, domain, scaling, body
        self.specs = case.defects.species
        self.species: list[Species] = []
        self.held: list[Held] = []
        self.fixed_charge: fem.Constant | None = None
        if not self.specs:
            if case.defects.fixed:
                self.fixed_charge = constant(domain.mesh, np.asarray(self._given_charge()))
            return
        self.space = fem.functionspace(domain.mesh, ("Lagrange", 1))
        self.body_nodes = self._body_nodes()
        for name, spec in self.specs.items():
            self.species.append(self._species(name, spec))
            self.held.append(self._held(name, spec, self.species[-1]))
        self.fixed_charge = constant(domain.mesh, np.asarray(self._given_charge()))
        self.set_temperature(body.temperature)
        self.initialize()  # also where a run continues: the background follows from the start

    # --- set-up -------------------------------------------------------------------------------------------

    def _body_nodes(self) -> np.ndarray:
        dofmap = self.space.dofmap
        marker = fem.Function(self.space)
        cells = np.concatenate([self.domain.cells(region) for region in self.body.regions])
        marker.x.array[np.unique(dofmap.list[cells])] = 1.0
        # A node may touch a cell of the body that only another rank knows.
        marker.x.scatter_reverse(la.InsertMode.add)
        marker.x.scatter_forward()
        return np.flatnonzero(marker.x.array > 0.0)

    def _species(self, name: str, spec: DefectSpecies) -> Species:
        mesh, unit = self.domain.mesh, spec.concentration
        vegard = None
        strain = vegard_tensor(spec)
        if strain is not None and self.case.mechanics.enabled:
            voigt = tensors.strain_to_voigt(self._in_lab(strain))
            vegard = constant(mesh, voigt * unit / self.scaling.strain)
        return Species(
            name=name,
            space=self.space,
            unit=unit,
            site_density=spec.site_density / unit,
            charge=self.scaling.charge(spec.charge * ELEMENTARY_CHARGE * unit),
            thermal=constant(mesh, np.asarray(0.0)),
            diffusivity=constant(mesh, np.zeros((3, 3))),
            vegard=vegard,
            reference=1.0 if spec.reference is None else spec.reference / unit,
        )

    def _in_lab(self, t: tensors.Array) -> tensors.Array:
        """Lab components of a rank-2 tensor of the crystal, the mean about z where the crystal is averaged."""
        rotated = tensors.rotate2(t, self.body.rotation)
        return tensors.axial_average2(rotated) if self.body.axial else rotated

    def _held(self, name: str, spec: DefectSpecies, species: Species) -> Held:
        """Prescribe what lies outside the body, and the conditions at boundaries."""
        n = species.owned
        held = Held(free_c=np.ones(n), free_mu=np.ones(n), follows=np.zeros(n))
        outside = np.ones(len(species.c.x.array), dtype=bool)
        outside[self.body_nodes] = False
        held.free_c[outside[:n]] = held.free_mu[outside[:n]] = 0.0
        for condition in spec.boundary:
            if condition.kind == "blocking":
                continue
            for boundary in condition.on:
                nodes = self._nodes(boundary)
                held.free_mu[nodes] = 0.0
                if condition.kind == "concentration":
                    held.free_c[nodes], held.follows[nodes] = 0.0, 1.0
        return held

    def _nodes(self, boundary: str) -> np.ndarray:
        """Owned nodes of a boundary that belong to the body."""
        fdim = self.domain.mesh.topology.dim - 1
        nodes = fem.locate_dofs_topological(self.space, fdim, self.domain.facets(boundary))
        nodes = nodes[nodes < self.space.dofmap.index_map.size_local]
        return np.intersect1d(nodes, self.body_nodes)

    def _given_charge(self) -> float:
        """Charge density of the fixed defects (solver units)."""
        total = sum(fixed.charge * fixed.concentration for fixed in self.case.defects.fixed.values())
        return self.scaling.charge(total * ELEMENTARY_CHARGE)

    # --- temperature --------------------------------------------------------------------------------------

    def set_temperature(self, temperature: float) -> None:
        """Give kT and the diffusion coefficients the values of a temperature (K)."""
        for species, spec in zip(self.species, self.specs.values(), strict=True):
            species.thermal.value = BOLTZMANN * temperature * species.unit / self.scaling.energy_density
            D = diffusivity(spec, temperature) * diffusion_factors(spec)
            species.diffusivity.value[...] = self.scaling.diffusivity(self._in_lab(D))

    # --- start --------------------------------------------------------------------------------------------

    def initialize(self) -> None:
        """Concentrations at the start, and the charge that makes the body neutral if the case says so.

        Raises CaseError: a concentration outside (0, c_max).
        """
        both = list(zip(self.specs.items(), self.species, strict=True))
        for (name, spec), species in both:
            self._initial(name, spec, species)
        if self.case.defects.background == "neutralizing" and self.fixed_charge is not None:
            self.fixed_charge.value = -self._mean_charge()
        for (_, spec), species in both:
            self._prescribe(spec, species)

    def _initial(self, name: str, spec: DefectSpecies, species: Species) -> None:
        values = np.zeros(len(species.c.x.array))
        values[self.body_nodes] = 1.0
        if spec.profile is not None:
            points = nodes_of(self.space, self.domain).x[self.body_nodes]
            values[self.body_nodes] = self.body.along(spec.profile, points)
        inside = values[self.body_nodes]
        wrong = (inside <= 0.0) | (inside >= species.site_density)
        if self.domain.comm.allreduce(bool(wrong.any())):
            raise CaseError(
                f"defects.species.{name}.profile: with concentration {spec.concentration:g} 1/m^3 it gives"
                f" concentrations outside (0, {spec.site_density:g} 1/m^3), the site density"
            )
        species.set(values)

    def _prescribe(self, spec: DefectSpecies, species: Species) -> None:
        """Prescribed concentrations and potentials at boundaries."""
        thermal = float(species.thermal.value) * self.scaling.energy_density / species.unit
        for condition in spec.boundary:
            if condition.value is None:
                continue
            for boundary in condition.on:
                nodes = self._nodes(boundary)
                if condition.kind == "concentration":
                    c = species.c.x.array.copy()
                    c[nodes] = condition.value / species.unit
                    species.set(c)
                else:
                    species.mu.x.array[nodes] = condition.value / thermal
        for function in (species.c, species.free, species.mu):
            function.x.scatter_forward()

    def amount_of_charge(self) -> float:
        """Integral of the charge of the mobile defects, without sign (solver units)."""
        return self._integral(sum(abs(s.charge) * s.c for s in self.species))

    def _mean_charge(self) -> float:
        """Mean charge density of the mobile defects in the body."""
        volume = self._integral(fem.Constant(self.domain.mesh, 1.0))
        return self._integral(sum(s.charge * s.c for s in self.species)) / volume

    def _integral(self, density: Expr) -> float:
        """Integral over the body as quadrature at the nodes sees it."""
        form = sum(density * self.domain.nodal_dx(region) for region in self.body.regions)
        return self.domain.comm.allreduce(float(fem.assemble_scalar(jit.form(form))))

    # --- resolution ---------------------------------------------------------------------------------------

    def unresolved(self, debye_length: float) -> list[str]:
        """A warning for each conductor at whose surface cells are too large for screening layers. Collective."""
        charged = self.species or self.case.electrostatics.carriers
        conditions = self.case.electrostatics.boundary if charged else ()
        names = [name for c in conditions if c.kind != "free" for name in c.on if name in self.domain.boundaries]
        sizes = {name: self._height_of_cells(name) for name in names}
        return [
            f'defects: cells at "{name}" are {pretty(size, "m", 3)} high, the Debye length of the charges at the start'
            f" is {pretty(debye_length, 'm', 3)}: screening layers are not resolved there; use cells of at most"
            f" {pretty(debye_length / FEWEST_CELLS, 'm', 3)} (mesh.faces), or read nothing from these layers"
            for name, size in sizes.items()
            if size > debye_length / FEWEST_CELLS * (1.0 + 1e-9)
        ]

    def _height_of_cells(self, boundary: str) -> float:
        """Largest over the cells at a boundary of their smallest extent along an axis (m)."""
        mesh = self.domain.mesh
        cells_at = mesh.topology.connectivity(mesh.topology.dim - 1, mesh.topology.dim)
        cells = [cell for facet in self.domain.facets(boundary) for cell in cells_at.links(facet)]
        corners = mesh.geometry.x[compat.geometry_dofmap(mesh)[cells], : mesh.geometry.dim]
        heights = np.ptp(corners, axis=1).min(axis=1) if len(cells) else np.zeros(0)
        return LENGTH * self.domain.comm.allreduce(float(heights.max(initial=0.0)), op=MPI.MAX)
