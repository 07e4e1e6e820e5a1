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


def heating(layer: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures (K) and permittivity of a layer."""
    return layer.observables["load_heating"][1:], layer.observables["permittivity_zz"][1:]


def series(layers: Layers) -> tuple[np.ndarray, np.ndarray]:
    """Temperatures (K), and the permittivity of layers in series, 1/ε of each the mean of its two faces."""
    temperatures, permittivities = zip(*map(heating, layers.values()), strict=True)
    x, inverse = np.array(list(layers)), 1.0 / np.array(permittivities)
    shares = np.diff(x) / (x[-1] - x[0])
    return temperatures[0], 1.0 / (shares @ (0.5 * (inverse[1:] + inverse[:-1])))


def charge(layers: Layers) -> float:
    """Free charge that holds the polarization at the first temperature, over the whole film (C/m³)."""
    P = [layer.observables["mean_P_z"][1] for layer in layers.values()]
    return float(np.ptp(P)) / THICKNESS


def film(layers: Layers, largest: float) -> Layers:
    """The layers of a film by their composition."""
    return {x: layer for x, layer in layers.items() if x <= largest}


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned), those of half as many layers and of finer runs; draw layers.png."""
    layers = {float(x): layer for x, layer in results.along("composition").items()}
    rows = _rows(layers)
    print(comparison_table(rows, "published", digits=3))
    half = {x: layers[x] for x in list(layers)[::2]}
    print(comparison_table(beside(rows, _rows(half, every=2)), "half", digits=3))
    finer = [member for member in results if not member.choices]
    print(comparison_table([row for member in finer for row in _beside_finer(layers, member)], "finer", digits=4))
    _draw(layers, results.folder / "layers.png")
    return rows


def _rows(layers: Layers, every: int = 1) -> list[Comparison]:
    """Of the films that these layers make, from every so many temperatures."""
    rows = []
    for largest, text in FILMS.items():
        chosen = film(layers, largest)
        if len(chosen) < 2:  # the study was told to leave them out
            continue
        temperatures, permittivity = (column[::every] for column in series(chosen))
        for temperature, value in zip(temperatures, permittivity, strict=True):
            if temperature in PRINTED:
                rows.append(Comparison(f"permittivity at {temperature:.0f} K, {text}", value, PERMITTIVITY))
        variation = 0.5 * np.ptp(permittivity) / permittivity.mean()
        rows.append(Comparison(f"its variation, ± (%), {text}", 100.0 * variation, 100.0 * VARIATION))
        density = charge(chosen)
        number = f"{1e-6 * density / ELEMENTARY_CHARGE:.2g} elementary charges per cm³"
        rows.append(Comparison(f"mean free charge at 300 K (C/m³), {text}", density, None, number))
    return rows


def _beside_finer(layers: Layers, finer: MemberResults) -> list[Comparison]:
    """Permittivity of one layer at the temperatures that are printed, as it is and finer."""
    x = finer.case.material.composition
    assert x is not None
    coarse = dict(zip(*heating(layers[x]), strict=True))
    at = zip(*heating(finer), strict=True)
    return [Comparison(f"x = {x:g}: permittivity at {T:.0f} K", coarse[T], fine) for T, fine in at if T in PRINTED]


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
