"""Profiles of composition, misfit and temperature: their values, and what is refused before anything runs."""

from pathlib import Path

import numpy as np
import pytest
from cases_for_tests import BOX, FILM, laid_over, problems
from pydantic import TypeAdapter

from phasefield.case import load_case
from phasefield.case.material import Ferroelectric, case_material, check_materials, compositions, temperatures
from phasefield.case.misfit import film_misfit
from phasefield.case.profiles import extreme_values, profile
from phasefield.case.schema import ProfileSpec
from phasefield.errors import MaterialError

PZT = {"name": "PbZrTiO3_Haun1989"}
UP = {"kind": "linear", "bottom": 0.6, "top": 1.0}
NO_MISFIT = {"misfit": {"xx": 0.0}}
REGION = {"regions": FILM["material"]["regions"]}
HEIGHTS = np.array([0.0, 2.5e-9, 5e-9, 10e-9])


def spec(**table):
    return TypeAdapter(ProfileSpec).validate_python(table)


@pytest.mark.parametrize(
    ("table", "expected", "extremes"),
    [
        ({"kind": "linear", "bottom": 1.0, "top": 3.0}, [1.0, 1.5, 2.0, 3.0], (1.0, 3.0)),
        ({"kind": "steps", "values": [3, 1, 2], "at": ["2.5 nm", "7 nm"]}, [3, 1, 1, 2], (1.0, 3.0)),
        (
            {"kind": "tanh", "bottom": 2.0, "top": 0.0, "width": "2.5 nm"},
            1.0 - np.tanh([-2.0, -1.0, 0.0, 2.0]),
            (0.0, 2.0),
        ),
        (
            {"kind": "tanh", "bottom": 0.0, "top": 2.0, "width": "5 nm", "position": "10 nm"},
            1.0 + np.tanh([-2.0, -1.5, -1.0, 0.0]),
            (0.0, 2.0),
        ),
        (
            {"kind": "exponential", "bottom": 3.0, "far": 1.0, "length": "5 nm"},
            1.0 + 2.0 * np.exp([0.0, -0.5, -1.0, -2.0]),
            (1.0, 3.0),
        ),
        (
            {"kind": "exponential", "bottom": 1.0, "length": "5 nm", "start": "5 nm"},
            np.exp([0.0, 0.0, 0.0, -1.0]),
            (0.0, 1.0),
        ),
        ({"kind": "points", "positions": [0, "5 nm"], "values": [2.0, 4.0]}, [2.0, 3.0, 4.0, 4.0], (2.0, 4.0)),
    ],
)
def test_profiles(table, expected, extremes):
    assert profile(spec(**table), 10e-9)(HEIGHTS) == pytest.approx(np.asarray(expected, dtype=float))
    assert extreme_values(spec(**table)) == extremes


def test_profile_from_a_file(tmp_path: Path):
    (tmp_path / "x.csv").write_text("position,value\n0,0.6\n5e-9,0.8\n1e-8,0.7\n", encoding="utf-8")
    (tmp_path / "case.toml").write_text(
        'version = 1\n[material]\nname = "PbZrTiO3_Haun1989"\n[material.grading]\nkind = "file"\npath = "x.csv"\n'
        '[mesh]\nkind = "film"\nthickness = "10 nm"\nspacing = "1 nm"\n'
        '[initial]\nkind = "uniform"\nvalue = [0, 0, 0.5]\n[mechanics]\nreference_lattice = "4 angstrom"\n',
        encoding="utf-8",
    )
    grading = load_case(tmp_path / "case.toml").material.grading
    assert grading is not None
    assert profile(grading, 10e-9)(HEIGHTS) == pytest.approx([0.6, 0.7, 0.8, 0.7])
    assert extreme_values(grading) == (0.6, 0.8)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("position,value\n0,1\n0,2\n", "expected at least two rows, with increasing positions"),
        ("position,value\n0,1\n", "expected at least two rows, with increasing positions"),
        ("z,value\n0,1\n1,2\n", "no position; the file has z, value"),
    ],
)
def test_wrong_file(tmp_path: Path, text: str, message: str):
    path = tmp_path / "x.csv"
    path.write_text(text, encoding="utf-8")
    found = problems(
        FILM, material={"grading": {"kind": "file", "path": str(path)}}, mechanics={"reference_lattice": 4e-10}
    )
    assert len(found) == 1 and found[0].startswith("material.grading.path: ") and message in found[0]


def test_misfit_through_a_relaxed_film_after_cooling():
    """What relaxes is the misfit at the temperature of growth; thermal strain comes on top, everywhere."""
    thermal = {"expansion": 2e-6, "growth": 1000.0, "reference": 300.0}
    relaxation = {"kind": "exponential", "bottom": 1.0, "length": "5 nm"}
    mechanics = {"misfit": {"xx": -0.01, "yy": -0.01}, "misfit_profile": relaxation, "thermal": thermal}
    film = load_case(laid_over(FILM, {"mesh": {"thickness": "10 nm"}, "mechanics": mechanics}))
    grown = -0.01 - 2e-6 * 700.0
    found = film_misfit(film, 600.0, HEIGHTS)
    assert found[:, 0] == pytest.approx(grown * np.exp(-HEIGHTS / 5e-9) + 2e-6 * 400.0, rel=1e-12)
    assert (found[:, 1] == found[:, 0]).all() and (found[:, 3:] == 0.0).all()
    # Nothing relaxed: the temperature of growth does not matter.
    del mechanics["misfit_profile"]
    coherent = load_case(laid_over(FILM, {"mechanics": mechanics}))
    assert film_misfit(coherent, 600.0, HEIGHTS[:1])[0, 0] == pytest.approx(-0.01 - 2e-6 * 300.0, rel=1e-12)


def test_misfit_of_a_graded_film_against_the_lattice():
    film = load_case({**FILM, "material": {**PZT, "grading": UP, **REGION}, "mechanics": {"reference_lattice": 4e-10}})
    lattice = [Ferroelectric.of(film).lattice_parameter(298.15, x) for x in (0.6, 1.0)]
    ends = film_misfit(film, 298.15, np.array([0.0, film.mesh.thickness]))
    assert ends[:, :3] == pytest.approx(np.outer(4e-10 / np.array(lattice) - 1.0, np.ones(3)), rel=1e-12)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"material": {"grading": UP, "composition": 0.5}, "mechanics": NO_MISFIT},
            "material.composition: material.grading is given too; remove one of them",
        ),
        (
            {"material": {"grading": {**UP, "top": 1.2}}, "mechanics": NO_MISFIT},
            "material.grading: found compositions from 0.6 to 1.2; expected 0 to 1",
        ),
        (
            {"material": {"grading": UP}},
            "mechanics.reference_lattice: missing; the lattice parameter of a graded body varies: give that of the"
            " coherent substrate (m), or the body's own mean where its mean strain is free; or mechanics.misfit,"
            " with xx = 0 for no misfit anywhere",
        ),
        (
            {"mechanics": {"misfit": {"xx": 0.01}, "reference_lattice": "4 angstrom"}},
            "mechanics.misfit: mechanics.reference_lattice is given too; remove one of them",
        ),
        (
            {"mechanics": {"misfit_profile": UP}},
            "mechanics.misfit_profile: has no meaning without mechanics.misfit or mechanics.reference_lattice",
        ),
        (
            {"mechanics": {**NO_MISFIT, "misfit_profile": {"kind": "steps", "values": [1, 0], "at": ["5 nm"]}}},
            "mechanics.misfit_profile.at: found 5e-09 m; expected less than the thickness of the body, 4e-09 m",
        ),
        (
            {"mechanics": {**NO_MISFIT, "misfit_profile": {"kind": "steps", "values": [1, 0], "at": [1e-9, 2e-9]}}},
            "mechanics.misfit_profile.at: found 2 interfaces of 2 layers; expected one less",
        ),
        (
            {
                "mechanics": {
                    **NO_MISFIT,
                    "misfit_profile": {"kind": "points", "values": [1, 0, 2], "positions": [0, 2e-9, 2e-9]},
                }
            },
            "mechanics.misfit_profile.positions: expected increasing distances",
        ),
        (
            {"mechanics": {**NO_MISFIT, "misfit_profile": {"kind": "file", "path": "/no/such.csv"}}},
            "mechanics.misfit_profile.path: no such file: /no/such.csv",
        ),
        (
            {"electrostatics": {"space_charge": {"kind": "linear", "bottom": 0, "top": 1e6}, "boundary": []}},
            "electrostatics.space_charge: needs an electrode or screened surface, whose charge balances it",
        ),
        (
            {
                "electrostatics": {
                    "space_charge": {"kind": "steps", "values": [0, 1e6], "at": ["5 nm"]},
                    "boundary": [{"on": "film_bottom", "kind": "electrode"}],
                }
            },
            "electrostatics.space_charge.at: found 5e-09 m; expected less than the thickness of the body, 4e-09 m",
        ),
        (
            {"material": {"temperature": "heating"}},
            'material.temperature: no load is named "heating" (loads: none)',
        ),
        (
            {"material": {"temperature": "v"}, "loads": {"v": {"kind": "constant", "value": "3 V"}}},
            'material.temperature: expected a load in K; load "v" is in V',
        ),
    ],
)
def test_contradictions(changes, expected):
    assert problems(FILM, **changes) == [expected]


def test_axis_of_a_profile_is_one_of_the_mesh():
    found = problems(
        BOX,
        mesh={"size": [4e-9], "cells": [4]},
        material={"grading": UP},
        mechanics=NO_MISFIT,
    )
    assert found == ['material.grading.axis: found "z"; the mesh resolves "x"']


# --- materials --------------------------------------------------------------------------------------------

LINE = {"kind": "film", "thickness": "10 nm", "spacing": "1 nm"}


def graded(**changes):
    case = {**BOX, "mesh": LINE, "material": {**PZT, "grading": UP}, "mechanics": {"reference_lattice": 4e-10}}
    return load_case(laid_over(case, changes))


def test_middle_of_a_graded_body_is_its_material():
    case = graded()
    assert compositions(case)[0] == pytest.approx(0.8)
    assert case_material(case).composition == pytest.approx(0.8)


def test_every_composition_is_checked():
    with pytest.raises(MaterialError, match=r"elastic\.s11: the table covers x = 0\.4 to 1, not x = 0\.2"):
        check_materials(graded(material={"grading": {"bottom": 0.2}}))


def test_coupling_is_checked_at_every_composition():
    flexo = {"coefficients": {"f11": 30.0, "f12": 0.0, "f44": 0.0}}
    with pytest.raises(MaterialError, match="beyond its stability bound"):
        check_materials(graded(flexoelectricity=flexo))


def test_lattice_parameter_is_needed():
    case = load_case(laid_over(BOX, {"mechanics": {"reference_lattice": 4e-10}}))
    with pytest.raises(MaterialError, match="inline has no lattice parameter"):
        check_materials(case)


def test_temperatures_of_a_load():
    heating = {"kind": "ramp", "start": "27 degC", "stop": "400 K", "t1": 1.0}
    case = graded(
        material={"temperature": "heating"},
        loads={"heating": heating},
        time={"mode": "ramp", "end": 1.0, "points": 2},
    )
    found = temperatures(case)
    assert found[0] == pytest.approx(350.075)
    assert (min(found), max(found)) == pytest.approx((300.15, 400.0))


def test_constant_operators_do_not_follow_the_temperature(tmp_path: Path):
    text = (Path(__file__).parents[1] / "phasefield/materials/BaTiO3_Li2005.toml").read_text(encoding="utf-8")
    assert "value = 7.0" in text
    path = tmp_path / "warm.toml"
    path.write_text(text.replace("value = 7.0", 'formula = "7 + T/1000"'), encoding="utf-8")
    case = load_case(
        laid_over(
            {**BOX, "material": {"name": str(path), "temperature": "heating"}},
            {
                "loads": {"heating": {"kind": "ramp", "start": 300, "stop": 400, "t1": 1.0}},
                "time": {"mode": "ramp", "end": 1.0, "points": 2},
            },
        )
    )
    with pytest.raises(MaterialError, match="the background permittivity of BaTiO3_Li2005 depends on temperature"):
        check_materials(case)
