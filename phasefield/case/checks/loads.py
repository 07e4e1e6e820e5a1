"""Loads: their own consistency, names that exist, dimensions that fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from phasefield.case.schema import (
    CONDITION_VALUES,
    Case,
    IndenterTip,
    LoadSpec,
    RampLoad,
    TableLoad,
)
from phasefield.errors import nearest


def problems(case: Case) -> Iterator[str]:
    """Contradictions within `loads`, and uses of loads that do not exist or do not fit."""
    for name, spec in case.loads.items():
        yield from _waveform(f"loads.{name}", spec)
    for path, name, unit in uses(case):
        if name not in case.loads:
            yield (
                f'{path}: no load is named "{name}"{nearest(name, case.loads)}'
                f" (loads: {', '.join(case.loads) or 'none'})"
            )
        elif case.loads[name].unit not in (None, unit):
            yield f'{path}: expected a load in {unit}; load "{name}" is in {case.loads[name].unit}'


def uses(case: Case) -> Iterator[tuple[str, str, str]]:
    """Path, name of the load, and SI unit of every key that takes its value from a load."""
    for path, value, unit in _loadable(case):
        if isinstance(value, str):
            yield path, value, unit


def _loadable(case: Case) -> Iterator[tuple[str, object, str]]:
    """Every key of the case that may name a load: path, value, SI unit."""
    yield "material.temperature", case.material.temperature, "K"
    if (tip := case.mechanics.tip) is not None:
        yield "mechanics.tip.force", tip.force, "N"
        if isinstance(tip, IndenterTip):
            yield "mechanics.tip.indentation", tip.indentation, "m"
    for i, component in enumerate(case.electrostatics.applied_field):
        yield f"electrostatics.applied_field[{i}]", component, "V/m"
    for i, electrical in enumerate(case.electrostatics.boundary):
        yield f"electrostatics.boundary[{i}].potential", electrical.potential, "V"
    if case.electrostatics.tip is not None:
        yield "electrostatics.tip.potential", case.electrostatics.tip.potential, "V"
    for i, mechanical in enumerate(case.mechanics.boundary):
        unit = CONDITION_VALUES.get(mechanical.kind, ("", False))[0]
        path = f"mechanics.boundary[{i}].value"
        if isinstance(mechanical.value, tuple):
            for k, value in enumerate(mechanical.value):
                yield f"{path}[{k}]", value, unit
        else:
            yield path, mechanical.value, unit


def _waveform(path: str, spec: LoadSpec) -> Iterator[str]:
    if isinstance(spec, RampLoad) and spec.t1 <= spec.t0:
        yield f"{path}.t1: found {spec.t1:g} s; expected more than t0 = {spec.t0:g} s"
    if isinstance(spec, TableLoad):
        if len(spec.times) != len(spec.values):
            yield f"{path}.values: found {len(spec.values)} of them for {len(spec.times)} times"
        if any(later <= earlier for earlier, later in pairwise(spec.times)):
            yield f"{path}.times: expected increasing times"
