"""Diffusion along one axis of a crystal is not that along another, and turns with the crystal."""

import numpy as np
import pytest
from ions import DEBYE, D, case_of, started, vacancy

AMPLITUDE = 1e-6


@pytest.mark.parametrize(("direction", "factor"), [((1, 0, 0), 1.0), ((0, 1, 0), 0.25), ((1, 1, 0), 0.625)])
def test_rate_of_a_wave(direction: tuple[int, int, int], factor: float) -> None:
    """A wave along a direction n of the crystal decays at k² n·Dn; here in one step of the implicit Euler method."""
    length, cells = 4.0 * DEBYE, 200
    mesh = {"kind": "box", "size": [length], "cells": [cells], "axes": "x"}
    species = vacancy(charge=0, anisotropy=[1.0, 0.25, 0.5])
    tables = {"electrostatics": {"enabled": False}, "crystal": {"x": direction}}
    simulation = started(case_of(mesh, {"V": species}, []) | tables)
    solver, equations = simulation.stepper.solver, simulation.stepper.solver.species[0]
    k = np.pi / length
    x = equations.species.space.tabulate_dof_coordinates()[:, 0] * 1e-9
    wave = np.cos(k * x)
    equations.species.set(1.0 + AMPLITUDE * wave)
    start = equations.c.copy()
    duration = 1.0 / (D * k**2)
    solver.begin(duration / simulation.scaling.time, [start])
    solver.solve(0.0, None, 1e-12)
    amplitudes = [float(equations.volumes @ (wave * (c / c.mean() - 1.0))) for c in (start, equations.c)]
    left = amplitudes[1] / amplitudes[0]
    assert left == pytest.approx(1.0 / (1.0 + factor), rel=1e-4)
