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
    """History of an iteration: differences of successive g = x + f and of f, where the norm sees f.

    The differences are kept in single precision: f itself is the solution of a linear system to a tolerance of
    percents, and what is lost vanishes with f. The history is the larger part of a checkpoint of a relaxation, so
    nothing is kept that the next proposal does not need.

    Attributes: last (g and f of the last iterate, or None), dg, df (oldest first), norm (of the last f), stretch.
    """

    LONGEST_STRETCH = 256.0

    def __init__(self, comm: MPI.Comm, depth: int = 5):
        self.comm = comm
        self.depth = depth
        self.clear()

    def clear(self) -> None:
        """Forget the history."""
        self.last: tuple[np.ndarray, np.ndarray] | None = None
        self.dg: list[np.ndarray] = []
        self.df: list[np.ndarray] = []
        self.norm = np.inf
        self.stretch = 1.0

    def state(self) -> dict:
        """JSON-able part of the history, for a checkpoint; `vectors` is the rest."""
        if self.last is None:
            return {"differences": 0, "norm": None, "stretch": self.stretch}
        return {"differences": len(self.dg[-self.depth + 1 :]), "norm": self.norm, "stretch": self.stretch}

    def restore(self, state: dict, entries: int, seen: int) -> None:
        """Make room for the history of `state`, whose `vectors` are to be filled then.

        Args:
            state: from `state()`.
            entries, seen: owned entries of the iterates and, of these, those that the norm sees.
        """
        self.clear()
        if state["norm"] is None:
            return
        count = state["differences"]
        self.last, self.norm = (np.zeros(entries), np.zeros(seen)), state["norm"]
        self.dg = [np.zeros(entries, dtype=np.float32) for _ in range(count)]
        self.df = [np.zeros(seen, dtype=np.float32) for _ in range(count)]
        self.stretch = state["stretch"]

    def vectors(self) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Vectors by name that the next proposal needs: those of iterates, and those of what the norm sees of f."""
        if self.last is None:
            return {}, {}
        needed = self.depth - 1
        whole = {"g": self.last[0], **{f"dg_{i}": dg for i, dg in enumerate(self.dg[-needed:])}}
        seen = {"f": self.last[1], **{f"df_{i}": df for i, df in enumerate(self.df[-needed:])}}
        return whole, seen

    def propose(self, x: np.ndarray, f: np.ndarray, weights: np.ndarray) -> np.ndarray | None:
        """The next iterate for the iterate `x` with increment `f`; None while there is no history.

        `weights` (non-negative, for the first entries of `f`; the others have none) define the norm that is minimized.
        """
        seen = f[: len(weights)]
        norm = self.comm.allreduce(float((weights * seen) @ seen))
        if self.last is not None and norm >= self.norm:
            # The iteration creeps or leaves a saddle: its history would lead back.
            stretch = min(2.0 * self.stretch, self.LONGEST_STRETCH)
            self.clear()
            self.last, self.norm, self.stretch = (x + f, seen.copy()), norm, stretch
            return x + stretch * f
        self.stretch = 1.0
        first, g = self.last is None, x + f
        self._remember(g, seen.copy(), norm)
        return None if first else self._combination(g, seen, weights)

    def _remember(self, g: np.ndarray, f: np.ndarray, norm: float) -> None:
        if self.last is not None:
            # The oldest differences have served in the proposal before.
            self.dg = [*self.dg, (g - self.last[0]).astype(np.float32)][-self.depth :]
            self.df = [*self.df, (f - self.last[1]).astype(np.float32)][-self.depth :]
        self.last, self.norm = (g, f), norm

    def _combination(self, g: np.ndarray, f: np.ndarray, weights: np.ndarray) -> np.ndarray:
        df = np.array(self.df, dtype=np.float64)
        gram = self.comm.allreduce((df * weights) @ df.T)
        rhs = self.comm.allreduce((df * weights) @ f)
        # Nearly parallel increments carry no information: cut them off instead of amplifying round-off.
        gamma = np.linalg.lstsq(gram, rhs, rcond=1e-10)[0]
        proposal = g.copy()
        for weight, dg in zip(gamma, self.dg, strict=True):
            proposal -= weight * dg.astype(np.float64)
        return proposal
