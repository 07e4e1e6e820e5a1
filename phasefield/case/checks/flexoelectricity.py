"""Flexocoupling: one source of coefficients, and what the other tables must have for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from phasefield.case.schema import Case, Flexoelectricity

#: Positions of the strain indices in each order of a full tensor.
_STRAIN = {"energy": (0, 1), "field": (1, 2), "hong": (2, 3)}


def problems(case: Case) -> Iterator[str]:
    """Contradictions of the table `flexoelectricity`; its stability needs the material."""
    flexo = case.flexoelectricity
    if not flexo.enabled:
        if "E_flexo" in case.output.fields:
            yield 'output.fields: "E_flexo" needs flexoelectricity, which is not enabled'
        return
    if not case.mechanics.enabled:
        yield "flexoelectricity: needs mechanics, which is not enabled"
    inline = flexo.coefficients.model_dump(exclude_none=True)
    given = [key for key, value in (("set", flexo.set), ("coefficients", inline), ("tensor", flexo.tensor)) if value]
    if len(given) > 1:
        yield f"flexoelectricity: {' and '.join(given)} are given; give one of them"
    yield from _tensor(flexo)
    missing = [key for key in ("f11", "f12", "f44") if key not in inline]
    if inline and missing:
        yield f"flexoelectricity.coefficients: {', '.join(missing)} missing (V); a coefficient may be 0"
    if flexo.strain_gradient_length is not None and case.mesh.degree == 1:
        yield (
            "flexoelectricity.strain_gradient_length: needs mesh.degree = 2, since elements of degree 1"
            " have no strain gradient"
        )


def _tensor(flexo: Flexoelectricity) -> Iterator[str]:
    """All components must be symmetric in the strain; the order of indices is theirs."""
    given = np.asarray(flexo.tensor if flexo.tensor is not None else 0.0)
    if given.ndim != 4:
        if flexo.tensor_order != "energy":
            yield (
                f'flexoelectricity.tensor_order: "{flexo.tensor_order}" has a meaning for a tensor of all'
                " 3 x 3 x 3 x 3 components; remove it"
            )
        return
    first, second = _STRAIN[flexo.tensor_order]
    difference = np.abs(given - given.swapaxes(first, second))
    if difference.max() > 1e-9 * np.abs(given).max():
        place = np.unravel_index(int(difference.argmax()), given.shape)
        other = list(place)
        other[first], other[second] = place[second], place[first]
        indices, turned = ("".join(str(i + 1) for i in index) for index in (place, other))
        yield (
            f"flexoelectricity.tensor: component {indices} is {given[place]:g} V, {turned} is"
            f' {given[tuple(other)]:g} V; in the order "{flexo.tensor_order}" both have one strain and must be equal'
        )
