"""What `phasefield measure` prints: numbers that the columns of a run are reduced to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from phasefield.errors import ResultError
from phasefield.plot.results import Array, Results
from phasefield.registry import response_columns
from phasefield.study.table import LOOPS, reduced, unit_of
from phasefield.units import pretty

#: Coefficients below this part of the largest of their kind are left out unless they are asked for.
_SMALL = 1e-6


def lines(folder: Path, columns: Sequence[str] = ()) -> Iterator[tuple[str, str]]:
    """Each of the columns, all that the run measured unless given, and its value with unit.

    Raises ResultError: no result folder, or nothing measured in it. CaseError: an unknown column.
    """
    results = Results(folder)
    observables = results.observables()
    chosen = list(columns) or [*_loops(observables), *_responses(observables)]
    if not chosen:
        raise ResultError(
            f"{folder} holds no measurement: neither a loop of a field nor the columns of output.response; name columns"
        )
    units = results.record.get("units", {})
    for column, value in reduced(observables, chosen).items():
        unit = unit_of(column, units)
        yield column, pretty(value, unit) if unit else f"{value:.5g}"


def _loops(observables: Mapping[str, Array]) -> Iterator[str]:
    for axis in "xyz":
        if not {f"mean_E_{axis}", f"mean_P_{axis}"} <= observables.keys():
            continue
        try:
            yield from reduced(observables, [f"{name}(mean_P_{axis})" for name in LOOPS])
        except ResultError:  # nothing that goes there and back along this axis
            continue


def _responses(observables: Mapping[str, Array]) -> Iterator[str]:
    """The last coefficients that do not vanish, and the range of those of a series of states."""
    for kind in ("permittivity", "piezoelectric", "pyroelectric"):
        names = [name for name in response_columns(kind) if name in observables]
        largest = max((abs(observables[name][-1]) for name in names), default=0.0)
        for name in names:
            if abs(observables[name][-1]) > _SMALL * largest:
                yield name
                if np.isfinite(observables[name]).sum() > 1:
                    yield from (f"min({name})", f"max({name})")
                    if kind == "permittivity":
                        yield f"tunability({name})"
