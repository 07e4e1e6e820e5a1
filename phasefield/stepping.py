"""How a run advances: relax, transient, ramp, and backward Euler with given steps.

Each stepper is a generator of `Step`s, one per accepted step, and of None within a step that takes long: at every
yield its state can be stored for a checkpoint (`state`, `history`) and continued from, the same bit by bit. Time is in
s at the interface and in units of 1/(Γ α0) inside. A step that fails, raises the energy under constant loads or misses
its error is taken back and repeated shorter. When that does not help full Newton steps take over for a while
(`Rescue`). When they do not help either the stepper raises ConvergenceError with the reason by name, and the fields are
those of the last accepted step.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from dolfinx import fem

from phasefield.case.schema import TimeTable
from phasefield.errors import CaseError, ConvergenceError, ResultError
from phasefield.fields import Owned
from phasefield.scaling import Scaling
from phasefield.solvers.acceleration import Acceleration
from phasefield.solvers.core import CoupledProblem, Evaluation, Snapshot
from phasefield.solvers.rescue import Rescue
from phasefield.solvers.roundoff import attainable_field, blind

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
        """Put the fields back; ConvergenceError if it happened too often, with the reason of the last failure."""
        self.problem.restore(saved)
        self.rejected += 1
        if in_a_row < MAX_REJECTIONS:
            return
        where = f"{in_a_row} rejected steps in a row after step {self.number} at t = {self.t:.6e} s"
        if failure:
            raise ConvergenceError(failure.reason, f"{where}, the last one because {failure.detail}") from failure
        raise ConvergenceError("step_too_small", f"{where}: none met time.tolerance")


class Relaxation:
    """Descent to equilibrium under constant loads with an adaptive mass term (a trust region on P).

    The mass term 1/τ falls while the energy follows its quadratic model and rises when it does not; a rise of
    the energy is not accepted.
    """

    FIRST_RATE = 10.0
    SMALLEST_RATE = 1e-9
    #: Tolerance of the linear solves. The correction at fixed u leaves more than that of the residual anyway, and
    #: the next step starts from the residual of the state itself.
    LINEAR_TOLERANCE = 1e-2
    #: Reduction of the mechanical residual per step. CG lowers the energy whenever it stops, so descent stays descent.
    MECHANICS_REDUCTION = 1e-1
    #: Mass term below which successive steps are steps of one and the same fixed-point iteration, linear in the
    #: lag of u. Without u they converge by themselves, and extrapolating them can lead past a shallow minimum.
    ACCELERATED_RATE = 0.1
    #: Growth of the driving field in one step that is accepted where no energy falls.
    LARGEST_GROWTH = 2.0

    def __init__(self, problem: CoupledProblem, tolerance: float, rescue: Rescue):
        self.problem = problem
        self.tolerance = tolerance
        self.rescue = rescue
        self.rate = self.FIRST_RATE
        self.remark = ""
        self.acceleration = Acceleration(problem.functional.domain.mesh.comm)

    def state(self) -> dict:
        """JSON-able state for a checkpoint."""
        return {"rate": self.rate, "acceleration": self.acceleration.state()}

    def restore(self, state: dict) -> None:
        """Continue from a state of `state()`; then `history()` is to be filled."""
        self.rate = state["rate"]
        self.acceleration.restore(state["acceleration"], len(self.problem.state()), self.problem.owned_P)

    def history(self) -> dict[str, Owned]:
        """The vectors of the acceleration by name and field."""
        states, increments = self.acceleration.vectors()
        space = self.problem.functional.spaces.P
        stored = {
            f"acceleration_{name}_{field}": part
            for name, vector in states.items()
            for field, part in self.problem.parts_of(vector).items()
        }
        return stored | {f"acceleration_{name}": Owned(space, vector) for name, vector in increments.items()}

    def finished(self, now: Evaluation, driving_field: float) -> bool:
        """Whether the state is in equilibrium, or as close to it as doubles can be; then `remark` says so."""
        if driving_field <= self.tolerance:
            return True
        if not blind(self.problem, now, driving_field):
            return False
        attainable = attainable_field(self.problem, now)
        if driving_field > attainable:
            return False
        self.remark = (
            f"round_off: driving field {driving_field:.1e} where {self.tolerance:.1e} was wanted; round-off allows no"
            f" less than about {attainable:.1e}"
        )
        return True

    def advance(self, now: Evaluation) -> tuple[Evaluation, float, int]:
        """One accepted step from the state `now`: its evaluation, its rate and the rejections before it."""
        problem, rejections = self.problem, 0
        while not self.rescue.active:
            saved = problem.snapshot()
            rate = self.rate
            try:
                ratio, parts = self._attempt(now, saved)
            except ConvergenceError as failure:
                problem.restore(saved)
                self.acceleration.clear()
                self.rate *= 8.0
                rejections += 1
                # With a mass term that outweighs all else no step is too long.
                if failure.reason not in DECIDED_BY_LENGTH or rate >= self.FIRST_RATE:
                    self.rescue.failed(failure)
                if rejections >= MAX_REJECTIONS:
                    self.rate = self.FIRST_RATE  # for whoever continues from here
                    raise
                continue
            if ratio > 0.6:
                self.rate = max(self.rate / 2.0, self.SMALLEST_RATE)
            elif ratio < 0.25:
                self.rate *= 2.0
            self.rescue.succeeded()
            return problem.evaluate(parts), rate, rejections
        rate = self.rescue.descend()
        self.rate = self.FIRST_RATE
        self.acceleration.clear()
        return problem.evaluate(), max(rate, self.SMALLEST_RATE), rejections

    def settled(self) -> tuple[Evaluation, float]:
        """Bring u to full equilibrium; the evaluation of that state and its driving field."""
        self.problem.settle()
        now = self.problem.evaluate()
        return now, self.problem.driving_field(now)

    def _attempt(self, now: Evaluation, saved: Snapshot) -> tuple[float, dict[str, float]]:
        """Energy change over its prediction (1 below round-off) and the new energies.

        Raises ConvergenceError for a step that cannot be accepted.
        """
        problem, solver = self.problem, self.problem.polarization
        before = problem.state()
        correction = problem.correct(self.rate, known=now, tolerance=self.LINEAR_TOLERANCE)
        d = correction.increment
        predicted = 0.5 * solver.dot(correction.force, d) - 0.5 * self.rate * solver.dot(solver.inertia(d), d)
        monotone = problem.functional.variational
        accelerated = monotone and problem.mechanics is not None and self.rate <= self.ACCELERATED_RATE
        potential = 0.5 * correction.gauss_work
        if accelerated and (parts := self._accelerated(now, saved, before, max(potential, 0.0))):
            return 1.0, parts
        problem.settle(self.MECHANICS_REDUCTION)
        parts = problem.report.parts()
        change = float(sum(parts.values())) - now.energy
        if not np.isfinite(change):
            raise ConvergenceError("not_finite", "the energy is not a number")
        if not monotone:
            # Nothing falls for certain; a driving field that grows shows a step too long.
            if problem.driving_field() > self.LARGEST_GROWTH * problem.driving_field(now):
                raise ConvergenceError("driving_field_grows", "no step keeps the driving field from growing")
            return 1.0, parts
        if abs(predicted) < 10.0 * now.noise and abs(change) < 100.0 * now.noise:
            return 1.0, parts
        # The linear solves leave φ a little below its equilibrium, and H with it. Where P has come so close to its own
        # that this is no longer small, H rises as φ catches up, as the model predicts; P still descends.
        ratio = 1.0 - (change - predicted - potential) / max(-predicted, abs(potential))
        if predicted >= abs(potential) or ratio < 0.0:
            raise ConvergenceError("energy_rises", "no step lowers the energy although the driving field is not zero")
        return ratio, parts

    def _accelerated(
        self, now: Evaluation, saved: Snapshot, before: np.ndarray, allowed: float
    ) -> dict[str, float] | None:
        """Try the extrapolated state instead of the corrected one: its energies, or None if it is no better.

        `allowed` is the rise of the energy that φ may cause. Without success the fields are the corrected ones and
        the history begins anew.
        """
        problem = self.problem
        corrected = problem.state()
        proposal = self.acceleration.propose(before, corrected - before, problem.weights)
        if proposal is None:
            return None
        problem.set_state(proposal)
        problem.settle(self.MECHANICS_REDUCTION)
        parts = problem.report.parts()
        if sum(parts.values()) <= now.energy + allowed + 100.0 * now.noise:
            return parts
        self.acceleration.clear()
        problem.restore(saved)
        problem.set_state(corrected)
        return None


class Relax(Stepper):
    """To equilibrium under constant loads: the driving field falls below `spec.equilibrium`, or to round-off."""

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue):
        super().__init__(problem, spec, scaling, rescue)
        self.relaxation = Relaxation(problem, spec.equilibrium, self.rescue)

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
        now = self.problem.evaluate()
        residual = self.problem.driving_field(now)
        finished = self.relaxation.finished(now, residual)
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
            residual = self.problem.driving_field(now)
            finished = self.relaxation.finished(now, residual)
            if finished:
                now, residual = self.relaxation.settled()
                finished = self.relaxation.finished(now, residual)
            self.remark = self.relaxation.remark
            yield self._step(dt, residual, finished, now.parts)


class Ramp(Stepper):
    """Quasi-static sweep: the loads at `points` equal steps of t up to `end`, each relaxed to equilibrium."""

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue):
        super().__init__(problem, spec, scaling, rescue)
        self.point = 0
        self.relaxed = 0  # steps of the relaxation under way
        self.relaxation = Relaxation(problem, spec.equilibrium, self.rescue)

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
            now = self.problem.evaluate()
            residual = self.problem.driving_field(now)
            finished = self.relaxation.finished(now, residual)
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
                residual = self.problem.driving_field(now)
                finished = self.relaxation.finished(now, residual)
                if finished:
                    now, residual = self.relaxation.settled()
                    finished = self.relaxation.finished(now, residual)
                if not finished:
                    yield None
            self.remark = self.relaxation.remark or self.remark
            self.t = self._time()
            self.point += 1
            self.relaxed = 0
            yield self._step(end / points, residual, self.point > points, now.parts)

    def _apply_loads(self) -> None:
        """The loads of the next point, φ and u in equilibrium with them, and a relaxation that begins."""
        self.problem.conditions.update(self._time())
        self._settle()
        self.relaxation = Relaxation(self.problem, self.spec.equilibrium, self.rescue)
        # The last load point was in equilibrium: begin with a longer step than from a random state.
        self.relaxation.rate = 0.1 * Relaxation.FIRST_RATE if self.point else Relaxation.FIRST_RATE


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


class Transient(Stepper):
    """Physical time with variable-step BDF2, one linear-implicit correction per step, error control.

    Predictor: extrapolation of P through the last two or three states, of u and the mean strain through the last
    two; corrector: BDF2 with the operator at the predicted state. The local error follows from predictor minus
    corrector (Milne). Second order in time; with the old u instead of the predicted one it would be the first,
    and with u from three states long steps would be unstable where elasticity carries more than half of the
    stiffness.
    """

    GROWTH = 2.0
    SAFETY = 0.9
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
        self.steps: list[float] = []  # the last steps, newest first

    def state(self) -> dict:
        """Counters, next and last steps, mean strain before the last step."""
        return super().state() | {"dt": self.dt, "steps": self.steps, "older_strain": self.older_strain}

    def history(self) -> dict[str, fem.Function | Owned]:
        """Polarizations before the last two steps, displacement before the last one."""
        return {f.name: f for f in (*self.older, self.older_u)}

    def run(self) -> Iterator[Step]:
        """Steps until `spec.end`."""
        end = given(self.spec.end, "end")
        bends = [*self.problem.conditions.breakpoints(end), end]
        watched = not self.problem.conditions.loads and self.problem.functional.variational
        energies = self.problem.report.parts() if watched else None
        in_a_row, tried = 0, 0.0
        while self.t < end * (1.0 - 1e-12):
            if self.number >= self.spec.max_steps:
                raise ConvergenceError("max_steps", f"t = {self.t:.6e} s after {self.number} steps")
            left = next(t for t in bends if t > self.t * (1.0 + 1e-12)) - self.t
            dt = min(self.dt, left, self.spec.max_step or np.inf)
            # Two equal steps rather than a tiny last one.
            if dt < left < 2.0 * dt:
                dt = 0.5 * left
            saved = self.problem.snapshot()
            failure, taken_over = None, False
            tried = tried if in_a_row else dt  # the step before it was cut
            try:
                error, new_energies = self._attempt(dt, saved, energies)
            except ConvergenceError as reason:
                failure, error = reason, np.inf
                if failure.reason not in DECIDED_BY_LENGTH or in_a_row >= self.rescue.PATIENCE:
                    taken_over = self.rescue.failed(failure)
            if error > 1.0:
                in_a_row += 1
                self._take_back(saved, in_a_row, failure)
                self.problem.conditions.update(self.t)
                self.problem.restore(saved)
                self.dt = dt * max(0.2, self.SAFETY * error ** (-1.0 / 3.0)) if np.isfinite(error) else 0.25 * dt
                if taken_over:
                    self.dt = tried
                continue
            in_a_row = 0
            self.rescue.succeeded()
            energies = new_energies
            self._remember(saved, dt)
            self.t += dt
            if dt == left:
                # The past says nothing about the other side of a bend.
                self.steps = []
            growth = self.GROWTH if error == 0.0 else min(self.GROWTH, self.SAFETY * error ** (-1.0 / 3.0))
            self.dt = dt * growth
            done = self.t >= end * (1.0 - 1e-12)
            yield self._step(dt, self.problem.driving_field(), done, energies)

    def _attempt(
        self, dt: float, old: Snapshot, energies: dict[str, float] | None
    ) -> tuple[float, dict[str, float] | None]:
        """Local error over its tolerance and the new energies if they are watched.

        Raises ConvergenceError for a step that failed.
        """
        problem = self.problem
        self._predict(dt, old)
        problem.conditions.update(self.t + dt)
        predicted = problem.P.copy()
        rate, constant = self._weights(dt, old)
        if self.rescue.active:
            self.rescue.newton.solve(rate, constant, self.NEWTON_ACCURACY * self.spec.tolerance)
        else:
            problem.correct(rate, problem.polarization.inertia(rate * predicted - constant))
            # The residual of the predicted displacement is as small as its error: reduce it like that of P.
            problem.settle(problem.polarization.tolerance)
        error = self._error(dt, predicted) / self.spec.tolerance
        if not np.isfinite(error):
            raise ConvergenceError("not_finite", "the polarization is not a number")
        if energies is None:
            return error, None
        new = problem.report.parts()
        before, size = sum(energies.values()), sum(abs(v) for v in energies.values())
        # The energy of the exact flow decays; that of the step may miss it by a part of the local error.
        if sum(new.values()) > before + (1e-11 + 1e-3 * self.spec.tolerance) * size:
            raise ConvergenceError("energy_rises", "no step keeps the energy from rising under constant loads")
        return error, new

    def _owned(self, function: fem.Function) -> np.ndarray:
        return function.x.array[: self.problem.owned_P]

    def _predict(self, dt: float, old: Snapshot) -> None:
        """Set P, u and the mean strain to the polynomials through the known states, at t + dt."""
        f = self.problem.functional
        weights = self._extrapolation(dt, 3)
        f.P.x.array[:] = combined(weights, old.P, *(older.x.array for older in self.older))
        if self.problem.mechanics:
            weights = self._extrapolation(dt, 2)
            f.u.x.array[:] = combined(weights, old.u, self.older_u.x.array)
            f.mean_strain.value[:] = combined(weights, old.mean_strain, self.older_strain)

    def _extrapolation(self, dt: float, states: int) -> list[float]:
        """Lagrange weights at t + dt of the present and the remembered states, at most `states` of them."""
        times = [0.0, *(-np.cumsum(self.steps))][:states]
        return [
            float(np.prod([(dt - s) / (t - s) for j, s in enumerate(times) if j != i])) for i, t in enumerate(times)
        ]

    def _weights(self, dt: float, old: Snapshot) -> tuple[float, np.ndarray]:
        """BDF rate γ/Δt and the weighted old states, so that ∂P/∂t ≈ rate P − constant (solver units)."""
        tau = dt / self.unit
        P_n = old.P[: self.problem.owned_P]
        if not self.steps:
            return 1.0 / tau, P_n / tau
        w = dt / self.steps[0]
        rate = (1.0 + 2.0 * w) / (1.0 + w) / tau
        constant = ((1.0 + w) * P_n - w**2 / (1.0 + w) * self._owned(self.older[0])) / tau
        return rate, constant

    def _error(self, dt: float, predicted: np.ndarray) -> float:
        """Estimate of the local error, rms relative to the polarization scale.

        Predictor and corrector errors are both proportional to the (k+1)-th derivative; their ratio is known.
        """
        difference = self.problem.polarization.rms(self.problem.P - predicted)
        if not self.steps:
            return 0.5 * difference
        if len(self.steps) == 1:
            # Linear predictor, error of second order: an upper bound of the BDF2 error.
            return difference / 3.0
        first, second = self.steps[0], self.steps[1]
        w = dt / first
        corrector = (1.0 + w) ** 2 / (6.0 * w * (1.0 + 2.0 * w)) * dt**3
        predictor = dt * (dt + first) * (dt + first + second) / 6.0
        return difference * corrector / (corrector + predictor)

    def _remember(self, old: Snapshot, dt: float) -> None:
        self.older[1].x.array[:] = self.older[0].x.array
        self.older[0].x.array[:] = old.P
        self.older_u.x.array[:] = old.u
        self.older_strain = [float(v) for v in old.mean_strain]
        self.steps = [dt, *self.steps][:2]


def combined(weights: list[float], *states: np.ndarray | list[float]) -> np.ndarray:
    """Sum of the first states, one for each weight."""
    return np.sum([w * np.asarray(state) for w, state in zip(weights, states, strict=False)], axis=0)
