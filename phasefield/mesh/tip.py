"""Films under a tip: finest at the contact, coarse far away, made by Gmsh on one rank.

Only the part at positive coordinates is meshed; the rest are its mirror images, so that a mesh breaks no symmetry of
a tip at the origin, and has a node under it.
"""

from __future__ import annotations

import numpy as np
from mpi4py import MPI

from phasefield.case import schema
from phasefield.case.tipmesh import cell_size, tip_axes, tip_levels, tip_ranges
from phasefield.errors import MeshError
from phasefield.mesh.axes import lab_axes
from phasefield.mesh.domain import Domain
from phasefield.mesh.film import REGION_TAGS
from phasefield.mesh.generator import layered_simplices, mirrored
from phasefield.mesh.periodic import create_mesh
from phasefield.mesh.tags import Plane, tag_all_cells, tag_planes
from phasefield.rankzero import on_root
from phasefield.units import LENGTH


def build_tip(spec: schema.TipMesh, comm: MPI.Comm) -> Domain:
    """Domain of a `tip` mesh table. Collective.

    Regions are "film" and, if there is one, "substrate". Boundaries are "bottom", "top", "film_bottom", "film_top",
    "substrate_top" with a substrate, and x_min, ….
    Raises MeshError if the table contradicts itself or Gmsh fails.
    """
    axes = lab_axes(tip_axes(spec), "xyz"[: len(tip_axes(spec))])
    if axes not in ((0, 2), (0, 1, 2)):
        raise MeshError(f'mesh.axes = "{spec.axes}": a tip mesh has the axes "xz" or "xyz"')
    dim = len(axes)
    parts: list[np.ndarray] = []

    def make() -> np.ndarray:
        cells, x = _generate(spec)
        parts.extend((cells, x))
        return _layer_of(x[cells, -1].mean(axis=1), spec)

    tags = on_root(comm, make)
    cells, x = parts or (np.empty((0, dim + 1), dtype=np.int64), np.empty((0, dim)))
    mesh = create_mesh(comm, cells, x, "triangle" if dim == 2 else "tetrahedron", ())
    facet_tags, boundaries, interfaces = tag_planes(mesh, _planes(spec))
    ranges = [*tip_ranges(spec), (tip_levels(spec)[0], spec.thickness)]
    return Domain(
        mesh=mesh,
        axes=axes,
        periodic=(False,) * dim,
        lower=tuple(low / LENGTH for low, _ in ranges),
        lengths=tuple((high - low) / LENGTH for low, high in ranges),
        cell_tags=tag_all_cells(mesh, tags[mesh.topology.original_cell_index]),
        regions={name: REGION_TAGS[name] for name in _layers(spec)},
        facet_tags=facet_tags,
        boundaries=boundaries,
        interfaces=interfaces,
    )


def _layers(spec: schema.TipMesh) -> tuple[str, ...]:
    """Regions from bottom to top."""
    return ("substrate", "film") if spec.substrate else ("film",)


def _generate(spec: schema.TipMesh) -> tuple[np.ndarray, np.ndarray]:
    """Cells and nodes (nm)."""
    size = cell_size(spec)
    x, cells = layered_simplices(
        [high / LENGTH for _, high in tip_ranges(spec)],
        [level / LENGTH for level in tip_levels(spec)],
        lambda x, y, z: size(x * LENGTH, y * LENGTH, z * LENGTH) / LENGTH,
    )
    for coordinate, (low, _) in enumerate(tip_ranges(spec)):
        if low < 0.0:
            x, cells = mirrored(x, cells, coordinate)
    return cells.astype(np.int64), x


def _layer_of(heights: np.ndarray, spec: schema.TipMesh) -> np.ndarray:
    """Tag of the region at each height (nm)."""
    faces = np.array(tip_levels(spec)[1:-1]) / LENGTH
    return np.array([REGION_TAGS[name] for name in _layers(spec)], dtype=np.int32)[np.searchsorted(faces, heights)]


def _planes(spec: schema.TipMesh) -> list[Plane]:
    """Planes of the sides, of bottom and top, and of the interface."""
    spacing = spec.spacing / LENGTH
    planes = []
    for coordinate, (letter, ends) in enumerate(zip(tip_axes(spec), tip_ranges(spec), strict=False)):
        for end, side in zip(ends, ("min", "max"), strict=True):
            planes.append(Plane(coordinate, end / LENGTH, spacing, (f"{letter}_{side}",)))
    levels, last = tip_levels(spec), len(tip_axes(spec)) - 1
    bottom = ("z_min", "bottom") if spec.substrate else ("z_min", "bottom", "film_bottom")
    planes.append(Plane(last, levels[0] / LENGTH, spacing, bottom))
    planes.append(Plane(last, levels[-1] / LENGTH, spacing, ("z_max", "top", "film_top")))
    if spec.substrate:
        planes.append(Plane(last, 0.0, spacing, ("film_bottom", "substrate_top"), inside=True))
    return planes
