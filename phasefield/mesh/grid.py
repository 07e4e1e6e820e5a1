"""Structured meshes from one coordinate array per axis, in tensor cells or simplices.

Simplices are those of Kuhn (Freudenthal): every block is cut along the same diagonal, one simplex
for each order in which the axes can be walked from its lowest to its highest corner (2 triangles, 6
tetrahedra). The cut is conforming, the same in every block, hence compatible with any number of
cells along a periodic direction, maps onto itself under inversion at a node, gives all interior
nodes the same patch (so lumped masses are uniform) and, with linear elements, the Laplacian its 5-
or 7-point stencil. It is not symmetric under mirrors; where that matters use tensor cells.

Each rank makes its share of blocks and nodes, so memory and time are linear and distributed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations, product

import numpy as np
from dolfinx.mesh import Mesh
from mpi4py import MPI

from phasefield.errors import MeshError
from phasefield.mesh.periodic import FEWEST_CELLS, Period, create_mesh

SIMPLICES = ("interval", "triangle", "tetrahedron")
TENSORS = ("interval", "quadrilateral", "hexahedron")


class Grid:
    """A structured mesh in the making.

    `coordinates` (nm, ascending, ends included) and `periodic` have an entry per axis.

    Raises MeshError for fewer than three cells along a periodic direction.
    """

    def __init__(self, coordinates: Sequence[np.ndarray], periodic: Sequence[bool], simplex: bool) -> None:
        self.coordinates = [np.asarray(c, dtype=float) for c in coordinates]
        self.periodic = tuple(periodic)
        self.dim = len(self.coordinates)
        self.blocks = tuple(len(c) - 1 for c in self.coordinates)
        self.nodes = tuple(n if repeats else n + 1 for n, repeats in zip(self.blocks, self.periodic, strict=True))
        self.cell = (SIMPLICES if simplex else TENSORS)[self.dim - 1]
        self._corners = _kuhn(self.dim) if simplex else np.arange(2**self.dim)[None, :]
        for n, repeats in zip(self.blocks, self.periodic, strict=True):
            if repeats and n < FEWEST_CELLS:
                raise MeshError(
                    f"{n} cells along a periodic direction: at least {FEWEST_CELLS} are needed; "
                    "use more cells, a smaller spacing or a larger size"
                )

    @property
    def lower(self) -> tuple[float, ...]:
        """Lowest corner in nm."""
        return tuple(float(c[0]) for c in self.coordinates)

    @property
    def lengths(self) -> tuple[float, ...]:
        """Extent in nm."""
        return tuple(float(c[-1] - c[0]) for c in self.coordinates)

    def spacing(self, coordinate: int) -> float:
        """Smallest cell along one mesh coordinate in nm."""
        return float(np.diff(self.coordinates[coordinate]).min())

    def mesh(self, comm: MPI.Comm) -> Mesh:
        """The mesh, distributed over `comm`. Collective."""
        periods = [Period(a, self.lower[a], self.lengths[a]) for a, repeats in enumerate(self.periodic) if repeats]
        return create_mesh(comm, self._cells(comm), self._points(comm), self.cell, periods)

    def block_index(self, mesh: Mesh, coordinate: int) -> np.ndarray:
        """Position along one mesh coordinate of the block of each local cell of `mesh`."""
        block = np.asarray(mesh.topology.original_cell_index) // len(self._corners)
        return np.unravel_index(block, self.blocks)[coordinate]

    def _cells(self, comm: MPI.Comm) -> np.ndarray:
        position = np.unravel_index(_share(comm, self.blocks), self.blocks)
        # Corner c of a block is one step up along each axis whose bit is set in c: the order of
        # tensor cells.
        corners = [
            np.ravel_multi_index(
                tuple((p + step) % n for p, step, n in zip(position, steps[::-1], self.nodes, strict=True)),
                self.nodes,
            )
            for steps in product((0, 1), repeat=self.dim)
        ]
        cells = np.stack(corners, axis=1)[:, self._corners]
        return cells.reshape(-1, self._corners.shape[1])

    def _points(self, comm: MPI.Comm) -> np.ndarray:
        position = np.unravel_index(_share(comm, self.nodes), self.nodes)
        return np.stack([c[p] for c, p in zip(self.coordinates, position, strict=True)], axis=1)


def _kuhn(dim: int) -> np.ndarray:
    """Corners of the simplices of a block, shape (dim!, dim + 1)."""
    steps = 1 << np.array(list(permutations(range(dim))))
    return np.concatenate([np.zeros((len(steps), 1), dtype=int), np.cumsum(steps, axis=1)], axis=1)


def _share(comm: MPI.Comm, shape: tuple[int, ...]) -> np.ndarray:
    """This rank's contiguous part of the flat indices of an array of the given shape."""
    total = int(np.prod(shape, dtype=np.int64))
    return np.arange(total * comm.rank // comm.size, total * (comm.rank + 1) // comm.size, dtype=np.int64)
