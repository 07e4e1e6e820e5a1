"""Lines between stiffer walls in section: how wide they are and what they cost, by imprint, on two meshes."""

from __future__ import annotations

from pathlib import Path

from phasefield.comparison import Comparison, comparison_table
from phasefield.study import StudyResults, load_module

retention = load_module(Path(__file__).with_name("retention.py"))


def lines(results: StudyResults, cells: str) -> list[Comparison]:
    """Width (nm) and energy over that of the film without (pJ/m) of the line at every imprint."""
    rows = []
    films = results.along("imprint", state="film", cells=cells)
    for imprint, line in results.along("imprint", state="line", cells=cells).items():
        text = f"imprint {-1e3 * float(imprint):.0f} mV"
        rows.append(Comparison(f"{text}: width (nm)", 2.0 * retention.radius(line)))
        rows.append(Comparison(f"{text}: energy (pJ/m)", retention.cost(line, films[imprint])))
    return rows


def analyse(results: StudyResults) -> list[Comparison]:
    """Print widths and energies of lines on fine cells (returned) beside those on the cells of line.toml."""
    fine, usual = (lines(results, cells) for cells in ("fine", "usual"))
    rows = [Comparison(row.quantity, row.computed, other.computed) for row, other in zip(fine, usual, strict=True)]
    print(comparison_table(rows, "cells of 0.8 nm", digits=3))
    return rows
