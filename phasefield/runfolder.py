"""The result folder: its files by name, its protection against mixing runs, and run.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from mpi4py import MPI

from phasefield import provenance
from phasefield.atomic import write_text
from phasefield.errors import ResultError
from phasefield.rankzero import on_root
from phasefield.record import FORMAT, case_hash, differences, json_ready, physics, read_record

Status = Literal["running", "done", "failed", "stopped"]
#: Entries that belong to one stretch of computing, and entries that a continuation takes over.
_OF_SEGMENT = (
    *("status", "reason", "start", "end", "hosts", "ranks", "slurm", "versions", "git"),
    *("case_sha256", "steps", "iterations", "timings", "peak_memory"),
)
_OF_RUN = ("fields", "units", "citations", "loop")
_OWNED = ("run.json", "observables.csv", "fields.xdmf", "fields.h5", "run.log")


class RunFolder:
    """Result folder of one run; `run.json` is rewritten atomically at every `update`.

    Make it with `RunFolder.create`. All methods are collective over `comm`; only rank 0 touches
    files.
    """

    def __init__(self, path: Path, comm: MPI.Comm, record: dict[str, Any]):
        self.path, self.comm, self.record = path, comm, record
        self.run_json = path / "run.json"
        self.observables = path / "observables.csv"
        self.fields = path / "fields.xdmf"
        self.checkpoints = path / "checkpoint"
        self.log = path / "run.log"
        self.figures = path / "figures"

    @classmethod
    def create(
        cls,
        path: str | Path,
        comm: MPI.Comm,
        case: Mapping[str, Any],
        *,
        overwrite: bool = False,
        restart: bool = False,
    ) -> RunFolder:
        """Create (or re-open) the folder and write run.json with status `running`.

        Parameters
        ----------
        case: the resolved case as a JSON-like tree (`Case.model_dump(mode="json")`).
        overwrite: remove the files of an earlier run, and nothing else.
        restart: continue the run that is there; its case may differ in the tables `MAY_DIFFER`
            only.

        Raises
        ------
        ResultError: the folder holds another run; `restart` with a case that differs, naming the
            keys.
        """
        folder, plain = Path(path), _plain(case)
        machine = {"hosts": provenance.hosts(comm), "ranks": comm.size}

        def begin() -> dict[str, Any]:
            cls.check(folder, plain, overwrite=overwrite, restart=restart)
            folder.mkdir(parents=True, exist_ok=True)
            if overwrite:
                _clear(folder)
            continued = restart and (folder / "run.json").exists()
            record = _new_record(plain, machine, read_record(folder) if continued else None)
            write_text(folder / "run.json", _dump(record), durably=True)
            return record

        return cls(folder, comm, on_root(comm, begin))

    @staticmethod
    def check(path: str | Path, case: Mapping[str, Any], *, overwrite: bool = False, restart: bool = False) -> None:
        """Raise ResultError where `create` would; changes nothing. Not collective."""
        folder = Path(path)
        if overwrite and restart:
            raise ResultError("a run is either continued (restart) or replaced (overwrite), not both")
        present = [name for name in _OWNED if (folder / name).exists()]
        if any((folder / "checkpoint").glob("*.h5")):
            present.append("checkpoint/")
        if present and not restart and not overwrite:
            raise ResultError(
                f"{folder} holds a run already ({', '.join(present)}); choose another folder, "
                "continue that run with --restart latest, or replace it with --overwrite"
            )
        # A restart from a checkpoint of another folder begins a new one.
        if restart and "run.json" in present:
            changed = differences(physics(read_record(folder).get("case", {})), physics(_plain(case)))
            if changed:
                raise ResultError(
                    f"{folder} holds another run and cannot be continued with this case; it differs in\n  "
                    + "\n  ".join(changed)
                )

    def update(self, **entries: Any) -> None:
        """Merge `entries` into run.json; a mapping is merged into the mapping that is there.

        Usual entries: steps, iterations, timings {phase: s}, units {column: unit}, fields {name:
            {label, symbol, unit}}, citations [text], peak_memory (bytes), dofs {field: n}, loop {x:
            column, y: column}.
        """

        def merge() -> dict[str, Any]:
            for key, value in entries.items():
                if isinstance(value, Mapping) and isinstance(self.record.get(key), dict):
                    self.record[key] = {**self.record[key], **value}
                else:
                    self.record[key] = value
            write_text(self.run_json, _dump(self.record))
            return self.record

        self.record = on_root(self.comm, merge)

    def finish(self, status: Status, reason: str = "", **entries: Any) -> None:
        """Write the end of this run: `status`, `reason`, time and peak memory."""
        memory = provenance.peak_memory(self.comm)
        self.update(status=status, reason=reason, end=_now(), peak_memory=memory, **entries)

    def crashed(self, error: BaseException) -> None:
        """Say in run.json that an unforeseen error ended this run. Not collective: other ranks may hang or be gone."""
        if self.comm.rank == 0:
            self.record |= {"status": "failed", "reason": f"crashed: {type(error).__name__}: {error}", "end": _now()}
            write_text(self.run_json, _dump(self.record))


def _plain(case: Mapping[str, Any]) -> dict[str, Any]:
    """A case as it comes back from a JSON file: lists for tuples."""
    return dict(json.loads(json.dumps(case, default=json_ready)))


def _clear(folder: Path) -> None:
    """Remove what a run writes; files of the user stay."""
    for name in _OWNED:
        (folder / name).unlink(missing_ok=True)
    for pattern in ("checkpoint/step_*.h5", "checkpoint/step_*.tmp", "figures/*.png"):
        for file in folder.glob(pattern):
            file.unlink()


def _new_record(
    case: Mapping[str, Any], machine: Mapping[str, Any], earlier: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Record of a run that begins now; what it continues is kept under `segments`."""
    record: dict[str, Any] = {
        "format": FORMAT,
        "status": "running",
        "reason": "",
        "title": case.get("title", ""),
        "start": _now(),
        "end": None,
        **machine,
        "slurm": provenance.slurm_ids(),
        "versions": provenance.versions(),
        "git": provenance.git_state(),
        "case_sha256": case_hash(case),
        "case": dict(case),
        "geometry": {"unit": "nm"},
        "segments": [],
    }
    if earlier is not None:
        segment = {key: earlier[key] for key in _OF_SEGMENT if key in earlier}
        if segment.get("status") == "running":
            segment |= {"status": "failed", "reason": "ended without a word: killed, or the machine went down"}
        record["segments"] = [*earlier.get("segments", []), segment]
        record |= {key: earlier[key] for key in _OF_RUN if key in earlier}
    return record


def _dump(record: Mapping[str, Any]) -> str:
    return json.dumps(record, indent=2, default=json_ready) + "\n"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
