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
        return
    for table, components in (("strain", strain), ("stress", stress)):
        for component in components:
            ended = sorted(set(component) & set(axes) - set(case.mesh.periodic))
            if ended:
                yield (
                    f"mechanics.{table}.{component}: the mesh is resolved and not periodic along"
                    f" {' and '.join(ended)}, where the strain follows from the displacement;"
                    " prescribe it by mechanics.boundary, or make the mesh periodic"
                )
