"""How large a written domain stays when no tip presses, by screening and imprint."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import LinearTriInterpolator, Triangulation

from phasefield.case.schema import TipMesh, WallState
from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.results import Snapshot
from phasefield.plot.style import label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Number of places along x at which the end of a domain is looked for.
PLACES = 8001
#: Meshes of one and the same case, and the finest of them.
MESHES, FINEST = ("coarse", "imprint_15mV", "from_6nm"), "fine"
#: Half sections with a line and the same film without.
LINES = {f"line_imprint_{imprint}": f"film_imprint_{imprint}" for imprint in ("5mV", "15mV")}
DRAWN = {
    "ideal": "disk, ideal electrodes",
    "imprint_15mV": "disk, 8 pm, 15 mV",
    "line_imprint_15mV": "line, 8 pm, 15 mV",
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


def left(results: StudyResults) -> list[Comparison]:
    """What is left of every domain, beside what was written."""
    rows = []
    for member in results:
        if isinstance(member.case.initial, WallState):
            text = f"radius left (nm), {member.name}"
            rows.append(Comparison(text, radius(member), 1e9 * member.case.initial.position))
    return rows


def cost(line: MemberResults, film: MemberResults) -> float:
    """Energy of a line over that of the film without (pJ/m), from half sections: below zero its ends move on."""
    with_line, without = (member.observables["energy_total"][-1] for member in (line, film))
    return 2e12 * float(with_line - without)


def costs(results: StudyResults) -> list[Comparison]:
    """What lines cost."""
    return [
        Comparison(f"energy of a line (pJ/m), {line}", cost(results[line], results[film]))
        for line, film in LINES.items()
        if len(results.present(dict.fromkeys((line, film)))) == 2
    ]


def refinement(results: StudyResults) -> list[Comparison]:
    """The radius that is left on several meshes, and from another one, beside that on the finest mesh."""
    present = results.present({name: f"radius left (nm), {name}" for name in MESHES if FINEST in results})
    return [Comparison(text, radius(results[name]), radius(results[FINEST])) for name, text in present.items()]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the radii that are left and what lines cost (returned), and draw retention.png."""
    rows = left(results) + costs(results)
    print(comparison_table(rows, "written", digits=3))
    if meshes := refinement(results):
        print(f"\n{comparison_table(meshes, 'finest mesh', digits=3)}")
    _draw(results)
    return rows


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
