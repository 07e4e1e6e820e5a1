"""A study ready to run: its members, each with a case that was checked, and study.json, which keeps them.

What is written is what runs: later edits of the study file or of its base do not reach a job that waits.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from phasefield.atomic import write_text
from phasefield.case import Case, load_case, reading, resolved
from phasefield.case.keys import unit_of_key
from phasefield.case.material import check_materials
from phasefield.case.writing import toml
from phasefield.errors import CaseError, MaterialError, ResultError
from phasefield.study.members import Draft, drafts
from phasefield.study.reading import StudyFile, plain
from phasefield.study.schema import Axis, Study
from phasefield.units import shown

#: Version of the layout of study.json.
FORMAT = 1
RECORD = "study.json"


@dataclass(frozen=True)
class Member:
    """One run of a study: its name, its place on each axis (SI numbers or texts), its case."""

    name: str
    choices: dict[str, float | str]
    case: Case
    data: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """A study with all its members.

    Attributes:
        folder: results; each member has a folder of its name in it.
        source: study file.
        analysis: Python file whose `analyse(results)` is called at the end, if there is one.
        study: contents of the study file.
        units: SI unit of each axis.
        members: all runs.
    """

    folder: Path
    source: Path
    analysis: Path | None
    study: Study
    units: dict[str, str]
    members: tuple[Member, ...]

    def place(self, member: Member) -> Path:
        """Result folder of a member."""
        return self.folder / member.name

    def case_file(self, member: Member) -> Path:
        """Case file of a member."""
        return self.place(member) / "case.toml"

    def write(self) -> None:
        """Write study.json. Raises ResultError."""
        record = {
            "format": FORMAT,
            "title": self.study.title,
            "source": str(self.source),
            "analysis": str(self.analysis) if self.analysis else None,
            "study": plain(self.study),
            "units": self.units,
            "members": [{"name": m.name, "choices": m.choices} for m in self.members],
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_text(self.folder / RECORD, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
        except OSError as exc:
            raise ResultError(f"{self.folder}: cannot be written: {exc.strerror}") from exc

    def write_case(self, member: Member) -> None:
        """Write the case file of a member."""
        file = self.case_file(member)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_text(file, f"# {self.source.name}: {member.name}\n{toml(member.data)}")


def make_plan(file: StudyFile, folder: Path) -> Plan:
    """The plan of a study file with results in `folder`; writes nothing.

    Raises CaseError: every problem of every member's case, and members that are the same.
    """
    study = file.study
    found = drafts(file)
    cases = _checked(file, found)
    members = tuple(
        Member(d.name, {axis: _place_on(study.axes[axis], c, cases[d.name]) for axis, c in d.choices.items()},
               cases[d.name], d.data)
        for d in found
    )  # fmt: skip
    _refuse_equal(file, members)
    units = {name: axis.unit or _unit(axis, members[0].case) for name, axis in study.axes.items()}
    return Plan(folder, file.path, file.analysis, study, units, members)


def read_plan(folder: Path, number: int | None = None) -> Plan:
    """The plan that `folder` keeps, with one member if its number is given. Raises ResultError or CaseError."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ResultError(f"{folder / RECORD} cannot be read: {exc}") from exc
    if record.get("format") != FORMAT:
        raise ResultError(f"{folder / RECORD} has layout {record.get('format')!r}; this version reads {FORMAT}")
    entries = record["members"]
    if number is not None and number >= len(entries):
        raise CaseError(f"{folder}: found number {number}; its members have the numbers 0 to {len(entries) - 1}")
    members = []
    for entry in entries if number is None else [entries[number]]:
        case_file = folder / entry["name"] / "case.toml"
        members.append(Member(entry["name"], entry["choices"], load_case(case_file), reading.read_toml(case_file)))
    analysis = Path(record["analysis"]) if record["analysis"] else None
    study = Study.model_validate(record["study"])
    return Plan(folder, Path(record["source"]), analysis, study, record["units"], tuple(members))


# --- checks ---------------------------------------------------------------------------------------------------


def _checked(file: StudyFile, found: list[Draft]) -> dict[str, Case]:
    """The case of each member, as `phasefield check` sees it. Raises CaseError with the problems of all members."""
    cases: dict[str, Case] = {}
    problems: dict[str, list[str]] = {}
    for draft in found:
        try:
            cases[draft.name] = load_case(draft.data, name="")
            check_materials(cases[draft.name])
        except (CaseError, MaterialError) as error:
            for problem in str(error).splitlines():
                problems.setdefault(problem.removeprefix(": "), []).append(draft.name)
    if problems:
        raise CaseError(f"{file.path}: {_whose(names, len(found))}: {p}" for p, names in problems.items())
    return cases


def _whose(names: list[str], total: int) -> str:
    if len(names) == total > 1:
        return "all members"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _refuse_equal(file: StudyFile, members: tuple[Member, ...]) -> None:
    seen: dict[str, str] = {}
    for member in members:
        text = json.dumps(resolved(member.case) | {"title": ""}, sort_keys=True)
        if text in seen:
            raise CaseError(
                f"{file.path}: {seen[text]} and {member.name} are the same case; is a key of an axis set by --set too?"
            )
        seen[text] = member.name


# --- axes -----------------------------------------------------------------------------------------------------


def _place_on(axis: Axis, choice: Any, case: Case) -> float | str:
    """What the table says of a member on `axis`: the number in SI, or the name of the choice."""
    value = choice if axis.key is None else reading.get_key(resolved(case), axis.key[0])
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return shown(choice if value is None else value)
    return value


def _unit(axis: Axis, case: Case) -> str:
    return "" if axis.key is None else unit_of_key(case, axis.key[0])
