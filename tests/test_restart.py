"""A run that was stopped or killed and continued is the run that was not: bit by bit on as many ranks, else to
round-off."""

import csv
import json
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import cycle
from pathlib import Path

import indented
import numpy as np
import pytest
from continued import DRIFTS, TIMES, assert_same_series, case_of, drift_of, frames, stop_after
from ranks import TESTS, run_on

from phasefield.case import load_case
from phasefield.checkpoint import latest, saved_state
from phasefield.errors import ResultError
from phasefield.record import read_record
from phasefield.simulation import Simulation, run_case

# --- the same number of ranks -------------------------------------------------------------------------------


def run_in_parts(case, folder) -> int:
    """Stop at the places 1, 8, 11, 16, … where a run can stop, and continue; the number of parts."""
    restart = None
    for parts, count in enumerate(cycle((1, 7, 3, 5)), 1):
        simulation = Simulation(case)
        stop_after(simulation, count)
        if simulation.run(folder, restart=restart).status == "done":
            return parts
        restart = "latest"
    raise AssertionError


@pytest.mark.parametrize(
    ("name", "method", "parts"),
    [
        ("relax", "staggered", 5),
        ("transient", "staggered", 5),
        ("ramp", "staggered", 5),
        ("backward-euler", "staggered", 2),
        ("relax", "newton", 3),
        ("ramp", "newton", 4),
    ],
)
def test_a_run_in_parts_is_the_undisturbed_run(tmp_path, name, method, parts):
    """Also from within a load point, with a history of the acceleration, and with fields written at a stop."""
    case = load_case(case_of(name, solver={"method": method}))
    run_case(case, tmp_path / "whole")
    assert run_in_parts(case, tmp_path / "parts") >= parts
    assert_same_series(tmp_path / "parts", tmp_path / "whole")


def test_a_pressed_body_in_parts_is_the_undisturbed_one(tmp_path):
    """The forces of an indenter are part of the state."""
    case = load_case(indented.SECTION)
    run_case(case, tmp_path / "whole")
    assert run_in_parts(case, tmp_path / "parts") >= 3
    assert_same_series(tmp_path / "parts", tmp_path / "whole")


@pytest.mark.parametrize("name", DRIFTS)
def test_drift_in_parts_is_the_undisturbed_drift(tmp_path, name):
    case = load_case(drift_of(name))
    run_case(case, tmp_path / "whole")
    assert run_in_parts(case, tmp_path / "parts") >= 3
    assert_same_series(tmp_path / "parts", tmp_path / "whole")


def test_what_was_written_after_the_checkpoint_is_cut(tmp_path):
    """A run that dies after writing output goes on from a checkpoint before it: no time comes twice."""
    case = load_case(case_of("relax", output={"figure": False, "every_steps": 1, "checkpoint_every": 5}))
    run_case(case, tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "dead")
    early = sorted((tmp_path / "dead" / "checkpoint").iterdir())[0]
    with (tmp_path / "dead" / "observables.csv").open("a", encoding="utf-8") as file:
        file.write("999,0.1,")
    run_case(case, tmp_path / "dead", restart=str(early))
    assert_same_series(tmp_path / "dead", tmp_path / "whole")


def test_a_checkpoint_begins_a_folder_of_its_own(tmp_path):
    case = load_case(case_of("transient"))
    run_case(case, tmp_path / "first", max_hours=0.0)
    checkpoint = next((tmp_path / "first" / "checkpoint").iterdir())
    run_case(case, tmp_path / "second", restart=str(checkpoint))
    with (tmp_path / "second" / "observables.csv").open(encoding="utf-8") as file:
        assert next(csv.DictReader(file))["step"] == "2"
    run_case(case, tmp_path / "first", restart="latest")
    assert (
        (tmp_path / "first" / "observables.csv")
        .read_text()
        .endswith((tmp_path / "second" / "observables.csv").read_text().partition("\n")[2])
    )


def test_two_ranks_go_on_bit_by_bit(tmp_path):
    cases = {name: case_of(name) for name in ("relax", "transient", "ramp")}
    cases["newton"] = case_of("relax", solver={"method": "newton"})
    bent = {"kind": "expression", "value": [0, "y*k*sin(q*x)", 0], "parameters": {"k": 0.01, "q": 2e9 * np.pi / 5}}
    flexo = {"coefficients": {"f11": 1.0, "f12": 1.0, "f44": 0.5}, "form": "strain gradient"}
    cases["prescribed"] = case_of("relax", mechanics={"prescribed": bent}, flexoelectricity=flexo)
    arguments = []
    for name, case in cases.items():
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps(case))
        arguments.append(f"{name}={path}")
    run_on(2, "run_part.py", tmp_path / "whole", "whole", *arguments)
    for part in ("first", "rest"):
        run_on(2, "run_part.py", tmp_path / "parts", part, *arguments)
    for name in cases:
        assert_same_series(tmp_path / "parts" / name, tmp_path / "whole" / name)
    u = list(frames(tmp_path / "parts" / "prescribed").values())[-1]["u"]
    assert np.abs(u).max() == pytest.approx(0.01 * 4e-9 * np.sin(2 * np.pi * 0.2), rel=1e-9)


# --- what is refused, and when ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stopped(tmp_path_factory) -> Path:
    """A relaxation stopped after its first step."""
    folder = tmp_path_factory.mktemp("stopped")
    run_case(load_case(case_of("relax")), folder, max_hours=0.0)
    return folder


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({}, {}, r"holds a run already.*--restart latest.*--overwrite"),
        ({"crystal": {"x": [1, 1, 0]}}, {"restart": "latest"}, r"crystal\.x: .* -> \[1\.0, 1\.0, 0\.0\]"),
        ({"time": TIMES["transient"]}, {"restart": "latest"}, r'time\.mode: "relax" -> "transient"'),
        ({}, {"restart": "nowhere.h5"}, r"no checkpoint found at nowhere\.h5.*--overwrite"),
    ],
)
def test_what_cannot_begin_is_refused_before_the_set_up(stopped, monkeypatch, changes, options, message):
    monkeypatch.setattr(Simulation, "__init__", lambda *_: pytest.fail("set up"))
    before = (stopped / "run.json").read_text()
    with pytest.raises(ResultError, match=message):
        run_case(load_case(case_of("relax", **changes)), stopped, **options)
    assert (stopped / "run.json").read_text() == before


def test_another_list_of_steps_is_refused(tmp_path):
    case = case_of("backward-euler")
    run_case(load_case(case), tmp_path, max_hours=0.0)
    other = {**case, "time": {**case["time"], "steps": [3e-14, 1e-14]}}
    with pytest.raises(ResultError, match=r"time\.steps: the checkpoint comes after 1 steps"):
        run_case(load_case(other), tmp_path, restart="latest")


# --- wall time and signals ----------------------------------------------------------------------------------


@pytest.mark.parametrize("received", [signal.SIGTERM, signal.SIGUSR1])
def test_a_signal_within_a_load_point_stops_there(tmp_path, monkeypatch, received):
    simulation = Simulation(load_case(case_of("ramp")))
    advance = simulation.stepper.relaxation.__class__.advance

    def signalled(self, now):
        signal.raise_signal(received)
        return advance(self, now)

    monkeypatch.setattr(simulation.stepper.relaxation.__class__, "advance", signalled)
    assert simulation.run(tmp_path).status == "stopped"
    assert read_record(tmp_path)["reason"] == "wall time or signal"
    state = saved_state(tmp_path / "checkpoint")["stepper"]
    assert (state["point"], state["relaxed"]) == (0, 1)


def test_checkpoints_follow_the_wall_time_within_a_load_point(tmp_path, monkeypatch):
    """One tick of the clock per look at it; a checkpoint every 10 ticks."""
    ticks = iter(range(10**6))
    monkeypatch.setattr("phasefield.runfiles.time.monotonic", lambda: next(ticks))
    found = []
    monkeypatch.setattr(
        "phasefield.runfiles.save_checkpoint", lambda *arguments: found.append((arguments[3]["step"], arguments[4]))
    )
    case = case_of("ramp", output={"figure": False, "checkpoint_wall_time": 10.0})
    run_case(load_case(case), tmp_path)
    assert len(found) > 2 and any(inner for _, inner in found) and found == sorted(set(found))


# --- kills --------------------------------------------------------------------------------------------------


def last_row(folder: Path) -> int:
    """Step of the last complete row of observables."""
    lines = (folder / "observables.csv").read_text().splitlines(keepends=True)
    complete = [line for line in lines[1:] if line.endswith("\n")]
    return int(complete[-1].partition(",")[0]) if complete else -1


def last_checkpoint(folder: Path) -> str:
    """Name of the last checkpoint, later than those before in the order of texts; empty if there is none."""
    path = latest(folder / "checkpoint")
    return path.stem if path else ""


def run_killed(case: Path, folder: Path, delays: random.Random, longest: float) -> int:
    """Run and kill until the run is done; the number of kills. At most one checkpoint interval is lost each time.

    A process that is killed before it wrote a checkpoint was in vain, and the next may live longer: reading a
    checkpoint and taking one step need a time that is not known.
    """
    allowed, before = longest, ""
    for kills in range(100):
        delay = delays.uniform(0.02, allowed)
        program = [sys.executable, TESTS / "programs" / "run_until_killed.py", case, folder, delay]
        done = subprocess.run(list(map(str, program)), capture_output=True, text=True)
        if done.returncode == 0:
            return kills
        assert done.returncode == -signal.SIGALRM, done.stderr
        now = last_checkpoint(folder)
        if now:
            assert saved_state(folder / "checkpoint")["step"] >= last_row(folder) - 1
        else:
            assert not (folder / "observables.csv").exists() or last_row(folder) <= 1
        allowed = longest if now > before else 1.2 * allowed
        before = now
    raise AssertionError("never done")


def check_kills(tmp_path: Path, longest: float, seed: int) -> int:
    """Undisturbed run against one that is killed again and again, with a checkpoint at every place; the kills."""
    output = {"figure": False, "every_steps": 1, "checkpoint_wall_time": 1e-9}
    case = case_of("ramp", output=output)
    case["time"] = {**case["time"], "points": 4}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(case))
    run_case(load_case(case), tmp_path / "whole")
    # Not of that run, which may compile.
    started = time.monotonic()
    run_case(load_case(case), tmp_path / "timed")
    duration = time.monotonic() - started
    kills = run_killed(path, tmp_path / "killed", random.Random(seed), longest * duration)
    assert_same_series(tmp_path / "killed", tmp_path / "whole")
    return kills


def test_kills_lose_nothing_but_time(tmp_path):
    assert check_kills(tmp_path, longest=0.6, seed=1) >= 2


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 5))
def test_many_kills_lose_nothing_but_time(tmp_path, seed):
    assert check_kills(tmp_path, longest=0.2, seed=seed) >= 5


# --- other numbers of ranks ---------------------------------------------------------------------------------

#: What makes 1e-10 meaningful on another number of ranks: linear solves to round-off, and few enough steps that
#: round-off is not amplified (noise grows fastest at first), or an equilibrium much closer than 1e-10.
TIGHT = {"linear_tolerance": 1e-13, "mechanics_tolerance": 1e-13, "newton_tolerance": 1e-12}


@pytest.fixture(scope="module")
def tight_cases(tmp_path_factory) -> dict[str, Path]:
    """Case files by mode."""
    folder = tmp_path_factory.mktemp("cases")
    paths = {}
    for name in TIMES:
        case = case_of(name, solver=TIGHT)
        if "equilibrium" in case["time"]:
            case["time"] = {**case["time"], "equilibrium": 1e-12}
        paths[name] = folder / f"{name}.json"
        paths[name].write_text(json.dumps(case))
    return paths


@pytest.mark.parametrize(
    ("first", "rest"), [(2, 1), (1, 2), pytest.param(2, 3, marks=pytest.mark.long)], ids=lambda ranks: str(ranks)
)
def test_a_run_goes_on_on_another_number_of_ranks(tmp_path, tight_cases, first, rest):
    arguments = [f"{name}={path}" for name, path in tight_cases.items()]
    run_on(first, "run_part.py", tmp_path, "first", *arguments)
    run_on(rest, "run_part.py", tmp_path, "rest", *arguments)
    for name, path in tight_cases.items():
        run_case(load_case(json.loads(path.read_text())), tmp_path / "whole" / name)
        found, wanted = (list(frames(folder / name).values())[-1] for folder in (tmp_path, tmp_path / "whole"))
        for field in ("P", "phi", "u"):
            assert np.abs(found[field] - wanted[field]).max() < 1e-10 * np.abs(wanted[field]).max(), (name, field)
