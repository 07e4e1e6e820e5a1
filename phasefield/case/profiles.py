"""Profiles of a case as functions of the distance from the bottom of the ferroelectric body."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

import numpy as np

from phasefield.case.schema import (
    ExponentialProfile,
    FileProfile,
    LinearProfile,
    PointsProfile,
    ProfileSpec,
    StepProfile,
    TanhProfile,
)
from phasefield.errors import CaseError
from phasefield.nodaldata import read_columns
from phasefield.tensors import Array

#: Values at distances (n) in m from the bottom.
Profile = Callable[[Array], Array]


def profile(spec: ProfileSpec, thickness: float) -> Profile:
    """The profile in a body of `thickness` (m); the case schema has the formulas.

    At an interface of layers the value is that of the upper one. Raises CaseError for a file that cannot be used.
    """
    match spec:
        case LinearProfile():
            return lambda s: spec.bottom + (spec.top - spec.bottom) * s / thickness
        case StepProfile():
            values = np.asarray(spec.values)
            return lambda s: values[np.searchsorted(spec.at, s, side="right")]
        case TanhProfile():
            middle = 0.5 * thickness if spec.position is None else spec.position
            mean, half = 0.5 * (spec.top + spec.bottom), 0.5 * (spec.top - spec.bottom)
            return lambda s: mean + half * np.tanh((s - middle) / spec.width)
        case ExponentialProfile():
            beyond = spec.bottom - spec.far
            return lambda s: spec.far + beyond * np.exp(-np.maximum(s - spec.start, 0.0) / spec.length)
        case PointsProfile():
            return lambda s: np.interp(s, spec.positions, spec.values)
        case FileProfile():
            positions, numbers = points_of(spec)
            return lambda s: np.interp(s, positions, numbers)
        case _:
            assert_never(spec)


def points_of(spec: FileProfile) -> tuple[Array, Array]:
    """Positions (m) and values of a file. Raises CaseError: unreadable, or positions that do not increase."""
    positions, values = read_columns(spec.path, ("position", "value")).T
    if len(positions) < 2 or (np.diff(positions) <= 0.0).any():
        raise CaseError(f"{spec.path}: expected at least two rows, with increasing positions")
    return positions, values


def extreme_values(spec: ProfileSpec) -> tuple[float, float]:
    """Bounds that no value of the profile exceeds, in any body."""
    match spec:
        case LinearProfile() | TanhProfile():
            ends = [spec.bottom, spec.top]
        case ExponentialProfile():
            ends = [spec.bottom, spec.far]
        case StepProfile() | PointsProfile():
            ends = list(spec.values)
        case FileProfile():
            ends = list(points_of(spec)[1])
        case _:
            assert_never(spec)
    return min(ends), max(ends)
