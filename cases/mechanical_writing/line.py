"""A tip that moves over a film in three dimensions: where its domain is, how long and wide, and once it is lifted."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import Triangulation

from phasefield.case.schema import TipMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.style import label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: P_z (C/m²) below which the film counts as reversed.
DOWN = 0.02


def points(member: MemberResults) -> dict[str, int]:
    """Load points: the full force before the tip moves, at the end of its track, and none."""
    force = member.observables["tip_force"][1:]
    full = np.flatnonzero(force >= 0.99 * force.max())
    return {"pressed": int(full[0]), "end of the track": int(full[-1]), "lifted": len(force) - 1}


def middle(member: MemberResults, point: int) -> tuple[np.ndarray, np.ndarray]:
    """Places (n, 2) in nm, x and y, and P_z (C/m²) at mid-height of the film, at a load point."""
    snapshot = member.snapshot(point)
    mesh = member.case.mesh
    assert isinstance(mesh, TipMesh)
    near = np.abs(snapshot.points[:, 2] - 0.5e9 * mesh.thickness) < 0.5e9 * mesh.spacing
    return snapshot.points[near, :2], snapshot.point_data["P"][near, 2]


def extent(member: MemberResults, point: int) -> tuple[float, float, float]:
    """Lowest and highest x (nm) of the domain, and its width (nm), at a load point; zeros if there is none."""
    places, P = middle(member, point)
    down = places[P < -DOWN]
    if not len(down):
        return 0.0, 0.0, 0.0
    return float(down[:, 0].min()), float(down[:, 0].max()), 2.0 * float(down[:, 1].max())


def analyse(results: StudyResults) -> list[Comparison]:
    """Print lengths and widths (returned, those of members without a domain too) and draw line.png."""
    rows = []
    for member in results:
        for text, point in points(member).items():
            low, high, width = extent(member, point)
            rows.append(Comparison(f"{member.name}, {text}: middle (nm)", 0.5 * (low + high)))
            rows.append(Comparison(f"{member.name}, {text}: length (nm)", high - low))
            rows.append(Comparison(f"{member.name}, {text}: width (nm)", width))
    print(comparison_table(rows, "", digits=3))
    _draw(results)
    return rows


def _draw(results: StudyResults) -> None:
    member = results["drawn"]
    with style():
        figure = new_figure(7.2, 2.0)
        panels = figure.subplots(1, 3, sharey=True)
        for axes, (text, point), letter in zip(panels, points(member).items(), "abc", strict=True):
            _from_above(axes, *middle(member, point))
            axes.set_title(text, fontsize=8)
            mark_panel(axes, letter)
        panels[0].set_ylabel(label("$y$", "nm"))
        print(save(figure, results.folder / "line.png"))


def _from_above(axes: Axes, places: np.ndarray, P: np.ndarray) -> None:
    """P_z at mid-height, on both sides of the mirror plane."""
    for side in (1.0, -1.0):
        mesh = Triangulation(places[:, 0], side * places[:, 1])
        axes.tripcolor(mesh, P, cmap="RdBu", shading="gouraud", vmin=-0.4, vmax=0.4)
    axes.set(xlim=(-12, 12), ylim=(-7, 7), xlabel=label("$x$", "nm"))
    axes.set_aspect("equal")
