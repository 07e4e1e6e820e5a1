"""The softest mode of a free body against the size of the elements, by form: surface_mode.png, and a table."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from matplotlib.ticker import NullLocator

from phasefield.case import load_case
from phasefield.measure import softest_curvature
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.simulation import Simulation

#: A linear dielectric of surface layers of 2 nm, with half of the flexocoupling at which waves are unstable.
STIFFNESS, GRADIENT, SIZE, LENGTH = 1e9, 4e-9, 4e-9, 1e-9
FLEXO = {"f11": 14.0, "f12": 6.0, "f44": 4.0}
FORMS = {"gradient of P": "0", "symmetric": "½", "strain gradient": "1"}
#: Axes and element of each mesh, and cells per side.
MESHES = {
    "1D": ("z", "simplex", (4, 8, 16, 32)),
    "2D": ("xz", "simplex", (2, 4, 8, 16, 32)),
    "3D": ("xyz", "tensor", (2, 4, 8)),
}


def curvature(axes: str, cell: str, cells: int, form: str, length: float) -> float:
    """Smallest eigenvalue of δ²H/δP² with u relaxed, over that of a uniform polarization without flexocoupling.

    The body is a plate, square or cube with free surfaces, with strain-gradient elasticity of the given length (m), if
    any.
    """
    case = {
        "version": 1,
        "material": {
            "landau": {"alpha_1": STIFFNESS / 2},
            "elastic": {"C11": 2e11, "C12": 5e10, "C44": 1e11},
            "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
            "gradient": {"G11": GRADIENT, "G12": 0.0, "G44": GRADIENT},
            "background_permittivity": 7.0,
            "kinetic": 1e4,
        },
        "mesh": {
            "kind": "box",
            "size": [SIZE] * len(axes),
            "cells": [cells] * len(axes),
            "axes": axes,
            "cell": cell,
            "degree": 2,
        },
        "initial": {"kind": "uniform", "value": [0, 0, 0]},
        "electrostatics": {"enabled": False},
        "flexoelectricity": {"coefficients": FLEXO, "form": form, "allow_unstable": True}
        | ({"strain_gradient_length": length} if length else {}),
    }
    return softest_curvature(Simulation(load_case(case))) / STIFFNESS


def series(dim: str) -> dict[tuple[str, float], list[float]]:
    """Eigenvalues by form and length, one for each number of cells."""
    axes, cell, counts = MESHES[dim]
    return {
        (form, length): [curvature(axes, cell, n, form, length) for n in counts]
        for form in FORMS
        for length in (0.0, LENGTH)
    }


def row(form: str, length: float, values: Sequence[float]) -> str:
    """The beginning of a row of the table."""
    name = f"l = {length * 1e9:g} nm" if length else "–"
    return f"| {FORMS[form]} | {name} | " + " | ".join(f"{value:.4g}" for value in values)


def table(dim: str, found: dict[tuple[str, float], list[float]]) -> str:
    """One dimension in Markdown."""
    counts = MESHES[dim][2]
    lines = [
        f"| θ in {dim} | strain gradients | " + " | ".join(f"h = {SIZE / n * 1e9:.3g} nm" for n in counts) + " |",
        "|---" * (len(counts) + 2) + "|",
    ]
    return "\n".join([*lines, *(f"{row(*key, values)} |" for key, values in found.items())])


def main(path: Path) -> None:
    """Draw the figure to `path` and print the table."""
    with style():
        figure = new_figure(6.4, 2.4)
        for axes, dim, letter in zip(figure.subplots(1, 3, sharey=True), MESHES, "abc", strict=True):
            found = series(dim)
            print(table(dim, found), end="\n\n")
            sizes = [SIZE / n * 1e9 for n in MESHES[dim][2]]
            for (form, length), values in found.items():
                colour = LINES[list(FORMS).index(form)]
                text = f"θ = {FORMS[form]}" if length else None
                axes.plot(sizes, values, "o-" if length else "o:", color=colour, label=text, markersize=3.5)
            axes.set_xscale("log")
            axes.set_xticks(sizes, [f"{size:g}" for size in sizes])
            axes.xaxis.set_minor_locator(NullLocator())
            axes.set_yscale("symlog", linthresh=1.0)
            axes.set_xlabel(label("$h$", "nm"))
            axes.set_title(f"{dim}; lines: $l$ = 1 nm")
            mark_panel(axes, letter)
        figure.axes[0].legend()
        figure.axes[0].set_ylabel("smallest eigenvalue over $a$")
        save(figure, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
