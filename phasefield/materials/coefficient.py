"""One number of a material file: a value, formula or table, with unit, source and status."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from phasefield.errors import MaterialError, nearest
from phasefield.materials.formula import evaluate
from phasefield.materials.quantities import parse_quantity, unit_factor

STATUSES = {
    "secondary": "read in a source that quotes the paper, not in the paper itself",
    "recalled": "recalled from the paper, not read again",
    "derived": "computed from other numbers",
    "assumed": "chosen without a source",
}
"""How a number was obtained; each is a reason to open the paper before publishing."""

Content = float | str | Mapping[str, list[float]]

_KINDS = ("value", "formula", "table")
_KEYS = (*_KINDS, "unit", "source", "status", "read_in", "note")


@dataclass(frozen=True)
class Coefficient:
    """A coefficient as a function of temperature T (K) and composition x.

    Attributes:
        place: file and key, for messages.
        content: the number, the formula's text, or the table {"x": [...], "value": [...]}.
        factor: multiplies the content to give SI.
        unit: unit as written in the file.
        source: key of the set's source list; empty for an inline coefficient.
        status: one of `STATUSES`; empty for an inline coefficient.
        read_in: keys of the sources in which the number was seen.
        note: what a user must know about this number.
    """

    place: str
    content: Content
    factor: float
    unit: str
    source: str = ""
    status: str = ""
    read_in: tuple[str, ...] = ()
    note: str = ""

    def at(self, names: Mapping[str, float]) -> float:
        """SI value; `names` holds T, x (of a series) and the quantities a formula may use.

        Raises:
            MaterialError: the formula has no value, or x is outside the table.
        """
        try:
            if isinstance(self.content, str):
                return self.factor * evaluate(self.content, names)
            if isinstance(self.content, Mapping):
                return self.factor * _interpolate(self.content, names)
        except MaterialError as error:
            raise MaterialError(f"{self.place}: {error}") from error
        return self.factor * self.content

    def describe(self) -> str:
        """The content as text, for reports."""
        if isinstance(self.content, Mapping):
            points = zip(self.content["x"], self.content["value"], strict=True)
            return ", ".join(f"{value:g} at x = {x:g}" for x, value in points)
        return self.content if isinstance(self.content, str) else f"{self.content:g}"


def parse(entry: object, place: str, si_unit: str, sources: Mapping[str, str] | None) -> Coefficient:
    """Coefficient from an entry of a file, or from an inline one if `sources` is None.

    A file's entry is a table with unit, source and status; an inline one may be a bare SI number, a
    quantity such as "178 GPa", or such a table without source and status.

    Raises:
        MaterialError: wrong type, key, unit, status or source, with the place.
    """
    try:
        if isinstance(entry, Mapping):
            return _parse_table(entry, place, si_unit, sources)
        if sources is not None:
            raise MaterialError('write { value = …, unit = "…", source = "…", status = "…" }')
        value = parse_quantity(entry, si_unit) if isinstance(entry, str) else _number(entry)
        return Coefficient(place, value, 1.0, si_unit)
    except MaterialError as error:
        raise MaterialError(f"{place}: {error}") from error


def _parse_table(entry: Mapping[str, Any], place: str, si_unit: str, sources: Mapping[str, str] | None) -> Coefficient:
    for key in entry:
        if key not in _KEYS:
            raise MaterialError(f'unknown key "{key}"{nearest(key, _KEYS)}')
    kinds = [kind for kind in _KINDS if kind in entry]
    if len(kinds) != 1:
        raise MaterialError("exactly one of value, formula and table is needed")
    if "unit" not in entry:
        raise MaterialError(f'unit is missing: write unit = "{si_unit or "1"}"')
    unit = str(entry["unit"])
    if sources is not None:
        _check_provenance(entry, sources)
    return Coefficient(
        place=place,
        content=_content(kinds[0], entry[kinds[0]]),
        factor=unit_factor(unit, si_unit),
        unit=unit,
        source=entry.get("source", ""),
        status=entry.get("status", ""),
        read_in=tuple(entry.get("read_in", ())),
        note=entry.get("note", ""),
    )


def _check_provenance(entry: Mapping[str, Any], sources: Mapping[str, str]) -> None:
    for key in ("source", "status"):
        if key not in entry:
            raise MaterialError(f"{key} is missing: every number of a file names its {key}")
    if entry["status"] not in STATUSES:
        raise MaterialError(f'status "{entry["status"]}" is not one of {", ".join(STATUSES)}')
    for key in (entry["source"], *entry.get("read_in", ())):
        if key not in sources:
            raise MaterialError(f'source "{key}" is not in [sources]{nearest(key, sources)}')
    if entry["status"] == "secondary" and not entry.get("read_in"):
        raise MaterialError("a secondary number names where it was seen: read_in = [...]")
    if entry["status"] in ("assumed", "derived") and not entry.get("note"):
        raise MaterialError(f"a number that is {entry['status']} needs a note that says how")


def _content(kind: str, content: Any) -> Content:
    if kind == "value":
        return _number(content)
    if kind == "formula":
        if not isinstance(content, str):
            raise MaterialError("a formula is a string")
        return content
    if not isinstance(content, Mapping) or set(content) != {"x", "value"}:
        raise MaterialError("a table holds the two lists x and value")
    x, value = ([_number(v) for v in content[key]] for key in ("x", "value"))
    if len(x) != len(value) or len(x) < 2 or any(b <= a for a, b in pairwise(x)):
        raise MaterialError("a table needs rising x and as many values, at least two")
    return {"x": x, "value": value}


def _number(entry: object) -> float:
    if isinstance(entry, bool) or not isinstance(entry, int | float) or not math.isfinite(entry):
        raise MaterialError(f"{entry!r} is not a finite number")
    return float(entry)


def _interpolate(table: Mapping[str, list[float]], names: Mapping[str, float]) -> float:
    if "x" not in names:
        raise MaterialError("a table in x needs a [composition] of the set")
    x, grid = names["x"], table["x"]
    if not grid[0] <= x <= grid[-1]:
        raise MaterialError(f"the table covers x = {grid[0]:g} to {grid[-1]:g}, not x = {x:g}")
    return float(np.interp(x, grid, table["value"]))
