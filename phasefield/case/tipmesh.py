"""What a `tip` mesh table asks for: its axes, extents, and how large cells are where."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from phasefield.case.schema import TipMesh

#: Volume of the cells that Gmsh makes of size 1, by the dimension of the mesh.
_CELL_VOLUME = {2: 0.43, 3: 0.11}
#: Intervals per axis of the sum that estimates the number of cells.
_INTERVALS = 24


def tip_axes(mesh: TipMesh) -> str:
    """Lab axes of the mesh coordinates, "xz" unless given."""
    return mesh.axes or "xz"


def tip_ranges(mesh: TipMesh) -> list[tuple[float, float]]:
    """Lowest and highest coordinate (m) along each in-plane axis."""
    in_plane = tip_axes(mesh)[:-1]
    reaches = mesh.reach if isinstance(mesh.reach, tuple) else (mesh.reach,) * len(in_plane)
    return [(0.0 if axis in mesh.half else -reach, reach) for axis, reach in zip(in_plane, reaches, strict=False)]


def tip_levels(mesh: TipMesh) -> list[float]:
    """Heights z (m) of the faces of the layers, from bottom to top: substrate (if there is one), film."""
    return [-mesh.substrate, 0.0, mesh.thickness] if mesh.substrate else [0.0, mesh.thickness]


def cell_size(mesh: TipMesh) -> Callable[[float, float, float], float]:
    """Wanted cell size (m) as a function of x, y and z (m).

    `spacing` on the contact and growing by `growth` per distance from it, up to `coarsest`; in the film up to
    `film_spacing`, and growing from there below it.
    """
    limit = mesh.coarsest or math.inf
    in_film = mesh.film_spacing or math.inf

    def size(x: float, y: float, z: float) -> float:
        across = max(0.0, math.hypot(max(0.0, abs(x) - 0.5 * mesh.track), y) - mesh.contact)
        distance = math.hypot(across, mesh.thickness - z)
        return min(mesh.spacing + mesh.growth * distance, in_film + mesh.growth * max(0.0, -z), limit)

    return size


def estimated_cells(mesh: TipMesh) -> float:
    """About how many cells the mesh has, within some ten per cent."""
    first = 0.1 * mesh.spacing
    in_plane = [_intervals(high, first) for _, high in tip_ranges(mesh)]
    levels = tip_levels(mesh)
    depths = [_intervals(high - low, first) for low, high in pairwise(levels)]
    z = np.concatenate([high - depth for (depth, _), high in zip(depths, levels[1:], strict=True)])
    places = np.meshgrid(*(place for place, _ in in_plane), z, indexing="ij")
    widths = np.meshgrid(*(width for _, width in in_plane), np.concatenate([w for _, w in depths]), indexing="ij")
    y = places[1] if len(places) == 3 else 0.0
    sizes = np.vectorize(cell_size(mesh))(places[0], y, places[-1])
    images = 2 ** sum(low < 0.0 for low, _ in tip_ranges(mesh))
    dim = len(places)
    return float(images * np.sum(np.prod(widths, axis=0) / sizes**dim) / _CELL_VOLUME[dim])


def _intervals(length: float, first: float) -> tuple[np.ndarray, np.ndarray]:
    """Middles and widths of intervals that fill 0 … `length` and grow from about `first`."""
    edges = np.concatenate([[0.0], np.geomspace(min(first, 0.5 * length), length, _INTERVALS)])
    return 0.5 * (edges[1:] + edges[:-1]), np.diff(edges)
