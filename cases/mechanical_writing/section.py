"""Lines between stiffer walls in section: how wide they are and what they cost, by imprint, on three meshes; a disk."""

from __future__ import annotations

from pathlib import Path

from phasefield.comparison import Comparison, beside, comparison_table
from phasefield.study import StudyResults, load_module

retention = load_module(Path(__file__).with_name("retention.py"))

#: The disk that a line with ends shrinks to, on cells half as large as those of line.toml and on those.
DISK, USUAL_DISK = "disk_40mV_fine", "disk_40mV"


def disk(results: StudyResults, name: str) -> list[Comparison]:
    """Diameter (nm) of the disk."""
    return [Comparison("disk, imprint 40 mV: diameter (nm)", 2.0 * retention.radius(results[name]))]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print widths and energies of lines on fine cells (returned) beside those on finer ones and those of line.toml."""
    finest, fine, usual = (retention.lines(results, cells) for cells in ("finest", "fine", "usual"))
    fine += disk(results, DISK)
    usual += disk(results, USUAL_DISK)
    print(f"cells of 0.4 nm\n{comparison_table(beside(fine, finest), 'of 0.27 nm', digits=3)}\n")
    print(comparison_table(beside(fine, usual), "of 0.8 nm", digits=3))
    return fine
