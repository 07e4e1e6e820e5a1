"""Mesh, crystal and initial state: counts, periodicity, size, files, directions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from phasefield.case.layout import axes_of, cells_of, lengths_of
from phasefield.case.schema import (
    BoxMesh,
    Case,
    Crystal,
    FileMesh,
    FileState,
    FilmMesh,
    StripeState,
    TipMesh,
    VortexState,
    WallState,
)
from phasefield.case.tipmesh import Outline, estimated_cells, tip_axes
from phasefield.nodaldata import is_readable

#: With two cells along a periodic axis both neighbours of a cell would be the same.
FEWEST_PERIODIC_CELLS = 3
#: More cells than this are a forgotten unit, not a mesh.
MOST_CELLS = 2e9
#: More cells than this are not made on one rank, as those of a tip mesh are.
MOST_TIP_CELLS = 2e7
#: Largest cosine between two crystal directions that count as orthogonal.
_ORTHOGONAL = 1e-6


def problems(case: Case) -> Iterator[str]:
    """Contradictions within the tables `mesh`, `crystal` and `initial`."""
    if isinstance(case.mesh, FileMesh):
        yield from _file(case.mesh)
    elif isinstance(case.mesh, TipMesh):
        yield from _tip(case.mesh)
    else:
        if isinstance(case.mesh, BoxMesh):
            yield from _box(case.mesh)
        else:
            yield from _film(case.mesh)
        yield from _counts(case.mesh)
        yield from _faces(case.mesh)
        yield from _periodic_cells(case.mesh)
        yield from _total(case.mesh)
    yield from _crystal(case.crystal)
    yield from _initial(case)


def _box(mesh: BoxMesh) -> Iterator[str]:
    if mesh.cells is None and mesh.spacing is None:
        yield "mesh.spacing: missing; give either cells or spacing"
    if mesh.cells is not None and mesh.spacing is not None:
        yield "mesh.spacing: cells and spacing are both given; remove one of them"


def _film(mesh: FilmMesh) -> Iterator[str]:
    if mesh.axes and not mesh.axes.endswith("z"):
        yield f'mesh.axes: found "{mesh.axes}"; the layers of a film lie along z, the last axis'
    if "z" in mesh.periodic:
        yield f'mesh.periodic: found "{mesh.periodic}"; a film is not periodic along z'
    if mesh.substrate_cells is not None and not mesh.substrate:
        yield "mesh.substrate_cells: has no meaning without mesh.substrate"


def _tip(mesh: TipMesh) -> Iterator[str]:
    axes = tip_axes(mesh)
    if axes not in ("xz", "xyz"):
        yield f'mesh.axes: found "{axes}"; a tip mesh is a section, "xz", or has all axes, "xyz"'
        return
    in_plane = axes[:-1]
    found = []
    if isinstance(mesh.reach, tuple) and len(mesh.reach) != len(in_plane):
        found.append(
            f"mesh.reach: found {len(mesh.reach)} entries; expected {len(in_plane)}, one for each in-plane axis"
        )
    if mesh.periodic:
        found.append(f'mesh.periodic: found "{mesh.periodic}"; a tip mesh is not periodic, it ends far from the tip')
    if not set(mesh.half) <= set(in_plane):
        found.append(f'mesh.half: found "{mesh.half}"; expected in-plane axes of the mesh, "{in_plane}"')
    if mesh.track and "x" in mesh.half:
        found.append(
            'mesh.track: the mesh begins at x = 0, and the track lies on both sides of it; remove "x" from half'
        )
    yield from found or _tip_sizes(mesh)


def _tip_sizes(mesh: TipMesh) -> Iterator[str]:
    """Lengths of a tip mesh that contradict each other, and a forgotten unit."""
    reach = mesh.reach if isinstance(mesh.reach, tuple) else (mesh.reach,)
    if reach[0] <= 0.5 * mesh.track + mesh.contact or min(reach) <= mesh.contact:
        yield (
            f"mesh.reach: found {min(reach):g} m; expected more than what is fine around the tip,"
            f" {0.5 * mesh.track + mesh.contact:g} m along x and {mesh.contact:g} m across"
        )
    for key in ("coarsest", "film_spacing"):
        value = getattr(mesh, key)
        if value is not None and value < mesh.spacing:
            yield f"mesh.{key}: found {value:g} m, less than mesh.spacing, {mesh.spacing:g} m"
    yield from _conductor(mesh, min(reach))
    cells = estimated_cells(mesh)
    if cells > MOST_TIP_CELLS:
        yield (
            f"mesh: about {cells:.1e} cells, more than {MOST_TIP_CELLS:g}: take a larger growth, coarsest, film_spacing"
            ' or spacing; bare numbers are metres, write "20 nm" for nanometres'
        )


def _conductor(mesh: TipMesh, reach: float) -> Iterator[str]:
    """The conductor must have room in the air."""
    outline = Outline.of(mesh)
    if outline is None:
        return
    least = outline.top - mesh.thickness
    if mesh.air <= least:
        yield f"mesh.air: found {mesh.air:g} m; expected more than {least:g} m, where the conductor needs it"
    width = max(outline.radius, outline.cone_radius(mesh.thickness + mesh.air) if outline.slope is not None else 0.0)
    if width >= reach:
        yield f"mesh.reach: found {reach:g} m; expected more than {width:g} m, the half-width of the conductor"


def _faces(mesh: BoxMesh | FilmMesh) -> Iterator[str]:
    """Sides with fine cells must be there, and finer than the rest."""
    if isinstance(mesh, FilmMesh):
        largest = mesh.spacing[-1] if isinstance(mesh.spacing, tuple) else mesh.spacing
        for end, size in mesh.faces.items():
            if size > largest:
                yield f"mesh.faces.{end}: found {size:g} m; expected at most mesh.spacing = {largest:g} m"
        return
    axes = axes_of(mesh) or ""
    if mesh.faces and mesh.spacing is None:
        yield "mesh.faces: cells grow from faces to mesh.spacing; give spacing instead of cells"
    spacing = dict(zip(axes, mesh.spacing if isinstance(mesh.spacing, tuple) else (mesh.spacing,) * 3, strict=False))
    for side, size in mesh.faces.items():
        axis, largest_here = side[0], spacing.get(side[0])
        if axis not in axes or axis in mesh.periodic:
            why = "is periodic along" if axis in axes else "does not resolve"
            yield f"mesh.faces.{side}: the mesh {why} {axis}, so it has no such side"
        elif largest_here is not None and size > largest_here:
            yield f"mesh.faces.{side}: found {size:g} m; expected at most mesh.spacing = {largest_here:g} m"


def _file(mesh: FileMesh) -> Iterator[str]:
    if not Path(mesh.path).is_file():
        yield f"mesh.path: no such file: {mesh.path}"
    if mesh.axes is not None:
        yield from _periodic_axes(mesh.periodic, mesh.axes)


def _counts(mesh: BoxMesh | FilmMesh) -> Iterator[str]:
    """One entry per mesh axis."""
    count = len(lengths_of(mesh))
    expected = f"expected {count}, one for each mesh axis"
    for key in ("cells", "spacing", "origin"):
        value = getattr(mesh, key, None)
        if isinstance(value, tuple) and len(value) != count:
            yield f"mesh.{key}: found {len(value)} entries; {expected}"
    if mesh.axes is not None and len(mesh.axes) != count:
        yield f'mesh.axes: found "{mesh.axes}"; {expected}'
    yield from _periodic_axes(mesh.periodic, axes_of(mesh) or "")


def _periodic_axes(periodic: str, axes: str) -> Iterator[str]:
    wrong = [axis for axis in periodic if axis not in axes]
    if wrong:
        yield (
            f'mesh.periodic: found "{periodic}", but the mesh does not resolve'
            f' {" and ".join(wrong)}; its axes are "{axes}"'
        )


def _periodic_cells(mesh: BoxMesh | FilmMesh) -> Iterator[str]:
    for axis, cells in zip(axes_of(mesh) or "", cells_of(mesh), strict=False):
        if axis in mesh.periodic and cells < FEWEST_PERIODIC_CELLS:
            yield (
                f"mesh.periodic: {cells} cells along {axis}; a periodic axis needs at least"
                f" {FEWEST_PERIODIC_CELLS}: use a smaller spacing, more cells or a larger size"
            )


def _total(mesh: BoxMesh | FilmMesh) -> Iterator[str]:
    total = math.prod(cells_of(mesh))
    if total > MOST_CELLS:
        size = " x ".join(f"{length:g}" for length in lengths_of(mesh))
        yield (
            f"mesh: {size} m at this spacing is {total:.1e} cells; bare numbers are metres,"
            ' write "20 nm" for nanometres'
        )


# --- crystal and initial state --------------------------------------------------------------------


def _crystal(crystal: Crystal) -> Iterator[str]:
    lengths = [math.hypot(*direction) for direction in (crystal.x, crystal.z)]
    for name, length in zip("xz", lengths, strict=True):
        if length == 0.0:
            yield f"crystal.{name}: found [0, 0, 0]; expected a direction"
    if all(lengths):
        cosine = sum(a * b for a, b in zip(crystal.x, crystal.z, strict=True)) / math.prod(lengths)
        if abs(cosine) > _ORTHOGONAL:
            angle = math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
            yield (
                f"crystal: x = {_list(crystal.x)} and z = {_list(crystal.z)} make {angle:.4g}"
                " degrees; expected 90 (give both)"
            )


def _initial(case: Case) -> Iterator[str]:
    state = case.initial
    if isinstance(state, FileState) and not is_readable(state.path):
        yield f"initial.path: no such file or result folder: {state.path}"
    if isinstance(state, StripeState | WallState) and not any(state.normal):
        yield "initial.normal: found [0, 0, 0]; expected a direction"
    if isinstance(state, VortexState) and not any(state.axis):
        yield "initial.axis: found [0, 0, 0]; expected a direction"


def _list(vector: tuple[float, ...]) -> str:
    return "[" + ", ".join(f"{value:g}" for value in vector) + "]"
