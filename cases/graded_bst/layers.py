"""A graded film of one domain whose polarization gradient is held by free charge, from layers of one composition each.

Where free charge balances all of −∇·P no layer feels another: each has the polarization that it has alone between
short-circuited electrodes. A small voltage divides over them as over capacitors in series, 1/ε = ⟨1/ε_layer⟩.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phasefield.comparison import Comparison, beside, comparison_table
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults
from phasefield.units import ELEMENTARY_CHARGE

#: Published (see README.md): permittivity, its variation over 500 K, thickness of the film (m).
PERMITTIVITY, VARIATION, THICKNESS = 775.0, 0.13, 150e-9
#: Films by the largest composition of their layers; all begin at x = 0.
FILMS = {0.9: "x up to 0.9", 0.45: "x up to 0.45"}
#: Temperatures (K) that are printed.
PRINTED = (300.0, 400.0, 500.0, 600.0, 700.0)
Layers = dict[float, MemberResults]


def series(layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures (K), and the permittivity of equal layers in series, each the mean of its two faces."""
    inverse = np.array([1.0 / layer.observables["permittivity_zz"][1:] for layer in layers.values()])
    temperatures = next(iter(layers.values())).observables["load_heating"][1:]
    return temperatures, 1.0 / np.mean(0.5 * (inverse[1:] + inverse[:-1]), axis=0)


def charge(layers: Layers) -> float:
    """Free charge that holds the polarization at the first temperature, over the whole film (C/m³)."""
    P = [layer.observables["mean_P_z"][1] for layer in layers.values()]
    return float(np.ptp(P)) / THICKNESS


def film(layers: Layers, largest: float) -> Layers:
    """The layers of a film by their composition."""
    return {x: layer for x, layer in layers.items() if x <= largest}


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned), those of fewer layers and of finer runs beside them; draw layers.png."""
    layers, finer = (
        {float(x): member for x, member in results.along("composition", accuracy=accuracy).items()}
        for accuracy in ("as_is", "finer")
    )
    rows = _rows(layers)
    print(comparison_table(rows, "published", digits=3))
    fewer = {x: layers[x] for x in list(layers)[::2]}
    for others, text in ((fewer, "half the layers"), (finer, "finer")):
        print(comparison_table(beside(rows, _rows(others)), text, digits=3))
    _draw(layers, results.folder / "layers.png")
    return rows


def _rows(layers: Layers) -> list[Comparison]:
    rows = []
    for largest, text in FILMS.items():
        chosen = film(layers, largest)
        if len(chosen) < 2:  # the study was told to leave them out
            continue
        temperatures, permittivity = series(chosen)
        for temperature, value in zip(temperatures, permittivity, strict=True):
            if temperature in PRINTED:
                rows.append(Comparison(f"permittivity at {temperature:.0f} K, {text}", value, PERMITTIVITY))
        variation = 0.5 * np.ptp(permittivity) / permittivity.mean()
        rows.append(Comparison(f"its variation, ± (%), {text}", 100.0 * variation, 100.0 * VARIATION))
        density = charge(chosen)
        number = f"{1e-6 * density / ELEMENTARY_CHARGE:.2g} elementary charges per cm³"
        rows.append(Comparison(f"mean free charge at 300 K (C/m³), {text}", density, None, number))
    return rows


def _draw(layers: Layers, path: Path) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        temperatures = series(layers)[0]
        for index, colour in zip(np.flatnonzero(np.isin(temperatures, PRINTED)), LINES, strict=False):
            P = [layer.observables["mean_P_z"][1 + index] for layer in layers.values()]
            left.plot(list(layers), P, color=colour, label=f"{temperatures[index]:.0f} K")
        for (largest, text), colour in zip(FILMS.items(), LINES, strict=False):
            right.plot(*series(film(layers, largest)), "o-", color=colour, markersize=2.5, label=text)
        left.set_xlabel("$x$")
        left.set_ylabel(label("$P_z$", "C/m^2"))
        right.set_xlabel(label("$T$", "K"))
        right.set_ylabel(r"$\varepsilon_{zz}$ in series")
        right.set_ylim(bottom=0.0)
        for axes in (left, right):
            axes.legend(fontsize=7)
        print(save(figure, path))
