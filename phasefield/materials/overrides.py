"""A set with something laid over it: a named flexocoupling set, or inline coefficients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from phasefield.errors import MaterialError, nearest
from phasefield.materials.material_set import MaterialSet
from phasefield.materials.quantities import ALTERNATIVES, SCALAR_UNITS, SECTION_UNITS
from phasefield.materials.reading import (
    FLEXO_FILE,
    SEMICONDUCTOR_FILE,
    coefficients,
    flexo_file,
    semiconductor_file,
)

ANY = "any"
"""Key of the values that serve every compound without values of its own."""


def available_flexo(formula: str | None = None) -> list[str]:
    """Names of the flexocoupling sets, or of those with values for the compound `formula`."""
    sets = flexo_file()["sets"]
    return [name for name, entry in sets.items() if formula is None or {formula, ANY} & set(entry["values"])]


def with_flexo(base: MaterialSet, flexo: str | Mapping[str, Any]) -> MaterialSet:
    """`base` with the named flexocoupling set, or with inline {"f11", "f12", "f44"}.

    Raises:
        MaterialError: an unknown set, or one without values for this compound.
    """
    if not isinstance(flexo, str):
        return with_overrides(base, {"flexo": flexo})
    sets = flexo_file()["sets"]
    if flexo not in sets:
        raise MaterialError(f'unknown flexocoupling set "{flexo}"{nearest(flexo, sets)} (known: {", ".join(sets)})')
    entry = sets[flexo]
    key = base.formula if base.formula in entry["values"] else ANY
    if key not in entry["values"]:
        raise MaterialError(
            f'flexocoupling set "{flexo}" has values for {", ".join(entry["values"])} only, not for'
            f" {base.formula or base.name}: take another set or give f11, f12, f44 inline"
        )
    sources = flexo_file()["sources"]
    place = f"{FLEXO_FILE}: {flexo}.{key}"
    found = coefficients({"flexo": entry["values"][key]}, place, sources)
    warning = entry.get("warning")
    return replace(
        base,
        sources={**base.sources, **sources},
        coefficients={**without_flexo(base).coefficients, **found},
        warnings=(*base.warnings, f"flexo {flexo}: {warning}") if warning else base.warnings,
    )


def with_semiconductor(base: MaterialSet) -> MaterialSet:
    """`base` with band gap and densities of states of its compound, under what it says itself; as it is without."""
    library = semiconductor_file()
    if base.formula not in library["values"]:
        return base
    place = f"{SEMICONDUCTOR_FILE}: {base.formula}"
    found = coefficients({"semiconductor": library["values"][base.formula]}, place, library["sources"])
    return replace(base, sources={**library["sources"], **base.sources}, coefficients={**found, **base.coefficients})


def with_overrides(base: MaterialSet, overrides: Mapping[str, Any]) -> MaterialSet:
    """`base` with inline coefficients, in the package's conventions (Q44 engineering).

    Another form of the elastic or electrostrictive constants (s for C, q for Q) replaces the set's
    form, so it has to be complete.

    Raises:
        MaterialError: an unknown key, a value of the wrong kind, or a quartic over clamped ones.
    """
    known = (*SECTION_UNITS, *SCALAR_UNITS)
    for key, value in overrides.items():
        if key not in known:
            raise MaterialError(f'unknown inline material key "{key}"{nearest(key, known)}')
        if key in SECTION_UNITS and not isinstance(value, Mapping):
            raise MaterialError(f'inline material: "{key}" is a table with {", ".join(SECTION_UNITS[key])}')
    new = coefficients(overrides, "inline material", None)
    kept = dict(base.coefficients)
    for section, groups in ALTERNATIVES.items():
        given = {name.partition(".")[2] for name in new if name.startswith(f"{section}.")}
        for group in groups:
            if given and not given & set(group):
                kept = {k: c for k, c in kept.items() if k not in {f"{section}.{g}" for g in group}}
    conventions = dict(base.conventions)
    if conventions.get("quartics") == "clamped" and {"landau.alpha_11", "landau.alpha_12"} & set(new):
        raise MaterialError(
            f"inline alpha_11 and alpha_12 are stress-free, those of {base.place} are clamped: change the file instead"
        )
    if {"electrostriction.Q44", "electrostriction.q44"} & set(new):
        conventions["Q44"] = "engineering"
    return replace(base, coefficients={**kept, **new}, conventions=conventions)


def without_flexo(base: MaterialSet) -> MaterialSet:
    """`base` without flexocoupling."""
    kept = {key: c for key, c in base.coefficients.items() if not key.startswith("flexo.")}
    return replace(base, coefficients=kept)
