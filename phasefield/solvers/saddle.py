"""Whether a state without a driving field is a saddle of the energy, which any perturbation would leave."""

from __future__ import annotations

import numpy as np

from phasefield.solvers.core import CoupledProblem

#: Inverse iterations before a state passes, and the accuracy of their linear solves.
ITERATIONS, LINEAR_TOLERANCE = 12, 1e-3
#: Mass term of the iterations over the size of the mean curvature.
SHIFT = 4.0


def is_saddle(problem: CoupledProblem) -> bool:
    """Whether the energy falls along some perturbation of P, u held and φ in equilibrium. Collective.

    Looks closer only where the local energy curves downwards in the mean over the body, as in a ferroelectric without
    polarization; then by inverse iteration on (δ²H + s M), from noise: the Rayleigh quotient of δ²H is an upper bound
    of its smallest eigenvalue at every iteration. Saddles of other kinds, such as a wall that could move, pass.
    """
    solver = problem.polarization
    downwards = float(np.linalg.eigvalsh(solver.mean_curvature())[0])
    if downwards >= 0.0:
        return False
    shift = SHIFT * abs(downwards)
    solver.prepare(shift)
    while solver.comm.allreduce(solver.clipped):
        shift *= 2.0
        solver.prepare(shift)
    no_charge = np.zeros_like(solver.free_phi) if problem.functional.electrostatics else None
    d = np.random.default_rng(0).standard_normal(problem.owned_P) * solver.free_P
    for _ in range(ITERATIONS):
        force = shift * solver.inertia(d)
        d, _ = solver.solve(-force, no_charge, LINEAR_TOLERANCE)
        size = shift * solver.dot(d, solver.inertia(d))
        curvature = solver.dot(d, force) / size - 1.0
        if curvature < -10.0 * LINEAR_TOLERANCE:
            return True
        d /= np.sqrt(size)
    return False
