"""The table of a study: one row per member with its place on the axes and its observables, SI, units in study.json."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from phasefield.errors import CaseError, nearest

Columns = Mapping[str, npt.NDArray[np.float64]]
Cell = float | str | None

#: How a column of a run becomes one number.
REDUCTIONS: dict[str, Callable[[npt.NDArray[np.float64]], float]] = {
    "last": lambda values: float(values[-1]),
    "first": lambda values: float(values[0]),
    "min": lambda values: float(values.min()),
    "max": lambda values: float(values.max()),
    "mean": lambda values: float(values.mean()),
}
_REDUCED = re.compile(r"(\w+)\((.+)\)")


def split_column(column: str) -> tuple[str, str]:
    """Reduction and observable of a column: "mean_P_z" is ("last", "mean_P_z"), "max(E)" is ("max", "E").

    Raises CaseError: unknown reduction.
    """
    match = _REDUCED.fullmatch(column)
    reduction, name = (match[1], match[2]) if match else ("last", column)
    if reduction not in REDUCTIONS:
        choices = ", ".join(REDUCTIONS)
        raise CaseError(f'table.columns: "{reduction}" is not one of {choices}{nearest(reduction, REDUCTIONS)}')
    return reduction, name


def reduced(observables: Columns, columns: Sequence[str]) -> dict[str, float]:
    """One number per column. Raises CaseError: an observable that the run did not write."""
    row = {}
    for column in columns:
        reduction, name = split_column(column)
        if name not in observables:
            raise CaseError(f'table.columns: the runs wrote no "{name}"{nearest(name, observables)}')
        row[column] = REDUCTIONS[reduction](observables[name])
    return row


def csv_text(columns: Sequence[str], rows: Sequence[Mapping[str, Cell]]) -> str:
    """A plain header and one line per row; numbers in full precision, cells without a value empty."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(row.get(column)) for column in columns] for row in rows)
    return buffer.getvalue()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    return repr(cell) if isinstance(cell, float) else str(cell)
