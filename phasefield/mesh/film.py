"""Films: layers along z, from bottom to top substrate, dead_bottom, film and dead_top.

z = 0 is the bottom of the film.
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from mpi4py import MPI
from scipy.optimize import brentq

from phasefield.case import schema
from phasefield.case.layout import ends_of
from phasefield.errors import MeshError
from phasefield.mesh.axes import lab_axes, per_axis, periodic_flags
from phasefield.mesh.box import cells_for, filled, side_planes
from phasefield.mesh.domain import Domain
from phasefield.mesh.grid import Grid
from phasefield.mesh.tags import Plane, tag_all_cells, tag_planes
from phasefield.units import LENGTH

#: Tags of the regions; the same whichever layers there are.
REGION_TAGS = {"film": 1, "substrate": 2, "dead_bottom": 3, "dead_top": 4, "air": 5}


class Layer(NamedTuple):
    """A layer and the heights of its cell boundaries, z (nm, ascending, ends included)."""

    name: str
    z: np.ndarray


def graded(thickness: float, first: float, count: int) -> np.ndarray:
    """Distances 0 … thickness of `count` cells that grow by a constant ratio from the size `first`.

    Cells are equal where `count` cells of size `first` already fill the thickness.
    """
    if count * first >= thickness:
        return np.linspace(0.0, thickness, count + 1)

    def reach(ratio: float) -> np.ndarray:
        return np.concatenate([[0.0], np.cumsum(first * ratio ** np.arange(count))])

    # A single cell cannot grow; with more, the last alone fills the rest at ratio^(count-1) =
    # thickness/first.
    if count == 1:
        return np.array([0.0, thickness])
    largest = (thickness / first) ** (1.0 / (count - 1))
    ratio = brentq(lambda r: reach(r)[-1] - thickness, 1.0, largest, xtol=1e-14)
    distances = reach(ratio)
    distances[-1] = thickness
    return distances


def layers_of(spec: schema.FilmMesh, spacing: float) -> list[Layer]:
    """The layers of a `film` mesh table from bottom to top, with cells of at most `spacing` (m)."""

    def equal(start: float, thickness: float) -> np.ndarray:
        return np.linspace(start, start + thickness, cells_for(thickness, spacing) + 1) / LENGTH

    film = filled(spec.thickness, spacing, ends_of(spec, "z"), spec.growth) / LENGTH
    layers = [Layer("film", film)]
    if spec.dead_bottom:
        layers.insert(0, Layer("dead_bottom", equal(-spec.dead_bottom, spec.dead_bottom)))
    if spec.substrate:
        count = spec.substrate_cells or cells_for(spec.substrate, spacing)
        depth = graded(spec.substrate, spacing, count)[::-1]
        layers.insert(0, Layer("substrate", -(spec.dead_bottom + depth) / LENGTH))
    if spec.dead_top:
        layers.append(Layer("dead_top", equal(spec.thickness, spec.dead_top)))
    return layers


def film_planes(grid: Grid, axes: tuple[int, ...], layers: list[Layer]) -> list[Plane]:
    """Planes of the surface and the interfaces; the film may end at either of them."""
    names = [layer.name for layer in layers]
    also = {
        "bottom": ("film_bottom",) if names[0] == "film" else (),
        "top": ("film_top",) if names[-1] == "film" else (),
    }
    planes = [plane._replace(names=plane.names + also.get(plane.names[-1], ())) for plane in side_planes(grid, axes)]
    for below, above in pairwise(layers):
        called = {
            "film_bottom": above.name == "film",
            "film_top": below.name == "film",
            "substrate_top": below.name == "substrate",
        }
        shared = tuple(name for name, applies in called.items() if applies)
        planes.append(Plane(grid.dim - 1, float(above.z[0]), grid.spacing(grid.dim - 1), shared, True))
    return planes


def build_film(spec: schema.FilmMesh, comm: MPI.Comm) -> Domain:
    """Domain of a `film` mesh table.

    Regions are the layers that are there. Boundaries are "bottom" and "top" (outer), "film_bottom"
    and "film_top", "substrate_top" if there is a substrate, and x_min, … of the in-plane directions
    that are not periodic.
    Raises MeshError if the table contradicts itself.
    """
    dim = len(spec.width) + 1
    axes = lab_axes(spec.axes, ("z", "xz", "xyz")[dim - 1])
    if axes[-1] != 2:
        raise MeshError(f'mesh.axes = "{spec.axes}": the last axis of a film is z')
    periodic = periodic_flags(spec.periodic, axes, allowed="xy")
    spacing = per_axis(spec.spacing, dim, "spacing")
    layers = layers_of(spec, spacing[-1])
    lateral = [
        np.linspace(0.0, width, cells_for(width, size) + 1) / LENGTH
        for width, size in zip(spec.width, spacing[:-1], strict=True)
    ]
    heights = np.concatenate([layers[0].z, *(layer.z[1:] for layer in layers[1:])])
    grid = Grid([*lateral, heights], periodic, spec.cell == "simplex")
    mesh = grid.mesh(comm)
    tags = np.concatenate([np.full(len(z) - 1, REGION_TAGS[name]) for name, z in layers])
    facet_tags, boundaries, interfaces = tag_planes(mesh, film_planes(grid, axes, layers))
    return Domain(
        mesh=mesh,
        axes=axes,
        periodic=grid.periodic,
        lower=grid.lower,
        lengths=grid.lengths,
        cell_tags=tag_all_cells(mesh, tags[grid.block_index(mesh, dim - 1)]),
        regions={layer.name: REGION_TAGS[layer.name] for layer in layers},
        facet_tags=facet_tags,
        boundaries=boundaries,
        interfaces=interfaces,
    )
