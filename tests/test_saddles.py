"""A relaxation does not end at the unstable state between two others, unless it began there exactly."""

import numpy as np
import pytest
from newton_cases import FREE

from phasefield import load_case
from phasefield.simulation import Result, Simulation

PTO = {"name": "PbTiO3_Pertsev1998"}
LINE = {"kind": "box", "size": ["12 nm"], "cells": [24], "axes": "z"}


def relaxed(initial: dict, mesh: dict, **tables: object) -> tuple[Simulation, Result]:
    case = {"version": 1, "material": PTO, "initial": initial, "mesh": mesh, **tables}
    simulation = Simulation(load_case(case))
    result = simulation.run()
    assert result.status == "done"
    return simulation, result


@pytest.mark.parametrize("degree", [1, 2])
@pytest.mark.parametrize("amplitude", [1e-3, 1e-6, 1e-9])
def test_noise_grows_however_small(amplitude: float, degree: int) -> None:
    """Without polarization the driving field of small noise is far below the tolerance, but no equilibrium."""
    mesh = {"kind": "box", "size": ["4.8 nm"] * 2, "cells": [12, 12], "periodic": "xy", "degree": degree}
    simulation, result = relaxed({"kind": "noise", "amplitude": amplitude}, mesh, mechanics=FREE)
    assert not simulation.stepper.remark
    assert np.abs(simulation.field("P").x.array).max() > 0.5
    assert result.observables["energy_total"][-1] < 0.0


def test_symmetry_is_kept_and_reported() -> None:
    simulation, _ = relaxed({"kind": "uniform", "value": [0, 0, 0]}, LINE)
    assert not simulation.field("P").x.array.any()
    assert simulation.stepper.remark.startswith("saddle")


def test_depolarization_can_hold_a_film_without_polarization() -> None:
    """An insulated film that is compressed in its plane: the energy of P_z falls locally, but its charges forbid it."""
    mechanics = {"strain": {"xx": -0.03, "yy": -0.03}}
    noise = {"kind": "noise", "amplitude": 1e-3}
    simulation, result = relaxed(noise, LINE, mechanics=mechanics, time={"equilibrium": 1e-6})
    assert simulation.problem.polarization.mean_curvature()[2, 2] < 0.0
    assert not simulation.stepper.remark
    assert result.observables["mean_P_z"][-1] == pytest.approx(0.0, abs=1e-6)
