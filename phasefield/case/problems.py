"""Turns pydantic's validation errors into sentences that name the key, what was found and what
is allowed."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from phasefield.errors import nearest
from phasefield.units import shown

Place = tuple[str | int, ...]

#: What pydantic's kinds of error expect, in words; the braces are filled from the error's context.
_EXPECTED = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "too_short": "at least {min_length} of them",
    "too_long": "at most {max_length} of them",
    "string_too_short": "at least one letter",
    "finite_number": "a finite number",
    "float_type": "a number",
    "float_parsing": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "string_type": "a text",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}


def sentences(error: ValidationError, data: Mapping[str, Any], model: type[BaseModel]) -> list[str]:
    """One `path: sentence` for each problem that pydantic found on validating `data` as `model`."""
    found = {}
    for details in error.errors(include_url=False):
        if _is_echo(details):
            continue
        path, sentence = _describe(details, _place(details["loc"], data), data, model)
        found[path] = sentence  # of several missing entries of one list the last says it all
    return [f"{path}: {sentence}" for path, sentence in found.items()]


def _is_echo(details: ErrorDetails) -> bool:
    """Whether a list counts as too short only because pydantic dropped its invalid entries."""
    kind, value = details["type"], details["input"]
    return kind == "too_short" and len(value) >= details["ctx"]["min_length"]


def path_text(place: Place) -> str:
    """A place in the case as users write it: `("loads", "bias", "times", 2)` is
    `loads.bias.times[2]`."""
    text = ""
    for key in place:
        text += f"[{key}]" if isinstance(key, int) else f".{key}" if text else key
    return text


def _place(location: Place, data: Any) -> Place:
    """An error's location without what pydantic inserts: the tags of unions, and "[key]"."""
    place: list[str | int] = []
    after_tag = False
    for depth, key in enumerate(location):
        is_last = depth == len(location) - 1
        if isinstance(data, Mapping):
            after_tag = not after_tag and not is_last and key == data.get("kind")
            if after_tag or key == "[key]":
                continue
            data = data.get(key)
        elif isinstance(data, list | tuple) and isinstance(key, int):
            data = data[key] if key < len(data) else None
        elif place:
            continue  # the tag of a union of plain values
        place.append(key)
        after_tag = False
    return tuple(place)


def _describe(details: ErrorDetails, place: Place, data: Mapping[str, Any], model: type[BaseModel]) -> tuple[str, str]:
    """Path and sentence of one problem."""
    kind, context, value = details["type"], details.get("ctx", {}), _value(details, data, place)
    path = path_text(place)
    if kind == "extra_forbidden":
        fields = _fields(model, data, place[:-1])
        return path, "unknown key" + (nearest(str(place[-1]), fields) or f"; known here: {', '.join(fields)}")
    if kind == "missing" and isinstance(place[-1], int):
        return path_text(place[:-1]), f"found {len(value)} of {place[-1] + 1} entries"
    if kind == "missing":
        return path, f"missing ({_fields(model, data, place[:-1])[str(place[-1])].description})"
    if kind == "union_tag_not_found":
        choices = [_kind_of(option) for option in get_args(_descend(model, data, place)[0])]
        return f"{path}.kind", f"missing; choose one of {_quoted(choices)}"
    if kind == "union_tag_invalid":
        return f"{path}.kind", _choice(context["tag"], _listed(context["expected_tags"]))
    if kind == "literal_error":
        return path, _choice(value, _listed(context["expected"]))
    if kind == "value_error":
        return path, str(context["error"])
    expected = _EXPECTED[kind].format(**context) if kind in _EXPECTED else details["msg"]
    return path, f"found {_short(value)}; expected {expected}"


def _value(details: ErrorDetails, data: Any, place: Place) -> Any:
    """What the user wrote at `place`; pydantic may already have converted it to SI."""
    if details["loc"][-1] == "[key]":
        return details["input"]
    for key in place:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return details["input"]
    return data


def _choice(value: Any, choices: list[Any]) -> str:
    suggestion = nearest(value, map(str, choices)) if isinstance(value, str) else ""
    return f"found {_short(value)}; choose one of {_quoted(choices)}{suggestion}"


def _quoted(choices: Iterable[Any]) -> str:
    return ", ".join(shown(choice) for choice in choices)


def _listed(text: str) -> list[Any]:
    """The choices in pydantic's text `'a', 'b' or 3`."""
    return [ast.literal_eval(choice) for choice in re.findall(r"'[^']*'|\d+", text)]


def _short(value: Any) -> str:
    text = shown(value)
    return text if len(text) <= 60 else text[:57] + "..."


# --- what the schema says at a place --------------------------------------------------------------


def _fields(model: type[BaseModel], data: Any, place: Place) -> dict[str, FieldInfo]:
    """The keys that the table at `place` may have."""
    return _chosen(*_descend(model, data, place)).model_fields


def _descend(annotation: Any, data: Any, place: Place) -> tuple[Any, Any]:
    """The type that the schema gives to the value at `place` (a union stays a union), and the
    value."""
    for key in place:
        annotation = _chosen(annotation, data)
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            annotation = annotation.model_fields[str(key)].annotation
        else:
            annotation = get_args(annotation)[1 if get_origin(annotation) is dict else 0]
        while get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
        data = data[key]
    return annotation, data


def _chosen(annotation: Any, data: Any) -> Any:
    """The member of a union of tables that `data` chooses by its kind; any other type as it is."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation
    return next(table for table in get_args(annotation) if _kind_of(table) == data["kind"])


def _kind_of(table: type[BaseModel]) -> str:
    return str(get_args(table.model_fields["kind"].annotation)[0])
