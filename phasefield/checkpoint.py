"""Restart files: all fields and the state of the run, readable on any number of ranks.

A checkpoint is one HDF5 file `step_<n>.h5` with the values of every field at its degrees of freedom
in the partition-independent order of `phasefield.output.ordering`, and `state`, a JSON tree of the
caller (step, t, dt, integrator history, load position, hashes). Values and state carry SHA-256
sums. It is written under a temporary name and renamed once it is on the disk; the last two are
kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import h5py
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from mpi4py import MPI

from phasefield.atomic import replace_durably
from phasefield.errors import ResultError
from phasefield.log import logger
from phasefield.output.ordering import Permutation, cell_order, dof_order
from phasefield.rankzero import on_root
from phasefield.record import differences, json_ready

if TYPE_CHECKING:
    from phasefield.mesh import Domain

FORMAT = "phasefield-checkpoint 1"
KEPT = 2
#: Degrees of freedom inside an edge would come in an order that depends on the cell.
MAX_DEGREE = 2


class _Damaged(ResultError):
    """The file is not what was written: cut short or altered."""


def save_checkpoint(
    folder: str | Path, domain: Domain, fields: Mapping[str, fem.Function], state: Mapping[str, Any]
) -> Path:
    """Write `folder`/step_<n>.h5, n = state["step"], and remove all but the last two. Collective.

    `state` must be a JSON tree (NumPy numbers and arrays are converted). Returns the path of the
    file.
    """
    folder = Path(folder)
    orders = _Orders(domain)
    values = {name: orders.gather(function) for name, function in fields.items()}
    layouts = {name: _layout(name, function) for name, function in fields.items()}
    mesh_hash = domain.hash  # collective
    path = folder / f"step_{int(state['step']):09d}.h5"

    def write() -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with h5py.File(temporary, "w") as file:
            file.attrs.update(format=FORMAT, mesh_hash=mesh_hash)
            text = json.dumps(state, sort_keys=True, default=json_ready)
            file["state"] = text
            file["state"].attrs["sha256"] = _digest(text.encode())
            for name, array in values.items():
                file[f"fields/{name}"] = array
                attributes = {"layout": json.dumps(layouts[name]), "sha256": _digest(array)}
                file[f"fields/{name}"].attrs.update(attributes)
        replace_durably(temporary, path)
        for old in _list(folder)[:-KEPT]:
            old.unlink()
        return path

    return on_root(domain.mesh.comm, write)


def latest(folder: str | Path) -> Path | None:
    """The checkpoint of the highest step in `folder`, None if there is none."""
    found = _list(Path(folder))
    return found[-1] if found else None


def load_checkpoint(
    source: str | Path,
    domain: Domain,
    fields: Mapping[str, fem.Function],
    expected: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Fill `fields` (ghosts included) from a checkpoint and return its state. Collective.

    Parameters
    ----------
    source: a checkpoint, or a folder of them: the latest; if that is damaged, the one before, with
    a warning. expected: entries that the state must hold with these values, e.g. {"case": hash}.

    Raises
    ------
    ResultError: no checkpoint; damaged; of another mesh, field layout or state, naming what
    differs. `fields`
        are unchanged then.
    """
    comm = domain.mesh.comm
    layouts = {name: _layout(name, function) for name, function in fields.items()}
    mesh_hash = domain.hash  # collective
    values: dict[str, npt.NDArray[np.float64]] = {}  # stays on rank 0

    def read() -> dict[str, Any]:
        checkpoint = _first_sound(Path(source))
        _compare(checkpoint, mesh_hash, layouts, expected or {})
        values.update(checkpoint.values)
        return checkpoint.state

    state = on_root(comm, read)
    orders = _Orders(domain)
    for name, function in fields.items():
        orders.scatter(values.get(name), function)
    return state


class _Orders:
    """File orders of the spaces of one mesh; spaces with the same dofmap share one."""

    def __init__(self, domain: Domain):
        self._comm = domain.mesh.comm
        self._cells = cell_order(domain.mesh)
        self._known: list[tuple[npt.NDArray[np.int32], Permutation]] = []

    def gather(self, function: fem.Function) -> npt.NDArray[np.float64] | None:
        """Values on rank 0 in file order, (dofs, block); None elsewhere. Collective."""
        return self._of(function.function_space).gather(_owned(function))

    def scatter(self, values: npt.NDArray[np.float64] | None, function: fem.Function) -> None:
        """Set `function` from values in file order on rank 0. Collective."""
        owned = _owned(function)
        self._of(function.function_space).scatter(values, owned)
        function.x.scatter_forward()

    def _of(self, V: fem.FunctionSpace) -> Permutation:
        dofs = V.dofmap.list
        for other, order in self._known:
            if self._comm.allreduce(np.array_equal(other, dofs), op=MPI.LAND):
                return order
        self._known.append((dofs, dof_order(V, self._cells)))
        return self._known[-1][1]


def _owned(function: fem.Function) -> npt.NDArray[np.float64]:
    """View of the owned values, (dofs, block)."""
    dofmap = function.function_space.dofmap
    block = dofmap.index_map_bs
    return function.x.array[: dofmap.index_map.size_local * block].reshape(-1, block)


def _layout(name: str, function: fem.Function) -> dict[str, Any]:
    """What must agree between the stored field and the one to fill."""
    V = function.function_space
    element = V.ufl_element()
    if element.degree > MAX_DEGREE and not element.discontinuous:
        raise ValueError(f"field {name}: checkpoints hold degree {MAX_DEGREE} at most, not {element.degree}")
    return {
        "family": element.family_name,
        "degree": element.degree,
        "discontinuous": element.discontinuous,
        "components": V.dofmap.index_map_bs,
        "dofs": V.dofmap.index_map.size_global,
    }


# --- rank 0 only ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Contents:
    """What one checkpoint file holds."""

    path: Path
    mesh_hash: str
    state: dict[str, Any]
    layouts: dict[str, dict[str, Any]]
    values: dict[str, npt.NDArray[np.float64]]


def _list(folder: Path) -> list[Path]:
    return sorted(folder.glob("step_*.h5"))


def _digest(data: Any) -> str:
    """SHA-256 of bytes or of a contiguous array."""
    return hashlib.sha256(data).hexdigest()


def _first_sound(source: Path) -> _Contents:
    """Contents of `source`, or of the newest undamaged checkpoint in the folder `source`."""
    candidates = _list(source)[::-1] if source.is_dir() else [source]
    if not candidates or not candidates[0].exists():
        raise ResultError(f"no checkpoint found at {source}")
    for path in candidates[:-1]:
        try:
            return _read(path)
        except _Damaged as exc:
            logger.warning("%s; trying the checkpoint before", exc)
    return _read(candidates[-1])


def _read(path: Path) -> _Contents:
    layouts, values = {}, {}
    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise ResultError(f"{path} has format {file.attrs.get('format')!r}; this version reads {FORMAT!r}")
            text = file["state"][()]
            sound = _digest(text) == file["state"].attrs["sha256"]
            for name, data in file["fields"].items():
                layouts[name] = json.loads(data.attrs["layout"])
                values[name] = data[()]
                sound = sound and _digest(values[name]) == data.attrs["sha256"]
            contents = _Contents(path, file.attrs["mesh_hash"], json.loads(text), layouts, values)
    except (OSError, KeyError, ValueError) as exc:
        raise _Damaged(f"{path} is damaged or not a checkpoint: {exc}") from exc
    if not sound:
        raise _Damaged(f"{path} is damaged: a checksum does not match")
    return contents


def _compare(contents: _Contents, mesh_hash: str, layouts: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    """Raise ResultError with one line per entry in which the checkpoint does not suit this run."""
    found = {
        "mesh_hash": contents.mesh_hash,
        "state": {key: contents.state.get(key) for key in expected},
        "fields": contents.layouts,
    }
    wanted = {"mesh_hash": mesh_hash, "state": dict(expected), "fields": layouts}
    changed = differences(found, wanted)
    if changed:
        raise ResultError(
            f"{contents.path} does not belong to this run (checkpoint -> this run):\n  " + "\n  ".join(changed)
        )
