"""From the table `material` of a case to coefficients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from phasefield.case.flexoelectricity import check_flexocoupling
from phasefield.case.schema import Case, Flexoelectricity
from phasefield.errors import MaterialError
from phasefield.materials import Material, load_material, resolve_set
from phasefield.tensors import full_flexo

#: Keys of the table `material` that hold inline coefficients.
_INLINE = {
    "landau",
    "elastic",
    "electrostriction",
    "gradient",
    "background_permittivity",
    "kinetic",
}


def case_material(case: Case) -> Material:
    """The ferroelectric of a case. Raises MaterialError: unknown, incomplete or unphysical."""
    table = case.material
    given: dict[str, Any] = table.model_dump(include=_INLINE, exclude_none=True)
    try:
        found = load_material(
            table.name,
            temperature=table.temperature,
            composition=table.composition,
            flexo=_named_or_inline(case.flexoelectricity),
            overrides={key: value for key, value in given.items() if value != {}},
        )
    except MaterialError as error:
        raise MaterialError(f"material: {error}") from error
    return with_flexocoupling(found, case.flexoelectricity)


def _named_or_inline(flexo: Flexoelectricity) -> str | dict[str, float] | None:
    if not flexo.enabled or flexo.tensor is not None:
        return None
    return flexo.set or flexo.coefficients.model_dump(exclude_none=True) or None


def with_flexocoupling(material: Material, flexo: Flexoelectricity) -> Material:
    """The material with the flexocoupling of the case: none unless enabled, its tensor if there is one.

    Raises MaterialError: enabled without coefficients.
    """
    if not flexo.enabled:
        return replace(material, flexo=None)
    if flexo.tensor is not None:
        return replace(material, flexo=full_flexo(flexo.tensor))
    if material.flexo is None:
        raise MaterialError(
            f"flexoelectricity: {material.name} has no flexocoupling coefficients; give a set, coefficients or a tensor"
        )
    return material


def region_elastic(case: Case, name: str) -> tuple[float, float, float]:
    """C11, C12, C44 (Pa) of a region without polarization: inline, or else of its material set.

    Raises MaterialError: unknown set, or one without these constants.
    """
    region = case.material.regions[name]
    inline = region.elastic.model_dump(exclude_none=True)
    try:
        chosen = resolve_set(region.material, overrides={"elastic": inline} if inline else None)
        C11, C12, C44 = chosen.elastic(case.material.temperature)
    except MaterialError as error:
        raise MaterialError(f"material.regions.{name}: {error}") from error
    return C11, C12, C44


def check_materials(case: Case) -> Material:
    """The ferroelectric, after checking the data of every other region too. Raises MaterialError."""
    if case.mechanics.enabled:
        for name in case.material.regions:
            region_elastic(case, name)
    material = case_material(case)
    check_flexocoupling(case, material)
    return material
