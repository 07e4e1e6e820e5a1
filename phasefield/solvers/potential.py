"""Gauss's law for a given polarization: the potential that maximizes H.

L δφ = R_φ with the dielectric operator L, constant during a run: conjugate gradients with algebraic multigrid.
Where nothing fixes the potential, the constant is the null space of L; it is projected out.
"""

from __future__ import annotations

import numpy as np
from petsc4py import PETSc

from phasefield.errors import ConvergenceError
from phasefield.solvers.assembly import default_options, petsc_vector

#: BoomerAMG: a tenth of the cost of its defaults per application on simplices, and as many iterations.
MULTIGRID = {
    "pc_hypre_boomeramg_strong_threshold": 0.5,
    "pc_hypre_boomeramg_agg_nl": 1,
    "pc_hypre_boomeramg_coarsen_type": "PMIS",
    "pc_hypre_boomeramg_interp_type": "ext+i",
    "pc_hypre_boomeramg_P_max": 4,
}


def multigrid(pc: PETSc.PC) -> None:
    """Make `pc` the multigrid of potential-like operators; options with the prefix potential_ override it."""
    pc.setOptionsPrefix("potential_")
    default_options("potential_", MULTIGRID)
    pc.setType("hypre")
    pc.setHYPREType("boomeramg")
    pc.setFromOptions()


def regular(matrix: PETSc.Mat, null_space: PETSc.NullSpace | None) -> PETSc.Mat:
    """`matrix` itself, or a copy that is regular on the constant: the multigrid needs one."""
    if null_space is None:
        return matrix
    shifted = matrix.copy()
    shifted.shift(1e-8 * float(abs(matrix.getDiagonal().max()[1])))
    return shifted


class PotentialSolver:
    """Solves L x = r.

    Args:
        L: dielectric operator (symmetric, positive definite up to `null_space`).
        null_space: the constant potential if nothing fixes it.
    """

    def __init__(self, L: PETSc.Mat, null_space: PETSc.NullSpace | None):
        self.comm = L.comm.tompi4py()
        self.null_space = null_space
        self.ksp = PETSc.KSP().create(self.comm)
        self.ksp.setType("cg")
        self.ksp.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
        multigrid(self.ksp.getPC())
        self.ksp.setOperators(L, regular(L, null_space))

    def solve(self, rhs: np.ndarray, reduction: float, noise: float) -> np.ndarray:
        """x for the owned entries `rhs`, to a residual of `reduction` times their norm or of `noise`.

        Raises ConvergenceError when the Krylov solver fails.
        """
        b = petsc_vector(self.comm, rhs.copy())
        x = b.duplicate()
        if self.null_space:
            self.null_space.remove(b)
        self.ksp.setTolerances(rtol=reduction, atol=noise, max_it=500)
        self.ksp.solve(b, x)
        if self.ksp.getConvergedReason() < 0:
            raise ConvergenceError(
                "potential_diverged",
                f"Gauss's law: CG stopped with reason {self.ksp.getConvergedReason()} after"
                f" {self.ksp.getIterationNumber()} iterations",
            )
        if self.null_space:
            self.null_space.remove(x)
        return x.array.copy()
