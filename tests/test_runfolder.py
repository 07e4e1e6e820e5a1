"""The result folder: run.json tells the whole run, and runs are never mixed."""

import json
import subprocess

import numpy as np
import pytest
from mpi4py import MPI
from ranks import run_on

from phasefield import __version__, provenance
from phasefield.errors import ResultError
from phasefield.record import case_hash, differences, identity, read_record
from phasefield.runfolder import RunFolder

CASE = {
    "version": 1,
    "title": "film",
    "material": {"name": "PbTiO3", "temperature": 300.0},
    "mesh": {"kind": "box", "size": [1e-8, 1e-8]},
    "time": {"mode": "relax", "max_steps": 10},
    "output": {"every_steps": 5},
}
HOT = {**CASE, "material": {"name": "PbTiO3", "temperature": 350.0}}


def make(path, case=CASE, **options) -> RunFolder:
    return RunFolder.create(path, MPI.COMM_SELF, case, **options)


def test_new_run_is_recorded_before_it_computes(tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "4711")
    folder = make(tmp_path / "a" / "b")
    record = json.loads(folder.run_json.read_text())
    assert record["status"] == "running"
    assert record["case"] == CASE
    assert record["case_sha256"] == case_hash(CASE)
    assert record["geometry"] == {"unit": "nm"}
    assert record["ranks"] == 1 and len(record["hosts"]) == 1
    assert record["slurm"] == {"job": "4711"}
    assert record["versions"]["phasefield"] == __version__
    assert all(record["versions"][name][0].isdigit() for name in ("dolfinx", "petsc", "numpy"))
    assert record["end"] is None


def test_updates_merge_and_finish_closes(tmp_path):
    folder = make(tmp_path)
    folder.update(steps=np.int64(5), timings={"assembly": 1.5}, citations=["Li 2005"])
    folder.update(timings={"solve": np.float64(2.5)}, units={"energy_total": "J"})
    folder.finish("done", "equilibrium reached", steps=7)
    record = read_record(tmp_path)
    assert record["steps"] == 7
    assert record["timings"] == {"assembly": 1.5, "solve": 2.5}
    assert record["citations"] == ["Li 2005"]
    assert (record["status"], record["reason"]) == ("done", "equilibrium reached")
    assert record["end"] >= record["start"]
    assert 10e6 < record["peak_memory"] < 100e9


def test_hash_ignores_key_order_only():
    assert case_hash(CASE) == case_hash(dict(reversed(CASE.items())))
    assert case_hash(CASE) != case_hash(HOT)


def test_a_continuation_shares_physics_mode_and_load_step():
    def with_time(**time):
        return identity({**CASE, "time": {"scheme": "adaptive", **time}})

    sweep = with_time(mode="ramp", end=1e-9, points=10, max_steps=5)
    assert sweep == with_time(mode="ramp", end=3e-9, points=30, max_steps=9)
    assert differences(sweep, with_time(mode="ramp", end=1e-9, points=20)) == ["time.load_step: 1e-10 -> 5e-11"]
    assert differences(with_time(mode="relax"), with_time(mode="transient", end=1.0)) == [
        'time.mode: "relax" -> "transient"'
    ]
    cold = with_time(mode="relax")
    hot = identity({**HOT, "time": {"scheme": "adaptive", "mode": "relax"}})
    assert differences(cold, hot) == ["case.material.temperature: 300.0 -> 350.0"]


def test_folder_with_another_run_is_refused(tmp_path):
    make(tmp_path)
    with pytest.raises(ResultError, match=r"holds a run already \(run.json\).*--overwrite"):
        make(tmp_path)


@pytest.mark.parametrize("name", ["observables.csv", "fields.h5", "checkpoint/step_000000001.h5"])
def test_left_overs_without_run_json_count_as_a_run(tmp_path, name):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()
    with pytest.raises(ResultError, match="holds a run already"):
        make(tmp_path)


def test_overwrite_removes_the_old_run_and_nothing_else(tmp_path):
    old = ["observables.csv", "fields.xdmf", "fields.h5", "run.log"]
    old += ["checkpoint/step_000000001.h5", "figures/domains.png"]
    mine = ["case.toml", "notes.txt", "figures/drawing.svg"]
    make(tmp_path)
    for name in old + mine:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    make(tmp_path, HOT, overwrite=True)
    assert [name for name in old if (tmp_path / name).exists()] == []
    assert [name for name in mine if not (tmp_path / name).exists()] == []
    assert read_record(tmp_path)["case"] == HOT


def test_files_of_the_user_do_not_hinder_a_new_run(tmp_path):
    (tmp_path / "case.toml").touch()
    assert make(tmp_path).record["segments"] == []


def test_restart_keeps_the_history_of_the_run(tmp_path):
    first = make(tmp_path)
    first.update(units={"energy_total": "J"}, citations=["Li 2005"])
    first.finish("stopped", "wall time", steps=10)
    longer = {**CASE, "time": {"mode": "relax", "max_steps": 99}}
    second = make(tmp_path, longer, restart=True)
    second.finish("failed", "no convergence", steps=12)
    third = make(tmp_path, longer, restart=True)
    assert [s["reason"] for s in third.record["segments"]] == ["wall time", "no convergence"]
    assert [s["steps"] for s in third.record["segments"]] == [10, 12]
    assert make(tmp_path, longer, restart=True).record["segments"][2]["reason"].startswith("ended without a word")
    assert third.record["status"] == "running"
    assert third.record["units"] == {"energy_total": "J"}
    assert third.record["case"] == longer


def test_restart_of_another_case_names_what_differs(tmp_path):
    make(tmp_path)
    with pytest.raises(ResultError, match=r"material\.temperature: 300\.0 -> 350\.0"):
        make(tmp_path, HOT, restart=True)
    assert read_record(tmp_path)["case"] == CASE


def test_restart_into_a_new_folder_begins_there(tmp_path):
    assert make(tmp_path / "new", restart=True).record["segments"] == []


def test_restart_and_overwrite_exclude_each_other(tmp_path):
    with pytest.raises(ResultError, match="not both"):
        make(tmp_path, restart=True, overwrite=True)


def test_tuples_of_the_case_compare_as_lists_of_the_file(tmp_path):
    case = {**CASE, "mesh": {"kind": "box", "size": (1e-8, 1e-8)}}
    make(tmp_path, case)
    make(tmp_path, case, restart=True)


def test_differences_name_missing_and_changed_leaves():
    assert differences({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "d": [3]}}) == [
        "a.c: 2 -> null",
        "a.d: null -> [3]",
    ]


@pytest.mark.parametrize(("text", "message"), [("{", "not readable"), ('{"format": 9}', "layout 9")])
def test_unreadable_record_is_an_error(tmp_path, text, message):
    (tmp_path / "run.json").write_text(text)
    with pytest.raises(ResultError, match=message):
        read_record(tmp_path)


def test_folder_without_record_is_named(tmp_path):
    with pytest.raises(ResultError, match=r"no run\.json"):
        read_record(tmp_path)


def test_no_half_written_record_is_left(tmp_path):
    folder = make(tmp_path)
    with pytest.raises(TypeError, match="cannot be written"):
        folder.update(bad=object())
    assert read_record(tmp_path)["status"] == "running"
    assert [p.name for p in tmp_path.iterdir()] == ["run.json"]


def test_git_state_of_a_checkout(tmp_path):
    def git(*arguments):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    module = tmp_path / "package" / "module.py"
    module.parent.mkdir()
    module.write_text("")
    assert provenance.git_state(module) is None
    git("init")
    git("add", ".")
    git("commit", "-m", "x")
    state = provenance.git_state(module)
    assert len(state["commit"]) == 40 and state["dirty"] is False
    module.write_text("changed")
    assert provenance.git_state(module) == {**state, "dirty": True}


def test_on_two_ranks_one_writes_and_all_know(tmp_path):
    run_on(2, "make_folder.py", tmp_path)
    record = read_record(tmp_path / "run")
    assert record["ranks"] == 2
    assert record["status"] == "done"
    assert len(record["hosts"]) == 1
