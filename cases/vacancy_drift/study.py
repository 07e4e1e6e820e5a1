"""Vacancies under a tip: how large each channel is, what each does, time, a scan; all of it on two meshes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import TriMesh
from matplotlib.colors import LogNorm, Normalize
from matplotlib.tri import LinearTriInterpolator, Triangulation

from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module

film = load_module(Path(__file__).with_name("film.py"))
motion = load_module(Path(__file__).with_name("motion.py"))

PLACES = ("below", "around", "rim")
#: Choices of the axis `channel`.
CHANNELS = {
    "full": "all",
    "no_flexo": "without flexoelectricity",
    "no_vegard": "without Vegard strain",
    "no_electrostriction": "without electrostriction",
    "reversed": "all, f reversed",
    "no_vegard_reversed": "without Vegard strain, f reversed",
    "bias_plus": "tip at +0.1 V, no force",
    "bias_minus": "tip at −0.1 V, no force",
    "grounded": "all, tip grounded",
    "more_vacancies": "all, ten times as many vacancies",
    "half_force": "all, 2 µN",
    "both_ways": 'form "gradient of P", both ways',
}
#: Channels that are drawn.
SHOWN = {"full": "all", "no_flexo": "Vegard", "no_vegard": "flexo", "no_vegard_reversed": "flexo, $-f$"}
#: Relative concentrations below this one are holes, of which the logarithm alone converges; energies (kT) below this
#: one are none.
HOLE, NOTHING = 0.02, 0.005


def member(results: StudyResults, channel: str, cells: str = "fine") -> MemberResults | None:
    """The run of a channel on these cells, on the usual ones if the study has no others."""
    found = results.select(channel=channel, cells=cells) or results.select(channel=channel)
    return found[0] if found else None


def numbers(run: MemberResults) -> list[float]:
    """What the table shows of a run: electric and chemical energy at the start, relative concentrations at the end."""
    start, end = film.Film.at_start(run), film.Film(run)
    return [start.electric, start.chemical, *(getattr(end, place) for place in PLACES)]


def channels(results: StudyResults) -> str:
    """Table of all channels in equilibrium: energies of a vacancy before any has moved, and where they go."""
    lines = [
        "energies in kT, means below the contact before vacancies move; c/c0 in equilibrium; fine cells, the largest"
        " change from the usual ones",
        f"{'':36}{'electric':>10}{'chemical':>10}{'below':>9}{'around':>9}{'rim':>9}{'change':>10}",
    ]
    for name, text in CHANNELS.items():
        if run := member(results, name):
            values, usual = numbers(run), numbers(member(results, name, "usual") or run)
            shown = [f"{round(v, 2) + 0.0:10.2f}" for v in values[:2]]
            shown += [f"{v:9.3f}" if v > HOLE else f"{f'<{HOLE}':>9}" for v in values[2:]]
            lines.append(f"{text:36}{''.join(shown)}{largest_change(values, usual):9.1f} %")
    return "\n".join(lines)


def largest_change(values: list[float], others: list[float]) -> float:
    """Largest relative difference (per cent) of energies that are not zero and concentrations outside holes."""
    known = [
        (v, o) for i, (v, o) in enumerate(zip(values, others, strict=True)) if abs(v) > (HOLE if i > 1 else NOTHING)
    ]
    return max(100.0 * abs(o / v - 1.0) for v, o in known)


def published(results: StudyResults) -> list[Comparison]:
    """Signs beside the published ones, and the reversal with f."""
    rows = []
    for name, text in {
        "full": "all",
        "no_flexo": "Vegard strain alone",
        "no_vegard": "flexoelectricity alone",
        "no_vegard_reversed": "flexoelectricity alone, −f",
    }.items():
        state = film.Film(member(results, name))
        rows += [Comparison(f"c/c0 {place}, {text}", getattr(state, place)) for place in PLACES]
    fields = [film.Film.at_start(member(results, name)).electric for name in ("no_vegard", "no_vegard_reversed")]
    rows.append(Comparison("energy in the flexoelectric potential, f reversed (kT)", fields[1], -fields[0], "odd in f"))
    return rows


def others(results: StudyResults) -> list[Comparison]:
    """A larger body, and electrostriction alone, beside what they should give."""
    rows = []
    if "large" in results:
        usual, large = film.Film(member(results, "full", "usual")), film.Film(results["large"])
        rows = [Comparison(f"c/c0 {p}, twice the body", getattr(large, p), getattr(usual, p), "usual") for p in PLACES]
    if "only_electrostriction" in results:
        alone = film.Film(results["only_electrostriction"])
        rows += [Comparison(f"c/c0 {p}, electrostriction alone", getattr(alone, p), 1.0, "as before") for p in PLACES]
    return rows


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the tables, draw vacancies.png, time.png and scan.png, and return the numbers."""
    full = member(results, "full")
    assert full is not None
    print(
        "time scales: " + ", ".join(f"{name} = {x:.3g} s" for name, x in motion.time_scales(full.case).items()) + "\n"
    )
    print(channels(results) + "\n")
    rows = published(results)
    print(comparison_table(rows, "expected", digits=3) + "\n")
    if checks := others(results):
        print(comparison_table(checks, "expected", digits=4) + "\n")
    if in_time := motion.in_time(results):
        print(comparison_table(in_time, "other cells", digits=4))
    draw(results)
    return [*rows, *checks, *in_time]


# --- figures ----------------------------------------------------------------------------------------------


def draw(results: StudyResults) -> None:
    """All figures for which there are members."""
    with style():
        draw_equilibrium(results)
        if "in_time" in results:
            draw_time(results)
        if "scanned" in results:
            draw_scan(results)


def draw_equilibrium(results: StudyResults) -> None:
    """Maps of four channels, of the flexoelectric potential, and profiles below the surface."""
    figure = new_figure(7.4, 3.6)
    panels = figure.subplots(2, 3)
    for axes, (name, text), letter in zip(panels[:, :2].ravel(), SHOWN.items(), "abcd", strict=True):
        state = film.Film(member(results, name))
        drawn = draw_map(axes, state, state.relative, (-30.0, 30.0), 30.0)
        axes.set_title(f"({letter}) {text}", loc="left")
    figure.colorbar(drawn, ax=panels[:, :2], label="$c/c_0$", shrink=0.7)
    draw_potential(panels[0, 2], film.Film.at_start(member(results, "no_vegard")))
    panels[0, 2].set_title("(e) $z e\\varphi/kT$ of $f$", loc="left")
    draw_profiles(panels[1, 2], results)
    panels[1, 2].set_title("(f) 6 nm deep", loc="left")
    print(save(figure, results.folder / "vacancies.png"))


def draw_map(axes: Axes, state, values: np.ndarray, across: tuple[float, float], down: float) -> TriMesh:  # type: ignore[no-untyped-def]
    """c/c0 in the film, on both sides of the axis of a body of revolution; what a scale of colours needs."""
    shown = np.clip(values, 1e-3, None)
    return draw_field(axes, state, shown, across, down, cmap="RdBu_r", norm=LogNorm(1.0 / 30.0, 30.0))


def draw_field(axes: Axes, state, values: np.ndarray, across: tuple[float, float], down: float, **colours) -> TriMesh:  # type: ignore[no-untyped-def]
    """A field of the film, between places along x and down to a depth (nm)."""
    mesh = state.mesh
    for side in (1.0, -1.0) if state.case.mesh.axisymmetric else (1.0,):
        mirrored = Triangulation(side * mesh.x, mesh.y - state.thickness, mesh.triangles)
        drawn = axes.tripcolor(mirrored, values, shading="gouraud", rasterized=True, **colours)
    axes.set(xlim=across, ylim=(-down, 0.5))
    axes.set_xlabel(label("$x$", "nm"))
    axes.set_ylabel(label("$z$", "nm"))
    axes.set_aspect("equal")
    return drawn


def draw_potential(axes: Axes, state) -> None:  # type: ignore[no-untyped-def]
    """z e φ/kT."""
    largest = float(np.abs(state.potential).max())
    norm = Normalize(-largest, largest)
    drawn = draw_field(axes, state, state.potential, (-30.0, 30.0), 30.0, cmap="PuOr", norm=norm)
    axes.figure.colorbar(drawn, ax=axes, shrink=0.7)


def draw_profiles(axes: Axes, results: StudyResults) -> None:
    """c/c0 along the radius at half a contact radius below the surface."""
    r = np.linspace(0.05, 60.0, 300)
    for colour, (name, text) in zip(LINES, SHOWN.items(), strict=False):
        state = film.Film(member(results, name))
        depth = np.full_like(r, state.thickness - 0.5 * film.CONTACT)
        axes.semilogy(r, LinearTriInterpolator(state.mesh, state.relative)(r, depth), color=colour, label=text)
    axes.axvline(film.CONTACT, color="0.7", linewidth=0.7)
    axes.set_xlabel(label("$r$", "nm"))
    axes.set_ylabel("$c/c_0$")
    axes.legend(loc="lower right", fontsize=6)


def draw_time(results: StudyResults) -> None:
    """Below the contact and around it while the tip presses and after."""
    run = results["in_time"]
    times, below, around = motion.history(run)
    figure = new_figure(3.6, 2.6)
    axes = figure.subplots()
    axes.plot(times, below, color=LINES[0], label="below the contact")
    axes.plot(times, around, color=LINES[1], label="around it")
    axes.axvspan(run.case.loads["press"].times[1], run.case.loads["press"].times[2], color="0.93")
    axes.set_xlim(-1.0, 60.0)
    axes.set_xlabel(label("$t$", "s"))
    axes.set_ylabel("$c/c_0$")
    axes.legend()
    print(save(figure, results.folder / "time.png"))


def draw_scan(results: StudyResults) -> None:
    """Maps of the section at three times."""
    run = results["scanned"]
    figure = new_figure(7.4, 1.7)
    panels = figure.subplots(1, 3, sharey=True)
    for axes, (time, (text, _)), letter in zip(panels, motion.SCANNED.items(), "abc", strict=True):
        state = film.Film(run, run.snapshot_at(time))
        drawn = draw_map(axes, state, state.relative, (-60.0, 60.0), 50.0)
        axes.set_title(f"({letter}) {text}", loc="left")
    for axes in panels[1:]:
        axes.set_ylabel("")
    figure.colorbar(drawn, ax=panels, label="$c/c_0$")
    print(save(figure, results.folder / "scan.png"))
