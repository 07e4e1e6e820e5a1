"""Reads a study file, with overrides from the command line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from phasefield.case import problems, reading
from phasefield.case.schema import Case
from phasefield.errors import CaseError, nearest
from phasefield.study.schema import Study, spelled_out

#: Keys at the top of a study file that `--set` reaches; all other keys are of the case.
OWN_KEYS = ("base", "set", "axes", "members", "table", "figure", "run", "slurm")


@dataclass(frozen=True)
class StudyFile:
    """A study file that was read: its path, contents, and the overrides that are left for the case."""

    path: Path
    study: Study
    case_overrides: tuple[str, ...]

    @property
    def base(self) -> Path:
        """The case that all members vary."""
        return self.path.parent / self.study.base

    @property
    def analysis(self) -> Path | None:
        """The Python file of the same name beside the study file, if there is one."""
        file = self.path.with_suffix(".py")
        return file if file.is_file() else None


def read_study(path: Path, overrides: Iterable[str] = ()) -> StudyFile:
    """The validated study file at `path`, which may be its folder.

    `overrides` are "key=value" texts; keys that begin with one of `OWN_KEYS` change the study, others the case of
    every member. Raises CaseError: one sentence for each problem.
    """
    file = path / "study.toml" if path.is_dir() else path
    data = reading.read_toml(file)
    own, of_case = _split(overrides)
    if found := reading.apply_overrides(data, own):
        raise CaseError(found)
    if isinstance(data.get("axes"), Mapping):
        data["axes"] = spelled_out(data["axes"])
    try:
        study = Study.model_validate(data)
    except ValidationError as error:
        raise CaseError(f"{file}: {text}" for text in problems.sentences(error, data, Study)) from error
    if not study.axes and not study.members:
        raise CaseError(f"{file}: there is nothing to vary; give axes or members")
    return StudyFile(file.absolute(), study, of_case)


def _split(overrides: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The overrides of the study file and those of the case. Raises CaseError: keys of neither."""
    own: list[str] = []
    of_case: list[str] = []
    known = (*OWN_KEYS, *Case.model_fields)
    for text in overrides:
        table = re.split(r"[.=\[]", text)[0].strip()
        if table not in known:
            raise CaseError(f'--set {text}: "{table}" is no key of a study or a case{nearest(table, known)}')
        (own if table in OWN_KEYS else of_case).append(text)
    return tuple(own), tuple(of_case)


def plain(study: Study) -> dict[str, Any]:
    """The study file as plain data for JSON, which `Study` validates again."""
    return study.model_dump(mode="json", exclude_defaults=True) | {"version": study.version}
