"""Vacancies in time: a tip that presses and is lifted, and one that moves; each on two meshes, with two tolerances."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phasefield.case.defects import debye_length, diffusivity
from phasefield.case.material import case_material
from phasefield.case.schema import Case, TipMesh
from phasefield.comparison import Comparison
from phasefield.study import MemberResults, StudyResults, load_module

film = load_module(Path(__file__).with_name("film.py"))

#: Times (s) of the scan that are shown (steps end there: loads have kinks), and the middle of the tip then (nm).
SCANNED = {
    20.0: ("before it moves", -30.0),
    40.0: ("at the end of its way", 30.0),
    42.0: ("2 s after lifting", 30.0),
}
#: Distances along x from the middle of the tip and depths (contact radii) of places of the scan.
SCAN_PLACES = {
    "ahead": ((1.25, 2.25), (0.0, 0.5)),
    "below": ((-0.8, 0.8), (0.0, 0.5)),
    "behind": ((-2.25, -1.25), (0.0, 0.5)),
}


def time_scales(case: Case) -> dict[str, float]:
    """λ_D², λ_D L and a² over D (s), with L the thickness of the film and a the contact radius."""
    material = case_material(case)
    D = diffusivity(case.defects.species["V_O"], material.temperature)
    debye, contact = debye_length(case, material), 1e-9 * film.CONTACT
    assert isinstance(case.mesh, TipMesh)
    return {"λ_D²/D": debye**2 / D, "λ_D L/D": debye * case.mesh.thickness / D, "a²/D": contact**2 / D}


def history(member: MemberResults) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (s) and relative concentrations below the contact and around it."""
    place = film.Film.at_start(member)
    times, relative = film.relative_in_time(member)
    below, around = (np.array([place.mean(c, box) for c in relative]) for box in (film.BELOW, film.AROUND))
    return times, below, around


def crossing(times: np.ndarray, left: np.ndarray) -> float:
    """First time at which 1/e is left, between two points, where its logarithm is linear; nan if it never is."""
    below = np.flatnonzero(left < np.exp(-1.0))
    if not len(below) or below[0] == 0:
        return float("nan")
    i = below[0]
    decades = -np.log(np.maximum(left[i - 1 : i + 1], 1e-3))
    return float(np.interp(1.0, decades, times[i - 1 : i + 1]))


def relaxation(member: MemberResults) -> dict[str, float]:
    """Times in which what the tip did comes about, and vanishes after lifting it; and how much there is."""
    times, below, around = history(member)
    pressed, until, lifted = member.case.loads["press"].times[1:4]
    during, after = (times >= pressed) & (times <= until), times >= lifted
    found = {}
    for place, c in (("below", below), ("around", around)):
        last = c[during][-1]
        found[f"pressed: 1/e of the way is left {place} after (s)"] = crossing(
            times[during] - pressed, (c[during] - last) / (1.0 - last)
        )
        found[f"lifted: 1/e is left {place} after (s)"] = crossing(
            times[after] - lifted, (1.0 - c[after]) / (1.0 - c[after][0])
        )
    found["c/c0 below, most while pressed"] = float(below[during].max())
    found["c/c0 below when lifted"] = float(below[during][-1])
    found["c/c0 below at the end"] = float(below[-1])
    return found


def scan(member: MemberResults) -> dict[str, float]:
    """Relative concentrations ahead of the moving tip, below and behind it, at the times that are shown."""
    found = {}
    for time, (text, middle) in SCANNED.items():
        place = film.Film(member, member.snapshot_at(time))
        for name, box in SCAN_PLACES.items():
            found[f"scan, {text}: c/c0 {name}"] = place.mean(place.relative, box, middle)
    return found


#: Runs in time, what is measured of each, and the run with other cells and errors of time beside it.
RUNS = {"in_time": (relaxation, "in_time_fine"), "scanned": (scan, "scanned_coarse")}


def in_time(results: StudyResults) -> list[Comparison]:
    """Both runs in time beside the same with other cells and errors of time."""
    rows = []
    for name, (measure, beside) in RUNS.items():
        if name in results:
            other = measure(results[beside]) if beside in results else {}
            rows += [Comparison(text, x, other.get(text), beside) for text, x in measure(results[name]).items()]
    return rows
