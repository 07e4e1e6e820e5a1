"""Anderson acceleration of a fixed-point iteration x → x + f(x), for vectors distributed over ranks.

Of the last few steps the combination with the smallest increment is extrapolated (Walker, Ni, SIAM J. Numer. Anal.
49, 1715 (2011), type II). The steps of the implicit solve at fixed displacement are such an iteration: without
acceleration its error falls by a constant factor per step, the part of the stiffness that the displacement carries.
"""

from __future__ import annotations

import numpy as np
from mpi4py import MPI


class Anderson:
    """History of iterates x (any number of owned entries) and their increments f."""

    def __init__(self, comm: MPI.Comm, depth: int = 5):
        self.comm = comm
        self.depth = depth
        self.clear()

    def clear(self) -> None:
        """Forget the history."""
        self.iterates: list[np.ndarray] = []
        self.increments: list[np.ndarray] = []

    def propose(self, x: np.ndarray, f: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """The next iterate for the iterate `x` with increment `f`; x + f while there is no history.

        `weights` (non-negative, one per entry) define the norm that is minimized.
        """
        self.iterates.append(x.copy())
        self.increments.append(f.copy())
        if len(self.iterates) > self.depth + 1:
            del self.iterates[0], self.increments[0]
        if len(self.iterates) < 2:
            return x + f
        dx = np.diff(np.array(self.iterates), axis=0)
        df = np.diff(np.array(self.increments), axis=0)
        gram = self.comm.allreduce((df * weights) @ df.T)
        rhs = self.comm.allreduce((df * weights) @ f)
        # Nearly parallel increments carry no information: cut them off instead of amplifying round-off.
        gamma = np.linalg.lstsq(gram, rhs, rcond=1e-10)[0]
        return x + f - gamma @ (dx + df)
