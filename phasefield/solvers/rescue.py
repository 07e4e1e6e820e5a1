"""When full Newton steps take the place of the staggered solvers."""

from __future__ import annotations

from phasefield.errors import ConvergenceError
from phasefield.log import logger
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.newton import Newton


class Rescue:
    """Counts failures of the staggered solvers and lets Newton's method take over for a while.

    Failures are those of solvers and steps that raise the energy, not errors of time that only ask for a shorter
    step. Where the system is too large for a direct solve Newton's method never takes over by itself.

    Attributes: newton, always (Newton's method by choice).
    """

    #: Failures before Newton's method takes over, what an accepted step makes good, and the steps that Newton's
    #: method then does: twice as many each time.
    PATIENCE = 4
    FORGIVENESS = 0.1
    STAY = 10

    def __init__(self, problem: CoupledProblem, most_unknowns: int, always: bool = False):
        self.newton = Newton(problem, most_unknowns)
        self.always = always
        self.failures = 0.0
        self.left = 0
        self.stay = self.STAY
        self.settled = False

    @property
    def active(self) -> bool:
        """Whether the next step is one of Newton's method."""
        return self.always or self.left > 0

    def state(self) -> dict:
        """JSON-able state for a checkpoint."""
        counters = {"failures": self.failures, "left": self.left, "stay": self.stay}
        return counters | {"settled": self.settled, "shift": self.newton.shift}

    def restore(self, state: dict) -> None:
        """Continue from a state of `state()`."""
        self.failures, self.left, self.stay = state["failures"], state["left"], state["stay"]
        self.settled, self.newton.shift = state["settled"], state["shift"]

    def failed(self, failure: ConvergenceError) -> bool:
        """Count a failed attempt of a step; whether Newton's method takes over now."""
        self.failures += 1
        return self.failures >= self.PATIENCE and self.take_over(failure)

    def take_over(self, failure: ConvergenceError) -> bool:
        """Let Newton's method do the next steps, if it can and does not do so already; whether it will."""
        if self.active or not self.newton.affordable:
            return False
        logger.info(f"{failure}: full Newton steps for a while")
        self.left, self.settled, self.failures = self.stay, False, 0.0
        self.stay *= 2
        self.newton.shift = 0.0
        return True

    def succeeded(self) -> None:
        """Count an accepted step; failures of solvers that come back again and again are not forgotten at once."""
        self.failures = max(self.failures - self.FORGIVENESS, 0.0)
        self.left = max(self.left - 1, 0)

    def descend(self) -> float:
        """One Newton step towards equilibrium; the mass term that it took."""
        if not self.settled:
            self.newton.settle()
            self.settled = True
        self.newton.step()
        self.succeeded()
        return self.newton.shift
