"""Energies of the present state by term."""

from __future__ import annotations

import numpy as np
from dolfinx import fem

from phasefield import jit
from phasefield.physics.functional import Functional
from phasefield.solvers.assembly import CellIntegrals
from phasefield.solvers.contact import IndenterContact
from phasefield.solvers.floating import Floating


class EnergyReport:
    """Energies by term in solver units; the work of an `applied_stress` (12, as the mean strain) is a load, and so is
    that of the force of an indenter."""

    def __init__(
        self,
        functional: Functional,
        floating: Floating | None = None,
        applied_stress: np.ndarray | None = None,
        contact: IndenterContact | None = None,
    ):
        self.functional = functional
        self.floating = floating
        self.contact = contact
        self.applied_stress = np.zeros(12) if applied_stress is None else applied_stress
        f = functional
        integrands = [
            (f.terms.index(term), density, f.dx(region))
            for region in f.regions
            for term, density in f.densities(region, f.P, f.u, f.phi).items()
        ]
        integrands += [
            (f.terms.index("load"), density(f.P, f.u, f.phi), f.dx(region))
            for region in f.regions
            for density in f.volume_loads
        ]
        integrands += [
            (f.terms.index(term), density, dx)
            for region in f.regions
            for term, density, dx in f.defect_densities(region, f.phi)
        ]
        self.volume_terms = CellIntegrals(f.domain, len(f.terms), integrands)
        integrals = f.surface_integrals(f.P, f.u, f.phi, f.coupling.reported)
        self.boundary = [(term, jit.form(integral)) for term, integral in integrals]

    def parts(self) -> dict[str, float]:
        """Energy of each term; their sum is the functional."""
        values = dict(zip(self.functional.terms, (float(v) for v in self.volume_terms()), strict=True))
        for term, form in self.boundary:
            values[term] += self.functional.domain.mesh.comm.allreduce(fem.assemble_scalar(form))
        if self.floating:
            values["electric"] += self.floating.energy(self.functional.phi.x.array)
        work = self.functional.domain.volume * float(self.applied_stress @ self.functional.mean_strain.value)
        values["load"] -= work
        if self.contact:
            values["load"] += self.contact.energy
        return values
