"""Rigid spheres in contact as loads of cases: Hertz (V10.1), work of the force, films whose polarization follows."""

import json
from pathlib import Path

import numpy as np
import pytest
from cases_for_tests import laid_over
from half_spaces import FORCE, ISOTROPIC, MODULUS, RADIUS
from indented import FILM, SECTION, pressed
from ranks import on_one_and_two

from phasefield.case import load_case
from phasefield.errors import CaseError
from phasefield.loads import contact
from phasefield.simulation import Simulation, run_case

A = contact.sphere_contact_radius(FORCE, RADIUS, MODULUS)
HALF_SPACE = {
    "version": 1,
    "material": ISOTROPIC,
    "mesh": {
        "kind": "tip",
        "half": "x",
        "axisymmetric": True,
        "thickness": 120.0 * A,
        "reach": 120.0 * A,
        "contact": 1.2 * A,
        "spacing": 0.04 * A,
        "growth": 0.12,
    },
    "initial": {"kind": "uniform", "value": [0, 0, 0]},
    "electrostatics": {"enabled": False},
    "mechanics": {
        "boundary": [{"on": ["bottom", "x_max"], "kind": "clamped"}],
        "tip": {"kind": "indenter", "radius": RADIUS, "reach": 1.25 * A, "force": "press"},
    },
    "loads": {"press": {"kind": "ramp", "stop": FORCE, "t1": 1.0}},
    "time": {"mode": "ramp", "end": 1.0, "points": 4},
}


def last(case: dict) -> dict[str, float]:
    """The last row of a run."""
    return {name: float(column[-1]) for name, column in Simulation(load_case(case)).run().observables.items()}


@pytest.fixture(scope="module")
def sinking() -> dict[str, np.ndarray]:
    """Columns of a sphere that is pressed into a half-space."""
    return Simulation(load_case(HALF_SPACE)).run().observables


def test_a_sphere_sinks_into_a_half_space_as_hertz_says(sinking) -> None:
    """V10.1 for forces up to 1 uN: contact radius and indentation within 3 %."""
    force = sinking["tip_force"]
    np.testing.assert_allclose(force[1:], FORCE * np.array([0.0, 0.25, 0.5, 0.75, 1.0]), atol=1e-18)
    a = np.cbrt(0.75 * force[2:] * RADIUS / MODULUS)
    np.testing.assert_allclose(sinking["tip_contact_radius"][2:], a, rtol=0.03)
    np.testing.assert_allclose(sinking["tip_approach"][2:], a**2 / RADIUS, rtol=0.03)
    assert sinking["tip_peak_pressure"][-1] == pytest.approx(contact.sphere_peak_pressure(FORCE, A), rel=0.03)
    assert sinking["tip_cells"][-1] == pytest.approx(25.0, rel=0.1)
    # The body has stored 2/5 of F δ: F is proportional to the indentation^(3/2).
    assert -sinking["energy_load"][-1] / sinking["energy_elastic"][-1] == pytest.approx(5.0 / 2.0, rel=0.01)


def test_an_indentation_needs_the_force_that_makes_it(sinking) -> None:
    to_depth = pressed(HALF_SPACE, force=None, indentation=float(sinking["tip_approach"][-1]))
    row = last(laid_over(to_depth, {"loads": {"press": None}, "time": {"mode": "relax", "end": None, "points": None}}))
    assert row["tip_force"] == pytest.approx(FORCE, rel=1e-6)
    assert row["energy_load"] == 0.0
    assert row["energy_elastic"] == pytest.approx(sinking["energy_elastic"][-1], rel=1e-6)


def test_energy_falls_by_the_work_of_the_force() -> None:
    """dH/dF = −δ with P, φ, u and the contact in equilibrium (the envelope theorem); on the way there H falls."""
    tight = laid_over(FILM, {"mesh": {"spacing": "0.5 nm"}, "time": {"equilibrium": 1e-8}})
    force, step = 200e-9, 2e-9
    low, high = (last(pressed(tight, force=f)) for f in (force - step, force + step))
    middle = Simulation(load_case(tight)).run().observables
    slope = (high["energy_total"] - low["energy_total"]) / (2.0 * step)
    assert slope == pytest.approx(-middle["tip_approach"][-1], rel=1e-4)
    energy = middle["energy_total"]
    assert len(energy) > 3 and (np.diff(energy) <= 1e-9 * abs(energy[0])).all()
    assert energy[-1] < energy[0]


def test_half_a_body_has_half_the_work() -> None:
    """Energies are those of the meshed part, forces those of the body."""
    press = {"kind": "table", "times": [0, 1, 2], "values": [7.9, 8.0, 8.1], "start": None, "stop": None, "t1": None}
    tight = {"time": {"end": 2.0, "equilibrium": 1e-8}, "solver": {"mechanics_tolerance": 1e-12}}
    columns = Simulation(load_case(laid_over(SECTION, {"loads": {"press": press}, **tight}))).run().observables
    slope = (columns["energy_total"][-1] - columns["energy_total"][1]) / 0.2
    assert slope == pytest.approx(-0.5 * columns["tip_approach"][2], rel=1e-4)


def test_the_pressure_of_hertz_is_nearly_that_found_on_a_film() -> None:
    """V10 for 4.8 nm of BaTiO3 on SrTiO3: the table in docs/tips.md."""
    found = last(FILM)
    a = found["tip_contact_radius"]
    assert found["tip_cells"] > 6.0
    assert found["tip_peak_pressure"] == pytest.approx(contact.sphere_peak_pressure(200e-9, a), rel=0.1)
    alike = laid_over(FILM, {"mechanics": {"tip": None}})
    alike["mechanics"]["tip"] = {"kind": "sphere", "contact_radius": a, "force": "200 nN", "column": "3 nm"}
    prescribed = last(alike)
    assert prescribed["tip_P_z"] == pytest.approx(found["tip_P_z"], rel=0.03)
    assert prescribed["tip_indentation"] == pytest.approx(found["tip_indentation"], rel=0.1)


def test_an_indenter_that_moves_is_at_every_place_like_one_that_rests() -> None:
    whole = laid_over(
        SECTION,
        {
            "material": {"landau": {"alpha_1": 1e9}},
            "mesh": {"half": None, "track": "4 nm"},
            "mechanics": {"boundary": [{"on": "bottom", "kind": "clamped"}]},
            "initial": {"value": [0, 0, 0]},
            "loads": {"press": {"start": 10.0, "stop": 10.0}},
            "time": {"equilibrium": 1e-10},
            "solver": {"linear_tolerance": 1e-10},
        },
    )
    moving = last(pressed(whole, track=[["-2 nm", 0], ["1 nm", 0]], speed=3e-9))
    resting = last(pressed(whole, at=["1 nm", 0]))
    assert moving["tip_x"] == pytest.approx(1e-9)
    for name in ("tip_contact_radius", "tip_peak_pressure", "tip_indentation", "energy_elastic", "energy_electric"):
        assert moving[name] == pytest.approx(resting[name], rel=1e-6), name


def test_a_reach_that_is_too_short_is_an_error() -> None:
    with pytest.raises(CaseError, match="enlarge reach"):
        Simulation(load_case(pressed(SECTION, reach="1 nm"))).run()


def test_run_says_how_well_the_contact_is_resolved(tmp_path: Path) -> None:
    run_case(load_case(laid_over(SECTION, {"mesh": {"spacing": "1 nm"}})), tmp_path)
    report = json.loads((tmp_path / "run.json").read_text())["tip"]
    assert report["largest_force"] == pytest.approx(10.0)
    assert report["cells_per_contact_radius"] < 4.0 and "refine the mesh" in report["warning"]


def test_indenters_do_not_depend_on_ranks(tmp_path: Path) -> None:
    one, two = on_one_and_two("indenter_ranks.py", tmp_path)
    assert one["tip_force"] == pytest.approx(10.0)
    assert one == pytest.approx(two, rel=1e-6)
