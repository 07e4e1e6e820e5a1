"""Full Newton's method in all unknowns, with a line search: the last resort of a step, and the reference of others.

An implicit step with the rate γ/Δt solves δH/δP + M (rate P − c) = 0 with φ, u and the mean strain in equilibrium:
a stationary point of Φ = H + 1/(2 rate) |rate P − c|²_M; equilibrium is one of H. Where Φ exists, a correction must
lower it: J gets a shift, a mass term on P, until its pivots are those of a minimum (Wächter, Biegler, Math. Program.
106, 25 (2006)), and the step is halved until Φ falls enough. So it ends in a minimum, never in a saddle that it did not
start from. Without an energy (one-way flexocoupling) an implicit step must lower the residual, and the way to
equilibrium is one in pseudo-time, with a shift that falls as long as the residual does not grow too much.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from phasefield.errors import CaseError, ConvergenceError
from phasefield.solvers.assembly import size_of
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.monolithic import MonolithicSystem, Unknowns


class Newton:
    """Newton's method for a coupled problem.

    Args:
        problem: the fields and residuals.
        most_unknowns: number of unknowns above which factors are taken to need too much memory.

    Attributes: iterations (factorizations so far), shift (of the next step, solver units).
    """

    MOST_STEPS = 60
    #: First shift of an indefinite system and the one below which it is dropped; curvatures are of order one.
    FIRST_SHIFT, LEAST_SHIFT, LARGEST_SHIFT = 1e-2, 1e-6, 1e8
    FACTOR = 8.0
    SHORTEST = 2.0**-12
    #: Part of the promised decrease that a step must bring (Armijo).
    SUFFICIENT = 1e-4
    #: Growth of the residual that a pseudo-time step may bring where no energy falls.
    LARGEST_GROWTH = 2.0
    #: Correction of P (rms, solver units) below which a step is taken without asking: it is round-off.
    ROUND_OFF = 1e-12

    def __init__(self, problem: CoupledProblem, most_unknowns: int):
        self.problem = problem
        self.most_unknowns = most_unknowns
        self.iterations = 0
        self.shift = 0.0

    @property
    def unknowns(self) -> int:
        """Unknowns of P, φ and u on all ranks."""
        f = self.problem.functional
        return size_of([f.P] + [f.phi] * f.electrostatics + [f.u] * f.mechanics)

    @property
    def affordable(self) -> bool:
        """Whether the system is small enough to be factorized."""
        return self.unknowns <= self.most_unknowns

    def demand(self, key: str) -> None:
        """CaseError in the name of `key`, which needs factors, if the system is too large for them."""
        if not self.affordable:
            raise CaseError(
                f"{key}: found {self.unknowns} unknowns, which are factorized together; allowed are"
                f" {self.most_unknowns}. Use a coarser mesh or, where memory allows, raise solver.newton_unknowns"
            )

    @cached_property
    def system(self) -> MonolithicSystem:
        """The linear system, made when it is first needed; CaseError if it is too large."""
        if not self.affordable:
            raise CaseError(
                f"solver.method: Newton's method factorizes all unknowns together; found {self.unknowns}, allowed"
                f" {self.most_unknowns}. Use a coarser mesh or the staggered method, or, where memory allows, raise"
                " solver.newton_unknowns"
            )
        return MonolithicSystem(self.problem)

    def settle(self) -> None:
        """Bring φ, u and the mean strain to equilibrium with P."""
        self.system.assemble(held=(self.problem.functional.P,))
        self._factorize(0.0)
        self.system.move(self.system.solve(self.system.residual()), 1.0)
        self.problem.settle_carriers()

    def solve(self, rate: float, constant: np.ndarray, tolerance: float) -> None:
        """One implicit step: δH/δP + M (rate P − constant) = 0 to corrections of `tolerance` (rms of P)."""
        self.shift = 0.0
        self._settle_potential()
        for _ in range(self.MOST_STEPS):
            if self.step(rate, constant) <= tolerance:
                return
        raise ConvergenceError("newton_stagnated", f"no solution after {self.MOST_STEPS} full Newton steps")

    def _settle_potential(self) -> None:
        """Gauss's law at the present P and loads; iteratively, which takes less than factors, where that works."""
        try:
            self.problem.settle_potential()
        except ConvergenceError:
            self.settle()

    def step(self, rate: float = 0.0, constant: np.ndarray | None = None) -> float:
        """One Newton step, towards equilibrium without a `rate`; φ must be in equilibrium with P, as steps leave it.

        Returns the correction of P (rms), infinite if it was shifted or shortened. Raises ConvergenceError when no
        step helps.
        """
        residual = self._residual(rate, constant)
        self.system.assemble(rate)
        while True:
            correction = self._correction(residual)
            size = self.problem.polarization.rms(correction.fields[: self.problem.owned_P])
            length = self._search(correction, size, residual, rate, constant)
            if length:
                break
            self._raise_shift()
        exact = length == 1.0 and self.shift == 0.0
        if length == 1.0:
            self.shift = self.shift / self.FACTOR if self.shift > self.LEAST_SHIFT else 0.0
        elif length < 1.0 / self.FACTOR:
            self._raise_shift()
        return size if exact else np.inf

    def _raise_shift(self) -> None:
        self.shift = max(self.FACTOR * self.shift, self.FIRST_SHIFT)
        if self.shift > self.LARGEST_SHIFT:
            raise ConvergenceError("newton_stagnated", "no correction lowers the energy or the residual")

    def _factorize(self, shift: float) -> None:
        self.system.factorize(shift)
        self.iterations += 1

    def _correction(self, residual: Unknowns) -> Unknowns:
        self._factorize(self.shift)
        while not self.system.convex:
            self._raise_shift()
            self._factorize(self.shift)
        return self.system.solve(residual)

    def _search(
        self, correction: Unknowns, size: float, residual: Unknowns, rate: float, constant: np.ndarray | None
    ) -> float:
        """Take the correction, or 1/2, 1/4 … of it: the part taken, 0 if none lowers the merit enough.

        `size` is its rms of P and `residual` the residual before.
        """
        problem, symmetric = self.problem, self.system.symmetric
        saved = problem.snapshot()
        before, noise = self._merit(rate, constant)
        slope = self.system.dot(residual, correction) if symmetric else -before
        # Without an energy the way to equilibrium leads through larger residuals: pseudo-time steps, never shortened.
        marching = not symmetric and rate == 0.0
        allowed = (self.LARGEST_GROWTH - 1.0) * before if marching else noise
        length, shortest = 1.0, 1.0 if marching else self.SHORTEST
        while length >= shortest:
            self.system.move(correction, length)
            problem.settle_carriers()
            after, _ = self._merit(rate, constant)
            if size < self.ROUND_OFF or after <= before + self.SUFFICIENT * length * slope + allowed:
                return length
            problem.restore(saved)
            length *= 0.5
        return 0.0

    def _residual(self, rate: float, constant: np.ndarray | None) -> Unknowns:
        residual = self.system.residual()
        if constant is not None:
            residual.fields[: self.problem.owned_P] += self.problem.polarization.inertia(
                rate * self.problem.P - constant
            )
        return residual

    def _merit(self, rate: float, constant: np.ndarray | None) -> tuple[float, float]:
        """Φ where there is an energy, else the size of the residual; and its round-off."""
        if not self.system.symmetric:
            residual = self._residual(rate, constant)
            return float(np.sqrt(self.system.dot(residual, residual))), 0.0
        problem = self.problem
        parts = problem.report.parts()
        energy, noise = float(sum(parts.values())), 1e-12 * float(sum(abs(v) for v in parts.values()))
        if constant is not None:
            change = rate * problem.P - constant
            energy += 0.5 * problem.polarization.dot(problem.polarization.inertia(change), change) / rate
        return energy, noise
