"""Films under a tip, with the air around it where asked: finest at the contact, coarse far away, made on one rank.

Only the part at positive coordinates is meshed; the rest are its mirror images, so that a mesh breaks no symmetry of
a tip at the origin, and has a node under it.
"""

from __future__ import annotations

import numpy as np
from mpi4py import MPI

from phasefield.case import schema
from phasefield.case.layout import layers_of
from phasefield.case.tipmesh import Outline, cell_size, tip_axes, tip_levels, tip_ranges
from phasefield.errors import MeshError
from phasefield.mesh.axes import lab_axes
from phasefield.mesh.domain import Domain
from phasefield.mesh.film import REGION_TAGS
from phasefield.mesh.generator import Hole, layered_simplices, mirrored
from phasefield.mesh.periodic import create_mesh
from phasefield.mesh.tags import Marker, Plane, tag_all_cells, tag_planes
from phasefield.rankzero import on_root
from phasefield.units import LENGTH

#: Distance from the outline of a conductor, relative to the smallest cell, within which a vertex lies on it.
ON_OUTLINE = 1e-3


def build_tip(spec: schema.TipMesh, comm: MPI.Comm) -> Domain:
    """Domain of a `tip` mesh table. Collective.

    Regions are "film" and, if there are any, "substrate" and "air". Boundaries are "bottom", "top", "film_bottom",
    "film_top", "substrate_top" with a substrate, "conductor" with one, and x_min, ….
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
    facet_tags, boundaries, interfaces = tag_planes(mesh, _planes(spec), _curved(spec, axes))
    ranges = [*tip_ranges(spec), (tip_levels(spec)[0], tip_levels(spec)[-1])]
    return Domain(
        mesh=mesh,
        axes=axes,
        periodic=(False,) * dim,
        lower=tuple(low / LENGTH for low, _ in ranges),
        lengths=tuple((high - low) / LENGTH for low, high in ranges),
        cell_tags=tag_all_cells(mesh, tags[mesh.topology.original_cell_index]),
        regions={name: REGION_TAGS[name] for name in layers_of(spec)},
        facet_tags=facet_tags,
        boundaries=boundaries,
        interfaces=interfaces,
    )


def _generate(spec: schema.TipMesh) -> tuple[np.ndarray, np.ndarray]:
    """Cells and nodes (nm)."""
    size, outline = cell_size(spec), Outline.of(spec)
    x, cells = layered_simplices(
        [high / LENGTH for _, high in tip_ranges(spec)],
        [level / LENGTH for level in tip_levels(spec)],
        lambda x, y, z: size(x * LENGTH, y * LENGTH, z * LENGTH) / LENGTH,
        None if outline is None else _hole(outline),
    )
    for coordinate, (low, _) in enumerate(tip_ranges(spec)):
        if low < 0.0:
            x, cells = mirrored(x, cells, coordinate)
    return cells.astype(np.int64), x


def _hole(outline: Outline) -> Hole:
    lengths = (outline.radius, outline.middle, outline.neck, outline.neck_height)
    radius, middle, neck, neck_height = (length / LENGTH for length in lengths)
    return Hole(radius, middle, outline.slope, neck, neck_height)


def _curved(spec: schema.TipMesh, axes: tuple[int, ...]) -> dict[str, Marker]:
    """The surface of the conductor, by its name."""
    outline = Outline.of(spec)
    if outline is None:
        return {}
    last = len(axes) - 1

    def marker(x: np.ndarray) -> np.ndarray:
        rho = np.linalg.norm(x[:last], axis=0)
        return outline.contains(rho * LENGTH, x[last] * LENGTH, ON_OUTLINE * spec.spacing)

    return {"conductor": marker}


def _layer_of(heights: np.ndarray, spec: schema.TipMesh) -> np.ndarray:
    """Tag of the region at each height (nm)."""
    faces = np.array(tip_levels(spec)[1:-1]) / LENGTH
    return np.array([REGION_TAGS[name] for name in layers_of(spec)], dtype=np.int32)[np.searchsorted(faces, heights)]


def _planes(spec: schema.TipMesh) -> list[Plane]:
    """Planes of the sides, of bottom and top, and of the interfaces."""
    spacing = spec.spacing / LENGTH
    planes = []
    for coordinate, (letter, ends) in enumerate(zip(tip_axes(spec), tip_ranges(spec), strict=False)):
        for end, side in zip(ends, ("min", "max"), strict=True):
            planes.append(Plane(coordinate, end / LENGTH, spacing, (f"{letter}_{side}",)))
    levels, last = tip_levels(spec), len(tip_axes(spec)) - 1
    bottom = ("z_min", "bottom") if spec.substrate else ("z_min", "bottom", "film_bottom")
    planes.append(Plane(last, levels[0] / LENGTH, spacing, bottom))
    top = ("z_max", "top") if spec.air else ("z_max", "top", "film_top")
    planes.append(Plane(last, levels[-1] / LENGTH, spacing, top))
    if spec.air:
        planes.append(Plane(last, spec.thickness / LENGTH, spacing, ("film_top",), inside=True))
    if spec.substrate:
        planes.append(Plane(last, 0.0, spacing, ("film_bottom", "substrate_top"), inside=True))
    return planes
