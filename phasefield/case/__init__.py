"""Case files: reading, validation, and the resolved case.

`load_case` is the only way from a file to a `Case`; what it returns needs no further checks but
those that need a mesh or a material.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from phasefield.case import checks, problems, reading
from phasefield.case.schema import Case
from phasefield.errors import CaseError

__all__ = ["Case", "load_case", "resolved"]


def load_case(case: str | Path | Mapping[str, Any], overrides: Iterable[str] = (), *, name: str = "case") -> Case:
    """The validated case of a TOML file, or of a dictionary with the same keys.

    Parameters
    ----------
    case: path of the file, or a dictionary whose paths are relative to the working directory.
    overrides: texts such as "time.max_steps=10" or "electrostatics.boundary[0].potential=2 V", set
        before validation; an empty value removes the key.
    name: what messages call a case given as a dictionary.

    Raises
    ------
    CaseError: one sentence for each problem: path in the case, what was found, what is allowed.
    """
    if isinstance(case, Mapping):
        source, folder = None, Path.cwd()
        data = copy.deepcopy(dict(case))
        reading.make_paths_absolute(data, folder)
    else:
        source = Path(case).absolute()
        name, folder = str(case), source.parent
        data = reading.read_file(Path(case))
    _raise(reading.apply_overrides(data, overrides))
    reading.make_paths_absolute(data, folder)
    try:
        valid = Case.model_validate(data)
    except ValidationError as error:
        found = problems.sentences(error, data, Case)
    else:
        found = checks.problems(valid)
    _raise(f"{name}: {problem}" for problem in found)
    valid._source = source
    return valid


def _raise(found: Iterable[str]) -> None:
    if sentences := list(found):
        raise CaseError(sentences)


def resolved(case: Case) -> dict[str, Any]:
    """The whole case as plain data for JSON: SI numbers, defaults filled in, absolute paths."""
    return case.model_dump(mode="json")
