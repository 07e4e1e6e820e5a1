"""The second-order backward differentiation formula with variable steps: its weights, its start and its error."""

from __future__ import annotations

import numpy as np


class BDF2:
    """∂x/∂t ≈ (γ x − combination)/Δt, with a polynomial through the known states as predictor.

    Without a past step it is backward Euler, and the predictor is the last state. States are given newest first.

    Attributes: steps (the last two, newest first).
    """

    def __init__(self) -> None:
        self.steps: list[float] = []

    def forget(self) -> None:
        """Begin anew."""
        self.steps = []

    def took(self, dt: float) -> None:
        """Remember a step."""
        self.steps = [dt, *self.steps][:2]

    def gamma(self, dt: float) -> float:
        """γ of a step."""
        if not self.steps:
            return 1.0
        w = dt / self.steps[0]
        return (1.0 + 2.0 * w) / (1.0 + w)

    def combination(self, dt: float, *states: np.ndarray) -> np.ndarray:
        """The weighted known states."""
        if not self.steps:
            return states[0]
        w = dt / self.steps[0]
        return (1.0 + w) * states[0] - w**2 / (1.0 + w) * states[1]

    def predicted(self, dt: float, *states: np.ndarray | list[float]) -> np.ndarray:
        """The polynomial through the given states, as far as there are steps between them, at the end of a step."""
        times = [0.0, *(-np.cumsum(self.steps))][: len(states)]
        weights = [
            float(np.prod([(dt - s) / (t - s) for j, s in enumerate(times) if j != i])) for i, t in enumerate(times)
        ]
        return np.sum([w * np.asarray(state) for w, state in zip(weights, states, strict=False)], axis=0)

    def error(self, dt: float, difference: float) -> float:
        """Estimate of the local error from the difference of corrector and predictor (three states).

        Both errors are proportional to the (k+1)-th derivative; their ratio is known (Milne).
        """
        if not self.steps:
            return 0.5 * difference
        if len(self.steps) == 1:
            # Linear predictor, error of second order: an upper bound of the BDF2 error.
            return difference / 3.0
        first, second = self.steps
        w = dt / first
        corrector = (1.0 + w) ** 2 / (6.0 * w * (1.0 + 2.0 * w)) * dt**3
        predictor = dt * (dt + first) * (dt + first + second) / 6.0
        return difference * corrector / (corrector + predictor)
