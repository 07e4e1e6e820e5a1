"""Where vacancies go with P and bias, how fast they follow, and the change of the barriers at both electrodes."""

from __future__ import annotations

import h5py
import numpy as np

from phasefield.case.defects import diffusivity
from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Names of the members of the figure.
SHOWN = {"up": "P up", "down": "P down", "up_plus": "P up, +0.5 V", "up_minus": "P up, −0.5 V"}

#: Time at which the pulse begins (s).
PULSE = 1000.0


def across(member: MemberResults, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Heights (nm) and values of a field at the end."""
    snapshot = member.snapshot()
    order = np.argsort(snapshot.points[:, 2])
    return snapshot.points[order, 2], np.asarray(snapshot.point_data[name])[order]


def middle(z: np.ndarray, c: np.ndarray) -> float:
    """Mean height of the vacancies (nm)."""
    return float(np.trapezoid(c * z, z) / np.trapezoid(c, z))


def barriers(member: MemberResults) -> np.ndarray:
    """Rise of the barrier for electrons at the bottom and top (eV): −e times the potential of the surface over that of
    its metal."""
    _, phi = across(member, "phi")
    bottom, top = (float(condition.potential) for condition in member.case.electrostatics.boundary)
    return np.array([bottom - phi[0], top - phi[-1]])


def journey(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Times (s) and mean heights of the vacancies (nm) in a run in time."""
    order = np.argsort(member.snapshot().points[:, 2])
    z = member.snapshot().points[order, 2]
    with h5py.File(member.folder / "fields.h5") as file:
        groups = sorted(file["times"].values(), key=lambda group: group.attrs["time"])
        return (
            np.array([group.attrs["time"] for group in groups]),
            np.array([middle(z, group["c_V_O"][()].ravel()[order]) for group in groups]),
        )


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw vacancies.png."""
    rows = [
        Comparison(f"mean height, {text} (nm)", middle(*across(results[name], "c_V_O"))) for name, text in SHOWN.items()
    ]
    changes = {name: barriers(results[name]) - barriers(results[f"{name}_without"]) for name in ("up", "down")}
    for name, change in changes.items():
        for electrode, value in zip(("bottom", "top"), change, strict=True):
            rows.append(Comparison(f"barrier at the {electrode} by vacancies, P {name} (eV)", float(value)))
    times, heights = journey(results["switched"])
    found = heights[times <= PULSE][-1]
    rows.append(Comparison("mean height before the pulse (nm)", float(found), rows[0].computed, "equilibrium, P up"))
    rows.append(Comparison("mean height at the end (nm)", float(heights[-1]), rows[1].computed, "equilibrium, P down"))
    case = results["up"].case
    D = diffusivity(case.defects.species["V_O"], 300.0)
    half = 0.5 * (heights[0] + found)
    first = float(np.interp(-half, -heights[times <= PULSE], times[times <= PULSE]))
    rows.append(Comparison("half of the way after (s)", first))
    rows.append(Comparison("diffusion through the film, L²/D (s)", (20e-9) ** 2 / D))
    print(comparison_table(rows, "reference", digits=4))
    _draw(results, times, heights)
    return rows


def _draw(results: StudyResults, times: np.ndarray, heights: np.ndarray) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        for (name, text), colour in zip(SHOWN.items(), LINES, strict=False):
            z, c = across(results[name], "c_V_O")
            left.semilogy(z, c * 1e-6, color=colour, label=text)
        left.set_ylim(1e12, 1e23)
        left.set_xlabel(label("$z$", "nm"))
        left.set_ylabel(label("$c$", "1/cm^3"))
        left.legend()
        right.semilogx(times[1:], heights[1:], color=LINES[0])
        right.set_xlim(1e-4, times[-1])
        right.set_xlabel(label("$t$", "s"))
        right.set_ylabel(label("mean height", "nm"))
        print(save(figure, results.folder / "vacancies.png"))
