"""What a running simulation writes to its result folder, and when; and how a stopped run takes up again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from dolfinx import fem
from mpi4py import MPI

from phasefield import log
from phasefield.build import Parts
from phasefield.case import resolved
from phasefield.case.checks.loads import uses
from phasefield.case.schema import Case
from phasefield.checkpoint import open_checkpoint, save_checkpoint, saved_state
from phasefield.fields import Owned
from phasefield.output.sources import Source, always_written, source_of
from phasefield.output.table import ObservablesTable
from phasefield.output.xdmf import XdmfSeries
from phasefield.rankzero import on_root
from phasefield.record import identity
from phasefield.registry import field_info, observable
from phasefield.runfolder import RunFolder, Status
from phasefield.tipreport import contact_report, deformation_report


def check_folder(out: str | Path, comm: MPI.Comm, case: Case, *, overwrite: bool, restart: str | None) -> None:
    """Raise ResultError where a run of `case` into `out` could not begin or continue. Collective; needs no mesh."""

    def check() -> None:
        plain = resolved(case)
        RunFolder.check(out, plain, overwrite=overwrite, restart=restart is not None)
        if restart is not None:
            saved_state(checkpoint_source(out, restart), identity(plain))

    on_root(comm, check)


def checkpoint_source(out: str | Path, restart: str) -> Path:
    """The checkpoint, or folder of some, that `restart` ("latest" or a path) means for the result folder `out`."""
    return Path(out) / "checkpoint" if restart == "latest" else Path(restart)


class RunFiles:
    """The result folder of a running simulation.

    With `restart` the parts are set to the state of the checkpoint, and what the folder has beyond it is cut: the
    files become those of a run that was not stopped. All methods are collective.
    """

    def __init__(self, parts: Parts, out: str | Path, *, overwrite: bool = False, restart: str | None = None):
        self.parts = parts
        self.comm: MPI.Comm = parts.domain.comm
        self.spec = parts.case.output
        self.case = resolved(parts.case)
        self.folder = RunFolder.create(out, self.comm, self.case, overwrite=overwrite, restart=restart is not None)
        self.log = log.open_file(self.folder.log, self.comm.rank)
        self.restarted = restart is not None
        self.table: ObservablesTable | None = None
        #: Time of the last fields that were due; others, at a stop, do not move what is due next.
        self.last_due = -np.inf
        self.saved: tuple[int, int] | None = None
        self.saved_at = time.monotonic()
        self.fields: dict[str, Source] = {
            name: source_of(name, parts.functional, parts.scaling)
            for name in (*self.spec.fields, *always_written(parts.functional))
        }
        try:
            if restart is not None:
                self._load(checkpoint_source(out, restart))
            self.series = self._open_series()
        except Exception as error:
            self.crashed(error)
            raise
        self._describe()

    def _open_series(self) -> XdmfSeries:
        functions = {name: source.function for name, source in self.fields.items()}
        scales = {name: source.scale for name, source in self.fields.items()}
        if self.restarted:
            return XdmfSeries.open_existing(
                self.folder.fields, self.parts.domain, functions, scales, truncate_after=self.last_due
            )
        return XdmfSeries(self.folder.fields, self.parts.domain, functions, scales)

    def _describe(self) -> None:
        parts = self.parts
        self.folder.update(
            dofs={
                name: int(V.dofmap.index_map.size_global * V.dofmap.index_map_bs)
                for name, V in vars(parts.functional.spaces).items()
            },
            mode=parts.case.time.mode,
            citations=list(parts.material.citations),
            warnings=[*parts.material.warnings, *parts.warnings],
            fields={
                info.name: {"label": info.label, "symbol": info.symbol, "unit": info.unit}
                for info in map(field_info, self.fields)
            },
            geometry_unit="nm",
        )

    # --- during the run -----------------------------------------------------------------------------------

    def begin(self, row: dict[str, float]) -> None:
        """Begin the table with the columns of `row`, or continue it after the step of `row`, which is not written."""
        path, columns = self.folder.observables, list(row)
        if self.restarted:
            self.table = ObservablesTable.open_existing(path, columns, self.comm, truncate_after=int(row["step"]))
        else:
            self.table = ObservablesTable(path, columns, self.comm)
        units = {name: observable(name, self.parts.domain.body_dim).unit for name in row}
        loads = {f"load_{name}": unit for _, name, unit in uses(self.parts.case)}
        self.folder.update(units={name: loads.get(name, unit) for name, unit in units.items()})

    def write_row(self, row: dict[str, float]) -> None:
        """Append a row of observables."""
        assert self.table is not None
        self.table.write(row)

    def fields_if_due(self, number: int, final: bool) -> None:
        """Write the fields if they are due after step `number`."""
        t = self.parts.stepper.t
        due = number == 0 or final
        due = due or (self.spec.every_steps is not None and number % self.spec.every_steps == 0)
        due = due or (self.spec.every_time is not None and t >= self.last_due + self.spec.every_time * (1 - 1e-9))
        if due:
            self._write_fields()
            self.last_due = t

    def _write_fields(self) -> None:
        t = self.parts.stepper.t
        if self.series.times and t <= self.series.times[-1]:
            return
        for source in self.fields.values():
            source.update()
        self.series.write(t)

    # --- checkpoints --------------------------------------------------------------------------------------

    @property
    def overdue(self) -> bool:
        """Whether the wall time between checkpoints is over, by the clock of rank 0."""
        return self.comm.rank == 0 and time.monotonic() - self.saved_at >= self.spec.checkpoint_wall_time

    def due_after(self, number: int) -> bool:
        """Whether a checkpoint is due because step `number` is done."""
        return bool(self.spec.checkpoint_every) and number % (self.spec.checkpoint_every or 1) == 0

    def _stored(self) -> dict[str, fem.Function | Owned]:
        f = self.parts.functional
        defects = {field.name: field for field in f.defect_fields}
        contact = self.parts.problem.contact
        pressed = {"contact_forces": contact.nodal_forces()} if contact else {}
        return {"P": f.P, "phi": f.phi, "u": f.u, **defects, **pressed, **self.parts.stepper.history()}

    def checkpoint(self) -> None:
        """Write a checkpoint of the present state, unless the last one is of it; what came before is on the disk."""
        stepper = self.parts.stepper
        place = (stepper.number, stepper.inner)
        if place == self.saved:
            return
        if self.table is not None:
            on_root(self.comm, self.table.sync)
        on_root(self.comm, self.series.sync)
        state = {
            "step": stepper.number,
            **identity(self.case),
            "mean_strain": self.parts.functional.mean_strain.value.tolist(),
            "stepper": stepper.state(),
            "output": {"last_due": self.last_due},
        }
        if contact := self.parts.problem.contact:
            state["contact"] = {"depth": contact.depth, "level": contact.level}
        save_checkpoint(self.folder.checkpoints, self.parts.domain, self._stored(), state, stepper.inner)
        self.saved, self.saved_at = place, time.monotonic()

    def _load(self, source: Path) -> None:
        parts = self.parts
        checkpoint = open_checkpoint(source, parts.domain, identity(self.case))
        parts.stepper.restore(checkpoint.state["stepper"])
        stored = self._stored()
        checkpoint.fill(stored)
        parts.functional.mean_strain.value[:] = checkpoint.state["mean_strain"]
        parts.conditions.update(parts.stepper.load_time)
        if contact := parts.problem.contact:
            contact.continue_from(stored["contact_forces"], **checkpoint.state["contact"])
        self.last_due = checkpoint.state["output"]["last_due"]

    # --- end ----------------------------------------------------------------------------------------------

    def crashed(self, error: BaseException) -> None:
        """Say in run.json that an unforeseen error ended this run. Not collective: other ranks may hang or be gone."""
        self.folder.crashed(error)
        log.close_file(self.log)

    def close(self, status: Status, reason: str, timings: Mapping[str, float]) -> None:
        """Last fields and checkpoint, the figure, and the end of run.json."""
        self._write_fields()
        self.checkpoint()
        mechanics = self.parts.problem.mechanics
        self.folder.finish(
            status,
            reason,
            steps=self.parts.stepper.number,
            rejected_steps=self.parts.stepper.rejected,
            iterations={
                "polarization": self.parts.problem.polarization.iterations,
                "mechanics": mechanics.iterations if mechanics else 0,
                "newton": self.parts.stepper.rescue.newton.iterations + self.parts.stepper.factorizations,
            },
            timings=dict(timings),
            **self._tip_report(),
        )
        if status == "done" and self.spec.figure:
            on_root(self.comm, self._draw)
        log.close_file(self.log)

    def _tip_report(self) -> dict[str, Any]:
        """Entries of run.json about a tip: its contact, and the largest strains of the whole run."""
        tip, table = self.parts.conditions.tip, self.table
        if tip is None or table is None:
            return {}
        columns = on_root(self.comm, table.values)
        return {"tip": contact_report(tip, columns), "strain": deformation_report(columns, self.parts.domain.body_dim)}

    def _draw(self) -> None:
        """The figures; the run is complete without them, so what goes wrong here is only reported."""
        from phasefield.plot import plot_results

        try:
            plot_results(self.folder.path)
        except Exception as error:
            log.logger.warning("no figure was drawn (%s); try: phasefield plot %s", error, self.folder.path)
