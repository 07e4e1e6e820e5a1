"""Contradictions between keys are found before any mesh is made."""

import pytest
from cases_for_tests import BOX, FILM, laid_over, problems

from phasefield.case import load_case
from phasefield.case.layout import axes_of, boundaries_of, cells_of, lengths_of
from phasefield.case.schema import BoxMesh, FilmMesh

TRIANGLE = {"kind": "triangle", "amplitude": "5 V", "period": "1 s"}
RAMP = {"mode": "ramp", "end": 1.0, "points": 10}


def only(found):
    [problem] = found
    return problem


# --- mesh, crystal, initial state -----------------------------------------------------------------


@pytest.mark.parametrize(
    "mesh, expected",
    [
        ({"cells": None}, "mesh.spacing: missing; give either cells or spacing"),
        ({"spacing": 1e-9}, "mesh.spacing: cells and spacing are both given; remove one of them"),
        ({"cells": [4, 4]}, "mesh.cells: found 2 entries; expected 3, one for each mesh axis"),
        (
            {"cells": None, "spacing": [1e-9]},
            "mesh.spacing: found 1 entries; expected 3, one for each mesh axis",
        ),
        ({"origin": [0, 0]}, "mesh.origin: found 2 entries; expected 3, one for each mesh axis"),
        ({"axes": "xz"}, 'mesh.axes: found "xz"; expected 3, one for each mesh axis'),
        (
            {"size": [1e-9, 1e-9], "cells": [4, 4], "periodic": "z"},
            'mesh.periodic: found "z", but the mesh does not resolve z; its axes are "xy"',
        ),
        (
            {"periodic": "x", "cells": [2, 4, 4]},
            "mesh.periodic: 2 cells along x; a periodic axis needs at least 3: use a smaller"
            " spacing, more cells or a larger size",
        ),
        (
            {"cells": None, "spacing": "2 nm", "periodic": "z"},
            "mesh.periodic: 2 cells along z; a periodic axis needs at least 3: use a smaller"
            " spacing, more cells or a larger size",
        ),
        (
            {"size": [20, 20, 20], "cells": None, "spacing": "1 nm"},
            "mesh: 20 x 20 x 20 m at this spacing is 8.0e+30 cells; bare numbers are metres,"
            ' write "20 nm" for nanometres',
        ),
    ],
)
def test_box(mesh, expected):
    assert problems(BOX, mesh=mesh) == [expected]


@pytest.mark.parametrize(
    "mesh, expected",
    [
        (
            {"axes": "xzy"},
            'mesh.axes: found "xzy"; the layers of a film lie along z, the last axis',
        ),
        (
            {"periodic": "xz", "thickness": "8 nm"},
            'mesh.periodic: found "xz"; a film is not periodic along z',
        ),
        (
            {"width": ["8 nm", "2 nm"]},
            "mesh.periodic: 2 cells along y; a periodic axis needs at least 3: use a smaller"
            " spacing, more cells or a larger size",
        ),
        (
            {"spacing": ["1 nm", "1 nm"]},
            "mesh.spacing: found 2 entries; expected 3, one for each mesh axis",
        ),
    ],
)
def test_film(mesh, expected):
    assert problems(FILM, mesh=mesh) == [expected]


def test_layers_of_the_substrate_need_a_substrate():
    found = problems(FILM, mesh={"substrate": None, "substrate_cells": 3}, material={"regions": None})
    assert found == ["mesh.substrate_cells: has no meaning without mesh.substrate"]


def test_layout_of_meshes():
    film = load_case(FILM).mesh
    assert axes_of(film) == "xyz" and cells_of(film) == (8, 8, 8)
    assert lengths_of(film) == pytest.approx((8e-9, 8e-9, 8e-9))
    section = FilmMesh(kind="film", width=(1e-9,), thickness=2e-9, dead_top=0.5e-9, spacing=(0.3e-9, 1e-9))
    assert axes_of(section) == "xz" and cells_of(section) == (4, 3)
    assert boundaries_of(section)["film_bottom"] == boundaries_of(section)["bottom"]
    assert boundaries_of(section)["film_top"] != boundaries_of(section)["top"]
    line = BoxMesh(kind="box", size=(4e-9,), spacing=1e-9, axes="z")
    assert axes_of(line) == "z" and cells_of(line) == (4,)
    assert set(boundaries_of(line)) == {"z_min", "z_max", "bottom", "top"}


@pytest.mark.parametrize(
    "crystal, expected",
    [
        ({"x": [0, 0, 0]}, "crystal.x: found [0, 0, 0]; expected a direction"),
        (
            {"z": [1, 1, 1]},
            "crystal: x = [1, 0, 0] and z = [1, 1, 1] make 54.74 degrees; expected 90 (give both)",
        ),
    ],
)
def test_crystal(crystal, expected):
    assert problems(BOX, crystal=crystal) == [expected]


def test_orthogonal_crystal_directions():
    assert problems(BOX, crystal={"x": [1, -1, 0], "z": [1, 1, 1]}) == []


def test_direction_of_an_initial_state():
    wall = {"kind": "wall", "left": [0, 0, 1], "right": [0, 0, -1], "normal": [0, 0, 0]}
    case = {**BOX, "initial": wall}
    assert problems(case) == ["initial.normal: found [0, 0, 0]; expected a direction"]


def test_missing_files(tmp_path):
    mesh, state, material = (str(tmp_path / name) for name in ("m.msh", "s.csv", "m.toml"))
    case = {
        **BOX,
        "mesh": {"kind": "file", "path": mesh},
        "initial": {"kind": "file", "path": state},
        "material": {"name": material},
    }
    assert problems(case) == [
        f"mesh.path: no such file: {mesh}",
        f"initial.path: no such file or result folder: {state}",
        f"material.name: no such file: {material}",
    ]


# --- regions --------------------------------------------------------------------------------------


@pytest.fixture
def mesh_file(tmp_path):
    path = tmp_path / "m.msh"
    path.touch()
    return {
        "kind": "file",
        "path": str(path),
        "regions": {"film": 1, "metal": 2},
        "boundaries": {"tip": "Tip", "base": 3},
    }


STIFF = {"elastic": {"C11": 3e11, "C12": 1e11, "C44": 1e11}}


def test_region_that_the_film_does_not_have():
    found = problems(FILM, material={"regions": {"subtrate": STIFF, "substrate": STIFF}})
    assert found == [
        'material.regions.subtrate: not a region of the film mesh; did you mean "substrate"? (it has: substrate)'
    ]


def test_layer_without_data():
    assert only(problems(FILM, mesh={"dead_top": "1 nm"})).startswith(
        "material.regions.dead_top: missing; the mesh has a layer of that name"
    )


def test_region_without_stiffness():
    incomplete = {"elastic": {"C44": None}}
    expected = (
        "material.regions.substrate.elastic: C44 missing (Pa); give them or a material, since"
        " mechanics is computed in every region"
    )
    changes = {"material": {"regions": {"substrate": incomplete}}}
    assert problems(FILM, **changes) == [expected]
    assert problems(FILM, **changes, mechanics={"enabled": False}) == []
    assert problems(FILM, material={"regions": {"substrate": {"material": "SrTiO3"}}}) == []


def test_box_has_no_regions():
    assert problems(BOX, material={"regions": {"substrate": STIFF}}) == [
        "material.regions.substrate: a box is ferroelectric everywhere and has no other regions"
    ]


def test_regions_of_a_mesh_file(mesh_file):
    case = {**BOX, "mesh": mesh_file}
    assert problems(case, material={"regions": {"metal": STIFF}}) == []
    assert only(problems(case, material={"regions": {"metla": STIFF}})).startswith(
        'material.regions.metla: not a region of mesh.regions; did you mean "metal"?'
    )
    assert problems(case, material={"regions": {"metal": STIFF, "film": STIFF}}) == [
        "material.regions: every region of the mesh is here; none is left to be ferroelectric"
    ]


# --- boundary conditions --------------------------------------------------------------------------


def test_unknown_boundary():
    found = problems(BOX, electrostatics={"boundary": [{"on": "tpo", "kind": "electrode"}]})
    assert found == [
        'electrostatics.boundary[0].on: "tpo" is not a boundary of the mesh; did you mean "top"?'
        " (it has: x_min, x_max, y_min, y_max, z_min, z_max, bottom, top)"
    ]


def test_boundary_of_a_mesh_file(mesh_file):
    conditions = [{"on": ["tip", "bse"], "kind": "electrode"}]
    found = problems({**BOX, "mesh": mesh_file}, electrostatics={"boundary": conditions})
    assert found == [
        'electrostatics.boundary[0].on: "bse" is not a boundary of mesh.boundaries; did you mean'
        ' "base"? (it has: tip, base)'
    ]


def test_boundary_on_a_periodic_axis():
    found = problems(FILM, polarization={"boundary": [{"on": "x_min", "kind": "free"}]})
    assert found == ['polarization.boundary[0].on: "x_min": the mesh is periodic along x, so it does not end there']


@pytest.mark.parametrize(
    "table, condition, key",
    [
        ("electrostatics", {"kind": "screened"}, "thickness"),
        ("polarization", {"kind": "extrapolation"}, "length"),
        ("polarization", {"kind": "fixed"}, "value"),
        ("mechanics", {"kind": "displacement"}, "value"),
        ("mechanics", {"kind": "traction"}, "value"),
        ("mechanics", {"kind": "pressure"}, "value"),
    ],
)
def test_data_that_a_kind_needs(table, condition, key):
    problem = only(problems(BOX, **{table: {"boundary": [{"on": "top", **condition}]}}))
    assert problem.startswith(f'{table}.boundary[0].{key}: missing; kind = "{condition["kind"]}" needs it')


@pytest.mark.parametrize(
    "table, condition, key",
    [
        ("electrostatics", {"kind": "electrode", "charge": 1e-18}, "charge"),
        ("electrostatics", {"kind": "floating", "potential": "1 V"}, "potential"),
        ("electrostatics", {"kind": "free", "permittivity": 3}, "permittivity"),
        ("polarization", {"kind": "free", "length": "1 nm"}, "length"),
        ("polarization", {"kind": "extrapolation", "length": 1e-9, "value": [0, 0, 0]}, "value"),
    ],
)
def test_data_that_a_kind_does_not_use(table, condition, key):
    problem = only(problems(BOX, **{table: {"boundary": [{"on": "top", **condition}]}}))
    assert problem.startswith(f'{table}.boundary[0].{key}: has no meaning for kind = "{condition["kind"]}"')


CLAMPED = {"kind": "clamped"}
ROLLER = {"kind": "roller"}
PUSHED = {"kind": "pressure", "value": "1 MPa"}
SHEARED = {"kind": "traction", "value": ["1 MPa", 0, 0]}
PULLED = {"kind": "traction", "value": [0, 0, "1 MPa"]}
LIFTED = {"kind": "displacement", "value": ["free", "free", "1 nm"]}
MOVED = {"kind": "displacement", "value": [0, 0, "1 nm"]}


@pytest.mark.parametrize(
    "first, second, contradict",
    [
        (CLAMPED, SHEARED, True),
        (CLAMPED, ROLLER, True),
        (CLAMPED, CLAMPED, True),
        (CLAMPED, {"kind": "free"}, True),
        (ROLLER, PUSHED, True),
        (ROLLER, PULLED, True),
        (ROLLER, SHEARED, False),
        (LIFTED, PULLED, True),
        (LIFTED, SHEARED, False),
        (LIFTED, ROLLER, True),
        (MOVED, SHEARED, True),
        (PUSHED, SHEARED, False),
        (PUSHED, PULLED, True),
    ],
)
def test_mechanical_conditions_on_one_boundary(first, second, contradict):
    conditions = [{"on": "top", **first}, {"on": ["z_max", "bottom"], **second}]
    found = problems(BOX, mechanics={"boundary": conditions})
    expected = (
        f'mechanics.boundary[1]: "{second["kind"]}" on "z_max" (the same as "top") contradicts'
        f' "{first["kind"]}" of mechanics.boundary[0]'
    )
    assert found == ([expected] if contradict else [])


def test_normal_of_a_mesh_file_is_unknown(mesh_file):
    case = {**BOX, "mesh": mesh_file}

    def contradict(first, second):
        conditions = [{"on": "tip", **first}, {"on": "tip", **second}]
        return bool(problems(case, mechanics={"boundary": conditions}))

    assert contradict(ROLLER, PUSHED) and contradict(CLAMPED, PUSHED) and contradict(MOVED, PUSHED)
    assert not contradict(ROLLER, SHEARED)


@pytest.mark.parametrize(
    "table, first, second",
    [
        ("electrostatics", {"kind": "electrode"}, {"kind": "floating"}),
        ("electrostatics", {"kind": "free"}, {"kind": "screened", "thickness": 1e-9}),
        (
            "polarization",
            {"kind": "fixed", "value": [0, 0, "free"]},
            {"kind": "extrapolation", "length": 1e-9},
        ),
    ],
)
def test_other_conditions_on_one_boundary_exclude_each_other(table, first, second):
    conditions = [{"on": "film_top", **first}, {"on": "top", **second}]
    problem = only(problems(FILM, **{table: {"boundary": conditions}}))
    assert problem == (
        f'{table}.boundary[1]: "{second["kind"]}" on "top" (the same as "film_top") contradicts'
        f' "{first["kind"]}" of {table}.boundary[0]'
    )


def test_film_top_is_not_top_under_a_dead_layer():
    conditions = [{"on": "film_top", "kind": "electrode"}, {"on": "top", "kind": "floating"}]
    film = laid_over(FILM, {"mesh": {"dead_top": "1 nm"}})
    film["material"]["regions"]["dead_top"] = STIFF
    assert problems(film, electrostatics={"boundary": conditions}) == []


def test_one_boundary_named_twice():
    conditions = [{"on": ["top", "z_max"], "kind": "electrode"}]
    assert problems(BOX, electrostatics={"boundary": conditions}) == [
        'electrostatics.boundary[0].on: "top" and "z_max" are one boundary; name it once'
    ]


# --- strain ---------------------------------------------------------------------------------------


def test_strain_along_periodic_and_unresolved_axes():
    section = laid_over(FILM, {"mesh": {"width": ["8 nm"], "periodic": "x"}})
    strain = {"xx": 0.01, "yy": "free", "xy": 0.0}
    assert problems(section, mechanics={"strain": strain, "stress": {"yy": "1 MPa"}}) == []


@pytest.mark.parametrize("table, value", [("strain", "free"), ("strain", 0.1), ("stress", "1 MPa")])
@pytest.mark.parametrize("component", ["zz", "xz"])
def test_strain_along_an_axis_that_ends(table, value, component):
    problem = only(problems(FILM, mechanics={table: {component: value}}))
    assert problem.startswith(
        f"mechanics.{table}.{component}: the mesh is resolved and not periodic along z, where the"
        " strain follows from the displacement"
    )


def test_strain_and_stress_of_one_component():
    both = {"strain": {"xx": 0.01}, "stress": {"xx": "1 MPa"}}
    assert only(problems(FILM, mechanics=both)).startswith(
        "mechanics.stress.xx: mechanics.strain.xx is fixed, so this stress cannot be"
    )
    assert problems(FILM, mechanics={**both, "strain": {"xx": "free"}}) == []


# --- loads ----------------------------------------------------------------------------------------


def with_bias(potential, loads, time=RAMP):
    boundary = [{"on": "top", "kind": "electrode", "potential": potential}]
    return problems(BOX, electrostatics={"boundary": boundary}, loads=loads, time=time)


def test_load_that_does_not_exist():
    found = with_bias("biass", {"bias": TRIANGLE}, {"mode": "relax"})
    assert found == [
        'electrostatics.boundary[0].potential: no load is named "biass"; did you mean "bias"? (loads: bias)'
    ]


def test_load_of_another_dimension():
    found = problems(BOX, electrostatics={"applied_field": [0, 0, "bias"]}, loads={"bias": TRIANGLE}, time=RAMP)
    assert found == ['electrostatics.applied_field[2]: expected a load in V/m; load "bias" is in V']


@pytest.mark.parametrize(
    "condition, unit",
    [
        ({"kind": "displacement", "value": ["free", 0, "go"]}, "m"),
        ({"kind": "traction", "value": [0, 0, "go"]}, "Pa"),
        ({"kind": "pressure", "value": "go"}, "Pa"),
    ],
)
def test_dimension_of_a_mechanical_load(condition, unit):
    mechanics = {"boundary": [{"on": "top", **condition}]}
    fits = {"go": {**TRIANGLE, "amplitude": f"1 {unit}"}}
    assert problems(BOX, mechanics=mechanics, loads=fits, time=RAMP) == []
    assert problems(BOX, mechanics=mechanics, loads={"go": {**TRIANGLE, "amplitude": 1.0}}, time=RAMP) == []
    problem = only(problems(BOX, mechanics=mechanics, loads={"go": TRIANGLE}, time=RAMP))
    assert problem.endswith(f'expected a load in {unit}; load "go" is in V')


@pytest.mark.parametrize(
    "load, expected",
    [
        (
            {"kind": "table", "times": [0, 1, 1], "values": [0, 1, 2]},
            "loads.bias.times: expected increasing times",
        ),
        (
            {"kind": "table", "times": [0, 1], "values": [0, 1, 2]},
            "loads.bias.values: found 3 of them for 2 times",
        ),
        (
            {"kind": "ramp", "stop": 1, "t0": 2, "t1": 1},
            "loads.bias.t1: found 1 s; expected more than t0 = 2 s",
        ),
    ],
)
def test_waveforms(load, expected):
    assert with_bias("bias", {"bias": load}) == [expected]


def test_unit_of_a_load_comes_from_its_values():
    boundary = [{"on": "top", "kind": "electrode", "potential": "bias"}]
    case = {**BOX, "electrostatics": {"boundary": boundary}, "time": RAMP}
    table = {"kind": "table", "times": ["0 s", "1 ms"], "values": [0, "3 kV"]}
    bias = load_case({**case, "loads": {"bias": table}}).loads["bias"]
    assert bias.unit == "V" and bias.values == (0.0, 3e3) and bias.times == (0.0, 1e-3)
    plain = load_case({**case, "loads": {"bias": {**TRIANGLE, "amplitude": 5}}}).loads["bias"]
    assert plain.unit is None


# --- time -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "time, expected",
    [
        ({"mode": "transient"}, ['time.end: missing; mode = "transient" needs it']),
        (
            {"mode": "transient", "steps": [1.0], "end": 1.0},
            ['time.steps: needs scheme = "backward-euler"; "adaptive" chooses its own steps'],
        ),
        (
            {"mode": "transient", "scheme": "backward-euler"},
            ['time.steps: missing; scheme = "backward-euler" needs the list of its steps'],
        ),
        (
            {"mode": "transient", "scheme": "backward-euler", "steps": [1.0], "end": 1.0},
            ['time.end: has no meaning for scheme = "backward-euler"; remove it'],
        ),
        (
            {"scheme": "backward-euler", "steps": [1.0]},
            ['time.scheme: "backward-euler" needs mode = "transient", found "relax"'],
        ),
        (
            {"mode": "relax", "end": 1.0, "points": 3},
            [
                'time.end: has no meaning for mode = "relax"; remove it',
                'time.points: has no meaning for mode = "relax"; remove it',
            ],
        ),
        (
            {"mode": "transient", "end": 1.0, "minimum": True},
            ['time.minimum: needs mode = "relax" or "ramp": the states of a transient are not at rest'],
        ),
        (
            {"mode": "transient", "end": "1 ns", "initial_step": "2 ns"},
            ["time.initial_step: found 2e-09 s, more than end = 1e-09 s"],
        ),
        (
            {"mode": "ramp"},
            [
                'time.end: missing; mode = "ramp" needs it',
                'time.points: missing; mode = "ramp" needs it',
                'time.mode: "ramp" follows loads that vary, and none is used',
            ],
        ),
    ],
)
def test_time(time, expected):
    assert problems(BOX, time=time) == expected


def test_backward_euler():
    time = {"mode": "transient", "scheme": "backward-euler", "steps": ["1 ps", 2e-12]}
    assert problems(BOX, time=time) == []


def test_loads_need_a_time_to_vary_in():
    relax = {"mode": "relax"}
    assert only(with_bias("bias", {"bias": TRIANGLE}, relax)).startswith(
        'electrostatics.boundary[0].potential: load "bias" varies in time, and mode = "relax" has no time'
    )
    assert with_bias("bias", {"bias": {"kind": "constant", "value": "1 V"}}, relax) == []
    assert with_bias("bias", {"bias": TRIANGLE}) == []


def test_problems_of_all_subjects_come_together():
    found = problems(
        FILM,
        mesh={"width": ["2 nm", "8 nm"]},
        material={"regions": {"substrate": {"elastic": {"C11": None}}}},
        electrostatics={"boundary": [{"on": "x_min", "kind": "electrode", "potential": "v"}]},
        mechanics={"strain": {"zz": 0.1}},
        time={"mode": "transient"},
    )
    assert [problem.split(":")[0] for problem in found] == [
        "mesh.periodic",
        "material.regions.substrate.elastic",
        "electrostatics.boundary[0].on",
        "mechanics.strain.zz",
        "electrostatics.boundary[0].potential",
        "time.end",
    ]
