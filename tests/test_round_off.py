"""A relaxation asked for more than doubles hold ends at round-off, and says so."""

import numpy as np
import pytest
from continued import case_of

from phasefield.case import load_case
from phasefield.record import read_record
from phasefield.simulation import Simulation, run_case
from phasefield.solvers.roundoff import attainable_field, blind

UNATTAINABLE = 1e-17


def unattainable(name: str, spacing: float = 1e-9, degree: int = 1) -> dict:
    case = case_of(name)
    mesh = {**case["mesh"], "spacing": spacing, "degree": degree}
    return {**case, "mesh": mesh, "time": {**case["time"], "equilibrium": UNATTAINABLE, "max_steps": 200}}


@pytest.mark.parametrize(("spacing", "degree"), [(1e-9, 1), (0.5e-9, 1), (1e-9, 2)])
def test_a_relaxation_ends_at_round_off(tmp_path, spacing, degree):
    case = load_case(unattainable("relax", spacing, degree))
    result = run_case(case, tmp_path)
    assert result.status == "done" and result.steps < 100
    record = read_record(tmp_path)
    assert record["status"] == "done"
    assert record["reason"].startswith("round_off: driving field")
    assert "wanted; round-off allows no less than about" in (tmp_path / "run.log").read_text()


def test_every_load_point_of_a_ramp_ends_at_round_off():
    simulation = Simulation(load_case(unattainable("ramp")))
    assert simulation.run().steps == 3
    assert simulation.stepper.remark.startswith("round_off")


def test_what_is_attainable_is_what_a_relaxation_attains():
    """From far away the energy guides; at the end the field is what its measure says, neither far above nor below."""
    simulation = Simulation(load_case(unattainable("relax")))
    simulation.parts.initialize()
    problem = simulation.problem
    start = problem.evaluate()
    before = problem.state()
    assert attainable_field(problem, start) < 1e-12 < 1e-3 < problem.driving_field(start)
    np.testing.assert_array_equal(problem.state(), before)
    assert not blind(problem, start, problem.driving_field(start))
    last = [step for step in simulation.stepper.run() if step][-1]
    assert last.converged
    assert 0.1 < last.residual / attainable_field(problem, problem.evaluate()) <= 1.0


def test_what_can_be_attained_needs_no_remark():
    case = case_of("relax")
    simulation = Simulation(load_case({**case, "time": {**case["time"], "equilibrium": 1e-12}}))
    simulation.run()
    assert simulation.stepper.remark == ""
