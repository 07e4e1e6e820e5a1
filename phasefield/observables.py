"""Numbers of a state: energies by term, means, extrema, domain fractions. In solver units or, as rows, in SI."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from phasefield.boundary import COMPONENTS
from phasefield.carrierreport import CarrierMeasures
from phasefield.loads import Indenter, TipLoad
from phasefield.physics import electrostatics
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling
from phasefield.solvers.assembly import CellIntegrals, body_volumes, nodal_volumes
from phasefield.solvers.energies import EnergyReport
from phasefield.tipreport import Deformation, TipMeasures
from phasefield.units import LENGTH

AXES = ("x", "y", "z")
#: Variants that domain fractions are counted by: families of crystal directions.
FAMILIES = {
    "T": np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float),
    "O": np.array([[0, 1, 1], [1, 0, 1], [1, 1, 0], [0, 1, -1], [1, 0, -1], [1, -1, 0]]) / np.sqrt(2.0),
    "R": np.array([[1, 1, 1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]]) / np.sqrt(3.0),
}
TETRAGONAL = ("+x", "-x", "+y", "-y", "+z", "-z")
#: A node with |P| below this part of the polarization scale counts as non-polar.
POLAR_THRESHOLD = 0.3


class Observables:
    """Rows of observables.csv.

    Means of P, E, D, the flexoelectric field, strain and stress are over the polar regions, in lab axes (of a body of
    revolution over all angles); energies over the whole domain. With a `tip` also its contact, the polarization below
    it, and how large strains are. With electrons and holes their numbers, and the barriers at `contacts`.
    """

    def __init__(
        self,
        functional: Functional,
        report: EnergyReport,
        scaling: Scaling,
        tip: TipLoad | Indenter | None = None,
        contacts: Mapping[str, fem.Constant] | None = None,
    ):
        self.functional = functional
        self.report = report
        self.scaling = scaling
        self.comm = functional.domain.mesh.comm
        self.volumes = nodal_volumes(functional)
        self.volume = self.comm.allreduce(self.volumes.sum())
        self.means = CellIntegrals(functional.domain, 21, self._mean_integrands())
        self.flexo_field = self._flexo_field() if functional.mechanics and functional.flexo_regions else None
        self.deformation = Deformation(functional, scaling) if tip else None
        self.tip = TipMeasures(tip, functional, scaling) if tip else None
        self.carriers = CarrierMeasures(functional, scaling, contacts or {}) if functional.carriers else None
        self.defect_volumes = [body_volumes(functional, s.space) for s in functional.species]
        self.scales = np.concatenate(
            [
                np.full(3, scaling.polarization),
                np.full(3, scaling.field),
                np.full(3, scaling.polarization),
                scaling.strain * np.array([1, 1, 1, 0.5, 0.5, 0.5]),
                np.full(6, scaling.stress),
            ]
        )

    def _mean_integrands(self) -> list:
        f = self.functional
        integrands = []
        for region, c in f.polar_regions.items():
            dx = f.dx(region, 2 * f.degree)
            E = f.field()
            D = electrostatics.displacement(E, f.P, c.permittivity)
            values = [component for vector in (f.P, E, D) for component in f.domain.mean_vector(vector)]
            values += [component for t in (f.strain(), f.stress(region)) for component in f.domain.mean_voigt(t)]
            integrands += [(position, value, dx) for position, value in enumerate(values) if value != 0.0]
        return integrands

    def _flexo_field(self) -> CellIntegrals:
        """Integral of the flexoelectric field over its body: by Gauss's theorem f_ijkl ε_ij n_l over the surface."""
        f = self.functional
        # Across the axis of a body of revolution the mean vanishes.
        along_lab = (2,) if f.domain.axisymmetric else (0, 1, 2)
        directions = {k: ufl.as_vector([float(i == k) for i in range(3)]) for k in along_lab}
        integrands = [(k, f.flexo_surface_density(along), f.flexo_skin()) for k, along in directions.items()]
        return CellIntegrals(f.domain, 3, integrands)

    def row(self, step: int, t: float, dt: float, energies: dict[str, float] | None = None) -> dict[str, float]:
        """All observables of the present state, in SI; `energies` by term (solver units) if they are known."""
        row: dict[str, float] = {"step": step, "time": t, "dt": dt}
        unit = self.scaling.energy(self.functional.domain.body_dim)
        parts = {name: value * unit for name, value in (energies or self.report.parts()).items()}
        row |= {f"energy_{name}": value for name, value in parts.items()}
        row["energy_total"] = sum(parts.values())
        means = self.means() / self.volume * self.scales
        for name, offset in (("P", 0), ("E", 3), ("D", 6)):
            row |= {f"mean_{name}_{axis}": float(means[offset + i]) for i, axis in enumerate(AXES)}
        for name, offset in (("strain", 9), ("stress", 15)):
            row |= {f"mean_{name}_{c}": float(means[offset + k]) for k, c in enumerate(COMPONENTS)}
        row |= self._flexo() | self._curvature() | self._extrema() | self._fractions() | self._defects()
        for part in (self.carriers, self.tip, self.deformation):
            row |= part.row() if part else {}
        return row

    def _flexo(self) -> dict[str, float]:
        if self.flexo_field is None:
            return {}
        means = self.flexo_field() / self.volume * self.scaling.field
        return {f"mean_E_flexo_{axis}": float(means[i]) for i, axis in enumerate(AXES)}

    def _curvature(self) -> dict[str, float]:
        """Curvature of a plate in its plane, given or found (1/m; tensor components)."""
        f = self.functional
        if not f.bent:
            return {}
        across = f.domain.axis_names[f.domain.periodic.index(False)]
        curvature = f.mean_strain.value[6:] * np.array([1, 1, 1, 0.5, 0.5, 0.5]) * self.scaling.strain / LENGTH
        return {f"curvature_{c}": float(curvature[k]) for k, c in enumerate(COMPONENTS) if across not in c}

    def _defects(self) -> dict[str, float]:
        """Number of each species in the body (per metre of each axis not resolved) and its extreme concentrations."""
        row: dict[str, float] = {}
        cell = LENGTH**self.functional.domain.body_dim
        for s, volumes in zip(self.functional.species, self.defect_volumes, strict=True):
            c = s.c.x.array[: s.owned][volumes > 0.0] * s.unit
            row[f"number_{s.name}"] = self.comm.allreduce(float(volumes[volumes > 0.0] @ c)) * cell
            row[f"min_{s.c.name}"] = self.comm.allreduce(c.min(initial=np.inf), op=MPI.MIN)
            row[f"max_{s.c.name}"] = self.comm.allreduce(c.max(initial=-np.inf), op=MPI.MAX)
        return row

    def _nodal_P(self) -> np.ndarray:
        return self.functional.P.x.array[: 3 * len(self.volumes)].reshape(-1, 3)[self.volumes > 0.0]

    def _extrema(self) -> dict[str, float]:
        size = np.linalg.norm(self._nodal_P(), axis=1) * self.scaling.polarization
        phi = self.functional.phi.x.array * self.scaling.potential
        low, high = np.inf, -np.inf
        weights = self.volumes[self.volumes > 0.0]
        return {
            "rms_P": float(np.sqrt(self.comm.allreduce(weights @ size**2) / self.volume)),
            "min_P": self.comm.allreduce(size.min(initial=low), op=MPI.MIN),
            "max_P": self.comm.allreduce(size.max(initial=high), op=MPI.MAX),
            "min_phi": self.comm.allreduce(phi.min(initial=low), op=MPI.MIN),
            "max_phi": self.comm.allreduce(phi.max(initial=high), op=MPI.MAX),
        }

    def _fractions(self) -> dict[str, float]:
        """Volume fractions by nearest variant: T, O, R, non-polar; and the six tetragonal ones by direction.

        Directions are crystal directions. A node belongs to the family whose nearest variant it encloses the
        smallest angle with; the six tetragonal fractions count all polar nodes by their largest component.
        """
        P = self._nodal_P()
        rotation = next(iter(self.functional.polar_regions.values())).orientation
        weights = self.volumes[self.volumes > 0.0] / self.volume
        size = np.linalg.norm(P, axis=1)
        polar = size > POLAR_THRESHOLD
        unit = (P[polar] / size[polar, None]) @ rotation.T
        cosines = np.array([np.abs(unit @ family.T).max(axis=1) for family in FAMILIES.values()])
        nearest = cosines.argmax(axis=0)
        largest = np.abs(unit).argmax(axis=1)
        sign = np.take_along_axis(unit, largest[:, None], axis=1)[:, 0] < 0.0
        w = weights[polar]
        sums = [w[nearest == i].sum() for i in range(3)] + [weights[~polar].sum()]
        sums += [w[(2 * largest + sign) == i].sum() for i in range(6)]
        total = self.comm.allreduce(np.array(sums))
        labels = [f"fraction_{name}" for name in (*FAMILIES, "nonpolar", *TETRAGONAL)]
        return dict(zip(labels, (float(v) for v in total), strict=True))
