"""Mechanical writing: threshold forces, which channel wins, hysteresis, mesh."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import Triangulation
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from phasefield import tensors
from phasefield.case import Case
from phasefield.case.material import case_material
from phasefield.case.schema import TipMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.loads.contact import sphere_peak_pressure
from phasefield.materials.landau import density
from phasefield.plot.results import Snapshot
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Part of the column that must be reversed (the definition of membrane studies: 90 % of the volume).
SWITCHED = 0.9
#: Published: H. Lu et al., Science 336, 59 (2012), as recalled in reviews; to be checked against the paper.
ONSET, COMPLETE = 750.0, 1100.0
LU = "Lu 2012 (recalled)"
MESHES = ("coarse", "flexo", "fine")
#: Members with −f, and those with +f on the same cells.
OPPOSITE = {"opposite": "flexo", "opposite_coarse": "coarse"}
#: P_z (C/m²) below which the film counts as reversed.
DOWN = 0.02
#: Change of the reversed part from one load point to the next that is a jump: the force is then known to one step.
JUMP = 0.2


def loading(member: MemberResults) -> tuple[np.ndarray, np.ndarray, int]:
    """Forces (nN) and reversed parts of all load points, and the number of the point of largest force.

    The first row, the initial state before it has relaxed, is left out.
    """
    force = 1e9 * member.observables["tip_force"][1:]
    return force, member.observables["tip_reversed"][1:], int(np.argmax(force))


def crossing(forces: np.ndarray, parts: np.ndarray, level: float) -> float:
    """Force between two load points at which the reversed part crosses `level`: the middle where it jumps."""
    if abs(parts[1] - parts[0]) > JUMP:
        return float(forces.mean())
    order = np.argsort(parts)
    return float(np.interp(level, parts[order], forces[order]))


def threshold(member: MemberResults, part: float = SWITCHED) -> float:
    """Force (nN) at which `part` of the column is first reversed on loading; nan if never."""
    force, parts, peak = loading(member)
    above = np.flatnonzero(parts[: peak + 1] >= part)
    if not len(above):
        return math.nan
    i = int(above[0])
    return crossing(force[i - 1 : i + 1], parts[i - 1 : i + 1], part) if i else float(force[0])


def release(member: MemberResults) -> float:
    """Force (nN) below which less than `SWITCHED` is left on unloading; nan if it never was or always is."""
    force, parts, peak = loading(member)
    below = np.flatnonzero(parts[peak:] < SWITCHED)
    if not len(below) or below[0] == 0:
        return math.nan
    i = peak + int(below[0])
    return float(np.interp(SWITCHED, parts[[i, i - 1]], force[[i, i - 1]]))


def at_force(member: MemberResults, force: float) -> dict[str, float]:
    """Observables at the load point nearest to a force (nN) on loading, at the largest force for nan."""
    forces, _, peak = loading(member)
    i = peak if math.isnan(force) else int(np.argmin(np.abs(forces[: peak + 1] - force)))
    return {name: float(column[i + 1]) for name, column in member.observables.items()}


def pressure(row: dict[str, float]) -> float:
    """Peak pressure (GPa) of Hertz at a load point."""
    return 1e-9 * sphere_peak_pressure(row["tip_force"], row["tip_contact_radius"])


def wall(case: Case) -> tuple[float, float]:
    """Half-width P_s/P_z' (m) and energy (J/m²) of a 180° wall across x in the film, ideally screened and not pressed.

    One variable, P_z: ½ G P_z'² = Δf, the energy over that of the domains at their strains yy and zz, stress xx.
    """
    material = case_material(case)
    stiffness = tensors.voigt_stiffness(material.stiffness)[:3, :3]
    misfit = case.mechanics.misfit["xx"]

    def elastic(P: float, strain: np.ndarray) -> np.ndarray:
        return strain - np.array([material.electrostriction[i, i, 2, 2] for i in range(3)]) * P**2

    def energy(P: float, strain: np.ndarray) -> float:
        part = elastic(P, strain)
        return float(density(material.landau, np.array([0.0, 0.0, P])) + 0.5 * part @ stiffness @ part)

    def in_film(P: float) -> np.ndarray:
        """Strain without stress zz."""
        part = elastic(P, np.array([misfit, misfit, 0.0]))
        return np.array([misfit, misfit, -(stiffness[2] @ part) / stiffness[2, 2]])

    P_s = float(minimize_scalar(lambda P: energy(P, in_film(P)), bounds=(0.05, 1.0), method="bounded").x)
    strain = in_film(P_s)
    stress = float(stiffness[0] @ elastic(P_s, strain))

    def excess(P: float) -> float:
        given = strain + np.array([(stress - stiffness[0] @ elastic(P, strain)) / stiffness[0, 0], 0.0, 0.0])
        return max(0.0, energy(P, given) - energy(P_s, strain) - stress * (given[0] - strain[0]))

    G = float(material.gradient[2, 0, 2, 0])
    width = P_s * math.sqrt(0.5 * G / excess(0.0))
    return width, 2.0 * quad(lambda P: math.sqrt(2.0 * G * excess(P)), 0.0, P_s, epsrel=1e-6)[0]


def gradient(member: MemberResults) -> float:
    """Largest strain gradient (1/m) of the load points before a hundredth of the column is reversed.

    A maximum over cells at the rim of the contact, which scatters by a tenth from one load point to the next.
    """
    _, parts, peak = loading(member)
    turned = np.flatnonzero(parts[: peak + 1] > 0.01)
    before = slice(1, 1 + int(turned[0]) if len(turned) else peak + 2)
    return float(member.observables["strain_gradient_peak"][before].max())


def polarized_up(member: MemberResults) -> bool:
    """Whether the film is polarized up before it is pressed."""
    return bool(member.observables["tip_P_z"][0] > 0.0)


# --- tables -----------------------------------------------------------------------------------------------


def sensitivity(members: Mapping[str, MemberResults]) -> str:
    """Table of members from up, by name: thresholds, release where they are unloaded; pressure, strain, gradient."""
    titles = (("10 %", 8), ("90 %", 8), ("release", 9), ("p0 (GPa)", 10), ("strain", 8), ("gradient (1/m)", 16))
    lines = [
        "forces in nN; pressure and largest strain at the 90 % force or the largest one; gradient before it turns",
        " " * 20 + "".join(f"{title:>{width}}" for title, width in titles),
    ]
    for name, member in members.items():
        if not polarized_up(member):
            continue
        numbers = (threshold(member, 0.1), threshold(member))
        at = at_force(member, numbers[1])
        lines.append(
            f"{name:20}"
            + "".join(f"{_shown(n, '.0f'):>8}" for n in numbers)
            + f"{_released(member):>9}{pressure(at):>10.1f}{at['strain_peak']:>8.3f}{gradient(member):>16.0e}"
        )
    return "\n".join(lines)


def _released(member: MemberResults) -> str:
    force, _, peak = loading(member)
    return "–" if peak == len(force) - 1 else _shown(release(member), ".0f")


def _shown(number: float, form: str) -> str:
    return "never" if math.isnan(number) else f"{number:{form}}"


def channels(up: MemberResults, opposite: MemberResults) -> str:
    """Change of P_z below the tip, split by how it depends on the sign of f, at forces below the first reversal.

    What is odd in f is flexoelectric; what is even is the pressure, by electrostriction, which only weakens P_z.
    """
    forces, parts, peak = loading(up)
    last = int(np.flatnonzero(parts[: peak + 1] > 0.1)[0])
    plus, minus = (member.observables["tip_P_z"][1 : last + 1] for member in (up, opposite))
    even, odd = 0.5 * (plus + minus) - plus[0], 0.5 * (plus - minus)
    rows = [
        "change of P_z below the tip before it reverses (C/m²)",
        f"{'force (nN)':>12}{'even in f: pressure':>22}{'odd in f: flexoelectric':>26}",
        *(f"{forces[i]:>12.0f}{even[i]:>22.4f}{odd[i]:>26.4f}" for i in range(1, last, max(1, last // 6))),
    ]
    return "\n".join(rows)


def directions(members: Mapping[str, MemberResults]) -> str:
    """Which way half of the column turns under a rising force, of members by name."""
    lines = ["half of the column turns (nN)"]
    for name, member in members.items():
        force, parts, peak = loading(member)
        down = parts > 0.5
        found = [
            f"{'down' if down[i] else 'up'} at {crossing(force[i - 1 : i + 1], parts[i - 1 : i + 1], 0.5):.0f}"
            for i in range(1, peak + 1)
            if down[i] != down[i - 1]
        ]
        lines.append(f"{name:20} from {'down' if down[0] else 'up':5} {', '.join(found) or 'never'}")
    return "\n".join(lines)


def refinement(results: StudyResults) -> list[Comparison]:
    """Numbers on several meshes beside those of the finest, and with a tighter tolerance beside the looser one."""
    pairs = [(name, MESHES[-1]) for name in MESHES] + [("tight", "coarse")]
    rows = []
    for name, other in pairs:
        if name in results and other in results:
            case = results[name].case
            assert isinstance(case.mesh, TipMesh)
            text = f"cells {1e9 * case.mesh.spacing:.2g} nm, tolerance {case.time.equilibrium:.0e}"
            found, reference = _reported(results[name]), _reported(results[other])
            rows += [Comparison(f"{key}, {text}", found[key], reference[key], f"as {other}") for key in found]
    return sorted(rows, key=lambda row: row.quantity.partition(",")[0])


def extrapolated(results: StudyResults, coarse: str, fine: str) -> float:
    """The 90 % force (nN) for h → 0, from two meshes: with elements of degree k the energy of a wall errs as h^2k."""
    sizes, forces = [], []
    for name in (coarse, fine):
        mesh = results[name].case.mesh
        assert isinstance(mesh, TipMesh)
        sizes.append(mesh.spacing)
        forces.append(threshold(results[name]))
    order = 2 * results[fine].case.mesh.degree
    return forces[1] - (forces[0] - forces[1]) / ((sizes[0] / sizes[1]) ** order - 1.0)


def limits(results: StudyResults) -> list[Comparison]:
    """The 90 % force of the finest mesh, and as extrapolated from each two neighbouring meshes."""
    if len(results.present(dict.fromkeys(MESHES))) < len(MESHES):
        return []
    estimates = [extrapolated(results, *pair) for pair in pairwise(MESHES)]
    return [
        Comparison("90 % reversed (nN), h → 0 from the two coarser meshes", estimates[0], estimates[1], "finer two"),
        Comparison("90 % reversed (nN), finest mesh", threshold(results[MESHES[-1]]), estimates[1], "h → 0"),
        Comparison("90 % reversed (nN), case.toml", threshold(results["flexo"]), estimates[1], "h → 0"),
    ]


def _reported(member: MemberResults) -> dict[str, float]:
    """What the study says of a member."""
    at = at_force(member, 280.0)
    return {
        "10 % reversed (nN)": threshold(member, 0.1),
        "90 % reversed (nN)": threshold(member),
        "largest strain at 280 nN": at["strain_peak"],
        "mean P_z below the tip at 280 nN (C/m²)": at["tip_P_z"],
    }


def published(results: StudyResults) -> list[Comparison]:
    """Numbers of the film of Lu et al. beside what reviews quote."""
    flexo = results["flexo"]
    at = at_force(flexo, threshold(flexo))
    width, energy = wall(flexo.case)
    return [
        Comparison("onset, 10 % reversed (nN)", threshold(flexo, 0.1), ONSET, LU),
        Comparison("90 % reversed (nN)", threshold(flexo), COMPLETE, LU),
        Comparison("largest strain gradient before (1/m)", gradient(flexo), 1e8, "order, review of 2026"),
        Comparison("peak pressure at 90 % (GPa)", pressure(at)),
        Comparison("180° wall of the film: half-width (nm)", 1e9 * width),
        Comparison("180° wall of the film: energy (mJ/m²)", 1e3 * energy),
    ]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the tables, draw writing.png, and return the numbers beside the published ones."""
    rows, members = published(results), {member.name: member for member in results}
    print(comparison_table(rows, digits=3))
    print(f"\n{sensitivity(members)}\n")
    for opposite, up in results.present(OPPOSITE).items():
        print(f"{up}: {channels(results[up], results[opposite])}\n")
    print(f"{directions(members)}\n")
    print(f"{comparison_table(refinement(results), 'finest mesh', digits=3)}\n")
    print(comparison_table(limits(results), "limit", digits=3))
    _draw(results)
    return rows


# --- figure -----------------------------------------------------------------------------------------------


def _draw(results: StudyResults) -> None:
    forms = {"flexo": "$f > 0$", "without": "$f = 0$", "opposite": "$f < 0$"}
    loops = {text: results[name] for name, text in results.present(forms).items()}
    print(draw(loops, results["flexo"], 0.4, results.folder / "writing.png"))


def draw(loops: Mapping[str, MemberResults], pressed: MemberResults, largest: float, path: Path) -> Path:
    """Loops by their legends, and one film under its largest force, P_z up to `largest` (C/m²)."""
    with style():
        figure = new_figure(7.2, 2.8)
        left, right = figure.subplots(1, 2)
        _draw_loops(left, loops)
        force, _, peak = loading(pressed)
        _draw_map(right, pressed.snapshot(peak), largest)
        right.set_title(f"{force[peak]:.0f} nN", fontsize=8)
        for axes, letter in zip((left, right), "ab", strict=True):
            mark_panel(axes, letter)
        return save(figure, path)


def _draw_loops(axes: Axes, loops: Mapping[str, MemberResults]) -> None:
    """Mean P_z below the tip over force, up (lines) and down (dashes)."""
    for (text, member), colour in zip(loops.items(), LINES, strict=False):
        force, _, peak = loading(member)
        P = member.observables["tip_P_z"][1:]
        axes.plot(force[: peak + 1], P[: peak + 1], "-", color=colour, label=text)
        axes.plot(force[peak:], P[peak:], "--", color=colour)
    axes.set(xlabel=label("force", "nN"), ylabel=label("$P_z$ below the tip", "C/m^2"), ylim=(-0.32, 0.56))
    axes.legend(loc="upper right", ncols=2)


def _draw_map(axes: Axes, snapshot: Snapshot, largest: float) -> None:
    """P_z up to `largest` (C/m²) in the plane of x and z, on both sides of the axis."""
    x, z = snapshot.points[:, 0], snapshot.points[:, 2]
    film = (z[snapshot.cells] > -1e-6).all(axis=1)
    P = snapshot.point_data["P"][:, 2]
    for side in (1.0, -1.0):
        mesh = Triangulation(side * x, z, snapshot.cells[film])
        drawn = axes.tripcolor(mesh, P, cmap="RdBu", shading="gouraud", vmin=-largest, vmax=largest)
    axes.set_xlim(-10.0, 10.0)
    axes.set_ylim(-0.2, float(z.max()) + 0.2)
    axes.set_xlabel(label("$x$", "nm"))
    axes.set_ylabel(label("$z$", "nm"))
    figure = axes.get_figure()
    assert figure is not None
    figure.colorbar(drawn, ax=axes, label=label("$P_z$", "C/m^2"))
