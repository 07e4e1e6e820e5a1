"""How large a written domain stays when no tip presses, by screening and imprint."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import LinearTriInterpolator, Triangulation

from phasefield.case.schema import TipMesh, WallState
from phasefield.comparison import Comparison, beside, beside_finer, comparison_table
from phasefield.plot.results import Snapshot
from phasefield.plot.style import label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Number of places along x at which the end of a domain is looked for.
PLACES = 8001
#: Part of the distance to which cells are fine within which a disk has its own size.
FREE = 0.75
DRAWN = {
    "ideal": "disk, ideal electrodes",
    "disk,imprint=-15mV,cells=0.28nm": "disk, 8 pm, 15 mV",
    "line,imprint=-15mV,cells=0.28nm": "line, 8 pm, 15 mV",
}


def radius(member: MemberResults) -> float:
    """Radius, or half the width of a line (nm), to which P_z < 0 at mid-height of the film, between nodes too."""
    snapshot, mesh = member.snapshot(), member.case.mesh
    assert isinstance(mesh, TipMesh)
    x, z = snapshot.points[:, 0], snapshot.points[:, 2]
    P_z = LinearTriInterpolator(Triangulation(x, z, snapshot.cells), snapshot.point_data["P"][:, 2])
    places = np.linspace(0.0, 0.999 * float(x.max()), PLACES)
    down = np.ma.filled(P_z(places, np.full(PLACES, 0.5e9 * mesh.thickness)), 1.0) < 0.0
    return float(places[down].max(initial=0.0))


def cost(line: MemberResults, film: MemberResults) -> float:
    """Energy of a line over that of the film without (pJ/m), from half sections: below zero its ends move on."""
    with_line, without = (member.observables["energy_total"][-1] for member in (line, film))
    return 2e12 * float(with_line - without)


def imprint_of(potential: float | str) -> str:
    """The imprint (mV) of a place on the axis of potentials."""
    return f"imprint {-1e3 * float(potential):.0f} mV"


def disks(results: StudyResults, cells: float | str) -> list[Comparison]:
    """Radius (nm) of the disk at every imprint, but of those that reach to where cells grow, which hold them."""
    rows = []
    for imprint, disk in results.along("imprint", state="disk", cells=cells).items():
        size, mesh = radius(disk), disk.case.mesh
        assert isinstance(mesh, TipMesh)
        if size < FREE * 1e9 * mesh.contact:
            rows.append(Comparison(f"disk, {imprint_of(imprint)}: radius (nm)", size))
    return rows


def lines(results: StudyResults, cells: float | str) -> list[Comparison]:
    """Width (nm) of the line at every imprint, and its energy over that of the film without (pJ/m)."""
    rows = []
    films = results.along("imprint", state="film", cells=cells)
    for imprint, line in results.along("imprint", state="line", cells=cells).items():
        rows.append(Comparison(f"line, {imprint_of(imprint)}: width (nm)", 2.0 * radius(line)))
        rows.append(Comparison(f"line, {imprint_of(imprint)}: energy (pJ/m)", cost(line, films[imprint])))
    return rows


def others(results: StudyResults) -> list[Comparison]:
    """Radius, or half the width of a line (nm), of members beside the axes, beside what it was."""
    rows = []
    for member in results:
        state = member.case.initial
        if not member.choices and isinstance(state, WallState):
            rows.append(Comparison(f"radius left (nm), {member.name}", radius(member), 1e9 * state.position))
    return rows


def analyse(results: StudyResults) -> list[Comparison]:
    """Print what is left and what lines cost (returned) beside the same on finer cells, and draw retention.png."""
    meshes = sorted({float(member.choices["cells"]) for member in results if member.choices})
    finer, rows = (disks(results, cells) + lines(results, cells) for cells in (meshes[0], meshes[-1]))
    alone = others(results)
    print(comparison_table(beside(rows, finer) + beside_finer(alone), "finer cells", digits=3))
    print(f"\n{comparison_table(alone, 'written', digits=3)}")
    _draw(results)
    return rows + alone


def _draw(results: StudyResults) -> None:
    drawn = results.present(DRAWN)
    with style():
        figure = new_figure(7.2, 1.6)
        panels = figure.subplots(1, len(drawn), sharey=True, squeeze=False)[0]
        panels[0].set_ylabel(label("$z$", "nm"))
        for axes, (name, text), letter in zip(panels, drawn.items(), "abc", strict=False):
            _draw_map(axes, results[name].snapshot())
            axes.set_title(text, fontsize=8)
            mark_panel(axes, letter)
        print(save(figure, results.folder / "retention.png"))


def _draw_map(axes: Axes, snapshot: Snapshot) -> None:
    """P_z in the plane of x and z, on both sides of x = 0."""
    x, z = snapshot.points[:, 0], snapshot.points[:, 2]
    film = (z[snapshot.cells] > -1e-6).all(axis=1)
    for side in (1.0, -1.0):
        mesh = Triangulation(side * x, z, snapshot.cells[film])
        axes.tripcolor(mesh, snapshot.point_data["P"][:, 2], cmap="RdBu", shading="gouraud", vmin=-0.4, vmax=0.4)
    axes.set(xlim=(-12.0, 12.0), ylim=(-0.2, float(z.max()) + 0.2), xlabel=label("$x$", "nm"))
