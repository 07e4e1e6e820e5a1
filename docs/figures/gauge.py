"""What the gauge freedom f → f + λC changes and what it does not: gauge.png."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from phasefield.flexocoupling import beam, plate
from phasefield.materials import load_material
from phasefield.materials.stability import flexo_bound
from phasefield.plot.style import LINES, mark_panel, new_figure, save, style

#: λ C11 (V) over which the coefficients of SrTiO3 are shifted.
SHIFTS = np.linspace(-20.0, 10.0, 121)


def main(path: Path) -> None:
    """Draw the figure to `path`."""
    material = load_material("SrTiO3_polar", flexo="Zubko2013")
    C, f, G = material.stiffness, material.flexo, material.gradient
    assert f is not None
    shifted = [f + s * C / C[0, 0, 0, 0] for s in SHIFTS]
    # Strain ij and ∂_lP_k: with f and C in one index order, the gradient tensor that goes with f + λC.
    swap = (2, 3, 0, 1)
    together = [G + s * (f + f.transpose(swap)) / C[0, 0, 0, 0] + s**2 * C / C[0, 0, 0, 0] ** 2 for s in SHIFTS]
    with style():
        figure = new_figure(6.4, 2.6)
        left, right = figure.subplots(1, 2)
        names = {"$f_{11}$": (0, 0, 0, 0), "$f_{12}$": (1, 1, 0, 0), "$f_{44}$": (0, 1, 0, 1)}
        for (name, index), colour in zip(names.items(), LINES, strict=False):
            left.plot(SHIFTS, [g[index] for g in shifted], color=colour, label=name)
        left.plot(SHIFTS, [plate(g, C) for g in shifted], "--", color=LINES[5], label="$f_{eff}$ plate")
        left.plot(SHIFTS, [beam(g, C) for g in shifted], ":", color=LINES[5], label="$f_{eff}$ beam")
        left.set(xlabel=r"$\lambda\, C_{11}$ (V)", ylabel="coefficients (V)")
        left.legend(ncols=2)
        right.plot(SHIFTS, [flexo_bound(C, g, G).scale for g in shifted], color=LINES[1], label="G kept")
        both = [flexo_bound(C, g, H).scale for g, H in zip(shifted, together, strict=True)]
        right.plot(SHIFTS, both, color=LINES[0], label=r"G with f: $G + 2 \lambda f + \lambda^2 C$")
        right.axhline(1.0, color="k", linestyle="--", linewidth=0.8)
        right.set(xlabel=r"$\lambda\, C_{11}$ (V)", ylabel="$s^*$", ylim=(0.0, None))
        right.legend()
        mark_panel(left, "a")
        mark_panel(right, "b")
        save(figure, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
