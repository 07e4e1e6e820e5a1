"""Where vacancies go with P and bias, how fast they follow, and the barriers at both metals in equilibrium."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from phasefield.case.defects import diffusivity
from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.results import Snapshot
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Names of the members of the figure.
SHOWN = {"up": "P up", "down": "P down", "up_plus": "P up, +0.5 V", "up_minus": "P up, −0.5 V"}
ELECTRODES = ("bottom", "top")

#: Beginning and end of the pulse (s).
PULSE, OVER = 1000.0, 1004.0


def across(snapshot: Snapshot, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Heights (nm) and values of a field."""
    order = np.argsort(snapshot.points[:, 2])
    return snapshot.points[order, 2], np.asarray(snapshot.point_data[name]).ravel()[order]


def middle(snapshot: Snapshot) -> float:
    """Mean height of the vacancies (nm)."""
    z, c = across(snapshot, "c_V_O")
    return float(np.trapezoid(c * z, z) / np.trapezoid(c, z))


def journey(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and mean heights of the vacancies (nm) in a run in time."""
    times, heights = zip(*((snapshot.time, middle(snapshot)) for snapshot in member.snapshots()), strict=True)
    return np.array(times), np.array(heights)


def half_way(times: np.ndarray, heights: np.ndarray, end: float) -> float:
    """Time (s) at which half of the way to the height `end` (nm) lies behind the vacancies."""
    return float(np.interp(-0.5 * (heights[0] + end), -heights, times))


def barriers(member: MemberResults) -> np.ndarray:
    """Barriers for electrons at the bottom and at the top (eV) at the end."""
    return np.array([member.final[f"barrier_{electrode}"] for electrode in ELECTRODES])


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw vacancies.png."""
    rows = [*_places(results), *_levels(results), *_times(results), *_convergence(results)]
    print(comparison_table(rows, "reference", digits=4))
    _draw(results)
    return rows


def _places(results: StudyResults) -> Iterator[Comparison]:
    for name, text in results.present(SHOWN).items():
        yield Comparison(f"mean height, {text} (nm)", middle(results[name].snapshot()))


def _levels(results: StudyResults) -> Iterator[Comparison]:
    """Barriers, and what P, vacancies and electrons change of them."""
    up, down, empty_up, empty_down, insulating, empty = (
        barriers(results[name]) for name in ("up", "down", "up_without", "down_without", "up_insulating", "up_empty")
    )
    changes = {
        "barrier, P up": up,
        "barrier, P down": down,
        "on reversal of P": down - up,
        "on reversal of P, no vacancies": empty_down - empty_up,
        "by vacancies, P up": up - empty_up,
        "by electrons, P up": up - insulating,
        "by electrons, P up, no vacancies": empty_up - empty,
    }
    for what, values in changes.items():
        for electrode, value in zip(ELECTRODES, values, strict=True):
            yield Comparison(f"{what}, {electrode} (eV)", float(value))
    for name, text in {"up": "P up", "up_without": "P up, no vacancies"}.items():
        yield Comparison(f"most electrons, {text} (1/cm³)", 1e-6 * results[name].final["max_c_electrons"])


def _times(results: StudyResults) -> Iterator[Comparison]:
    """How fast vacancies follow, and what is left of a state after hours."""
    switched = results["switched"]
    times, heights = journey(switched)
    before = times <= PULSE
    found = heights[before][-1]
    up, down = (middle(results[name].snapshot()) for name in ("up", "down"))
    yield Comparison("mean height before the pulse (nm)", float(found), up, "equilibrium, P up")
    yield Comparison("mean height at the end (nm)", float(heights[-1]), down, "equilibrium, P down")
    t, barrier = switched.observables["time"], switched.observables["barrier_top"]
    for what, at in (("before the pulse", PULSE), ("10 s after it", OVER + 10.0), ("at the end", t[-1])):
        yield Comparison(f"barrier at the top {what} (eV)", float(np.interp(at, t, barrier)))
    yield Comparison("half of the way after (s)", half_way(times[before], heights[before], found))
    case = switched.case
    D = diffusivity(case.defects.species["V_O"], 300.0)
    yield Comparison("diffusion through the film, L²/D (s)", (20e-9) ** 2 / D)


def _convergence(results: StudyResults) -> Iterator[Comparison]:
    """Cells of twice and half the size, steps of five times and a fifth of the tolerance: beside the default."""
    default, way = results["up"], half_way(*journey(results["way"]), middle(results["up"].snapshot()))
    for kind in ("coarse", "fine"):
        if f"up_{kind}" in results:
            other = results[f"up_{kind}"]
            height, (bottom, top) = middle(other.snapshot()), barriers(other)
            yield Comparison(f"{kind}: mean height, P up (nm)", height, middle(default.snapshot()), "default")
            for electrode, value, usual in zip(ELECTRODES, (bottom, top), barriers(default), strict=True):
                yield Comparison(f"{kind}: barrier, P up, {electrode} (eV)", float(value), float(usual), "default")
        if f"way_{kind}" in results:
            found = half_way(*journey(results[f"way_{kind}"]), middle(default.snapshot()))
            yield Comparison(f"{kind}: half of the way after (s)", found, way, "default")


def _draw(results: StudyResults) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        for (name, text), colour in zip(results.present(SHOWN).items(), LINES, strict=False):
            z, c = across(results[name].snapshot(), "c_V_O")
            left.semilogy(z, c * 1e-6, color=colour, label=text)
            _, band = across(results[name].snapshot(), "conduction_band")
            right.plot(z, band, color=colour)
        left.set_ylim(1e12, 1e23)
        left.set_ylabel(label("$c$", "1/cm^3"))
        left.legend()
        right.axhline(0.0, color="0.6", linewidth=0.8)
        right.set_ylabel(label("$E_c - E_F$", "eV"))
        for axes in (left, right):
            axes.set_xlabel(label("$z$", "nm"))
        print(save(figure, results.folder / "vacancies.png"))
        figure = new_figure(3.4, 2.6)
        axes = figure.subplots()
        times, heights = journey(results["switched"])
        axes.semilogx(times[1:], heights[1:], color=LINES[0])
        axes.set_xlim(1e-4, times[-1])
        axes.set_xlabel(label("$t$", "s"))
        axes.set_ylabel(label("mean height", "nm"))
        print(save(figure, results.folder / "switching.png"))
