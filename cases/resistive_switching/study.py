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


def state(results: StudyResults, name: str, cells: str = "usual") -> MemberResults:
    """The run to an equilibrium."""
    (found,) = results.select(state=name, cells=cells)
    return found


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
    """Print the rows of the table (returned) and draw vacancies.png and switching.png."""
    finer = equilibria(results, "fine") if results.select(cells="fine") else {}
    rows = [Comparison(what, value, finer.get(what), "") for what, value in equilibria(results).items()]
    print(comparison_table(rows, "finer cells", digits=4) + "\n")
    times = [*_times(results), *_convergence(results)]
    print(comparison_table(times, "reference", digits=4))
    _draw(results)
    return [*rows, *times]


def equilibria(results: StudyResults, cells: str = "usual") -> dict[str, float]:
    """Where vacancies are, barriers, and what P, vacancies and electrons change of them."""
    found = {
        f"mean height, {text} (nm)": middle(state(results, name, cells).snapshot()) for name, text in SHOWN.items()
    }
    up, down, empty_up, empty_down, insulating, empty = (
        barriers(state(results, name, cells))
        for name in ("up", "down", "up_without", "down_without", "up_insulating", "up_empty")
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
        found |= {f"{what}, {e} (eV)": float(v) for e, v in zip(ELECTRODES, values, strict=True)}
    for name, text in {"up": "P up", "up_without": "P up, no vacancies"}.items():
        found[f"most electrons, {text} (1/cm³)"] = 1e-6 * state(results, name, cells).final["max_c_electrons"]
    return found


def _times(results: StudyResults) -> Iterator[Comparison]:
    """How fast vacancies follow, and what is left of a state after hours."""
    switched = results["switched"]
    times, heights = journey(switched)
    before = times <= PULSE
    found = heights[before][-1]
    up, down = (middle(state(results, name).snapshot()) for name in ("up", "down"))
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
    """Half of the way in smaller steps, on finer cells."""
    if "way_fine" in results:
        end = middle(state(results, "up").snapshot())
        usual, fine = (half_way(*journey(results[name]), end) for name in ("way", "way_fine"))
        yield Comparison("half of the way after, a fifth of the error (s)", fine, usual, "usual")


def _draw(results: StudyResults) -> None:
    with style():
        _draw_equilibria(results)
        _draw_journey(results)


def _draw_equilibria(results: StudyResults) -> None:
    """Profiles of vacancies, and of the band."""
    figure = new_figure(6.5, 2.6)
    left, right = figure.subplots(1, 2)
    for (name, text), colour in zip(SHOWN.items(), LINES, strict=False):
        snapshot = state(results, name).snapshot()
        z, c = across(snapshot, "c_V_O")
        left.semilogy(z, c * 1e-6, color=colour, label=text)
        _, band = across(snapshot, "conduction_band")
        right.plot(z, band, color=colour)
    left.set_ylim(1e12, 1e23)
    left.set_ylabel(label("$c$", "1/cm^3"))
    left.legend()
    right.axhline(0.0, color="0.6", linewidth=0.8)
    right.set_ylabel(label("$E_c - E_F$", "eV"))
    for axes in (left, right):
        axes.set_xlabel(label("$z$", "nm"))
    print(save(figure, results.folder / "vacancies.png"))


def _draw_journey(results: StudyResults) -> None:
    """Mean height of the vacancies before the pulse, and from its beginning."""
    times, heights = journey(results["switched"])
    figure = new_figure(5.2, 2.4)
    panels = figure.subplots(1, 2, sharey=True)
    for axes, start, shown, text in (
        (panels[0], 0.0, times <= PULSE, "$t$"),
        (panels[1], PULSE, times > PULSE, "$t$ from the pulse on"),
    ):
        axes.semilogx(times[shown] - start, heights[shown], color=LINES[0])
        axes.set_xlabel(label(text, "s"))
    panels[0].set_xlim(1e-4, PULSE)
    panels[0].set_ylabel(label("mean height", "nm"))
    panels[1].set_xlim(0.1, times[-1] - PULSE)
    panels[1].axvspan(0.1, OVER - PULSE, color="0.93")
    print(save(figure, results.folder / "switching.png"))
