"""A case in, results out: the only place that puts a whole run together."""

from __future__ import annotations

import signal
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
from phasefield.case import resolved
from phasefield.case.schema import Case
from phasefield.checkpoint import load_checkpoint, save_checkpoint
from phasefield.errors import ConvergenceError, PhaseFieldError, ResultError
from phasefield.fields import FIELDS, extensive_unit, observable
from phasefield.observables import Observables
from phasefield.output.derived import DERIVED, DerivedField
from phasefield.output.flexofield import STRAIN_GRADIENTS, FlexoField, StrainGradient
from phasefield.output.table import ObservablesTable
from phasefield.output.xdmf import XdmfSeries
from phasefield.progress import Progress, StepReport
from phasefield.rankzero import on_root
from phasefield.record import physics_hash
from phasefield.runfolder import RunFolder, Status
from phasefield.stepping import Step


@dataclass
class Result:
    """What a run gives back: status ("done" or "stopped"), observables by column (SI), work counters."""

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
            set_petsc_options({**case.solver.petsc, **(petsc_options or {})})
            self.parts = Parts(case, comm)
            self.domain, self.material = self.parts.domain, self.parts.material
            self.scaling, self.functional = self.parts.scaling, self.parts.functional
            self.problem, self.stepper = self.parts.problem, self.parts.stepper
            self.observables = Observables(self.functional, self.problem.report, self.scaling)
        self.rows: list[dict[str, float]] = []
        self.stop_requested = False

    def field(self, name: str) -> fem.Function:
        """A field of the present state in SI.

        At nodes P, phi, u, E_flexo, strain_gradient_x, _y, _z; cell-wise E, D, strain, stress, bound_charge.
        """
        source, scale = self._source(name)
        if isinstance(source, DerivedField):
            source.update()
            source = source.function
        result = fem.Function(source.function_space, name=name)
        result.x.array[:] = source.x.array * scale
        return result

    def _source(self, name: str) -> tuple[fem.Function | DerivedField, float]:
        derived = self._derived(name)
        if derived:
            return derived, derived.scale
        scales = {
            "P": self.scaling.polarization,
            "phi": self.scaling.potential,
            "u": self.scaling.displacement,
        }
        return getattr(self.functional, name), scales[name]

    def _derived(self, name: str) -> DerivedField | None:
        if name in DERIVED:
            return DerivedField(name, self.functional, self.scaling)
        if name in STRAIN_GRADIENTS:
            return StrainGradient(name, self.functional, self.scaling)
        return FlexoField(self.functional, self.scaling) if name == "E_flexo" else None

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
        deadline = time.monotonic() + 3600.0 * max_hours if max_hours is not None else None
        files = Files(self, out, overwrite, restart) if out is not None else None
        try:
            with self._signals():
                status = self._run(files, deadline)
        except PhaseFieldError as error:
            if files:
                reason = error.reason if isinstance(error, ConvergenceError) else type(error).__name__
                files.close("failed", f"{reason}: {error}" if reason not in str(error) else str(error))
            raise
        except Exception as error:
            if files:
                files.folder.crashed(error)
            raise
        if files:
            files.close(status, "" if status == "done" else "wall time or signal")
        return self._result(status)

    def _run(self, files: Files | None, deadline: float | None) -> Status:
        if files and files.restarted:
            self.parts.conditions.update(self.stepper.t)
        else:
            with self._timed("initial_state"):
                self.parts.initialize()
            self._record(files, None)
        end = self.case.time.end
        unit = extensive_unit("J", self.domain.dim)
        with Progress(self.comm.rank, end=end, start=self.stepper.t, energy_unit=unit) as progress:
            started = time.perf_counter()
            before = self._iterations()
            for step in self.stepper.run():
                self.timings["steps"] = self.timings.get("steps", 0.0) + time.perf_counter() - started
                self._record(files, step)
                progress.step(self._report(step, before))
                before = self._iterations()
                if not step.converged and self._must_stop(deadline):
                    return "stopped"
                started = time.perf_counter()
        return "done"

    def _record(self, files: Files | None, step: Step | None) -> None:
        """Observables and files of the present state (the initial one without a step), where they are due."""
        number, dt, final = (step.number, step.dt, step.converged) if step else (0, 0.0, False)
        if final or number % self.case.output.observables_every == 0:
            with self._timed("observables"):
                row = self.observables.row(number, self.stepper.t, dt, step.energies if step else None)
                self.rows.append(row)
                if files:
                    files.write_row(row)
        if files:
            with self._timed("output"):
                files.after_step(number, final)

    def _must_stop(self, deadline: float | None) -> bool:
        wanted = self.stop_requested or (deadline is not None and time.monotonic() > deadline)
        return self.comm.allreduce(int(wanted), op=MPI.MAX) > 0

    def _report(self, step: Step, before: int) -> StepReport:
        row = self.rows[-1]
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
        return self.problem.polarization.iterations

    def _result(self, status: str) -> Result:
        columns = self.rows[0].keys() if self.rows else ()
        return Result(
            status=status,
            observables={name: np.array([row[name] for row in self.rows]) for name in columns},
            steps=self.stepper.number,
            iterations=self._iterations(),
            timings=dict(self.timings),
        )

    @contextmanager
    def _timed(self, phase: str) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.timings[phase] = self.timings.get(phase, 0.0) + time.perf_counter() - started

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """Turn SIGTERM, SIGUSR1 and SIGINT into a stop after the present step."""

        def request(number: int, frame: object) -> None:
            self.stop_requested = True

        previous = {s: signal.signal(s, request) for s in (signal.SIGTERM, signal.SIGUSR1, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


class Files:
    """The result folder of a running simulation: when what is written."""

    def __init__(self, simulation: Simulation, out: str | Path, overwrite: bool, restart: str | None):
        self.simulation = simulation
        self.case = resolved(simulation.case)
        self.folder = RunFolder.create(
            out, simulation.comm, self.case, overwrite=overwrite, restart=restart is not None
        )
        self.log = log.open_file(self.folder.log, simulation.comm.rank)
        self.restarted = restart is not None
        self.table: ObservablesTable | None = None
        self.last_written = -np.inf
        self.fields: dict[str, tuple[fem.Function | DerivedField, float]] = {
            name: simulation._source(name) for name in simulation.case.output.fields
        }
        if restart is not None:
            self._load(self.folder.checkpoints if restart == "latest" else Path(restart))
        self.series = self._open_series()
        self._describe()

    def _functions(self) -> dict[str, fem.Function]:
        return {
            name: source.function if isinstance(source, DerivedField) else source
            for name, (source, _) in self.fields.items()
        }

    def _open_series(self) -> XdmfSeries:
        arguments = (
            self.folder.fields,
            self.simulation.domain,
            self._functions(),
            {name: scale for name, (_, scale) in self.fields.items()},
        )
        if self.restarted:
            series = XdmfSeries.open_existing(*arguments, truncate_after=self.simulation.stepper.t)
            self.last_written = series.times[-1] if series.times else -np.inf
            return series
        return XdmfSeries(*arguments)

    def _describe(self) -> None:
        simulation = self.simulation
        material = simulation.material
        self.folder.update(
            dofs={
                name: int(V.dofmap.index_map.size_global * V.dofmap.index_map_bs)
                for name, V in vars(simulation.functional.spaces).items()
            },
            mode=simulation.case.time.mode,
            citations=list(material.citations),
            warnings=list(material.warnings),
            fields={
                name: {"label": FIELDS[name].label, "symbol": FIELDS[name].symbol, "unit": FIELDS[name].unit}
                for name in self.fields
            },
            geometry_unit="nm",
        )

    # --- during the run -----------------------------------------------------------------------------------

    def write_row(self, row: dict[str, float]) -> None:
        """Append a row of observables; the first row begins (or continues) the table."""
        if self.table is None:
            path, comm = self.folder.observables, self.simulation.comm
            if self.restarted:
                self.table = ObservablesTable.open_existing(path, list(row), comm, truncate_after=int(row["step"]) - 1)
            else:
                self.table = ObservablesTable(path, list(row), comm)
            dim = self.simulation.domain.dim
            self.folder.update(units={name: observable(name, dim).unit for name in row})
        self.table.write(row)

    def after_step(self, number: int, final: bool) -> None:
        """Fields and checkpoint where they are due after step `number`."""
        spec = self.simulation.case.output
        t = self.simulation.stepper.t
        due = number == 0 or final
        due = due or (spec.every_steps is not None and number % spec.every_steps == 0)
        due = due or (spec.every_time is not None and t >= self.last_written + spec.every_time * (1 - 1e-9))
        if due:
            self._write_fields()
        if spec.checkpoint_every and number > 0 and number % spec.checkpoint_every == 0:
            self.checkpoint()

    def _write_fields(self) -> None:
        t = self.simulation.stepper.t
        if t <= self.last_written:
            return
        for source, _ in self.fields.values():
            if isinstance(source, DerivedField):
                source.update()
        self.series.write(t)
        self.last_written = t

    # --- checkpoints --------------------------------------------------------------------------------------

    def _checkpoint_fields(self) -> dict[str, fem.Function]:
        f = self.simulation.functional
        return {"P": f.P, "phi": f.phi, "u": f.u, **self.simulation.stepper.history()}

    def checkpoint(self) -> None:
        """Write a checkpoint of the present state."""
        simulation = self.simulation
        state = {
            "step": simulation.stepper.number,
            "case": physics_hash(self.case),
            "mean_strain": simulation.functional.mean_strain.value.tolist(),
            "stepper": simulation.stepper.state(),
        }
        save_checkpoint(self.folder.checkpoints, simulation.domain, self._checkpoint_fields(), state)

    def _load(self, source: Path) -> None:
        simulation = self.simulation
        expected = {"case": physics_hash(self.case)}
        state = load_checkpoint(source, simulation.domain, self._checkpoint_fields(), expected)
        simulation.functional.mean_strain.value[:] = state["mean_strain"]
        simulation.stepper.restore(state["stepper"])

    # --- end ----------------------------------------------------------------------------------------------

    def close(self, status: Status, reason: str) -> None:
        """Last fields and checkpoint, the figure, and the end of run.json."""
        simulation = self.simulation
        self._write_fields()
        if status != "done" or simulation.case.output.checkpoint_every:
            self.checkpoint()
        mechanics = simulation.problem.mechanics
        self.folder.finish(
            status,
            reason,
            steps=simulation.stepper.number,
            rejected_steps=simulation.stepper.rejected,
            iterations={
                "polarization": simulation.problem.polarization.iterations,
                "mechanics": mechanics.iterations if mechanics else 0,
            },
            timings=dict(simulation.timings),
        )
        if status == "done" and simulation.case.output.figure:
            on_root(simulation.comm, self._draw)
        log.close_file(self.log)

    def _draw(self) -> None:
        """The figures; the run is complete without them, so what goes wrong here is only reported."""
        from phasefield.plot import plot_results

        try:
            plot_results(self.folder.path)
        except Exception as error:
            log.logger.warning("no figure was drawn (%s); try: phasefield plot %s", error, self.folder.path)


def set_petsc_options(options: dict) -> None:
    """Put options into PETSc's database; a value of None or True is a bare flag."""
    database = PETSc.Options()
    for key, value in options.items():
        name = key.lstrip("-")
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
    """Set a case up and run it into the result folder `out`; see `Simulation.run`."""
    log.setup(comm.rank)
    simulation = Simulation(case, comm, petsc_options)
    return simulation.run(out, overwrite=overwrite, restart=restart, max_hours=max_hours)
