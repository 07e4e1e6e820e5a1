"""Domain walls with flexocoupling: the Néel component it induces, and the sign of f (V2.4, V2.5)."""

import numpy as np
import pytest
from line_cases import EXACT
from test_walls import GRADIENT, WALLS

from phasefield.boundary import Conditions
from phasefield.case import load_case
from phasefield.case.schema import Case
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling
from phasefield.simulation import Simulation
from phasefield.units import LENGTH

F11 = 2.0


def neel_wall(f11: float, spacing: float = 0.04e-9) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positions (m) from the middle of a 180° wall of PbTiO3, P_x and P_z there; in rising order."""
    wall = WALLS["elastic"]
    cells = 2 * round(4e-9 / spacing)
    size = cells * spacing
    case = {
        "version": 1,
        "material": wall.material
        | {"gradient": wall.material["gradient"] | {"G11": GRADIENT, "G12": 0.0}}
        | {"background_permittivity": 7.0},
        "mesh": {"kind": "box", "size": [size], "cells": [cells], "degree": 2},
        "initial": {
            "kind": "wall",
            "left": [0.0, 0.0, -wall.P0],
            "right": [0.0, 0.0, wall.P0],
            "normal": [1, 0, 0],
            "position": size / 2,
            "width": wall.xi,
        },
        "mechanics": wall.mechanics,
        "polarization": {
            "boundary": [
                {"on": "x_min", "kind": "fixed", "value": [0.0, 0.0, -wall.P0]},
                {"on": "x_max", "kind": "fixed", "value": [0.0, 0.0, wall.P0]},
            ]
        },
        "flexoelectricity": {"coefficients": {"f11": f11, "f12": 0.0, "f44": 0.0}},
        "time": {"mode": "relax", "equilibrium": 1e-9},
        "solver": EXACT,
    }
    simulation = Simulation(load_case(case))
    simulation.run()
    P = simulation.field("P")
    x = P.function_space.tabulate_dof_coordinates()[:, 0] * LENGTH - size / 2
    order = np.argsort(x)
    return x[order], P.x.array[0::3][order], P.x.array[2::3][order]


def test_neel_component() -> None:
    """V2.4: P_x is odd in x, positive for x > 0, with its largest value 3.686e-4 C/m² at 0.250 nm."""
    x, P_x, P_z = neel_wall(F11)
    largest = int(np.argmax(P_x))
    assert P_x[largest] == pytest.approx(3.686e-4, rel=0.03)
    assert x[largest] == pytest.approx(0.250e-9, abs=0.02e-9)
    assert np.abs(P_x + P_x[::-1]).max() < 1e-3 * P_x[largest]
    assert np.abs(P_z + P_z[::-1]).max() < 1e-6


def test_sign_and_size_of_the_coupling() -> None:
    """The Néel component is odd in f and linear in it to f²; the rest of the wall is even in f."""
    (x, P_x, P_z), (_, minus_x, minus_z), (_, double_x, _) = (neel_wall(f) for f in (F11, -F11, 2 * F11))
    _, none_x, none_z = neel_wall(0.0)
    size = np.abs(P_x).max()
    assert np.abs(none_x).max() < 1e-6 * size
    assert np.abs(P_x + minus_x).max() < 1e-6 * size
    assert np.abs(P_z - minus_z).max() < 1e-8
    assert 0.0 < np.abs(P_z - none_z).max() < 1e-3
    ratio = np.abs(double_x).max() / size
    assert ratio == pytest.approx(2.0, rel=0.2)
    assert len(x) == len(P_x)


# --- 90° walls --------------------------------------------------------------------------------------------------

#: Spontaneous polarization (C/m²) of PbTiO3 and half the length of the line (m) with a wall in its middle.
P_S, HALF = 0.75703950, 5e-9


class HeldInTheMiddle(Conditions):
    """The tangential polarization is zero in the middle, by symmetry or, with flexocoupling, against sliding."""

    def __init__(self, case: Case, functional: Functional, scaling: Scaling):
        super().__init__(case, functional, scaling)
        x = functional.spaces.P.tabulate_dof_coordinates()[:, 0] * LENGTH
        (middle,) = np.flatnonzero(np.abs(x) < 1e-12)
        self._prescribe(functional.P, 3 * np.array([middle]) + 1, lambda t: 0.0)


@pytest.fixture
def held_in_the_middle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phasefield.build.Conditions", HeldInTheMiddle)


def right_angle_wall(scale: float, sign: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """P at the nodes and tr ε in the cells of a 90° wall of PbTiO3 between electrodes, both ordered along x.

    The normal x is [110]; P·n is continuous, P_y changes sign. `scale` is f11 in V.
    """
    component = sign * P_S / np.sqrt(2.0)
    left, right = [component, component, 0.0], [component, -component, 0.0]
    Q11, Q12 = 0.089, -0.026
    case = {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "crystal": {"x": [1, 1, 0], "z": [0, 0, 1]},
        "mesh": {"kind": "box", "size": [2 * HALF], "origin": [-HALF], "cells": [100], "degree": 2},
        "initial": {"kind": "wall", "left": left, "right": right, "normal": [1, 0, 0], "position": 0.0, "width": 5e-10},
        "mechanics": {"strain": {"yy": 0.5 * (Q11 + Q12) * P_S**2, "zz": Q12 * P_S**2}},
        "electrostatics": {"boundary": [{"on": ["x_min", "x_max"], "kind": "electrode"}]},
        "polarization": {
            "boundary": [
                {"on": "x_min", "kind": "fixed", "value": left},
                {"on": "x_max", "kind": "fixed", "value": right},
            ]
        },
        "flexoelectricity": {"coefficients": {"f11": scale, "f12": 0.5 * scale, "f44": 0.2 * scale}},
        "time": {"mode": "relax", "equilibrium": 1e-11, "max_steps": 500},
        "solver": {"method": "newton", "mechanics_tolerance": 1e-13},
    }
    simulation = Simulation(load_case(case))
    assert simulation.run().status == "done"
    ordered = []
    for name, size in (("P", 3), ("strain", 9)):
        field = simulation.field(name)
        x = field.function_space.tabulate_dof_coordinates()[:, 0]
        ordered.append(field.x.array.reshape(-1, size)[np.argsort(x)])
    P, strain = ordered
    return P, strain[:, [0, 4, 8]].sum(axis=1)


def odd(profile: np.ndarray) -> np.ndarray:
    """Odd part in x."""
    return 0.5 * (profile - profile[::-1])


def even(profile: np.ndarray) -> np.ndarray:
    """Even part in x."""
    return 0.5 * (profile + profile[::-1])


def test_mirror_image_of_a_right_angle_wall(held_in_the_middle: None) -> None:
    """V2.5: a mirror turns P into −P and keeps f, so tr ε(x; f) = tr ε(−x; −f): odd parts flip with f, even ones stay.

    Head-to-tail becomes tail-to-head with −P; with −f too nothing else changes.
    """
    (P, trace), (P_minus, trace_minus), (P_turned, trace_turned) = (
        right_angle_wall(f, sign) for f, sign in ((1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0))
    )
    size = np.ptp(trace)
    assert np.abs(odd(trace)).max() > 1e-3 * size
    assert np.abs(odd(trace) + odd(trace_minus)).max() < 1e-9 * size
    assert np.abs(even(trace) - even(trace_minus)).max() < 1e-9 * size
    assert np.abs(P_minus - P[::-1] * [1.0, -1.0, 1.0]).max() < 1e-9
    assert np.abs(P + P_turned).max() < 1e-9
    assert np.abs(trace - trace_turned).max() < 1e-9 * size


def test_right_angle_wall_is_linear_in_the_coupling(held_in_the_middle: None) -> None:
    """V2.5: the odd part of tr ε is linear in f up to f³, and the even part changes by f² up to f⁴."""
    coefficients = (0.25, 0.5, 1.0)
    _, bare = right_angle_wall(0.0)
    traces = [right_angle_wall(f)[1] for f in coefficients]
    assert np.abs(odd(bare)).max() < 1e-9 * np.ptp(bare)
    slopes = [odd(trace) / f for f, trace in zip(coefficients, traces, strict=True)]
    curvatures = [(even(trace) - bare) / f**2 for f, trace in zip(coefficients, traces, strict=True)]
    for first, second, third in (slopes, curvatures):
        near, far = np.abs(second - first).max(), np.abs(third - second).max()
        assert near < 0.05 * np.abs(first).max()
        assert far / near == pytest.approx(4.0, rel=0.1)
