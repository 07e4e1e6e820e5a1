"""Backward Euler with given steps."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from phasefield.case.schema import TimeTable
from phasefield.errors import ConvergenceError, ResultError
from phasefield.scaling import Scaling
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.rescue import Rescue
from phasefield.stepping.stepper import Step, Stepper, given


class BackwardEuler(Stepper):
    """Backward Euler with the given list of steps, each solved to `newton_tolerance`.

    M (P − P_n)/(Γ Δt) + δH/δP = 0 with the consistent mass, φ and u in equilibrium with the new P: the scheme of
    other codes, for reproducing their trajectories.
    """

    MAX_CORRECTIONS = 200

    def __init__(
        self,
        problem: CoupledProblem,
        spec: TimeTable,
        scaling: Scaling,
        tolerance: float,
        rescue: Rescue,
    ):
        super().__init__(problem, spec, scaling, rescue)
        self.tolerance = tolerance
        self.index = 0

    def state(self) -> dict:
        """Counters and the finished steps of the list."""
        return super().state() | {"done": list(given(self.spec.steps, "steps")[: self.index])}

    def restore(self, state: dict) -> None:
        """Continue after the finished steps. Raises ResultError unless they are the first of this list."""
        state = dict(state)
        done = state.pop("done")
        self.index = len(done)
        if done != list(given(self.spec.steps, "steps")[: self.index]):
            raise ResultError(f"time.steps: the checkpoint comes after {self.index} steps that are not the first here")
        super().restore(state)

    def run(self) -> Iterator[Step]:
        """The steps of the list."""
        steps = given(self.spec.steps, "steps")
        while self.index < len(steps):
            dt = steps[self.index]
            saved = self.problem.snapshot()
            self.problem.conditions.update(self.t + dt)
            try:
                self._solve(self.unit / dt)
            except ConvergenceError:
                self.problem.restore(saved)
                raise
            self.rescue.succeeded()
            self.t += dt
            self.index += 1
            yield self._step(dt, self.problem.driving_field(), self.index == len(steps))

    def _solve(self, rate: float) -> None:
        old = self.problem.P.copy()
        if not self.rescue.active:
            saved = self.problem.snapshot()
            try:
                self._correct(rate, old)
                return
            except ConvergenceError as failure:
                if not self.rescue.take_over(failure):
                    raise
                self.problem.restore(saved)
        self.rescue.newton.solve(rate, rate * old, self.tolerance)

    def _correct(self, rate: float, old: np.ndarray) -> None:
        problem, solver = self.problem, self.problem.polarization
        for _ in range(self.MAX_CORRECTIONS):
            inertia = rate * solver.inertia(problem.P - old)
            correction = problem.correct(rate, inertia)
            problem.settle()
            if solver.rms(correction.increment) <= self.tolerance:
                return
        raise ConvergenceError(
            "newton_stagnated",
            f"backward Euler step {self.index + 1}: increment {solver.rms(correction.increment):.2e}"
            f" after {self.MAX_CORRECTIONS} corrections, wanted {self.tolerance:.2e}; use a shorter step",
        )
