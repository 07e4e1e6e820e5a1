"""Physical time with variable-step BDF2."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from dolfinx import fem

from phasefield.case.schema import TimeTable
from phasefield.errors import ConvergenceError
from phasefield.fields import Owned
from phasefield.scaling import Scaling
from phasefield.solvers.core import CoupledProblem, Snapshot
from phasefield.solvers.rescue import Rescue
from phasefield.stepping.bdf import BDF2
from phasefield.stepping.length import fitted, longer, shorter, until_bend
from phasefield.stepping.stepper import DECIDED_BY_LENGTH, Step, Stepper, given


class Transient(Stepper):
    """Physical time with variable-step BDF2, one linear-implicit correction per step, error control.

    Predictor: extrapolation of P, u and the mean strain along the line through the last two states; corrector: one
    linear correction to BDF2 with the operator at the predicted state, then u. The error is the larger one of that of
    the formula, from the difference of P and the parabola through three states (Milne), and of what the one correction
    left: nonlinearity, u, the lumped operator. Second order in time; with the last state instead of the predicted one
    it would be the first. From a parabola long steps would be unstable: in the limit of long equal steps a mode of true
    stiffness λ and stiffness λ' in the operator (u held, lumped) grows unless 1/2 < λ/λ' < 8/7 with a parabola,
    0 < λ/λ' < 4/3 with a line.
    """

    #: Part of the time error that Newton's method leaves.
    NEWTON_ACCURACY = 1e-3

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue):
        super().__init__(problem, spec, scaling, rescue)
        first = spec.initial_step or 1e-3 * self.unit
        self.dt = first
        spaces = problem.functional.spaces
        self.older = [fem.Function(spaces.P, name=f"P_{i}") for i in (1, 2)]
        self.older_u = fem.Function(spaces.u, name="u_1")
        self.older_strain = [0.0] * 12
        self.formula = BDF2()

    def state(self) -> dict:
        """Counters, next and last steps, mean strain before the last step."""
        return super().state() | {"dt": self.dt, "steps": self.formula.steps, "older_strain": self.older_strain}

    def restore(self, state: dict) -> None:
        """Continue with the steps of the checkpoint."""
        state = dict(state)
        self.formula.steps = list(state.pop("steps"))
        super().restore(state)

    def history(self) -> dict[str, fem.Function | Owned]:
        """Polarizations before the last two steps, displacement before the last one."""
        return {f.name: f for f in (*self.older, self.older_u)}

    def run(self) -> Iterator[Step]:
        """Steps until `spec.end`."""
        end = given(self.spec.end, "end")
        bends = [*self.problem.conditions.breakpoints(end), end]
        energies: dict[str, float] | None = None
        in_a_row, tried = 0, 0.0
        while self.t < end * (1.0 - 1e-12):
            if self.number >= self.spec.max_steps:
                raise ConvergenceError("max_steps", f"t = {self.t:.6e} s after {self.number} steps")
            if energies is None and self.watched:
                energies = self.problem.report.parts()
            left = until_bend(self.t, bends)
            dt = fitted(self.dt, left, self.spec.max_step)
            saved = self.problem.snapshot()
            failure, taken_over = None, False
            tried = tried if in_a_row else dt  # the step before it was cut
            try:
                error, field, new_energies = self._attempt(dt, saved, energies)
            except ConvergenceError as reason:
                failure, error = reason, np.inf
                if failure.reason not in DECIDED_BY_LENGTH or in_a_row >= self.rescue.PATIENCE:
                    taken_over = self.rescue.failed(failure)
            if error > 1.0:
                in_a_row += 1
                self._take_back(saved, in_a_row, failure)
                self.problem.conditions.update(self.t)
                self.problem.restore(saved)
                self.dt = tried if taken_over else shorter(dt, error, in_a_row)
                continue
            in_a_row = 0
            self.rescue.succeeded()
            energies = new_energies
            self._remember(saved, dt)
            self.t += dt
            if dt == left:
                # The past says nothing about the other side of a bend.
                self.formula.forget()
            self.dt = longer(dt, error)
            done = self.t >= end * (1.0 - 1e-12)
            yield self._step(dt, field, done, energies)

    def _attempt(
        self, dt: float, old: Snapshot, energies: dict[str, float] | None
    ) -> tuple[float, float, dict[str, float] | None]:
        """Local error over its tolerance, driving field, and the new energies if they are watched.

        Raises ConvergenceError for a step that failed.
        """
        problem = self.problem
        self._predict(dt, old)
        problem.conditions.update(self.t + dt)
        start = problem.P.copy()
        rate, constant = self._weights(dt, old)
        if self.rescue.active:
            self.rescue.newton.solve(rate, constant, self.NEWTON_ACCURACY * self.spec.tolerance)
        else:
            problem.correct(rate, problem.polarization.inertia(rate * start - constant))
            # The residual of the predicted displacement is as small as its error: reduce it like that of P.
            problem.settle(problem.polarization.tolerance)
        force, _ = problem.polarization.residual()
        error = self._time_error(dt, old)
        if not self.rescue.active:
            balance = force + problem.polarization.inertia(rate * problem.P - constant)
            error = max(error, problem.polarization.rms_correction(balance))
        if not np.isfinite(error):
            raise ConvergenceError("not_finite", "the polarization is not a number")
        # The energy of the exact flow decays; that of the step may miss it by a part of the local error.
        energies = self._falling(energies, 1e-11 + 1e-3 * self.spec.tolerance)
        return error / self.spec.tolerance, problem.polarization.rms_field(force), energies

    def _owned(self, function: fem.Function) -> np.ndarray:
        return function.x.array[: self.problem.owned_P]

    def _predict(self, dt: float, old: Snapshot) -> None:
        """Set P, u and the mean strain to the polynomials through the known states, at t + dt."""
        f = self.problem.functional
        f.P.x.array[:] = self.formula.predicted(dt, old.P, self.older[0].x.array)
        if self.problem.mechanics:
            f.u.x.array[:] = self.formula.predicted(dt, old.u, self.older_u.x.array)
            f.mean_strain.value[:] = self.formula.predicted(dt, old.mean_strain, self.older_strain)

    def _weights(self, dt: float, old: Snapshot) -> tuple[float, np.ndarray]:
        """BDF rate γ/Δt and the weighted old states, so that ∂P/∂t ≈ rate P − constant (solver units)."""
        tau = dt / self.unit
        past = (old.P[: self.problem.owned_P], self._owned(self.older[0]))
        return self.formula.gamma(dt) / tau, self.formula.combination(dt, *past) / tau

    def _time_error(self, dt: float, old: Snapshot) -> float:
        """Estimate of the local error of the formula, rms relative to the polarization scale."""
        past = (old.P[: self.problem.owned_P], *(self._owned(older) for older in self.older))
        return self.formula.error(dt, self.problem.polarization.rms(self.problem.P - self.formula.predicted(dt, *past)))

    def _remember(self, old: Snapshot, dt: float) -> None:
        self.older[1].x.array[:] = self.older[0].x.array
        self.older[0].x.array[:] = old.P
        self.older_u.x.array[:] = old.u
        self.older_strain = [float(v) for v in old.mean_strain]
        self.formula.took(dt)
