"""Waveforms: their values, and the times that steps must not jump over."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasefield.case.schema import ConstantLoad, RampLoad, SineLoad, TableLoad, TriangleLoad
from phasefield.errors import CaseError
from phasefield.loads import breakpoints, last_change, resolve, waveform

CONSTANT = ConstantLoad(kind="constant", value=3.0)
RAMP = RampLoad(kind="ramp", start=1.0, stop=-1.0, t0=2.0, t1=4.0)
SINE = SineLoad(kind="sine", amplitude=2.0, period=4.0, phase="90 deg", offset=1.0)
TRIANGLE = TriangleLoad(kind="triangle", amplitude=2.0, period=4.0, offset=1.0)
TABLE = TableLoad(kind="table", times=(0.0, 1.0, 3.0), values=(5.0, 7.0, -1.0))


@pytest.mark.parametrize(
    "spec, values",
    [
        (CONSTANT, {-1.0: 3.0, 0.0: 3.0, 9.0: 3.0}),
        (RAMP, {0.0: 1.0, 2.0: 1.0, 2.5: 0.5, 3.0: 0.0, 4.0: -1.0, 9.0: -1.0}),
        (SINE, {0.0: 3.0, 1.0: 1.0, 2.0: -1.0, 3.0: 1.0, 4.0: 3.0}),
        (TRIANGLE, {0.0: 1.0, 0.5: 2.0, 1.0: 3.0, 2.0: 1.0, 3.0: -1.0, 3.5: 0.0, 5.0: 3.0}),
        (TABLE, {-1.0: 5.0, 0.0: 5.0, 0.5: 6.0, 1.0: 7.0, 2.0: 3.0, 3.0: -1.0, 9.0: -1.0}),
    ],
)
def test_values(spec, values):
    load = waveform(spec)
    assert {t: load(t) for t in values} == pytest.approx(values, abs=1e-14)


@pytest.mark.parametrize(
    "spec, end, times",
    [
        (CONSTANT, 10.0, []),
        (RAMP, 10.0, [2.0, 4.0]),
        (RAMP, 3.0, [2.0]),
        (SINE, 5.0, [2.0, 4.0]),
        (TRIANGLE, 6.0, [1.0, 3.0, 5.0]),
        (TABLE, 3.0, [1.0, 3.0]),
    ],
)
def test_breakpoints(spec, end, times):
    assert breakpoints(spec, end) == pytest.approx(times)


@pytest.mark.parametrize(
    "spec, time", [(CONSTANT, 0.0), (RAMP, 4.0), (TABLE, 3.0), (SINE, math.inf), (TRIANGLE, math.inf)]
)
def test_last_change(spec, time):
    assert last_change(spec) == time


@given(
    st.floats(0.1, 10.0),
    st.floats(-7.0, 7.0),
    st.floats(0.5, 40.0),
)
def test_waves_are_monotone_between_breakpoints(period, phase, end):
    for spec in (
        SineLoad(kind="sine", amplitude=1.0, period=period, phase=phase),
        TriangleLoad(kind="triangle", amplitude=1.0, period=period),
    ):
        load = waveform(spec)
        edges = [0.0, *breakpoints(spec, end), end]
        for start, stop in itertools.pairwise(edges):
            steps = np.diff([load(t) for t in np.linspace(start, stop, 9)])
            assert np.all(steps >= -1e-9) or np.all(steps <= 1e-9)


@given(st.floats(0.0, 100.0))
def test_triangle_follows_its_formula(t):
    cycle = math.fmod(t, 4.0) / 4.0
    rising = 4.0 * cycle if cycle < 0.25 else 2.0 - 4.0 * cycle if cycle < 0.75 else 4.0 * cycle - 4.0
    assert waveform(TRIANGLE)(t) == pytest.approx(1.0 + 2.0 * rising, abs=1e-12)


def test_resolve():
    assert resolve(2.5, {})(7.0) == 2.5
    assert resolve("v", {"v": TABLE})(2.0) == 3.0
    with pytest.raises(CaseError, match='no load is named "w"'):
        resolve("w", {"v": TABLE})
