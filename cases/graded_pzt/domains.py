"""Ferroelastic domains of graded PZT films, what a field does to them, permittivity and pyroelectric effect."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.maps import draw_domains
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module

published = load_module(Path(__file__).with_name("published.py"))
FILMS = {
    "single": "one composition",
    "up_graded": "up-graded",
    "up_graded_small_lattice": "up-graded, lattice −0.02 Å",
    "up_graded_relaxed": "up-graded, partly relaxed",
    "down_graded": "down-graded",
}
#: Columns of domains with P in the plane of the film.
IN_PLANE = ("fraction_+x", "fraction_-x", "fraction_+y", "fraction_-y")
#: Times (s) of the load points: without field at first, 20 MV/m against P, without again, along P, without again.
STATES = {"at first": 0.0, "+20 MV/m": 1.0, "then": 2.0, "−20 MV/m": 3.0, "at last": 4.0}


def at(member: MemberResults, time: float) -> dict[str, float]:
    """The row of observables at a time of the field."""
    row = int(np.abs(member.observables["time"][1:] - time).argmin())  # the first is not in equilibrium yet
    return {name: float(column[1 + row]) for name, column in member.observables.items()}


def in_plane(row: dict[str, float]) -> float:
    """Volume fraction of domains with P in the plane of the film."""
    return sum(row[name] for name in IN_PLANE)


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw domains.png."""
    rows = []
    for name, text in FILMS.items():
        states = {state: at(results[name], time) for state, time in STATES.items()}
        history = ", ".join(f"{state} {100.0 * in_plane(row):.1f}" for state, row in states.items())
        rows.append(Comparison(f"in-plane domains, {text} (%)", 100.0 * in_plane(states["at first"]), None, history))
        first = states["at first"]
        rows.append(Comparison(f"permittivity, {text}", first["permittivity_zz"]))
        measured = published.PYRO.get(name)
        pyro = 1e6 * abs(first["pyroelectric_z"])
        expected = None if measured is None else 1e6 * measured
        rows.append(Comparison(f"pyroelectric coefficient, {text} (µC/m²K)", pyro, expected))
    up, single = (at(results[name], STATES["at first"])["permittivity_zz"] for name in ("up_graded", "single"))
    rows.append(Comparison("permittivity, up-graded/single", up / single, published.RATIO, "at most"))
    rows.append(Comparison("in-plane domains, up-graded in 3D (%)", 100.0 * in_plane(results["up_graded_3d"].final)))
    print(comparison_table(rows, "published", digits=3))
    print(f"\n{comparison_table(refinement(results), 'finer cells', digits=3)}")
    _draw(results)
    return rows


def refinement(results: StudyResults) -> list[Comparison]:
    """In-plane domains (%) in the field beside those on finer cells."""
    rows = []
    for name in results.present({name: text for name, text in FILMS.items() if f"{name}_finer" in results}):
        for state, time in STATES.items():
            here, finer = (100.0 * in_plane(at(results[member], time)) for member in (name, f"{name}_finer"))
            rows.append(Comparison(f"in-plane domains, {FILMS[name]}, {state} (%)", here, finer))
    return rows


def _draw(results: StudyResults) -> None:
    """The relaxed films in the field; in-plane domains and permittivity against it."""
    fields = {4: "+20 MV/m", 8: "0 MV/m", 12: "−20 MV/m"}
    pictures = [
        (results[name], index, f"{film}\n{field}")
        for name, film in (("up_graded_relaxed", "up-graded, relaxed"), ("down_graded", "down-graded"))
        for index, field in fields.items()
    ]
    with style():
        figure = new_figure(7.2, 5.6)
        upper, lower = figure.subfigures(2, 1, height_ratios=[1.5, 1.0])
        panels = upper.subplots(1, len(pictures), sharey=True)
        panels[0].set_ylabel(label("$z$", "nm"))
        for axes, (member, index, text) in zip(panels, pictures, strict=True):
            draw_domains(axes, member.snapshot(index))
            axes.set_title(text, fontsize=8)
            axes.set_xlabel(label("$x$", "nm"))
        left, right = lower.subplots(1, 2)
        for (name, text), colour in zip(FILMS.items(), LINES, strict=False):
            columns = results[name].observables
            field = columns["load_field"][1:] / 1e6
            left.plot(field, 100.0 * sum(columns[c][1:] for c in IN_PLANE), "o-", color=colour, markersize=2.5)
            right.plot(field, columns["permittivity_zz"][1:], "o-", color=colour, markersize=2.5, label=text)
        left.set_ylabel(label("in-plane domains", "%"))
        right.set_ylabel(r"$\varepsilon_{zz}$")
        right.legend()
        for axes in (left, right):
            axes.set_xlabel(label("$E$", "MV/m"))
        print(save(figure, results.folder / "domains.png"))
