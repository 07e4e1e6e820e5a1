"""States at rest that are no minimum of the energy, and the way from there to one."""

from __future__ import annotations

import numpy as np

from phasefield.errors import ConvergenceError
from phasefield.initial import random_unknowns
from phasefield.log import logger
from phasefield.solvers.core import CoupledProblem, Snapshot
from phasefield.solvers.newton import Newton
from phasefield.solvers.softest import softest_mode


class Minimum:
    """Tells whether a state at rest is a minimum, by the inertia of its factors, and finds one if it is none.

    A vanishing driving field does not tell: on a saddle that symmetry makes, or that the mesh makes of a wall between
    its nodes, the curvature is so small that no move brings the field above its tolerance. So the state is moved along
    its softest mode, and Newton steps, which end in minima, go on from there until they change P by no more than
    `tolerance` (rms, of the polarization scale). Raises CaseError if there are too many unknowns.
    """

    #: Times that a state is moved, by how much (rms, of the polarization scale), and Newton steps after it.
    MOVES, SIZE, MOST_STEPS = 3, 1e-2, 100

    def __init__(self, problem: CoupledProblem, newton: Newton, tolerance: float):
        newton.demand("time.minimum")
        self.problem = problem
        self.newton = newton
        self.tolerance = tolerance
        self.start = random_unknowns(problem.functional.spaces.P, problem.functional.domain, 0)

    def reached(self) -> bool:
        """Whether the present state is a minimum."""
        self.newton.system.assemble()
        self.newton.system.factorize()
        return self.newton.system.convex

    def find(self) -> bool:
        """Bring the fields to a minimum; whether they are in one: else they are as they were."""
        saved = self.problem.snapshot()
        try:
            for _ in range(self.MOVES):
                self._move()
                self._descend()
                if self.reached():
                    return True
        except ConvergenceError as failure:
            logger.debug(f"no minimum: {failure}")
        self.problem.restore(saved)
        return False

    def _move(self) -> None:
        """Move along the softest mode, to the side where the energy is less."""
        curvature, mode = softest_mode(self.problem, self.newton.system, self.start)
        logger.debug(f"no minimum: curvature {curvature:.1e} along the softest mode")
        begin = self.problem.snapshot()
        energies = {sign: self._energy_at(begin, sign * self.SIZE * mode) for sign in (-1.0, 1.0)}
        if energies[-1.0] < energies[1.0]:
            self._energy_at(begin, -self.SIZE * mode)

    def _energy_at(self, begin: Snapshot, by: np.ndarray) -> float:
        """Energy once P is moved, and φ and u have followed."""
        self.problem.restore(begin)
        self.problem.set_P(self.problem.P + by)
        self.problem.settle_potential()
        self.problem.settle()
        return float(sum(self.problem.report.parts().values()))

    def _descend(self) -> None:
        """Newton steps until an exact one changes P by no more than the tolerance."""
        self.newton.shift = 0.0
        for _ in range(self.MOST_STEPS):
            if self.newton.step() <= self.tolerance:
                return
        raise ConvergenceError("newton_stagnated", f"no minimum after {self.MOST_STEPS} full Newton steps")
