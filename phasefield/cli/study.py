"""What `phasefield study` does: run, list, gather, write a job array or run one of its tasks."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

import typer

from phasefield import log
from phasefield.cli import ranks
from phasefield.cli.lines import print_lines
from phasefield.errors import EXIT_NOT_CONVERGED, EXIT_REQUEUE, CaseError
from phasefield.study.plan import RECORD, Plan, read_plan
from phasefield.study.session import How, Session, conclude, load_function, open_plan, prepare, run_members
from phasefield.study.slurm import write_array_script
from phasefield.study.states import state_of


def is_program(path: Path) -> bool:
    """Whether `path` is a Python file, or a folder with a study.py but no study.toml: a program of its own."""
    if path.is_dir():
        return (path / "study.py").is_file() and not any((path / name).is_file() for name in ("study.toml", RECORD))
    return path.suffix == ".py"


def run_program(path: Path, out: Path | None) -> None:
    """Call `main(out)` of a study.py. Raises CaseError: no such file or function."""
    file = (path / "study.py" if path.is_dir() else path).resolve()
    if not file.is_file():
        raise CaseError(f"{path}: no such file")
    load_function(file, "main")(out or file.parent / "results")


@dataclass(frozen=True)
class Request:
    """What was asked for; its methods return exit codes."""

    path: Path
    out: Path | None
    overrides: tuple[str, ...]
    how: How

    def _plan(self) -> Plan:
        if ranks.launched_rank() is not None:
            raise CaseError("phasefield study starts the ranks of its runs itself (--ranks); start it without mpirun")
        log.setup()
        return open_plan(self.path, self.out, self.overrides)

    def run(self) -> int:
        """Run what is left, gather and print what came of it."""
        plan = self._plan()
        left = prepare(plan, self.how)
        typer.echo(f"{_members(len(plan.members))}, {len(left)} to run, into {plan.folder}", err=True)
        return report(plan, conclude(plan, *run_members(plan, left, self.how)))

    def gather(self) -> int:
        """Gather what is done."""
        plan = self._plan()
        return report(plan, conclude(plan))

    def show(self) -> int:
        """Print the members and how far they are; writes nothing."""
        plan = self._plan()
        states = [(member.name, state_of(plan.place(member), member.case)) for member in plan.members]
        print_lines((name, ": ".join([state.kind, *state.detail])) for name, state in states)
        return 0

    def write_array(self) -> int:
        """Keep the plan, write its job array and print how to submit it."""
        plan = self._plan()
        left = {member.name for member, _ in prepare(plan, self.how)}
        again = f"phasefield study {shlex.quote(str(plan.folder))}"
        if not left:
            typer.echo(f"all of {_members(len(plan.members))} done; gather them with: {again} --gather")
            return 0
        numbers = [number for number, member in enumerate(plan.members) if member.name in left]
        script = write_array_script(plan, numbers, self.how)
        typer.echo(f"{len(left)} of {_members(len(plan.members))}; submit them, and gather when the array has ended:")
        typer.echo(f"  sbatch {shlex.quote(str(script))}\n  {again} --gather")
        return 0

    def run_task(self, number: int) -> int:
        """Run the member of this number in the plan that the results keep."""
        log.setup()
        plan = read_plan(self.path.absolute(), number)
        [member] = plan.members
        state = state_of(plan.place(member), member.case)
        if state.kind == "done":
            return 0
        if state.kind == "changed" and not self.how.overwrite:
            raise CaseError(f"{plan.place(member)} holds the run of another case: {'; '.join(state.detail)}")
        outcomes, stopped = run_members(plan, [(member, state)], self.how)
        if stopped:
            return EXIT_REQUEUE
        return EXIT_NOT_CONVERGED if outcomes[0].ending == "failed" else 0


def _members(count: int) -> str:
    return f"{count} member{'s' * (count != 1)}"


def report(plan: Plan, session: Session) -> int:
    """Print what a session wrote and what is missing; the exit code."""
    for file in session.files:
        typer.echo(file)
    reasons = {outcome.name: outcome.reason for outcome in session.outcomes}
    for member in session.results.unfinished:
        reason = reasons.get(member.name) or member.reason
        typer.echo(f"{member.status}: {member.name}{f': {reason}' if reason else ''}", err=True)
    if session.stopped:
        typer.echo(f"stopped; go on with: phasefield study {shlex.quote(str(plan.folder))}", err=True)
        return EXIT_REQUEUE
    return EXIT_NOT_CONVERGED if session.results.unfinished else 0
