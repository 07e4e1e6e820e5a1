"""The loop of cases/hysteresis, with fewer load points."""

import runpy
from pathlib import Path

from phasefield.case import load_case
from phasefield.simulation import Simulation

CASE = Path(__file__).parents[2] / "cases" / "hysteresis"


def test_uniform_crystal_switches_at_the_thermodynamic_coercive_field() -> None:
    study = runpy.run_path(str(CASE / "study.py"))
    loop = Simulation(load_case(CASE / "case.toml", ["time.points=250"])).run().observables
    field, P = loop["mean_E_z"], loop["mean_P_z"]
    coercive, half_step = study["coercive_field"](field, P)
    assert half_step <= 0.21e6
    assert abs(coercive - study["THERMODYNAMIC"]) <= half_step
    # The loop is closed and symmetric: both branches saturate alike.
    assert abs(P.max() + P.min()) < 1e-4 * P.max()
