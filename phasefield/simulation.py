"""A case in, results out: the only place that puts a whole run together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from phasefield import log
from phasefield.build import Parts
from phasefield.case.schema import Case
from phasefield.errors import ConvergenceError, PhaseFieldError, ResultError
from phasefield.observables import Observables
from phasefield.output.sources import source_of
from phasefield.progress import Progress, StepReport
from phasefield.registry import extensive_unit
from phasefield.response import ResponseColumns
from phasefield.runfiles import RunFiles, check_folder
from phasefield.runfolder import Status
from phasefield.signals import on_stop
from phasefield.stepping import Step
from phasefield.tipreport import deformation_report

#: Without these PETSc sums several products at once, in another order, where vectors happen to lie at equal distances
#: in memory: a run would differ in the last digit from the same run.
REPRODUCIBLE = {"vec_mdot_use_gemv": 0, "vec_maxpy_use_gemv": 0}


#: What ranks agree on after each step, as bits.
STOP, DUE = 1, 2


@dataclass
class Result:
    """What a run gives back: status ("done" or "stopped"), observables by column (SI), work counters.

    Observables are those since the start or restart; observables.csv in the result folder has those before, too.
    """

    status: str
    observables: dict[str, np.ndarray]
    steps: int
    iterations: int
    timings: dict[str, float] = field(default_factory=dict)


class Simulation:
    """A case ready to run. `Simulation(load_case("case.toml")).run()` needs no files.

    Attributes: domain, material, scaling, functional, problem, stepper. Raises CaseError, MaterialError or
    MeshError when the case cannot be set up.
    """

    def __init__(self, case: Case, comm: MPI.Comm = MPI.COMM_WORLD, petsc_options: dict | None = None):
        self.case = case
        self.comm = comm
        self.timings: dict[str, float] = {}
        with self._timed("set_up"):
            set_petsc_options({**REPRODUCIBLE, **case.solver.petsc, **(petsc_options or {})})
            self.parts = Parts(case, comm)
            self.domain, self.material = self.parts.domain, self.parts.material
            self.scaling, self.functional = self.parts.scaling, self.parts.functional
            self.problem, self.stepper = self.parts.problem, self.parts.stepper
            self.observables = Observables(
                self.functional,
                self.problem.report,
                self.scaling,
                self.parts.conditions.tip,
                self.parts.conditions.contacts,
            )
            self.responses = ResponseColumns(self.parts, self.observables, case.output.response)
        self.rows: list[dict[str, float]] = []
        self.last_row: dict[str, float] = {}
        self.stop_requested = False

    def field(self, name: str) -> fem.Function:
        """A field of the present state in SI.

        At nodes P, phi, u, E_flexo, strain_gradient_x, _y, _z, conduction_band, and concentrations c_<species>,
        c_electrons, c_holes; cell-wise E, D, strain, stress, bound_charge.
        """
        source = source_of(name, self.functional, self.scaling)
        source.update()
        result = fem.Function(source.function.function_space, name=name)
        result.x.array[:] = source.function.x.array * source.scale
        return result

    def run(
        self,
        out: str | Path | None = None,
        *,
        overwrite: bool = False,
        restart: str | None = None,
        max_hours: float | None = None,
    ) -> Result:
        """Run to the end and return the result; with `out` also write the result folder.

        Args:
            out: result folder (created). Needed for checkpoints and restart.
            overwrite: replace an earlier run in `out`.
            restart: "latest" or the path of a checkpoint to continue from.
            max_hours: stop after this wall time with a checkpoint; the status is then "stopped".

        Raises ConvergenceError after writing the last good state, its checkpoint and the reason.
        """
        if restart and out is None:
            raise ResultError("a restart needs the result folder of the run it continues")
        deadline = time.monotonic() + 3600.0 * max_hours if max_hours is not None else np.inf
        files = RunFiles(self.parts, out, overwrite=overwrite, restart=restart) if out is not None else None
        try:
            with on_stop(self._request_stop):
                status = self._run(files, deadline)
        except PhaseFieldError as error:
            if files:
                reason = error.reason if isinstance(error, ConvergenceError) else type(error).__name__
                text = f"{reason}: {error}" if reason not in str(error) else str(error)
                files.close("failed", text, self.timings)
            raise
        except Exception as error:
            if files:
                files.crashed(error)
            raise
        if files:
            files.close(status, self.stepper.remark if status == "done" else "wall time or signal", self.timings)
        return self._result(status)

    def _run(self, files: RunFiles | None, deadline: float) -> Status:
        self._begin(files)
        end = self.case.time.end
        unit = extensive_unit("J", self.domain.body_dim)
        for warning in self.parts.warnings if self.comm.rank == 0 else ():
            log.logger.warning("%s", warning)
        with Progress(self.comm.rank, end=end, start=self.stepper.t, energy_unit=unit) as progress:
            started = time.perf_counter()
            before = self._iterations()
            for step in self.stepper.run():
                self.timings["steps"] = self.timings.get("steps", 0.0) + time.perf_counter() - started
                if step:
                    self._record(files, step)
                    progress.step(self._report(step, before))
                    before = self._iterations()
                if self._must_stop(files, step, deadline) and not (step and step.converged):
                    return "stopped"
                started = time.perf_counter()
        if self.stepper.remark and self.comm.rank == 0:
            log.logger.warning("%s", self.stepper.remark)
        self._warn_of_large_strains()
        return "done"

    def _warn_of_large_strains(self) -> None:
        if self.parts.conditions.tip is None or self.comm.rank != 0:
            return
        report = deformation_report(self._columns(), self.domain.body_dim)
        if "warning" in report:
            log.logger.warning("%s", report["warning"])

    def _begin(self, files: RunFiles | None) -> None:
        """The initial state, or that of the checkpoint; the row of observables of the first is recorded."""
        restarted = files is not None and files.restarted
        if not restarted:
            with self._timed("initial_state"):
                self.parts.initialize()
        at_rest = self.case.time.mode == "relax" and self.problem.driving_field() <= self.case.time.equilibrium
        self.last_row = self._row(self.stepper.number, 0.0, in_equilibrium=at_rest)
        if files:
            files.begin(self.last_row)
        if not restarted:
            self._write(files, self.last_row)
            if files:
                files.fields_if_due(0, final=False)

    def _record(self, files: RunFiles | None, step: Step) -> None:
        """Observables and files of the state after a step, where they are due."""
        if step.converged or step.number % self.case.output.observables_every == 0:
            with self._timed("observables"):
                in_equilibrium = step.converged or self.case.time.mode == "ramp"
                self.last_row = self._row(step.number, step.dt, step.energies, in_equilibrium)
                self._write(files, self.last_row)
        if files:
            with self._timed("output"):
                files.fields_if_due(step.number, step.converged)

    def _row(
        self, number: int, dt: float, energies: dict[str, float] | None = None, in_equilibrium: bool = False
    ) -> dict[str, float]:
        """Observables, loads and, in equilibrium, the responses of the present state."""
        row = self.observables.row(number, self.stepper.t, dt, energies)
        return row | self.parts.conditions.load_values(self.stepper.load_time) | self.responses.row(in_equilibrium)

    def _write(self, files: RunFiles | None, row: dict[str, float]) -> None:
        self.rows.append(row)
        if files:
            files.write_row(row)

    def _must_stop(self, files: RunFiles | None, step: Step | None, deadline: float) -> bool:
        """Write a checkpoint if one is due, and say whether to stop; all ranks agree on both."""
        stop = self.stop_requested or time.monotonic() > deadline
        due = files is not None and (files.overdue or (step is not None and files.due_after(step.number)))
        agreed = self.comm.allreduce(STOP * stop | DUE * due, op=MPI.BOR)
        if agreed & DUE and files:
            with self._timed("checkpoints"):
                files.checkpoint()
        return bool(agreed & STOP)

    def _report(self, step: Step, before: int) -> StepReport:
        row = self.last_row
        return StepReport(
            step=step.number,
            t=step.t,
            dt=step.dt,
            iterations=self._iterations() - before,
            residual=step.residual,
            energy=row["energy_total"],
            mean_P=row["rms_P"],
        )

    def _iterations(self) -> int:
        return self.problem.polarization.iterations + self.stepper.factorizations

    def _result(self, status: str) -> Result:
        return Result(
            status=status,
            observables=self._columns(),
            steps=self.stepper.number,
            iterations=self._iterations(),
            timings=dict(self.timings),
        )

    def _columns(self) -> dict[str, np.ndarray]:
        """Observables since the start or restart, by name."""
        names = self.rows[0].keys() if self.rows else ()
        return {name: np.array([row[name] for row in self.rows]) for name in names}

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timings[phase] = self.timings.get(phase, 0.0) + time.perf_counter() - started

    def _request_stop(self) -> None:
        """A stop after the present step."""
        self.stop_requested = True


#: Names of the PETSc options of the last case, which are not those of the next.
_entered: set[str] = set()


def set_petsc_options(options: dict) -> None:
    """Put options into PETSc's database in place of the last ones; a value of None or True is a bare flag."""
    database = PETSc.Options()
    while _entered:
        database.delValue(_entered.pop())
    for key, value in options.items():
        name = key.lstrip("-")
        _entered.add(name)
        if value is None or value is True:
            database.setValue(name, "")
        else:
            database.setValue(name, value)


def run_case(
    case: Case,
    out: str | Path,
    *,
    overwrite: bool = False,
    restart: str | None = None,
    max_hours: float | None = None,
    petsc_options: dict | None = None,
    comm: MPI.Comm = MPI.COMM_WORLD,
) -> Result:
    """Set a case up and run it into the result folder `out`; see `Simulation.run`.

    A folder that is taken, or cannot be continued, is refused before the set-up, whose time counts in `max_hours`.
    """
    started = time.monotonic()
    log.setup(comm.rank)
    check_folder(out, comm, case, overwrite=overwrite, restart=restart)
    simulation = Simulation(case, comm, petsc_options)
    if max_hours is not None:
        max_hours -= (time.monotonic() - started) / 3600.0
    return simulation.run(out, overwrite=overwrite, restart=restart, max_hours=max_hours)
