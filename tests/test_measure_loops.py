"""Coercive field, imprint, remanence and loss of loops that are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phasefield.errors import ResultError
from phasefield.measure import analyse_loop, branch_imprint

AMPLITUDE, COERCIVE, SATURATION, SLOPE = 4.0, 1.3, 0.5, 0.02


def triangle(points: int) -> np.ndarray:
    """One and a quarter periods from zero up: `points` steps per quarter."""
    quarter = np.linspace(0.0, AMPLITUDE, points + 1)
    return np.concatenate([quarter, quarter[-2::-1], -quarter[1:], -quarter[-2::-1], quarter[1:]])


def square_loop(field: np.ndarray, shift: float = 0.0) -> np.ndarray:
    """±saturation plus a slope, which changes sign at ±COERCIVE of the field plus `shift`."""
    sign, P = 1.0, []
    for E in field + shift:
        sign = 1.0 if E > COERCIVE else -1.0 if E < -COERCIVE else sign
        P.append(sign * SATURATION + SLOPE * E)
    return np.array(P)


@given(shift=st.floats(-1.0, 1.0), points=st.integers(40, 60))
def test_square_loop(shift: float, points: int) -> None:
    field = triangle(points)
    step = AMPLITUDE / points
    loop = analyse_loop(field, square_loop(field, shift))
    assert loop.half_steps == pytest.approx((0.5 * step, 0.5 * step))
    assert loop.coercive_field == pytest.approx(COERCIVE, abs=step)
    assert loop.imprint == pytest.approx(-shift, abs=step)
    assert loop.remanence == pytest.approx(SATURATION, rel=1e-12)
    assert loop.offset == pytest.approx(SLOPE * shift, abs=1e-12)
    assert loop.largest == pytest.approx(
        (SATURATION + SLOPE * (AMPLITUDE + shift), -SATURATION + SLOPE * (shift - AMPLITUDE))
    )
    assert loop.centred(field)[0] == pytest.approx(shift, abs=step)
    # A parallelogram: its height 2 saturation times its width 2 coercive fields.
    assert loop.loss == pytest.approx(4.0 * SATURATION * COERCIVE, abs=2.5 * SATURATION * step)


def test_crossing_between_points_of_a_smooth_loop() -> None:
    t = np.linspace(0.0, 2.5 * np.pi, 501)
    field, P = np.sin(t), np.sin(t - 0.3)
    loop = analyse_loop(field, P)
    assert loop.coercive_field == pytest.approx(np.sin(0.3), abs=1e-4)
    assert loop.remanence == pytest.approx(np.sin(0.3), abs=1e-4)
    assert abs(loop.imprint) < 1e-4 and abs(loop.offset) < 1e-4
    assert loop.loss == pytest.approx(np.pi * np.sin(0.3), rel=1e-3)
    assert branch_imprint(field + 0.1, P, 0.2) == pytest.approx(0.1, abs=1e-4)
    with pytest.raises(ResultError, match=r"P does not pass 1\.5 on the way down"):
        branch_imprint(field, P, 1.5)


@pytest.mark.parametrize(
    ("field", "P", "message"),
    [
        ([0.0, 1.0, 2.0], [0.0, 1.0, 2.0], "does not pass through zero both up and down"),
        ([1.0, -1.0, 1.0], [1.0, 0.5, 1.0], "P is nowhere zero on the way down"),
        ([1.0, -1.0, 1.0], [1.0, -0.5, -0.2], "P is nowhere zero on the way up"),
    ],
)
def test_what_is_no_loop(field: list[float], P: list[float], message: str) -> None:
    with pytest.raises(ResultError, match=message):
        analyse_loop(np.array(field), np.array(P))
