"""Drift and diffusion coupled with Gauss's law and P: a manufactured solution, and its orders in space and time.

c = c0 [1 + a(t) C], ψ = z e φ/kT = a(t) C/(d k² λ²) with C = Π cos(k x_i) solve Gauss's law as they are, with no field
and no flux across the sides; the source of defects that they need follows from ∂c/∂t = D ∇·[∇c + c (1 − c/c_max) ∇ψ].
"""

import numpy as np
import pytest
from ions import CONCENTRATION, DEBYE, advance, case_of, nodal_error, started, vacancy

from phasefield.simulation import Simulation

SITES = 4.0  # c_max/c0
LENGTH = 4.0  # of a side, in Debye lengths, the unit of length here; that of time is λ²/D
K = np.pi / LENGTH
AMPLITUDE = 0.5


class Exact:
    """Concentration (c0) and its source at points (d, n), with d the dimension."""

    def __init__(self, x: np.ndarray):
        self.dim = len(x)
        cosines, sines = np.cos(K * x), np.sin(K * x)
        self.C = cosines.prod(axis=0)
        others = [np.delete(cosines, i, axis=0).prod(axis=0) for i in range(self.dim)]
        self.gradient = K**2 * sum((s * o) ** 2 for s, o in zip(sines, others, strict=True))

    def c(self, t: float) -> np.ndarray:
        return 1.0 + AMPLITUDE * np.cos(t) * self.C

    def source(self, t: float) -> np.ndarray:
        a, c = AMPLITUDE * np.cos(t), self.c(t)
        diffusion = -a * self.dim * K**2 * self.C
        drift = (1.0 - 2.0 * c / SITES) * a**2 * self.gradient / (self.dim * K**2) - c * (1.0 - c / SITES) * a * self.C
        return -AMPLITUDE * np.sin(t) * self.C - diffusion - drift


def problem(dim: int, cells: int, cell: str = "simplex") -> tuple[Simulation, Exact]:
    """A cube of the dimension in the exact state at t = 0, and the exact solution at its owned nodes."""
    mesh = {"kind": "box", "size": [LENGTH * DEBYE] * dim, "cells": [cells] * dim, "cell": cell}
    species = {"V": vacancy(site_density=SITES * CONCENTRATION)}
    simulation = started(case_of(mesh, species, [], {"mode": "transient", "end": 1.0}))
    equations = simulation.stepper.solver.species[0]
    x = equations.species.space.tabulate_dof_coordinates()[: equations.species.owned, :dim].T * 1e-9 / DEBYE
    exact = Exact(x)
    equations.species.set(exact.c(0.0))
    return simulation, exact


@pytest.mark.parametrize(
    ("dim", "cell", "cells"),
    [
        (1, "simplex", (8, 16, 32, 64)),
        (2, "simplex", (8, 16, 32)),
        pytest.param(2, "tensor", (8, 16, 32), marks=pytest.mark.long),
    ],
)
def test_second_order_in_space(dim, cell, cells):
    errors = []
    for n in cells:
        simulation, exact = problem(dim, n, cell)
        found = advance(simulation, exact.source, 0.4, n)
        errors.append(nodal_error(simulation, found, exact.c(0.4)))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders[-2:] > 1.9).all(), (errors, orders)


@pytest.mark.parametrize("order", [1, 2])
def test_order_in_time(order):
    """Against a fine step on the same mesh: one for backward Euler, two for BDF2."""
    simulation, exact = problem(1, 12)
    reference = advance(simulation, exact.source, 1.0, 320)
    errors = []
    for steps in (10, 20, 40):
        simulation, exact = problem(1, 12)
        errors.append(nodal_error(simulation, advance(simulation, exact.source, 1.0, steps, order), reference))
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert (orders > order - 0.15).all(), (errors, orders)
