"""`time.minimum`: what is at rest is a minimum of the energy, by its curvature along the softest mode."""

from pathlib import Path

import numpy as np
import pytest
from cases_for_tests import laid_over
from newton_cases import FREE
from ranks import on_one_and_two

from phasefield import load_case
from phasefield.errors import CaseError
from phasefield.measure import softest_curvature
from phasefield.simulation import Simulation
from phasefield.stepping.minimum import Minimum

#: Beginning and staying at P = 0, where nothing but the curvature of the energy has a direction.
CASE = {
    "version": 1,
    "material": {"name": "PbTiO3_Pertsev1998"},
    "mesh": {"kind": "box", "size": ["3 nm"], "cells": [6], "periodic": "x"},
    "initial": {"kind": "uniform", "value": [0, 0, 0]},
    "mechanics": FREE,
    "time": {"mode": "relax", "equilibrium": 1e-4, "minimum": True},
}


def test_a_wall_between_nodes_is_left(tmp_path: Path) -> None:
    """Relaxation alone ends where symmetry holds walls half-way between nodes, on one rank and on two."""
    one, two = on_one_and_two("minimum.py", tmp_path)
    for found in (one, two):
        assert found["False"]["curvature"] < 0.0 < found["True"]["curvature"]
        assert found["True"]["energy"] < found["False"]["energy"] * (1.0 + 1e-3)
    assert two["True"] == pytest.approx(one["True"], rel=1e-4)


@pytest.mark.parametrize("degree", [1, 2])
def test_a_crystal_without_polarization_is_left(degree: int) -> None:
    simulation = Simulation(load_case(laid_over(CASE, {"mesh": {"degree": degree}})))
    assert simulation.run().status == "done"
    assert not simulation.stepper.remark
    assert np.linalg.norm(simulation.field("P").x.array.reshape(-1, 3), axis=1) == pytest.approx(0.757, rel=1e-3)
    assert softest_curvature(simulation) > 0.0


def test_every_load_point_is_a_minimum() -> None:
    field = {"kind": "table", "times": [0, 1], "values": ["0 V/m", "20 MV/m"]}
    tables = {
        "electrostatics": {"applied_field": [0, 0, "field"]},
        "loads": {"field": field},
        "time": {"mode": "ramp", "end": 1, "points": 2},
        "output": {"response": ["permittivity"]},
    }
    simulation = Simulation(load_case(laid_over(CASE, tables)))
    columns = simulation.run().observables
    assert not simulation.stepper.remark
    assert np.all(columns["permittivity_zz"][1:] > 0.0)


def test_what_newton_steps_cannot_leave_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Minimum, "MOST_STEPS", 1)
    simulation = Simulation(load_case(CASE))
    assert simulation.run().status == "done"
    assert simulation.stepper.remark.startswith("no minimum")
    assert not simulation.field("P").x.array.any()


@pytest.mark.parametrize("flexo", [{"form": "phase-field literature"}, {"form": "strain gradient", "one_way": True}])
def test_without_an_energy(flexo: dict) -> None:
    with pytest.raises(CaseError, match=r"time.minimum: this flexocoupling has no energy"):
        load_case(CASE | {"flexoelectricity": flexo | {"coefficients": {"f11": 1.0, "f12": 1.0, "f44": 1.0}}})


def test_beside_mobile_defects() -> None:
    species = {"charge": 0, "site_density": 5e28, "concentration": 1e25, "diffusivity": 1e-12}
    with pytest.raises(CaseError, match=r"time.minimum: P beside mobile defects"):
        load_case(CASE | {"defects": {"species": {"V_O": species}}})


def test_too_many_unknowns() -> None:
    with pytest.raises(CaseError, match=r"time.minimum: found \d+ unknowns.*allowed are 10"):
        Simulation(load_case(laid_over(CASE, {"solver": {"newton_unknowns": 10}})))
