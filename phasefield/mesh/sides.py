"""Facets as (cell, local facet) pairs, so that one-sided integrals work inside the mesh as on its
surface.

An integral over an interface needs the values of one side: the polarization of the film, not of the
dead layer. DOLFINx integrates "ds" over any list of such pairs. All pairs of a mesh are put into
one list because all ds integrals of a form must share their subdomain data.
"""

from __future__ import annotations

import numpy as np
from dolfinx import mesh as dmesh

#: Sides are numbered region * STRIDE + boundary tag, so tags of boundaries are below this number.
STRIDE = 1_000_000


def side_id(facet_tag: int, region_tag: int | None) -> int:
    """Subdomain number of a boundary seen from one region, or of an outer boundary as a whole."""
    return facet_tag if region_tag is None else region_tag * STRIDE + facet_tag


def sides(
    mesh: dmesh.Mesh, facet_tags: dmesh.MeshTags, cell_tags: dmesh.MeshTags
) -> list[tuple[int, np.ndarray]]:
    """Subdomain data of the ds measure: (side_id, flattened pairs) for every tag and region around
    it.

    The same numbers appear on every rank. `cell_tags` has one value for every local cell in order.
    Collective.
    """
    mesh.topology.create_connectivity(mesh.topology.dim, mesh.topology.dim - 1)
    outer = dmesh.exterior_facet_indices(mesh.topology)
    data = []
    for tag in _everywhere(mesh, facet_tags.values):
        facets = facet_tags.find(tag)
        pairs = _pairs(mesh, np.intersect1d(facets, outer))
        data.append((side_id(tag, None), pairs.ravel()))
        pairs = _pairs(mesh, facets)
        regions = cell_tags.values[pairs[:, 0]]
        for region in _everywhere(mesh, regions):
            data.append((side_id(tag, region), pairs[regions == region].ravel()))
    return sorted(data, key=lambda item: item[0])


def _everywhere(mesh: dmesh.Mesh, values: np.ndarray) -> list[int]:
    """Distinct values on all ranks, ascending."""
    found = mesh.comm.allgather(np.unique(values))
    return [int(value) for value in np.unique(np.concatenate(found))]


def _pairs(mesh: dmesh.Mesh, facets: np.ndarray) -> np.ndarray:
    """(cell, local facet) of every cell of this rank at `facets`, shape (n, 2)."""
    dim = mesh.topology.dim
    cells_at = mesh.topology.connectivity(dim - 1, dim)
    facets_of = mesh.topology.connectivity(dim, dim - 1)
    starts, counts = cells_at.offsets[facets], np.diff(cells_at.offsets)[facets]
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    cells = cells_at.array[np.repeat(starts, counts) + within]
    facet = np.repeat(facets, counts)
    owned = cells < mesh.topology.index_map(dim).size_local
    cells, facet = cells[owned], facet[owned]
    per_cell = facets_of.offsets[1] if len(facets_of.offsets) > 1 else 1
    local = np.argmax(facets_of.array.reshape(-1, per_cell)[cells] == facet[:, None], axis=1)
    return np.stack([cells, local], axis=1).astype(np.int32)
