"""Uniform states and their dynamics: spontaneous polarization, susceptibility, coercive field, loops."""

import numpy as np
import pytest
from line_cases import BATIO3, COMPONENTS, LENGTH, PBTIO3, landau_only, last, mean_P, uniform
from relaxed import order
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq

from phasefield.units import EPSILON_0

RELAX = {"mode": "relax", "equilibrium": 1e-11}
NO_MECHANICS = {"enabled": False}


@pytest.mark.parametrize(
    ("material", "spontaneous", "energy", "strain"),
    [
        (PBTIO3, 0.75703950, -7.390753e7, (-0.014901, 0.051007)),
        (BATIO3, 0.25994125, -2.256704e6, (-0.0022974, 0.0067569)),
    ],
)
def test_ground_state_of_a_stress_free_crystal(material, spontaneous, energy, strain):
    """V1.1, V4.1: spontaneous polarization, its energy and strain; no stress."""
    _, result = uniform(material, (0.0, 0.0, 0.8 * spontaneous), RELAX)
    assert mean_P(result) == pytest.approx(np.array([0.0, 0.0, spontaneous]), rel=1e-7, abs=1e-12)
    assert last(result, "energy_total")[0] / LENGTH == pytest.approx(energy, rel=1e-6)
    across, along = strain
    found = last(result, *(f"mean_strain_{c}" for c in COMPONENTS))
    assert found == pytest.approx(np.array([across, across, along, 0.0, 0.0, 0.0]), abs=1e-6)
    assert np.abs(last(result, *(f"mean_stress_{c}" for c in COMPONENTS))).max() < 10.0  # Pa


@pytest.mark.parametrize(
    ("start", "P", "energy"),
    [
        ((0.0, 0.2, 0.2), (0.0, 0.20933309, 0.20933309), -2.1002653e6),
        ((0.2, 0.2, 0.2), (0.17031269, 0.17031269, 0.17031269), -1.7395591e6),
    ],
)
def test_other_extrema_of_barium_titanate(start, P, energy):
    """V1.4: the orthorhombic state, a minimum, and the rhombohedral one, a saddle.

    Without φ, which a line along x treats unlike y and z, and to a residual that is reached before solver
    errors grow: nothing but asymmetry leads away from the saddle.
    """
    time = {"mode": "relax", "equilibrium": 1e-6}
    _, result = uniform(BATIO3, start, time, mechanics=NO_MECHANICS, electrostatics=False)
    assert mean_P(result) == pytest.approx(np.array(P), rel=1e-6, abs=1e-10)
    assert last(result, "energy_total")[0] / LENGTH == pytest.approx(energy, rel=1e-6)


@pytest.mark.parametrize(
    ("material", "spontaneous", "axis", "susceptibility", "strength"),
    [
        (PBTIO3, 0.757, 2, 65.86030, 1e5),
        (PBTIO3, 0.757, 1, 123.38728, 1e4),
        (BATIO3, 0.26, 2, 188.0895, 1e4),
        (BATIO3, 0.26, 1, 3591.204, 1e3),
    ],
)
def test_susceptibility(material, spontaneous, axis, susceptibility, strength):
    """V1.2: dP/dE of the stress-free crystal along and across the polarization."""
    found = []
    for sign in (1.0, -1.0):
        field = [0.0, 0.0, 0.0]
        field[axis] = sign * strength
        _, result = uniform(material, (0.0, 0.0, spontaneous), RELAX, field=tuple(field))
        found.append(mean_P(result)[axis])
    slope = (found[0] - found[1]) / (2.0 * strength * EPSILON_0)
    assert slope == pytest.approx(susceptibility, rel=1e-5)


@pytest.mark.parametrize(
    ("material", "spontaneous", "spinodal", "coercive"),
    [(PBTIO3, 0.757, 0.52330139, 1.611857e8), (BATIO3, 0.26, 0.19359582, 1.517205e7)],
)
def test_thermodynamic_coercive_field(material, spontaneous, spinodal, coercive):
    """V1.3: a millionth below the coercive field P stays, near the spinodal; above it P switches."""
    end = []
    for factor in (1.0 - 1e-6, 1.0 + 1e-6):
        field = (0.0, 0.0, -factor * coercive)
        start = (0.0, 0.0, spontaneous)
        time = {"mode": "relax", "equilibrium": 1e-10}
        _, result = uniform(material, start, time, field=field, mechanics=NO_MECHANICS)
        end.append(mean_P(result)[2])
    # The distance from the spinodal goes with the square root of that from the coercive field.
    assert spinodal < end[0] < (1.0 + 1e-3) * spinodal
    assert end[1] < -spontaneous


# --- kinetics -----------------------------------------------------------------------------------------------

#: f = −P² + P⁴ with Γ = 1: P grows as exp 2t.
QUARTIC = landau_only(-1.0, 1.0)
GROWN = 0.6964913407
"""P at t = 3 from P = 0.01: P² = y/(1 + (y/P0² − 1) exp(−4t)), y = ½."""


def error_after_growth(time: dict) -> float:
    """Error of P(3) of the Landau-Khalatnikov equation from P = 0.01."""
    _, result = uniform(QUARTIC, (0.0, 0.0, 0.01), time, mechanics=NO_MECHANICS)
    return abs(mean_P(result)[2] - GROWN)


def test_backward_euler_is_of_first_order():
    """V1.5."""
    counts = (48, 96, 192, 384)
    steps = [3.0 / n for n in counts]
    errors = [
        error_after_growth({"mode": "transient", "scheme": "backward-euler", "steps": [dt] * n})
        for dt, n in zip(steps, counts, strict=True)
    ]
    assert order(steps, errors) == pytest.approx(1.0, abs=0.05)
    assert errors[-1] < 2e-4


def test_adaptive_scheme_is_of_second_order():
    """V1.5 with equal steps: the largest step allowed, the error control out of the way."""
    steps = [3.0 / n for n in (48, 96, 192, 384)]
    errors = [
        error_after_growth({"mode": "transient", "end": 3.0, "initial_step": dt, "max_step": dt, "tolerance": 0.5})
        for dt in steps
    ]
    assert order(steps, errors) == pytest.approx(2.0, abs=0.15)
    assert errors[-1] < 2e-5


def test_adaptive_scheme_is_of_second_order_with_elasticity():
    """V1.5 for the stress-free crystal, whose strain follows P, beside the same crystal without elasticity."""
    end = 6e-14
    steps = [end / n for n in (16, 32, 64, 128)]

    def grown(dt: float, mechanics: dict | None) -> float:
        time = {"mode": "transient", "end": end, "initial_step": dt, "max_step": dt, "tolerance": 0.5}
        return mean_P(uniform(PBTIO3, (0.0, 0.0, 0.3), time, mechanics=mechanics)[1])[2]

    exact = grown(end / 512, NO_MECHANICS)
    errors = [abs(grown(dt, None) - exact) for dt in steps]
    assert order(steps, errors) == pytest.approx(2.0, abs=0.15)
    assert errors[-1] < 1e-4


def test_error_control_tightens_the_result():
    """V1.5 under error control: a thousandth of the tolerance, a hundredth of the error (second order)."""
    coarse, fine = (
        error_after_growth({"mode": "transient", "end": 3.0, "tolerance": tolerance}) for tolerance in (1e-3, 1e-6)
    )
    assert fine < 1e-4
    assert 30.0 < coarse / fine < 300.0


@pytest.mark.parametrize(
    ("rate", "coercive"), [(1e-1, 0.8001114), (1e-2, 0.6049346), (1e-3, 0.5578945), (1e-4, 0.5472900)]
)
def test_coercive_field_of_a_loop_grows_with_the_ramp_rate(rate, coercive):
    """V1.6: the field at which P crosses zero when E rises at a constant rate from 0, f = −P² + P⁴."""
    end = 0.85 / rate
    _, result = uniform(
        QUARTIC,
        (0.0, 0.0, -np.sqrt(0.5)),
        {"mode": "transient", "end": end, "tolerance": 1e-6},
        field=(0.0, 0.0, "ramp"),
        mechanics=NO_MECHANICS,
        loads={"ramp": {"kind": "ramp", "start": 0.0, "stop": rate * end, "t1": end, "unit": "V/m"}},
    )
    t, P = result.observables["time"], result.observables["mean_P_z"]
    after = int(np.flatnonzero(P > 0.0)[0])
    crossing = brentq(CubicSpline(t, P), t[after - 1], t[after])
    assert rate * crossing == pytest.approx(coercive, abs=1e-4)
