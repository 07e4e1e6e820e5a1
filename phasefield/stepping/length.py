"""Lengths of steps under error control: whole numbers of them between the bends of loads, shorter after an error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

#: Largest ratio of a step to the one before, and the part of the length that the error asks for which is taken.
GROWTH, SAFETY = 2.0, 0.9


def until_bend(t: float, bends: Sequence[float]) -> float:
    """Time left to the next of the increasing times at which a load bends; the last is the end."""
    return next(bend for bend in bends if bend > t * (1.0 + 1e-12)) - t


def fitted(wanted: float, left: float, longest: float | None) -> float:
    """A step of at most the wanted length that ends no later than what is `left`."""
    dt = min(wanted, left, longest or np.inf)
    # Two equal steps rather than a tiny last one.
    return 0.5 * left if dt < left < 2.0 * dt else dt


def longer(dt: float, error: float) -> float:
    """The length after a step whose error, over its tolerance, was at most 1."""
    return dt * (GROWTH if error == 0.0 else min(GROWTH, SAFETY * error ** (-1.0 / 3.0)))


def shorter(dt: float, error: float, in_a_row: int) -> float:
    """The length after a step whose error was more than 1, or infinite where it failed, so many times in a row."""
    factor = max(0.2, SAFETY * error ** (-1.0 / 3.0)) if np.isfinite(error) else 0.25
    # After a bend of a load the error may hardly depend on the step until it is short.
    return dt * (min(factor, 0.5) if in_a_row > 1 else factor)
