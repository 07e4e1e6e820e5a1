"""Material sets: find the TOML file, read it, evaluate it at a temperature and composition, validate it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from phasefield.errors import MaterialError, nearest
from phasefield.materials import stability
from phasefield.materials.coefficient import Coefficient, parse
from phasefield.materials.conventions import (
    Q44_FACTORS,
    clamped_gradient,
    electrostriction_from_stress_form,
    stress_free_landau,
)
from phasefield.materials.model import Material
from phasefield.materials.quantities import LANDAU_UNITS, SCALAR_UNITS, SECTION_UNITS
from phasefield.tensors import (
    cubic_compliance,
    cubic_electrostriction,
    cubic_gradient,
    cubic_stiffness,
    flexo_tensor,
)

VACUUM_PERMITTIVITY = 8.8541878128e-12
"""F/m, CODATA 2018."""

ZERO_CELSIUS = 273.15
"""K."""

FLEXO_FILE = "flexo_sets.toml"
_SCHEMA = 1
_CONVENTIONS = {
    "Q44": tuple(Q44_FACTORS),
    "quartics": ("stress-free", "clamped"),
    "gradient": ("clamped", "free"),
}
_TOP_KEYS = (
    "schema",
    "name",
    "title",
    "formula",
    "warnings",
    "temperature_range",
    "composition",
    "conventions",
    "sources",
    "parameters",
    *SECTION_UNITS,
    *SCALAR_UNITS,
)
_ALTERNATIVES = {
    "elastic": (("C11", "C12", "C44"), ("s11", "s12", "s44")),
    "electrostriction": (("Q11", "Q12", "Q44"), ("q11", "q12", "q44")),
    "gradient": (("G11", "G12", "G44", "G44p"),),
    "flexo": (("f11", "f12", "f44"),),
}
_OPTIONAL_ZERO = {"G44p": 0.0}
Constants = tuple[float, ...]


@dataclass(frozen=True)
class Composition:
    """Composition variable of a series: x from `low` to `high`, with its meaning."""

    meaning: str
    low: float
    high: float


@dataclass(frozen=True)
class MaterialSet:
    """A published set as read from its file: coefficients as functions of temperature and composition.

    `coefficients` maps "section.key" (or a top-level key) to a `Coefficient`; methods evaluate groups of them.
    """

    name: str
    place: str
    title: str = ""
    formula: str = ""
    warnings: tuple[str, ...] = ()
    temperature_range: tuple[float, float] = (0.0, np.inf)
    composition: Composition | None = None
    conventions: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Coefficient] = field(default_factory=dict)
    coefficients: Mapping[str, Coefficient] = field(default_factory=dict)

    # -------------------------------------------------------------------------------------- evaluation
    def names(self, T: float, x: float | None) -> dict[str, float]:
        """Names a formula may use at temperature T (K) and composition x, after checking their ranges.

        Raises:
            MaterialError: T or x is missing, superfluous or outside the set's range.
        """
        low, high = self.temperature_range
        if not np.isfinite(T) or T <= 0.0 or not low <= T <= high:
            raise MaterialError(
                f"{self.name} holds from {max(low, 0.0):g} K to {high:g} K; temperature {T:g} K is outside"
            )
        names = {
            "T": T,
            "T_celsius": T - ZERO_CELSIUS,
            "eps0": VACUUM_PERMITTIVITY,
            "pi": np.pi,
        }
        if self.composition is not None:
            names["x"] = self._checked_composition(x)
        elif x is not None:
            raise MaterialError(
                f"{self.name} is no composition series: remove the composition {x:g}"
            )
        for key, parameter in self.parameters.items():
            names[key] = parameter.at(names)
        return names

    def _checked_composition(self, x: float | None) -> float:
        assert self.composition is not None
        c = self.composition
        allowed = f"x = {c.low:g} to {c.high:g} ({c.meaning})"
        if x is None:
            raise MaterialError(f"{self.name} is a series: give a composition, {allowed}")
        if not c.low <= x <= c.high:
            raise MaterialError(f"{self.name} holds for {allowed}; composition {x:g} is outside")
        return x

    def landau(self, T: float, x: float | None = None) -> dict[str, float]:
        """All ten stress-free Landau coefficients in SI; those the set does not have are 0."""
        names = self.names(T, x)
        values: dict[str, float] = {}
        for key, coefficient in self._section("landau"):
            values[key] = coefficient.at(names | values)
        if "alpha_1" not in values:
            raise self._missing("landau", "alpha_1")
        values = {key: values.get(key, 0.0) for key in LANDAU_UNITS}
        if self.conventions.get("quartics") == "clamped":
            values = stress_free_landau(values, self.elastic(T, x), self.electrostriction(T, x))
        return values

    def elastic(self, T: float, x: float | None = None) -> tuple[float, float, float]:
        """(C11, C12, C44) in Pa, from stiffnesses or compliances."""
        kind, constants = self._constants("elastic", T, x)
        a, b, c = constants
        return (a, b, c) if kind == "C11" else cubic_compliance(a, b, c)

    def electrostriction(self, T: float, x: float | None = None) -> tuple[float, float, float]:
        """(Q11, Q12, Q44) in m^4/C^2 with the engineering Q44, from Q or from q = C : Q."""
        kind, (a, b, c) = self._constants("electrostriction", T, x)
        c *= Q44_FACTORS[self.conventions.get("Q44", "engineering")]
        if kind == "Q11":
            return a, b, c
        return electrostriction_from_stress_form((a, b, c), self.elastic(T, x))

    def gradient(self, T: float, x: float | None = None) -> Constants:
        """(G11, G12, G44, G44') in J m^3/C^2 as quoted (free or clamped, see `conventions`)."""
        return self._constants("gradient", T, x)[1]

    def flexo(self, T: float, x: float | None = None) -> Constants | None:
        """(f11, f12, f44) in V, or None if no flexocoupling was chosen."""
        if not any(True for _ in self._section("flexo")):
            return None
        return self._constants("flexo", T, x)[1]

    def scalar(self, key: str, T: float, x: float | None = None) -> float | None:
        """Value of a top-level coefficient (`SCALAR_UNITS`) in SI, or None if the set has none."""
        coefficient = self.coefficients.get(key)
        return None if coefficient is None else coefficient.at(self.names(T, x))

    def missing(self) -> list[str]:
        """Coefficients a simulation needs and this set does not have, as "section.key"."""
        lacking = [] if "landau.alpha_1" in self.coefficients else ["landau.alpha_1"]
        for section in ("elastic", "electrostriction", "gradient"):
            present = {key for key, _ in self._section(section)}
            options = [
                [
                    f"{section}.{key}"
                    for key in keys
                    if key not in present and key not in _OPTIONAL_ZERO
                ]
                for keys in _ALTERNATIVES[section]
            ]
            lacking += min(options, key=lambda keys: len(keys))
        return lacking + [
            key for key in ("background_permittivity", "kinetic") if key not in self.coefficients
        ]

    def _section(self, section: str) -> Iterator[tuple[str, Coefficient]]:
        prefix = section + "."
        for key, coefficient in self.coefficients.items():
            if key.startswith(prefix):
                yield key.removeprefix(prefix), coefficient

    def _constants(self, section: str, T: float, x: float | None) -> tuple[str, Constants]:
        given = dict(self._section(section))
        names = self.names(T, x)
        options = _ALTERNATIVES[section]
        keys = next((keys for keys in options if given and set(given) <= set(keys)), options[0])
        values = []
        for key in keys:
            if key not in given and key not in _OPTIONAL_ZERO:
                raise self._missing(section, key)
            values.append(given[key].at(names) if key in given else _OPTIONAL_ZERO[key])
        return keys[0], tuple(values)

    def _missing(self, section: str, key: str) -> MaterialError:
        unit = SECTION_UNITS[section][key] if section else SCALAR_UNITS[key]
        name = f"{section}.{key}" if section else key
        return MaterialError(
            f"{self.place}: {name} ({unit or 'dimensionless'}) is missing;"
            " add it to the file or give it inline in the case's [material] table"
        )

    # -------------------------------------------------------------------------------------- assembly
    def at(self, temperature: float = 298.15, composition: float | None = None) -> Material:
        """Validated `Material` at one temperature (K) and composition.

        Raises:
            MaterialError: a missing coefficient, an argument out of range, or an unphysical result.
        """
        T, x = float(temperature), composition
        C = cubic_stiffness(*self.elastic(T, x))
        flexo = self.flexo(T, x)
        f = None if flexo is None else flexo_tensor(*flexo)
        G = cubic_gradient(*self.gradient(T, x))
        if self.conventions.get("gradient") == "free":
            G = clamped_gradient(G, C, f)
        material = Material(
            name=self.name,
            temperature=T,
            composition=x,
            landau=self.landau(T, x),
            stiffness=C,
            electrostriction=cubic_electrostriction(*self.electrostriction(T, x)),
            gradient=G,
            flexo=f,
            background_permittivity=self._required_scalar("background_permittivity", T, x),
            kinetic=self._required_scalar("kinetic", T, x),
            lattice_parameter=self.scalar("lattice_parameter", T, x),
            citations=tuple(self.sources[key] for key in self.used_sources()),
            warnings=self.warnings + self._status_warnings(),
        )
        return validated(material, self.place)

    def _required_scalar(self, key: str, T: float, x: float | None) -> float:
        value = self.scalar(key, T, x)
        if value is None:
            raise self._missing("", key)
        return value

    def used_sources(self) -> list[str]:
        """Keys of the sources that the coefficients name as their origin, in order of appearance."""
        numbers = (*self.parameters.values(), *self.coefficients.values())
        return list(dict.fromkeys(c.source for c in numbers if c.source))

    def _status_warnings(self) -> tuple[str, ...]:
        return tuple(
            f"{key}: {c.status}{'; ' + c.note if c.note else ''}"
            for key, c in (*self.parameters.items(), *self.coefficients.items())
            if c.status == "assumed" or (c.note and c.status)
        )


def load_material(
    name_or_path: str | Path | None = None,
    *,
    temperature: float = 298.15,
    composition: float | None = None,
    flexo: str | Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Material:
    """Material at one temperature and composition from the library, a user's file, or inline coefficients.

    Args:
        name_or_path: set name (`available()`), path of a TOML file, or None if `overrides` holds everything.
        temperature: K.
        composition: x of a composition series.
        flexo: name of a flexocoupling set (`available_flexo()`), {"f11", "f12", "f44"} in V, or None for none.
        overrides: inline coefficients by table, such as {"gradient": {"G11": 2e-10}, "kinetic": 4e4}. Values
            are SI numbers, quantities ("178 GPa") or tables with value, formula or table and a unit, in the
            package's conventions: Q44 engineering, stress-free alphas.

    Raises:
        MaterialError: unknown name, wrong file, missing coefficient, out of range, or unphysical.
    """
    chosen = (
        read_set(name_or_path)
        if name_or_path is not None
        else MaterialSet("inline", "inline material")
    )
    if flexo is not None:
        chosen = with_flexo(chosen, flexo)
    if overrides:
        chosen = with_overrides(chosen, overrides)
    return chosen.at(temperature, composition)


# ------------------------------------------------------------------------------------------------- reading
def available() -> list[str]:
    """Names of the sets in the library, sorted."""
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in resources.files(__package__).iterdir()
        if entry.name.endswith(".toml") and entry.name != FLEXO_FILE
    )


def available_flexo() -> list[str]:
    """Names of the flexocoupling sets."""
    return list(_flexo_file()["sets"])


def read_set(name_or_path: str | Path) -> MaterialSet:
    """Set by library name, or from a path that ends in .toml.

    Raises:
        MaterialError: unknown name, unreadable file, or a mistake in it, with file and key.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            raise MaterialError(
                f"material file {path} does not exist; library sets: {', '.join(available())}"
            )
        return _parse_set(path.read_text(encoding="utf-8"), str(path))
    name = str(name_or_path)
    if name not in available():
        raise MaterialError(
            f'unknown material "{name}"{nearest(name, available())} (library: {", ".join(available())};'
            " or the path of a .toml file)"
        )
    return _library_set(name)


@lru_cache(maxsize=64)
def _library_set(name: str) -> MaterialSet:
    file = f"{name}.toml"
    return _parse_set((resources.files(__package__) / file).read_text(encoding="utf-8"), file)


def _load_toml(text: str, place: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MaterialError(f"{place} is not valid TOML: {error}") from error


def _parse_set(text: str, place: str) -> MaterialSet:
    data = _load_toml(text, place)
    for key in data:
        if key not in _TOP_KEYS:
            raise MaterialError(f'{place}: unknown key "{key}"{nearest(key, _TOP_KEYS)}')
    if data.get("schema") != _SCHEMA:
        raise MaterialError(
            f"{place}: schema = {_SCHEMA} is expected, found {data.get('schema')!r}"
        )
    sources: dict[str, str] = data.get("sources", {})
    parameters = {
        key: parse(entry, f"{place}: parameters.{key}", str(entry.get("unit", "")), sources)
        for key, entry in data.get("parameters", {}).items()
    }
    low, high = data.get("temperature_range", (0.0, np.inf))
    return MaterialSet(
        name=str(data.get("name", Path(place).stem)),
        place=place,
        title=data.get("title", ""),
        formula=data.get("formula", ""),
        warnings=tuple(data.get("warnings", ())),
        temperature_range=(low, high),
        composition=_parse_composition(data.get("composition"), place),
        conventions=_parse_conventions(data.get("conventions", {}), place),
        sources=sources,
        parameters=parameters,
        coefficients=_parse_coefficients(data, place, sources),
    )


def _parse_composition(entry: Mapping[str, Any] | None, place: str) -> Composition | None:
    if entry is None:
        return None
    try:
        low, high = entry["range"]
        return Composition(entry["meaning"], float(low), float(high))
    except (KeyError, TypeError, ValueError) as error:
        raise MaterialError(
            f'{place}: composition needs meaning = "..." and range = [low, high]'
        ) from error


def _parse_conventions(entry: Mapping[str, str], place: str) -> dict[str, str]:
    for key, value in entry.items():
        if key not in _CONVENTIONS:
            raise MaterialError(
                f'{place}: unknown convention "{key}"{nearest(key, _CONVENTIONS)}'
                f" (known: {', '.join(_CONVENTIONS)})"
            )
        if value not in _CONVENTIONS[key]:
            raise MaterialError(
                f'{place}: conventions.{key} = "{value}" is not one of {", ".join(_CONVENTIONS[key])}'
            )
    return dict(entry)


def _parse_coefficients(
    data: Mapping[str, Any], place: str, sources: Mapping[str, str] | None
) -> dict[str, Coefficient]:
    found: dict[str, Coefficient] = {}
    for section, units in SECTION_UNITS.items():
        for key, entry in data.get(section, {}).items():
            if key not in units:
                raise MaterialError(
                    f'{place}: unknown coefficient "{section}.{key}"{nearest(key, units)}'
                )
            found[f"{section}.{key}"] = parse(
                entry, f"{place}: {section}.{key}", units[key], sources
            )
    for key, unit in SCALAR_UNITS.items():
        if key in data:
            found[key] = parse(data[key], f"{place}: {key}", unit, sources)
    return found


# ---------------------------------------------------------------------------------- flexo sets, overrides
@lru_cache(maxsize=1)
def _flexo_file() -> dict[str, Any]:
    return _load_toml(
        (resources.files(__package__) / FLEXO_FILE).read_text(encoding="utf-8"), FLEXO_FILE
    )


def with_flexo(base: MaterialSet, flexo: str | Mapping[str, Any]) -> MaterialSet:
    """`base` with a named flexocoupling set, or with inline {"f11", "f12", "f44"}.

    Raises:
        MaterialError: unknown set, or one that does not exist for this material.
    """
    if not isinstance(flexo, str):
        return with_overrides(base, {"flexo": flexo})
    sets = _flexo_file()["sets"]
    if flexo not in sets:
        raise MaterialError(
            f'unknown flexocoupling set "{flexo}"{nearest(flexo, sets)} (known: {", ".join(sets)})'
        )
    entry = sets[flexo]
    values = entry["values"]
    key = base.formula if base.formula in values else "any"
    if key not in values:
        raise MaterialError(
            f'flexocoupling set "{flexo}" has no values for {base.formula or base.name}, only for'
            f" {', '.join(values)}: choose another set or give f11, f12, f44 inline"
        )
    sources = _flexo_file()["sources"]
    coefficients = _parse_coefficients(
        {"flexo": values[key]}, f"{FLEXO_FILE}: {flexo}.{key}", sources
    )
    note = entry.get("warning", "")
    kept = {k: c for k, c in base.coefficients.items() if not k.startswith("flexo.")}
    return replace(
        base,
        sources={**base.sources, **sources},
        coefficients={**kept, **coefficients},
        warnings=base.warnings + ((f"flexo {flexo}: {note}",) if note else ()),
    )


def with_overrides(base: MaterialSet, overrides: Mapping[str, Any]) -> MaterialSet:
    """`base` with inline coefficients in the package's conventions.

    Giving one form of the elastic or electrostrictive constants (C or s, Q or q) replaces the other form.

    Raises:
        MaterialError: an unknown key or a value of the wrong kind.
    """
    known = (*SECTION_UNITS, *SCALAR_UNITS)
    for key in overrides:
        if key not in known:
            raise MaterialError(f'unknown inline material key "{key}"{nearest(key, known)}')
        if key in SECTION_UNITS and not isinstance(overrides[key], Mapping):
            raise MaterialError(
                f'inline "{key}" must be a table with {", ".join(SECTION_UNITS[key])}'
            )
    new = _parse_coefficients(overrides, "inline material", None)
    kept = dict(base.coefficients)
    conventions = dict(base.conventions)
    for section, options in _ALTERNATIVES.items():
        given = {k.partition(".")[2] for k in new if k.startswith(section + ".")}
        for keys in options:
            if given and not given & set(keys):
                kept = {
                    k: c for k, c in kept.items() if k not in {f"{section}.{key}" for key in keys}
                }
    if {"electrostriction.Q44", "electrostriction.q44"} & set(new):
        conventions["Q44"] = "engineering"
    return replace(base, coefficients={**kept, **new}, conventions=conventions)


# ---------------------------------------------------------------------------------------------- validation
def validated(material: Material, place: str) -> Material:
    """The same material, after checking that its energy is bounded below and its scalars are physical.

    Raises:
        MaterialError: unbounded Landau energy, C not positive definite, gradient energy not elliptic,
            eps_b < 1, kinetic <= 0 or lattice parameter <= 0; the message names number and remedy.
    """
    order, growth, n = stability.lowest_growth(material.landau)
    if growth <= 0.0:
        raise MaterialError(
            f"{place}: the Landau energy is unbounded: its order-{order} part is {growth:.3g} J/m^3 per"
            f" (C/m^2)^{order} along [{_text(n)}]; check the signs and powers of ten of the order-{order}"
            " coefficients"
        )
    if (c := stability.stiffness_minimum(material.stiffness)) <= 0.0:
        raise MaterialError(
            f"{place}: the stiffness is not positive definite (smallest eigenvalue {c:.3g} Pa);"
            " C11 > |C12|, C11 + 2 C12 > 0 and C44 > 0 are needed"
        )
    g, n = stability.gradient_ellipticity(material.gradient)
    if g <= 0.0:
        raise MaterialError(
            f"{place}: the gradient energy is negative for waves along [{_text(n)}] ({g:.3g} J m^3/C^2);"
            " G11 > 0, G44 + G44' > 0 and a positive gradient energy in every direction are needed"
        )
    for key, value, limit in (
        ("background_permittivity", material.background_permittivity - 1.0, ">= 1"),
        ("kinetic", material.kinetic, "> 0"),
        ("lattice_parameter", material.lattice_parameter, "> 0"),
    ):
        if value is not None and (value < 0.0 or (value == 0.0 and limit == "> 0")):
            raise MaterialError(f"{place}: {key} must be {limit}")
    if stability.gradient_minimum(material.gradient) < -1e-6 * g:
        note = "gradient: the form is not positive on all grad P; free surfaces may be unstable"
        return replace(material, warnings=(*material.warnings, note))
    return material


def _text(n: np.ndarray) -> str:
    return " ".join(f"{value:.2f}" for value in n)
