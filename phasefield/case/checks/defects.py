"""The table `defects`: data of each species, names, neutrality, and what it needs of other tables."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.checks.boundaries import unknown_names
from phasefield.case.layout import boundaries_of
from phasefield.case.profiles import extreme_values
from phasefield.case.schema import Case, DefectCondition, DefectSpecies, FileProfile


def problems(case: Case) -> Iterator[str]:
    """Contradictions of the table `defects`."""
    defects = case.defects
    if not defects.species:
        # Electrons and holes balance immobile charges.
        for key in ("background",) if case.electrostatics.carriers else ("fixed", "background"):
            if getattr(defects, key):
                yield f"defects.{key}: has no meaning without mobile defects; give defects.species, or remove it"
        return
    for name, spec in defects.species.items():
        path = f"defects.species.{name}"
        if not name.isidentifier() or not name.isascii():
            yield f'{path}: found the name "{name}"; expected letters, digits and _, such as "V_O"'
        yield from _concentrations(path, spec)
        yield from _diffusivity(path, spec)
        if spec.vegard is not None and spec.excess_volume is not None:
            yield f"{path}.vegard: excess_volume and vegard are both given; remove one of them"
        yield from _boundaries(path, spec, case)
    yield from _neutrality(case)
    yield from _mode(case)


def _concentrations(path: str, spec: DefectSpecies) -> Iterator[str]:
    highest = spec.concentration
    if spec.profile is not None and not isinstance(spec.profile, FileProfile):
        lowest, largest = extreme_values(spec.profile)
        if lowest <= 0.0:
            yield f"{path}.profile: found a factor of {lowest:g}; expected factors above 0"
        highest *= largest
    if highest >= spec.site_density:
        yield (
            f"{path}.concentration: found {highest:g} 1/m^3; expected less than site_density ="
            f" {spec.site_density:g} 1/m^3"
        )


def _diffusivity(path: str, spec: DefectSpecies) -> Iterator[str]:
    activated = (spec.D0, spec.activation_energy)
    if spec.diffusivity is not None and activated != (None, None):
        yield f"{path}.diffusivity: given beside D0 or activation_energy; remove one or the other"
    if spec.diffusivity is None and None in activated:
        yield f"{path}.diffusivity: missing; give it, or D0 and activation_energy"
    if not any(spec.anisotropy):
        yield f"{path}.anisotropy: found three zeros; expected a positive factor for at least one axis"


def _boundaries(path: str, spec: DefectSpecies, case: Case) -> Iterator[str]:
    known = boundaries_of(case.mesh)
    seen: dict[str, int] = {}
    for i, condition in enumerate(spec.boundary):
        place = f"{path}.boundary[{i}]"
        yield from _value(place, condition, spec)
        yield from unknown_names(place, condition.on, case)
        for name in (name for name in condition.on if name in known):
            if known[name] in seen:
                yield f'{place}.on: "{name}" has a condition already in {path}.boundary[{seen[known[name]]}]'
            seen.setdefault(known[name], i)


def _value(place: str, condition: DefectCondition, spec: DefectSpecies) -> Iterator[str]:
    if condition.kind != "blocking" and condition.value is None:
        yield f'{place}.value: missing; kind = "{condition.kind}" needs it'
    concentration = condition.value if condition.kind == "concentration" else None
    if concentration is not None and not 0.0 < concentration < spec.site_density:
        yield (
            f"{place}.value: found {concentration:g} 1/m^3; expected more than 0 and less than site_density ="
            f" {spec.site_density:g} 1/m^3"
        )


def _neutrality(case: Case) -> Iterator[str]:
    """What balances the charge of the species must be said."""
    defects = case.defects
    charged = any(spec.charge for spec in defects.species.values())
    if charged and case.electrostatics.enabled and not defects.fixed and defects.background is None:
        yield (
            'defects.background: missing; say what balances the charge of the species: "neutralizing", "none", or'
            " immobile charges in defects.fixed"
        )


def _mode(case: Case) -> Iterator[str]:
    if case.time.mode == "ramp":
        yield (
            'time.mode: "ramp" has no rate at which defects could move; use "transient" (P follows the loads at once'
            ' with defects.polarization = "relaxed"), or "relax"'
        )
    if case.time.scheme == "backward-euler":
        yield 'time.scheme: "backward-euler" is for runs without mobile defects; use "adaptive"'
    if not case.flexoelectricity.enabled or case.flexoelectricity.form != "phase-field literature":
        return
    yield (
        'flexoelectricity.form: "phase-field literature" has no energy, of which the potential of defects could be the'
        " derivative; choose another form"
    )
