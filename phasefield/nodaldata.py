"""Numbers from files: nodal data, points (m) and values in any order, from tables or from the fields of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from phasefield.errors import CaseError
from phasefield.units import LENGTH

VALUES = ("P_x", "P_y", "P_z")
#: The fields of a run, in its result folder.
FIELDS = "fields.h5"
#: Two times are one if they differ by this part of them.
SAME_TIME = 1e-9

Columns = dict[str, np.ndarray]


@dataclass(frozen=True)
class CellFields:
    """Fields of a run at one time: points (n, 3) in m, cells (by their corners), values at the points by field."""

    points: np.ndarray
    cells: np.ndarray
    values: Columns


def read_nodal_data(path: str | Path, axes: str, time: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, len(axes)) in m and polarizations (n, 3) in C/m^2 from the columns of a file, as `read_columns`."""
    table = read_columns(path, (*axes, *VALUES), time)
    return table[:, : len(axes)], table[:, len(axes) :]


def read_cell_fields(path: str | Path, name: str, time: float | None = None) -> CellFields:
    """The cells of a run and its field `name` at its last time, or at `time` (s).

    Raises CaseError if `path` is no result folder (or its fields.h5), or the field or the time is not there.
    """
    file = _file(Path(path))
    if file.suffix != ".h5":
        raise CaseError(f"{path}: only the fields of a result folder can be interpolated; remove interpolate")
    with _named(file):
        fields = _read_fields(file, time)
    if name not in fields.values:
        raise CaseError(f"{file}: no {name}; the file has {', '.join(fields.values)}")
    return fields


def is_readable(path: str | Path) -> bool:
    """Whether there is a file, or a result folder with fields, at `path`."""
    return _file(Path(path)).is_file()


def read_columns(path: str | Path, names: Sequence[str], time: float | None = None) -> np.ndarray:
    """The columns `names` of a file: (n, len(names)).

    A .csv file has one header line; an .npz archive an array for each name; a result folder, or its fields.h5, x, y, z
    (m) and the fields at these points, u_x for instance, at its last time or at `time` (s).
    Raises CaseError if the file cannot be read, lacks a name or the time, or holds what is not a finite number.
    """
    path = _file(Path(path))
    readers: dict[str, Callable[[Path], Columns]] = {".csv": _read_csv, ".npz": _read_npz}
    readers[".h5"] = lambda path: _columns(_read_fields(path, time))
    if path.suffix not in readers:
        raise CaseError(
            f"{path}: data are read from .csv or .npz files or from result folders, not {path.suffix or 'this'}"
        )
    if time is not None and path.suffix != ".h5":
        raise CaseError(f"{path}: only the fields of a result folder have a time; remove time = {time:g}")
    with _named(path):
        columns = readers[path.suffix](path)
    missing = [name for name in names if name not in columns]
    if missing:
        raise CaseError(f"{path}: no {', '.join(missing)}; the file has {', '.join(columns)}")
    table = np.stack([np.asarray(columns[name], dtype=float) for name in names], axis=1)
    if not np.isfinite(table).all():
        row = int(np.argmin(np.isfinite(table).all(axis=1)))
        raise CaseError(f"{path}: point {row + 1} has an entry that is not a number")
    return table


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """CaseError with the name of a file instead of what goes wrong while it is read."""
    try:
        yield
    except (OSError, KeyError, ValueError) as error:
        raise CaseError(f"{path}: cannot read the data: {error}") from error


def _file(path: Path) -> Path:
    return path / FIELDS if path.is_dir() else path


def _read_csv(path: Path) -> Columns:
    with path.open(encoding="utf-8") as file:
        names = [name.strip() for name in file.readline().lstrip("#").split(",")]
        table = np.loadtxt(file, delimiter=",", ndmin=2)
    if table.shape[1] != len(names):
        raise ValueError(f"{len(names)} names in the header but {table.shape[1]} columns")
    return dict(zip(names, table.T, strict=True))


def _read_npz(path: Path) -> Columns:
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}


def _read_fields(path: Path, time: float | None) -> CellFields:
    """Points, cells and nodal fields of a run at one time."""
    with h5py.File(path, "r", locking=False) as file:
        group = _at_time(file["times"], time)
        values = {name: data[()] for name, data in group.items() if data.attrs["center"] == "Node"}
        return CellFields(file["mesh/points"][()] * LENGTH, file["mesh/cells"][()], values)


def _columns(fields: CellFields) -> Columns:
    """Coordinates, and the components of all fields."""
    columns = dict(zip("xyz", fields.points.T, strict=True))
    for name, values in fields.values.items():
        columns |= _components(name, values)
    return columns


def _components(name: str, values: np.ndarray) -> Columns:
    """The columns of a scalar or of a vector."""
    if values.ndim == 1:
        return {name: values}
    return {f"{name}_{axis}": component for axis, component in zip("xyz", values.T, strict=True)}


def _at_time(groups: h5py.Group, time: float | None) -> h5py.Group:
    times = {float(group.attrs["time"]): group for group in groups.values()}
    if not times:
        raise ValueError("no fields were written yet")
    if time is None:
        return times[max(times)]
    nearest = min(times, key=lambda t: abs(t - time))
    if abs(nearest - time) > SAME_TIME * abs(time):
        raise ValueError(f"no fields at time = {time:g} s; it has {', '.join(f'{t:g}' for t in sorted(times))} s")
    return times[nearest]
