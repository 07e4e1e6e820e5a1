"""One numbering of cells and degrees of freedom for files, the same on any number of ranks.

Cells are sorted by `topology.original_cell_index`, their place in the input of the mesh. Degrees of
freedom are numbered by first appearance when the cells are walked in that order. Neither depends on
the partition as long as the mesh is built from the same input, so a file written on 2 ranks is the
file written on 1 rank, and can be read on 3. Entities shared by cells must look the same from each
of them: Lagrange elements up to degree 2.

Rank 0 gathers the fields of one output: 56 bytes per node for P, u and phi, 0.6 GB at 10 million
nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx import mesh as dmesh
from mpi4py import MPI

Int = npt.NDArray[np.int64]
Float = npt.NDArray[np.float64]


def gather(comm: MPI.Comm, local: npt.NDArray) -> npt.NDArray | None:
    """Rows of all ranks one after another on rank 0, None elsewhere. Collective."""
    local = np.ascontiguousarray(local)
    counts = comm.gather(local.size, root=0)
    if comm.rank:
        comm.Gatherv(local, None, root=0)
        return None
    assert counts is not None
    joined = np.empty((sum(counts) // max(_row(local), 1), *local.shape[1:]), dtype=local.dtype)
    comm.Gatherv(local, (joined, counts), root=0)
    return joined


def scatter(comm: MPI.Comm, joined: npt.NDArray | None, local: npt.NDArray) -> None:
    """Fill `local` on every rank with its rows of `joined`, the inverse of `gather`. Collective."""
    counts = comm.gather(local.size, root=0)
    sendbuf = None if comm.rank else (np.ascontiguousarray(joined), counts)
    comm.Scatterv(sendbuf, local, root=0)


def _row(array: npt.NDArray) -> int:
    return int(np.prod(array.shape[1:]))


def owned_cells(mesh: dmesh.Mesh) -> int:
    """Number of cells this rank owns."""
    return int(mesh.topology.index_map(mesh.topology.dim).size_local)


@dataclass(frozen=True)
class Permutation:
    """File row i is row `rows[i]` of what the function `gather` returns; None on ranks above 0."""

    comm: MPI.Comm
    rows: Int | None

    def gather(self, local: npt.NDArray) -> npt.NDArray | None:
        """Owned rows of all ranks in file order on rank 0, None elsewhere. Collective."""
        joined = gather(self.comm, local)
        return None if joined is None else joined[self.rows]

    def scatter(self, ordered: npt.NDArray | None, local: npt.NDArray) -> None:
        """Fill the owned rows `local` from rows in file order on rank 0. Collective."""
        joined = None
        if ordered is not None:
            joined = np.empty_like(ordered)
            joined[self.rows] = ordered
        scatter(self.comm, joined, local)


def cell_order(mesh: dmesh.Mesh) -> Permutation:
    """File order of the cells. Collective."""
    index = np.asarray(mesh.topology.original_cell_index[: owned_cells(mesh)], dtype=np.int64)
    joined = gather(mesh.comm, index)
    return Permutation(mesh.comm, None if joined is None else np.argsort(joined, kind="stable"))


def global_dofs(V: fem.FunctionSpace) -> Int:
    """Global numbers of the blocked dofs of the owned cells, (cells, dofs per cell)."""
    dofs = V.dofmap.list[: owned_cells(V.mesh)]
    return V.dofmap.index_map.local_to_global(dofs.ravel()).reshape(dofs.shape).astype(np.int64)


def first_appearance(numbers: Int, count: int) -> Int:
    """The numbers 0 … count-1 sorted by their first place in `numbers`; each must occur."""
    flat = numbers.ravel()
    first = np.full(count, -1, dtype=np.int64)
    # The last assignment to an index wins: walked backwards, that is its first place.
    first[flat[::-1]] = np.arange(flat.size - 1, -1, -1)
    assert (first >= 0).all(), "a degree of freedom belongs to no cell"
    return np.argsort(first, kind="stable")


def dof_order(V: fem.FunctionSpace, cells: Permutation) -> Permutation:
    """File order of the blocked degrees of freedom of `V`. Collective."""
    dofs = cells.gather(global_dofs(V))
    if dofs is None:
        return Permutation(V.mesh.comm, None)
    return Permutation(V.mesh.comm, first_appearance(dofs, V.dofmap.index_map.size_global))
