"""Graded BST films: polarization across the film with and without domains and screening, permittivity on heating."""

from __future__ import annotations

import numpy as np

from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.maps import triangulation
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Published (see README.md): polarization span (C/m²), permittivity, and its variation over 500 K.
SPAN, PERMITTIVITY, VARIATION = 0.35, 775.0, 0.13
FILMS = {
    "single_shorted": "one domain, shorted",
    "single_screened": "one domain, screened over 0.05 nm",
    "single_open": "one domain, open",
    "domains_shorted": "domains, shorted",
    "domains_open": "domains, open",
}
HEATED = {"heated_domains": "domains", "heated_single": "one domain", "heated_BaTiO3": "BaTiO₃, one domain"}


def amplitude(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Heights (nm) and the largest |P_z| (C/m²) at each: in the middle of a domain."""
    snapshot = member.snapshot()
    z, P = np.round(snapshot.points[:, -1], 6), np.abs(snapshot.point_data["P"][:, 2])
    heights, index = np.unique(z, return_inverse=True)
    largest = np.zeros(len(heights))
    np.maximum.at(largest, index, P)
    return heights, largest


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw films.png and domains.png."""
    rows = []
    for name, text in _present(FILMS, results).items():
        _, P = amplitude(results[name])
        rows.append(Comparison(f"polarization span, {text} (µC/cm²)", 100.0 * np.ptp(P), 100.0 * SPAN))
    for name, text in _present(HEATED, results).items():
        rows += _permittivity(results[name], text)
    print(comparison_table(rows, "published", digits=3))
    _draw_curves(results)
    _draw_domains(results)
    return rows


def _present(names: dict[str, str], results: StudyResults) -> dict[str, str]:
    """Those of the names that the study was not told to leave out."""
    members = {member.name for member in results}
    return {name: text for name, text in names.items() if name in members}


def heating(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures (K) and relative permittivity along z at the load points of a heated film."""
    return tuple(member.observables[name][1:] for name in ("load_heating", "permittivity_zz"))  # type: ignore[return-value]


def _permittivity(member: MemberResults, text: str) -> list[Comparison]:
    """At the lowest temperature, and half its range over its mean up to 700 K, where the state is a minimum."""
    temperatures, values = heating(member)
    known = np.isfinite(values)
    first, values = temperatures[known][0], values[known]
    variation = 0.5 * np.ptp(values) / values.mean()
    return [
        Comparison(f"permittivity at {first:.0f} K, {text}", values[0], PERMITTIVITY),
        Comparison(f"its variation up to 700 K, ± (%), {text}", 100.0 * variation, 100.0 * VARIATION),
    ]


def _draw_curves(results: StudyResults) -> None:
    with style():
        figure = new_figure(6.5, 2.8)
        left, right = figure.subplots(1, 2)
        for (name, text), colour in zip(_present(FILMS, results).items(), LINES, strict=False):
            left.plot(*amplitude(results[name]), color=colour, label=text)
        for (name, text), colour in zip(_present(HEATED, results).items(), LINES, strict=False):
            right.plot(*heating(results[name]), "o-", color=colour, markersize=2.5, label=text)
        left.set_xlabel(label("$z$", "nm"))
        left.set_ylabel(label(r"largest $|P_z|$", "C/m^2"))
        right.set_xlabel(label("$T$", "K"))
        right.set_ylabel(r"$\varepsilon_{zz}$")
        right.set_yscale("log")
        for axes in (left, right):
            axes.legend(fontsize=7)
        print(save(figure, results.folder / "films.png"))


def _draw_domains(results: StudyResults) -> None:
    """P_z of both films with domains, and of the hot one."""
    names = {"domains_shorted": "shorted, 300 K", "domains_open": "open, 300 K", "heated_domains": "shorted, 700 K"}
    shown = _present(names, results)
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
        panels[0].set_ylabel(label("$z$", "nm"))
        figure.colorbar(image, ax=panels, label=label("$P_z$", "C/m^2"))
        print(save(figure, results.folder / "domains.png"))
