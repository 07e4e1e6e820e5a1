"""Meshes of stacked boxes, the highest with a hole, by Gmsh with a given cell size, made on one rank."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from phasefield.errors import MeshError

if TYPE_CHECKING:
    from types import ModuleType

#: Everything that would make a mesh depend on the machine, or on more than the wanted size, is off.
_OPTIONS = {
    "General.Terminal": 0,
    "General.NumThreads": 1,
    "Mesh.RandomSeed": 1,
    "Mesh.MeshSizeExtendFromBoundary": 0,
    "Mesh.MeshSizeFromPoints": 0,
    "Mesh.MeshSizeFromCurvature": 0,
    "Mesh.Algorithm": 6,
    "Mesh.Algorithm3D": 1,
}
#: Distance from a plane, relative to the extent, within which a node lies on it.
_ON_PLANE = 1e-12
#: Gmsh's types of linear cells, by dimension.
_CELLS = {2: 2, 3: 4}


class Hole(NamedTuple):
    """A sphere on the axis x = y = 0, its middle at a height, and a cone that widens upwards with `slope` from the
    circle of radius `neck`; no cone if slope is None. In two dimensions a disk and a wedge."""

    radius: float
    middle: float
    slope: float | None
    neck: float
    neck_height: float


def layered_simplices(
    widths: Sequence[float],
    levels: Sequence[float],
    size: Callable[[float, float, float], float],
    hole: Hole | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes (n, dim) and triangles or tetrahedra of 0 … `widths` in plane between ascending `levels` in height.

    No cell crosses a level. A `hole` is cut out of the highest layer. `size(x, y, z)` is the wanted length of edges; in
    two dimensions y is 0. The same arguments give the same mesh with the same release of Gmsh. Raises MeshError if Gmsh
    is missing or fails.
    """
    with _session() as gmsh:
        flat = len(widths) == 1

        def wanted(dim: int, tag: int, x: float, y: float, z: float, present: float) -> float:
            return size(x, 0.0, y) if flat else size(x, y, z)

        gmsh.model.mesh.setSizeCallback(wanted)
        try:
            _stack(gmsh, widths, levels, hole)
            gmsh.model.mesh.generate(len(widths) + 1)
        except Exception as error:
            raise MeshError(f"mesh: Gmsh could not make the mesh: {error}") from error
        return _read(gmsh, len(widths) + 1)


def mirrored(x: np.ndarray, cells: np.ndarray, coordinate: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and cells together with their mirror image in the plane where a coordinate is zero.

    Nodes on the plane are shared.
    """
    x[np.abs(x[:, coordinate]) < _ON_PLANE * np.ptp(x[:, coordinate]), coordinate] = 0.0
    moved = np.flatnonzero(x[:, coordinate] != 0.0)
    image = np.arange(len(x))
    image[moved] = len(x) + np.arange(len(moved))
    copies = x[moved].copy()
    copies[:, coordinate] *= -1.0
    # Two vertices change places, so that the image has the orientation of the original.
    reflected = image[cells][:, [1, 0, *range(2, cells.shape[1])]]
    return np.concatenate([x, copies]), np.concatenate([cells, reflected])


@contextmanager
def _session() -> Iterator[ModuleType]:
    """Gmsh with an empty model; one that was in use before keeps its models and options."""
    try:
        import gmsh
    except (ImportError, OSError) as error:
        raise MeshError(f'mesh.kind = "tip" needs Gmsh with its Python module: {error}') from error
    ours = not gmsh.isInitialized()
    if ours:
        gmsh.initialize(readConfigFiles=False, interruptible=False)
    before = {name: gmsh.option.getNumber(name) for name in _OPTIONS}
    for name, value in _OPTIONS.items():
        gmsh.option.setNumber(name, value)
    gmsh.model.add("phasefield")
    try:
        yield gmsh
    finally:
        gmsh.model.mesh.removeSizeCallback()
        gmsh.model.remove()
        for name, value in before.items():
            gmsh.option.setNumber(name, value)
        if ours:
            gmsh.finalize()


def _stack(gmsh: ModuleType, widths: Sequence[float], levels: Sequence[float], hole: Hole | None) -> None:
    """The layers as rectangles or boxes that share their faces."""
    occ, dim = gmsh.model.occ, len(widths) + 1
    parts = []
    for low, high in pairwise(levels):
        if dim == 2:
            parts.append((2, occ.addRectangle(0.0, low, 0.0, widths[0], high - low)))
        else:
            parts.append((3, occ.addBox(0.0, 0.0, low, *widths, high - low)))
    if hole is not None:
        parts[-1:], _ = occ.cut(parts[-1:], _tools(occ, dim, hole, levels[-1]))
    occ.fragment(parts[:1], parts[1:])
    occ.synchronize()


def _tools(occ: Any, dim: int, hole: Hole, top: float) -> list[tuple[int, int]]:
    """The shapes whose union is the hole, the cone up to the height `top`."""
    if dim == 2:
        tools = [(2, occ.addDisk(0.0, hole.middle, 0.0, hole.radius, hole.radius))]
    else:
        tools = [(3, occ.addSphere(0.0, 0.0, hole.middle, hole.radius))]
    if hole.slope is None:
        return tools
    low, wide = hole.neck_height, hole.neck + hole.slope * (top - hole.neck_height)
    if dim == 3:
        return [*tools, (3, occ.addCone(0.0, 0.0, low, 0.0, 0.0, top - low, hole.neck, wide))]
    corners = [(0.0, low), (hole.neck, low), (wide, top), (0.0, top)]
    points = [occ.addPoint(x, z, 0.0) for x, z in corners]
    lines = [occ.addLine(a, b) for a, b in pairwise([*points, points[0]])]
    return [*tools, (2, occ.addPlaneSurface([occ.addCurveLoop(lines)]))]


def _read(gmsh: ModuleType, dim: int) -> tuple[np.ndarray, np.ndarray]:
    tags, coordinates, _ = gmsh.model.mesh.getNodes()
    _, connectivity = gmsh.model.mesh.getElementsByType(_CELLS[dim])
    order = np.argsort(tags)
    cells = np.searchsorted(tags, connectivity, sorter=order)
    x = coordinates.reshape(-1, 3)[order, :dim]
    return x, cells.reshape(-1, dim + 1)
