"""Steps of drifting defects: physical time with variable-step BDF2, and descent to equilibrium."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from dolfinx import fem

from phasefield.case.schema import TimeTable
from phasefield.errors import ConvergenceError
from phasefield.fields import Owned
from phasefield.initial import random_unknowns
from phasefield.scaling import Scaling
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.drift import DriftSolver, SpeciesEquations
from phasefield.solvers.rescue import Rescue
from phasefield.solvers.softest import softest_mode
from phasefield.stepping.bdf import BDF2
from phasefield.stepping.length import fitted, longer, shorter, until_bend
from phasefield.stepping.relaxation import Relaxation
from phasefield.stepping.stepper import Step, Stepper, given


@dataclass(frozen=True)
class Motion:
    """How defects move.

    Attributes: solver of the implicit steps; relaxed, whether P is in equilibrium with the defects at every instant
    (else it has its inertia); first_step (s) unless the case gives one; diffusion_time (s) through the body.
    """

    solver: DriftSolver
    relaxed: bool
    first_step: float
    diffusion_time: float


class Drift(Stepper):
    """What both steppers of defects share."""

    #: First and largest change (rms, of the polarization scale) of a P that is unstable.
    DISTURBANCE, LARGEST_DISTURBANCE = 1e-2, 4.0

    #: Times that P may lose its stability in a step.
    MOST_JUMPS = 8

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue, motion: Motion):
        super().__init__(problem, spec, scaling, rescue)
        self.motion, self.solver, self.relaxed = motion, motion.solver, motion.relaxed
        self.dt = spec.initial_step or motion.first_step
        self.reached = 0.0  # time (s) of the loads of the step under way

    @property
    def factorizations(self) -> int:
        """Factorizations, or iterations, of the implicit steps so far."""
        return self.solver.iterations

    def start(self) -> None:
        """Bring φ and u, and P if it is relaxed, to equilibrium with the initial defects and loads."""
        super().start()
        if self.relaxed:
            self._relax_polarization()

    def _relax_polarization(self) -> None:
        """P, φ and u in equilibrium at the present concentrations."""
        relaxation = Relaxation(self.problem, self.spec.equilibrium, self.rescue)
        now, _, finished = relaxation.judged(self.problem.evaluate())
        for _ in range(self.spec.max_steps):
            if finished:
                return
            now, _, rejections = relaxation.advance(now)
            self.rejected += rejections
            now, _, finished = relaxation.judged(now)
        raise ConvergenceError("max_steps", f"P not in equilibrium with the defects after {self.spec.max_steps} steps")

    def _solve(self, rate: float, constant: np.ndarray | None, tolerance: float) -> bool:
        """Solve the step under way; whether P had to find another minimum first.

        Where P is relaxed and loses its stability it goes to the next minimum at once, defects at rest: where the step
        begins, or where that does not do, where the defects are on the way.
        """
        saved, jumps = self.problem.snapshot(), 0
        while True:
            try:
                self.solver.solve(rate, constant, tolerance)
                return jumps > 0
            except ConvergenceError as failure:
                if failure.reason != "not_convex" or not self.relaxed or jumps == self.MOST_JUMPS:
                    raise
            if jumps == 0:
                self.problem.restore(saved)
                self.problem.conditions.update(self.reached)
            self._find_minimum()
            jumps += 1

    def _find_minimum(self) -> None:
        """P, φ and u in a minimum at the present concentrations, also if these give way as far as the step allows.

        What is unstable by symmetry does not move by itself, and walls that attract one another from afar hardly do:
        both are disturbed along their softest mode, the more the longer they stay. A disturbance at random would make
        domains, whose walls then are in the way.
        """
        functional, system = self.problem.functional, self.solver.system
        start = random_unknowns(functional.spaces.P, functional.domain, self.number)
        size = self.DISTURBANCE
        self._relax_polarization()
        while True:
            curvature, mode = softest_mode(self.problem, system, start)
            if curvature >= 0.0:
                return
            if size > self.LARGEST_DISTURBANCE:
                raise ConvergenceError("not_convex", "the polarization is unstable and finds no minimum")
            self.problem.set_P(self.problem.P + size * mode)
            size *= 2.0
            self._relax_polarization()

    def concentrations(self) -> list[np.ndarray]:
        """Owned concentrations of each species (copies)."""
        return [equations.c.copy() for equations in self.solver.species]

    @property
    def watched(self) -> bool:
        """Whether the energy must fall: constant loads, and nothing that defects pass through."""
        return super().watched and self.solver.closed


class DriftTransient(Drift):
    """Physical time: variable-step BDF2 in the concentrations (and in P if it is dynamic), under error control.

    The local error follows from predictor minus corrector (Milne), as a root mean square over the defects of the
    relative error of the concentration: it is as strict where they are few as where they are many, by their number.
    """

    #: Part of the time error that Newton's method leaves.
    NEWTON_ACCURACY = 1e-3
    #: Largest change of ln(c/(c_max − c)) that a first guess foresees.
    FARTHEST = 2.0
    #: ln(c/(c_max − c)) above which that of an older state, of which c alone is kept, is not known well.
    TAKEN = 15.0

    def __init__(self, problem: CoupledProblem, spec: TimeTable, scaling: Scaling, rescue: Rescue, motion: Motion):
        super().__init__(problem, spec, scaling, rescue, motion)
        functional = problem.functional
        spaces = {s.c.name: s.space for s in functional.species}
        if not self.relaxed:
            spaces["P"] = functional.spaces.P
        #: States before the last two steps, by field.
        self.older = {name: [fem.Function(V, name=f"{name}_{i}") for i in (1, 2)] for name, V in spaces.items()}
        self.formula = BDF2()

    def state(self) -> dict:
        """Counters, next and last steps."""
        return super().state() | {"dt": self.dt, "steps": self.formula.steps}

    def restore(self, state: dict) -> None:
        """Continue with the steps of the checkpoint."""
        state = dict(state)
        self.formula.steps = list(state.pop("steps"))
        super().restore(state)

    def history(self) -> dict[str, fem.Function | Owned]:
        """States before the last two steps."""
        return {f.name: f for pair in self.older.values() for f in pair}

    def run(self) -> Iterator[Step]:
        """Steps until `spec.end`."""
        end = given(self.spec.end, "end")
        bends = [*self.problem.conditions.breakpoints(end), end]
        energies: dict[str, float] | None = None
        in_a_row = 0
        while self.t < end * (1.0 - 1e-12):
            if self.number >= self.spec.max_steps:
                raise ConvergenceError("max_steps", f"t = {self.t:.6e} s after {self.number} steps")
            if energies is None and self.watched:
                energies = self.problem.report.parts()
            left = until_bend(self.t, bends)
            dt = fitted(self.dt, left, self.spec.max_step)
            saved, old = self.problem.snapshot(), self._states()
            failure, jumped = None, False
            try:
                error, jumped, new_energies = self._attempt(dt, old, energies)
            except ConvergenceError as reason:
                failure, error = reason, np.inf
            if error > 1.0:
                in_a_row += 1
                self.problem.conditions.update(self.t)
                self._take_back(saved, in_a_row, failure)
                self.dt = shorter(dt, error, in_a_row)
                continue
            in_a_row, energies = 0, new_energies
            self._remember(old, dt)
            self.t += dt
            if dt == left or jumped:
                # The past says nothing about the other side of a bend, or of a jump of P.
                self.formula.forget()
            self.dt = longer(dt, error)
            yield self._step(dt, self.problem.driving_field(), self.t >= end * (1.0 - 1e-12), energies)

    def _states(self) -> dict[str, np.ndarray]:
        """Owned unknowns of the fields that are integrated in time (copies)."""
        states = {e.species.c.name: e.c.copy() for e in self.solver.species}
        return states if self.relaxed else states | {"P": self.problem.P.copy()}

    def _past(self, name: str, newest: np.ndarray) -> tuple[np.ndarray, ...]:
        return newest, *(f.x.array[: len(newest)] for f in self.older[name])

    def _attempt(
        self, dt: float, old: dict[str, np.ndarray], energies: dict[str, float] | None
    ) -> tuple[float, bool, dict[str, float] | None]:
        """Local error over its tolerance, whether P jumped, and the new energies if they are watched."""
        formula, species = self.formula, self.solver.species
        self.reached = self.t + dt
        self.problem.conditions.update(self.reached)
        past = {name: self._past(name, state) for name, state in old.items()}
        predicted = {name: formula.predicted(dt, *states) for name, states in past.items()}
        gamma, tau = formula.gamma(dt), dt / self.unit
        starts = [formula.combination(dt, *past[e.species.c.name]) / gamma for e in species]
        guesses = [self._guess(e, dt, start) for e, start in zip(species, starts, strict=True)]
        self.solver.begin(tau / gamma, starts, guesses)
        rate, inertia = 0.0, None
        if not self.relaxed:
            rate, inertia = gamma / tau, formula.combination(dt, *past["P"]) / tau
        jumped = self._solve(rate, inertia, self.NEWTON_ACCURACY * self.spec.tolerance)
        energies = self._falling(energies, 1e-11 + 1e-3 * self.spec.tolerance)
        if jumped:
            return 0.0, True, energies
        differences = [self._difference(e, predicted[e.species.c.name], old[e.species.c.name]) for e in species]
        if not self.relaxed:
            differences.append(self.problem.polarization.rms(self.problem.P - predicted["P"]))
        return formula.error(dt, max(differences)) / self.spec.tolerance, False, energies

    def _difference(self, equations: SpeciesEquations, predicted: np.ndarray, old: np.ndarray) -> float:
        """Relative difference of corrector and predictor, where the concentration was and is."""
        return equations.spread(equations.c - predicted, 0.5 * (equations.c + old))

    def _guess(self, equations: SpeciesEquations, dt: float, start: np.ndarray) -> np.ndarray:
        """ln(c/(c_max − c)) continued along a straight line where there is a past and sites are not all taken.

        Where a front passes the formula may start from a concentration below zero, which the little that is left at
        the node could not mend: there the mobility is that of the larger one of the last two states.
        """
        logits, limit = equations.logits(), equations.species.site_density
        if not self.formula.steps:
            return logits
        older = self.older[equations.species.c.name][0].x.array[: len(logits)]
        known = (equations.volumes > 0.0) & (older > 0.0) & (older < limit) & (logits < self.TAKEN)
        before = logits.copy()
        before[known] = np.log(older[known] / (limit - older[known]))
        change = (logits - before) * dt / self.formula.steps[0]
        guess = logits + np.clip(change, -self.FARTHEST, self.FARTHEST)
        passing = known & (start < 0.5 * limit / (1.0 + np.exp(-guess)))
        guess[passing] = np.maximum(logits, before)[passing]
        return guess

    def _remember(self, old: dict[str, np.ndarray], dt: float) -> None:
        for name, (newer, oldest) in self.older.items():
            oldest.x.array[:] = newer.x.array
            newer.x.array[: len(old[name])] = old[name]
            newer.x.scatter_forward()
        self.formula.took(dt)


class DriftRelax(Drift):
    """To equilibrium under constant loads: implicit steps without P's inertia, longer and longer.

    At fixed P each lowers the energy, whatever its length; in the limit of a long step it ends in equilibrium.
    It is reached when a step of at least `LONG` diffusion times changes the concentrations by less than
    `spec.equilibrium`.
    """

    GROWTH = 4.0
    LONG = 10.0

    def state(self) -> dict:
        """Counters and the next step."""
        return super().state() | {"dt": self.dt}

    def run(self) -> Iterator[Step]:
        """Steps until equilibrium; `t` is the time of the defects."""
        energies = self.problem.report.parts() if self.watched else None
        in_a_row, finished = 0, False
        while not finished:
            if self.number >= self.spec.max_steps:
                raise ConvergenceError("max_steps", f"defects not in equilibrium after {self.number} steps")
            saved, old, dt = self.problem.snapshot(), self.concentrations(), self.dt
            try:
                self.solver.begin(dt / self.unit, old)
                self._solve(0.0, None, 1e-3 * self.spec.equilibrium)
                energies = self._falling(energies, 1e-11)
            except ConvergenceError as failure:
                in_a_row += 1
                self._take_back(saved, in_a_row, failure)
                self.dt = dt / self.GROWTH**2
                continue
            in_a_row = 0
            changes = [e.spread(e.c - c, 0.5 * (e.c + c)) for e, c in zip(self.solver.species, old, strict=True)]
            self.t += dt
            finished = dt >= self.LONG * self.motion.diffusion_time and max(changes) < self.spec.equilibrium
            self.dt = dt * self.GROWTH
            yield self._step(dt, self.problem.driving_field(), finished, energies)
