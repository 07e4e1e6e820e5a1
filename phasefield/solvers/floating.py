"""Floating electrodes: all potential unknowns of an electrode share one value, with a given total charge.

φ = T φ' where T sends the electrode's unknowns to one of them (its master). Operators become TᵀLT, B T; the
other unknowns of the electrode keep zero rows and are treated as prescribed increments. The operators are
constant, so this happens once.
"""

from __future__ import annotations

import numpy as np
from dolfinx.common import IndexMap
from mpi4py import MPI
from petsc4py import PETSc

from phasefield.solvers.assembly import petsc_vector


class Floating:
    """The map T of one or more floating electrodes.

    Args:
        comm: communicator.
        index_map: index map of the potential space.
        groups: for each electrode its owned local unknowns.
        charges: total free charge of each electrode (solver units).
    """

    def __init__(self, comm: MPI.Comm, index_map: IndexMap, groups: list[np.ndarray], charges: list[float]):
        self.comm = comm
        self.size = index_map.size_local
        self.start = index_map.local_range[0]
        self.charges = charges
        self.is_slave = np.zeros(self.size, dtype=bool)
        target = self.start + np.arange(self.size, dtype=PETSc.IntType)
        self.masters = []
        for group in groups:
            smallest = self.start + group.min() if len(group) else np.iinfo(np.int64).max
            master = comm.allreduce(int(smallest), op=MPI.MIN)
            self.masters.append(master)
            target[group] = master
            self.is_slave[group[self.start + group != master]] = True
        self.T = self._matrix(index_map.size_global, target, np.ones(self.size))

    def _matrix(self, size: int, columns: np.ndarray, values: np.ndarray) -> PETSc.Mat:
        """Square matrix with one entry per row."""
        matrix = PETSc.Mat().createAIJ(((self.size, size), (self.size, size)), nnz=(1, 1), comm=self.comm)
        rows = (self.start + np.arange(self.size, dtype=PETSc.IntType)).reshape(-1, 1)
        matrix.setValuesRCV(rows, columns.reshape(-1, 1), values.reshape(-1, 1))
        matrix.assemble()
        return matrix

    def reduce(self, B, Bt, laplacian, free_phi):
        """The operators in terms of φ', and the free unknowns without the slaves."""
        return B.matMult(self.T), self.T.transposeMatMult(Bt), laplacian.PtAP(self.T), free_phi * ~self.is_slave

    def reduce_dielectric(self, L: PETSc.Mat) -> PETSc.Mat:
        """The dielectric operator in terms of φ'."""
        reduced = L.PtAP(self.T)
        # The slaves' rows are empty now: give them back the place of their diagonal.
        own = self.start + np.arange(self.size, dtype=PETSc.IntType)
        diagonal = self._matrix(self.T.getSize()[0], own, self.is_slave.astype(float))
        reduced.axpy(1.0, diagonal, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        diagonal.destroy()
        return reduced

    def reduce_residual(self, gauss: np.ndarray) -> np.ndarray:
        """Tᵀ R_φ, with the electrodes' charges: the energy of a charge Q at potential V is +Q V."""
        result = self.T.createVecRight()
        self.T.multTranspose(petsc_vector(self.comm, gauss), result)
        values = result.array.copy()
        for master, charge in zip(self.masters, self.charges, strict=True):
            if self.start <= master < self.start + self.size:
                values[master - self.start] += charge
        return values

    def energy(self, phi: np.ndarray) -> float:
        """Σ Q V of the electrodes' charges and potentials, from the local unknowns of φ."""
        held = [
            charge * phi[master - self.start]
            for master, charge in zip(self.masters, self.charges, strict=True)
            if self.start <= master < self.start + self.size
        ]
        return self.comm.allreduce(float(sum(held)))

    def expand(self, increment: np.ndarray) -> np.ndarray:
        """φ from φ'."""
        result = self.T.createVecLeft()
        self.T.mult(petsc_vector(self.comm, increment), result)
        return result.array.copy()
