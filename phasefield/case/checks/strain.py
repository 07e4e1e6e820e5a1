"""Mean strain and stress: components that a mesh can have, and one prescription for each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from phasefield.case.layout import axes_of, lengths_of
from phasefield.case.schema import Case, FileMesh, PrescribedExpression, PrescribedFile
from phasefield.errors import MaterialError
from phasefield.materials.formula import evaluate_at
from phasefield.nodaldata import is_readable


def problems(case: Case) -> Iterator[str]:
    """Contradictions within the table `mechanics`."""
    strain, stress = case.mechanics.strain, case.mechanics.stress
    for component in stress:
        if isinstance(strain.get(component), float):
            yield (
                f"mechanics.stress.{component}: mechanics.strain.{component} is fixed, so this"
                ' stress cannot be; set the strain "free" or remove the stress'
            )
    yield from _prescribed(case)
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


def _prescribed(case: Case) -> Iterator[str]:
    """A given displacement leaves nothing of mechanics to be found."""
    mechanics, spec = case.mechanics, case.mechanics.prescribed
    if spec is None:
        return
    if not mechanics.enabled:
        yield "mechanics.prescribed: needs mechanics, which is not enabled"
    for table, values in (("strain", mechanics.strain), ("curvature", mechanics.curvature)):
        for component, value in values.items():
            if value == "free":
                yield f'mechanics.{table}.{component}: "free" is found by equilibrium; give a number beside prescribed'
    for key in ("stress", "boundary"):
        if getattr(mechanics, key):
            yield f"mechanics.{key}: has no meaning beside mechanics.prescribed; remove one of them"
    if case.flexoelectricity.one_way == "converse":
        yield 'flexoelectricity.one_way: "converse" has no meaning beside mechanics.prescribed'
    if isinstance(spec, PrescribedFile):
        if not is_readable(spec.path):
            yield f"mechanics.prescribed.path: no such file or result folder: {spec.path}"
    else:
        yield from _formulas(case, spec)


def _formulas(case: Case, spec: PrescribedExpression) -> Iterator[str]:
    """Formulas that have no value at a place inside the body, whatever it is."""
    for name in "xyz":
        if name in spec.parameters:
            yield f"mechanics.prescribed.parameters.{name}: is a coordinate; take another name"
    lengths = (1e-9,) if isinstance(case.mesh, FileMesh) else lengths_of(case.mesh)
    place = {axis: np.array([0.37 * min(lengths)]) for axis in "xyz"}
    for i, formula in enumerate(spec.value):
        try:
            evaluate_at(str(formula), place, spec.parameters)
        except MaterialError as error:
            yield f"mechanics.prescribed.value[{i}]: {error}"
