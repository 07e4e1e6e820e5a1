"""Figure of a material set: P(T), permittivity(T) and energy profiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phasefield.materials import thermodynamics
from phasefield.materials.landau import Landau, density
from phasefield.materials.material_set import MaterialSet
from phasefield.materials.properties import COLDEST, HOTTEST, transitions

POINTS = 400


def draw(material_set: MaterialSet, T: float, x: float | None, path: Path) -> None:
    """Draw the three panels to `path`; the format follows from its suffix.

    Args:
        material_set: set to draw.
        T: temperature of the energy profiles, K.
        x: composition of a series.
        path: file to write.

    Raises:
        MaterialError: T or x out of range.
    """
    figure = Figure(figsize=(12.0, 3.8), layout="constrained")
    polarization, permittivity, energy = figure.subplots(1, 3)
    _temperature_panels(polarization, permittivity, material_set, x)
    _energy_panel(energy, material_set.landau(T, x))
    at = f"{T:g} K" + ("" if x is None else f", x = {x:g}")
    energy.set_title(f"stress-free energy at {at}")
    figure.suptitle(material_set.name)
    figure.savefig(path, dpi=150)


def _temperature_panels(left: Axes, right: Axes, material_set: MaterialSet, x: float | None) -> None:
    low, high = material_set.temperature_range
    changes = [T for _, _, T in transitions(material_set, x)]
    top = 1.25 * changes[-1] if changes else high
    grid = np.linspace(max(low, COLDEST), min(high, HOTTEST, top), POINTS)
    states, principal = [], []
    for T in grid:
        a = material_set.landau(T, x)
        state = thermodynamics.ground_state(a)
        states.append(state)
        chi = thermodynamics.susceptibility(a, state.polarization)
        principal.append(np.linalg.eigvalsh(chi))
    for i, style in enumerate("-:"):
        values = [(s.magnitude, float(np.abs(s.polarization).max()))[i] for s in states]
        label = ("|P|", "largest component")[i]
        left.plot(grid, values, "k" + style, label=label)
    eps_b = material_set.scalar("background_permittivity", float(grid[0]), x) or 0.0
    right.semilogy(grid, eps_b + np.array(principal), ".", markersize=2)
    for axes in (left, right):
        axes.set_xlabel("temperature (K)")
        for change in changes:
            axes.axvline(change, color="0.8", linewidth=0.8, zorder=0)
    left.set_ylabel("spontaneous polarization (C/m²)")
    left.legend(frameon=False)
    right.set_ylabel("principal relative permittivities")


def _energy_panel(axes: Axes, a: Landau) -> None:
    reach = 1.35 * max(thermodynamics.ground_state(a).magnitude, 0.05)
    P = np.linspace(-reach, reach, POINTS)
    for phase, direction in thermodynamics.AXES.items():
        n = np.array(direction) / np.linalg.norm(direction)
        miller = "".join(str(c) for c in direction)
        axes.plot(P, density(a, P[:, None] * n) / 1e6, label=f"[{miller}] ({phase})")
    axes.set_xlabel("polarization (C/m²)")
    axes.set_ylabel("energy density (MJ/m³)")
    axes.legend(frameon=False)
