"""To equilibrium under constant loads."""

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
from phasefield.stepping.stepper import Step, Stepper


class Relax(Stepper):
    """To equilibrium under constant loads: the driving field falls below `spec.equilibrium`, or to round-off."""

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue):
        super().__init__(problem, spec, scaling, rescue)
        self.relaxation = Relaxation(problem, spec.equilibrium, self.rescue, spec.minimum)

    def state(self) -> dict:
        """Counters, mass term and acceleration."""
        return super().state() | {"relaxation": self.relaxation.state()}

    def restore(self, state: dict) -> None:
        """Continue with the mass term and acceleration of the checkpoint."""
        state = dict(state)
        self.relaxation.restore(state.pop("relaxation"))
        super().restore(state)

    def history(self) -> dict[str, fem.Function | Owned]:
        """The vectors of the acceleration."""
        return dict(self.relaxation.history())

    def run(self) -> Iterator[Step]:
        """Steps until equilibrium; `t` is the pseudo-time of the descent."""
        now, residual, finished = self.relaxation.judged(self.problem.evaluate())
        self.remark = self.relaxation.remark
        while not finished:
            if self.number >= self.spec.max_steps:
                raise ConvergenceError(
                    "max_steps",
                    f"driving field {residual:.2e} after {self.number} steps, wanted {self.spec.equilibrium:.2e}",
                )
            now, rate, rejections = self.relaxation.advance(now)
            self.rejected += rejections
            dt = self.unit / rate
            self.t += dt
            now, residual, finished = self.relaxation.judged(now)
            self.remark = self.relaxation.remark
            yield self._step(dt, residual, finished, self.problem.energies(now))
