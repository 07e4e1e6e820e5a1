"""Periodic meshes without constraints: one topological node, two places.

A mesh is made from cells that name the same node on both sides of the period. Every function space
on it is then periodic, because degrees of freedom follow the topology. What is wrong are the
coordinates of the cells at the seam, which reach from one side of the domain to the other. So the
geometry is replaced by one in which such cells have copies of those nodes, moved by one period.
Away from the seam nodes stay shared, so the cost is that of the seam and files show one connected
mesh.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from dolfinx import la
from dolfinx.common import IndexMap
from dolfinx.mesh import Mesh
from mpi4py import MPI

from phasefield import compat

#: Fewest cells along a periodic direction: with two, different cells would have the same vertices.
FEWEST_CELLS = 3


class Period(NamedTuple):
    """A periodic mesh coordinate that runs from `lower` to `lower + length` (nm)."""

    coordinate: int
    lower: float
    length: float


def create_mesh(comm: MPI.Comm, cells: np.ndarray, x: np.ndarray, cell: str, periods: Sequence[Period]) -> Mesh:
    """Mesh from cells (n, vertices) over merged nodes x (m, dim), periodic over `periods`.

    Nodes on the upper side of a period must have been replaced by those on the lower side, and no
    cell may be as long as half a period. Cells and nodes are shares of each rank as in
    `compat.create_mesh`. Collective.
    """
    mesh = compat.create_mesh(comm, cells, x, cell)
    return _unwrap(mesh, periods) if periods else mesh


def _unwrap(mesh: Mesh, periods: Sequence[Period]) -> Mesh:
    dofmap = compat.geometry_dofmap(mesh)
    x = mesh.geometry.x
    moves = _moves(x, dofmap, periods)
    copies = _Copies(mesh.geometry.index_map(), dofmap, moves, 2 ** len(periods), mesh.comm)
    points = x[copies.node, : mesh.geometry.dim]
    for bit, period in enumerate(periods):
        points[:, period.coordinate] += np.where(copies.move >> bit & 1, period.length, 0.0)
    ids = mesh.geometry.input_global_indices[copies.node]
    return compat.with_geometry(mesh, copies.index_map, copies.dofmap, points, ids)


def _moves(x: np.ndarray, dofmap: np.ndarray, periods: Sequence[Period]) -> np.ndarray:
    """For every cell and vertex a bit per period, set where the vertex belongs one period up."""
    moves = np.zeros(dofmap.shape, dtype=np.int8)
    for bit, (coordinate, lower, length) in enumerate(periods):
        value = x[:, coordinate][dofmap]
        seam = np.ptp(value, axis=1) > 0.5 * length
        moves |= (seam[:, None] & (value < lower + 0.5 * length)).astype(np.int8) << bit
    return moves


class _Copies:
    """The pairs (node, move) that local cells use, numbered as nodes of a new geometry.

    A copy belongs to the owner of its node if that rank uses it too, and is otherwise every user's
    own: then each copy is touched by a local cell of its owner, which is what writers of files rely
    on.

    Attributes: index_map, dofmap (cells, vertices), and node and move of each local copy.
    """

    def __init__(self, nodes: IndexMap, dofmap: np.ndarray, moves: np.ndarray, kinds: int, comm: MPI.Comm) -> None:
        owned, local = nodes.size_local, nodes.size_local + nodes.num_ghosts
        used = np.zeros((kinds, local), dtype=bool)
        used[moves, dofmap] = True
        number = _numbers_of_owners(nodes, used)
        at_home = used & (np.arange(local) < owned)
        orphan = used & (number < 0)
        ghost = used & ~at_home & ~orphan

        parts = [np.nonzero(part) for part in (at_home, orphan, ghost)]
        self.move, self.node = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
        count = len(parts[0][0]) + len(parts[1][0])
        owners = nodes.owners[parts[2][1] - owned]
        starts = np.concatenate([[0], np.cumsum(comm.allgather(count))])
        ghosts = starts[owners] + number[ghost]
        self.index_map = compat.index_map(comm, count, ghosts, owners)

        local_number = np.zeros((kinds, local), dtype=np.int32)
        local_number[self.move, self.node] = np.arange(len(self.node), dtype=np.int32)
        self.dofmap = local_number[moves, dofmap]


def _numbers_of_owners(nodes: IndexMap, used: np.ndarray) -> np.ndarray:
    """For each (move, node) its number among the copies of the node's owner, -1 for none."""
    owned = nodes.size_local
    number = np.full(used.shape, -1, dtype=np.int64)
    number[:, :owned][used[:, :owned]] = np.arange(np.count_nonzero(used[:, :owned]))
    for row in number:
        vector = la.vector(nodes, 1, dtype=np.int64)
        vector.array[:] = row
        vector.scatter_forward()
        row[:] = vector.array
    return number
