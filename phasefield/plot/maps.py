"""The picture of a 2D run: domains with arrows of the in-plane polarization, and the potential."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.tri import LinearTriInterpolator, Triangulation

from phasefield.plot import variants
from phasefield.plot.results import Results, Snapshot
from phasefield.plot.style import (
    AXIS_NAMES,
    label,
    mark_panel,
    new_figure,
    save,
    scaled,
    seconds,
    style,
    variant_patches,
)

_PIXELS = 700
_ARROWS = 24
_WIDTH = 7.2


def domain_maps(results: Results, snapshot: Snapshot, path: Path) -> Path:
    """Draw domains and potential (where there is one) at `snapshot` to `path`."""
    with_phi = "phi" in snapshot.point_data
    wide = _aspect(snapshot) > 1.6
    rows, columns = (1 + with_phi, 1) if wide else (1, 1 + with_phi)
    width = _WIDTH if wide or with_phi else _WIDTH / 2
    height = rows * min(width / columns / _aspect(snapshot), 6.0) + 0.8
    with style():
        figure = new_figure(width, height, "compressed")
        panels = figure.subplots(rows, columns, squeeze=False).ravel()
        shown = draw_domains(panels[0], snapshot)
        if with_phi:
            _draw_potential(figure, panels[1], snapshot, results.unit("phi") or "V")
            for letter, axes in zip("ab", panels, strict=True):
                mark_panel(axes, letter)
        for axes in panels:
            _label_axes(axes, snapshot)
        handles = variant_patches(shown)
        figure.legend(handles=handles, loc="outside lower center", ncols=max(len(handles), 1))
        head = f"{results.title}   " if results.title else ""
        figure.suptitle(f"{head}t = {seconds(snapshot.time)}", fontsize=9)
        return save(figure, path)


def _plane(snapshot: Snapshot) -> npt.NDArray[np.float64]:
    return snapshot.points[:, list(snapshot.axes)]


def _aspect(snapshot: Snapshot) -> float:
    width, height = np.ptp(_plane(snapshot), axis=0)
    return float(width / height)


def triangulation(snapshot: Snapshot) -> tuple[Triangulation, npt.NDArray[np.intp]]:
    """The cells as triangles, quadrilaterals cut along a diagonal, and the cell of each triangle."""
    cells, parents = snapshot.cells, np.arange(len(snapshot.cells))
    if snapshot.cell_type == "quad":
        cells = np.concatenate([cells[:, [0, 1, 2]], cells[:, [0, 2, 3]]])
        parents = np.concatenate([parents, parents])
    plane = _plane(snapshot)
    return Triangulation(plane[:, 0], plane[:, 1], cells), parents


def _sample(
    snapshot: Snapshot, x: npt.NDArray[np.float64], y: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """P at the points (x, y) of the plane, (*x.shape, 3), zero in unpolar cells; which are inside."""
    triangles, parents = triangulation(snapshot)
    finder = triangles.get_trifinder()
    cell = finder(x, y)
    polar = (cell >= 0) & snapshot.polar_cells()[parents[cell]]
    values = [
        np.where(polar, LinearTriInterpolator(triangles, component, finder)(x, y).filled(0.0), 0.0)
        for component in snapshot.point_data["P"].T
    ]
    return np.stack(values, axis=-1), cell >= 0


def _raster(
    snapshot: Snapshot, longest: int
) -> tuple[tuple[npt.NDArray[np.float64], ...], tuple[float, float, float, float]]:
    """Centres of square pixels over the domain and its extent (left, right, bottom, top)."""
    plane = _plane(snapshot)
    lower, upper = plane.min(axis=0), plane.max(axis=0)
    size = (upper - lower).max() / longest
    counts = np.maximum(np.rint((upper - lower) / size).astype(int), 1)
    axes = [low + (np.arange(n) + 0.5) * (up - low) / n for low, up, n in zip(lower, upper, counts, strict=True)]
    x, y = np.meshgrid(*axes)
    return (x, y), (lower[0], upper[0], lower[1], upper[1])


def draw_domains(axes: Axes, snapshot: Snapshot) -> list[int]:
    """Nearest variant by colour and in-plane P by arrows; returns the variants seen."""
    size = variants.scale(snapshot.point_data["P"][np.unique(snapshot.cells[snapshot.polar_cells()])])
    (x, y), extent = _raster(snapshot, _PIXELS)
    P, inside = _sample(snapshot, x, y)
    number = variants.variant(P.reshape(-1, 3), 0.1 * size).reshape(x.shape)
    image = np.dstack([variants.COLOURS[number], inside])
    axes.imshow(image, origin="lower", extent=extent, interpolation="nearest")
    _draw_arrows(axes, snapshot, size)
    return [int(n) for n in np.unique(number[inside])]


def _draw_arrows(axes: Axes, snapshot: Snapshot, size: float) -> None:
    (x, y), (left, right, bottom, top) = _raster(snapshot, _ARROWS)
    P = _sample(snapshot, x, y)[0][..., list(snapshot.axes)]
    seen = np.linalg.norm(P, axis=-1) > max(0.15 * size, 1e-300)
    pitch = max(right - left, top - bottom) / _ARROWS
    axes.quiver(
        x[seen],
        y[seen],
        *P[seen].T,
        pivot="mid",
        angles="xy",
        scale_units="xy",
        scale=max(size, 1e-300) / (0.8 * pitch),
        color="black",
        width=0.10 * pitch / max(right - left, 1e-300),
        headwidth=4.2,
        headlength=4.2,
        headaxislength=3.8,
        edgecolor="white",
        linewidth=0.25,
    )


def _draw_potential(figure: Figure, axes: Axes, snapshot: Snapshot, unit: str) -> None:
    unit, (phi,) = scaled(unit, snapshot.point_data["phi"])
    largest = float(np.abs(phi).max()) or 1.0
    triangles, _ = triangulation(snapshot)
    colours = axes.tripcolor(triangles, phi, shading="gouraud", cmap="RdBu_r", vmin=-largest, vmax=largest)
    axes.set_aspect("equal")
    figure.colorbar(colours, ax=axes, label=label("$\\varphi$", unit), fraction=0.05, pad=0.02)


def _label_axes(axes: Axes, snapshot: Snapshot) -> None:
    plane = _plane(snapshot)
    first, second = (AXIS_NAMES[axis] for axis in snapshot.axes)
    axes.set_xlabel(label(f"${first}$", "nm"))
    axes.set_ylabel(label(f"${second}$", "nm"))
    axes.set_xlim(plane[:, 0].min(), plane[:, 0].max())
    axes.set_ylim(plane[:, 1].min(), plane[:, 1].max())
