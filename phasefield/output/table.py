"""Observables over time as a CSV file: a header of names, SI numbers in full double precision."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from itertools import takewhile
from numbers import Integral
from pathlib import Path
from typing import Self

import numpy as np
from mpi4py import MPI

from phasefield.atomic import to_disk, write_text
from phasefield.errors import ResultError
from phasefield.rankzero import on_root


class ObservablesTable:
    """Writes rows of observables to `path`; each row is in the file when `write` returns.

    Parameters
    ----------
    path: name of the CSV file.
    columns: names in order; the first is `step`.

    Only rank 0 writes. `write` is not collective: other ranks return at once.
    """

    def __init__(self, path: str | Path, columns: Sequence[str], comm: MPI.Comm):
        self.path, self.columns = Path(path), tuple(columns)
        self._writes = comm.rank == 0
        on_root(comm, lambda: write_text(self.path, _line(self.columns)))

    @classmethod
    def open_existing(cls, path: str | Path, columns: Sequence[str], comm: MPI.Comm, *, truncate_after: int) -> Self:
        """Continue the table at `path` without what follows step `truncate_after` or a row cut short.

        A table that does not exist is begun. Raises ResultError if its columns differ, naming them.
        """
        table = cls.__new__(cls)
        table.path, table.columns = Path(path), tuple(columns)
        table._writes = comm.rank == 0
        on_root(comm, lambda: table._truncate(truncate_after))
        return table

    def values(self) -> dict[str, np.ndarray]:
        """All rows so far by column, from the file; on rank 0 only."""
        numbers = np.loadtxt(self.path, delimiter=",", skiprows=1, ndmin=2)
        return dict(zip(self.columns, numbers.T, strict=True))

    def write(self, row: Mapping[str, float]) -> None:
        """Append one row. Raises ValueError unless `row` has exactly the columns of the table."""
        if row.keys() != set(self.columns):
            missing, unknown = set(self.columns) - row.keys(), row.keys() - set(self.columns)
            raise ValueError(f"row of {self.path.name}: missing {sorted(missing)}, unknown {sorted(unknown)}")
        if self._writes:
            with self.path.open("a", encoding="utf-8", newline="") as file:
                file.write(_line([_text(row[name]) for name in self.columns]))

    def sync(self) -> None:
        """Wait until all rows are on the disk."""
        if self._writes:
            to_disk(self.path)

    def _truncate(self, step: int) -> None:
        if not self.path.exists():
            write_text(self.path, _line(self.columns))
            return
        text = self.path.read_text(encoding="utf-8")
        header, *rows = list(csv.reader(io.StringIO(text))) or [[]]
        if tuple(header) != self.columns:
            raise ResultError(
                f"{self.path} has other columns than this run: "
                f"missing {sorted(set(self.columns) - set(header))}, "
                f"surplus {sorted(set(header) - set(self.columns))}; start in a new folder"
            )
        if not text.endswith("\n"):
            rows = rows[:-1]
        kept = takewhile(lambda row: len(row) == len(header) and row[0].isdecimal() and int(row[0]) <= step, rows)
        write_text(self.path, "".join(map(_line, [header, *kept])))


def _text(value: float) -> str:
    """Shortest text that reads back as the same double; integers stay integers."""
    return str(int(value)) if isinstance(value, Integral) else repr(float(value))


def _line(cells: Sequence[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
