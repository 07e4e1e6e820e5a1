"""A tip that moves over a film in three dimensions: where its domain is, how long and wide."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from phasefield.case.schema import TableLoad, TipMesh
from phasefield.comparison import Comparison, beside_finer, comparison_table
from phasefield.interpolation import interpolated
from phasefield.plot.results import Snapshot
from phasefield.plot.style import label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Places along x and y (nm) at which the domain is looked for, at mid-height.
X, Y = np.linspace(-18.0, 18.0, 361), np.linspace(0.0, 11.0, 441)
#: What is drawn, and the titles.
PICTURES = {"drawn": "2 km/s", "slow": "200 m/s", "across": "across"}


def from_above(snapshot: Snapshot, mesh: TipMesh) -> np.ndarray:
    """P_z (C/m²) at mid-height over Y and X, nan beside the film."""
    x, y = np.meshgrid(X, Y)
    places = np.column_stack([x.ravel(), y.ravel(), np.full(x.size, 0.5e9 * mesh.thickness)])
    P = interpolated(snapshot.points, snapshot.cells, snapshot.point_data["P"], places)
    return P[:, 2].reshape(x.shape)


def extent(P: np.ndarray) -> dict[str, float]:
    """Middle, length, and mean width over half of it (nm) of the domain in which P_z < 0; nan without one."""
    down = X[P[0] < 0.0]
    if not len(down):
        return dict.fromkeys(("middle", "length", "width"), float("nan"))
    middle, length = 0.5 * (down[0] + down[-1]), down[-1] - down[0]
    inner = P[:, np.abs(X - middle) <= 0.25 * length] < 0.0
    return {"middle": middle, "length": length, "width": 2.0 * float(inner.sum(axis=0).mean()) * (Y[1] - Y[0])}


def moments(member: MemberResults) -> dict[str, float]:
    """Times (s), which are ends of steps: before the tip moves, at the end of its track, and after lifting."""
    tip, press = member.case.mechanics.tip, member.case.loads["press"]
    assert tip is not None and isinstance(press, TableLoad)
    return {"pressed": tip.start, "end of the track": press.times[-2], "lifted": press.times[-1]}


def states(member: MemberResults) -> dict[str, np.ndarray]:
    """P_z from above at the moments of a run."""
    mesh = member.case.mesh
    assert isinstance(mesh, TipMesh)
    return {text: from_above(member.snapshot_at(time), mesh) for text, time in moments(member).items()}


def extents(name: str, found: dict[str, np.ndarray]) -> list[Comparison]:
    """A row for each extent of each state of a run."""
    return [
        Comparison(f"{name}, {text}: {what} (nm)", value)
        for text, P in found.items()
        for what, value in extent(P).items()
    ]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print where domains are, how long and wide (returned), the same on finer cells, and draw line.png."""
    found = {member.name: states(member) for member in results}
    rows = [row for name, run in found.items() for row in extents(name, run)]
    print(comparison_table(rows, "", digits=3))
    if finer := beside_finer(rows):
        print(f"\n{comparison_table(finer, 'finer cells', digits=3)}")
    _draw({text: found[name] for name, text in PICTURES.items() if name in found}, results)
    return rows


def _draw(runs: dict[str, dict[str, np.ndarray]], results: StudyResults) -> None:
    with style():
        figure = new_figure(7.2, 0.6 + 1.5 * len(runs))
        panels = figure.subplots(len(runs), 3, sharex=True, sharey=True, squeeze=False)
        for line, (speed, run) in zip(panels, runs.items(), strict=True):
            line[0].set_ylabel(label("$y$", "nm"))
            for axes, (text, P) in zip(line, run.items(), strict=True):
                draw_from_above(axes, P)
                axes.set_title(f"{speed}, {text}", fontsize=8)
        for axes, letter in zip(panels.ravel(), "abcdefghi", strict=False):
            mark_panel(axes, letter)
        for axes in panels[-1]:
            axes.set_xlabel(label("$x$", "nm"))
        print(save(figure, results.folder / "line.png"))


def draw_from_above(axes: Axes, P: np.ndarray) -> None:
    """P_z at mid-height, on both sides of the mirror plane."""
    both = np.vstack([P[:0:-1], P])
    axes.imshow(
        both, extent=(X[0], X[-1], -Y[-1], Y[-1]), origin="lower", cmap="RdBu", vmin=-0.4, vmax=0.4, aspect="equal"
    )
    axes.set(xlim=(-16, 16), ylim=(-8, 8))
