"""Differences between DOLFINx 0.9, 0.10 and 0.11, in one place.

Nothing else in the package may look at the version of DOLFINx or ask its objects what they have.
Where a call shows by its arguments which release it is, the call is tried; a branch goes when the
oldest release goes.
"""

from __future__ import annotations

from collections.abc import Callable

import basix.ufl
import dolfinx
import numpy as np
import ufl
from dolfinx import cpp, fem
from dolfinx import mesh as dmesh
from dolfinx.common import IndexMap
from mpi4py import MPI

#: Oldest and newest release series of DOLFINx that the package is meant for.
SUPPORTED = ((0, 9), (0, 11))
VERSION: tuple[int, int] = tuple(int(part) for part in dolfinx.__version__.split(".")[:2])  # type: ignore[assignment]


# --- meshes -------------------------------------------------------------------------------------


def _shared_facet_partitioner() -> Callable:
    """Partitioner that ghosts cells across facets of ranks; newer releases want two arguments."""
    mode = dmesh.GhostMode.shared_facet
    try:
        return dmesh.create_cell_partitioner(mode, 2)
    except TypeError:
        return dmesh.create_cell_partitioner(mode)


def create_mesh(comm: MPI.Comm, cells: np.ndarray, x: np.ndarray, cell: str) -> dmesh.Mesh:
    """Mesh of linear cells from this rank's share of cells (n, vertices) and nodes (m, dim).

    The global number of a node is its position in the shares put together in rank order. Cells next
    to another rank's are ghosts, so that integrals over interior facets work. Collective.
    """
    element = basix.ufl.element("Lagrange", cell, 1, shape=(x.shape[1],))
    # By name: the order of these arguments has changed.
    return dmesh.create_mesh(
        comm,
        cells=np.ascontiguousarray(cells, dtype=np.int64),
        x=np.ascontiguousarray(x, dtype=np.float64),
        e=ufl.Mesh(element),
        partitioner=_shared_facet_partitioner() if comm.size > 1 else None,
    )


def index_map(comm: MPI.Comm, size: int, ghosts: np.ndarray, owners: np.ndarray) -> IndexMap:
    """Index map of `size` own entries and of ghosts by global number; newer releases want a tag."""
    numbers = (ghosts.astype(np.int64), owners.astype(np.int32))
    try:
        return IndexMap(comm, size, *numbers)
    except TypeError:
        return IndexMap(comm, size, *numbers, 0)


def geometry_dofmap(mesh: dmesh.Mesh) -> np.ndarray:
    """Node numbers of every local cell, shape (cells, vertices); a list of them from 0.11."""
    geometry = mesh.geometry
    return geometry.dofmaps[0] if hasattr(geometry, "dofmaps") else geometry.dofmap


def with_geometry(mesh: dmesh.Mesh, nodes: IndexMap, dofmap: np.ndarray, x: np.ndarray, ids: np.ndarray) -> dmesh.Mesh:
    """Mesh of the same topology with other nodes.

    `dofmap` (cells, vertices) numbers the local nodes of the index map `nodes`, `x` (local nodes,
    dim) are their coordinates and `ids` their input numbers.
    """
    geometry = mesh.geometry
    element = geometry.cmaps[0] if hasattr(geometry, "cmaps") else geometry.cmap
    new = cpp.mesh.Geometry_float64(
        nodes,
        np.ascontiguousarray(dofmap, dtype=np.int32),
        element._cpp_object,
        np.ascontiguousarray(x, dtype=np.float64),
        np.ascontiguousarray(ids, dtype=np.int64),
    )
    cpp_mesh = cpp.mesh.Mesh_float64(mesh.comm, mesh.topology._cpp_object, new)
    return dmesh.Mesh(cpp_mesh, ufl.Mesh(mesh.ufl_domain().ufl_coordinate_element()))


# --- finite elements ----------------------------------------------------------------------------


def interpolation_points(space: fem.FunctionSpace) -> np.ndarray:
    """Interpolation points on the reference cell: a method in 0.9, a property from 0.10."""
    points = space.element.interpolation_points
    return points() if callable(points) else points
