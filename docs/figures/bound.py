"""Where flexocoupling is stable: by the direction of waves, and by the coefficients: bound.png."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from phasefield.materials import Material, load_material
from phasefield.materials.stability import flexo_bound
from phasefield.plot.style import LINES, mark_panel, new_figure, save, style
from phasefield.tensors import flexo_tensor

#: Library sets whose s* is drawn by direction.
SETS = (
    ("BaTiO3_Li2005", "Ponomareva2012"),
    ("PbTiO3_Haun1987", "Ponomareva2012"),
    ("SrTiO3_polar", "Zubko2013"),
    ("SrTiO3_polar", "HongVanderbilt2013_even"),
)
#: Coefficients (V) of SrTiO3 up to which the stable region is scanned, and those that are marked in it.
EXTENT = 18.0
MARKED = ("Zubko2013", "HongVanderbilt2013_even", "HongVanderbilt2013_mass")


def by_direction(material: Material, angles: np.ndarray) -> np.ndarray:
    """s* of waves in the plane of [100] and [001], at angles from [100]."""
    directions = np.stack([np.cos(angles), np.zeros_like(angles), np.sin(angles)], axis=1)
    return np.array(
        [flexo_bound(material.stiffness, material.flexo, material.gradient, span=n[None]).scale for n in directions]
    )


def region(material: Material, f44: float, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients f11 = f12 axes (V) and s* of waves along [100], [110] and [111] over them."""
    axis = np.linspace(-EXTENT, EXTENT, size)
    spans = [np.array([n]) / np.linalg.norm(n) for n in ((1.0, 0, 0), (1.0, 1, 0), (1.0, 1, 1))]

    def scale(f11: float, f12: float) -> float:
        f = flexo_tensor(f11, f12, f44)
        return min(flexo_bound(material.stiffness, f, material.gradient, span=span).scale for span in spans)

    return axis, np.array([[scale(f11, f12) for f11 in axis] for f12 in axis])


def main(path: Path, size: int = 121) -> None:
    """Draw the figure to `path`."""
    with style():
        figure = new_figure(6.4, 3.0)
        left, right = figure.add_subplot(121, projection="polar"), figure.add_subplot(122)
        _draw_directions(left)
        _draw_region(right, size)
        mark_panel(left, "a")
        mark_panel(right, "b")
        save(figure, path)


def _draw_directions(axes) -> None:
    angles = np.linspace(0.0, 2.0 * np.pi, 361)
    for (name, flexo), colour in zip(SETS, LINES, strict=False):
        material = load_material(name, flexo=flexo)
        axes.plot(angles, by_direction(material, angles), color=colour, label=f"{name.split('_')[0]}, {flexo}")
    axes.plot(angles, np.ones_like(angles), "k--", linewidth=0.8)
    axes.set(rmax=3.0, rticks=[1.0, 2.0, 3.0], xticks=np.pi * np.array([0.0, 0.25, 0.5]))
    axes.set_xticklabels(["[100]", "[101]", "[001]"])
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.06), fontsize=6.5)


def _draw_region(axes, size: int) -> None:
    material = load_material("SrTiO3_polar", flexo=MARKED[0])
    C = material.stiffness
    axis, scale = region(material, 2.2, size)
    axes.contourf(axis, axis, scale, levels=[1.0, np.inf], colors=[LINES[6]], alpha=0.4)
    axes.contour(axis, axis, scale, levels=[1.0], colors=[LINES[0]], linewidths=1.0)
    ratio = C[0, 0, 1, 1] / C[0, 0, 0, 0]
    for name, colour in zip(MARKED, LINES[1:], strict=False):
        f = load_material("SrTiO3_polar", flexo=name).flexo
        assert f is not None
        axes.plot(f[0, 0, 0, 0], f[1, 1, 0, 0], "o", color=colour, label=name)
        axes.plot(axis, f[1, 1, 0, 0] + ratio * (axis - f[0, 0, 0, 0]), ":", color=colour, linewidth=0.9)
    axes.set(xlim=axis[[0, -1]], ylim=axis[[0, -1]], xlabel="$f_{11}$ (V)", ylabel="$f_{12}$ (V)", aspect="equal")
    axes.legend(loc="upper left", fontsize=6.5)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
