"""The potential of a tip: a boundary of its own, and a body that has all three dimensions around it."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.checks.place import problems_of_place
from phasefield.case.layout import axes_of, boundaries_of
from phasefield.case.schema import Case, TipMesh
from phasefield.errors import nearest


def problems(case: Case) -> Iterator[str]:
    """Contradictions of the table `electrostatics.tip`."""
    tip = case.electrostatics.tip
    if tip is None:
        return
    if not case.electrostatics.enabled:
        yield "electrostatics.tip: needs electrostatics, which is not enabled"
    known = boundaries_of(case.mesh)
    if tip.on not in known:
        yield (
            f'electrostatics.tip.on: "{tip.on}" is not a boundary of the mesh{nearest(tip.on, known)}'
            f" (it has: {', '.join(known) or 'none'})"
        )
    elif isinstance(case.mesh, TipMesh) and case.mesh.air and known[tip.on] == "z_max":
        yield f'electrostatics.tip.on: "{tip.on}" is the upper side of the air; a tip is above "film_top"'
    for i, condition in enumerate(case.electrostatics.boundary):
        if any(known.get(name, name) == known.get(tip.on, tip.on) for name in condition.on):
            yield (
                f'electrostatics.boundary[{i}]: "{condition.kind}" on the boundary of electrostatics.tip, which gives'
                " its potential everywhere; remove one of them"
            )
    axes = axes_of(case.mesh)
    if axes is not None and len(axes) < 3 and not case.mesh.axisymmetric:
        yield (
            f'electrostatics.tip: its potential depends on the distance from a point; a mesh with the axes "{axes}"'
            " cannot have it: use three dimensions, or mesh.axisymmetric = true"
        )
    else:
        yield from problems_of_place("electrostatics.tip", tip, case)
