"""Restart files: all fields and the state of the run, readable on any number of ranks.

A checkpoint is one HDF5 file `step_<n>.h5`, or `step_<n>_<m>.h5` in the middle of step n + 1, with the values of
every field at its degrees of freedom in the partition-independent order of `phasefield.output.ordering`, and `state`,
a JSON tree of the caller (step, t, dt, integrator history, load position, the case). Values and state carry SHA-256
sums. It is written under a temporary name and renamed once it is on the disk; the last two are kept.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from weakref import WeakKeyDictionary

import h5py
import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx.mesh import Mesh
from mpi4py import MPI

from phasefield import __version__
from phasefield.atomic import replace_durably
from phasefield.errors import ResultError
from phasefield.fields import Owned
from phasefield.log import logger
from phasefield.output.ordering import Permutation, cell_order, dof_order
from phasefield.rankzero import on_root
from phasefield.record import differences, json_ready

if TYPE_CHECKING:
    from phasefield.mesh import Domain

FORMAT = "phasefield-checkpoint 2"
KEPT = 2
#: Degrees of freedom inside an edge would come in an order that depends on the cell.
MAX_DEGREE = 2

#: What a checkpoint stores under a name: a function, or a vector of any precision over its space.
Stored: TypeAlias = fem.Function | Owned


class _Damaged(ResultError):
    """The file is not what was written: cut short or altered."""


def save_checkpoint(
    folder: str | Path, domain: Domain, fields: Mapping[str, Stored], state: Mapping[str, Any], inner: int = 0
) -> Path:
    """Write `folder`/step_<n>.h5, n = state["step"], and remove all but the last two. Collective.

    `state` must be a JSON tree (NumPy numbers and arrays are converted). `inner` counts checkpoints within the step
    after n; above 0 it is part of the name. Returns the path of the file.
    """
    folder = Path(folder)
    orders = _orders(domain)
    values = {name: orders.gather(field) for name, field in fields.items()}
    layouts = {name: _layout(name, field) for name, field in fields.items()}
    mesh_hash = domain.hash  # collective
    within = f"_{inner:06d}" if inner else ""
    path = folder / f"step_{int(state['step']):09d}{within}.h5"

    def write() -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(".tmp")
        with h5py.File(temporary, "w") as file:
            file.attrs.update(format=FORMAT, mesh_hash=mesh_hash, phasefield=__version__)
            text = json.dumps(state, sort_keys=True, default=json_ready)
            file["state"] = text
            file["state"].attrs["sha256"] = _digest(text.encode())
            for name, array in values.items():
                file[f"fields/{name}"] = array
                attributes = {"layout": json.dumps(layouts[name]), "sha256": _digest(array)}
                file[f"fields/{name}"].attrs.update(attributes)
        replace_durably(temporary, path)
        _forget(folder, path)
        return path

    return on_root(domain.mesh.comm, write)


def latest(folder: str | Path) -> Path | None:
    """Path of the newest checkpoint in `folder`, None if there is none. Not collective."""
    return next(iter(_newest_first(Path(folder))), None)


def saved_state(source: str | Path, expected: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The state in the checkpoint that a restart would take. Not collective.

    All that can be known without a mesh and without reading the fields: raises ResultError where `open_checkpoint`
    would for anything else.
    """
    contents = _first_sound(Path(source), with_fields=False)
    _refuse(contents.path, differences(*_states(contents, expected or {})))
    return contents.state


class Checkpoint:
    """A sound checkpoint that belongs to this run: its `state`, and `fill` for the fields. Values wait on rank 0."""

    def __init__(self, domain: Domain, state: dict[str, Any], contents: _Contents | None):
        self.state = state
        self._domain = domain
        self._contents = contents

    def fill(self, fields: Mapping[str, Stored]) -> None:
        """Restore all fields of the checkpoint; they must be the stored ones, of the same layout. Collective.

        Raises ResultError that names what differs; nothing is changed then.
        """
        layouts = {name: _layout(name, field) for name, field in fields.items()}
        values: dict[str, npt.NDArray] = {}

        def compare() -> None:
            assert self._contents is not None
            _refuse(self._contents.path, differences({"fields": self._contents.layouts}, {"fields": layouts}))
            values.update(self._contents.values)

        on_root(self._domain.mesh.comm, compare)
        orders = _orders(self._domain)
        for name, field in fields.items():
            orders.scatter(values.get(name), field)


def open_checkpoint(source: str | Path, domain: Domain, expected: Mapping[str, Any] | None = None) -> Checkpoint:
    """Read the checkpoint `source`, a file or a folder (its newest sound one). Collective.

    Args:
        source: a checkpoint, or a folder with some: the newest that is not damaged, with a warning for each that is.
        domain: the mesh of this run.
        expected: entries that the state must have.

    Raises ResultError if there is none, it is damaged, or it is of another version, mesh or state; the message names
    what differs.
    """
    mesh_hash = domain.hash  # collective
    kept: list[_Contents] = []  # stays on rank 0

    def read() -> dict[str, Any]:
        contents = _first_sound(Path(source))
        found, wanted = _states(contents, expected or {})
        found, wanted = {"mesh": contents.mesh_hash, **found}, {"mesh": mesh_hash, **wanted}
        _refuse(contents.path, differences(found, wanted))
        kept.append(contents)
        return contents.state

    state = on_root(domain.mesh.comm, read)
    return Checkpoint(domain, state, kept[0] if kept else None)


def load_checkpoint(
    source: str | Path, domain: Domain, fields: Mapping[str, Stored], expected: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """`open_checkpoint` and `fill` in one; returns the state. Collective."""
    checkpoint = open_checkpoint(source, domain, expected)
    checkpoint.fill(fields)
    return checkpoint.state


class _Orders:
    """File orders of the spaces of one mesh; spaces with the same dofmap share one."""

    def __init__(self, mesh: Mesh):
        self._comm = mesh.comm
        self._cells = cell_order(mesh)
        self._known: list[tuple[npt.NDArray[np.int32], Permutation]] = []

    def gather(self, field: Stored) -> npt.NDArray | None:
        """Values on rank 0 in file order, (dofs, block); None elsewhere. Collective."""
        return self._of(_space(field)).gather(_owned(field))

    def scatter(self, values: npt.NDArray | None, field: Stored) -> None:
        """Set `field` from values in file order on rank 0. Collective."""
        self._of(_space(field)).scatter(values, _owned(field))
        if isinstance(field, fem.Function):
            field.x.scatter_forward()

    def _of(self, V: fem.FunctionSpace) -> Permutation:
        dofs = V.dofmap.list
        for other, order in self._known:
            if self._comm.allreduce(np.array_equal(other, dofs), op=MPI.LAND):
                return order
        self._known.append((dofs, dof_order(V, self._cells)))
        return self._known[-1][1]


#: Orders cost as much as a checkpoint of a few fields: kept as long as the mesh.
_KNOWN_ORDERS: WeakKeyDictionary[Mesh, _Orders] = WeakKeyDictionary()


def _orders(domain: Domain) -> _Orders:
    """The orders of a mesh. Collective when it is new."""
    mesh = domain.mesh
    if mesh not in _KNOWN_ORDERS:
        _KNOWN_ORDERS[mesh] = _Orders(mesh)
    return _KNOWN_ORDERS[mesh]


def _space(field: Stored) -> fem.FunctionSpace:
    return field.function_space if isinstance(field, fem.Function) else field.space


def _owned(field: Stored) -> npt.NDArray:
    """View of the owned values, (dofs, block)."""
    dofmap = _space(field).dofmap
    block = dofmap.index_map_bs
    values = field.x.array if isinstance(field, fem.Function) else field.values
    return values[: dofmap.index_map.size_local * block].reshape(-1, block)


def _layout(name: str, field: Stored) -> dict[str, Any]:
    """What must agree between the stored field and the one to fill."""
    V = _space(field)
    element = V.ufl_element()
    if element.degree > MAX_DEGREE and not element.discontinuous:
        raise ValueError(f"field {name}: checkpoints hold degree {MAX_DEGREE} at most, not {element.degree}")
    return {
        "family": element.family_name,
        "degree": element.degree,
        "discontinuous": element.discontinuous,
        "components": V.dofmap.index_map_bs,
        "dofs": V.dofmap.index_map.size_global,
        "numbers": _owned(field).dtype.name,
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


def _newest_first(folder: Path) -> list[Path]:
    """Checkpoints in a folder; names end in the number of the step, and of the part of the next one if any."""
    return sorted(folder.glob("step_*.h5"), key=lambda path: path.stem, reverse=True)


def _forget(folder: Path, written: Path) -> None:
    """Remove all but the last checkpoints, and what is left of a write that was interrupted.

    Those after the one just written belong to what was taken back by a restart from an earlier one.
    """
    known = _newest_first(folder)
    place = known.index(written)
    for old in [*known[:place], *known[place + KEPT :], *folder.glob("step_*.tmp")]:
        old.unlink()


def _digest(data: Any) -> str:
    """SHA-256 of bytes or of a contiguous array."""
    return hashlib.sha256(data).hexdigest()


def _first_sound(source: Path, with_fields: bool = True) -> _Contents:
    """Contents of `source`, or of the newest undamaged checkpoint in the folder `source`.

    Without fields these are not read, and damage there is not seen.
    """
    candidates = _newest_first(source) if source.is_dir() else [source]
    if not candidates or not candidates[0].exists():
        raise ResultError(f"no checkpoint found at {source}; without one a run can only begin anew (--overwrite)")
    for path in candidates[:-1]:
        try:
            return _read(path, with_fields)
        except _Damaged as exc:
            logger.warning("%s; trying the checkpoint before", exc)
    return _read(candidates[-1], with_fields)


def _read(path: Path, with_fields: bool) -> _Contents:
    layouts, values = {}, {}
    try:
        with h5py.File(path, "r") as file:
            _check_format(path, file.attrs)
            text = file["state"][()]
            sound = _digest(text) == file["state"].attrs["sha256"]
            for name, data in file["fields"].items() if with_fields else ():
                layouts[name] = json.loads(data.attrs["layout"])
                values[name] = data[()]
                sound = sound and _digest(values[name]) == data.attrs["sha256"]
            contents = _Contents(path, file.attrs["mesh_hash"], json.loads(text), layouts, values)
    except (OSError, KeyError, ValueError, RuntimeError) as exc:
        raise _Damaged(f"{path} is damaged or not a checkpoint: {exc}") from exc
    if not sound:
        raise _Damaged(f"{path} is damaged: a checksum does not match")
    return contents


def _check_format(path: Path, attributes: Mapping[str, Any]) -> None:
    found = attributes.get("format")
    if found != FORMAT:
        raise ResultError(
            f"{path} has format {found!r}, written by phasefield {attributes.get('phasefield', 'before 0.1')}; this"
            f" version ({__version__}) reads {FORMAT!r}"
        )


def _states(contents: _Contents, expected: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The entries of the state to compare, as found and as wanted."""
    wanted = json.loads(json.dumps(expected, default=json_ready))
    return {key: contents.state.get(key) for key in wanted}, wanted


def _refuse(path: Path, changed: list[str]) -> None:
    """Raise ResultError with one line per entry in which the checkpoint does not suit this run, if there are any."""
    if changed:
        raise ResultError(f"{path} does not belong to this run (checkpoint -> this run):\n  " + "\n  ".join(changed))
