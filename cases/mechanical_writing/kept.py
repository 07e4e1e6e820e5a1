"""Lines that a tip has drawn, at rest: how wide they are, or how large the disk that is left of them."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np

from phasefield.case.schema import FileState, TipMesh
from phasefield.comparison import Comparison, beside_finer, comparison_table
from phasefield.plot.results import Results
from phasefield.plot.style import label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module

line = load_module(Path(__file__).with_name("line.py"))

#: Length over width below which a domain is a disk.
DISK = 1.5
#: What is drawn, and the titles.
PICTURES = {"across": "from side to side", "imprint_40mV": "with ends, imprint 40 mV"}


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


def diameter(P: np.ndarray) -> float:
    """Diameter (nm) of the circle as large as the domain, of which P shows half."""
    area = 2.0 * float((P < 0.0).sum()) * (line.X[1] - line.X[0]) * (line.Y[1] - line.Y[0])
    return math.sqrt(4.0 * area / math.pi)


def left(member: MemberResults) -> Comparison:
    """The width of a line beside that when the run began, or the diameter of a disk beside the length of its line."""
    end, before = at_rest(member), line.extent(drawn(member))
    extent = line.extent(end)
    if extent["length"] < DISK * extent["width"]:
        return Comparison(f"{member.name}: disk of diameter (nm)", diameter(end), before["length"])
    return Comparison(f"{member.name}: line of width (nm)", extent["width"], before["width"])


def analyse(results: StudyResults) -> list[Comparison]:
    """Print what is at rest beside what it began with (returned), the same on finer cells, and draw kept.png."""
    rows = [left(member) for member in results]
    print(comparison_table(rows, "drawn", digits=3))
    if finer := beside_finer(rows):
        print(f"\n{comparison_table(finer, 'finer cells', digits=3)}")
    _draw(results, {text: at_rest(results[name]) for name, text in results.present(PICTURES).items()})
    return rows


def _draw(results: StudyResults, ends: dict[str, np.ndarray]) -> None:
    with style():
        figure = new_figure(7.2, 2.0)
        panels = figure.subplots(1, len(ends), sharey=True, squeeze=False)[0]
        panels[0].set_ylabel(label("$y$", "nm"))
        for axes, (text, P), letter in zip(panels, ends.items(), "ab", strict=False):
            line.draw_from_above(axes, P)
            axes.set_title(text, fontsize=8)
            axes.set_xlabel(label("$x$", "nm"))
            mark_panel(axes, letter)
        print(save(figure, results.folder / "kept.png"))
