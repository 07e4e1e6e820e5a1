"""The results of a study, gathered from the folders of its members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from phasefield.case import Case
from phasefield.errors import ResultError, nearest
from phasefield.plot.results import Results, Snapshot
from phasefield.record import read_record
from phasefield.study.plan import Member, Plan
from phasefield.study.states import state_of

T = TypeVar("T")


@dataclass(frozen=True)
class MemberResults:
    """What one member gave.

    Attributes:
        name: of the member and its folder.
        folder: its result folder.
        choices: its place on each axis, SI numbers or names; empty for named members.
        case: its case.
        status: "done", or what keeps it from being done: "new", "changed", or the status of its run.
        reason: why, if it is not done.
    """

    name: str
    folder: Path
    choices: dict[str, float | str]
    case: Case
    status: str
    reason: str

    @cached_property
    def record(self) -> dict[str, Any]:
        """Contents of run.json."""
        return read_record(self.folder)

    @cached_property
    def observables(self) -> dict[str, npt.NDArray[np.float64]]:
        """Columns of observables.csv (SI)."""
        return Results(self.folder).observables()

    @property
    def final(self) -> dict[str, float]:
        """Last row of observables.csv (SI)."""
        return {name: float(column[-1]) for name, column in self.observables.items()}

    def snapshot(self, index: int = -1) -> Snapshot:
        """The fields at the time number `index`, the last by default."""
        return Results(self.folder).snapshot(index)

    def snapshot_at(self, time: float) -> Snapshot:
        """The fields at a time (s); ResultError if none were written then."""
        return Results(self.folder).snapshot_at(time)

    def snapshots(self) -> Iterator[Snapshot]:
        """The fields at all times, one after the other."""
        return Results(self.folder).snapshots()


@dataclass(frozen=True)
class StudyResults:
    """The members of a study in order, by name, or by their place on the axes."""

    folder: Path
    members: tuple[MemberResults, ...]

    def __iter__(self) -> Iterator[MemberResults]:
        return iter(self.members)

    def __contains__(self, name: object) -> bool:
        return any(member.name == name for member in self.members)

    def __getitem__(self, name: str) -> MemberResults:
        """The member of this name. Raises ResultError if the study has none."""
        if name not in self:
            known = [member.name for member in self.members]
            raise ResultError(f'{self.folder}: no member is named "{name}"{nearest(name, known)}')
        return next(member for member in self.members if member.name == name)

    def present(self, names: Mapping[str, T]) -> dict[str, T]:
        """Those entries of `names` (by name of member) whose member the study was not told to leave out, in order."""
        return {name: what for name, what in names.items() if name in self}

    def select(self, **choices: float | str) -> tuple[MemberResults, ...]:
        """Members with these values or names on the axes, in order."""
        return tuple(m for m in self.members if choices.items() <= m.choices.items())

    def along(self, axis: str, **choices: float | str) -> dict[float | str, MemberResults]:
        """Members with these values or names on other axes, by their place on `axis`, in order."""
        return {member.choices[axis]: member for member in self.select(**choices) if axis in member.choices}

    @property
    def unfinished(self) -> tuple[MemberResults, ...]:
        """Members that are not done."""
        return tuple(member for member in self.members if member.status != "done")


def gathered(plan: Plan) -> StudyResults:
    """What the members of `plan` gave so far."""
    return StudyResults(plan.folder, tuple(_member(plan, member) for member in plan.members))


def _member(plan: Plan, member: Member) -> MemberResults:
    state = state_of(plan.place(member), member.case)
    status = state.status if state.kind == "unfinished" else state.kind
    reason = "; ".join(state.detail)
    return MemberResults(member.name, plan.place(member), member.choices, member.case, status, reason)


def observables_of(results: StudyResults) -> list[str]:
    """Observables that all finished members wrote, in the order of the first, without the counters of steps."""
    done = [member.observables for member in results if member.status == "done"]
    if not done:
        raise ResultError(f"{results.folder}: no member is done yet")
    return [n for n in done[0] if n not in ("step", "dt") and all(n in observables for observables in done)]
