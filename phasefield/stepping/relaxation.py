"""Descent to equilibrium under constant loads: the steps that `Relax` and `Ramp` are made of."""

from __future__ import annotations

import numpy as np

from phasefield.errors import ConvergenceError
from phasefield.fields import Owned
from phasefield.solvers.acceleration import Acceleration
from phasefield.solvers.core import CoupledProblem, Evaluation, Snapshot
from phasefield.solvers.rescue import Rescue
from phasefield.solvers.roundoff import attainable_field, blind
from phasefield.solvers.saddle import perturbation_grows
from phasefield.stepping.minimum import Minimum
from phasefield.stepping.stepper import DECIDED_BY_LENGTH, MAX_REJECTIONS

#: Remark on a state that is an equilibrium by its symmetry only.
SADDLE = (
    "saddle: the driving field vanishes, but this state is unstable and any perturbation would leave it; begin with"
    ' noise (initial.noise, or initial.kind = "noise") if a stable one is wanted'
)
#: Remark on a state that was to be a minimum.
NO_MINIMUM = (
    "no minimum: the driving field vanishes, but the energy curves downwards, and Newton steps found no other state"
)


class Relaxation:
    """Descent to equilibrium under constant loads with an adaptive mass term (a trust region on P).

    The mass term 1/τ falls while the energy follows its quadratic model and rises when it does not; a rise of
    the energy is not accepted.

    Within a wall the local energy curves downwards, which the gradient energy makes good: the wall moves freely. With
    the curvature reflected it is stiff and creeps. Where a relaxation takes long its steps are bold, with the curvature
    as it is: they may lead to a saddle, as Newton's method does, so they begin when what is unstable has had the time
    to grow, end when shorter ones do not lower the energy either, and no state is in equilibrium until a step of the
    other kind says so.

    With `minimum` a state at rest must be a minimum of the energy too. Raises CaseError if the system is too large to
    be factorized.
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
    #: Parts of an extrapolation that are tried: where a wall creeps a straight line leads past its goal.
    SHARES = (1.0, 0.25)
    #: Mass term up to which steps count as long, their number in a row after which walls are taken to creep, and the
    #: least mass term of bold steps.
    LONG_RATE, PATIENCE, BOLD_RATE = 1.0, 15, 1e-2
    #: Growth of the driving field in one step that is accepted where no energy falls.
    LARGEST_GROWTH = 2.0

    #: Driving field that no noise at the start makes, but rounding may.
    ROUND_OFF = 1e-14

    def __init__(self, problem: CoupledProblem, tolerance: float, rescue: Rescue, minimum: bool = False):
        self.problem = problem
        self.tolerance = tolerance
        self.rescue = rescue
        self.rate = self.FIRST_RATE
        self.slow = 0  # long steps in a row
        self.patience = self.PATIENCE  # of them before steps are bold
        self.remark = ""
        self.minimum = Minimum(problem, rescue.newton, tolerance) if minimum else None
        self.acceleration = Acceleration(problem.functional.domain.mesh.comm)

    def state(self) -> dict:
        """JSON-able state for a checkpoint."""
        counters = {"rate": self.rate, "slow": self.slow, "patience": self.patience}
        return counters | {"acceleration": self.acceleration.state()}

    def restore(self, state: dict) -> None:
        """Continue from a state of `state()`; then `history()` is to be filled."""
        self.rate, self.slow, self.patience = state["rate"], state["slow"], state["patience"]
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
        """Whether the state is in equilibrium, or as close to it as doubles can be; then `remark` says so.

        A small driving field that would grow, as that of noise on a saddle, is none.
        """
        self.remark = ""
        if driving_field <= self.tolerance:
            if driving_field > self.ROUND_OFF and perturbation_grows(self.problem, now.force):
                return False
            if perturbation_grows(self.problem):
                self.remark = SADDLE
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

    @property
    def bold(self) -> bool:
        """Whether negative curvature is left as it is."""
        return self.slow >= self.patience and self.problem.functional.variational

    def _be_careful(self) -> None:
        """No bold steps for a while, for a longer one if it was they that failed."""
        if self.bold:
            self.patience *= 2
        self.slow = 0

    def judged(self, now: Evaluation) -> tuple[Evaluation, float, bool]:
        """The state `now`, its driving field and whether it is in equilibrium: then u is too, to its full tolerance."""
        field = self.problem.driving_field(now)
        finished = self.finished(now, field)
        if finished and self.bold:
            self.slow = 0
            return now, field, False
        if finished:
            self.problem.settle()
            now = self.problem.evaluate()
            field = self.problem.driving_field(now)
            finished = self.finished(now, field)
        if finished and self.minimum and not self.minimum.reached():
            self.acceleration.clear()
            if self.minimum.find():
                self.remark = ""
                now = self.problem.evaluate()
                return now, self.problem.driving_field(now), True
            self.remark = NO_MINIMUM
        return now, field, finished

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
                if self.rate > self.LONG_RATE:
                    self._be_careful()
                rejections += 1
                # With a mass term that outweighs all else no step is too long.
                if failure.reason not in DECIDED_BY_LENGTH or rate >= self.FIRST_RATE:
                    self.rescue.failed(failure)
                if rejections >= MAX_REJECTIONS:
                    self.rate = self.FIRST_RATE  # for whoever continues from here
                    raise
                continue
            if ratio > 0.6:
                self.rate /= 2.0
            elif ratio < 0.25:
                self.rate *= 2.0
            self.slow = self.slow + 1 if self.rate <= self.LONG_RATE else 0
            self.rate = max(self.rate, self.BOLD_RATE if self.bold else self.SMALLEST_RATE)
            self.rescue.succeeded()
            return problem.evaluate(parts), rate, rejections
        rate = self.rescue.descend()
        self.rate = self.FIRST_RATE
        self.acceleration.clear()
        return problem.evaluate(), max(rate, self.SMALLEST_RATE), rejections

    def _attempt(self, now: Evaluation, saved: Snapshot) -> tuple[float, dict[str, float]]:
        """Energy change over its prediction (1 below round-off) and the new energies.

        Raises ConvergenceError for a step that cannot be accepted.
        """
        problem, solver = self.problem, self.problem.polarization
        before = problem.state()
        correction = problem.correct(self.rate, known=now, tolerance=self.LINEAR_TOLERANCE, bold=self.bold)
        d = correction.increment
        predicted = 0.5 * solver.dot(correction.force, d) - 0.5 * self.rate * solver.dot(solver.inertia(d), d)
        monotone = problem.functional.variational
        potential = 0.5 * correction.gauss_work
        if problem.mechanics is not None and self.rate <= self.ACCELERATED_RATE:
            parts = self._accelerated(now, saved, before, max(potential, 0.0))
            if parts is not None:
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
        descends = predicted < abs(potential)
        ratio = 1.0 - (change - predicted - potential) / max(-predicted, abs(potential)) if descends else -1.0
        if ratio < 0.0:
            raise ConvergenceError("energy_rises", "no step lowers the energy although the driving field is not zero")
        return ratio, parts

    def _accelerated(
        self, now: Evaluation, saved: Snapshot, before: np.ndarray, allowed: float
    ) -> dict[str, float] | None:
        """Try the extrapolated state instead of the corrected one: its energies, or None if it is no better.

        Better is less energy, but for the rise `allowed` that φ may cause; where the equations have no energy, a
        smaller driving field. Without success the fields are the corrected ones and the history begins anew.
        """
        problem = self.problem
        corrected = problem.state()
        proposal = self.acceleration.propose(before, corrected - before, problem.weights)
        if proposal is None:
            return None
        for share in self.SHARES:
            problem.restore(saved)
            problem.set_state(corrected + share * (proposal - corrected))
            problem.settle(self.MECHANICS_REDUCTION)
            parts = problem.report.parts()
            if self._better(parts, now, allowed):
                return parts
        self.acceleration.clear()
        problem.restore(saved)
        problem.set_state(corrected)
        return None

    def _better(self, parts: dict[str, float], now: Evaluation, allowed: float) -> bool:
        """Whether an extrapolated state, the present one, is better than `now`; see `_accelerated`."""
        problem = self.problem
        if not problem.functional.variational:
            return problem.driving_field() < problem.driving_field(now)
        most, energy = now.energy + allowed + 100.0 * now.noise, float(sum(parts.values()))
        # An extrapolated φ is off its equilibrium, in which H is largest: there any state would have a low energy.
        return energy <= most and energy + problem.hidden_energy() <= most
