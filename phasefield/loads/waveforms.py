"""Waveforms: the tables `loads` of a case as functions of time (s), and where they bend."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import assert_never

import numpy as np

from phasefield.case.schema import (
    ConstantLoad,
    LoadSpec,
    RampLoad,
    SineLoad,
    TableLoad,
    TriangleLoad,
)
from phasefield.errors import CaseError, nearest

#: Value of a load (SI) at a time (s).
Waveform = Callable[[float], float]


def waveform(spec: LoadSpec) -> Waveform:
    """The load's value (SI) as a function of time (s); the case schema has the formulas."""
    match spec:
        case ConstantLoad():
            return lambda t: spec.value
        case RampLoad():
            return _interpolation((spec.t0, spec.t1), (spec.start, spec.stop))
        case SineLoad():
            return lambda t: spec.offset + spec.amplitude * math.sin(math.tau * (t / spec.period) + spec.phase)
        case TriangleLoad():
            return lambda t: spec.offset + spec.amplitude * _triangle(t / spec.period)
        case TableLoad():
            return _interpolation(spec.times, spec.values)
        case _:
            assert_never(spec)


def resolve(value: float | str, loads: Mapping[str, LoadSpec]) -> Waveform:
    """The waveform of a key's value: a constant, or the load of that name. CaseError if unknown."""
    if not isinstance(value, str):
        return lambda t: value
    if value not in loads:
        raise CaseError(f'no load is named "{value}"{nearest(value, loads)}')
    return waveform(loads[value])


def breakpoints(spec: LoadSpec, end: float) -> list[float]:
    """Times in (0, end] at which the load bends or turns, increasing; time steps should end there.

    A smooth wave contributes its extrema: a step may not jump over a maximum without seeing it.
    """
    match spec:
        case ConstantLoad():
            return []
        case RampLoad():
            times = [spec.t0, spec.t1]
        case TableLoad():
            times = list(spec.times)
        case TriangleLoad():
            times = _turns(spec.period, 0.25, end)
        case SineLoad():
            times = _turns(spec.period, 0.25 - spec.phase / math.tau, end)
        case _:
            assert_never(spec)
    return [t for t in times if 0.0 < t <= end]


def last_change(spec: LoadSpec) -> float:
    """Time (s) from which on the load is constant; infinite for waves."""
    match spec:
        case ConstantLoad():
            return 0.0
        case RampLoad():
            return spec.t1
        case TableLoad():
            return spec.times[-1]
        case TriangleLoad() | SineLoad():
            return math.inf
        case _:
            assert_never(spec)


def _turns(period: float, first: float, end: float) -> list[float]:
    """Times up to `end` of the extrema of a wave: `first` of its periods plus every half period."""
    halves = range(math.ceil(-2.0 * first), math.floor(2.0 * (end / period - first)) + 1)
    return [(first + 0.5 * half) * period for half in halves]


def _interpolation(times: tuple[float, ...], values: tuple[float, ...]) -> Waveform:
    return lambda t: float(np.interp(t, times, values))


def _triangle(cycles: float) -> float:
    """0 -> 1 -> -1 -> 0 over one cycle."""
    return abs((4.0 * cycles - 1.0) % 4.0 - 2.0) - 1.0
