"""What all steppers share: the step they yield, their counters, and taking a step back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from dolfinx import fem

from phasefield import log
from phasefield.case.schema import TimeTable
from phasefield.errors import CaseError, ConvergenceError
from phasefield.fields import Owned
from phasefield.scaling import Scaling
from phasefield.solvers.core import CoupledProblem, Snapshot
from phasefield.solvers.rescue import Rescue

#: Rejections in a row after which a stepper gives up.
MAX_REJECTIONS = 25

#: Failures that a shorter step mends.
DECIDED_BY_LENGTH = ("energy_rises", "driving_field_grows", "not_finite")


@dataclass(frozen=True)
class Step:
    """One accepted step: number, time and step in s, driving field relative to the field scale, work done.

    `energies` by term (solver units) where the stepper had to know them.
    """

    number: int
    t: float
    dt: float
    residual: float
    iterations: int
    mechanics_iterations: int
    rejected: int
    converged: bool = False
    energies: dict[str, float] | None = None


T = TypeVar("T")


def given(value: T | None, key: str) -> T:
    """`value`, or CaseError naming the key of the table `time` that is missing."""
    if value is None:
        raise CaseError(f"time.{key}: missing; this mode needs it")
    return value


class Stepper:
    """Base of the steppers: counters, taking a step back, and the equilibrium of φ and u.

    `remark` says what is to be known of a run that ended well.
    """

    remark = ""

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue):
        self.problem = problem
        self.rescue = rescue
        self.spec = spec
        self.unit = scaling.time
        self.number = 0
        self.t = 0.0
        self.rejected = 0

    def state(self) -> dict:
        """JSON-able state for a checkpoint."""
        counters = {"number": self.number, "t": self.t, "rejected": self.rejected}
        return counters | {"rescue": self.rescue.state()}

    def restore(self, state: dict) -> None:
        """Continue from a state of `state()`; then fields and `history()` are to be filled."""
        state = dict(state)
        self.rescue.restore(state.pop("rescue"))
        for key, value in state.items():
            setattr(self, key, value)

    def history(self) -> dict[str, fem.Function | Owned]:
        """Fields of earlier steps that the scheme needs, by name."""
        return {}

    @property
    def load_time(self) -> float:
        """Time (s) of the loads of the present state."""
        return self.t

    @property
    def factorizations(self) -> int:
        """Direct solves of the steps themselves, or iterations of solvers in their place, so far."""
        return 0

    @property
    def inner(self) -> int:
        """Work done for the step under way: 0 between steps."""
        return 0

    def run(self) -> Iterator[Step | None]:
        """Advance until done, yielding every accepted step, and None within a step where a run may be stopped."""
        raise NotImplementedError

    def start(self) -> None:
        """Bring φ and u to equilibrium with the initial polarization and loads."""
        self.problem.conditions.update(self.t)
        self._settle()

    def _settle(self) -> None:
        """Bring φ and u to equilibrium with P and the loads."""
        if not self.rescue.active:
            try:
                self.problem.settle_potential()
                self.problem.settle()
                return
            except ConvergenceError as failure:
                if not self.rescue.take_over(failure):
                    raise
        self.rescue.newton.settle()

    @property
    def watched(self) -> bool:
        """Whether the energy must fall: loads that are constant from now on, and an energy to fall."""
        settled = self.t >= self.problem.conditions.last_change * (1.0 - 1e-12)
        return settled and self.problem.functional.variational

    def _falling(self, before: dict[str, float] | None, allowed: float) -> dict[str, float] | None:
        """Energies of the present state, if those `before` are known.

        Raises ConvergenceError if their sum rose by more than `allowed`, relative to the sum of their sizes.
        """
        if before is None:
            return None
        now = self.problem.report.parts()
        size = sum(abs(v) for v in before.values())
        if sum(now.values()) > sum(before.values()) + allowed * size:
            raise ConvergenceError("energy_rises", "no step keeps the energy from rising under constant loads")
        return now

    def _step(self, dt: float, residual: float, converged: bool, energies: dict[str, float] | None = None) -> Step:
        self.number += 1
        mechanics = self.problem.mechanics
        return Step(
            number=self.number,
            t=self.t,
            dt=dt,
            residual=residual,
            iterations=self.problem.polarization.iterations,
            mechanics_iterations=mechanics.iterations if mechanics else 0,
            rejected=self.rejected,
            converged=converged,
            energies=energies,
        )

    def _take_back(self, saved: Snapshot, in_a_row: int, failure: ConvergenceError | None) -> None:
        """Put the fields back.

        Raises ConvergenceError if it happened too often, with the reason of the last failure, or if steps within the
        step were used up, which a shorter one has no more of.
        """
        self.problem.restore(saved)
        self.rejected += 1
        log.logger.debug("step %d taken back: %s", self.number + 1, failure or "its error is above time.tolerance")
        if failure and failure.reason == "max_steps":
            raise failure
        if in_a_row < MAX_REJECTIONS:
            return
        where = f"{in_a_row} rejected steps in a row after step {self.number} at t = {self.t:.6e} s"
        if failure:
            raise ConvergenceError(failure.reason, f"{where}, the last one because {failure.detail}") from failure
        raise ConvergenceError("step_too_small", f"{where}: none met time.tolerance")
