"""The JSON Schema of case files: what is committed is what the classes say, and it fits the cases."""

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
from cases_for_tests import BOX, FILM, laid_over

from phasefield.case.jsonschema import json_schema
from phasefield.case.reading import read_file
from phasefield.case.schema import Case

CASES = Path(__file__).parents[1] / "cases"
TEMPLATES = resources.files("phasefield.case") / "templates"
COMMITTED = CASES / "case.schema.json"


@pytest.fixture(scope="module")
def validator():
    jsonschema.Draft4Validator.check_schema(json_schema())
    return jsonschema.Draft4Validator(json_schema())


def test_committed_schema_is_fresh():
    fresh = json.dumps(json_schema(), indent=1) + "\n"
    assert COMMITTED.read_text(encoding="utf-8") == fresh, (
        "the case schema has changed: run `phasefield schema > cases/case.schema.json`"
    )


def test_every_key_says_what_it_is():
    def undocumented(node, path=""):
        for name, key in node.get("properties", {}).items():
            if "description" not in key:
                yield f"{path}.{name}"

    tables = {"case": json_schema(), **json_schema()["definitions"]}
    assert [key for name, table in tables.items() for key in undocumented(table, name)] == []


def test_schema_has_every_key_of_the_case():
    assert set(json_schema()["properties"]) == {*Case.model_fields, "base"}


def test_schema_speaks_draft_4():
    text = json.dumps(json_schema())
    for newer in ('"const"', '"$defs"', '"prefixItems"', '"null"', '"discriminator"'):
        assert newer not in text


@pytest.mark.parametrize("case", [BOX, FILM])
def test_valid_cases_fit(validator, case):
    assert list(validator.iter_errors(case)) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"tim": {}},
        {"mesh": {"degree": 3}},
        {"mesh": {"sise": 3}},
        {"mesh": {"size": [-1.0, 1.0, 1.0]}},
        {"version": None},
        {"time": {"mode": "relaxed"}},
        {"time": {"max_steps": 0}},
        {"crystal": {"x": [1, 0]}},
    ],
)
def test_wrong_cases_do_not_fit(validator, changes):
    assert list(validator.iter_errors(laid_over(BOX, changes)))


def is_study(path):
    """Whether a file under cases is for `phasefield study`: by the schema that it names."""
    first = path.read_text(encoding="utf-8").partition("\n")[0]
    assert first in ("#:schema ../case.schema.json", "#:schema ../study.schema.json")
    return "study" in first


def shipped_cases():
    yield from (Path(str(entry)) for entry in TEMPLATES.iterdir())
    yield from (path for path in CASES.glob("*/*.toml") if not is_study(path))


@pytest.mark.parametrize("path", sorted(shipped_cases()), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_shipped_cases_fit(validator, path):
    assert [error.message for error in validator.iter_errors(read_file(path))] == []


@pytest.mark.parametrize("path", sorted(CASES.glob("*/*.toml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_cases_and_studies_name_their_schema(path):
    expected = {"case.toml": False, "study.toml": True}
    assert is_study(path) == expected.get(path.name, is_study(path))
