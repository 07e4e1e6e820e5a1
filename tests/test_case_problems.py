"""Every wrong key, unit, type and range gives one sentence with the path, what was found and allowed."""

from copy import deepcopy

import pytest
from cases_for_tests import BOX, FILM, problems
from hypothesis import given, settings
from hypothesis import strategies as st

LENGTH_EXPECTED = 'expected a number in m or a text such as "1 m"'


def electrical(**condition):
    return {"boundary": [{"on": "x_min", "kind": "electrode"}, {"on": "x_max", **condition}]}


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"tim": {}}, 'tim: unknown key; did you mean "time"?'),
        (
            {"electrostatics": electrical(kind="electrode", potenial=1)},
            'electrostatics.boundary[1].potenial: unknown key; did you mean "potential"?',
        ),
        (
            {"material": {"regions": {"below": {"zzz": 1}}}},
            "material.regions.below.zzz: unknown key; known here: material, elastic, permittivity, fluid",
        ),
        ({"mesh": {"sise": 1}}, 'mesh.sise: unknown key; did you mean "size"?'),
        (
            {"loads": {"v": {"kind": "sine", "amplitud": 1, "amplitude": 2, "period": 3}}},
            'loads.v.amplitud: unknown key; did you mean "amplitude"?',
        ),
        (
            {"mesh": {"size": ["-4 nm", 1e-9, 1e-9]}},
            'mesh.size[0]: found "-4 nm"; expected more than 0',
        ),
        (
            {"mesh": {"size": ["4 V", 1e-9, 1e-9]}},
            f'mesh.size[0]: found "4 V", but "V" has another dimension; {LENGTH_EXPECTED}',
        ),
        (
            {"mesh": {"cells": None, "spacing": [1e-9, 0, 1e-9]}},
            "mesh.spacing[1]: found 0; expected more than 0",
        ),
        (
            {"mesh": {"cells": None, "spacing": "fine"}},
            f'mesh.spacing: found "fine"; {LENGTH_EXPECTED}',
        ),
        ({"mesh": {"cells": [4, 4.5, 4]}}, "mesh.cells[1]: found 4.5; expected a whole number"),
        ({"mesh": {"size": 4e-9}}, "mesh.size: found 4e-09; expected a list in [ ]"),
        (
            {"mesh": {"size": [1, 1, 1, 1]}},
            "mesh.size: found [1, 1, 1, 1]; expected at most 3 of them",
        ),
        ({"mesh": {"degree": 3}}, "mesh.degree: found 3; choose one of 1, 2"),
        (
            {"mesh": {"periodic": "xx"}},
            'mesh.periodic: found "xx"; expected letters of x, y and z, each at most once',
        ),
        (
            {"mesh": {"kind": "bix"}},
            'mesh.kind: found "bix"; choose one of "box", "film", "tip", "file"; did you mean "box"?',
        ),
        (
            {"initial": {"kind": None}},
            'initial.kind: missing; choose one of "uniform", "noise", "stripes", "wall", "vortex", "file"',
        ),
        ({"version": None}, "version: missing (version of the case file's layout)"),
        ({"version": 2}, "version: found 2; choose one of 1"),
        (
            {"initial": {"amplitude": None}},
            "initial.amplitude: missing (largest component (C/m^2))",
        ),
        (
            {"initial": {"kind": "uniform", "amplitude": None, "value": [0.1]}},
            "initial.value: found 1 of 3 entries",
        ),
        ({"material": 3}, "material: found 3; expected a table"),
        ({"mesh": "box"}, 'mesh: found "box"; expected a table'),
        ({"title": 3}, "title: found 3; expected a text"),
        ({"output": {"figure": "yes"}}, 'output.figure: found "yes"; expected true or false'),
        (
            {"output": {"fields": ["P", "Q"]}},
            'output.fields[1]: found "Q"; choose one of "P", "phi", "u", "E", "D", "strain", "stress",'
            ' "strain_gradient_x", "strain_gradient_y", "strain_gradient_z", "E_flexo", "bound_charge",'
            ' "conduction_band"',
        ),
        ({"time": {"tolerance": 2}}, "time.tolerance: found 2; expected less than 1"),
        ({"time": {"tolerance": float("nan")}}, "time.tolerance: found nan; expected a finite number"),
        ({"time": {"max_steps": True}}, "time.max_steps: found true; expected a whole number"),
        (
            {"material": {"background_permittivity": 0.5}},
            "material.background_permittivity: found 0.5; expected at least 1",
        ),
        (
            {"material": {"temperature": "-300 degC"}},
            'material.temperature: found "-300 degC"; expected more than 0',
        ),
        ({"material": {"composition": 2}}, "material.composition: found 2; expected at most 1"),
        (
            {"mechanics": {"strain": {"xx": "fixed"}}},
            'mechanics.strain.xx: found "fixed"; expected a number or "free"',
        ),
        (
            {"mechanics": {"strain": {"yx": 0.1}}},
            'mechanics.strain.yx: found "yx"; choose one of "xx", "yy", "zz", "yz", "xz", "xy"',
        ),
        (
            {"electrostatics": {"applied_field": ["1 V", 0, 0]}},
            'electrostatics.applied_field[0]: found "1 V", but "V" has another dimension; expected'
            ' a number in V/m or a text such as "1 V/m" (or the name of a load)',
        ),
        (
            {"electrostatics": electrical(kind="electrode", potential="my load")},
            'electrostatics.boundary[1].potential: found "my load"; expected a number in V or a'
            ' text such as "1 V" (or the name of a load)',
        ),
        (
            {"electrostatics": {"boundary": [{"on": [], "kind": "floating"}]}},
            "electrostatics.boundary[0].on: found []; expected at least 1 of them",
        ),
        (
            {"electrostatics": {"boundary": [3]}},
            "electrostatics.boundary[0]: found 3; expected a table",
        ),
        (
            {"solver": {"petsc": {"a": [1]}}},
            "solver.petsc.a: found [1]; expected a text, a number, true or false",
        ),
        (
            {"loads": {"v": {"kind": "constant", "value": "5 kg"}}},
            'loads.v.value: found "5 kg"; expected a number or a text in one of V, V/m, Pa, m, K, N',
        ),
        (
            {"loads": {"v": {"kind": "ramp", "start": "1 V", "stop": "2 Pa", "t1": 1}}},
            'loads.v.stop: found "2 Pa", but "Pa" has another dimension; expected a number in V or'
            ' a text such as "1 V"',
        ),
    ],
)
def test_one_problem(changes, expected):
    assert problems(BOX, **changes) == [expected]


@pytest.mark.parametrize(
    "kind, value, expected",
    [
        ("displacement", ["1 nm", 0, "1 V"], 'found "1 V", but "V" has another dimension'),
        ("displacement", [1, 2], "found [1, 2]; expected three values [x, y, z] in m"),
        ("displacement", 1e-9, "found 1e-09; expected three values [x, y, z] in m"),
        ("traction", ["1 nm", 0, 0], 'found "1 nm", but "nm" has another dimension'),
        ("traction", ["free of", 0, 0], 'found "free of"; expected a number in Pa'),
        ("pressure", [1, 2, 3], "found [1, 2, 3]; expected a number in Pa"),
        ("clamped", [0, 0, 0], 'found [0, 0, 0]; kind "clamped" takes no value'),
    ],
)
def test_value_of_a_mechanical_condition_is_that_of_its_kind(kind, value, expected):
    condition = {"on": "x_min", "kind": kind, "value": value}
    [problem] = problems(BOX, mechanics={"boundary": [condition]})
    assert problem.startswith(f"mechanics.boundary[0].value: {expected}")


def test_all_problems_at_once_in_the_order_of_the_schema():
    found = problems(
        FILM,
        mesh={"thickness": "-1 nm", "with": ["8 nm"]},
        time={"mode": "relaxed", "max_steps": 0},
        titel="x",
    )
    assert [problem.split(": ")[0] for problem in found] == [
        "mesh.thickness",
        "mesh.with",
        "time.mode",
        "time.max_steps",
        "titel",
    ]


def test_long_values_are_cut():
    [problem] = problems(BOX, title=list(range(100)))
    assert len(problem) < 100 and problem.endswith("...; expected a text")


def test_key_that_is_named_like_its_kind():
    [problem] = problems(BOX, mesh={"box": 1})
    assert problem.startswith("mesh.box: unknown key; known here: degree, axes, periodic, axisymmetric, kind")


EVERYTHING = {
    **FILM,
    "crystal": {"x": [1, 0, 0], "z": [0, 0, 1]},
    "loads": {
        "v": {"kind": "triangle", "amplitude": "1 V", "period": 1.0},
        "w": {"kind": "table", "times": [0, 1], "values": [0, 1]},
    },
    "electrostatics": {
        "applied_field": [0, 0, "w"],
        "boundary": [
            {"on": ["top"], "kind": "electrode", "potential": "v"},
            {"on": "bottom", "kind": "screened", "thickness": 1e-9},
        ],
    },
    "mechanics": {
        "strain": {"xx": "free"},
        "stress": {"xx": 1e6},
        "boundary": [{"on": "top", "kind": "displacement", "value": [0, "free", 0]}],
    },
    "polarization": {"boundary": [{"on": "top", "kind": "fixed", "value": [0, 0, "free"]}]},
    "time": {"mode": "ramp", "end": 1.0, "points": 4},
    "solver": {"petsc": {"a": 1}},
    "output": {"fields": ["P"]},
}


def places(node, path=()):
    """Paths of all values in a tree of dictionaries and lists."""
    children = node.items() if isinstance(node, dict) else enumerate(node)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from places(child, (*path, key))


def test_case_with_everything_is_valid():
    assert problems(EVERYTHING) == []


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(sorted(places(EVERYTHING), key=str)),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-2, 9),
        st.floats(),
        st.sampled_from(["", "box", "kind", "3 nm", "v", "free", "top", "xz"]),
        st.just([]),
        st.just({}),
        st.lists(st.floats(-1, 1), max_size=4),
        st.dictionaries(st.sampled_from(["kind", "box", "x"]), st.sampled_from(["film", 1]), max_size=2),
    ),
)
def test_any_value_anywhere_gives_a_case_or_sentences(place, value):
    case = deepcopy(EVERYTHING)
    parent = case
    for key in place[:-1]:
        parent = parent[key]
    parent[place[-1]] = value
    for problem in problems(case):
        path, _, sentence = problem.partition(": ")
        assert path and sentence and "validation error" not in problem and "Input should" not in problem
