"""The table of a study: one row per member with its place on the axes and its observables, SI, units in study.json."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from phasefield.errors import CaseError, ResultError, nearest
from phasefield.loops import Loop, analyse_loop

Columns = Mapping[str, npt.NDArray[np.float64]]
Cell = float | str | None

#: How a column of a run becomes one number. Only "last" counts what a row does not have (nan).
REDUCTIONS: dict[str, Callable[[npt.NDArray[np.float64]], float]] = {
    "last": lambda values: float(values[-1]),
    "first": lambda values: float(_known(values)[0]),
    "min": lambda values: float(_known(values).min()),
    "max": lambda values: float(_known(values).max()),
    "mean": lambda values: float(_known(values).mean()),
    "tunability": lambda values: float(1.0 - _known(values)[-1] / _known(values)[0]),
}
#: What is read from the last loop of a mean polarization against the mean field along it, and its unit.
LOOPS: dict[str, tuple[Callable[[Loop], float], str]] = {
    "coercive_field": (lambda loop: loop.coercive_field, "V/m"),
    "imprint": (lambda loop: loop.imprint, "V/m"),
    "remanence": (lambda loop: loop.remanence, "C/m^2"),
    "offset": (lambda loop: loop.offset, "C/m^2"),
    "loss": (lambda loop: loop.loss, "J/m^3"),
}
_LOOPED = re.compile(r"mean_[PD]_([xyz])")
_REDUCED = re.compile(r"(\w+)\((.+)\)")


def split_column(column: str) -> tuple[str, str]:
    """Reduction and observable of a column: "mean_P_z" is ("last", "mean_P_z"), "max(E)" is ("max", "E").

    Raises CaseError: unknown reduction, or what has no loops.
    """
    match = _REDUCED.fullmatch(column)
    reduction, name = (match[1], match[2]) if match else ("last", column)
    known = (*REDUCTIONS, *LOOPS)
    if reduction not in known:
        raise CaseError(f'table.columns: "{reduction}" is not one of {", ".join(known)}{nearest(reduction, known)}')
    if reduction in LOOPS and not _LOOPED.fullmatch(name):
        raise CaseError(f'table.columns: {reduction} is that of a loop of mean_P_z or the like, not of "{name}"')
    return reduction, name


def unit_of(column: str, units: Mapping[str, str]) -> str:
    """Unit of a column, where those of the observables are `units`."""
    reduction, name = split_column(column)
    if reduction in LOOPS:
        return LOOPS[reduction][1]
    return "" if reduction == "tunability" else str(units.get(name, ""))


def reduced(observables: Columns, columns: Sequence[str]) -> dict[str, float]:
    """One number per column. Raises CaseError: an observable that the run did not write. ResultError: no loop."""
    return {column: _reduced(observables, column) for column in columns}


def _reduced(observables: Columns, column: str) -> float:
    reduction, name = split_column(column)
    if name not in observables:
        raise CaseError(f'table.columns: the runs wrote no "{name}"{nearest(name, observables)}')
    if reduction in REDUCTIONS:
        return REDUCTIONS[reduction](observables[name])
    try:
        loop = analyse_loop(observables[f"mean_E_{name[-1]}"], observables[name])
    except ResultError as error:
        raise ResultError(f"{column}: {error}") from error
    return LOOPS[reduction][0](loop)


def _known(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Values that are there; nan alone if none is."""
    known = values[~np.isnan(values)]
    return known if known.size else np.array([np.nan])


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
