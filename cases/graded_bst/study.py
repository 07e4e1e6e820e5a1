"""Graded BST films: polarization across the film with and without domains and screening, permittivity on heating.

The permittivity of the film with domains is also taken apart: what its walls do by moving, and what is left.
"""

from __future__ import annotations

import numpy as np

from phasefield.comparison import Comparison, beside, comparison_table
from phasefield.measure import tunability
from phasefield.plot.maps import triangulation
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults
from phasefield.units import EPSILON_0

#: Published (see README.md): polarization span (C/m²), permittivity, and its variation over 500 K.
SPAN, PERMITTIVITY, VARIATION = 0.35, 775.0, 0.13
FILMS = {
    "single_shorted": "one domain, shorted",
    "single_screened": "one domain, screened over 0.05 nm",
    "single_open": "one domain, open",
    "domains_shorted": "domains, shorted",
    "domains_open": "domains, open",
}
HEATED = {
    "heated_domains": "domains",
    "heated_relaxed": "domains, misfit relaxed over 50 nm",
    "heated_to_half": "domains, x up to 0.45",
    "heated_charged": "one domain, held by space charge",
}
#: What is heated without a polarization across it.
PARAELECTRIC = {"heated_single": "one domain"}
#: Lines of the films by the ends of their names.
STYLES = {"_shorted": "-", "_screened": "--", "_open": ":"}
#: What is heated through a transition, where its permittivity has a pole.
TRANSITION = {"heated_BaTiO3": "BaTiO₃, one domain"}
TUNED = {"tunable_domains": "domains", "tunable_charged": "one domain, held by space charge"}
#: Temperatures (K) at which the permittivity is printed.
PRINTED = (300.0, 400.0, 500.0, 600.0, 700.0)
#: Polarization (C/m²) of domains below which there is no wall to speak of.
FADED = 0.02


def amplitude(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Heights (nm) and the largest |P_z| (C/m²) at each: in the middle of a domain."""
    snapshot = member.snapshot()
    z, P = np.round(snapshot.points[:, -1], 6), np.abs(snapshot.point_data["P"][:, 2])
    heights, index = np.unique(z, return_inverse=True)
    largest = np.zeros(len(heights))
    np.maximum.at(largest, index, P)
    return heights, largest


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and those of finer meshes beside them, and draw the three figures."""
    rows = _rows(results, "")
    print(comparison_table(rows, "published", digits=3))
    print(comparison_table(beside(rows, _rows(results, "_finer")), "finer", digits=3))
    _draw_curves(results)
    _draw_tunability(results)
    _draw_domains(results)
    return rows


def _rows(results: StudyResults, ending: str) -> list[Comparison]:
    """Of the members whose names have this ending."""

    def present(names: dict[str, str]) -> list[tuple[MemberResults, str]]:
        return [(results[name + ending], text) for name, text in names.items() if name + ending in results]

    rows = []
    for member, text in present(FILMS):
        _, P = amplitude(member)
        rows.append(Comparison(f"polarization span, {text} (µC/cm²)", 100.0 * np.ptp(P), 100.0 * SPAN))
    match present({"domains_shorted": "", "domains_in_field": ""}):
        case [(free, _), (driven, _)]:
            rows += _walls(free, driven)
    for member, text in present(HEATED):
        rows += [*_permittivity(member, text), _variation(member, text)]
    for member, text in present(PARAELECTRIC):
        rows += _permittivity(member, text)
    for member, text in present(TRANSITION):
        rows += [*_permittivity(member, text), _pole(member, text)]
    return rows + [_tunability(member, text) for member, text in present(TUNED)]


def _grid(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Places x (nm) across the wall, and P_z (C/m²) at each height and place."""
    snapshot = member.snapshot()
    x, z = (np.round(snapshot.points[:, axis], 6) for axis in (0, 2))
    columns, column = np.unique(x, return_inverse=True)
    rows, row = np.unique(z, return_inverse=True)
    P = np.zeros((len(rows), len(columns)))
    P[row, column] = snapshot.point_data["P"][:, 2]
    return columns, P


def _wall(x: np.ndarray, P: np.ndarray) -> float:
    """Where P_z passes through zero (nm), on a straight line between the nodes on both sides."""
    [right, *_] = np.flatnonzero(np.diff(np.sign(P)) != 0) + 1
    return float(x[right] - P[right] * (x[right] - x[right - 1]) / (P[right] - P[right - 1]))


def _walls(free: MemberResults, driven: MemberResults) -> list[Comparison]:
    """Permittivity from the linear response and from a small field, and the part of the latter by sliding walls."""
    field = driven.final["mean_E_z"] - free.final["mean_E_z"]
    whole = (driven.final["mean_D_z"] - free.final["mean_D_z"]) / field / EPSILON_0
    (x, before), (_, after) = _grid(free), _grid(driven)
    step = before[:, -1] - before[:, 0]
    polar = np.flatnonzero(np.abs(step) > FADED)
    moved = np.array([_wall(x, after[i]) - _wall(x, before[i]) for i in polar])
    # A sliding wall changes the mean of P_z at its height by the step of P_z times its way, over the width.
    slid = np.zeros(len(before))
    slid[polar] = -moved * step[polar] / (x[-1] - x[0])
    sliding = slid.mean() / field / EPSILON_0
    text = f"in {field / 1e3:.0f} kV/m"
    return [
        Comparison(f"permittivity {text}, domains at 300 K", whole, free.final["permittivity_zz"], "linear response"),
        Comparison(f"  of it by sliding walls, {text}", sliding, None, f"{100.0 * sliding / whole:.0f} %"),
        Comparison(f"  way of the walls (pm), {text}", 1e3 * float(np.abs(moved).max()), None, "largest"),
    ]


def heating(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures (K) and relative permittivity along z of a heated film, where its state is a minimum."""
    temperatures, values = (member.observables[name][1:] for name in ("load_heating", "permittivity_zz"))
    known = np.isfinite(values)
    return temperatures[known], values[known]


def _permittivity(member: MemberResults, text: str) -> list[Comparison]:
    """At the temperatures that are printed."""
    at = zip(*heating(member), strict=True)
    return [Comparison(f"permittivity at {T:.0f} K, {text}", x, PERMITTIVITY) for T, x in at if T in PRINTED]


def _variation(member: MemberResults, text: str) -> Comparison:
    """Half the range over the mean."""
    _, values = heating(member)
    variation = 0.5 * np.ptp(values) / values.mean()
    return Comparison(f"its variation up to 700 K, ± (%), {text}", 100.0 * variation, 100.0 * VARIATION)


def _pole(member: MemberResults, text: str) -> Comparison:
    """Temperature of the largest permittivity."""
    temperatures, values = heating(member)
    step = f"± {0.5 * (temperatures[1] - temperatures[0]):.0f}"
    return Comparison(f"temperature of its pole (K), {text}", temperatures[values.argmax()], None, step)


def _tunability(member: MemberResults, text: str) -> Comparison:
    """1 − ε(E)/ε(0) at the largest field."""
    permittivity = member.observables["permittivity_zz"][1:]
    field = member.final["load_field"] / 1e6
    found = 100.0 * tunability(permittivity[0], permittivity[-1])
    return Comparison(
        f"tunability in {field:.0f} MV/m at 300 K (%), {text}", found, None, f"{permittivity[-1]:.0f} left"
    )


def _draw_curves(results: StudyResults) -> None:
    with style():
        figure = new_figure(6.5, 2.8)
        left, right = figure.subplots(1, 2)
        for (name, text), colour in zip(results.present(FILMS).items(), LINES, strict=False):
            # Those of one kind lie on each other.
            line = next(line for ending, line in STYLES.items() if name.endswith(ending))
            left.plot(*amplitude(results[name]), line, color=colour, label=text)
        heated = results.present(HEATED | PARAELECTRIC | TRANSITION)
        for (name, text), colour in zip(heated.items(), LINES, strict=False):
            right.plot(*heating(results[name]), "o-", color=colour, markersize=2.5, label=text)
        left.set_xlabel(label("$z$", "nm"))
        left.set_ylabel(label(r"largest $|P_z|$", "C/m^2"))
        right.set_xlabel(label("$T$", "K"))
        right.set_ylabel(r"$\varepsilon_{zz}$")
        right.set_yscale("log")
        for axes in (left, right):
            axes.legend(fontsize=7)
        print(save(figure, results.folder / "films.png"))


def _draw_tunability(results: StudyResults) -> None:
    with style():
        figure = new_figure(3.4, 2.6)
        axes = figure.subplots()
        for (name, text), colour in zip(results.present(TUNED).items(), LINES, strict=False):
            field, permittivity = (results[name].observables[c][1:] for c in ("load_field", "permittivity_zz"))
            axes.plot(field / 1e6, permittivity, "o-", color=colour, markersize=2.5, label=text)
        axes.set_xlabel(label("$E$", "MV/m"))
        axes.set_ylabel(r"$\varepsilon_{zz}$")
        axes.set_ylim(bottom=0.0)
        axes.legend(fontsize=7)
        print(save(figure, results.folder / "tunability.png"))


def _draw_domains(results: StudyResults) -> None:
    """P_z of both films with domains, and of the hot one."""
    names = {"domains_shorted": "shorted, 300 K", "domains_open": "open, 300 K", "heated_domains": "shorted, 700 K"}
    shown = results.present(names)
    with style():
        figure = new_figure(4.4, 4.2)
        panels = figure.subplots(1, len(shown), sharey=True, squeeze=False).ravel()
        for axes, (name, text) in zip(panels, shown.items(), strict=True):
            snapshot = results[name].snapshot()
            triangles, _ = triangulation(snapshot)
            P = snapshot.point_data["P"][:, 2]
            image = axes.tripcolor(triangles, P, shading="gouraud", cmap="RdBu_r", vmin=-0.35, vmax=0.35)
            axes.set_title(text, fontsize=8)
            axes.set_xlabel(label("$x$", "nm"))
            axes.margins(0.0)
        panels[0].set_ylabel(label("$z$", "nm"))
        figure.colorbar(image, ax=panels, label=label("$P_z$", "C/m^2"))
        print(save(figure, results.folder / "domains.png"))
