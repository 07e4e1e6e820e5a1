"""Domain walls with flexocoupling: the Néel component it induces, and the sign of f (V2.4, V2.5)."""

import numpy as np
import pytest
from line_cases import EXACT
from test_walls import GRADIENT, WALLS

from phasefield.case import load_case
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


def right_angle_wall(f11: float, sign: float) -> tuple[np.ndarray, np.ndarray]:
    """P at the nodes and the strain of the cells of a 90° wall of PbTiO3, both ordered along x."""
    # Fixed so near to the wall that it cannot slide.
    P0, size = sign * 0.75703950 / np.sqrt(2.0), 3e-9
    left, right = [P0, P0, 0.0], [P0, -P0, 0.0]
    case = {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "crystal": {"x": [1, 1, 0], "z": [0, 0, 1]},
        "mesh": {"kind": "box", "size": [size], "cells": [40]},
        "initial": {
            "kind": "wall",
            "left": left,
            "right": right,
            "normal": [1, 0, 0],
            "position": size / 2,
            "width": 0.5e-9,
        },
        "mechanics": {"strain": {"yy": 0.0180530, "zz": -0.0149010}},
        "polarization": {
            "boundary": [
                {"on": "x_min", "kind": "fixed", "value": left},
                {"on": "x_max", "kind": "fixed", "value": right},
            ]
        },
        "flexoelectricity": {"coefficients": {"f11": f11, "f12": 0.5 * f11, "f44": 0.2 * f11}},
        "time": {"mode": "relax", "equilibrium": 1e-9, "max_steps": 500},
        "solver": EXACT,
    }
    simulation = Simulation(load_case(case))
    simulation.run()
    ordered = []
    for name, size_of_value in (("P", 3), ("strain", 9)):
        field = simulation.field(name)
        x = field.function_space.tabulate_dof_coordinates()[:, 0]
        ordered.append(field.x.array.reshape(-1, size_of_value)[np.argsort(x)])
    return ordered[0], ordered[1]


def test_right_angle_wall() -> None:
    """V2.5: head-to-tail becomes tail-to-head with −P; with −f too nothing else changes, with f alone it does."""
    (P, strain), (P_same, strain_same) = (right_angle_wall(f, s) for f, s in ((1.0, 1.0), (-1.0, -1.0)))
    assert np.abs(P + P_same).max() < 1e-7
    assert np.abs(strain - strain_same).max() < 1e-8
    P_other, strain_other = right_angle_wall(-1.0, 1.0)
    assert np.abs(P_other - P).max() > 1e-3
    assert np.abs(strain_other - strain).max() > 1e-4
