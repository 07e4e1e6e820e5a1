"""What a run with a tip says of it: the contact, the polarization below it, and how far the body is deformed.

Linear elasticity holds for small strains: with a strain ε of `SMALL_STRAIN` the terms it leaves out are ε/2 of it, a
twentieth. Contacts of nanometres easily exceed that; where, and by how much, is in every row and in run.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.mesh import compute_midpoints
from mpi4py import MPI
from ufl.core.expr import Expr

from phasefield import compat, jit
from phasefield.loads import Indenter, TipLoad
from phasefield.loads.tip import RESOLVED
from phasefield.output.derived import DerivedField
from phasefield.output.projection import Projection
from phasefield.physics.functional import Functional
from phasefield.registry import extensive_unit
from phasefield.scaling import Scaling
from phasefield.solvers.assembly import CellIntegrals
from phasefield.units import LENGTH

#: Part of the polarization scale that P_z must exceed, the other way, to count as reversed: a tip may quench it.
REVERSED = 0.05
#: Quadrature points per cell and axis of integrals over the column below a tip.
POINTS = 4
#: Largest principal strain that counts as small.
SMALL_STRAIN = 0.1


class Deformation:
    """Largest strain and strain gradient of a state, and where strain is not small.

    The strain is the largest principal one by size, cell by cell. Strain gradients are those of the strain from the
    stress-free lattice, made continuous on the polar body, by the norm of all components, cell by cell.
    """

    def __init__(self, functional: Functional, scaling: Scaling):
        self.functional, self.scaling = functional, scaling
        self.comm = functional.domain.comm
        self.strain = DerivedField("strain", functional, scaling)
        mesh = functional.domain.mesh
        self.owned = mesh.topology.index_map(mesh.topology.dim).size_local

    def row(self) -> dict[str, float]:
        """Columns strain_peak, strain_gradient_peak (1/m), strain_large_volume (m^body_dim), strain_large_depth (m)."""
        size = self._principal_strains()
        large = size > SMALL_STRAIN
        height = self._middles[large, self.functional.domain.axes.index(2)] if large.any() else np.empty(0)
        lowest = self.comm.allreduce(float(height.min(initial=np.inf)), op=MPI.MIN)
        return {
            "strain_peak": self.comm.allreduce(float(size.max(initial=0.0)), op=MPI.MAX),
            "strain_gradient_peak": self._gradient_peak(),
            "strain_large_volume": self.comm.allreduce(float(self._volumes[large].sum())),
            "strain_large_depth": 0.0 if np.isinf(lowest) else (self._top - lowest) * LENGTH,
        }

    def _principal_strains(self) -> np.ndarray:
        self.strain.update()
        values = self.strain.function.x.array.reshape(-1, 3, 3)[: self.owned] * self.scaling.strain
        return np.abs(np.linalg.eigvalsh(values)).max(axis=1, initial=0.0)

    @cached_property
    def _middles(self) -> np.ndarray:
        mesh = self.functional.domain.mesh
        return compute_midpoints(mesh, mesh.topology.dim, np.arange(self.owned, dtype=np.int32))

    @cached_property
    def _top(self) -> float:
        """Height of the upper side (nm)."""
        domain = self.functional.domain
        i = domain.axes.index(2)
        return domain.lower[i] + domain.lengths[i]

    @cached_property
    def _volumes(self) -> np.ndarray:
        """Volume of each owned cell (m^body_dim)."""
        domain = self.functional.domain
        test = ufl.TestFunction(fem.functionspace(domain.mesh, ("DG", 0)))
        vector = fem.assemble_vector(jit.form(test * domain.dx()))
        return vector.array[: self.owned] * LENGTH**domain.body_dim

    @cached_property
    def _recovered(self) -> Projection:
        """Voigt strain from the stress-free lattice in continuous elements."""
        f = self.functional
        space = fem.functionspace(f.domain.mesh, ("Lagrange", 1, (6,)))
        strain, test = f.lattice_strain(), ufl.TestFunction(space)
        weak = sum(ufl.inner(strain, test) * f.dx(region, 2 * f.degree) for region in f.polar_regions)
        return Projection(weak, space, f, f.polar_regions, "lattice_strain")

    @cached_property
    def _gradient_norm(self) -> tuple[fem.Function, fem.Expression, np.ndarray]:
        f = self.functional
        gradient = f.domain.grad_voigt(self._recovered.function)
        squares = [(1.0 if p < 3 else 0.5) * ufl.inner(gradient[p, :], gradient[p, :]) for p in range(6)]
        space = fem.functionspace(f.domain.mesh, ("DG", 0))
        norm = jit.expression(ufl.sqrt(sum(squares)), compat.interpolation_points(space))
        return fem.Function(space), norm, np.concatenate([f.domain.cells(region) for region in f.polar_regions])

    def _gradient_peak(self) -> float:
        self._recovered.update()
        norm, expression, cells = self._gradient_norm
        norm.interpolate(expression, cells)
        largest = float(norm.x.array[: self.owned].max(initial=0.0))
        return self.comm.allreduce(largest, op=MPI.MAX) * self.scaling.strain / LENGTH


class TipMeasures:
    """The contact of a tip, and the film in the column below it.

    The column ends inside cells, and so does what is reversed in it: integrals take `POINTS` points per cell and axis.

    Args:
        tip: the load.
        functional, scaling: the fields.
    """

    def __init__(self, tip: TipLoad | Indenter, functional: Functional, scaling: Scaling):
        self.tip, self.functional, self.scaling = tip, functional, scaling
        domain = functional.domain
        self.comm = domain.comm
        self.center = fem.Constant(domain.mesh, np.zeros(2))
        P_z = functional.P[2]
        reversed_part = ufl.conditional(ufl.lt(P_z, -REVERSED), 1.0, 0.0)
        integrands = [
            (i, self._inside() * value, functional.dx(region, 2 * POINTS - 1))
            for region in functional.polar_regions
            for i, value in enumerate((1.0, P_z, reversed_part))
        ]
        self.integrals = CellIntegrals(domain, 3, integrands)
        self.pressed = fem.locate_dofs_topological(functional.spaces.phi, domain.dim - 1, domain.facets(tip.spec.on))

    def _inside(self) -> Expr:
        """1 in the column, 0 outside."""
        axes = self.functional.domain.axes
        x = ufl.SpatialCoordinate(self.functional.domain.mesh)
        square = sum((x[axes.index(i)] - self.center[i]) ** 2 for i in (0, 1) if i in axes)
        return ufl.conditional(ufl.lt(square, (self.tip.column / LENGTH) ** 2), 1.0, 0.0)

    def row(self) -> dict[str, float]:
        """Columns tip_force (N; N/m in a section), tip_contact_radius, tip_x, tip_y, tip_indentation (m), tip_P_z, the
        mean of the column (C/m²), and tip_reversed, the part of the column in which P_z points away from the tip.

        Of an indenter also tip_approach (m), tip_peak_pressure (Pa) and tip_cells.
        """
        contact = self.tip.contact
        self.center.value[:] = contact.place / LENGTH
        volume, moment, reversed_part = self.integrals()
        sunk = -self.functional.u.x.array.reshape(-1, 3)[self.pressed, 2]
        return {
            "tip_force": contact.force,
            "tip_contact_radius": contact.radius,
            "tip_x": float(contact.place[0]),
            "tip_y": float(contact.place[1]),
            "tip_indentation": self.comm.allreduce(float(sunk.max(initial=-np.inf)), op=MPI.MAX)
            * self.scaling.displacement,
            "tip_P_z": float(moment / volume) * self.scaling.polarization,
            "tip_reversed": float(reversed_part / volume),
            **(_found(self.tip) if isinstance(self.tip, Indenter) else {}),
        }


def _found(tip: Indenter) -> dict[str, float]:
    contact = tip.contact
    return {"tip_approach": contact.indentation, "tip_peak_pressure": contact.peak, "tip_cells": contact.cells}


def contact_report(tip: TipLoad | Indenter, columns: Mapping[str, np.ndarray]) -> dict[str, float | str]:
    """Entry `tip` of run.json: the contact at the largest force of the run, of an indenter from observables.csv.

    With a warning where a contact that was found has fewer than `RESOLVED` cells per radius.
    """
    if isinstance(tip, TipLoad):
        return dict(tip.report())
    k = int(np.argmax(columns["tip_force"]))
    names = ("force", "contact_radius", "approach", "peak_pressure", "cells")
    force, radius, approach, peak, cells = (float(columns[f"tip_{name}"][k]) for name in names)
    report: dict[str, float | str] = {
        "largest_force": force,
        "contact_radius": radius,
        "approach": approach,
        "peak_pressure": peak,
        "cells_per_contact_radius": cells,
    }
    if 0.0 < cells < RESOLVED:
        report["warning"] = (
            f"the contact has {cells:.2g} cells per radius at the largest force; expected at least {RESOLVED:g}: refine"
            " the mesh there (mesh.spacing)"
        )
    return report


def deformation_report(columns: Mapping[str, np.ndarray], dim: int) -> dict[str, float | str]:
    """Entry of run.json from columns of observables.csv: the largest values of the run.

    `dim` is that of volumes. Keys: peak, peak_gradient (1/m), small_up_to, and, where it was exceeded,
    exceeded_volume, exceeded_depth (m below the upper side) and a warning.
    """
    largest = {name: float(columns[name].max()) for name in columns if name.startswith("strain_")}
    report: dict[str, float | str] = {
        "peak": largest["strain_peak"],
        "peak_gradient": largest["strain_gradient_peak"],
        "small_up_to": SMALL_STRAIN,
    }
    if largest["strain_peak"] > SMALL_STRAIN:
        report["exceeded_volume"] = largest["strain_large_volume"]
        report["exceeded_depth"] = largest["strain_large_depth"]
        report["warning"] = (
            f"the largest principal strain is {largest['strain_peak']:.3g}, more than {SMALL_STRAIN:g}, within"
            f" {largest['strain_large_depth'] * 1e9:.3g} nm of the surface, in {largest['strain_large_volume']:.3g}"
            f" {extensive_unit('m^3', dim)}: linear elasticity is off by more than {50.0 * SMALL_STRAIN:g} % there"
        )
    return report
