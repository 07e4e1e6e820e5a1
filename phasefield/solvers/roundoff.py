"""How small the driving field can become before round-off decides it."""

from __future__ import annotations

import numpy as np

from phasefield.solvers.core import CoupledProblem, Evaluation


def blind(problem: CoupledProblem, now: Evaluation, driving_field: float) -> bool:
    """Whether the energy that is left to gain, about the field squared, is lost in the round-off of the energy."""
    volume = problem.polarization.comm.allreduce(float(problem.polarization.volumes.sum()))
    return driving_field**2 * volume < now.noise


def attainable_field(problem: CoupledProblem, now: Evaluation) -> float:
    """Root mean square of the driving field that the rounding of the unknowns makes (solver units).

    Measured: the change of δH/δP when every unknown of P, u and φ moves at random by at most the distance to the next
    double. No state that doubles can hold has a driving field much below it, and the sums of the assembly add errors
    of the same size. The pattern is the same at every call. Costs one assembly of the residual.
    """
    f = problem.functional
    saved = problem.snapshot()
    pattern = np.random.default_rng(0)
    for function in (f.P, f.u, f.phi):
        values = function.x.array
        values *= 1.0 + np.finfo(float).eps * pattern.uniform(-1.0, 1.0, len(values))
        function.x.scatter_forward()
    force, _ = problem.polarization.residual()
    change = problem.polarization.rms_field(force - now.force)
    problem.restore(saved)
    return change
