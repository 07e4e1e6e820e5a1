"""What a `tip` mesh table asks for: its axes, extents, and how large cells are where."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from phasefield.case.schema import ConeConductor, TipMesh

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
    """Heights z (m) of the faces of the layers, from bottom to top: substrate (if there is one), film, air (if any)."""
    below = [-mesh.substrate] if mesh.substrate else []
    above = [mesh.thickness + mesh.air] if mesh.air else []
    return [*below, 0.0, mesh.thickness, *above]


@dataclass(frozen=True)
class Outline:
    """The outline of a conductor on the axis x = y = 0 (m): a sphere, and a cone that widens upwards from it.

    Attributes: radius and height of the middle of the sphere; slope tan(half angle) of the cone, or None; radius and
    height of the circle where cone and sphere touch.
    """

    radius: float
    middle: float
    slope: float | None
    neck: float
    neck_height: float

    @classmethod
    def of(cls, mesh: TipMesh) -> Outline | None:
        """The outline of the conductor of a mesh table, if it has one."""
        tip = mesh.conductor
        if tip is None:
            return None
        angle = tip.half_angle if isinstance(tip, ConeConductor) else 0.0
        middle = mesh.thickness + tip.gap + tip.radius
        neck, neck_height = tip.radius * math.cos(angle), middle - tip.radius * math.sin(angle)
        slope = math.tan(angle) if isinstance(tip, ConeConductor) else None
        return cls(tip.radius, middle, slope, neck, neck_height)

    def cone_radius(self, height: float) -> float:
        """Radius (m) of the cone at a height (m)."""
        return self.neck + (self.slope or 0.0) * (height - self.neck_height)

    @property
    def top(self) -> float:
        """Height (m) that the air must exceed."""
        return self.middle + (self.radius if self.slope is None else 0.0)

    def contains(self, rho: np.ndarray, height: np.ndarray, tolerance: float) -> np.ndarray:
        """Which points, at distances from the axis and heights (m), lie on the outline within `tolerance` (m)."""
        distance = np.hypot(rho, height - self.middle)
        if self.slope is None:
            return np.abs(distance - self.radius) < tolerance
        on_sphere = (np.abs(distance - self.radius) < tolerance) & (height < self.neck_height + tolerance)
        on_cone = np.abs(rho - self.neck - self.slope * (height - self.neck_height)) < tolerance
        return on_sphere | on_cone & (height > self.neck_height - tolerance)


def cell_size(mesh: TipMesh) -> Callable[[float, float, float], float]:
    """Wanted cell size (m) as a function of x, y and z (m).

    `spacing` on the contact, and below it to `depth`, and growing by `growth` per distance from there, up to
    `coarsest`; in the film up to `film_spacing`, and growing from there outside it.
    """
    limit = mesh.coarsest or math.inf
    in_film = mesh.film_spacing or math.inf

    def size(x: float, y: float, z: float) -> float:
        across = max(0.0, math.hypot(max(0.0, abs(x) - 0.5 * mesh.track), y) - mesh.contact)
        apart = max(0.0, mesh.thickness - mesh.depth - z, z - mesh.thickness)
        outside = max(0.0, -z, z - mesh.thickness)
        return min(mesh.spacing + mesh.growth * math.hypot(across, apart), in_film + mesh.growth * outside, limit)

    return size


def estimated_cells(mesh: TipMesh) -> float:
    """About how many cells the mesh has, within some ten per cent."""
    first = 0.1 * mesh.spacing
    in_plane = [_intervals(high, first) for _, high in tip_ranges(mesh)]
    levels = tip_levels(mesh)
    depths = [_intervals(high - low, first) for low, high in pairwise(levels)]
    z = np.concatenate(
        [
            low + depth if low >= mesh.thickness else high - depth
            for (depth, _), (low, high) in zip(depths, pairwise(levels), strict=True)
        ]
    )
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
