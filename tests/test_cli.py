"""The command: exit codes, messages, and what it writes."""

import json
import math
import subprocess
import sys
import tomllib
from importlib import import_module

import pytest
from ranks import TESTS, python_on
from typer.testing import CliRunner

from phasefield import __version__
from phasefield.case import load_case
from phasefield.case.material import check_materials
from phasefield.cli import app
from phasefield.cli.info import thread_warning
from phasefield.cli.new import templates
from phasefield.cli.run import petsc_options
from phasefield.errors import CaseError, ConvergenceError
from phasefield.record import FORMAT
from phasefield.registry import observable

CASE = """
version = 1
[material]
name = "PbTiO3_Pertsev1998"
[mesh]
kind = "box"
size = ["4 nm"]
cells = [8]
[mechanics]
strain = { yy = "free", zz = "free" }
[electrostatics]
boundary = [{ on = "x_max", kind = "electrode" }]
[initial]
kind = "uniform"
value = [0.0, 0.0, 0.7]
[output]
figure = false
"""


@pytest.fixture
def case(tmp_path):
    path = tmp_path / "small.toml"
    path.write_text(CASE)
    return path


def invoke(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def errors_in(text):
    return [line.removeprefix("error: ") for line in text.splitlines() if line.startswith("error: ")]


def files_in(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# --- without a case -------------------------------------------------------------------------------


def test_help_needs_nothing_heavy():
    heavy = "numpy pint pydantic mpi4py petsc4py dolfinx pyvista"
    program = f"import sys, phasefield.cli; sys.exit(repr({{*'{heavy}'.split()}} & {{*sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stderr == "set()\n"


def test_help_names_every_command():
    text = invoke("--help").output
    commands = ("run", "check", "new", "schema", "materials", "flexo", "study", "plot", "info")
    assert [command for command in commands if f" {command} " not in text] == []


def test_version():
    assert invoke("--version").output == f"phasefield {__version__}\n"


@pytest.mark.parametrize("arguments", [("run",), ("runn",), ("run", "case.toml", "--frobnicate")])
def test_wrong_usage(arguments):
    assert invoke(*arguments).exit_code == 2


def test_module_runs_the_command():
    done = subprocess.run([sys.executable, "-m", "phasefield", "check", "nowhere.toml"], capture_output=True, text=True)
    assert done.returncode == 2
    assert errors_in(done.stderr) == ["nowhere.toml: no such file"]


def test_python_without_dolfinx_gets_a_sentence(case):
    program = (
        "import sys; sys.modules['mpi4py'] = None; sys.argv = ['phasefield', 'run', sys.argv[1]];"
        "from phasefield.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", program, case], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    [message] = errors_in(done.stderr)
    assert message.startswith("this Python has no mpi4py, which comes with DOLFINx")


def test_schema_is_the_committed_one():
    committed = (TESTS.parent / "cases" / "case.schema.json").read_text(encoding="utf-8")
    assert invoke("schema").stdout == committed


def test_materials():
    everything = invoke("materials")
    assert everything.exit_code == 0 and "PbTiO3_Pertsev1998" in everything.output
    hot = invoke("materials", "PbTiO3_Pertsev1998", "--temperature", "100 degC")
    assert hot.exit_code == 0 and "373.15 K" in hot.output
    assert invoke("materials", "PbTiO3_Pertsev1998", "--temperature", "100 nm").exit_code == 2
    assert errors_in(invoke("materials", "unobtainium").output) != []


def test_flexo():
    table = invoke("flexo", "SrTiO3")
    assert table.exit_code == 0 and "SrTiO3" in table.output
    assert invoke("flexo", "unobtainium").exit_code == 2


# --- new ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("template", templates())
def test_new_case_is_valid_and_commented(tmp_path, template):
    done = invoke("new", tmp_path / "mine", "--template", template)
    assert done.exit_code == 0, done.output
    path = tmp_path / "mine" / "case.toml"
    check_materials(load_case(path))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#:schema case.schema.json"
    assert sum("#" in line for line in lines) > 10
    json.loads((tmp_path / "mine" / "case.schema.json").read_text(encoding="utf-8"))


def test_templates():
    assert templates() == ["box", "film", "loop", "wall"]


def test_new_overwrites_nothing(tmp_path):
    invoke("new", tmp_path / "mine")
    (tmp_path / "mine" / "case.toml").write_text("mine")
    again = invoke("new", tmp_path / "mine")
    assert again.exit_code == 2
    assert errors_in(again.output) == [f"{tmp_path / 'mine' / 'case.toml'}: exists already; choose another name"]
    assert (tmp_path / "mine" / "case.toml").read_text() == "mine"


def test_new_from_an_unknown_template(tmp_path):
    done = invoke("new", tmp_path / "mine", "--template", "flim")
    assert done.exit_code == 2 and files_in(tmp_path) == []
    assert errors_in(done.output) == [
        'no template is named "flim"; did you mean "film"? (templates: box, film, loop, wall)'
    ]


# --- check ----------------------------------------------------------------------------------------


def test_check_tells_what_would_run_and_writes_nothing(case, tmp_path):
    done = invoke("check", case, "--set", "mesh.degree=2", "--set", "title=my case")
    text = " ".join(done.output.split())
    assert done.exit_code == 0, done.output
    for part in (
        "my case",
        "box 4 nm along x",
        "8 blocks of simplices, degree 2",
        "17 nodes, 119 unknowns, at most about 238 kB of memory",
        "PbTiO3_Pertsev1998 at 298.15 K",
        "tetragonal, P_s = 0.757 C/m² along <0 0 1>",
        "mean strain yy free",
        "x_max: electrode at 0 V",
        "relax to a driving field of 0.0001",
        str(tmp_path / "results" / "small"),
    ):
        assert part in text
    assert files_in(tmp_path) == ["small.toml"]


@pytest.mark.parametrize("template", templates())
def test_check_describes_every_template(tmp_path, template):
    invoke("new", tmp_path / "mine", "--template", template)
    before = files_in(tmp_path)
    done = invoke("check", tmp_path / "mine" / "case.toml")
    title = tomllib.loads((tmp_path / "mine" / "case.toml").read_text(encoding="utf-8"))["title"]
    assert done.exit_code == 0 and title in done.output
    assert files_in(tmp_path) == before


# --- measure --------------------------------------------------------------------------------------


def measured_run(folder, **columns):
    """A result folder with these columns."""
    folder.mkdir()
    record = {"format": FORMAT, "units": {name: observable(name, 3).unit for name in columns}}
    (folder / "run.json").write_text(json.dumps(record))
    rows = [",".join(columns), *(",".join(map(repr, row)) for row in zip(*columns.values(), strict=True))]
    (folder / "observables.csv").write_text("\n".join(rows) + "\n")
    return folder


def test_measure_prints_loops_and_coefficients(tmp_path):
    folder = measured_run(
        tmp_path / "run",
        mean_E_z=[2e6, 0.0, -2e6, 0.0, 2e6],
        mean_P_z=[0.3, 0.2, -0.3, -0.2, 0.3],
        permittivity_zz=[math.nan, 80.0, 60.0, 50.0, 40.0],
        piezoelectric_z_zz=[math.nan, 1e-11, 2e-11, 3e-11, 1.25e-10],
    )
    done = invoke("measure", folder)
    assert done.exit_code == 0, done.output
    lines = [line.split(maxsplit=1) for line in done.output.splitlines()]
    assert lines[0] == ["coercive_field(mean_P_z)", "800 kV/m"]
    assert ["remanence(mean_P_z)", "200 mC/m²"] in lines
    assert ["permittivity_zz", "40"] in lines and ["tunability(permittivity_zz)", "0.5"] in lines
    assert ["piezoelectric_z_zz", "125 pm/V"] in lines
    assert invoke("measure", folder, "max(permittivity_zz)").output.split() == ["max(permittivity_zz)", "80"]


def test_measure_says_what_is_missing(tmp_path):
    done = invoke("measure", measured_run(tmp_path / "run", mean_E_z=[0.0], mean_P_z=[0.1]))
    assert done.exit_code == 2 and "holds no measurement: neither a loop of a field nor" in done.output
    done = invoke("measure", tmp_path / "run", "imprint(mean_P_z)")
    assert done.exit_code == 2 and "imprint(mean_P_z): no loop" in done.output


# --- bad input ------------------------------------------------------------------------------------

BAD_INPUT = {
    "unknown key": ("mesh.sise=3", 'mesh.sise: unknown key; did you mean "size"?'),
    "wrong unit": ('mesh.size=["4 V"]', 'mesh.size[0]: found "4 V", but "V" has another dimension'),
    "negative length": ('mesh.size=["-4 nm"]', 'mesh.size[0]: found "-4 nm"; expected more than 0'),
    "periodic direction with two cells": (
        'mesh={kind="box", size=["4 nm", "4 nm"], cells=[8, 2], periodic="y"}',
        "mesh.periodic: 2 cells along y; a periodic axis needs at least 3",
    ),
    "missing mesh file": (
        'mesh={kind="file", path="none.msh", boundaries={x_max=1}}',
        "mesh.path: no such file: ",
    ),
    "missing region": (
        "material.regions.metal={elastic={C11=1e11, C12=1e10, C44=1e10}}",
        "material.regions.metal: a box is ferroelectric everywhere",
    ),
    "missing boundary": (
        'electrostatics.boundary[0].on="x_mxa"',
        'electrostatics.boundary[0].on: "x_mxa" is not a boundary of the mesh',
    ),
    "material that does not exist": ("material.name=PbTiO3_Pertsev", 'unknown material "PbTiO3_P'),
    "material without a coefficient": (
        "material={landau={alpha_1=1e8, alpha_11=1e8}, elastic={C11=2e11, C12=1e11, C44=1e11}}",
        "is missing",
    ),
    "energy unbounded at fourth order": (
        "material.landau={alpha_11=-1e9, alpha_111=0, alpha_112=0, alpha_123=0}",
        "not bounded below: its order-4 part",
    ),
    "energy unbounded at sixth order": (
        "material.landau={alpha_111=-1e9}",
        "not bounded below: its order-6 part",
    ),
    "energy unbounded at eighth order": (
        "material.landau={alpha_1111=-1e9}",
        "not bounded below: its order-8 part",
    ),
    "contradictory boundary conditions": (
        'electrostatics.boundary=[{on="x_max", kind="electrode"}, {on="x_max", kind="floating"}]',
        'electrostatics.boundary[1]: "floating" on "x_max" contradicts "electrode"',
    ),
    "not TOML": (None, "not valid TOML: "),
}


def test_check_says_how_stable_flexocoupling_is(case):
    done = invoke("check", case, "--set", "flexoelectricity.set=Ponomareva2012")
    # √(C11 G11) = 4.26 V, f11 = 5.12 V and then 2 V.
    assert done.exit_code == 2
    assert "at most 0.831 times" in done.output
    assert "[1 0 0]" in done.output
    done = invoke("check", case, "--set", "flexoelectricity.coefficients={ f11 = 2, f12 = 1, f44 = 0 }")
    assert done.exit_code == 0
    assert "s* = 2.13 times" in done.output


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize("name", BAD_INPUT)
def test_bad_input_gives_one_error_and_writes_nothing(case, tmp_path, command, name):
    override, expected = BAD_INPUT[name]
    if override is None:
        case.write_text("version = = 1")
    done = invoke(command, case, *(["--set", override] if override else []))
    assert done.exit_code == 2
    [error] = errors_in(done.output)
    assert expected in error
    assert files_in(tmp_path) == ["small.toml"]


def test_several_errors_come_together(case):
    done = invoke("check", case, "--set", "mesh.sise=3", "--set", "time.mode=fast")
    assert [error.split(":")[1] for error in errors_in(done.output)] == [" mesh.sise", " time.mode"]


# --- run ------------------------------------------------------------------------------------------


class FakeRun:
    """Stands in for `run_case`: keeps its arguments and ends as it is told."""

    def __init__(self, ending):
        self.ending = ending

    def __call__(self, case, out, **options):
        self.case, self.out, self.options = case, out, options
        if isinstance(self.ending, Exception):
            raise self.ending
        return type("Result", (), {"status": self.ending})()


@pytest.fixture
def fake_run(monkeypatch):
    def ending(how):
        fake = FakeRun(how)
        monkeypatch.setattr(import_module("phasefield.simulation"), "run_case", fake)
        return fake

    return ending


@pytest.mark.parametrize(
    "ending, code",
    [("done", 0), ("stopped", 75), (ConvergenceError("max_steps", "gave up"), 3)],
)
def test_exit_code_says_how_a_run_ended(case, fake_run, ending, code):
    fake_run(ending)
    assert invoke("run", case).exit_code == code


def test_options_of_a_run(case, fake_run, tmp_path):
    fake = fake_run("done")
    done = invoke(
        "run", case, "--out", tmp_path / "there", "--overwrite", "--set", "time.max_steps=7",
        "--restart", "latest", "--max-hours", "0.5", "--", "-ksp_rtol", "1e-9", "-log_view",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert fake.case.time.max_steps == 7
    assert fake.out == tmp_path / "there"
    comm = fake.options.pop("comm")
    assert comm.size == 1
    assert fake.options == {
        "overwrite": True,
        "restart": "latest",
        "max_hours": 0.5,
        "petsc_options": {"ksp_rtol": "1e-9", "log_view": None},
    }


def test_results_stand_beside_the_case_unless_told_otherwise(case, fake_run, tmp_path):
    fake = fake_run("done")
    invoke("run", case)
    assert fake.out == tmp_path / "results" / "small"


def test_two_cases_are_one_too_many(case, fake_run):
    fake_run("done")
    done = invoke("run", case, "other.toml")
    assert done.exit_code == 2
    assert errors_in(done.output)[0].startswith('"other.toml" is one too many')


def test_petsc_options():
    words = ["-a", "1", "-b", "-c", "-2e-3", "--d", "x"]
    assert petsc_options(words) == {"a": "1", "b": None, "c": "-2e-3", "d": "x"}
    with pytest.raises(CaseError, match="one too many"):
        petsc_options(["-a", "1", "2"])


def test_run_refuses_the_folder_of_another_run(case, tmp_path):
    first = invoke("run", case)
    assert first.exit_code == 0, first.output
    record = json.loads((tmp_path / "results" / "small" / "run.json").read_text())
    assert record["status"] == "done"
    before = files_in(tmp_path)
    again = invoke("run", case)
    assert again.exit_code == 2
    [error] = errors_in(again.output)
    assert "holds a run already" in error and "--overwrite" in error
    assert files_in(tmp_path) == before
    assert invoke("run", case, "--overwrite", "--set", "time.max_steps=1").exit_code == 3
    assert invoke("plot", tmp_path / "elsewhere").exit_code == 2


# --- study ----------------------------------------------------------------------------------------


def test_study_runs_main_of_study_py(tmp_path):
    (tmp_path / "study.py").write_text("def main(out):\n    print(f'into {out}')\n")
    done = invoke("study", tmp_path)
    assert done.exit_code == 0 and done.output == f"into {tmp_path / 'results'}\n"
    done = invoke("study", tmp_path / "study.py", "--out", tmp_path / "there")
    assert done.output == f"into {tmp_path / 'there'}\n"


def test_study_reports_errors_of_its_runs(tmp_path):
    (tmp_path / "study.py").write_text(
        "from phasefield import load_case\ndef main(out):\n    load_case(out / 'none.toml')\n"
    )
    done = invoke("study", tmp_path)
    assert done.exit_code == 2
    assert errors_in(done.output) == [f"{tmp_path / 'results' / 'none.toml'}: no such file"]


@pytest.mark.parametrize("content", [None, "x = 1\n"])
def test_study_without_main(tmp_path, content):
    if content:
        (tmp_path / "study.py").write_text(content)
    assert invoke("study", tmp_path).exit_code == 2


# --- info -----------------------------------------------------------------------------------------


def test_info_checks_that_the_parts_work():
    done = invoke("info")
    assert done.exit_code == 0, done.output
    for part in ("phasefield", "dolfinx", "petsc", "mpi", "ranks", "compiled forms", "figures"):
        assert part in done.output


@pytest.mark.parametrize(
    "ranks, threads, cores, warns",
    [(1, "", 8, False), (2, "", 8, True), (4, "1", 8, False), (4, "4", 8, True), (9, "1", 8, True)],
)
def test_more_threads_than_cores(ranks, threads, cores, warns):
    assert bool(thread_warning(ranks, threads, cores)) == warns


# --- several ranks --------------------------------------------------------------------------------


def command_on_two_ranks(*arguments):
    return python_on(2, "-m", "phasefield", *arguments)


@pytest.mark.parametrize("command", ["run", "check"])
def test_two_ranks_say_it_once(case, tmp_path, command):
    done = command_on_two_ranks(command, case, "--set", "mesh.sise=3")
    assert done.returncode == 2
    assert len(errors_in(done.stderr.replace("\r", ""))) == 1, done.stderr
    assert files_in(tmp_path) == ["small.toml"]


def test_two_ranks_say_wrong_usage_once(case):
    done = command_on_two_ranks("run", case, "--frobnicate")
    assert done.returncode == 2
    assert (done.stdout + done.stderr).count("--frobnicate") == 1


@pytest.mark.parametrize("how, code", [("known", 2), ("unexpected", 1)])
def test_a_failing_rank_ends_the_others(how, code):
    done = python_on(2, TESTS / "programs" / "one_rank_fails.py", how)
    assert done.returncode == code
    message = "rank 1 has no mesh" if how == "known" else "ZeroDivisionError: a bug"
    assert "[rank 1]" in done.stderr and message in done.stderr
