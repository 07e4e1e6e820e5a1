"""The softest mode of the polarization, with all else but defects in equilibrium with it.

Eigenvalues of S x = λ M x, with S the second variation of the energy by P once u, φ and the mean strain follow (a
Schur complement of the matrix of Newton's method) and M the consistent mass matrix, so that λ is the least of
x·Sx/∫|x|² and falls as meshes are refined. With one-way flexocoupling S is that of the energy without what acts one
way, at a given mean strain.
"""

from __future__ import annotations

import numpy as np
import ufl
from petsc4py import PETSc
from scipy.sparse.linalg import LinearOperator, eigsh

from phasefield.solvers.assembly import assembled_matrix, constrain, petsc_vector
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.monolithic import MonolithicSystem

#: Factor by which the mass term grows until the energy with it is convex, and its first value (solver units).
GROWTH, FIRST = 4.0, 1.0
#: Relative tolerance of the eigenvalue.
TOLERANCE = 1e-8


def softest_mode(problem: CoupledProblem, system: MonolithicSystem, start: np.ndarray) -> tuple[float, np.ndarray]:
    """The smallest eigenvalue of the present state (solver units), and its mode over the owned unknowns of P.

    Collective. By Lanczos iterations on the inverse, from the perturbation `start` of P, whose part along the mode is
    positive. The rms of the mode is one. Raises ConvergenceError when factorization fails.
    """
    solver, comm = problem.polarization, problem.functional.domain.mesh.comm
    mass = _mass(problem)
    rate = _factorized(system, mass)
    parts = comm.allgather(problem.owned_P)
    mine = slice(begin := sum(parts[: comm.rank]), begin + problem.owned_P)
    rest = np.zeros(len(system.free) - problem.owned_P)

    def gathered(owned: np.ndarray) -> np.ndarray:
        return np.concatenate(comm.allgather(owned))

    def inverse(force: np.ndarray) -> np.ndarray:
        return gathered(system.response(np.concatenate([force[mine], rest]))[: problem.owned_P])

    def product(x: np.ndarray) -> np.ndarray:
        return gathered((mass * petsc_vector(comm, x[mine].copy(), 3)).array)

    size = (sum(parts),) * 2
    inverse_operator, mass_operator = (LinearOperator(size, matvec=f, dtype=float) for f in (inverse, product))
    (found,), modes = eigsh(
        mass_operator,  # of this argument only the size is used beside OPinv
        k=1,
        M=mass_operator,
        sigma=-rate,
        OPinv=inverse_operator,
        v0=gathered(solver.free_P * start),
        tol=TOLERANCE,
    )
    mode = modes[mine, 0] / solver.rms(modes[mine, 0])
    return float(found), mode if solver.dot(mode, start) >= 0.0 else -mode


def _mass(problem: CoupledProblem) -> PETSc.Mat:
    """∫ x·y over the body that carries P, without prescribed unknowns."""
    functional, free = problem.functional, problem.polarization.free_P
    trial, test = ufl.TrialFunction(functional.spaces.P), ufl.TestFunction(functional.spaces.P)
    regions = functional.polar_regions
    mass = assembled_matrix(sum(ufl.inner(trial, test) * functional.dx(r, 2 * functional.degree) for r in regions))
    constrain(mass, free, free, 0.0)
    return mass


def _factorized(system: MonolithicSystem, mass: PETSc.Mat) -> float:
    """Factors of the system with a mass term that makes it convex; the factor of that term."""
    system.assemble()
    block = system.blocks[0, 0]
    bare, rate = block.copy(), FIRST
    while True:
        bare.copy(block, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        block.axpy(rate, mass, PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN)
        system.factorize()
        if system.convex:
            break
        rate *= GROWTH
    bare.copy(block, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)  # as `assemble` left it
    return rate
