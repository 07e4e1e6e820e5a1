"""What a run with electrons and holes says of them: their numbers, and how high the bands stand at metals."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from dolfinx import fem
from mpi4py import MPI

from phasefield import jit
from phasefield.output.carriers import CONCENTRATIONS, CarrierField
from phasefield.physics.functional import BoundaryTerm, Functional
from phasefield.scaling import Scaling
from phasefield.solvers.assembly import CellIntegrals
from phasefield.units import LENGTH


class CarrierMeasures:
    """Columns number_, min_c_ and max_c_ of electrons and holes, and barrier_<boundary> of each metal on the body.

    A barrier is the mean over the boundary of the edge of the conduction band over the Fermi level of the metal, per
    charge (V): that of electrons which pass from there. `contacts` are the potentials of metals by boundary.
    """

    def __init__(self, functional: Functional, scaling: Scaling, contacts: Mapping[str, fem.Constant]):
        carriers = functional.carriers
        assert carriers is not None  # measures of nothing are not made
        self.functional, self.scaling, self.comm = functional, scaling, functional.domain.comm
        self.unit = carriers.unit
        self.fields = {name: CarrierField(name, functional, scaling) for name in CONCENTRATIONS}
        numbers = carriers.numbers(functional.phi)
        self.names = tuple(numbers)
        measures = [functional.charge_dx(region) for region in functional.polar_regions]
        integrands = [(i, number, dx) for i, number in enumerate(numbers.values()) for dx in measures]
        self.numbers = CellIntegrals(functional.domain, len(self.names), integrands)
        nodes = [functional.spaces.phi.dofmap.list[field.cells] for field in self.fields.values()]
        self.nodes = np.unique(nodes[0])
        self.barriers = {name: self._barrier(name, V) for name, V in contacts.items() if self._on_body(name)}

    def _on_body(self, boundary: str) -> bool:
        """Whether a boundary is one of the polar body."""
        mesh, domain = self.functional.domain.mesh, self.functional.domain
        beside = mesh.topology.connectivity(mesh.topology.dim - 1, mesh.topology.dim)
        polar = np.concatenate([domain.cells(region) for region in self.functional.polar_regions])
        cells = [cell for facet in domain.facets(boundary) for cell in beside.links(facet)]
        return bool(self.comm.allreduce(bool(np.isin(cells, polar).any()), op=MPI.LOR))

    def _barrier(self, boundary: str, metal: fem.Constant) -> tuple[fem.Form, float]:
        """Integral of the height of the band over a boundary, and its area."""
        f = self.functional
        carriers = f.carriers
        assert carriers is not None
        one = fem.Constant(f.domain.mesh, 1.0)
        height = BoundaryTerm(
            "", boundary, lambda P, u, phi, n: carriers.conduction_band(phi) - carriers.potential + metal
        )
        area = f.boundary_integral(BoundaryTerm("", boundary, lambda P, u, phi, n: one), f.P, f.u, f.phi)
        total = self.comm.allreduce(float(fem.assemble_scalar(jit.form(area))))
        return jit.form(f.boundary_integral(height, f.P, f.u, f.phi)), total

    def row(self) -> dict[str, float]:
        """The columns of the present state, SI; numbers per metre of each axis not resolved."""
        volume = LENGTH**self.functional.domain.body_dim
        row: dict[str, float] = {}
        for name, number in zip(self.names, self.numbers(), strict=True):
            row[f"number_{name}"] = float(number) * self.unit * volume
        for name, field in self.fields.items():
            field.update()
            values = field.function.x.array[self.nodes] * field.scale
            row[f"min_{name}"] = self.comm.allreduce(float(values.min(initial=np.inf)), op=MPI.MIN)
            row[f"max_{name}"] = self.comm.allreduce(float(values.max(initial=-np.inf)), op=MPI.MAX)
        for boundary, (form, area) in self.barriers.items():
            height = self.comm.allreduce(float(fem.assemble_scalar(form))) / area
            row[f"barrier_{boundary}"] = height * self.scaling.potential
        return row
