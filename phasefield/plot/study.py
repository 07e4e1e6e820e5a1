"""The figure of a study: observables over one axis, a curve for each combination of the others."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from phasefield.errors import ResultError
from phasefield.plot.curves import symbol
from phasefield.plot.results import Array
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, scaled, style

#: Markers tell curves apart where colours repeat.
_MARKERS = "osD^v"
#: Most curves that a legend names.
_MOST_NAMED = 16


@dataclass(frozen=True)
class StudyTable:
    """study.csv and study.json of a study: finished rows as texts by column, axes in order, units, what to draw.

    `observables` are the chosen ones, or else the total energy.
    """

    rows: list[dict[str, str]]
    observables: list[str]
    axes: list[str]
    labels: dict[str, str]
    units: dict[str, str]
    title: str
    figure: dict[str, Any]

    def numbers(self, column: str) -> Array | None:
        """The column as numbers, None if it holds texts."""
        try:
            return np.array([float(row[column]) for row in self.rows])
        except ValueError:
            return None


def read_table(folder: Path) -> StudyTable:
    """The table of the study in `folder`. Raises ResultError."""
    try:
        record = json.loads((folder / "study.json").read_text(encoding="utf-8"))
        rows = list(csv.DictReader((folder / "study.csv").read_text(encoding="utf-8").splitlines()))
    except (OSError, ValueError) as exc:
        raise ResultError(f"{folder} does not hold the table of a study: {exc}") from exc
    study = record["study"]
    axes = study.get("axes", {})
    return StudyTable(
        rows=[row for row in rows if row["status"] == "done"],
        observables=study.get("table", {}).get("columns") or ["energy_total"],
        axes=list(axes),
        labels={name: axis.get("label") or name for name, axis in axes.items()},
        units=record["units"],
        title=record["title"],
        figure=study.get("figure", {}),
    )


def study_figure(folder: Path) -> Path | None:
    """Draw study.png from the table in `folder`; None without axes, or if fewer than two points are done."""
    table = read_table(folder)
    x = table.figure.get("x") or _longest_axis(table)
    if x is None:
        return None
    if x in table.axes:  # named members have no place on the axes
        table.rows[:] = [row for row in table.rows if row[x]]
    if len({row[x] for row in table.rows}) < 2:
        return None
    ys = table.figure.get("y") or [table.observables[0]]
    with style():
        figure = new_figure(3.6, 2.5 * len(ys) + 0.3)
        panels = figure.subplots(len(ys), 1, sharex=True, squeeze=False).ravel()
        for axes, y in zip(panels, ys, strict=True):
            _draw(axes, table, x, y)
        for letter, axes in zip("abcdefgh", panels if len(ys) > 1 else (), strict=False):
            mark_panel(axes, letter)
            axes.label_outer()
        if named := _name_curves(panels[0]):
            figure.set_figwidth(4.4 + 0.06 * named)
        figure.suptitle(table.title, fontsize=9)
        return save(figure, folder / "study.png")


def _longest_axis(table: StudyTable) -> str | None:
    """The axis with most different values, numbers before texts; None without axes."""
    axes = sorted(table.axes, key=lambda a: (table.numbers(a) is not None, len({row[a] for row in table.rows})))
    return axes[-1] if axes else None


def _draw(axes: Axes, table: StudyTable, x: str, y: str) -> None:
    """All curves of one panel."""
    others = [name for name in table.axes if name != x] if x in table.axes else []
    curves: dict[tuple[str, ...], list[int]] = {}
    for index, row in enumerate(table.rows):
        curves.setdefault(tuple(row[name] for name in others), []).append(index)
    abscissae = table.numbers(x)
    x_unit, (across,) = scaled(table.units.get(x, ""), np.zeros(0) if abscissae is None else abscissae)
    values = table.numbers(y)
    if values is None:
        raise ResultError(f"study.csv: the column {y} holds texts, which cannot be drawn")
    y_unit, (up,) = scaled(table.units.get(y, ""), values)
    for number, (places, indices) in enumerate(curves.items()):
        marker, colour = _MARKERS[number // len(LINES) % len(_MARKERS)], LINES[number % len(LINES)]
        name = ", ".join(_place(table, *pair) for pair in zip(others, places, strict=True))
        if abscissae is None:
            axes.plot([table.rows[i][x] for i in indices], up[indices], marker, color=colour, label=name)
        else:
            order = [indices[i] for i in np.argsort(abscissae[indices], kind="stable")]
            axes.plot(across[order], up[order], f"{marker}-", color=colour, markersize=3.0, label=name)
    if abscissae is not None:
        axes.locator_params("x", nbins=6)
    elif x == "member":
        axes.tick_params("x", rotation=30.0)
    axes.set_xlabel(label("" if x == "member" else table.labels.get(x, symbol(x)), x_unit))
    axes.set_ylabel(label(symbol(y), y_unit))


def _place(table: StudyTable, axis: str, place: str) -> str:
    """Legend entry of a place on an axis: the name of a choice, or "label = number unit"."""
    if table.numbers(axis) is None:
        return place
    unit, (number,) = scaled(table.units.get(axis, ""), np.array([float(place)]))
    return f"{table.labels[axis]} = {number[0]:g} {unit}".rstrip()


def _name_curves(axes: Axes) -> int:
    """A legend beside the panel if there are several curves, but not too many; the length of its longest name."""
    handles, labels = axes.get_legend_handles_labels()
    if not 1 < len(labels) <= _MOST_NAMED:
        return 0
    axes.legend(handles, labels, loc="center left", bbox_to_anchor=(1.0, 0.5))
    return max(map(len, labels))
