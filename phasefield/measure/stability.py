"""Stability of a state: the softest mode of the polarization, with all else in equilibrium with it.

Eigenvalues of S x = λ M x, with S the second variation of the energy by P once u, φ and the mean strain follow (a
Schur complement of the matrix of Newton's method) and M the consistent mass matrix, so that λ is the least of
x·Sx/∫|x|² and falls as meshes are refined. A perturbation along x decays at the rate Γ λ: a state is stable if the
smallest eigenvalue is positive.
"""

from __future__ import annotations

import numpy as np
import ufl
from petsc4py import PETSc
from scipy.sparse.linalg import LinearOperator, eigsh

from phasefield.errors import CaseError
from phasefield.simulation import Simulation
from phasefield.solvers.assembly import assembled_matrix, constrain, petsc_vector
from phasefield.solvers.monolithic import MonolithicSystem, Unknowns

#: Factor by which the mass term grows until the energy with it is convex, and its first value (solver units).
GROWTH, FIRST = 4.0, 1.0
#: Relative tolerance of the eigenvalue.
TOLERANCE = 1e-8


def softest_curvature(simulation: Simulation) -> float:
    """The smallest eigenvalue of the second variation by P of the present state (J m/C²). Collective.

    By Lanczos iterations on the inverse, so the problem must be small enough to be factorized. Raises CaseError where
    no energy exists, ConvergenceError when factorization fails.
    """
    problem = simulation.problem
    if not simulation.functional.variational:
        raise CaseError("one-way flexocoupling and that of the phase-field literature have no energy to be curved")
    if problem.contact is not None:
        raise CaseError("the second variation has not been derived for an indenter, whose contact changes with P")
    system, mass = MonolithicSystem(problem), _mass(simulation)
    rate = _factorized(system, mass)
    parts = simulation.comm.allgather(problem.owned_P)
    mine = slice(start := sum(parts[: simulation.comm.rank]), start + problem.owned_P)
    rest, strain = np.zeros(len(system.free) - problem.owned_P), np.zeros(len(system.strains))

    def gathered(owned: np.ndarray) -> np.ndarray:
        return np.concatenate(simulation.comm.allgather(owned))

    def inverse(force: np.ndarray) -> np.ndarray:
        correction = system.solve(Unknowns(np.concatenate([-force[mine], rest]), strain))
        return gathered(correction.fields[: problem.owned_P])

    def product(x: np.ndarray) -> np.ndarray:
        return gathered((mass * petsc_vector(simulation.comm, x[mine].copy(), 3)).array)

    size = (sum(parts),) * 2
    inverse_operator, mass_operator = (LinearOperator(size, matvec=f, dtype=float) for f in (inverse, product))
    start_vector = gathered(problem.polarization.free_P) * np.random.default_rng(0).uniform(0.5, 1.0, size[0])
    (found,) = eigsh(
        mass_operator,  # of this argument only the size is used beside OPinv
        k=1,
        M=mass_operator,
        sigma=-rate,
        OPinv=inverse_operator,
        v0=start_vector,
        tol=TOLERANCE,
        return_eigenvectors=False,
    )
    return float(found * simulation.scaling.alpha)


def _mass(simulation: Simulation) -> PETSc.Mat:
    """∫ x·y over the body that carries P, without prescribed unknowns."""
    functional, free = simulation.functional, simulation.problem.polarization.free_P
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
            return rate
        rate *= GROWTH
