"""Cases of mobile defects in a linear dielectric whose permittivity is half background, half soft mode."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from phasefield.case import load_case
from phasefield.simulation import Simulation
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE, EPSILON_0

TEMPERATURE = 300.0
THERMAL = BOLTZMANN * TEMPERATURE
PERMITTIVITY = 300.0
CONCENTRATION = 1e25
D = 1e-14

#: Charge z = 2, 1e19 per cm^3, permittivity 300: λ_D = 3.2734 nm.
DEBYE = np.sqrt(EPSILON_0 * PERMITTIVITY * THERMAL / (4.0 * ELEMENTARY_CHARGE**2 * CONCENTRATION))

DIELECTRIC = {
    "temperature": TEMPERATURE,
    "landau": {"alpha_1": 0.5 / EPSILON_0 / (0.5 * PERMITTIVITY), "alpha_11": 1.0, "alpha_12": 1.0},
    "elastic": {"C11": 3e11, "C12": 1e11, "C44": 1e11},
    "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
    "gradient": {"G11": 1e-18, "G12": 0.0, "G44": 1e-18},
    "background_permittivity": 0.5 * PERMITTIVITY,
    "kinetic": 1e4,
}


def vacancy(**changes: object) -> dict:
    """A dilute species with two charges."""
    return {"charge": 2, "site_density": 1e32, "concentration": CONCENTRATION, "diffusivity": D} | changes


def case_of(mesh: dict, species: dict, electrical: list, time: dict | None = None, **tables: object) -> dict:
    """A case without mechanics, made neutral by a background."""
    return {
        "version": 1,
        "material": DIELECTRIC,
        "mesh": mesh,
        "initial": {"kind": "uniform", "value": [0, 0, 0]},
        "mechanics": {"enabled": False},
        "electrostatics": {"boundary": electrical},
        "defects": {"background": "neutralizing", "species": species},
        "time": time or {"mode": "relax", "equilibrium": 1e-9},
    } | tables


def line(length: float, cells: int, **changes: object) -> dict:
    """A line along z of `length` in Debye lengths."""
    return {"kind": "box", "size": [length * DEBYE], "cells": [cells], "axes": "z"} | changes


def electrode(on: str, potential: float | str = 0.0) -> dict:
    """An electrode."""
    return {"on": on, "kind": "electrode", "potential": potential}


def run(case: dict) -> Simulation:
    """The simulation of a case, run to its end."""
    simulation = Simulation(load_case(case))
    simulation.result = simulation.run()  # type: ignore[attr-defined]
    return simulation


def started(case: dict) -> Simulation:
    """The simulation of a case in its initial state."""
    simulation = Simulation(load_case(case))
    simulation.parts.initialize()
    return simulation


def profile(simulation: Simulation, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions along the line (Debye lengths from its lower end) and values of a scalar field, in order."""
    field = simulation.field(name)
    z = field.function_space.tabulate_dof_coordinates()[:, 0] * 1e-9 / DEBYE
    order = np.argsort(z)
    return z[order], field.x.array[order]


def advance(
    simulation: Simulation, source: Callable[[float], np.ndarray], end: float, steps: int, order: int = 2
) -> np.ndarray:
    """Concentrations at `end` after equal steps of BDF2, or of backward Euler for `order` 1.

    Times are in λ_D²/D, `source` in the concentration at the start per that time, at the owned nodes.
    """
    stepper, solver = simulation.stepper, simulation.stepper.solver
    equations, formula = solver.species[0], simulation.stepper.formula
    unit = DEBYE**2 / D
    dt = end / steps
    past = [equations.c.copy()] * 2
    volumes = equations.volumes
    for number in range(1, steps + 1):
        added = source(number * dt)
        added = added - volumes @ added / volumes.sum()  # neutral to the last digit on any mesh
        gamma = formula.gamma(dt)
        start = (formula.combination(dt, *past) + dt * added) / gamma
        stepper.older["c_V"][0].x.array[:] = past[1]
        solver.begin(dt * unit / simulation.scaling.time / gamma, [start], [stepper._guess(equations, dt, start)])
        solver.solve(0.0, None, 1e-11)
        past = [equations.c.copy(), past[0]]
        if order == 2:
            formula.took(dt)
    return past[0]


def nodal_error(simulation: Simulation, found: np.ndarray, wanted: np.ndarray) -> float:
    """Root mean square over the body of the difference of two fields of concentrations."""
    volumes = simulation.stepper.solver.species[0].volumes
    return float(np.sqrt(volumes @ (found - wanted) ** 2 / volumes.sum()))
