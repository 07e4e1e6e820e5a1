"""A graded film of one domain whose polarization gradient is held by free charge, from layers of one composition each.

Where free charge balances all of −∇·P no layer feels another: each has the polarization that it has alone between
short-circuited electrodes. A small voltage divides over them as over capacitors in series, 1/ε = ⟨1/ε_layer⟩.
"""

from __future__ import annotations

import numpy as np

from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults
from phasefield.units import ELEMENTARY_CHARGE

#: Published (see README.md): permittivity, its variation over 500 K, thickness of the film (m).
PERMITTIVITY, VARIATION, THICKNESS = 775.0, 0.13, 150e-9
#: Films by the largest composition of their layers; all begin at x = 0.
FILMS = {0.9: "x up to 0.9", 0.45: "x up to 0.45"}


def series(layers: list[MemberResults]) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures (K), and the permittivity of equal layers in series."""
    inverse = np.mean([1.0 / layer.observables["permittivity_zz"][1:] for layer in layers], axis=0)
    return layers[0].observables["load_heating"][1:], 1.0 / inverse


def charge(layers: list[MemberResults]) -> float:
    """Free charge that holds the polarization at the first temperature, over the whole film (C/m³)."""
    P = [layer.observables["mean_P_z"][1] for layer in layers]
    return float(np.ptp(P)) / THICKNESS


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw layers.png."""
    rows, curves = [], {}
    for largest, text in FILMS.items():
        layers = [layer for layer in results if float(layer.choices["composition"]) < largest]
        temperatures, permittivity = curves[text] = series(layers)
        for temperature, value in zip(temperatures[::2], permittivity[::2], strict=True):
            rows.append(Comparison(f"permittivity at {temperature:.0f} K, {text}", value, PERMITTIVITY))
        variation = 0.5 * np.ptp(permittivity) / permittivity.mean()
        rows.append(Comparison(f"its variation, ± (%), {text}", 100.0 * variation, 100.0 * VARIATION))
        density = charge(layers)
        number = f"{1e-6 * density / ELEMENTARY_CHARGE:.2g} elementary charges per cm³"
        rows.append(Comparison(f"mean free charge at 300 K (C/m³), {text}", density, None, number))
    print(comparison_table(rows, "published", digits=3))
    _draw(results, curves)
    return rows


def _draw(results: StudyResults, curves: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        x = [float(layer.choices["composition"]) for layer in results]
        temperatures = results.members[0].observables["load_heating"][1:]
        for index, colour in zip(range(0, len(temperatures), 2), LINES, strict=False):
            P = [layer.observables["mean_P_z"][1 + index] for layer in results]
            left.plot(x, P, color=colour, label=f"{temperatures[index]:.0f} K")
        for (text, curve), colour in zip(curves.items(), LINES, strict=False):
            right.plot(*curve, "o-", color=colour, markersize=2.5, label=text)
        left.set_xlabel("$x$")
        left.set_ylabel(label("$P_z$", "C/m^2"))
        right.set_xlabel(label("$T$", "K"))
        right.set_ylabel(r"$\varepsilon_{zz}$ in series")
        right.set_ylim(bottom=0.0)
        for axes in (left, right):
            axes.legend(fontsize=7)
        print(save(figure, results.folder / "layers.png"))
