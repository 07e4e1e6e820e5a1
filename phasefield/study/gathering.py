"""Writes what a study gave: the table study.csv, its units in study.json, the figure study.png."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from phasefield.atomic import write_text
from phasefield.errors import CaseError, nearest
from phasefield.plot.study import study_figure
from phasefield.registry import named_observables, observable
from phasefield.study.plan import RECORD, Plan
from phasefield.study.results import StudyResults, observables_of
from phasefield.study.schema import Study
from phasefield.study.table import Cell, csv_text, reduced, split_column, unit_of


def gather(plan: Plan, results: StudyResults) -> list[Path]:
    """Write what the members gave so far; the paths of the table and, where there is one, of the figure.

    Raises ResultError: no member is done. CaseError: a column or axis that does not exist.
    """
    observables = list(plan.study.table.columns or observables_of(results))
    columns = _all_columns(plan.study, observables)
    _check_figure(plan.study, columns)
    rows: list[dict[str, Cell]] = []
    for member in results:
        row: dict[str, Cell] = {"member": member.name, **member.choices, "status": member.status}
        if member.status == "done":
            row.update(reduced(member.observables, observables))
        rows.append(row)
    table = plan.folder / "study.csv"
    write_text(table, csv_text(columns, rows))
    _write_units(plan, _units(results, plan, observables))
    figure = study_figure(plan.folder)
    return [table] if figure is None else [table, figure]


def check_columns(study: Study) -> None:
    """Raise CaseError for columns that cannot be, as far as that is known before a run."""
    if study.table.columns:
        for column in study.table.columns:
            _check_observable("table.columns", split_column(column)[1])
        _check_figure(study, _all_columns(study, study.table.columns))
        return
    for name in (study.figure.x, *(study.figure.y or ())):
        if name is not None and name not in _all_columns(study, ()):
            _check_observable("figure", name)


def _check_observable(key: str, name: str) -> None:
    try:
        observable(name, dim=3)
    except KeyError:
        known = named_observables()
        raise CaseError(f'{key}: no observable is called "{name}"{nearest(name, known)}') from None


def _all_columns(study: Study, observables: Sequence[str]) -> list[str]:
    return ["member", *study.axes, "status", *observables]


def _check_figure(study: Study, columns: list[str]) -> None:
    """Raise CaseError for what the figure cannot show."""
    figure = study.figure
    for key, names in (("x", (figure.x,) if figure.x else ()), ("y", figure.y)):
        for name in names or ():
            if name not in columns:
                raise CaseError(f'figure.{key}: "{name}" is not a column of the table{nearest(name, columns)}')


def _units(results: StudyResults, plan: Plan, observables: list[str]) -> dict[str, str]:
    """SI unit of each column that is a number."""
    written = next(member.record.get("units", {}) for member in results if member.status == "done")
    return plan.units | {column: unit_of(column, written) for column in observables}


def _write_units(plan: Plan, units: dict[str, str]) -> None:
    file = plan.folder / RECORD
    record = json.loads(file.read_text(encoding="utf-8")) | {"units": units}
    write_text(file, json.dumps(record, indent=2, ensure_ascii=False) + "\n")
