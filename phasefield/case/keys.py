"""What the schema says of one key of a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from phasefield.case.reading import split_key
from phasefield.case.schema import Case
from phasefield.units import Unit


def unit_of_key(case: Case, name: str) -> str:
    """SI unit of the key `name` of `case`, e.g. "m" for "mesh.size[0]"; empty where it depends on more than the key."""
    value: Any = case
    field: FieldInfo | None = None
    for key in split_key(name):
        if isinstance(value, BaseModel):
            field = type(value).model_fields[str(key)]
            value = getattr(value, str(key))
        else:
            value = value[key]
    units = set(_units(field.annotation, field.metadata)) if field else set()
    return units.pop() if len(units) == 1 else ""


def _units(annotation: Any, metadata: list[Any]) -> Iterator[str]:
    """Units of all quantities that an annotation allows."""
    yield from (mark.si_unit for mark in metadata if isinstance(mark, Unit))
    for part in get_args(annotation):
        yield from [part.si_unit] if isinstance(part, Unit) else _units(part, [])
