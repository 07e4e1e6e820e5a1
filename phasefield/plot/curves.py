"""Curves of observables.csv: energies and mean polarization over time, the hysteresis loop, responses."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes

from phasefield.errors import ResultError
from phasefield.plot.results import Array, Results
from phasefield.plot.style import (
    AXIS_NAMES,
    COMPONENT_COLOURS,
    LINES,
    label,
    mark_panel,
    new_figure,
    save,
    scaled,
    style,
)

#: From this ratio of the last time to the first step on, the time axis is logarithmic.
_LOG_FROM = 300.0


def observables_figure(results: Results, path: Path) -> Path:
    """Energies by term and mean polarization against time, to `path`."""
    columns = results.observables()
    with style():
        figure = new_figure(5.4, 4.6)
        energies, means = figure.subplots(2, 1, sharex=True)
        time = _time_axis(means, columns["time"])
        _draw_energies(energies, time, columns, results)
        _draw_means(means, time, columns, results)
        for letter, axes in zip("ab", (energies, means), strict=True):
            mark_panel(axes, letter)
        figure.suptitle(results.title, fontsize=9)
        return save(figure, path)


def loop_figure(results: Results, path: Path) -> Path:
    """The response of a ramp against its load, to `path`.

    Axes are the columns that run.json names under `loop` ({x, y}); otherwise the component of the
    mean polarization that varies most against the mean field along it, or else the first varying
    load.
    """
    columns = results.observables()
    x, y = loop_columns(columns, results.record.get("loop", {}))
    with style():
        figure = new_figure(3.6, 3.1)
        axes = figure.subplots()
        x_unit, (load,) = scaled(results.unit(x), columns[x])
        y_unit, (response,) = scaled(results.unit(y), columns[y])
        axes.axhline(0.0, color="0.6", linewidth=0.5)
        axes.axvline(0.0, color="0.6", linewidth=0.5)
        axes.plot(load, response, "o-", color=LINES[0], markersize=2.5)
        axes.set_xlabel(label(symbol(x), x_unit))
        axes.set_ylabel(label(symbol(y), y_unit))
        figure.suptitle(results.title, fontsize=9)
        return save(figure, path)


def loop_columns(columns: dict[str, Array], named: dict[str, str]) -> tuple[str, str]:
    """Names of the load and of the response of a loop. Raises ResultError if there is no load."""
    responses = [name for name in columns if name.startswith("mean_P_")]
    y = named.get("y") or max(responses, key=lambda name: np.ptp(columns[name]), default="")
    candidates = [f"mean_E_{y[-1:]}", *(n for n in columns if n.startswith(("load_", "potential_")))]
    varying = (n for n in candidates if n in columns and np.ptp(columns[n]) > 0.0)
    x = named.get("x") or next(varying, "")
    missing = [name for name in (x, y) if name not in columns]
    if missing:
        raise ResultError(
            "observables.csv holds no load that varies and no mean polarization to draw a loop of"
            if "" in missing
            else f"observables.csv has no column {', '.join(missing)} for the loop"
        )
    return x, y


def response_figure(results: Results, path: Path) -> Path | None:
    """Permittivities and pyroelectric coefficients along the axes against the load of a ramp, to `path`.

    None if the run measured neither.
    """
    columns = results.observables()
    kinds = {"permittivity": ("xx", "yy", "zz"), "pyroelectric": tuple(AXIS_NAMES)}
    shown = {kind: suffixes for kind, suffixes in kinds.items() if f"{kind}_{suffixes[0]}" in columns}
    if not shown:
        return None
    x, _ = loop_columns(columns, results.record.get("loop", {}))
    with style():
        figure = new_figure(4.4, 2.3 * len(shown) + 0.3)
        panels = figure.subplots(len(shown), 1, sharex=True, squeeze=False).ravel()
        x_unit, (load,) = scaled(results.unit(x), columns[x])
        for axes, (kind, suffixes) in zip(panels, shown.items(), strict=True):
            for i, suffix in enumerate(suffixes):
                name = f"{kind}_{suffix}"
                axes.plot(load, columns[name], "o-", color=COMPONENT_COLOURS[i], markersize=2.5, label=suffix)
            axes.set_ylabel(label(kind, results.unit(f"{kind}_{suffixes[0]}")))
            _legend_beside(axes)
        panels[-1].set_xlabel(label(symbol(x), x_unit))
        figure.suptitle(results.title, fontsize=9)
        return save(figure, path)


def symbol(column: str) -> str:
    """Printed symbol of a column, e.g. mean_P_z -> ⟨P_z⟩."""
    kind, _, rest = column.partition("_")
    field, _, component = rest.partition("_")
    inner = f"{field}_{{{component}}}" if component else field
    if kind == "mean":
        return rf"$\langle {inner} \rangle$"
    return column.replace("_", " ")


def _draw_energies(axes: Axes, time: Array, columns: dict[str, Array], results: Results) -> None:
    names = [n for n in columns if n.startswith("energy_") and np.any(columns[n] != 0.0)]
    unit, values = scaled(results.unit("energy_total") or "J", *(columns[n] for n in names))
    terms = iter(LINES)
    for name, energy in zip(names, values, strict=True):
        total = name == "energy_total"
        colour, width = ("black", 1.9) if total else (next(terms), 1.1)
        axes.plot(time, energy, color=colour, linewidth=width, label=name.removeprefix("energy_"))
    axes.set_ylabel(label("energy", unit))
    if names:
        _legend_beside(axes)


def _draw_means(axes: Axes, time: Array, columns: dict[str, Array], results: Results) -> None:
    for i, name in enumerate(AXIS_NAMES):
        column = f"mean_P_{name}"
        if column in columns:
            axes.plot(time, columns[column], color=COMPONENT_COLOURS[i], label=symbol(column))
    axes.axhline(0.0, color="0.6", linewidth=0.5, zorder=0)
    axes.set_ylabel(label(r"$\langle P \rangle$", results.unit("mean_P_x") or "C/m^2"))
    _legend_beside(axes)


def _legend_beside(axes: Axes) -> None:
    """The legend to the right of the axes, where it hides no curve."""
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))


def _time_axis(axes: Axes, time: Array) -> Array:
    """Prepare the time axis and return the times in its unit.

    Logarithmic, in s, where adaptive steps span decades: t = 0 then lies outside the frame.
    """
    later = time[time > 0.0]
    if later.size > 1 and later[-1] > _LOG_FROM * later[0]:
        axes.set_xscale("log")
        axes.set_xlim(later[0], later[-1])
        unit, shown = "s", time
    else:
        unit, (shown,) = scaled("s", time)
        axes.margins(x=0)
    axes.set_xlabel(label("$t$", unit))
    return shown
