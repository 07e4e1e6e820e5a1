"""One session of a study: what is left to do is run, then everything is gathered and analysed."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from phasefield import log
from phasefield.errors import CaseError, ResultError, nearest
from phasefield.study.gathering import check_columns, gather
from phasefield.study.plan import RECORD, Member, Plan, make_plan, read_plan
from phasefield.study.reading import read_study
from phasefield.study.results import StudyResults, gathered
from phasefield.study.running import Job, Outcome, Stop, run_command, run_jobs
from phasefield.study.states import State, state_of

#: Members and lines of differences that a message names.
_SHOWN = 5


@dataclass(frozen=True)
class Session:
    """What came of a session.

    Attributes:
        results: all members, whether run now or before.
        outcomes: the runs of this session.
        stopped: whether a signal or the wall time ended it before everything was run.
        files: table and figure.
        analysis: what `analyse` of the study's Python file returned, None if it was not called.
    """

    results: StudyResults
    outcomes: tuple[Outcome, ...]
    stopped: bool
    files: tuple[Path, ...] = ()
    analysis: object = None

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """The runs of this session that failed."""
        return tuple(outcome for outcome in self.outcomes if outcome.ending == "failed")


@dataclass(frozen=True)
class How:
    """How to run: None is what the study file says.

    Attributes:
        workers: runs at a time.
        ranks: MPI ranks of each run.
        launcher: command that starts them.
        max_hours: wall time of the session.
        overwrite: replace runs of another case, and begin failed ones anew.
        only: names of the members to run, all if empty.
    """

    workers: int | None = None
    ranks: int | None = None
    launcher: str | None = None
    max_hours: float | None = None
    overwrite: bool = False
    only: tuple[str, ...] = ()


def open_plan(path: Path, out: Path | None = None, overrides: Iterable[str] = ()) -> Plan:
    """The plan of a study file or its folder; of a folder with results, the plan it keeps.

    Results go to `out`, or to results/<name of the study file> beside it. Raises CaseError, MaterialError or
    ResultError with all problems of the study file and of every member's case.
    """
    if (path / RECORD).is_file():
        if out is not None or list(overrides):
            raise CaseError(f"{path}: these are results, which go on as they began; give the study file to change it")
        return read_plan(path.absolute())
    file = read_study(path, overrides)
    check_columns(file.study)
    return make_plan(file, (out or file.path.parent / "results" / file.path.stem).absolute())


def prepare(plan: Plan, how: How) -> list[tuple[Member, State]]:
    """Members that are not done yet and their states; keeps the plan and their cases in the result folder.

    Raises ResultError: a folder holds the run of another case, and `how.overwrite` is not set.
    """
    _check_names(plan, how.only)
    states = [(member, state_of(plan.place(member), member.case)) for member in plan.members]
    changed = [(member, state) for member, state in states if state.kind == "changed"]
    if changed and not how.overwrite:
        raise ResultError(_refusal(plan, changed))
    plan.write()
    for member in plan.members:
        plan.write_case(member)
    chosen = set(how.only) or {member.name for member in plan.members}
    return [(member, state) for member, state in states if state.kind != "done" and member.name in chosen]


def _check_names(plan: Plan, names: Iterable[str]) -> None:
    known = [member.name for member in plan.members]
    for name in names:
        if name not in known:
            raise CaseError(f'"{name}" is not a member of the study{nearest(name, known)}')


def _refusal(plan: Plan, changed: list[tuple[Member, State]]) -> str:
    lines = [f"{plan.folder} holds runs of other cases; choose another folder, or replace them with --overwrite:"]
    for member, state in changed[:_SHOWN]:
        lines += [f"  {member.name}: {line}" for line in state.detail[:_SHOWN]]
    if len(changed) > _SHOWN:
        lines.append(f"  and {len(changed) - _SHOWN} more members")
    return "\n".join(lines)


def run_members(plan: Plan, left: list[tuple[Member, State]], how: How) -> tuple[tuple[Outcome, ...], bool]:
    """Run the members that are `left`; how each ended, and whether a stop kept any from its end."""
    run = plan.study.run
    jobs = [
        Job(
            member.name,
            plan.place(member),
            run_command(
                plan.case_file(member),
                plan.place(member),
                continued=state.goes_on(how.overwrite),
                ranks=how.ranks or run.ranks,
                launcher=how.launcher or run.launcher,
            ),
        )
        for member, state in left
    ]
    outcomes: list[Outcome] = []
    for outcome in run_jobs(jobs, how.workers or run.workers, Stop(how.max_hours)):
        outcomes.append(outcome)
        _tell(outcome, f"{len(outcomes)} of {len(jobs)}")
    stopped = len(outcomes) < len(jobs) or any(outcome.ending == "stopped" for outcome in outcomes)
    return tuple(outcomes), stopped


def _tell(outcome: Outcome, count: str) -> None:
    reason = f": {outcome.reason}" if outcome.reason else ""
    say = log.logger.warning if outcome.ending == "failed" else log.logger.info
    say("%s  %s  %s in %.1f s%s", count, outcome.name, outcome.ending, outcome.seconds, reason)


def run_study(
    path: str | Path, out: str | Path | None = None, overrides: Iterable[str] = (), how: How | None = None
) -> Session:
    """Run what is left of a study, and gather; see `open_plan` for what `path` and `out` mean.

    `overrides` are texts such as "axes.thickness.values=['5 nm']" or, for the case of all members, "mesh.degree=2".
    The study's own analysis is called once all members are done.
    """
    how = how or How()
    plan = open_plan(Path(path), Path(out) if out is not None else None, overrides)
    left = prepare(plan, how)
    outcomes, stopped = run_members(plan, left, how)
    return conclude(plan, outcomes, stopped)


def conclude(plan: Plan, outcomes: tuple[Outcome, ...] = (), stopped: bool = False) -> Session:
    """Gather what there is and, if all members are done, call the study's analysis."""
    results = gathered(plan)
    if all(member.status != "done" for member in results):
        return Session(results, outcomes, stopped)
    files = gather(plan, results)
    analysis = None
    if plan.analysis is not None and not results.unfinished:
        analysis = load_function(plan.analysis, "analyse")(results)
    return Session(results, outcomes, stopped, tuple(files), analysis)


def load_function(file: Path, name: str) -> Callable[..., object]:
    """The function `name` of a Python file. Raises CaseError if there is none."""
    function = getattr(load_module(file), name, None)
    if not callable(function):
        raise CaseError(f"{file}: defines no function {name}")
    return function  # type: ignore[no-any-return]


def load_module(file: Path) -> ModuleType:
    """The module in a Python file."""
    spec = importlib.util.spec_from_file_location(f"{file.stem}_{file.parent.name}", file)
    if spec is None or spec.loader is None:
        raise CaseError(f"{file}: is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    return module
