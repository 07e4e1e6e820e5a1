"""Where a tip is and how it moves: on the mesh, on its mirror planes and on the axis of a body of revolution."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.layout import axes_of, range_of
from phasefield.case.schema import Case, PlacedTip, TipMesh


def problems_of_place(path: str, tip: PlacedTip, case: Case) -> Iterator[str]:
    """Contradictions within the place of the tip at `path` in the case file, and with the mesh."""
    if (tip.track is None) != (tip.speed is None):
        missing = "speed" if tip.speed is None else "track"
        yield f"{path}.{missing}: missing; track and speed belong together"
    key = f"{path}.{'track' if tip.track else 'at'}"
    if case.mesh.axisymmetric:
        if any(corner != (0.0, 0.0) for corner in tip.track or (tip.at,)):
            yield f"{key}: the tip of a body of revolution is on its axis; remove the key"
        return
    for i, axis in enumerate("xy"):
        yield from _along(key, axis, [corner[i] for corner in tip.track or (tip.at,)], case)


def _along(key: str, axis: str, places: list[float], case: Case) -> Iterator[str]:
    """A tip on a mirror plane stays there; what is not resolved has no places; and none is beside the mesh."""
    axes = axes_of(case.mesh)
    moved = any(place != 0.0 for place in places)
    if moved and isinstance(case.mesh, TipMesh) and axis in case.mesh.half:
        yield f"{key}: the mesh is mirrored at {axis} = 0 (mesh.half), where the tip must be"
    elif moved and axes is not None and axis not in axes:
        yield f'{key}: found {axis} other than 0; the mesh resolves "{axes}"'
    elif (ends := range_of(case.mesh, axis)) and not all(ends[0] <= place <= ends[1] for place in places):
        farthest = min(places) if min(places) < ends[0] else max(places)
        yield (
            f"{key}: {axis} = {farthest:g} m is not above the mesh, which reaches from {axis} = {ends[0]:g} m to"
            f" {ends[1]:g} m"
        )
