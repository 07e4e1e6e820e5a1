"""The domain picture of a 3D run: outer surface with a corner cut away, and the walls inside."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from vtkmodules.vtkCommonCore import vtkLogger
from vtkmodules.vtkFiltersGeometry import vtkGeometryFilter

from phasefield.plot import variants
from phasefield.plot.results import Snapshot
from phasefield.plot.style import (
    AXIS_NAMES,
    new_figure,
    save,
    seconds,
    style,
    variant_patches,
)

_VTK_CELLS = {"tetra": pv.CellType.TETRA, "hexahedron": pv.CellType.HEXAHEDRON}
_WINDOW = (1500, 1200)
#: Where the camera stands as seen from the middle of the domain: no {100} or {110} wall is edge-on.
_VIEW = np.array([0.52, -1.5, 1.0])
#: Triangles are split until there are about this many, so that domain borders come out smooth.
_TRIANGLES = 400_000
WALL_COLOURS = {180: (0.25, 0.25, 0.30), 90: (0.88, 0.52, 0.05)}
_WALL_OPACITY = {180: 0.45, 90: 0.65}


def domain_picture(snapshot: Snapshot, title: str, path: Path) -> Path:
    """Draw the domains at `snapshot` to `path`: (a) the surface with a corner cut, (b) the walls."""
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)  # it tries X before it does without
    grid = _grid(snapshot)
    polar = grid.extract_cells(np.flatnonzero(grid.cell_data["polar"]))
    walls = _walls(polar)
    angles = sorted(set(walls.cell_data["angle"].tolist()), reverse=True) if walls.n_cells else []
    with style():
        figure = new_figure(7.2 if angles else 4.0, 3.5)
        panels = figure.subplots(1, 2 if angles else 1, squeeze=False).ravel()
        shown = _show_surface(panels[0], grid, polar)
        if angles:
            _show_walls(panels[1], grid, walls, angles)
            for letter, axes in zip("ab", panels, strict=True):
                axes.text(0, 1, f"({letter})", transform=axes.transAxes, va="top", weight="bold")
        for axes in panels:
            axes.set_axis_off()
            _draw_triad(axes)
        handles = [*variant_patches(shown), *_wall_patches(angles)]
        figure.legend(handles=handles, loc="outside lower center", ncols=max(len(handles), 1))
        extent = " × ".join(f"{e:.4g}" for e in np.ptp(snapshot.points, axis=0))
        separator = "   " if angles else "\n"
        head = f"{title}{separator}" if title else ""
        figure.suptitle(f"{head}{extent} nm,  t = {seconds(snapshot.time)}", fontsize=9)
        return save(figure, path)


def _grid(snapshot: Snapshot) -> pv.UnstructuredGrid:
    grid = pv.UnstructuredGrid({_VTK_CELLS[snapshot.cell_type]: snapshot.cells}, snapshot.points)
    grid.point_data["P"] = snapshot.point_data["P"]
    grid.cell_data["polar"] = snapshot.polar_cells().astype(np.uint8)
    return grid


# --- surface ------------------------------------------------------------------------------------


def _show_surface(axes: Axes, grid: pv.UnstructuredGrid, polar: pv.UnstructuredGrid) -> list[int]:
    """Domains on the surface, one upper corner cut away; returns the variants seen."""
    cut = grid.clip_box(_corner_box(polar), invert=True)
    outside = _outside(cut)
    size = variants.scale(polar.point_data["P"])
    surface, P, is_polar = _fine(outside.triangulate())
    number = np.where(is_polar, variants.variant(P, 0.1 * size), variants.NONE)
    surface.cell_data["colour"] = (255 * variants.COLOURS[number]).astype(np.uint8)
    plotter = _plotter(grid)
    plotter.add_mesh(surface, scalars="colour", rgb=True, ambient=0.7, diffuse=0.32, specular=0.0)
    edges = outside.clean().extract_feature_edges(
        40, boundary_edges=False, non_manifold_edges=False, manifold_edges=False
    )
    plotter.add_mesh(edges, color=(0.15, 0.15, 0.15), line_width=2)
    axes.imshow(_image(plotter))
    return [int(n) for n in np.unique(number)]


def _outside(grid: pv.UnstructuredGrid) -> pv.PolyData:
    """Outer faces. The method of PyVista for this has changed its arguments, VTK's filter has not."""
    filter_ = vtkGeometryFilter()
    filter_.SetInputData(grid)
    filter_.Update()
    return pv.wrap(filter_.GetOutput())


def _corner_box(polar: pv.UnstructuredGrid) -> tuple[float, ...]:
    """Bounds of the box cut away: the polar part's upper corner nearest to the camera."""
    x0, x1, y0, y1, z0, z1 = polar.bounds
    far = 10.0 * polar.length
    share = 0.5 + 0.0137  # off the planes of regular meshes, where a cut leaves slivers
    x, y, z = x0 + share * (x1 - x0), y1 - share * (y1 - y0), z0 + share * (z1 - z0)
    return x, x1 + far, y0 - far, y, z, z1 + far


def _fine(
    surface: pv.PolyData,
) -> tuple[pv.PolyData, npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """The triangles split into smaller ones; of each P in its middle and whether it is polar."""
    corners = surface.regular_faces
    parts = max(1, round(np.sqrt(_TRIANGLES / max(len(corners), 1))))
    weights = _split_weights(parts)
    points = np.einsum("sva,tax->tsvx", weights, surface.points[corners]).reshape(-1, 3)
    P = np.einsum("sa,tax->tsx", weights.mean(axis=1), surface.point_data["P"][corners])
    faces = np.arange(len(points)).reshape(-1, 3)
    is_polar = np.repeat(np.asarray(surface.cell_data["polar"], dtype=bool), len(weights))
    return pv.PolyData.from_regular_faces(points, faces), P.reshape(-1, 3), is_polar


def _split_weights(parts: int) -> npt.NDArray[np.float64]:
    """Corners of the parts^2 pieces of a triangle in barycentric coordinates, (pieces, 3, 3)."""
    pieces = []
    for i, j in np.ndindex(parts, parts):
        if i + j < parts:
            pieces.append([(i, j), (i + 1, j), (i, j + 1)])
        if i + j < parts - 1:
            pieces.append([(i + 1, j), (i + 1, j + 1), (i, j + 1)])
    ij = np.array(pieces) / parts
    return np.concatenate([1.0 - ij.sum(axis=2, keepdims=True), ij], axis=2)


# --- walls --------------------------------------------------------------------------------------


def _show_walls(axes: Axes, grid: pv.UnstructuredGrid, walls: pv.PolyData, angles: list[int]) -> None:
    """Walls as translucent surfaces, coloured by the angle between the domains they part."""
    plotter = _plotter(grid)
    for angle in angles:
        part = walls.extract_cells(np.flatnonzero(walls.cell_data["angle"] == angle))
        plotter.add_mesh(
            part,
            color=WALL_COLOURS[angle],
            opacity=_WALL_OPACITY[angle],
            ambient=0.5,
            diffuse=0.5,
            specular=0.0,
        )
    plotter.add_mesh(grid.outline(), color=(0.15, 0.15, 0.15), line_width=2)
    axes.imshow(_image(plotter))


def _walls(polar: pv.UnstructuredGrid) -> pv.PolyData:
    """All surfaces between two variants, with cell data `angle` (90 or 180 degrees)."""
    P = np.asarray(polar.point_data["P"])
    size = variants.scale(P)
    present = np.unique(variants.variant(P, 0.1 * size))
    pieces = [_wall(polar, first, second, size) for first, second in combinations(present[present != variants.NONE], 2)]
    pieces = [piece for piece in pieces if piece.n_cells]
    return pv.merge(pieces, merge_points=False) if pieces else pv.PolyData()


def _wall(polar: pv.UnstructuredGrid, first: int, second: int, size: float) -> pv.PolyData:
    """The surface where P has equal components along two variants and they are its largest."""
    difference = variants.DIRECTIONS[first] - variants.DIRECTIONS[second]
    polar.point_data["difference"] = np.asarray(polar.point_data["P"]) @ difference
    surface = polar.contour([0.0], scalars="difference")
    if not surface.n_cells:
        return surface
    faces = surface.regular_faces
    along = np.asarray(surface.point_data["P"])[faces].mean(axis=1) @ variants.DIRECTIONS.T
    others = np.delete(along, [first, second], axis=1).max(axis=1)
    angle = variants.angle(first, second)
    if angle == 90:
        kept = (along[:, first] > others) & (along[:, first] > 0.1 * size)
    else:
        # P vanishes in the wall, or has turned a little: only what lies beyond tells.
        kept = others < 0.3 * size
        kept[kept] = _parts(polar, surface.points[faces[kept]], {first, second}, size)
    wall = pv.PolyData.from_regular_faces(surface.points, faces[kept])
    wall.cell_data["angle"] = np.full(wall.n_cells, angle)
    return wall


def _parts(
    polar: pv.UnstructuredGrid, faces: npt.NDArray[np.float64], pair: set[int], size: float
) -> npt.NDArray[np.bool_]:
    """Whether each face, (faces, 3, 3), has one variant of the pair on one side and one on the other."""
    normal = np.cross(faces[:, 1] - faces[:, 0], faces[:, 2] - faces[:, 0])
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-300)
    distance = 1.5 * (polar.volume / polar.n_cells) ** (1 / 3)
    sides = []
    for shift in (-distance, distance):
        probe = pv.PolyData(faces.mean(axis=1) + shift * normal).sample(polar)
        sides.append(variants.variant(np.asarray(probe.point_data["P"]), 0.1 * size))
    return (np.sort(sides, axis=0) == np.array(sorted(pair))[:, None]).all(axis=0)


def _wall_patches(angles: list[int]) -> list[Patch]:
    return [Patch(facecolor=WALL_COLOURS[a], alpha=_WALL_OPACITY[a], label=f"{a}° wall") for a in angles]


# --- camera -------------------------------------------------------------------------------------


def _plotter(grid: pv.UnstructuredGrid) -> pv.Plotter:
    plotter = pv.Plotter(off_screen=True, window_size=list(_WINDOW), lighting="none")
    plotter.add_light(pv.Light(light_type="headlight"))  # faces keep the colours of the legend
    plotter.set_background("white")
    middle = np.array(grid.center)
    plotter.camera_position = [middle + _VIEW * grid.length, middle, (0, 0, 1)]
    plotter.enable_parallel_projection()
    plotter.enable_anti_aliasing("ssaa")
    return plotter


def _image(plotter: pv.Plotter) -> npt.NDArray[np.uint8]:
    """Screenshot without its white margins."""
    plotter.reset_camera(bounds=None)
    image = plotter.screenshot(return_img=True)
    plotter.close()
    ink = (image < 250).any(axis=2)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _draw_triad(axes: Axes) -> None:
    """Directions of the lab axes as the camera sees them, at the lower left."""
    toward = _VIEW / np.linalg.norm(_VIEW)
    right = np.cross([0, 0, 1], toward)
    right /= np.linalg.norm(right)
    up = np.cross(toward, right)
    inset = axes.inset_axes((-0.06, -0.16, 0.22, 0.22))
    inset.set_axis_off()
    inset.set_aspect("equal")
    inset.set_xlim(-1.3, 1.3)
    inset.set_ylim(-1.3, 1.3)
    for axis, name in enumerate(AXIS_NAMES):
        tip = np.array([right[axis], up[axis]])
        inset.add_line(Line2D([0, tip[0]], [0, tip[1]], color="0.15", linewidth=1.0))
        inset.text(1.28 * tip[0], 1.28 * tip[1], f"${name}$", ha="center", va="center", fontsize=8)
