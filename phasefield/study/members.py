"""The members of a study: every combination of the axes and every named member, each a whole case."""

from __future__ import annotations

import copy
import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from phasefield.case import reading
from phasefield.errors import CaseError
from phasefield.study.reading import StudyFile
from phasefield.study.schema import Axis, Changes
from phasefield.units import shown

#: Longest name of a member; it is the name of a folder.
LONGEST = 120


@dataclass(frozen=True)
class Draft:
    """A member before its case is checked.

    Attributes:
        name: of the member and its folder.
        choices: value or name of the choice on each axis, none for named members.
        data: the case, as in a case file.
    """

    name: str
    choices: dict[str, Any]
    data: dict[str, Any]


def drafts(file: StudyFile) -> list[Draft]:
    """All members: those of the axes in order, the last axis fastest, then the named ones.

    Raises CaseError: a key that cannot be set, or two members of one name.
    """
    base = reading.read_file(file.base)
    found = [_draft(file, base, *parts) for parts in (*_combinations(file), *_named(file))]
    names = [draft.name for draft in found]
    if double := sorted({name for name in names if names.count(name) > 1}):
        raise CaseError(
            f'{file.path}: two members would be called "{name}"; use choices with names of their own' for name in double
        )
    return found


def _combinations(file: StudyFile) -> Iterator[tuple[str, dict[str, Any], list[Changes]]]:
    """Name, choices and changes of the members of the axes."""
    axes = file.study.axes
    if not axes:
        return
    for positions in itertools.product(*(list(_options(axis)) for axis in axes.values())):
        choices = {name: choice for name, (choice, _) in zip(axes, positions, strict=True)}
        yield member_name(axes, choices), choices, [changes for _, changes in positions]


def _options(axis: Axis) -> Iterator[tuple[Any, Changes]]:
    if axis.choices is not None:
        yield from axis.choices.items()
    for value in axis.values or ():
        yield value, dict.fromkeys(axis.key or (), value)


def _named(file: StudyFile) -> Iterator[tuple[str, dict[str, Any], list[Changes]]]:
    for name, changes in file.study.members.items():
        if clean(name) != name:
            raise CaseError(f"{file.path}: members.{name}: a member is a folder; use letters, digits and _ . + -")
        yield name, {}, [changes]


def _draft(
    file: StudyFile, base: Mapping[str, Any], name: str, choices: dict[str, Any], changes: list[Changes]
) -> Draft:
    data = copy.deepcopy(dict(base))
    try:
        for part in (file.study.set, *changes):
            reading.lay_over(data, part)
    except ValueError as exc:
        raise CaseError(f"{file.path}: {name}: {exc}") from exc
    if found := reading.apply_overrides(data, file.case_overrides):
        raise CaseError(found)
    reading.make_paths_absolute(data, file.path.parent)
    return Draft(name, choices, data)


# --- names ----------------------------------------------------------------------------------------------------


def member_name(axes: Mapping[str, Axis], choices: Mapping[str, Any]) -> str:
    """`thickness=5nm,SrTiO3` for an axis of values and one of choices; too long ones end in a hash."""
    short = [re.sub(r"\[\d+\]", "", name).split(".")[-1] for name in axes]
    parts = []
    for (name, axis), last in zip(axes.items(), short, strict=True):
        label = last if short.count(last) == 1 else name
        text = clean(_text(choices[name]))
        parts.append(text if axis.choices is not None else f"{clean(label)}={text}")
    name = ",".join(parts)
    return name if len(name) <= LONGEST else f"{name[:LONGEST]}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def clean(text: str) -> str:
    """`text` as part of a file name: letters, digits and _ . + - only; "5 nm" becomes 5nm."""
    text = re.sub(r"(?<=\d) (?=[A-Za-z])", "", text)
    return re.sub(r"[^\w.+-]+", "_", text, flags=re.ASCII).lstrip(".")


def _text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    return value if isinstance(value, str) else shown(value)
