"""The picture of a 1D run: components of the polarization and the potential along the axis."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from phasefield.plot import variants
from phasefield.plot.results import Results, Snapshot
from phasefield.plot.style import (
    AXIS_NAMES,
    COMPONENT_COLOURS,
    LINES,
    label,
    mark_panel,
    new_figure,
    save,
    scaled,
    seconds,
    style,
)


def profiles(results: Results, snapshot: Snapshot, path: Path) -> Path:
    """Draw P(x) and, where there is one, phi(x) at `snapshot` to `path`."""
    (axis,) = snapshot.axes
    order = np.argsort(snapshot.points[:, axis])
    x = snapshot.points[order, axis]
    fields = {name: values[order] for name, values in snapshot.point_data.items()}
    rows = 2 if "phi" in fields else 1
    with style():
        figure = new_figure(4.2, 1.0 + 2.0 * rows)
        panels = figure.subplots(rows, 1, sharex=True, squeeze=False).ravel()
        _draw_components(panels[0], x, fields["P"], results.unit("P") or "C/m^2")
        if "phi" in fields:
            unit, (phi,) = scaled(results.unit("phi") or "V", fields["phi"])
            panels[1].plot(x, phi, color=LINES[5])
            panels[1].set_ylabel(label("$\\varphi$", unit))
            for letter, axes in zip("ab", panels, strict=True):
                mark_panel(axes, letter)
        for axes in panels:
            _shade_unpolar(axes, snapshot, axis)
            axes.margins(x=0)
        panels[-1].set_xlabel(label(f"${AXIS_NAMES[axis]}$", "nm"))
        head = f"{results.title}   " if results.title else ""
        figure.suptitle(f"{head}t = {seconds(snapshot.time)}", fontsize=9)
        return save(figure, path)


def _draw_components(axes: Axes, x: np.ndarray, P: np.ndarray, unit: str) -> None:
    """One line for each component that is not negligible beside the largest."""
    largest = np.abs(P).max(axis=0)
    for i, name in enumerate(AXIS_NAMES):
        if largest[i] >= 1e-4 * largest.max():
            axes.plot(x, P[:, i], color=COMPONENT_COLOURS[i], label=f"$P_{name}$")
    axes.axhline(0.0, color="0.6", linewidth=0.5, zorder=0)
    axes.set_ylabel(label("$P$", unit))
    axes.legend()


def _shade_unpolar(axes: Axes, snapshot: Snapshot, axis: int) -> None:
    """Grey ground where the material carries no polarization."""
    x = snapshot.points[:, axis][snapshot.cells[~snapshot.polar_cells()]]
    for left, right in np.sort(x, axis=1):
        axes.axvspan(left, right, color=variants.COLOURS[variants.NONE], linewidth=0, zorder=-1)
