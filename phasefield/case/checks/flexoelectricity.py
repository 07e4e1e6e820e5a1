"""Flexocoupling: one source of coefficients, and what the other tables must have for it."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.schema import Case


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
    missing = [key for key in ("f11", "f12", "f44") if key not in inline]
    if inline and missing:
        yield f"flexoelectricity.coefficients: {', '.join(missing)} missing (V); a coefficient may be 0"
    if flexo.strain_gradient_length is not None and case.mesh.degree == 1:
        yield (
            "flexoelectricity.strain_gradient_length: needs mesh.degree = 2, since elements of degree 1"
            " have no strain gradient"
        )
    if flexo.strain_gradient_length is not None and "free" in case.mechanics.curvature.values():
        yield (
            'mechanics.curvature: "free" is not available with flexoelectricity.strain_gradient_length; give a number'
        )
