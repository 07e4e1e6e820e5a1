"""Quasi-static sweep of the loads."""

from __future__ import annotations

from collections.abc import Iterator

from dolfinx import fem

from phasefield.case.schema import TimeTable
from phasefield.errors import ConvergenceError
from phasefield.fields import Owned
from phasefield.scaling import Scaling
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.rescue import Rescue
from phasefield.stepping.relaxation import Relaxation
from phasefield.stepping.stepper import Step, Stepper, given


class Ramp(Stepper):
    """Quasi-static sweep: the loads at `points` equal steps of t up to `end`, each relaxed to equilibrium."""

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue):
        super().__init__(problem, spec, scaling, rescue)
        self.point = 0
        self.relaxed = 0  # steps of the relaxation under way
        self.relaxation = Relaxation(problem, spec.equilibrium, self.rescue, spec.minimum)

    def state(self) -> dict:
        """Counters, the number of finished load points, and the relaxation under way."""
        return super().state() | {
            "point": self.point,
            "relaxed": self.relaxed,
            "relaxation": self.relaxation.state() if self.relaxed else None,
        }

    def restore(self, state: dict) -> None:
        """Continue at the load point, and in the relaxation, of the checkpoint."""
        state = dict(state)
        if relaxation := state.pop("relaxation"):
            self.relaxation.restore(relaxation)
        super().restore(state)

    def history(self) -> dict[str, fem.Function | Owned]:
        """The vectors of the acceleration, within a load point."""
        return dict(self.relaxation.history()) if self.relaxed else {}

    @property
    def inner(self) -> int:
        """Steps of the relaxation under way."""
        return self.relaxed

    @property
    def load_time(self) -> float:
        """Within a load point the time of that point, else of the last one."""
        return self._time() if self.relaxed else self.t

    def _time(self) -> float:
        """Time (s) of the load point under way."""
        return given(self.spec.end, "end") * self.point / given(self.spec.points, "points")

    def run(self) -> Iterator[Step | None]:
        """One step per load point; the first is the initial load. None between the steps of a relaxation."""
        points, end = given(self.spec.points, "points"), given(self.spec.end, "end")
        while self.point <= points:
            if not self.relaxed:
                self._apply_loads()
            now, residual, finished = self.relaxation.judged(self.problem.evaluate())
            while not finished:
                if self.relaxed >= self.spec.max_steps:
                    raise ConvergenceError(
                        "max_steps",
                        f"load point {self.point} not in equilibrium after {self.relaxed} steps:"
                        f" driving field {residual:.2e}, wanted {self.spec.equilibrium:.2e}",
                    )
                now, _, rejections = self.relaxation.advance(now)
                self.rejected += rejections
                self.relaxed += 1
                now, residual, finished = self.relaxation.judged(now)
                if not finished:
                    yield None
            self.remark = self.relaxation.remark or self.remark
            self.t = self._time()
            self.point += 1
            self.relaxed = 0
            yield self._step(end / points, residual, self.point > points, self.problem.energies(now))

    def _apply_loads(self) -> None:
        """The loads of the next point, φ and u in equilibrium with them, and a relaxation that begins."""
        self.problem.conditions.update(self._time())
        self._settle()
        self.relaxation = Relaxation(self.problem, self.spec.equilibrium, self.rescue, self.spec.minimum)
        # The last load point was in equilibrium: begin with a longer step than from a random state.
        self.relaxation.rate = 0.1 * Relaxation.FIRST_RATE if self.point else Relaxation.FIRST_RATE
