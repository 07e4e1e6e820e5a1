"""Lines that a tip has drawn, at rest: how long and wide they are, beside what they were when the tip was lifted."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phasefield.case.schema import FileState, TipMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.results import Results
from phasefield.plot.style import label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module

line = load_module(Path(__file__).with_name("line.py"))

#: What is drawn, and the titles.
PICTURES = {"across": "side to side", "drawn": "with ends, held by the mesh", "imprint_40mV": "the same, 40 mV"}


def at_rest(member: MemberResults) -> np.ndarray:
    """P_z from above at the end."""
    mesh = member.case.mesh
    assert isinstance(mesh, TipMesh)
    return line.from_above(member.snapshot(), mesh)


def drawn(member: MemberResults) -> np.ndarray:
    """P_z from above of the run that a member begins with."""
    state, mesh = member.case.initial, member.case.mesh
    assert isinstance(state, FileState) and isinstance(mesh, TipMesh)
    return line.from_above(Results(state.path).snapshot(), mesh)


def analyse(results: StudyResults) -> list[Comparison]:
    """Print extents at rest beside those when the runs began (returned), the same on finer cells, and draw kept.png."""
    ends = {member.name: at_rest(member) for member in results}
    rows = [
        Comparison(f"{member.name}: {what} (nm)", value, before[what])
        for member in results
        for before in [line.extent(drawn(member))]
        for what, value in line.extent(ends[member.name]).items()
    ]
    print(comparison_table(rows, "drawn", digits=3))
    if finer := line.beside_finer(rows):
        print(f"\n{comparison_table(finer, 'finer cells', digits=3)}")
    _draw(results, {text: ends[name] for name, text in PICTURES.items() if name in ends})
    return rows


def _draw(results: StudyResults, ends: dict[str, np.ndarray]) -> None:
    with style():
        figure = new_figure(7.2, 2.0)
        panels = figure.subplots(1, len(ends), sharey=True, squeeze=False)[0]
        panels[0].set_ylabel(label("$y$", "nm"))
        for axes, (text, P), letter in zip(panels, ends.items(), "abc", strict=False):
            line.draw_from_above(axes, P)
            axes.set_title(text, fontsize=8)
            axes.set_xlabel(label("$x$", "nm"))
            mark_panel(axes, letter)
        print(save(figure, results.folder / "kept.png"))
