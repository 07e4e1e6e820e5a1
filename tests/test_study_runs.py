"""Studies that run: what is kept, continued, refused and gathered, on this machine and as tasks of a job array."""

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from studies_for_tests import CASE, write_study
from typer.testing import CliRunner

from phasefield.cli import app
from phasefield.plot import plot_results
from phasefield.record import read_record
from phasefield.study import run_study

EXAMPLES = Path(__file__).parents[1] / "examples" / "slurm"
#: 200 steps of backward Euler, a second or two, of a crystal that leaves an unstable state.
LONG = {
    "initial.value": [0.0, 0.0, 0.01],
    "time": {"mode": "transient", "scheme": "backward-euler", "steps": [1e-13] * 200},
}


def command(*arguments):
    return [sys.executable, "-m", "phasefield", "study", *map(str, arguments)]


def study(*arguments):
    return CliRunner().invoke(app, ["study", *map(str, arguments)])


def table(folder):
    with (folder / "study.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def starts(folder):
    return {path.parent.name: json.loads(path.read_text())["start"] for path in folder.glob("*/run.json")}


def wait_for_rows(file, number):
    """Wait until an observables.csv has so many lines."""
    deadline = time.monotonic() + 60.0
    while not file.exists() or file.read_bytes().count(b"\n") < number:
        assert time.monotonic() < deadline, f"{file} has no {number} lines"
        time.sleep(0.02)


# --- on this machine ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def grown(tmp_path_factory):
    """A study that was run, failed in one member, was mended, grew by a member, and each of these sessions."""
    folder = tmp_path_factory.mktemp("grown")
    axes = {"material.temperature": ["25 degC", "100 degC"]}
    few = {"failing": {"initial.value": [0.0, 0.0, 0.1], "time.max_steps": 1}}
    file = write_study(folder, {"axes": axes, "members": few, "title": "grown"})
    first = study(file, "--workers", 2)
    results = folder / "results" / "study"
    after_first = starts(results), table(results)
    mended = few["failing"] | {"time.max_steps": 100}
    write_study(folder, {"axes": axes, "members": {"failing": mended, "fine": {"mesh.cells": [4]}}, "title": "grown"})
    second = study(folder)
    return folder, (first, *after_first), (second, starts(results), table(results))


def test_a_failure_is_told_by_name_and_stops_no_other(grown):
    _, (first, _, rows), _ = grown
    assert first.exit_code == 3
    assert "failed: failing: max_steps: driving field" in first.stderr
    assert [(row["member"], row["status"]) for row in rows] == [
        ("temperature=25degC", "done"),
        ("temperature=100degC", "done"),
        ("failing", "failed"),
    ]
    assert rows[2]["energy_total"] == "" and rows[2]["material.temperature"] == ""


def test_what_is_done_is_kept_and_the_rest_is_run(grown):
    folder, (_, before, _), (second, after, rows) = grown
    assert second.exit_code == 0, second.stderr
    assert "4 members, 2 to run" in second.stderr
    kept = {"temperature=25degC", "temperature=100degC"}
    assert {name for name in before if before[name] == after[name]} == kept
    assert [row["status"] for row in rows] == ["done"] * 4
    # The failed one went on from its checkpoint: a larger number of steps is no other run.
    record = read_record(folder / "results" / "study" / "failing")
    assert [segment["status"] for segment in record["segments"]] == ["failed"]


def test_table_holds_the_ends_of_the_runs_in_si(grown):
    folder, _, (_, _, rows) = grown
    results = folder / "results" / "study"
    for row in rows:
        with (results / row["member"] / "observables.csv").open(encoding="utf-8", newline="") as file:
            last = list(csv.DictReader(file))[-1]
        assert {name: row[name] for name in last if name in row} == {n: v for n, v in last.items() if n in row}
        assert len(last.keys() & row.keys()) > 30
    assert [float(row["material.temperature"]) for row in rows[:2]] == [298.15, 373.15]
    units = json.loads((results / "study.json").read_text())["units"]
    assert (units["material.temperature"], units["mean_P_z"], units["energy_total"]) == ("K", "C/m^2", "J/m^2")
    (results / "study.png").unlink()
    assert plot_results(results) == [results / "study.png"]
    assert (results / "study.png").stat().st_size > 10_000


def test_a_changed_case_is_refused_until_it_may_be_overwritten(grown):
    folder, _, (_, before, _) = grown
    refused = study(folder, "--set", "members.fine.mesh.cells=[5]")
    assert refused.exit_code == 2
    assert "fine: mesh.cells: [4] -> [5]" in refused.stderr and "--overwrite" in refused.stderr
    listed = study(folder, "--set", "members.fine.mesh.cells=[5]", "--list")
    assert listed.exit_code == 0 and "mesh.cells: [4] -> [5]" in listed.stdout
    assert starts(folder / "results" / "study") == before
    columns = ("--set", "table.columns=['mean_P_z', 'max(rms_P)']")
    replaced = study(folder, "--set", "members.fine.mesh.cells=[5]", *columns, "--overwrite")
    assert replaced.exit_code == 0, replaced.stderr
    after = starts(folder / "results" / "study")
    assert {name for name in after if before[name] != after[name]} == {"fine"}
    rows = table(folder / "results" / "study")
    assert list(rows[0]) == ["member", "material.temperature", "status", "mean_P_z", "max(rms_P)"]


def test_a_column_that_was_not_written_is_named_and_nothing_is_lost(grown):
    folder, _, _ = grown
    done = study(folder / "results" / "study", "--gather")
    assert done.exit_code == 0, done.stderr
    wrong = study(folder, "--set", "members.fine.mesh.cells=[5]", "--set", "table.columns=['rms_E']", "--gather")
    assert wrong.exit_code == 2 and 'the runs wrote no "rms_E"' in wrong.stderr


def test_ranks_of_a_member_and_its_analysis(tmp_path):
    write_study(tmp_path, {"members": {"two": {"mesh.cells": [8]}}})
    (tmp_path / "study.py").write_text(
        "def analyse(results):\n"
        "    [member] = results\n"
        "    return member.final['rms_P'], member.snapshot().points.shape\n"
    )
    session = run_study(tmp_path, tmp_path / "out", ["run.ranks=2"])
    assert read_record(tmp_path / "out" / "two")["ranks"] == 2
    assert session.analysis == (pytest.approx(0.757, abs=1e-3), (9, 3))
    assert session.failed == () and not session.stopped
    assert session.files == (tmp_path / "out" / "study.csv",)  # without axes there is nothing to draw


# --- stopped and continued ------------------------------------------------------------------------------------


def test_a_stopped_study_goes_on_and_completes(tmp_path):
    write_study(tmp_path, {"members": {"one": LONG, "two": LONG | {"material.temperature": 400}}})
    out = tmp_path / "results" / "study"
    process = subprocess.Popen(command(tmp_path), stderr=subprocess.PIPE, text=True)
    wait_for_rows(out / "one" / "observables.csv", 10)
    busy = study(tmp_path, "--only", "one")  # while another session runs it
    assert busy.exit_code == 3 and "one: another session is running it" in busy.stderr
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 75
    assert f"go on with: phasefield study {out}" in errors
    assert read_record(out / "one")["status"] == "stopped" and not (out / "two" / "run.json").exists()
    again = study(out, "--workers", 2)
    assert again.exit_code == 0, again.stderr
    assert [segment["status"] for segment in read_record(out / "one")["segments"]] == ["stopped"]
    steps = [int(row.split(",")[0]) for row in (out / "one" / "observables.csv").read_text().splitlines()[1:]]
    assert steps == list(range(201))


# --- as a job array -------------------------------------------------------------------------------------------


@pytest.fixture
def slurm(tmp_path):
    """Stands in for SLURM: the file in which `scontrol` writes what it is asked, and the PATH to find the commands."""
    asked = tmp_path / "asked"
    programs = {
        "scontrol": f'echo "$@" >>{asked}',
        "srun": 'exec "$@"',
        "phasefield": f'exec {sys.executable} -m phasefield "$@"',
    }
    for name, script in programs.items():
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    return asked, f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"


def test_a_job_array_runs_one_member_per_task(tmp_path, slurm):
    asked, path = slurm
    write_study(
        tmp_path,
        {"members": {"long": LONG, "short": {"mesh.cells": [4]}}, "slurm": {"options": {"time": "01:00:00"}}},
    )
    out = tmp_path / "results" / "study"
    written = study(tmp_path, "--slurm", "--workers", 3)
    assert written.exit_code == 0, written.stderr
    assert f"sbatch {out / 'array.sh'}" in written.stdout
    script = (out / "array.sh").read_text()
    assert "#SBATCH --array=0-1%3\n" in script and "#SBATCH --time=01:00:00\n" in script
    assert subprocess.run(["bash", "-n", out / "array.sh"], check=False).returncode == 0
    (tmp_path / "study.toml").unlink()  # the plan was kept

    def task(number):
        variables = {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": str(number), "PATH": path}
        return subprocess.Popen([out / "array.sh"], env=os.environ | variables)

    tasks = task(0), task(1)
    wait_for_rows(out / "long" / "observables.csv", 10)
    tasks[0].send_signal(signal.SIGUSR1)  # the wall time is near
    assert [process.wait(timeout=60) for process in tasks] == [75, 0]
    assert asked.read_text() == "requeue 7_0\n"
    gathered = study(out, "--gather")
    assert gathered.exit_code == 3 and "stopped: long" in gathered.stderr
    assert task(0).wait(timeout=60) == 0
    gathered = study(out, "--gather")
    assert gathered.exit_code == 0, gathered.stderr
    assert [row["status"] for row in table(out)] == ["done", "done"]
    assert "all of 2 members done" in study(out, "--slurm").stdout


def test_a_long_job_is_requeued_and_goes_on(tmp_path, slurm):
    asked, path = slurm
    case = write_study(tmp_path, {}, CASE | {key: value for key, value in LONG.items() if key == "time"}).parent
    out = tmp_path / "out"
    command = ["bash", EXAMPLES / "requeue.sh", case / "case.toml", "--out", out]
    environment = os.environ | {"SLURM_JOB_ID": "8", "PATH": path}
    first = subprocess.Popen(command, env=environment)
    wait_for_rows(out / "observables.csv", 10)
    first.send_signal(signal.SIGUSR1)
    assert first.wait(timeout=60) == 75
    assert asked.read_text() == "requeue 8\n"
    second = subprocess.run(command, env=environment | {"SLURM_RESTART_COUNT": "1"}, check=False, timeout=60)
    assert second.returncode == 0
    assert [segment["status"] for segment in read_record(out)["segments"]] == ["stopped"]


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.sh")), ids=lambda path: path.name)
def test_examples_are_shell(script):
    assert subprocess.run(["bash", "-n", script], capture_output=True, check=False).stderr == b""
