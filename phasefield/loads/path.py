"""Where a tip is at a time: along straight lines at a constant speed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from phasefield.case.schema import PlacedTip


class Path:
    """The way from corner to corner of a path (m) at `speed` (m/s) from the time `start` (s) on.

    Before it the place is the first corner, at its end the last. Attributes: times (s) at which corners are reached.
    """

    def __init__(self, corners: Sequence[tuple[float, float]], speed: float, start: float = 0.0):
        self.corners = np.asarray(corners, dtype=float)
        lengths = np.linalg.norm(np.diff(self.corners, axis=0), axis=1)
        self.times = start + np.concatenate([[0.0], np.cumsum(lengths)]) / speed

    def __call__(self, t: float) -> np.ndarray:
        """Place [x, y] (m) at the time t (s)."""
        return np.array([np.interp(t, self.times, column) for column in self.corners.T])

    def distances(self, points: np.ndarray) -> np.ndarray:
        """Distances (n, m) of points (n, 2) from the path."""
        nearest = np.linalg.norm(points - self.corners[0], axis=1)
        for start, end in pairwise(self.corners):
            way = end - start
            along = np.clip((points - start) @ way / max(way @ way, np.finfo(float).tiny), 0.0, 1.0)
            nearest = np.minimum(nearest, np.linalg.norm(points - start - along[:, None] * way, axis=1))
        return nearest

    @property
    def moves(self) -> bool:
        """Whether there is more than one place."""
        return len(self.corners) > 1

    @classmethod
    def resting(cls, place: tuple[float, float]) -> Path:
        """The path of what does not move."""
        return cls([place], 1.0)

    @classmethod
    def of(cls, tip: PlacedTip) -> Path:
        """The path of a tip of a case."""
        return cls(tip.track, tip.speed or 0.0, tip.start) if tip.track else cls.resting(tip.at)
