"""Gauss's law with electrons and holes, whose charge follows the potential at once: a nonlinear equation.

H is concave in φ, and the charge ∂Ω/∂φ grows exponentially. So Newton's method goes too far where carriers are still
few, and one kT per step where they are too many; a correction is halved until it does not lead far beyond the maximum
of H on its way, which makes it converge from any start.
"""

from __future__ import annotations

import numpy as np
from mpi4py import MPI

from phasefield.errors import ConvergenceError
from phasefield.physics.carriers import Carriers
from phasefield.physics.functional import Functional
from phasefield.solvers.polarization import PolarizationSolver


class Screening:
    """Newton's method for φ at given P, u and defects.

    Args:
        functional: fields and energies.
        carriers: those of the functional.
        solver: residual of Gauss's law and its derivative.
    """

    MOST_STEPS = 400
    #: Correction (kT/e) that is the last one: what is left after it is its square.
    LAST = 1e-6
    #: Slope beyond the maximum that a correction may end at, as part of that before it; the shortest correction.
    BEYOND, SHORTEST = 0.5, 2.0**-40
    #: Reduction of the residual by the linear solver.
    REDUCTION = 1e-8

    def __init__(self, functional: Functional, carriers: Carriers, solver: PolarizationSolver):
        self.functional, self.carriers, self.solver = functional, carriers, solver
        self.comm = functional.domain.comm

    def settle(self) -> None:
        """Bring φ to equilibrium. Raises ConvergenceError."""
        for _ in range(self.MOST_STEPS):
            self.solver.refresh_dielectric()
            slope, direction = self._direction()
            largest = self.comm.allreduce(float(np.abs(direction).max(initial=0.0)), op=MPI.MAX)
            last = largest * float(self.carriers.slope.value) <= self.LAST
            if last:
                self._move(direction)
                return
            self._search(direction, slope)
        raise ConvergenceError("screening_stagnated", f"Gauss's law with carriers: after {self.MOST_STEPS} steps")

    def _direction(self) -> tuple[float, np.ndarray]:
        """The correction of Newton's method, and the slope of H along it."""
        direction = self.solver.potential_increment(self.REDUCTION)
        return self._slope(direction), direction

    def _slope(self, direction: np.ndarray) -> float:
        return self.solver.dot(self.solver.gauss_residual(), direction)

    def _search(self, direction: np.ndarray, slope: float) -> None:
        """Take the correction, or 1/2, 1/4 … of it."""
        start, length = self.functional.phi.x.array.copy(), 1.0
        while length >= self.SHORTEST:
            self._move(length * direction)
            # Not a number where exponentials are beyond all bounds.
            if self._slope(direction) >= -self.BEYOND * slope:
                return
            self.functional.phi.x.array[:] = start
            length *= 0.5
        raise ConvergenceError("screening_stagnated", "Gauss's law with carriers: no correction leads to its solution")

    def _move(self, by: np.ndarray) -> None:
        phi = self.functional.phi
        phi.x.array[: len(by)] += by
        phi.x.scatter_forward()
