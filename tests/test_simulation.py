"""Whole runs on a line: command and Python agree; what a run that stops, fails or crashes leaves behind."""

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from phasefield import Simulation, load_case
from phasefield.cli import app
from phasefield.errors import ConvergenceError, ResultError
from phasefield.record import read_record
from phasefield.simulation import run_case

CASE = """\
version = 1
[material]
name = "PbTiO3_Pertsev1998"
[mesh]
kind = "box"
size = ["4 nm"]
spacing = "0.5 nm"
periodic = "x"
[initial]
kind = "stripes"
value = [0, 0.1, 0.6]
normal = [1, 0, 0]
period = "4 nm"
noise = 0.05
[mechanics]
strain = { xx = "free", yy = -0.01, zz = 0.02 }
[time]
mode = "transient"
end = "0.5 ps"
[output]
figure = false
fields = ["P", "phi", "u", "E", "stress"]
"""


@pytest.fixture
def case_file(tmp_path):
    path = tmp_path / "case.toml"
    path.write_text(CASE, encoding="utf-8")
    return path


def rows_of(folder):
    with (folder / "observables.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def round_off(name, values):
    """What equal columns may differ by: mean fields, strains and stresses that vanish are sums of large ones."""
    if name.startswith("mean_strain"):
        return 1e-15
    return 1e-6 if name.startswith(("mean_E", "mean_stress")) else 1e-12 * np.abs(values).max()


def command(*arguments):
    """Exit code of the phasefield command, run in this process."""
    return CliRunner().invoke(app, [str(a) for a in arguments]).exit_code


def test_python_and_command_give_the_same_numbers(case_file, tmp_path):
    result = Simulation(load_case(case_file)).run()
    assert command("run", case_file, "--out", tmp_path / "out") == 0
    rows = rows_of(tmp_path / "out")
    assert set(rows[0]) == set(result.observables)
    for name, values in result.observables.items():
        # Round-off differs from run to run: sums depend on how memory happens to be aligned.
        np.testing.assert_allclose([float(row[name]) for row in rows], values, rtol=1e-9, atol=round_off(name, values))
    record = read_record(tmp_path / "out")
    assert (record["status"], record["steps"]) == ("done", result.steps)
    assert set(record["units"]) == set(rows[0])


def test_stopped_and_continued_equals_undisturbed(case_file, tmp_path):
    undisturbed = Simulation(load_case(case_file)).run(tmp_path / "whole")
    assert command("run", case_file, "--out", tmp_path / "parts", "--max-hours", "0") == 75
    assert read_record(tmp_path / "parts")["status"] == "stopped"
    assert len(rows_of(tmp_path / "parts")) == 2
    assert command("run", case_file, "--out", tmp_path / "parts", "--restart", "latest") == 0
    rows = rows_of(tmp_path / "parts")
    assert [int(row["step"]) for row in rows] == list(range(undisturbed.steps + 1))
    for name in ("time", "energy_total", "mean_P_z", "mean_strain_xx"):
        np.testing.assert_allclose([float(r[name]) for r in rows], undisturbed.observables[name], rtol=1e-9)


def test_run_without_convergence_keeps_its_last_state(case_file, tmp_path):
    case = load_case(case_file, ["time.max_steps=3"])
    with pytest.raises(ConvergenceError, match="max_steps"):
        run_case(case, tmp_path / "out")
    record = read_record(tmp_path / "out")
    assert record["status"] == "failed"
    assert record["reason"].startswith("max_steps")
    assert [path.name for path in (tmp_path / "out" / "checkpoint").iterdir()] == ["step_000000003.h5"]
    assert command("run", case_file, "--out", tmp_path / "new", "--set", "time.max_steps=3") == 3


def test_crash_is_recorded(case_file, tmp_path, monkeypatch):
    simulation = Simulation(load_case(case_file))
    monkeypatch.setattr(simulation.stepper, "run", lambda: (_ for _ in ()).throw(MemoryError("no more")))
    with pytest.raises(MemoryError):
        simulation.run(tmp_path / "out")
    record = json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert (record["status"], record["reason"]) == ("failed", "crashed: MemoryError: no more")


def test_folder_of_another_run_is_refused(case_file, tmp_path):
    case = load_case(case_file)
    run_case(case, tmp_path / "out")
    with pytest.raises(ResultError, match="overwrite"):
        run_case(case, tmp_path / "out")
    assert run_case(case, tmp_path / "out", overwrite=True).status == "done"


def test_fields_in_si(case_file):
    simulation = Simulation(load_case(case_file))
    result = simulation.run()
    last = {name: values[-1] for name, values in result.observables.items()}
    P = simulation.field("P").x.array.reshape(-1, 3)
    assert np.sqrt(np.mean(np.sum(P**2, axis=1))) == pytest.approx(last["rms_P"])
    assert simulation.field("phi").x.array.max() == pytest.approx(last["max_phi"])
    # Equal cells and linear displacements: means over cells are means over the line.
    strain = simulation.field("strain").x.array.reshape(-1, 3, 3).mean(axis=0)
    assert strain[0, 0] == pytest.approx(last["mean_strain_xx"])
    assert strain[1, 2] == pytest.approx(last["mean_strain_yz"], abs=1e-12)
    field = simulation.field("E").x.array.reshape(-1, 3).mean(axis=0)
    assert field == pytest.approx([last[f"mean_E_{axis}"] for axis in "xyz"], abs=1.0)


def test_restart_needs_a_folder(case_file):
    with pytest.raises(ResultError, match="result folder"):
        Simulation(load_case(case_file)).run(restart="latest")


def test_steps_end_where_a_load_turns(case_file):
    loads = ['loads.E={kind="triangle",amplitude="1 MV/m",period="0.4 ps"}', 'electrostatics.applied_field=[0,0,"E"]']
    times = Simulation(load_case(case_file, loads)).run().observables["time"]
    for turn in (0.1e-12, 0.3e-12, 0.5e-12):
        assert np.abs(times - turn).min() < 1e-9 * turn
