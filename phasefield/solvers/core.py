"""The coupled problem as the steppers see it: fields, residuals, one implicit correction, equilibrium of u and φ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phasefield.boundary import Conditions
from phasefield.fields import Owned
from phasefield.physics.functional import Functional
from phasefield.solvers.contact import IndenterContact
from phasefield.solvers.energies import EnergyReport
from phasefield.solvers.mechanics import MechanicsSolver
from phasefield.solvers.polarization import PolarizationSolver
from phasefield.solvers.screening import Screening


@dataclass
class Snapshot:
    """Copies of all fields; `defects` are those of `Functional.defect_fields`, `contact` is that of an indenter."""

    P: np.ndarray
    u: np.ndarray
    phi: np.ndarray
    mean_strain: np.ndarray
    defects: list[np.ndarray]
    contact: tuple[np.ndarray, float] | None


@dataclass
class Evaluation:
    """Energies by term and residuals (δH/δP, δH/δφ) of one state, so that nothing is assembled twice."""

    parts: dict[str, float]
    force: np.ndarray
    gauss: np.ndarray | None

    @property
    def energy(self) -> float:
        """Total energy (solver units)."""
        return float(sum(self.parts.values()))

    @property
    def noise(self) -> float:
        """Round-off to expect in the total energy."""
        return 1e-14 * float(sum(abs(v) for v in self.parts.values()))


@dataclass
class Correction:
    """Result of one linear solve: increment of P over owned unknowns and the residual it came from.

    `gauss_work` is the product of the residual of Gauss's law and the increment of φ: H, which φ maximizes, rises by
    half of it when φ comes to equilibrium.
    """

    increment: np.ndarray
    force: np.ndarray
    gauss_work: float


class CoupledProblem:
    """P, φ and u with their solvers, and an indenter where there is one.

    `correct` makes one linear-implicit step in (P, φ); `settle` brings u (and the mean strain) to equilibrium
    with P; `settle_potential` does the same for φ after a load changed.
    """

    def __init__(
        self,
        functional: Functional,
        conditions: Conditions,
        polarization: PolarizationSolver,
        mechanics: MechanicsSolver | None,
        contact: IndenterContact | None = None,
    ):
        self.functional = functional
        self.conditions = conditions
        self.polarization = polarization
        self.mechanics = mechanics
        self.contact = contact
        applied_stress = mechanics.applied_stress if mechanics else None
        self.report = EnergyReport(functional, polarization.floating, applied_stress, contact)
        self.owned_P = polarization.force.owned
        carriers = functional.carriers
        self.screening = Screening(functional, carriers, polarization) if carriers is not None else None

    @property
    def P(self) -> np.ndarray:
        """Owned unknowns of P (a view)."""
        return self.functional.P.x.array[: self.owned_P]

    def evaluate(self, parts: dict[str, float] | None = None) -> Evaluation:
        """Energies (if not known already) and residuals of the present state."""
        force, gauss = self.polarization.residual()
        return Evaluation(parts or self.report.parts(), force.copy(), gauss)

    def energies(self, known: Evaluation) -> dict[str, float]:
        """Energies by term as they are once φ is in equilibrium with P: those that fall from step to step."""
        if known.gauss is None:
            return known.parts
        return known.parts | {"electric": known.parts["electric"] + self.polarization.hidden_energy(known.gauss)}

    def hidden_energy(self) -> float:
        """What H rises when φ comes to equilibrium with the present P."""
        if not self.functional.electrostatics:
            return 0.0
        return self.polarization.hidden_energy(self.polarization.gauss_residual())

    def snapshot(self) -> Snapshot:
        """Copies of the present fields."""
        f = self.functional
        defects = [field.x.array.copy() for field in f.defect_fields]
        P, u, phi = (field.x.array.copy() for field in (f.P, f.u, f.phi))
        contact = self.contact.state() if self.contact else None
        return Snapshot(P, u, phi, f.mean_strain.value.copy(), defects, contact)

    def restore(self, saved: Snapshot) -> None:
        """Put saved fields back."""
        f = self.functional
        f.P.x.array[:], f.u.x.array[:], f.phi.x.array[:] = saved.P, saved.u, saved.phi
        f.mean_strain.value[:] = saved.mean_strain
        for field, values in zip(f.defect_fields, saved.defects, strict=True):
            field.x.array[:] = values
        if self.contact and saved.contact:
            self.contact.restore(saved.contact)

    def set_P(self, owned: np.ndarray) -> None:
        """Set the owned unknowns of P and update ghosts."""
        self.P[:] = owned
        self.functional.P.x.scatter_forward()

    @property
    def weights(self) -> np.ndarray:
        """Weights of a norm over the P of `state`, the nodal volumes; φ follows P linearly and needs none."""
        return np.repeat(self.polarization.volumes, 3)

    def state(self) -> np.ndarray:
        """Owned unknowns of P and φ, one after the other (a copy)."""
        if not self.functional.electrostatics:
            return self.P.copy()
        return np.concatenate([self.P, self.functional.phi.x.array[: self.polarization.gauss.owned]])

    def parts_of(self, state: np.ndarray) -> dict[str, Owned]:
        """The parts of a vector like `state` by field (views)."""
        parts = {"P": Owned(self.functional.spaces.P, state[: self.owned_P])}
        if self.functional.electrostatics:
            parts["phi"] = Owned(self.functional.spaces.phi, state[self.owned_P :])
        return parts

    def set_state(self, owned: np.ndarray) -> None:
        """Set P and φ from `state`."""
        self.set_P(owned[: self.owned_P])
        if self.functional.electrostatics:
            self.functional.phi.x.array[: self.polarization.gauss.owned] = owned[self.owned_P :]
            self.functional.phi.x.scatter_forward()

    def _move(self, dP: np.ndarray | None, dphi: np.ndarray | None) -> None:
        f = self.functional
        if dP is not None:
            f.P.x.array[: len(dP)] += dP
            f.P.x.scatter_forward()
        if dphi is not None:
            f.phi.x.array[: len(dphi)] += dphi
            f.phi.x.scatter_forward()

    def correct(
        self,
        rate: float,
        inertia: np.ndarray | None = None,
        known: Evaluation | None = None,
        tolerance: float | None = None,
        bold: bool = False,
    ) -> Correction:
        """One linear-implicit correction of (P, φ) at fixed u.

        Solves with the mass term `rate`; `inertia` (owned unknowns) is the weak rate of change to add to δH/δP;
        `known` is the evaluation of the present state if there is one; `tolerance` is that of the linear solve,
        if not the solver's own; `bold` as in `PolarizationSolver.prepare`.
        """
        self.polarization.prepare(rate, bold)
        force, gauss = (known.force, known.gauss) if known else self.polarization.residual()
        total = force if inertia is None else force + inertia
        dP, dphi = self.polarization.solve(total, gauss, tolerance)
        self._move(dP, dphi)
        work = self.polarization.dot(gauss, dphi) if gauss is not None and dphi is not None else 0.0
        return Correction(dP, total, work)

    def settle(self, reduction: float = 0.0) -> None:
        """Mechanical equilibrium for the present P, or its residual brought down by `reduction` if that is less.

        With an indenter always equilibrium: where u is not in contact as it should be, no energy says how good it is.
        With electrons and holes φ comes to equilibrium too: linear solves leave it a little beside.
        """
        self.settle_carriers()
        if self.contact:
            self.contact.settle()
        elif self.mechanics:
            self.mechanics.solve(reduction)

    def settle_potential(self, reduction: float = 1e-10) -> None:
        """Gauss's law for the present P and loads: its residual brought down by the factor `reduction`."""
        self.settle_carriers()
        if self.functional.electrostatics and not self.screening:
            self._move(None, self.polarization.potential_increment(reduction))

    def settle_carriers(self) -> None:
        """Gauss's law, if electrons and holes make it nonlinear."""
        if self.screening:
            self.screening.settle()

    def driving_field(self, known: Evaluation | None = None) -> float:
        """Root mean square of δH/δP (solver units)."""
        return self.polarization.rms_field(known.force if known else self.polarization.residual()[0])
