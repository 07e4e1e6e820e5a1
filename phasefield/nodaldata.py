"""Numbers from files: nodal data, points (m) and polarizations (C/m^2) in any order, and other columns."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from phasefield.errors import CaseError

VALUES = ("P_x", "P_y", "P_z")


def read_nodal_data(path: str | Path, axes: str) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, len(axes)) in m and polarizations (n, 3) in C/m^2.

    A .csv file has one header line with x, y, z (those of `axes` at least) and P_x, P_y, P_z; an
    .npz archive has an array for each of these names. Raises CaseError if the file cannot be read
    or lacks one of them.
    """
    table = read_columns(path, (*axes, *VALUES))
    return table[:, : len(axes)], table[:, len(axes) :]


def read_columns(path: str | Path, names: Sequence[str]) -> np.ndarray:
    """The columns `names` of a .csv file with one header line, or arrays of an .npz archive: (n, len(names)).

    Raises CaseError if the file cannot be read, lacks one of them, or holds what is not a finite number.
    """
    path = Path(path)
    readers = {".csv": _read_csv, ".npz": _read_npz}
    if path.suffix not in readers:
        raise CaseError(f"{path}: data are read from .csv or .npz, not {path.suffix or 'this'}")
    try:
        columns = readers[path.suffix](path)
    except (OSError, ValueError) as error:
        raise CaseError(f"{path}: cannot read the data: {error}") from error
    missing = [name for name in names if name not in columns]
    if missing:
        raise CaseError(f"{path}: no {', '.join(missing)}; the file has {', '.join(columns)}")
    table = np.stack([np.asarray(columns[name], dtype=float) for name in names], axis=1)
    if not np.isfinite(table).all():
        row = int(np.argmin(np.isfinite(table).all(axis=1)))
        raise CaseError(f"{path}: point {row + 1} has an entry that is not a number")
    return table


def _read_csv(path: Path) -> dict[str, np.ndarray]:
    with path.open(encoding="utf-8") as file:
        names = [name.strip() for name in file.readline().lstrip("#").split(",")]
        table = np.loadtxt(file, delimiter=",", ndmin=2)
    if table.shape[1] != len(names):
        raise ValueError(f"{len(names)} names in the header but {table.shape[1]} columns")
    return dict(zip(names, table.T, strict=True))


def _read_npz(path: Path) -> dict[str, np.ndarray]:
    with np.load(path) as archive:
        return {name: archive[name] for name in archive.files}
