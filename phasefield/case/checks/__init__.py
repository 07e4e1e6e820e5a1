"""What the keys of a case must fulfil together, checked before any mesh is made.

Each module holds the rules of one subject as a function `problems(case)` that yields
`path: sentence` for everything it finds, so that a user sees all mistakes at once.
"""

from __future__ import annotations

from phasefield.case.checks import (
    axisymmetry,
    boundaries,
    carriers,
    defects,
    electric_tip,
    flexoelectricity,
    grading,
    loads,
    material,
    mesh,
    running,
    strain,
    tip,
)
from phasefield.case.schema import Case


def problems(case: Case) -> list[str]:
    """All contradictions of a case that is valid table by table, as `path: sentence`."""
    places = (mesh, axisymmetry, material, grading, boundaries, electric_tip, carriers, strain)
    subjects = (*places, flexoelectricity, defects, tip, loads, running)
    return [problem for subject in subjects for problem in subject.problems(case)]
