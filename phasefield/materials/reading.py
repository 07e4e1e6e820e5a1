"""From TOML text to a `MaterialSet`, and the list of sets in the library."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from phasefield.errors import MaterialError, nearest
from phasefield.materials.coefficient import Coefficient, parse
from phasefield.materials.conventions import Q44_FACTORS
from phasefield.materials.material_set import Composition, MaterialSet
from phasefield.materials.quantities import SCALAR_UNITS, SECTION_UNITS

FLEXO_FILE = "flexo_sets.toml"
SEMICONDUCTOR_FILE = "semiconductors.toml"
SCHEMA = 1

_CONVENTIONS = {
    "Q44": tuple(Q44_FACTORS),
    "quartics": ("stress-free", "clamped"),
    "gradient": ("clamped", "free"),
}
_KEYS = (
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


def available() -> list[str]:
    """Names of the sets in the library, sorted."""
    names = {entry.name for entry in resources.files(__package__).iterdir()} - {FLEXO_FILE, SEMICONDUCTOR_FILE}
    return sorted(n.removesuffix(".toml") for n in names if n.endswith(".toml"))


def read_set(name_or_path: str | Path) -> MaterialSet:
    """Set of the library by name, or from a path that ends in .toml.

    Raises:
        MaterialError: unknown name, unreadable file, or a mistake in it, with file and key.
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        if not path.is_file():
            raise MaterialError(f"material file {path} does not exist (library: {', '.join(available())})")
        return parse_set(path.read_text(encoding="utf-8"), str(path))
    name, names = str(name_or_path), available()
    if name not in names:
        raise MaterialError(
            f'unknown material "{name}"{nearest(name, names)} (library: {", ".join(names)};'
            " or the path of a .toml file)"
        )
    return _library_set(name)


@lru_cache(maxsize=64)
def _library_set(name: str) -> MaterialSet:
    file = f"{name}.toml"
    return parse_set((resources.files(__package__) / file).read_text(encoding="utf-8"), file)


def flexo_file() -> dict[str, Any]:
    """Content of the file of named flexocoupling sets."""
    return _library_file(FLEXO_FILE)


def semiconductor_file() -> dict[str, Any]:
    """Content of the file of band gaps and densities of states by compound."""
    return _library_file(SEMICONDUCTOR_FILE)


@lru_cache(maxsize=2)
def _library_file(name: str) -> dict[str, Any]:
    return load_toml((resources.files(__package__) / name).read_text(encoding="utf-8"), name)


def load_toml(text: str, place: str) -> dict[str, Any]:
    """Parsed TOML; MaterialError with `place` if it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MaterialError(f"{place} is not valid TOML: {error}") from error


def parse_set(text: str, place: str) -> MaterialSet:
    """Set from the text of a material file; `place` names it in messages.

    Raises:
        MaterialError: a mistake in the file, with file and key.
    """
    data = load_toml(text, place)
    for key in data:
        if key not in _KEYS:
            raise MaterialError(f'{place}: unknown key "{key}"{nearest(key, _KEYS)}')
    if data.get("schema") != SCHEMA:
        raise MaterialError(f"{place}: schema = {SCHEMA} is expected, not {data.get('schema')!r}")
    sources: dict[str, str] = data.get("sources", {})
    return MaterialSet(
        name=str(data.get("name", Path(place).stem)),
        place=place,
        title=data.get("title", ""),
        formula=data.get("formula", ""),
        warnings=tuple(data.get("warnings", ())),
        temperature_range=_range(data.get("temperature_range", [0.0, math.inf]), place),
        composition=_composition(data.get("composition"), place),
        conventions=_conventions(data.get("conventions", {}), place),
        sources=sources,
        parameters=_parameters(data.get("parameters", {}), place, sources),
        coefficients=coefficients(data, place, sources),
    )


def coefficients(data: Mapping[str, Any], place: str, sources: Mapping[str, str] | None) -> dict[str, Coefficient]:
    """Coefficients in `data` by "section.key"; inline ones if `sources` is None.

    Raises:
        MaterialError: an unknown key, or an entry that `coefficient.parse` refuses.
    """
    found: dict[str, Coefficient] = {}
    for section, units in SECTION_UNITS.items():
        for key, entry in data.get(section, {}).items():
            if key not in units:
                raise MaterialError(f'{place}: unknown key "{section}.{key}"{nearest(key, units)}')
            name = f"{section}.{key}"
            found[name] = parse(entry, f"{place}: {name}", units[key], sources)
    for key, unit in SCALAR_UNITS.items():
        if key in data:
            found[key] = parse(data[key], f"{place}: {key}", unit, sources)
    return found


def _parameters(data: Mapping[str, Any], place: str, sources: Mapping[str, str]) -> dict[str, Coefficient]:
    """Parameters keep the unit they are written in: formulas use them as they stand."""
    return {key: parse(entry, f"{place}: parameters.{key}", _own_unit(entry), sources) for key, entry in data.items()}


def _own_unit(entry: object) -> str:
    unit = str(entry.get("unit", "")) if isinstance(entry, Mapping) else ""
    return "" if unit == "1" else unit


def _range(entry: Any, place: str) -> tuple[float, float]:
    try:
        low, high = (float(value) for value in entry)
    except (TypeError, ValueError) as error:
        raise MaterialError(f"{place}: temperature_range = [lowest, highest] in K") from error
    return low, high


def _composition(entry: Any, place: str) -> Composition | None:
    if entry is None:
        return None
    try:
        low, high = (float(value) for value in entry["range"])
        return Composition(str(entry["meaning"]), low, high)
    except (KeyError, TypeError, ValueError) as error:
        raise MaterialError(f'{place}: composition needs meaning = "…" and range = [lowest, highest]') from error


def _conventions(entry: Mapping[str, str], place: str) -> dict[str, str]:
    for key, value in entry.items():
        if key not in _CONVENTIONS:
            raise MaterialError(
                f'{place}: unknown convention "{key}"{nearest(key, _CONVENTIONS)} (known: {", ".join(_CONVENTIONS)})'
            )
        if value not in _CONVENTIONS[key]:
            allowed = ", ".join(_CONVENTIONS[key])
            raise MaterialError(f'{place}: conventions.{key} = "{value}" is not one of {allowed}')
    return dict(entry)
