"""Facets as (cell, local facet) pairs, for one-sided integrals inside the mesh too.

An integral over an interface needs the values of one side: the polarization of the film, not of the
dead layer. DOLFINx integrates "ds" over any list of such pairs. All pairs of a mesh are put into
one list because all ds integrals of a form must share their subdomain data.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import numpy as np
from dolfinx import mesh as dmesh


class Sides:
    """Boundaries as a whole and as seen from each region, numbered for the ds measure.

    Attributes: number, by facet tag and region tag (None: all of it that is on the surface); data,
    the subdomain data of the measure, with flattened pairs for every number and for every `skin`.
    """

    def __init__(
        self,
        mesh: dmesh.Mesh,
        facet_tags: dmesh.MeshTags,
        cell_tags: dmesh.MeshTags,
        tags: Iterable[int],
        regions: Iterable[int],
        axis: np.ndarray,
    ) -> None:
        """Find the pairs; `cell_tags` has a value for every local cell in order. Collective.

        Facets must be connected to cells. `tags` and `regions` are the same on every rank. The local facets
        `axis` are no part of any surface.
        """
        self.mesh, self.cell_tags, self.axis = mesh, cell_tags, axis
        mesh.topology.create_connectivity(mesh.topology.dim, mesh.topology.dim - 1)
        outer = dmesh.exterior_facet_indices(mesh.topology)
        seen_from = [None, *sorted(set(regions))]
        self.number = {side: i + 1 for i, side in enumerate(product(sorted(set(tags)), seen_from))}
        self.data: list[tuple[int, np.ndarray]] = []
        for (tag, region), number in self.number.items():
            facets = facet_tags.find(tag)
            if region is None:
                pairs = _pairs(mesh, np.intersect1d(facets, outer))
            else:
                pairs = _pairs(mesh, facets)
                pairs = pairs[cell_tags.values[pairs[:, 0]] == region]
            self.data.append((number, pairs.ravel()))
        self._skins: dict[frozenset[int], int] = {}

    def skin(self, regions: Iterable[int]) -> int:
        """Number of the whole surface of the union of regions (by tag), seen from inside. Collective."""
        union = frozenset(regions)
        if union not in self._skins:
            self._skins[union] = len(self.data) + 1
            self.data.append((self._skins[union], self._skin(union).ravel()))
        return self._skins[union]

    def _skin(self, regions: frozenset[int]) -> np.ndarray:
        topology = self.mesh.topology
        cells_at = topology.connectivity(topology.dim - 1, topology.dim)
        inside = np.isin(self.cell_tags.values, list(regions))
        cells = np.diff(cells_at.offsets)
        cells_inside = np.add.reduceat(inside[cells_at.array].astype(int), cells_at.offsets[:-1])
        outer = np.zeros(len(cells), dtype=bool)
        outer[dmesh.exterior_facet_indices(topology)] = True
        outer[self.axis] = False
        pairs = _pairs(self.mesh, np.flatnonzero((cells_inside == 1) & (outer | (cells == 2))))
        return pairs[inside[pairs[:, 0]]]


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
