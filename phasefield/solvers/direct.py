"""Direct solution of sparse systems by MUMPS, on any number of ranks."""

from __future__ import annotations

import numpy as np
from mpi4py import MPI
from petsc4py import PETSc

from phasefield.errors import ConvergenceError
from phasefield.solvers.assembly import petsc_vector

#: Options of MUMPS. To count the signs of pivots it must find null pivots (24) and keep the last dense part from
#: ScaLAPACK (13); pivoting takes more room than it foresees, in per cent (14).
MUMPS = {13: 1, 14: 60, 24: 1}


class Factors:
    """LDLᵀ factors of a symmetric matrix, LU factors of another.

    Args:
        comm: communicator.
        symmetric: whether the matrices will be symmetric.
        prefix: of PETSc options.
    """

    def __init__(self, comm: MPI.Comm, symmetric: bool, prefix: str):
        self.comm = comm
        self.symmetric = symmetric
        self.ksp = PETSc.KSP().create(comm)
        self.ksp.setOptionsPrefix(prefix)
        self.ksp.setType("preonly")
        pc = self.ksp.getPC()
        pc.setType("cholesky" if symmetric else "lu")
        pc.setFactorSolverType("mumps")
        self.ksp.setFromOptions()

    def factorize(self, matrix: PETSc.Mat) -> None:
        """Factorize anew. Raises ConvergenceError when MUMPS fails, for want of memory for instance."""
        matrix.setOption(PETSc.Mat.Option.SYMMETRIC, self.symmetric)
        pc = self.ksp.getPC()
        self.ksp.reset()  # old factors go before new ones take memory
        self.ksp.setOperators(matrix)
        pc.setFactorSetUpSolverType()
        for option, value in MUMPS.items():
            pc.getFactorMatrix().setMumpsIcntl(option, value)
        self.ksp.setUp()
        if pc.getFailedReason():
            code = pc.getFactorMatrix().getMumpsInfog(1)
            raise ConvergenceError("factorization_failed", f"MUMPS stopped with INFOG(1) = {code}")

    def solve(self, rhs: np.ndarray) -> np.ndarray:
        """Solution for the owned entries of a right-hand side."""
        x = self.ksp.getOperators()[0].createVecRight()
        self.ksp.solve(petsc_vector(self.comm, rhs.copy()), x)
        return x.array.copy()

    def inertia(self) -> tuple[int, int]:
        """Numbers of negative and of zero pivots of a symmetric matrix."""
        negative, zero, _ = self.ksp.getPC().getFactorMatrix().getInertia()
        return negative, zero
