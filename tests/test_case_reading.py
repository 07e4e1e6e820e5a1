"""Case files: TOML, base files, paths, overrides, and what becomes of them."""

import pickle

import pytest
from cases_for_tests import BOX, FILM, laid_over, problems

from phasefield.case import load_case, resolved
from phasefield.errors import CaseError

TEXT = """
version = 1
title = "small"
[material]
name = "material.toml"
[mesh]
kind = "box"
size = ["4 nm"]
spacing = "1 nm"
[initial]
kind = "uniform"
value = [0, 0, "26 uC/cm^2"]
"""


@pytest.fixture
def file(tmp_path):
    (tmp_path / "material.toml").touch()
    path = tmp_path / "case.toml"
    path.write_text(TEXT)
    return path


def error_of(action):
    with pytest.raises(CaseError) as caught:
        action()
    return caught.value.problems


def test_file_becomes_a_case_in_si(file):
    case = load_case(file)
    assert case.source == file
    assert case.mesh.size == (4e-9,) and case.mesh.spacing == 1e-9
    assert case.initial.value == (0.0, 0.0, 0.26)
    assert case.time.mode == "relax"


def test_resolved_case_is_complete_and_reads_back(file):
    case = load_case(file)
    plain = resolved(case)
    assert plain["mesh"]["size"] == [4e-9]
    assert plain["solver"]["linear_tolerance"] == 1e-4
    assert resolved(load_case(plain)) == plain


def test_units_do_not_change_the_resolved_case():
    bare = laid_over(BOX, {"mesh": {"size": [4e-9, 4e-9, 4e-9]}})
    assert resolved(load_case(bare)) == resolved(load_case(BOX))


def test_case_is_the_same_on_another_rank(file):
    case = load_case(file)
    copy = pickle.loads(pickle.dumps(case))
    assert copy == case and copy.source == file


def test_case_cannot_be_changed():
    case = load_case(BOX)
    with pytest.raises(ValueError, match="frozen"):
        case.time.max_steps = 3


def test_dictionary_is_left_alone():
    before = laid_over(FILM, {})
    load_case(FILM, ["mesh.spacing=2e-9", "material.regions.substrate.permittivity=5"])
    assert before == FILM


# --- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content, problem",
    [
        (None, "no such file"),
        (b"version = 1\nmesh = [1,\n", "not valid TOML"),
        (b"version = \xff", "not a text in UTF-8"),
    ],
)
def test_unreadable_file(tmp_path, content, problem):
    path = tmp_path / "case.toml"
    if content is not None:
        path.write_bytes(content)
    [message] = error_of(lambda: load_case(path))
    assert message.startswith(f"{path}: {problem}")


def test_toml_error_has_the_line(file):
    file.write_text(TEXT.replace("size = [", "size = = ["))
    [message] = error_of(lambda: load_case(file))
    assert "line 8" in message


def test_folder_is_no_case_file(tmp_path):
    [message] = error_of(lambda: load_case(tmp_path))
    assert "cannot be read" in message


def test_paths_are_relative_to_the_case_file(file, monkeypatch):
    folder = file.parent
    for name in ("mesh.msh", "state.csv", "substrate.toml"):
        (folder / name).touch()
    monkeypatch.chdir("/")
    case = load_case(
        file,
        [
            'mesh={kind="file", path="mesh.msh", regions={film=1, below=2}}',
            'initial={kind="file", path="./state.csv"}',
            'material.regions.below={material="substrate.toml"}',
        ],
    )
    assert case.mesh.path == str(folder / "mesh.msh")
    assert case.initial.path == str(folder / "state.csv")
    assert case.material.name == str(folder / "material.toml")
    assert case.material.regions["below"].material == str(folder / "substrate.toml")


def test_names_of_the_library_are_no_paths(file):
    assert load_case(file, ["material.name=PbTiO3"]).material.name == "PbTiO3"


# --- base -----------------------------------------------------------------------------------------


def test_base_is_laid_under(file):
    (file.parent / "cold").mkdir()
    upper = file.parent / "cold" / "case.toml"
    upper.write_text('base = "../case.toml"\n[material]\ntemperature = "-50 degC"\n')
    case = load_case(upper)
    assert case.material.temperature == 223.15
    assert case.material.name == str(file.parent / "material.toml")
    assert case.title == "small"


def test_lists_and_other_kinds_replace_those_of_the_base(file):
    upper = file.parent / "upper.toml"
    upper.write_text(
        'base = "case.toml"\n[initial]\nkind = "noise"\namplitude = 0.1\n[mesh]\nsize = ["1 nm", "2 nm"]\n'
    )
    case = load_case(upper)
    assert case.initial.kind == "noise"
    assert case.mesh.size == (1e-9, 2e-9) and case.mesh.spacing == 1e-9


def test_base_of_itself(file):
    file.write_text('base = "case.toml"\n')
    assert error_of(lambda: load_case(file)) == [f"{file}: a case file cannot be its own base"]


def test_missing_base(file):
    file.write_text('base = "other.toml"\n')
    assert error_of(lambda: load_case(file)) == [f"{file.parent / 'other.toml'}: no such file"]


# --- overrides ------------------------------------------------------------------------------------


def overridden(*overrides):
    case = laid_over(FILM, {"electrostatics": {"boundary": [{"on": "top", "kind": "electrode"}]}})
    return load_case(case, overrides)


def test_overrides_are_toml_or_text():
    case = overridden(
        "time.max_steps=10",
        "title=two words",
        "mesh.spacing=2 nm",
        'mesh.width=["6 nm", 8e-9]',
        "electrostatics.boundary[0].potential=2 mV",
        "output.figure=false",
        "material.regions.substrate.elastic.C11 = 3.5e11",
    )
    assert case.time.max_steps == 10
    assert case.title == "two words"
    assert case.mesh.spacing == 2e-9
    assert case.mesh.width == (6e-9, 8e-9)
    assert case.electrostatics.boundary[0].potential == 2e-3
    assert case.output.figure is False
    assert case.material.regions["substrate"].elastic.C11 == 3.5e11


def test_override_with_a_line_break_is_a_text():
    assert overridden("title=a\nversion = 2").title == "a\nversion = 2"


def test_empty_override_removes():
    case = load_case(BOX, ["mesh.cells=", "mesh.spacing=1 nm", "title="])
    assert case.mesh.cells is None and case.mesh.spacing == 1e-9


@pytest.mark.parametrize(
    "override, problem",
    [
        ("time.max_steps", "expected key=value"),
        ("=3", '"" is not a key'),
        ("a..b=3", '"" is not a key'),
        ("mesh.width[2]=1", '"width" has 2 entries, counted from 0'),
        ("mesh.width.x=1", '"width" is a list; write width[0].x'),
        ("mesh[0]=1", '"mesh" holds a table, not a list'),
        ("mesh.kind.x=1", '"kind" holds a value, not a list'),
        ("loads.bias[0].value=1", 'there is no list "bias"'),
    ],
)
def test_override_that_fits_nowhere(override, problem):
    [message] = error_of(lambda: overridden(override))
    assert message.startswith(f"--set {override}: {problem}")


def test_overrides_are_validated_like_the_file():
    [message] = error_of(lambda: overridden("mesh.widht=3"))
    assert message == 'case: mesh.widht: unknown key; did you mean "width"?'


def test_valid_cases_have_no_problems():
    assert problems(BOX) == [] and problems(FILM) == []
