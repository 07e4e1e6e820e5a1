"""Whether a body almost without polarization and driving field is at a saddle, which any perturbation would leave."""

from __future__ import annotations

import numpy as np

from phasefield.solvers.core import CoupledProblem

#: Inverse iterations before a state passes, and the accuracy of their linear solves.
ITERATIONS, LINEAR_TOLERANCE = 12, 1e-3
#: Mass term of the iterations over the size of the mean curvature.
SHIFT = 4.0
#: Mean polarization, over its scale, of a body that is looked at.
SMALL = 0.1
#: Iterations that smooth a perturbation, and the part of it that then must grow: less may be errors of the solvers.
SMOOTHING, SHARE = 2, 0.1


def perturbation_grows(problem: CoupledProblem, perturbation: np.ndarray | None = None) -> bool:
    """Whether a perturbation of P (owned unknowns; noise if none is given) is one along which the energy falls.

    Collective. With u held and φ in equilibrium. Looks closer only where there is hardly any polarization and
    the local energy curves downwards in the mean over the body; then by inverse iteration on δ²H + s M, which keeps the
    symmetry of the perturbation: the Rayleigh quotient of δ²H is an upper bound of its smallest eigenvalue at every
    iteration. Saddles of other kinds, which symmetry or a wall make, pass.
    """
    solver = problem.polarization
    if solver.rms(problem.P) > SMALL:
        return False
    downwards = float(np.linalg.eigvalsh(solver.mean_curvature())[0])
    if downwards >= 0.0:
        return False
    shift = SHIFT * abs(downwards)
    solver.prepare(shift)
    while solver.comm.allreduce(solver.clipped):
        shift *= 2.0
        solver.prepare(shift)
    no_charge = np.zeros_like(solver.free_phi) if problem.functional.electrostatics else None
    d = np.random.default_rng(0).standard_normal(problem.owned_P) if perturbation is None else perturbation
    d = smooth = d * solver.free_P
    for iteration in range(ITERATIONS):
        size = np.sqrt(solver.dot(d, d))
        if size == 0.0:
            return False
        d = d / size
        smooth = d if iteration <= SMOOTHING else smooth
        force = shift * solver.inertia(d)
        d, _ = solver.solve(-force, no_charge, LINEAR_TOLERANCE)
        curvature = solver.dot(d, force) / (shift * solver.dot(d, solver.inertia(d))) - 1.0
        if curvature < -10.0 * LINEAR_TOLERANCE:
            return abs(solver.dot(d, smooth)) > SHARE * np.sqrt(solver.dot(d, d))
    return False
