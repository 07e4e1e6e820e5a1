"""What the forces that switch a film depend on, on two meshes."""

from __future__ import annotations

import math
from pathlib import Path

from phasefield.comparison import Comparison, beside, comparison_table
from phasefield.study import MemberResults, StudyResults, load_module

study = load_module(Path(__file__).with_name("study.py"))
#: Films whose loops are drawn.
DRAWN = {
    "thin": "2.4 nm",
    "thick": "9.6 nm",
    "sharp": "$R$ = 15 nm",
    "blunt": "$R$ = 60 nm",
    "screened": "8 pm",
}


def thresholds(films: dict[str, MemberResults]) -> list[Comparison]:
    """Forces at which parts of the column are reversed, of those films that it happens to."""
    parts = {"10 %": 0.1, "half": 0.5, "90 %": study.SWITCHED}
    found = {
        f"{film}: {text} (nN)": study.threshold(member, part)
        for film, member in films.items()
        if study.polarized_up(member)
        for text, part in parts.items()
    }
    return [Comparison(text, force) for text, force in found.items() if not math.isnan(force)]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the tables of the finer mesh, its forces (returned) beside those of the other one, and draw films.png."""
    meshes = sorted({float(member.choices["cells"]) for member in results})
    fine, coarse = (films(results, cells) for cells in (meshes[0], meshes[-1]))
    print(f"{study.sensitivity(fine)}\n\n{study.directions(fine)}\n")
    rows = thresholds(fine)
    print(comparison_table(beside(rows, thresholds(coarse)), "coarser cells", digits=3))
    loops = {text: fine[film] for film, text in DRAWN.items() if film in fine}
    pressed = fine.get("PbTiO3", next(iter(fine.values())))
    print(study.draw(loops, pressed, 0.9, results.folder / "films.png"))
    return rows


def films(results: StudyResults, cells: float) -> dict[str, MemberResults]:
    """Members on cells of this size by the name of the film."""
    return {str(film): member for film, member in results.along("film", cells=cells).items()}
