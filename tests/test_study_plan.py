"""Study files: what members they stand for, and what is refused before anything runs."""

import json
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studies_for_tests import CASE, write_study

from phasefield.case import load_case, resolved
from phasefield.case.keys import unit_of_key
from phasefield.case.writing import toml
from phasefield.errors import CaseError, ResultError
from phasefield.study.jsonschema import json_schema
from phasefield.study.members import clean
from phasefield.study.plan import read_plan
from phasefield.study.results import gathered
from phasefield.study.session import How, open_plan, prepare
from phasefield.study.slurm import array_script, index_ranges, phasefield_command
from phasefield.study.states import state_of
from phasefield.study.table import LOOPS, csv_text, reduced, split_column, unit_of

ROOT = Path(__file__).parents[1]
CASES = ROOT / "cases"
STUDIES = sorted(
    [
        *(
            file
            for file in CASES.glob("*/*.toml")
            if "study.schema" in file.read_text(encoding="utf-8").partition("\n")[0]
        ),
        *ROOT.glob("examples/**/study.toml"),
    ]
)
#: Studies that begin with the results of another one.
GOES_ON_FROM = {"kept.toml"}
TEMPERATURES = {"material.temperature": ["25 degC", "100 degC"]}


def plan_of(tmp_path, study, *overrides):
    return open_plan(write_study(tmp_path, study), None, overrides)


def names(plan):
    return [member.name for member in plan.members]


def problems(tmp_path, study, *overrides):
    with pytest.raises(CaseError) as caught:
        plan_of(tmp_path, study, *overrides)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["case.toml", "study.toml"]
    return [problem.removeprefix(f"{tmp_path / 'study.toml'}: ") for problem in caught.value.problems]


# --- members --------------------------------------------------------------------------------------------------


def test_axes_are_combined_and_named_members_follow(tmp_path):
    study = {
        "axes": {
            **TEMPERATURES,
            "wall": {"choices": {"sharp": {"mesh.cells[0]": 16}, "soft one": {"mesh": {"cells": [4]}}}},
        },
        "members": {"long": {"mesh": {"size": ["6 nm"]}}},
    }
    plan = plan_of(tmp_path, study)
    assert names(plan) == [
        "temperature=25degC,sharp",
        "temperature=25degC,soft_one",
        "temperature=100degC,sharp",
        "temperature=100degC,soft_one",
        "long",
    ]
    assert plan.members[3].choices == {"material.temperature": 373.15, "wall": "soft one"}
    assert [member.case.mesh.cells for member in plan.members] == [(16,), (4,), (16,), (4,), (8,)]
    assert plan.members[4].case.mesh.size == (6e-9,) and plan.members[4].choices == {}
    assert plan.units == {"material.temperature": "K", "wall": ""}
    assert plan.folder == tmp_path / "results" / "study"


def test_axes_in_their_three_spellings_are_one(tmp_path):
    quoted = plan_of(tmp_path, {"axes": TEMPERATURES})
    dotted = plan_of(tmp_path, {"axes": {"material": {"temperature": ["25 degC", "100 degC"]}}})
    table = plan_of(tmp_path, {"axes": {"T": {"key": "material.temperature", "values": ["25 degC", "100 degC"]}}})
    assert quoted.study == dotted.study
    assert [m.case for m in quoted.members] == [m.case for m in table.members]
    assert names(table) == ["T=25degC", "T=100degC"]


def test_one_value_for_several_keys(tmp_path):
    axis = {"key": ["mechanics.strain.yy", "mechanics.strain.zz"], "values": [0.0, 0.01]}
    plan = plan_of(tmp_path, {"axes": {"misfit": axis}})
    assert [member.choices["misfit"] for member in plan.members] == [0.0, 0.01]
    assert plan.members[1].case.mechanics.strain == {"yy": 0.01, "zz": 0.01}


def test_changes_are_laid_over_tables_and_empty_texts_remove(tmp_path):
    changes = {"mesh": {"cells": "", "spacing": "1 nm"}, "initial": {"kind": "noise", "amplitude": 0.1}}
    [member] = plan_of(tmp_path, {"members": {"other": changes}}).members
    assert member.case.mesh.cells is None and member.case.mesh.spacing == 1e-9
    assert member.case.initial.kind == "noise"  # a table of another kind is replaced as a whole


def test_overrides_reach_the_study_and_all_cases(tmp_path):
    overrides = ("axes.material.temperature=['50 degC']", "mesh.cells[0]=5", "run.workers=3")
    plan = plan_of(tmp_path, {"axes": TEMPERATURES, "members": {"cold": {"material.temperature": 273.15}}}, *overrides)
    assert names(plan) == ["temperature=50degC", "cold"]
    assert {member.case.mesh.cells for member in plan.members} == {(5,)}
    assert plan.study.run.workers == 3


def test_paths_of_members_count_from_the_study_file(tmp_path):
    start = {"initial": {"kind": "file", "path": "start.csv"}}
    (tmp_path / "start.csv").write_text("x,Px,Py,Pz\n0,0,0,0.7\n4,0,0,0.7\n")
    [member] = plan_of(tmp_path, {"members": {"read": start}}).members
    assert member.case.initial.path == str(tmp_path / "start.csv")


@pytest.mark.parametrize(
    "text, expected",
    [("5 nm", "5nm"), ("gradient of P", "gradient_of_P"), ("../a/b", "_a_b"), ("[1, 2]", "_1_2_"), ("-0.01", "-0.01")],
)
def test_names_are_names_of_files(text, expected):
    assert clean(text) == expected


# --- refusals -------------------------------------------------------------------------------------------------


BAD = {
    "unknown table": ({"axis": TEMPERATURES}, 'axis: unknown key; did you mean "axes"?'),
    "unknown key of an axis": (
        {"axes": {"T": {"key": "material.temperature", "value": [1]}}},
        'axes.T.value: unknown key; did you mean "values"?',
    ),
    "axis without values": (
        {"axes": {"T": {"key": "material.temperature"}}},
        'axes.T: found key; expected "key" and "values", or "choices"',
    ),
    "unknown key of the case": (
        {"axes": {"mesh.degre": [1, 2]}},
        'all members: mesh.degre: unknown key; did you mean "degree"?',
    ),
    "wrong value": ({"axes": {"mesh.degree": [1, 3]}}, "degree=3: mesh.degree: found 3; choose one of 1, 2"),
    "equal values": ({"axes": {"mesh.degree": [1, 1]}}, 'two members would be called "degree=1"; use choices'),
    "list that is not there": ({"axes": {"mesh.boundary[0].x": [1, 2]}}, 'x=1: there is no list "boundary"'),
    "name that is no folder": ({"members": {"a b": {}}}, "members.a b: a member is a folder; use letters"),
    "unknown material": ({"members": {"a": {"material.name": "PbTiO3"}}}, 'a: material: unknown material "PbTiO3"'),
    "nothing to vary": ({}, "there is nothing to vary; give axes or members"),
    "unknown reduction": (
        {"axes": TEMPERATURES, "table": {"columns": ["mx(mean_P_z)"]}},
        'table.columns: "mx" is not one of last, first',
    ),
    "unknown observable": (
        {"axes": TEMPERATURES, "table": {"columns": ["max(mean_Pz)"]}},
        'table.columns: no observable is called "mean_Pz"; did you mean "mean_P_z"?',
    ),
    "figure of an unknown observable": (
        {"axes": TEMPERATURES, "figure": {"x": "material.temperature", "y": ["energy_totl"]}},
        'figure: no observable is called "energy_totl"; did you mean "energy_total"?',
    ),
    "figure of a column that is not asked for": (
        {"axes": TEMPERATURES, "table": {"columns": ["mean_P_z"]}, "figure": {"y": ["mean_P_x"]}},
        'figure.y: "mean_P_x" is not a column of the table; did you mean "mean_P_z"?',
    ),
    "no base": ({"axes": TEMPERATURES, "base": "none.toml"}, "none.toml: no such file"),
}
BAD_OVERRIDES = {
    "mesh.degree=1": "degree=1 and degree=2 are the same case; is a key of an axis set by --set too?",
    "mesh.cells[1]=3": '--set mesh.cells[1]=3: "cells" has 1 entries',
    "axs.x=[1]": 'is no key of a study or a case; did you mean "axes"?',
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_said_before_anything_runs(tmp_path, what):
    study, expected = BAD[what]
    [found] = problems(tmp_path, study)
    assert expected in found


@pytest.mark.parametrize("override", BAD_OVERRIDES)
def test_wrong_overrides(tmp_path, override):
    [found] = problems(tmp_path, {"axes": {"mesh.degree": [1, 2]}}, override)
    assert BAD_OVERRIDES[override] in found


def starts_of(file):
    """The keys of a study that say with which results each member begins."""
    members = tomllib.loads(file.read_text(encoding="utf-8"))["members"]
    return [f"members.{name}.initial.path" for name in members]


def stand_in(folder, name):
    """A result folder of that name."""
    (folder / name).mkdir()
    (folder / name / "fields.h5").touch()
    return folder / name


@pytest.mark.parametrize("file", STUDIES, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_studies_of_the_repository_are_right(file, tmp_path):
    here = [] if file.name not in GOES_ON_FROM else [f"{key}={stand_in(tmp_path, key)}" for key in starts_of(file)]
    assert len(open_plan(file, tmp_path / "out", here).members) > 1
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "text, base, members", [("README.md", "coherent_film", 18), ("docs/studies.md", "quickstart", 13)]
)
def test_studies_in_the_documentation_are_right(text, base, members, tmp_path):
    block = re.search(r"```toml\n(.*?\[axes\].*?)```", (ROOT / text).read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "case.toml").write_text((CASES / base / "case.toml").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "study.toml").write_text(block[1], encoding="utf-8")
    assert len(open_plan(tmp_path).members) == members


def test_problems_of_all_members_come_together(tmp_path):
    study = {"axes": {"mesh.degree": [1, 3]}, "members": {"odd": {"time.mod": 1}}}
    assert problems(tmp_path, study) == [
        "degree=3: mesh.degree: found 3; choose one of 1, 2",
        'odd: time.mod: unknown key; did you mean "mode"?',
    ]


# --- what is kept ---------------------------------------------------------------------------------------------


def test_the_plan_that_is_kept_does_not_follow_the_study_file(tmp_path):
    plan = plan_of(tmp_path, {"axes": TEMPERATURES, "figure": {"y": ["rms_P"]}})
    assert [state.kind for _, state in prepare(plan, How())] == ["new", "new"]
    write_study(tmp_path, {"axes": {"mesh.degree": [1, 2]}}, CASE | {"title": "edited"})
    kept = read_plan(plan.folder)
    assert kept.study == plan.study and kept.units == plan.units
    for found, member in zip(kept.members, plan.members, strict=True):
        assert (found.name, found.choices, resolved(found.case)) == (member.name, member.choices, resolved(member.case))
    with pytest.raises(CaseError, match="these are results"):
        open_plan(plan.folder, None, ["mesh.degree=1"])


def test_members_chosen_by_name(tmp_path):
    plan = plan_of(tmp_path, {"axes": TEMPERATURES})
    assert [member.name for member, _ in prepare(plan, How(only=("temperature=100degC",)))] == ["temperature=100degC"]
    with pytest.raises(CaseError, match='did you mean "temperature=25degC"'):
        prepare(plan, How(only=("temperature=25",)))


def test_members_that_were_left_out_are_not_present(tmp_path):
    results = gathered(plan_of(tmp_path, {"members": {"fine": {"mesh.cells": [16]}, "coarse": {}}}))
    assert "fine" in results and "finer" not in results
    assert results.present({"finer": 0.1, "coarse": 1.0, "fine": 0.5}) == {"coarse": 1.0, "fine": 0.5}
    assert results["fine"].case.mesh.cells == (16,)
    with pytest.raises(ResultError, match='no member is named "finer"; did you mean "fine"'):
        results["finer"]


def test_members_along_an_axis(tmp_path):
    accuracies = {"accuracy": {"choices": {"as_is": {}, "finer": {"mesh.cells": [16]}}}}
    study = {"axes": {**TEMPERATURES, **accuracies}, "members": {"coarse": {"mesh.cells": [4]}}}
    results = gathered(plan_of(tmp_path, study))
    found = results.along("accuracy", **{"material.temperature": 298.15})
    assert {name: member.case.mesh.cells for name, member in found.items()} == {"as_is": (8,), "finer": (16,)}
    assert results.along("accuracy", accuracy="coarse") == {}
    assert all(
        "coarse" not in member.name for member in results.along("material.temperature", accuracy="finer").values()
    )


def test_damaged_results_are_refused_by_name(tmp_path):
    plan = plan_of(tmp_path, {"axes": TEMPERATURES})
    prepare(plan, How())
    (plan.place(plan.members[0]) / "run.json").write_text("{")
    with pytest.raises(ResultError, match=r"temperature=25degC: .*run.json is not readable"):
        prepare(plan, How())
    assert [state.kind for _, state in prepare(plan, How(overwrite=True))] == ["changed", "new"]


@pytest.mark.parametrize("status", ["stopped", "failed", "running"])
def test_unfinished_runs_go_on_from_their_checkpoint(tmp_path, status):
    [member] = plan_of(tmp_path, {"members": {"one": {}}}).members
    folder = tmp_path / "one"
    (folder / "checkpoint").mkdir(parents=True)
    record = {"format": 1, "status": status, "reason": "", "case": resolved(member.case)}
    (folder / "run.json").write_text(json.dumps(record))
    assert not state_of(folder, member.case).goes_on(False)
    (folder / "checkpoint" / "step_000000007.h5").touch()
    state = state_of(folder, member.case)
    assert (state.kind, state.goes_on(False), state.goes_on(True)) == ("unfinished", True, status != "failed")
    longer = load_case(member.data, ["time.max_steps=7", "solver.mechanics_tolerance=1e-6"], name="longer")
    assert state_of(folder, longer).kind == "unfinished"
    warmer = load_case(member.data, ["material.temperature=300"], name="warmer")
    assert state_of(folder, warmer).kind == "changed"


def test_committed_schema_is_that_of_the_code():
    committed = json.loads((CASES / "study.schema.json").read_text(encoding="utf-8"))
    assert committed == json_schema(), "it has changed: run `phasefield schema --study > cases/study.schema.json`"


def test_studies_fit_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft4Validator(json_schema())
    validator.check_schema(json_schema())
    for file in STUDIES:
        validator.validate(tomllib.loads(file.read_text(encoding="utf-8")))
    validator.validate({"version": 1, "axes": {"mesh": {"degree": [1, 2]}, "T": {"key": "a", "values": [1]}}})
    assert not validator.is_valid({"version": 1, "axes": {"T": {"kee": "a"}}})


# --- parts ----------------------------------------------------------------------------------------------------

VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40)
@given(st.dictionaries(st.text(), VALUES, max_size=4))
def test_written_toml_reads_back(data):
    assert tomllib.loads(toml(data)) == data


@pytest.mark.parametrize("value", [None, b"", {1, 2}])
def test_what_toml_cannot_hold_is_an_error(value):
    with pytest.raises(TypeError, match="cannot be written"):
        toml({"x": value})


@pytest.mark.parametrize(
    "key, unit",
    [
        ("mesh.size[0]", "m"),
        ("material.temperature", "K"),
        ("electrostatics.boundary[0].potential", "V"),
        ("electrostatics.applied_field[2]", "V/m"),
        ("mesh.degree", ""),
        ("initial.value[2]", "C/m^2"),
    ],
)
def test_unit_of_a_key(key, unit):
    assert unit_of_key(load_case(CASE), key) == unit


def test_reductions():
    columns = {"P": np.array([1.0, 5.0, 3.0])}
    wanted = ["P", "first(P)", "min(P)", "max(P)", "mean(P)"]
    assert list(reduced(columns, wanted).values()) == [3.0, 1.0, 1.0, 5.0, 3.0]
    with pytest.raises(CaseError, match='wrote no "p"'):
        reduced(columns, ["p"])


def test_reductions_pass_over_what_a_row_does_not_have():
    columns = {"e": np.array([np.nan, 4.0, 2.0, 1.0]), "none": np.array([np.nan])}
    wanted = ["first(e)", "max(e)", "mean(e)", "tunability(e)"]
    assert list(reduced(columns, wanted).values()) == pytest.approx([4.0, 4.0, 7.0 / 3.0, 0.75])
    assert np.isnan(reduced(columns, ["max(none)"])["max(none)"])


def test_columns_of_loops():
    field = np.concatenate([np.linspace(2, -2, 41), np.linspace(-1.9, 2, 40)])
    P = np.where(np.arange(81) < 25, 1.0, -1.0) * np.where(np.arange(81) > 65, -1.0, 1.0)
    columns = {"mean_E_z": 1e6 * field, "mean_P_z": P, "rms_P": P}
    found = reduced(columns, [f"{name}(mean_P_z)" for name in LOOPS])
    assert found["coercive_field(mean_P_z)"] == pytest.approx(0.5e6 * (0.55 + 0.45), abs=1.0)
    assert found["imprint(mean_P_z)"] == pytest.approx(0.5e6 * (0.55 - 0.45), abs=1.0)
    assert found["remanence(mean_P_z)"] == 1.0
    assert [unit_of(column, {}) for column in found] == ["V/m", "V/m", "C/m^2", "C/m^2", "J/m^3"]
    assert unit_of("max(rms_P)", {"rms_P": "C/m^2"}) == "C/m^2"
    with pytest.raises(ResultError, match=r"imprint\(mean_P_z\): no loop"):
        reduced({**columns, "mean_E_z": np.abs(field)}, ["imprint(mean_P_z)"])
    with pytest.raises(CaseError, match='imprint is that of a loop of mean_P_z or the like, not of "rms_P"'):
        split_column("imprint(rms_P)")


def test_table_keeps_all_digits_and_leaves_unknown_cells_empty():
    assert csv_text(["a", "b"], [{"a": 0.1 + 0.2, "b": "x,y"}, {"a": 1}]) == 'a,b\n0.30000000000000004,"x,y"\n1,\n'


def test_job_scripts_enter_the_environment_they_were_written_in(monkeypatch):
    monkeypatch.delenv("PHASEFIELD_INSIDE", raising=False)
    assert phasefield_command() == (sys.executable, "-m", "phasefield")
    monkeypatch.setenv("PHASEFIELD_INSIDE", "bwrap")
    assert phasefield_command() == (str(ROOT / "scripts" / "env"), "phasefield")


def test_options_of_sbatch_can_be_changed_and_left_out(tmp_path):
    options = {"signal": "B:USR1@60", "requeue": False, "exclusive": True}
    plan = plan_of(tmp_path, {"axes": TEMPERATURES, "slurm": {"options": options, "setup": ["module load mpi"]}})
    lines = array_script(plan, [1], plan.study.run).splitlines()
    assert lines[0] == "#!/usr/bin/env bash" and "#SBATCH --array=1" in lines
    assert "#SBATCH --signal=B:USR1@60" in lines and "#SBATCH --exclusive" in lines
    assert not any("requeue" in line for line in lines if line.startswith("#SBATCH"))
    assert lines.index("module load mpi") < lines.index("export OMP_NUM_THREADS=1")


@pytest.mark.parametrize("numbers, text", [([0], "0"), ([0, 1, 2, 5], "0-2,5"), ([1, 3, 4], "1,3-4")])
def test_numbers_of_an_array(numbers, text):
    assert index_ranges(numbers) == text
