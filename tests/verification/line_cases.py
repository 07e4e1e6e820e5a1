"""Runs on one-dimensional meshes along x, which carry all components of P, u and φ at almost no cost."""

from __future__ import annotations

import numpy as np

from phasefield.case import load_case
from phasefield.simulation import Result, Simulation

COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
STRESS_FREE = {component: "free" for component in COMPONENTS}
PBTIO3 = {"name": "PbTiO3_Pertsev1998"}
BATIO3 = {"name": "BaTiO3_Li2005"}
#: Tolerances at which a run is exact to about ten digits.
EXACT = {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12}
#: Length of the meshes of uniform states (m).
LENGTH = 3e-9


def landau_only(alpha_1: float, alpha_11: float, gradient: float = 1e-18, **more: float) -> dict:
    """A material without electrostriction whose shear gradient coefficients sum up to `gradient`."""
    return {
        "landau": {"alpha_1": alpha_1, "alpha_11": alpha_11, "alpha_12": 3.0 * alpha_11, **more},
        "elastic": {"C11": 1e11, "C12": 5e10, "C44": 5e10},
        "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
        "gradient": {"G11": gradient, "G12": 0.0, "G44": gradient, "G44p": 0.0},
        "background_permittivity": 1.0,
        "kinetic": 1.0,
    }


def uniform(
    material: dict,
    P: tuple[float, float, float],
    time: dict,
    *,
    field: tuple = (0.0, 0.0, 0.0),
    mechanics: dict | None = None,
    electrostatics: bool = True,
    loads: dict | None = None,
) -> tuple[Simulation, Result]:
    """Run a periodic crystal from the uniform polarization `P`; stress-free, short-circuited unless said."""
    case = {
        "version": 1,
        "material": material,
        "mesh": {"kind": "box", "size": [LENGTH], "cells": [3], "periodic": "x"},
        "initial": {"kind": "uniform", "value": P},
        "mechanics": {"strain": STRESS_FREE} if mechanics is None else mechanics,
        "electrostatics": {"enabled": electrostatics, "applied_field": field},
        "loads": loads or {},
        "time": time,
        "solver": EXACT,
    }
    simulation = Simulation(load_case(case))
    return simulation, simulation.run()


def last(result: Result, *names: str) -> np.ndarray:
    """Last values of the observables `names`."""
    return np.array([result.observables[name][-1] for name in names])


def mean_P(result: Result) -> np.ndarray:
    """Mean polarization at the end (C/m²)."""
    return last(result, "mean_P_x", "mean_P_y", "mean_P_z")
