"""Progress of a run: a bar with the time left on a terminal, one log line per step otherwise."""

from __future__ import annotations

import sys
import time
from collections import deque
from dataclasses import dataclass
from datetime import timedelta
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as RichProgress

from phasefield.log import ON_BAR, logger

_PREFIXES = {0: "", -3: "m", -6: "u", -9: "n", -12: "p", -15: "f", -18: "a"}


@dataclass(frozen=True)
class StepReport:
    """What is said about one accepted step."""

    step: int
    t: float  #: time, or position of a ramp (s)
    dt: float  #: step (s)
    iterations: int  #: Krylov iterations of the step
    residual: float  #: rms driving field relative to the field scale
    energy: float  #: total energy (J; per metre or square metre on 2D and 1D meshes)
    mean_P: float  #: mean of the polarization's magnitude (C/m^2)


def seconds(value: float) -> str:
    """`value` in s with a metric prefix, e.g. 1.25e-11 -> "12.5 ps"."""
    if value == 0.0:
        return "0 s"
    for exponent, prefix in _PREFIXES.items():
        if abs(value) >= 0.9995 * 10.0**exponent:
            return f"{value / 10.0**exponent:.4g} {prefix}s"
    return f"{value:.3g} s"


class TimeLeft:
    """Wall time left, from the speed over the last `window` steps."""

    def __init__(self, start: float, end: float | None, window: int = 40):
        self.start, self.end = start, end
        self._samples: deque[tuple[float, float]] = deque([(time.perf_counter(), start)], maxlen=window)

    def update(self, position: float) -> timedelta | None:
        """Time left at `position`, or None while it cannot be known (or will never end)."""
        self._samples.append((time.perf_counter(), position))
        (wall_0, position_0), (wall_1, _) = self._samples[0], self._samples[-1]
        if self.end is None or position <= position_0:
            return None
        rate = (position - position_0) / max(wall_1 - wall_0, 1e-9)
        seconds = max(self.end - position, 0.0) / rate
        return timedelta(seconds=round(seconds)) if seconds < timedelta.max.total_seconds() else None


class Progress:
    """Reports steps: `with Progress(rank, end=...) as progress: progress.step(report)`.

    Parameters
    ----------
    rank: only rank 0 reports.
    end: value of `StepReport.t` at which the run ends, None if unknown (relaxation).
    start: value of `StepReport.t` at the beginning of this run (after a restart not 0).
    energy_unit: unit printed after the energy.
    terminal: draw a bar; by default when standard error is a terminal.
    """

    def __init__(
        self,
        rank: int = 0,
        *,
        end: float | None = None,
        start: float = 0.0,
        energy_unit: str = "J",
        terminal: bool | None = None,
    ):
        self.rank, self.start, self.energy_unit = rank, start, energy_unit
        self.end = end if end is not None and end > start else None
        self._left = TimeLeft(start, self.end)
        self._bar: RichProgress | None = None
        self._task = TaskID(0)
        if rank == 0 and (sys.stderr.isatty() if terminal is None else terminal):
            self._bar = RichProgress(
                TextColumn("{task.description}"),
                BarColumn(bar_width=24),
                TextColumn("{task.fields[left]}"),
                TimeElapsedColumn(),
                TextColumn("{task.fields[status]}"),
                console=Console(stderr=True, force_terminal=True),
                refresh_per_second=4,
                transient=True,
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
            total = None if self.end is None else 1.0
            self._task = self._bar.add_task("running", total=total, left="", status="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def step(self, report: StepReport) -> None:
        """Report one accepted step; does nothing on ranks above 0."""
        if self.rank:
            return
        left = self._left.update(report.t)
        remaining = "" if left is None else f"  left {left}"
        logger.info("%s%s", self._line(report), remaining, extra=ON_BAR if self._bar else None)
        if self._bar is not None:
            done = None if self.end is None else (report.t - self.start) / (self.end - self.start)
            self._bar.update(
                self._task,
                completed=done,
                description=f"step {report.step}",
                left=remaining.strip(),
                status=f"t {seconds(report.t)}  dt {seconds(report.dt)}  its {report.iterations}"
                f"  res {report.residual:.1e}  |P| {report.mean_P:.3g}",
            )

    def _line(self, report: StepReport) -> str:
        return (
            f"step {report.step:6d}  t {seconds(report.t):>9}  dt {seconds(report.dt):>9}"
            f"  its {report.iterations:4d}  res {report.residual:.2e}"
            f"  energy {report.energy:+.8e} {self.energy_unit}  |P| {report.mean_P:.4g} C/m^2"
        )
