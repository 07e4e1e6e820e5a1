"""Assembly of vectors, operators and integrals with the little that the solvers need of DOLFINx."""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import fem, la
from dolfinx.fem import petsc as fem_petsc
from mpi4py import MPI
from petsc4py import PETSc

from phasefield import jit
from phasefield.mesh import Domain
from phasefield.physics.functional import Functional

#: Entries of an operator below this part of its largest one are zeros.
ROUND_OFF = 1e-13

#: Rows of an operator that are looked through at a time, which bounds the memory for it.
ROWS_AT_ONCE = 20_000


class AssembledVector:
    """A compiled linear form and its buffer; calling it assembles and returns the owned entries (a view)."""

    def __init__(self, form: ufl.Form, space: fem.FunctionSpace):
        self.form = jit.form(form)
        self.buffer = la.vector(space.dofmap.index_map, space.dofmap.index_map_bs)
        self.owned = space.dofmap.index_map.size_local * space.dofmap.index_map_bs

    def __call__(self) -> np.ndarray:
        """Owned entries of the assembled vector, summed over ranks."""
        self.buffer.array[:] = 0.0
        fem.assemble_vector(self.buffer.array, self.form)
        self.buffer.scatter_reverse(la.InsertMode.add)
        return self.buffer.array[: self.owned]


def size_of(fields: list[fem.Function]) -> int:
    """Number of unknowns of several fields, on all ranks."""
    maps = [(field.function_space.dofmap.index_map, field.function_space.dofmap.index_map_bs) for field in fields]
    return sum(index_map.size_global * size for index_map, size in maps)


def assembled_matrix(form: ufl.Form) -> PETSc.Mat:
    """Assembled operator of a bilinear form, without boundary conditions."""
    compiled = jit.form(form)
    matrix = fem_petsc.create_matrix(compiled)
    fem_petsc.assemble_matrix(matrix, compiled)
    matrix.assemble()
    return matrix


def petsc_vector(comm: MPI.Comm, owned: np.ndarray, block_size: int = 1) -> PETSc.Vec:
    """PETSc vector that shares the memory of `owned`."""
    return PETSc.Vec().createWithArray(owned, bsize=block_size, comm=comm)


def constrain(matrix: PETSc.Mat, free_rows: np.ndarray, free_columns: np.ndarray, diagonal: float) -> None:
    """Zero the rows and columns of fixed unknowns in place; put `diagonal` on their diagonal if non-zero.

    `free_rows` and `free_columns` are 1.0/0.0 over the owned unknowns. Done by diagonal scaling, which works for
    square and rectangular operators and any matrix type.
    """
    left = matrix.createVecLeft()
    right = matrix.createVecRight()
    left.array[:] = free_rows
    right.array[:] = free_columns
    matrix.diagonalScale(left, right)
    if diagonal != 0.0:
        current = matrix.getDiagonal()
        current.array[:] += diagonal * (1.0 - free_rows)
        matrix.setDiagonal(current)


def without_zeros(comm: MPI.Comm, matrix: PETSc.Mat, keep_blocks: bool = False) -> PETSc.Mat:
    """AIJ copy of `matrix`, which is destroyed, without the entries that cancelled to round-off; the diagonal stays.

    On simplices that halve boxes this is every second entry of a Laplacian and five of six of a gradient energy.
    `keep_blocks` keeps whole blocks (of the matrix's block size) on the diagonal, to be filled later.
    """
    starts, columns, values = matrix.getValuesCSR()
    first, sizes, blocks = matrix.getOwnershipRange()[0], matrix.getSizes(), matrix.getBlockSizes()
    # Before anything else is stored: here the memory of a run is at its highest.
    matrix.destroy()
    diagonal = blocks if keep_blocks else (1, 1)
    largest = comm.allreduce(max(values.max(initial=0.0), -values.min(initial=0.0)), op=MPI.MAX)
    keep, counts = np.empty(len(values), dtype=bool), np.zeros(len(starts), dtype=PETSc.IntType)
    for begin in range(0, len(starts) - 1, ROWS_AT_ONCE):
        ends = starts[begin : begin + ROWS_AT_ONCE + 1]
        number, part = len(ends) - 1, slice(ends[0], ends[-1])
        rows = np.repeat(np.arange(begin, begin + number), np.diff(ends))
        on_diagonal = (first + rows) // diagonal[0] == columns[part] // diagonal[1]
        keep[part] = (np.abs(values[part]) > ROUND_OFF * largest) | on_diagonal
        counts[begin + 1 : begin + 1 + number] = np.bincount(rows[keep[part]] - begin, minlength=number)
    csr = (np.cumsum(counts, dtype=PETSc.IntType), columns[keep], values[keep])
    lean = PETSc.Mat().createAIJ(sizes, bsize=blocks, csr=csr, comm=comm)
    lean.assemble()
    return lean


def default_options(prefix: str, options: dict[str, object]) -> None:
    """Enter PETSc options that the user has not set."""
    database = PETSc.Options(prefix)
    for name, value in options.items():
        if not database.hasName(name):
            database[name] = value


class CellIntegrals:
    """Integrals over the domain of several scalar expressions at once, by one pass over the cells.

    `integrands` lists (position, integrand, measure); integrals of the same position are added.
    """

    def __init__(self, domain: Domain, size: int, integrands: list[tuple[int, object, ufl.Measure]]):
        self.comm = domain.mesh.comm
        self.size = size
        space = fem.functionspace(domain.mesh, ("DG", 0, (size,)))
        test = ufl.TestFunction(space)
        form = sum(integrand * test[i] * dx for i, integrand, dx in integrands)
        self.vector = AssembledVector(form, space)

    def per_cell(self) -> np.ndarray:
        """Integrals over each owned cell, shape (cells, size)."""
        return self.vector().reshape(-1, self.size)

    def __call__(self) -> np.ndarray:
        """Integrals over the whole domain, shape (size,)."""
        # Three times as fast as sum(axis=0) over a few columns.
        return self.comm.allreduce(np.einsum("ij->j", self.per_cell()))


def nodal_volumes(functional: Functional) -> np.ndarray:
    """Volume of the polar regions that belongs to each owned node (HRZ lumping; row sums for degree 1).

    Positive for every degree, so that it can serve as weight of nodal norms and means.
    """
    phi, test = ufl.TrialFunction(functional.spaces.phi), ufl.TestFunction(functional.spaces.phi)
    dx = [functional.dx(region, 2 * functional.degree) for region in functional.polar_regions]
    mass = assembled_matrix(sum(phi * test * d for d in dx))
    diagonal = mass.getDiagonal().array.copy()
    mass.destroy()
    comm = functional.domain.mesh.comm
    volume = comm.allreduce(
        sum(fem.assemble_scalar(jit.form(fem.Constant(functional.domain.mesh, 1.0) * d)) for d in dx)
    )
    return diagonal * volume / comm.allreduce(diagonal.sum())


def body_volumes(functional: Functional, space: fem.FunctionSpace) -> np.ndarray:
    """Volume of the polar regions at each owned node of a space of linear functions, by quadrature at the nodes."""
    test = ufl.TestFunction(space)
    return AssembledVector(sum(test * functional.domain.nodal_dx(r) for r in functional.polar_regions), space)().copy()
