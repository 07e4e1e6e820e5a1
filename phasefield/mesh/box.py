"""Lines, rectangles and boxes with equal cells."""

from __future__ import annotations

import math

import numpy as np
from mpi4py import MPI

from phasefield.case import schema
from phasefield.case.layout import ends_of, filling
from phasefield.errors import MeshError
from phasefield.mesh.axes import lab_axes, per_axis, periodic_flags
from phasefield.mesh.domain import Domain
from phasefield.mesh.grid import Grid
from phasefield.mesh.tags import Plane, tag_all_cells, tag_planes
from phasefield.units import LENGTH


def cells_for(length: float, spacing: float) -> int:
    """Fewest equal cells of at most `spacing` that fill `length` (rounding errors forgiven)."""
    return max(1, math.ceil(length / spacing - 1e-6))


def filled(length: float, spacing: float, ends: tuple[float | None, float | None], growth: float) -> np.ndarray:
    """Distances 0 … `length` of cells of at most `spacing`, which grow from given sizes at the ends."""
    if ends == (None, None):
        return np.linspace(0.0, length, cells_for(length, spacing) + 1)
    distances = np.concatenate([[0.0], np.cumsum(filling(length, spacing, ends, growth).sizes(length))])
    distances[-1] = length
    return distances


def side_planes(grid: Grid, axes: tuple[int, ...]) -> list[Plane]:
    """Planes x_min, x_max, … where not periodic; those of z are also "bottom" and "top"."""
    planes = []
    for coordinate, axis in enumerate(axes):
        if grid.periodic[coordinate]:
            continue
        ends = grid.coordinates[coordinate][[0, -1]]
        for position, suffix, alias in zip(ends, ("min", "max"), ("bottom", "top"), strict=True):
            name = f"{'xyz'[axis]}_{suffix}"
            names = (name, alias) if axis == 2 else (name,)
            planes.append(Plane(coordinate, float(position), grid.spacing(coordinate), names))
    return planes


def _distances(spec: schema.BoxMesh, axes: tuple[int, ...]) -> list[np.ndarray]:
    """Distances (m) of the nodes from the lower corner along each mesh coordinate."""
    dim = len(spec.size)
    if spec.spacing is None:
        counts = per_axis(spec.cells or (), dim, "cells")
        return [np.linspace(0.0, size, n + 1) for size, n in zip(spec.size, counts, strict=True)]
    ends = [ends_of(spec, "xyz"[axis]) for axis in axes]
    spacings = per_axis(spec.spacing, dim, "spacing")
    return [filled(*given, spec.growth) for given in zip(spec.size, spacings, ends, strict=True)]


def build_box(spec: schema.BoxMesh, comm: MPI.Comm) -> Domain:
    """Domain of a `box` mesh table: one region "film", boundaries x_min, x_max, …, "bottom" and
    "top".

    Raises MeshError if the table contradicts itself.
    """
    dim = len(spec.size)
    axes = lab_axes(spec.axes, "xyz"[:dim])
    if (spec.cells is None) == (spec.spacing is None):
        raise MeshError("mesh: give either cells or spacing")
    origin = per_axis(0.0 if spec.origin is None else spec.origin, dim, "origin")
    coordinates = [
        (start + distances) / LENGTH for start, distances in zip(origin, _distances(spec, axes), strict=True)
    ]
    grid = Grid(coordinates, periodic_flags(spec.periodic, axes), spec.cell == "simplex")
    mesh = grid.mesh(comm)
    facet_tags, boundaries, interfaces = tag_planes(mesh, side_planes(grid, axes))
    return Domain(
        mesh=mesh,
        axes=axes,
        periodic=grid.periodic,
        lower=grid.lower,
        lengths=grid.lengths,
        cell_tags=tag_all_cells(mesh, np.ones(len(mesh.topology.original_cell_index))),
        regions={"film": 1},
        facet_tags=facet_tags,
        boundaries=boundaries,
        interfaces=interfaces,
    )
