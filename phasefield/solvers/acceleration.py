"""Acceleration of a fixed-point iteration x → x + f(x), for vectors distributed over ranks.

The implicit steps at fixed displacement are such an iteration. Towards an equilibrium its error falls by a constant
factor per step, the part of the stiffness that the displacement carries; along a soft direction (a ferroelastic wall
that moves on, a saddle that is left) it creeps, because the displacement holds the wall where it was. Against the
first helps the combination of the last steps with the smallest increment (Anderson, type II: Walker, Ni, SIAM J.
Numer. Anal. 49, 1715 (2011)), against the second a longer and longer step in the same direction.
"""

from __future__ import annotations

import numpy as np
from mpi4py import MPI


class Acceleration:
    """History of iterates x (any number of owned entries) and their increments f."""

    LONGEST_STRETCH = 256.0

    def __init__(self, comm: MPI.Comm, depth: int = 5):
        self.comm = comm
        self.depth = depth
        self.clear()

    def clear(self) -> None:
        """Forget the history."""
        self.iterates: list[np.ndarray] = []
        self.increments: list[np.ndarray] = []
        self.stretch = 1.0

    def propose(self, x: np.ndarray, f: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
        """The next iterate for the iterate `x` with increment `f`; None while there is no history.

        `weights` (non-negative, one per entry) define the norm that is minimized.
        """
        if self.increments and self._norm(f, weights) >= self._norm(self.increments[-1], weights):
            # The iteration creeps or leaves a saddle: its history would lead back.
            stretch = min(2.0 * self.stretch, self.LONGEST_STRETCH)
            self.clear()
            self._remember(x, f)
            self.stretch = stretch
            return x + stretch * f
        self.stretch = 1.0
        self._remember(x, f)
        return self._combination(x, f, weights) if len(self.iterates) > 1 else None

    def _remember(self, x: np.ndarray, f: np.ndarray) -> None:
        self.iterates = [*self.iterates, x.copy()][-self.depth - 1 :]
        self.increments = [*self.increments, f.copy()][-self.depth - 1 :]

    def _combination(self, x: np.ndarray, f: np.ndarray, weights: np.ndarray) -> np.ndarray:
        dx = np.diff(np.array(self.iterates), axis=0)
        df = np.diff(np.array(self.increments), axis=0)
        gram = self.comm.allreduce((df * weights) @ df.T)
        rhs = self.comm.allreduce((df * weights) @ f)
        # Nearly parallel increments carry no information: cut them off instead of amplifying round-off.
        gamma = np.linalg.lstsq(gram, rhs, rcond=1e-10)[0]
        return x + f - gamma @ (dx + df)

    def _norm(self, f: np.ndarray, weights: np.ndarray) -> float:
        return self.comm.allreduce(float((weights * f) @ f))
