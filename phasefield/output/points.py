"""Points and cells of a mesh as viewers want them: one point per vertex, periodic seams opened.

On a periodic mesh one degree of freedom sits at several places of the picture: a vertex on the seam
appears once on each side. Such a point is an *image* of the degree of freedom and shows the same
value.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from dolfinx import fem
from dolfinx import mesh as dmesh
from mpi4py import MPI

from phasefield.compat import geometry_dofmap
from phasefield.output.ordering import (
    Float,
    Int,
    Permutation,
    cell_order,
    first_appearance,
    gather,
    global_dofs,
    owned_cells,
)

#: Topology name of XDMF and its vertex order in terms of DOLFINx's, by cell.
XDMF_CELLS: dict[str, tuple[str, tuple[int, ...]]] = {
    "interval": ("Polyline", (0, 1)),
    "triangle": ("Triangle", (0, 1, 2)),
    "quadrilateral": ("Quadrilateral", (0, 1, 3, 2)),
    "tetrahedron": ("Tetrahedron", (0, 1, 2, 3)),
    "hexahedron": ("Hexahedron", (0, 1, 3, 2, 4, 5, 7, 6)),
}


@dataclass(frozen=True)
class PointMesh:
    """Vertices and cells in file order, and how values get there.

    On rank 0 `points` is (n, 3) in mesh units along the lab axes and `cells` (m, vertices); None
    elsewhere. `nodes.gather` takes one row per owned P1 degree of freedom of `space` to one row per
    point, `order.gather` one row per owned cell to one row per cell.
    """

    space: fem.FunctionSpace
    nodes: Permutation
    order: Permutation
    points: Float | None
    cells: Int | None
    topology: str


def point_mesh(mesh: dmesh.Mesh, axes: tuple[int, ...]) -> PointMesh:
    """Points and cells of `mesh`, whose coordinate i is the lab axis axes[i]. Collective."""
    space = fem.functionspace(mesh, ("Lagrange", 1))
    topology, vertex_order = XDMF_CELLS[mesh.topology.cell_name()]
    order = cell_order(mesh)
    corners = _corners(mesh)
    coordinates = space.tabulate_dof_coordinates()
    if _has_seam(mesh, corners, coordinates[space.dofmap.list[: owned_cells(mesh)]]):
        rows, points, cells = _opened(space, order, corners)
    else:
        rows, points, cells = _plain(space, order, coordinates)
    if points is not None and cells is not None:
        cells = cells[:, vertex_order]
        if topology == "Tetrahedron":
            cells = _right_handed(points, cells)
        points = _along_axes(points, axes)
    return PointMesh(space, Permutation(mesh.comm, rows), order, points, cells, topology)


def _right_handed(points: Float, cells: Int) -> Int:
    """Tetrahedra with positive volume, as viewers expect; DOLFINx takes either handedness."""
    edges = points[cells[:, 1:]] - points[cells[:, :1]]
    left = np.linalg.det(edges) < 0.0
    cells[left, 2:] = cells[left, :1:-1]
    return cells


def _along_axes(points: Float, axes: tuple[int, ...]) -> Float:
    embedded = np.zeros_like(points)
    embedded[:, list(axes)] = points[:, : len(axes)]
    return embedded


def _corners(mesh: dmesh.Mesh) -> Float:
    """Vertex coordinates of the owned cells, (cells, vertices, 3)."""
    vertices = len(XDMF_CELLS[mesh.topology.cell_name()][1])
    x = mesh.geometry.x.astype(np.float64, copy=False)
    return x[geometry_dofmap(mesh)[: owned_cells(mesh), :vertices]]


def _tolerance(mesh: dmesh.Mesh) -> float:
    """Distance below which two places are one, far below any cell size."""
    extent = np.ptp(mesh.geometry.x, axis=0).max() if len(mesh.geometry.x) else 0.0
    return 1e-7 * float(mesh.comm.allreduce(extent, op=MPI.MAX))


def _has_seam(mesh: dmesh.Mesh, corners: Float, of_dofs: Float) -> bool:
    """Whether some cell sees a degree of freedom at another place than its neighbour does."""
    apart = bool((np.abs(corners - of_dofs) > _tolerance(mesh)).any())
    return bool(mesh.comm.allreduce(apart, op=MPI.LOR))


def _plain(
    space: fem.FunctionSpace, order: Permutation, coordinates: Float
) -> tuple[Int | None, Float | None, Int | None]:
    """Gather rows, points and cells where every degree of freedom has one place."""
    dofs = order.gather(global_dofs(space))
    owned = coordinates[: space.dofmap.index_map.size_local]
    joined = gather(space.mesh.comm, owned)
    if dofs is None or joined is None:
        return None, None, None
    rows = first_appearance(dofs, len(joined))
    return rows, joined[rows], _inverse(rows)[dofs]


def _opened(
    space: fem.FunctionSpace, order: Permutation, corners: Float
) -> tuple[Int | None, Float | None, Int | None]:
    """The same with images: the first place of each degree of freedom, then all other places."""
    tolerance = _tolerance(space.mesh)
    dofs = order.gather(global_dofs(space))
    places = order.gather(corners)
    if dofs is None or places is None:
        return None, None, None
    rows = first_appearance(dofs, space.dofmap.index_map.size_global)
    cells = _inverse(rows)[dofs]
    points = np.empty((len(rows), 3))
    points[cells.ravel()[::-1]] = places.reshape(-1, 3)[::-1]  # the first place wins
    shift = places - points[cells]
    moved = (np.abs(shift) > tolerance).any(axis=-1)
    keys = np.column_stack([cells[moved], np.rint(shift[moved] / tolerance).astype(np.int64)])
    images, first, numbers = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    cells[moved] = len(rows) + numbers.ravel()
    return (
        np.concatenate([rows, rows[images[:, 0]]]),
        np.concatenate([points, places[moved][first]]),
        cells,
    )


def _inverse(rows: Int) -> Int:
    inverse = np.empty_like(rows)
    inverse[rows] = np.arange(len(rows))
    return inverse
