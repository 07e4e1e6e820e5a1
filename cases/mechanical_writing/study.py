"""Mechanical writing: threshold forces, hysteresis, retention, what they depend on, and a line that a tip draws."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import Triangulation

from phasefield.case.schema import TipMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.loads import contact
from phasefield.plot.results import Snapshot
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.study import StudyResults
from phasefield.study.results import MemberResults

#: Part of the column that must be reversed (the definition of npj-type membrane studies: 90 % of the volume).
SWITCHED = 0.9
#: Published: G. Lu et al., Science 336, 59 (2012), as recalled in reviews; to be checked against the paper.
ONSET, COMPLETE = 750.0, 1100.0
LU = "Lu 2012 (recalled)"
MESHES = ("coarse", "flexo", "fine")
#: P_z (C/m²) below which the film counts as reversed.
DOWN = 0.02


def present(results: StudyResults) -> set[str]:
    """Names of the members; a short form of the study may lack some."""
    return {member.name for member in results}


def loading(member: MemberResults) -> tuple[np.ndarray, np.ndarray, int]:
    """Forces (nN) and reversed parts of all load points, and the number of the point of largest force.

    The first row, the initial state before it has relaxed, is left out.
    """
    force = 1e9 * member.observables["tip_force"][1:]
    return force, member.observables["tip_reversed"][1:], int(np.argmax(force))


def threshold(member: MemberResults, part: float = SWITCHED) -> float:
    """Force (nN) at which `part` of the column is first reversed on loading, between two points; nan if never."""
    force, reversed_part, peak = loading(member)
    above = np.flatnonzero(reversed_part[: peak + 1] >= part)
    if not len(above):
        return math.nan
    i = int(above[0])
    if i == 0:
        return float(force[0])
    return float(np.interp(part, reversed_part[i - 1 : i + 1], force[i - 1 : i + 1]))


def release(member: MemberResults) -> float:
    """Force (nN) below which less than `SWITCHED` is left on unloading; nan if it never was or always is."""
    force, reversed_part, peak = loading(member)
    below = np.flatnonzero(reversed_part[peak:] < SWITCHED)
    if not len(below) or below[0] == 0:
        return math.nan
    i = peak + int(below[0])
    return float(np.interp(SWITCHED, reversed_part[[i, i - 1]], force[[i, i - 1]]))


def pressure(member: MemberResults, force: float) -> float:
    """Peak pressure (GPa) of Hertz at a force (nN)."""
    tip = member.case.mechanics.tip
    assert tip is not None and tip.kind == "sphere"
    a = tip.contact_radius or contact.sphere_contact_radius(1e-9 * force, tip.radius or 0.0, tip.modulus or math.inf)
    return 1e-9 * contact.sphere_peak_pressure(1e-9 * force, a)


def sensitivity(results: StudyResults) -> str:
    """Table of all members that press at one place on a film polarized up: thresholds, retention, strains."""
    head = f"{'':16}{'10 %':>8}{'90 %':>8}{'release':>9}{'p0 (GPa)':>10}{'left':>7}{'strain':>8}{'gradient (1/m)':>16}"
    lines = [
        "forces in nN; 'left' is the reversed part after removal; largest strain and gradient at the 90 % force",
        head,
    ]
    for member in results:
        if member.name in ("line", "dragged", "from_below"):
            continue
        numbers = (threshold(member, 0.1), threshold(member), release(member))
        at = _row_at(member, numbers[1])
        lines.append(
            f"{member.name:16}"
            + "".join(f"{_shown(n, '.0f'):>{w}}" for n, w in zip(numbers, (8, 8, 9), strict=True))
            + f"{_shown(pressure(member, numbers[1]) if numbers[1] > 0 else math.nan, '.1f'):>10}"
            + f"{member.final['tip_reversed']:>7.2f}{at['strain_peak']:>8.3f}{at['strain_gradient_peak']:>16.2e}"
        )
    return "\n".join(lines)


def _shown(number: float, form: str) -> str:
    return "never" if math.isnan(number) else f"{number:{form}}"


def _row_at(member: MemberResults, force: float) -> dict[str, float]:
    """Observables at the load point nearest to a force (nN) on loading, at the largest force for nan."""
    forces, _, peak = loading(member)
    i = peak if math.isnan(force) else int(np.argmin(np.abs(forces[: peak + 1] - force)))
    return {name: float(column[i + 1]) for name, column in member.observables.items()}


def reversed_range(member: MemberResults, point: int) -> tuple[float, float]:
    """Lowest and highest x (nm) at which the film is reversed at its mid-height, at a load point; nan if nowhere."""
    snapshot = member.snapshot(point)
    assert isinstance(member.case.mesh, TipMesh)
    x, z = snapshot.points[:, 0], snapshot.points[:, 2]
    near = np.abs(z - 0.5e9 * member.case.mesh.thickness) < 1e9 * member.case.mesh.spacing
    down = x[near & (snapshot.point_data["P"][:, 2] < -DOWN)]
    return (float(down.min()), float(down.max())) if len(down) else (math.nan, math.nan)


def line(results: StudyResults) -> list[Comparison]:
    """What a cylinder leaves that came and went: the section across a line."""
    member = results["line"]
    pressed, left = (reversed_range(member, point) for point in (loading(member)[2], -1))
    width = pressed[1] - pressed[0]
    return [
        Comparison("line: width under full force (nm)", width),
        Comparison("line: width after removal (nm)", left[1] - left[0], width, "under full force"),
    ]


def dragged(results: StudyResults) -> list[Comparison]:
    """Where the domain is that a cylinder was dragged along with."""
    if "dragged" not in present(results):
        return []
    member = results["dragged"]
    force = member.observables["tip_force"][1:]
    last = int(np.flatnonzero(force >= 0.99 * force.max())[-1])
    below, left = (reversed_range(member, point) for point in (last, -1))
    place = 1e9 * member.observables["tip_x"][1:][last]
    return [
        Comparison("dragged: middle of the domain at the end (nm)", 0.5 * sum(below), place, "place of the tip"),
        Comparison("dragged: width after removal (nm)", left[1] - left[0], below[1] - below[0], "under full force"),
    ]


def polarized_down(results: StudyResults) -> list[Comparison]:
    """Pressing on the reversed film leaves it as it is."""
    if "from_below" not in present(results):
        return []
    least = float(results["from_below"].observables["tip_reversed"].min())
    return [Comparison("polarized down before: least part that stays so", least, 1.0, "one way only")]


def refinement(results: StudyResults) -> list[Comparison]:
    """The 10 % and 90 % forces on several meshes, beside those of the finest."""
    names = [name for name in MESHES if name in present(results)]
    rows = []
    for part in (0.1, SWITCHED):
        finest = threshold(results[names[-1]], part)
        for name in names:
            mesh = results[name].case.mesh
            assert isinstance(mesh, TipMesh)
            cells = f"{1e9 * mesh.spacing:.2g} nm, film {1e9 * (mesh.film_spacing or 0.0):.2g} nm"
            text = f"{100.0 * part:.0f} % force (nN), cells {cells}"
            rows.append(Comparison(text, threshold(results[name], part), finest))
    return rows


def published(results: StudyResults) -> list[Comparison]:
    """Numbers of the film of Lu et al. beside what reviews quote."""
    flexo = results["flexo"]
    at = _row_at(flexo, threshold(flexo))
    return [
        Comparison("onset, 10 % reversed (nN)", threshold(flexo, 0.1), ONSET, LU),
        Comparison("90 % reversed (nN)", threshold(flexo), COMPLETE, LU),
        Comparison("largest strain gradient there (1/m)", at["strain_gradient_peak"], 1e8, "order, review of 2026"),
        Comparison("peak pressure there (GPa)", pressure(flexo, threshold(flexo))),
    ]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the tables, draw writing.png, and return the numbers beside the published ones."""
    rows = published(results)
    print(comparison_table(rows, digits=3))
    print(f"\n{sensitivity(results)}\n")
    print(comparison_table(refinement(results), "finest mesh", digits=3))
    widths = [*line(results), *dragged(results), *polarized_down(results)]
    print(comparison_table(widths, "expected", digits=3))
    _draw(results)
    return rows + widths


# --- figure -----------------------------------------------------------------------------------------------


def _draw(results: StudyResults) -> None:
    with style():
        figure = new_figure(7.2, 5.4)
        (loops, films), (pressed, drawn) = figure.subplots(2, 2)
        _draw_loops(loops, results, {"flexo": "$f > 0$", "without": "$f = 0$", "opposite": "$f < 0$"})
        _draw_loops(
            films,
            results,
            {"thin": "2.4 nm", "flexo": "4.8 nm", "thick": "9.6 nm", "sharp": "$R$ = 15 nm", "blunt": "$R$ = 60 nm"},
        )
        flexo = results["flexo"]
        _draw_map(pressed, flexo.snapshot(loading(flexo)[2]), 14.0)
        _draw_map(drawn, results["line"].snapshot(), 14.0)
        for axes, letter in zip((loops, films, pressed, drawn), "abcd", strict=True):
            mark_panel(axes, letter)
        print(save(figure, results.folder / "writing.png"))


def _draw_loops(axes: Axes, results: StudyResults, names: dict[str, str]) -> None:
    """Mean P_z below the tip over force, up (lines) and down (dashes)."""
    shown = {name: text for name, text in names.items() if name in present(results)}
    for (name, text), colour in zip(shown.items(), LINES, strict=False):
        force, _, peak = loading(results[name])
        P = results[name].observables["tip_P_z"][1:]
        axes.plot(force[: peak + 1], P[: peak + 1], "-", color=colour, label=text)
        axes.plot(force[peak:], P[peak:], "--", color=colour)
    axes.set_xlabel(label("force", "nN"))
    axes.set_ylabel(label("$P_z$ below the tip", "C/m^2"))
    axes.legend()


def _draw_map(axes: Axes, snapshot: Snapshot, reach: float) -> None:
    """P_z in the plane of x and z."""
    x, z = snapshot.points[:, 0], snapshot.points[:, 2]
    film = (z[snapshot.cells] > -1e-6).all(axis=1)
    P = snapshot.point_data["P"][:, 2]
    drawn = axes.tripcolor(
        Triangulation(x, z, snapshot.cells[film]), P, cmap="RdBu", shading="gouraud", vmin=-0.4, vmax=0.4
    )
    axes.set_xlim(max(-reach, float(x.min())), reach)
    axes.set_ylim(-0.2, float(z.max()) + 0.2)
    axes.set_xlabel(label("$x$", "nm"))
    axes.set_ylabel(label("$z$", "nm"))
    figure = axes.get_figure()
    assert figure is not None
    figure.colorbar(drawn, ax=axes, label=label("$P_z$", "C/m^2"))
