"""Mean strain and stress: components that a mesh can have, and one prescription for each."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.layout import axes_of
from phasefield.case.schema import Case


def problems(case: Case) -> Iterator[str]:
    """Contradictions within the table `mechanics`."""
    strain, stress = case.mechanics.strain, case.mechanics.stress
    for component in stress:
        if isinstance(strain.get(component), float):
            yield (
                f"mechanics.stress.{component}: mechanics.strain.{component} is fixed, so this"
                ' stress cannot be; set the strain "free" or remove the stress'
            )
    axes = axes_of(case.mesh)
    if axes is None:
        if case.mechanics.curvature:
            yield "mechanics.curvature: needs mesh.axes, the lab axes of the mesh coordinates"
        return
    yield from _curvature(case, axes)
    for table, components in (("strain", strain), ("stress", stress)):
        for component in components:
            ended = sorted(set(component) & set(axes) - set(case.mesh.periodic))
            if ended:
                yield (
                    f"mechanics.{table}.{component}: the mesh is resolved and not periodic along"
                    f" {' and '.join(ended)}, where the strain follows from the displacement;"
                    " prescribe it by mechanics.boundary, or make the mesh periodic"
                )


def _curvature(case: Case, axes: str) -> Iterator[str]:
    """A plate has one axis along which it ends, and is bent in its plane."""
    if not case.mechanics.curvature:
        return
    ended = [axis for axis in axes if axis not in case.mesh.periodic]
    if len(ended) != 1:
        found = f"ends along {' and '.join(ended)}" if ended else "is periodic along all its axes"
        yield (
            f"mechanics.curvature: the mesh {found}; a plate with a curvature ends along one axis, its thickness,"
            " and is periodic along the other axes of the mesh"
        )
        return
    for component in case.mechanics.curvature:
        if ended[0] in component:
            yield f"mechanics.curvature.{component}: not in the plane of the plate, whose thickness is along {ended[0]}"
