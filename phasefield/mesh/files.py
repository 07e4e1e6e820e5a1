"""Domains from mesh files: Gmsh's .msh and what else meshio reads, periodic if opposite nodes match."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from dolfinx import mesh as dmesh
from mpi4py import MPI

from phasefield.case import schema
from phasefield.errors import MeshError, nearest
from phasefield.mesh.axes import lab_axes, periodic_flags
from phasefield.mesh.domain import Domain
from phasefield.mesh.matching import find_facets, merge_opposite, periods_of, sides_of
from phasefield.mesh.meshfile import Groups, read_mesh_file
from phasefield.mesh.periodic import Period, create_mesh
from phasefield.mesh.tags import connect_facets, tag_all_cells, tag_facets
from phasefield.rankzero import on_root
from phasefield.units import LENGTH


@dataclass
class _Plan:
    """What every rank must know of the file; cells and nodes stay on rank 0."""

    cell: str
    axes: tuple[int, ...]
    periodic: tuple[bool, ...]
    lower: tuple[float, ...]
    lengths: tuple[float, ...]
    periods: list[Period]
    shapes: tuple[tuple[int, int], tuple[int, int]]
    cell_tags: np.ndarray
    regions: dict[str, int]
    facets: Groups
    boundaries: dict[str, int]


def build_file(spec: schema.FileMesh, comm: MPI.Comm) -> Domain:
    """Domain of a `file` mesh table: regions and boundaries are groups of the file.

    Where the table names none, all groups of the file are taken under their own names; a file
    without groups of cells is one region "film". Raises MeshError naming what the file has if
    something asked for is not there.
    """
    parts: list[np.ndarray] = []

    def prepare() -> _Plan:
        plan, cells, x = _prepare(spec)
        parts.extend((cells, x))
        return plan

    plan = on_root(comm, prepare)
    if not parts:
        parts = [np.empty((0, columns)) for _, columns in plan.shapes]
    mesh = create_mesh(comm, parts[0].astype(np.int64), parts[1], plan.cell, plan.periods)
    connect_facets(mesh)
    facet_tags = _tag_facets(mesh, plan, spec.path)
    return Domain(
        mesh=mesh,
        axes=plan.axes,
        periodic=plan.periodic,
        lower=plan.lower,
        lengths=plan.lengths,
        cell_tags=tag_all_cells(mesh, plan.cell_tags[mesh.topology.original_cell_index]),
        regions=plan.regions,
        facet_tags=facet_tags,
        boundaries={name: (tag,) for name, tag in plan.boundaries.items()},
        interfaces=_interfaces(mesh, facet_tags, plan.boundaries, spec.path),
    )


def _prepare(spec: schema.FileMesh) -> tuple[_Plan, np.ndarray, np.ndarray]:
    """Read and check the file; cells over merged nodes and nodes (nm)."""
    file = read_mesh_file(spec.path)
    axes = lab_axes(spec.axes, file.letters)
    periodic = periodic_flags(spec.periodic, axes)
    coordinates = [i for i, repeats in enumerate(periodic) if repeats]
    regions = _regions(spec, file.cells)
    x = file.x * (spec.length_unit / LENGTH)
    facets = _without_sides(file.facets, x, coordinates)
    boundaries = _named("boundary", spec.boundaries, facets, spec.path)
    lower = tuple(float(value) for value in x.min(axis=0))
    lengths = tuple(float(value) for value in np.ptp(x, axis=0))
    master = merge_opposite(x, file.cells.vertices, coordinates)
    kept, number = np.unique(master, return_inverse=True)
    facets.vertices = number[facets.vertices]
    plan = _Plan(
        cell=file.cell,
        axes=axes,
        periodic=periodic,
        lower=lower,
        lengths=lengths,
        periods=periods_of(x, coordinates),
        shapes=(file.cells.vertices.shape, (len(kept), x.shape[1])),
        cell_tags=file.cells.tags,
        regions=regions,
        facets=facets,
        boundaries=boundaries,
    )
    return plan, number[file.cells.vertices], x[kept]


def _without_sides(facets: Groups, x: np.ndarray, coordinates: list[int]) -> Groups:
    """Facets without those on periodic sides, which are no boundaries any more."""
    keep = np.ones(len(facets.tags), dtype=bool)
    for coordinate in coordinates:
        for side in sides_of(x, coordinate):
            keep &= ~np.isin(facets.vertices, side).all(axis=1)
    return Groups(facets.vertices[keep], facets.tags[keep], facets.names)


def _regions(spec: schema.FileMesh, cells: Groups) -> dict[str, int]:
    if not spec.regions and not cells.tags.any():
        cells.tags[:] = 1
        return {"film": 1}
    regions = _named("region", spec.regions, cells, spec.path)
    left = ~np.isin(cells.tags, list(regions.values()))
    if left.any():
        tags = ", ".join(map(str, np.unique(cells.tags[left])))
        raise MeshError(
            f"{spec.path}: {np.count_nonzero(left)} cells (of group {tags}; 0 is no group) are in no "
            f"region; the file has {_listed(cells)}: name all of them in mesh.regions"
        )
    return regions


def _named(what: str, asked: dict[str, int | str], groups: Groups, path: str) -> dict[str, int]:
    """Tags of the groups asked for by name, or of all groups if none are asked for."""
    if not asked:
        return groups.present()
    return {name: _tag(f"{what} {name}", group, groups, path) for name, group in asked.items()}


def _tag(what: str, group: int | str, groups: Groups, path: str) -> int:
    tag = groups.names.get(group) if isinstance(group, str) else group
    if tag is None or tag not in groups.tags:
        hint = nearest(str(group), groups.present())
        raise MeshError(f'{path}: {what}: no group "{group}"{hint}; the file has {_listed(groups)}')
    return tag


def _listed(groups: Groups) -> str:
    present = groups.present()
    return ", ".join(f"{name} ({tag})" for name, tag in present.items()) or "no groups here"


def _tag_facets(mesh: dmesh.Mesh, plan: _Plan, path: str) -> dmesh.MeshTags:
    if not plan.boundaries:
        return tag_facets(mesh, [], [])
    facets, rows = find_facets(mesh, plan.facets.vertices)
    owned = facets < mesh.topology.index_map(mesh.topology.dim - 1).size_local
    found = mesh.comm.allreduce(int(np.count_nonzero(owned)), op=MPI.SUM)
    wanted = len(np.unique(np.sort(plan.facets.vertices, axis=1), axis=0))
    if found != wanted:
        raise MeshError(f"{path}: {wanted - found} of {wanted} facets are not sides of any cell")
    tags = plan.facets.tags[rows]
    values = sorted(set(plan.boundaries.values()))
    return tag_facets(mesh, [facets[tags == value] for value in values], values)


def _interfaces(mesh: dmesh.Mesh, facet_tags: dmesh.MeshTags, boundaries: dict[str, int], path: str) -> frozenset[str]:
    """Names of boundaries inside the mesh. Raises MeshError for one that is partly inside."""
    dim = mesh.topology.dim
    outer = dmesh.exterior_facet_indices(mesh.topology)
    count = mesh.topology.index_map(dim - 1).size_local
    inside = set()
    for name, tag in boundaries.items():
        facets = facet_tags.find(tag)
        facets = facets[facets < count]
        outside = mesh.comm.allreduce(int(np.count_nonzero(np.isin(facets, outer))), op=MPI.SUM)
        total = mesh.comm.allreduce(len(facets), op=MPI.SUM)
        if 0 < outside < total:
            raise MeshError(
                f'{path}: boundary "{name}" has {outside} of {total} facets on the surface and the '
                "rest inside the mesh; make two groups of them"
            )
        if outside == 0:
            inside.add(name)
    return frozenset(inside)
