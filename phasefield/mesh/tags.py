"""Tags of cells, and of facets on coordinate planes and other surfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from dolfinx import mesh as dmesh

#: Distance from a plane, relative to the smallest cell across it, within which a vertex lies on it.
_ON_PLANE = 1e-3
#: Which points x (3, n) lie on a surface.
Marker = Callable[[np.ndarray], np.ndarray]


class Plane(NamedTuple):
    """The facets at `position` (nm) of one mesh coordinate, and the names they go by."""

    coordinate: int
    position: float
    spacing: float
    names: tuple[str, ...]
    inside: bool = False


def tag_all_cells(mesh: dmesh.Mesh, values: np.ndarray) -> dmesh.MeshTags:
    """Tags of all local cells, ghosts included, from one value each."""
    cells = np.arange(len(values), dtype=np.int32)
    return dmesh.meshtags(mesh, mesh.topology.dim, cells, values.astype(np.int32))


def connect_facets(mesh: dmesh.Mesh) -> None:
    """Make the facets of the mesh and their connection to cells, which boundary conditions need."""
    mesh.topology.create_entities(mesh.topology.dim - 1)
    mesh.topology.create_connectivity(mesh.topology.dim - 1, mesh.topology.dim)


def tag_facets(mesh: dmesh.Mesh, facets: Sequence[np.ndarray], tags: Sequence[int]) -> dmesh.MeshTags:
    """Facet tags from disjoint sets of local facets, one tag each."""
    indices = np.concatenate([np.empty(0, dtype=np.int32), *facets]).astype(np.int32)
    values = np.repeat(np.asarray(tags, dtype=np.int32), [len(part) for part in facets])
    order = np.argsort(indices)
    return dmesh.meshtags(mesh, mesh.topology.dim - 1, indices[order], values[order])


def tag_planes(
    mesh: dmesh.Mesh, planes: Sequence[Plane], curved: Mapping[str, Marker] | None = None
) -> tuple[dmesh.MeshTags, dict[str, tuple[int, ...]], frozenset[str]]:
    """Facet tags 1, 2, … of `planes` and of `curved` outer surfaces, the tags of each name, and the names inside.

    Facets of the latter are those all of whose vertices x (3, n) they mark.
    """
    facet_dim = mesh.topology.dim - 1
    connect_facets(mesh)
    curved = curved or {}
    markers = [*map(_marker, planes), *curved.values()]
    facets = [dmesh.locate_entities(mesh, facet_dim, marker) for marker in markers]
    tags = range(1, len(markers) + 1)
    names = [*(plane.names for plane in planes), *((name,) for name in curved)]
    boundaries: dict[str, tuple[int, ...]] = {
        name: (tag,) for tag, called in zip(tags, names, strict=True) for name in called
    }
    inside = frozenset(name for plane in planes if plane.inside for name in plane.names)
    return tag_facets(mesh, facets, list(tags)), boundaries, inside


def _marker(plane: Plane) -> Marker:
    tolerance = _ON_PLANE * plane.spacing
    return lambda x: np.abs(x[plane.coordinate] - plane.position) < tolerance
