"""Opposite nodes of periodic meshes from files, and facets found again by their vertices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from dolfinx import mesh as dmesh
from scipy.spatial import cKDTree

from phasefield import compat
from phasefield.errors import MeshError
from phasefield.mesh.periodic import FEWEST_CELLS, Period

#: Nodes of opposite sides match within this part of the period.
_MATCH = 1e-6


def sides_of(x: np.ndarray, coordinate: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes on the lower and on the upper side of the extent along one coordinate."""
    values = x[:, coordinate]
    lower, upper = values.min(), values.max()
    near = _MATCH * (upper - lower)
    return np.flatnonzero(values < lower + near), np.flatnonzero(values > upper - near)


def merge_opposite(x: np.ndarray, cells: np.ndarray, coordinates: Sequence[int]) -> np.ndarray:
    """For each node (of x (n, dim)) the one that stands for it, on the lower side of every period.

    Raises MeshError if opposite nodes do not match or cells are too long for a period.
    """
    master = np.arange(len(x))
    for coordinate in coordinates:
        lower, upper = sides_of(x, coordinate)
        across = np.delete(x, coordinate, axis=1)
        length = np.ptp(x[:, coordinate])
        if across.shape[1]:
            distance, partner = cKDTree(across[lower]).query(across[upper])
        else:
            distance, partner = np.zeros(len(upper)), np.zeros(len(upper), dtype=int)
        if len(lower) != len(upper) or distance.max() > _MATCH * length or not _distinct(partner):
            raise MeshError(
                f"mesh coordinate {coordinate} cannot be periodic: its {len(lower)} lower and "
                f"{len(upper)} upper nodes do not match (up to {distance.max():.3g} nm apart); "
                "mesh both sides alike (Gmsh: Periodic Curve, Periodic Surface)"
            )
        if np.ptp(x[:, coordinate][cells], axis=1).max() >= 0.5 * length:
            raise MeshError(
                f"cells reach over half the period along mesh coordinate {coordinate}: at least "
                f"{FEWEST_CELLS} are needed along a periodic direction"
            )
        opposite = np.arange(len(x))
        opposite[upper] = lower[partner]
        master = opposite[master]
    return master


def _distinct(numbers: np.ndarray) -> bool:
    return len(np.unique(numbers)) == len(numbers)


def periods_of(x: np.ndarray, coordinates: Sequence[int]) -> list[Period]:
    """Periods along the given coordinates from the extent of the nodes."""
    return [Period(a, float(x[:, a].min()), float(np.ptp(x[:, a]))) for a in coordinates]


def find_facets(mesh: dmesh.Mesh, vertices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Local facets among those given by input node numbers (n, vertices), and the row of each.

    The input numbers are those of the cells the mesh was made from. Of equal rows any may be named.
    """
    dim = mesh.topology.dim
    mesh.topology.create_connectivity(dim - 1, 0)
    corners = mesh.topology.connectivity(dim - 1, 0).array.reshape(-1, vertices.shape[1])
    number = _input_numbers(mesh)
    candidates = np.flatnonzero(np.isin(number, vertices)[corners].all(axis=1))
    rows = np.concatenate([vertices, number[corners[candidates]]])
    _, same = np.unique(np.sort(rows, axis=1), axis=0, return_inverse=True)
    same = same.ravel()
    row_of = np.full(len(rows), -1)
    row_of[same[: len(vertices)]] = np.arange(len(vertices))
    found = row_of[same[len(vertices) :]]
    return candidates[found >= 0].astype(np.int32), found[found >= 0]


def _input_numbers(mesh: dmesh.Mesh) -> np.ndarray:
    """Input node number of every local vertex."""
    dim = mesh.topology.dim
    nodes = compat.geometry_dofmap(mesh)
    vertices = mesh.topology.connectivity(dim, 0).array.reshape(nodes.shape)
    index_map = mesh.topology.index_map(0)
    number = np.full(index_map.size_local + index_map.num_ghosts, -1, dtype=np.int64)
    number[vertices] = np.asarray(mesh.geometry.input_global_indices)[nodes]
    return number
