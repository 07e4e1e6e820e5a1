"""Runs members as processes of their own, some at a time, until all are done or a stop is wished.

A stop (SIGINT, SIGTERM, SIGUSR1) is passed on as SIGUSR1, which launchers of MPI hand to their ranks: each run writes a
checkpoint after its present step and leaves with exit code 75. A second one ends the processes at once.
"""

from __future__ import annotations

import fcntl
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from phasefield.errors import EXIT_REQUEUE, CaseError, ResultError
from phasefield.log import logger
from phasefield.record import read_record
from phasefield.signals import on_stop

Ending = Literal["done", "failed", "stopped"]
#: Seconds between looks at the processes.
PAUSE = 0.05
#: File in a member's folder with what its process printed.
PRINTED = "output.log"


@dataclass(frozen=True)
class Job:
    """A member to be run: its name, result folder and command."""

    name: str
    folder: Path
    command: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """How a job ended; `reason` says why it is not done, `seconds` how long it took."""

    name: str
    ending: Ending
    reason: str
    seconds: float


def run_command(case: Path, folder: Path, *, continued: bool, ranks: int, launcher: str) -> tuple[str, ...]:
    """Command that runs `case` into `folder`, from its last checkpoint if `continued`.

    Raises CaseError: the launcher is not installed.
    """
    how = ("--restart", "latest") if continued else ("--overwrite",)
    run = (sys.executable, "-m", "phasefield", "run", str(case), "--out", str(folder), *how)
    return (*_launch(ranks, launcher), *run)


def _launch(ranks: int, launcher: str) -> tuple[str, ...]:
    """The launcher with its number of ranks; nothing for one rank, but for srun, which gives a job its processors."""
    try:
        words = shlex.split(launcher.replace("{ranks}", str(ranks))) or [""]
    except ValueError as exc:
        raise CaseError(f'run.launcher: found "{launcher}": {exc}') from exc
    if ranks == 1 and Path(words[0]).name != "srun":
        return ()
    if shutil.which(words[0]) is None:
        raise CaseError(f'run.launcher: "{words[0]}" is not installed; name a launcher of MPI programs')
    return tuple(words)


class Stop:
    """The wish to stop: how often a signal asked for it, and when time is up."""

    def __init__(self, max_hours: float | None = None):
        self.signals = 0
        self.deadline = None if max_hours is None else time.monotonic() + 3600.0 * max_hours

    @property
    def hours_left(self) -> float | None:
        """Hours until time is up, None without a limit."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic()) / 3600.0

    @property
    def wanted(self) -> bool:
        """Whether no further run may start."""
        return self.signals > 0 or self.hours_left == 0.0

    def listening(self) -> AbstractContextManager[None]:
        """Count signals instead of being ended by them, for the time of a block."""
        return on_stop(self._count)

    def _count(self) -> None:
        self.signals += 1


def _lock(file: BinaryIO) -> None:
    """Lock a file for the process that inherits it: while that lives, no other session runs its member.

    Raises BlockingIOError: it is locked. Some file systems of clusters know no locks; runs there go without.
    """
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError as error:
        logger.debug("%s: no lock: %s", file.name, error)


class Process:
    """One running job. Raises BlockingIOError: it is running already, started by another session."""

    def __init__(self, job: Job, stop: Stop, environment: Mapping[str, str]):
        self.job, self.started, self.born = job, time.monotonic(), time.time()
        self.signals = 0  # sent
        limit = () if stop.hours_left is None else ("--max-hours", f"{stop.hours_left:.6f}")
        self.printed = job.folder / PRINTED
        with self.printed.open("ab") as file:
            _lock(file)
            file.truncate(0)
            # A session of its own: Ctrl-C reaches this program only, which passes it on once.
            self.process = subprocess.Popen(
                (*job.command, *limit),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def pass_on(self, signals: int) -> None:
        """Tell the process of the stops asked for so far: the first is a request, the second the end."""
        while self.signals < min(signals, 2):
            self.signals += 1
            if self.process.poll() is not None:
                return
            if self.signals == 1:
                self.process.send_signal(signal.SIGUSR1)
            else:
                os.killpg(self.process.pid, signal.SIGKILL)

    def outcome(self) -> Outcome | None:
        """How it ended, None while it runs."""
        code = self.process.poll()
        if code is None:
            return None
        ending, reason = self._ending(code)
        return Outcome(self.job.name, ending, reason, time.monotonic() - self.started)

    def _ending(self, code: int) -> tuple[Ending, str]:
        if code == 0:
            return "done", ""
        if code == EXIT_REQUEUE:
            return "stopped", "stopped with a checkpoint"
        if self.signals:
            return "stopped", "stopped before its first checkpoint" if self.signals == 1 else "ended at once"
        return "failed", self._reason(code)

    def _reason(self, code: int) -> str:
        """The reason in run.json if this process wrote it, or what was printed last."""
        try:
            record = read_record(self.job.folder)
            is_new = (self.job.folder / "run.json").stat().st_mtime > self.born - 1.0
        except ResultError:
            record, is_new = {}, False
        if is_new and record.get("status") == "failed" and record.get("reason"):
            return str(record["reason"]).splitlines()[0]
        how = f"ended by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        lines = self.printed.read_text(encoding="utf-8", errors="replace").splitlines()
        errors = [line for line in lines if re.match(r"(error|\w*Error):", line)] or lines
        return f"{errors[-1].removeprefix('error: ')} ({how})" if errors else how


def _environment(workers: int) -> dict[str, str]:
    """Variables of the processes: what Python knows, without what MPI, if it was started here, adds to them."""
    variables = {"OMP_NUM_THREADS": "1"}
    if workers > 1:
        # Open MPI 4 and 5 would bind the ranks of every run to the same first cores.
        variables |= {"OMPI_MCA_hwloc_base_binding_policy": "none", "PRTE_MCA_hwloc_default_binding_policy": "none"}
    return {**variables, **os.environ}


def run_jobs(jobs: Sequence[Job], workers: int, stop: Stop) -> Iterator[Outcome]:
    """Run `jobs`, at most `workers` at a time; yields how each ended, in that order. Jobs that a stop kept from
    starting are not among them."""
    waiting, running = deque(jobs), list[Process]()
    environment = _environment(workers)
    with stop.listening(), _not_left_alone(running):
        while running or (waiting and not stop.wanted):
            while waiting and len(running) < workers and not stop.wanted:
                job = waiting.popleft()
                try:
                    running.append(Process(job, stop, environment))
                    logger.info("%s  starts", job.name)
                except BlockingIOError:
                    yield Outcome(job.name, "failed", "another session is running it", 0.0)
            for process in list(running):
                process.pass_on(stop.signals)
                if outcome := process.outcome():
                    running.remove(process)
                    yield outcome
            time.sleep(PAUSE)


@contextmanager
def _not_left_alone(running: list[Process]) -> Iterator[None]:
    """Ask processes that still run when something went wrong here to stop."""
    try:
        yield
    finally:
        for process in running:
            process.pass_on(1)
