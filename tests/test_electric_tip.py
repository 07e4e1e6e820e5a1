"""Potentials of tips above a dielectric: interface conditions, the sphere's surface, printed numbers (V9.1 to V9.3).

Tips of cases: at rest and moving, on one rank and on two.
"""

from pathlib import Path

import numpy as np
import pytest
from cases_for_tests import BOX, laid_over, problems
from ranks import on_one_and_two

from phasefield.case import load_case
from phasefield.case.schema import SphereAbove
from phasefield.loads import electric_tip
from phasefield.loads.electric_tip import BiasedTip, Dielectric, Disk, Sphere
from phasefield.simulation import Simulation
from phasefield.units import EPSILON_0


def test_a_charge_obeys_both_interface_conditions():
    ex, ez = 200.0, 30.0
    body, q, h, step = Dielectric(ex, ez), 1.6e-19, 5e-9, 1e-14
    rho = np.linspace(0.0, 30e-9, 7)
    inside, above = (f(q, h, rho, 0.0) for f in (body.potential, body.potential_above))
    np.testing.assert_allclose(inside, above, rtol=1e-14)
    slope_inside = (body.potential(q, h, rho, step) - inside) / step
    slope_above = (above - body.potential_above(q, h, rho, step)) / step
    np.testing.assert_allclose(ez * slope_inside, slope_above, rtol=1e-4)


def test_a_charge_above_an_isotropic_dielectric():
    e, q, d, r = 80.0, 1.6e-19, 4e-9, 9e-9
    body = Dielectric(e, e)
    # 2q/(e + 1) in place of q as seen from inside, -q (e - 1)/(e + 1) at the mirror point as seen from above.
    assert body.potential(q, d, 0.0, r - d) == pytest.approx(2 * q / (e + 1) / (4 * np.pi * EPSILON_0 * r), rel=1e-14)
    image = body.potential_above(q, d, r, d) - q / (4 * np.pi * EPSILON_0 * r)
    expected = -q * (e - 1) / (e + 1) / (4 * np.pi * EPSILON_0 * np.hypot(r, 2 * d))
    assert image == pytest.approx(expected, rel=1e-13)


def test_potential_of_a_charge_in_an_anisotropic_dielectric_is_without_sources():
    ex, ez = 200.0, 30.0
    body, q, h, d = Dielectric(ex, ez), 1.0, 3.0, 1e-3
    rho, z = 2.0, 1.5

    def phi(x, y, z):
        return body.potential(q, h, np.hypot(x, y), z)

    second = [
        (phi(rho + d * a, d * b, z + d * c) + phi(rho - d * a, -d * b, z - d * c) - 2 * phi(rho, 0.0, z)) / d**2
        for a, b, c in np.eye(3)
    ]
    assert abs(ex * (second[0] + second[1]) + ez * second[2]) < 1e-5 * ex * abs(second[0])


# --- disk -------------------------------------------------------------------------------------------------


def test_disk_has_the_printed_potential():
    disk = Disk(10.0)
    assert disk.potential(7.0, 3.0) == pytest.approx(0.760391264, abs=1e-9)
    assert disk.potential(7.0, 6.0, gamma=2.0) == pytest.approx(0.760391264, abs=1e-9)
    assert np.array_equal(disk.potential(np.linspace(0.0, 10.0, 9)), np.ones(9))
    assert disk.potential(25.0) == pytest.approx(2 / np.pi * np.arcsin(10 / 25), rel=1e-14)


def test_field_of_a_disk_is_the_slope_of_its_potential():
    disk, gamma, z, step = Disk(4.0), 0.6, 2.3, 1e-5
    slope = -(disk.potential(0.0, z + step, gamma) - disk.potential(0.0, z - step, gamma)) / (2 * step)
    assert disk.field_on_axis(z, gamma) == pytest.approx(slope, rel=1e-9)
    assert disk.field_on_axis(0.0, gamma) == pytest.approx(2 / (np.pi * gamma * 4.0), rel=1e-14)


def test_capacitance_of_a_disk_is_its_charge_far_away():
    body, disk, r = Dielectric(300.0, 50.0), Disk(1.0), 1e4
    # Far away it is a charge on the surface.
    assert disk.potential(0.0, r, body.gamma) == pytest.approx(
        float(body.potential(disk.capacitance(body), 0.0, 0.0, r)), rel=1e-7
    )


# --- sphere -----------------------------------------------------------------------------------------------

#: Radius and gap (nm), permittivities across and along; C (F), phi(0, 0), E_z(0) (1/m), phi(0, R), at 1 V.
PRINTED = [
    ((50, 1, 300, 300), (1.58152129e-17, 0.0473024472, 3.1540500e6, 0.0124961488)),
    ((50, 0.1, 300, 300), (2.12720903e-17, 0.1444442180, 2.84979879e7, 0.0189170496)),
    ((50, 1, 2000, 120), (1.59387833e-17, 0.0293875528, 8.0339395e6, 0.0025178915)),
    ((20, 1, 100, 100), (5.28164697e-18, 0.0837049016, 9.0047661e6, 0.0286178910)),
]


def sphere(R, gap, across, along):
    return Sphere(R * 1e-9, gap * 1e-9, Dielectric(across, along))


@pytest.mark.parametrize(("of", "printed"), PRINTED)
def test_sphere_has_the_printed_numbers(of, printed):
    tip = sphere(*of)
    found = (tip.capacitance(), tip.potential(0.0), tip.field_on_axis(0.0), tip.potential(0.0, tip.radius))
    assert found == pytest.approx(printed, rel=1e-8)


@pytest.mark.parametrize("of", [row[0] for row in PRINTED])
def test_sphere_is_at_its_potential(of):
    tip = sphere(*of)
    angle = np.linspace(0.0, np.pi, 40)
    rho, height = tip.radius * np.sin(angle), tip.radius + tip.gap - tip.radius * np.cos(angle)
    assert np.abs(tip.potential_above(rho, height) - 1.0).max() < 1e-14 * len(tip.charges[0])
    np.testing.assert_allclose(tip.potential_above(rho, 0.0), tip.potential(rho), rtol=1e-13)


def test_sphere_in_contact_has_its_potential_there():
    assert sphere(50, 0, 300, 300).potential(0.0) == pytest.approx(1.0, abs=1e-9)


def test_long_series_are_summed_in_parts(monkeypatch):
    tip, rho = sphere(50, 0.1, 300, 300), np.linspace(0.0, 1e-7, 12).reshape(3, 4)
    whole = tip.potential(rho)
    monkeypatch.setattr(electric_tip, "MOST_TERMS", 2 * len(tip.charges[0]))
    assert np.array_equal(tip.potential(rho), whole)


# --- tips of cases ----------------------------------------------------------------------------------------

TIP = {"kind": "sphere", "radius": "5 nm", "gap": "1 nm", "permittivity": [80, 80], "potential": "bias"}
TRACK = [["2 nm", "3 nm"], ["5 nm", "3 nm"], ["5 nm", "7 nm"]]
#: Paraelectric, so that the state at a time does not depend on those before it.
SCAN = laid_over(
    BOX,
    {
        "material": {"landau": {"alpha_1": 1e9}},
        "mesh": {"size": ["7 nm", "8 nm", "4 nm"], "cells": [7, 8, 4]},
        "initial": {"kind": "uniform", "value": [0, 0, 0], "amplitude": None},
        "mechanics": {"enabled": False},
        "electrostatics": {
            "tip": {**TIP, "track": TRACK, "speed": "1 m/s", "start": "1 ns"},
            "boundary": [{"on": "bottom", "kind": "electrode"}],
        },
        "loads": {"bias": {"kind": "ramp", "start": "1 V", "stop": "9 V", "t1": "8 ns"}},
        "time": {"mode": "ramp", "end": "8 ns", "points": 4, "equilibrium": 1e-11},
        "solver": {"linear_tolerance": 1e-13},
    },
)


def test_potential_of_a_tip_of_a_case():
    spec = SphereAbove.model_validate({**TIP, "track": TRACK, "speed": 1.0, "start": 1e-9})
    points = np.random.default_rng(1).uniform(0.0, 7e-9, (20, 2))
    tip = BiasedTip(spec, lambda t: 2.0 + 1e9 * t, points)
    for t, place in ((0.0, (2e-9, 3e-9)), (3e-9, (4e-9, 3e-9)), (3e-9, (4e-9, 3e-9)), (6e-9, (5e-9, 5e-9))):
        expected = sphere(5, 1, 80, 80).potential(np.hypot(*(points - place).T))
        np.testing.assert_allclose(tip(t), (2.0 + 1e9 * t) * expected, rtol=1e-12)
        assert list(tip.row(t).values()) == pytest.approx([2.0 + 1e9 * t, *place])


def test_a_tip_that_moves_is_at_every_place_like_one_that_rests():
    moving = Simulation(load_case(SCAN))
    rows, fields = [], []
    moving._record = lambda files, step: (Simulation._record(moving, files, step), fields.append(state(moving)))
    rows = moving.run().observables
    assert rows["electric_tip_x"][1:] == pytest.approx(np.array([2, 3, 5, 5, 5]) * 1e-9)
    assert rows["electric_tip_y"][1:] == pytest.approx(np.array([3, 3, 3, 5, 7]) * 1e-9)
    assert rows["electric_tip_potential"][1:] == pytest.approx([1, 3, 5, 7, 9])
    for k in (1, 4):
        at = [rows["electric_tip_x"][k + 1], rows["electric_tip_y"][k + 1]]
        rest = {"track": None, "speed": None, "start": None, "at": at, "potential": 1.0 + 2.0 * k}
        static = laid_over(
            SCAN, {"electrostatics": {"tip": rest}, "time": {"mode": "relax", "end": None, "points": None}}
        )
        alone = Simulation(load_case(static))
        alone.run()
        for found, expected in zip(fields[k], state(alone), strict=True):
            assert np.abs(found - expected).max() < 1e-9 * np.abs(expected).max()


def state(simulation):
    """P and the potential of a run on one rank."""
    return [simulation.functional.P.x.array.copy(), simulation.functional.phi.x.array.copy()]


def test_tips_do_not_depend_on_ranks(tmp_path: Path):
    one, two = on_one_and_two("electric_tip_ranks.py", tmp_path)
    assert set(one) == {"disk", "sphere", "moving sphere", "meshed cone"}
    for kind, columns in one.items():
        assert columns["max_phi"] > 0.0
        assert columns == pytest.approx(two[kind], rel=1e-6, abs=0.0), kind


@pytest.mark.parametrize(
    ("tip", "message"),
    [
        ({"speed": None}, "electrostatics.tip.speed: missing; track and speed belong together"),
        ({"track": [[0, 0], ["9 nm", 0]]}, "electrostatics.tip.track: x = 9e-09 m is not above the mesh"),
        ({"potential": "base"}, 'electrostatics.tip.potential: no load is named "base"'),
    ],
)
def test_contradictions_are_refused(tip, message):
    # The load that is not used any more makes no ramp.
    [problem, *_] = problems(SCAN, electrostatics={"tip": tip})
    assert problem.startswith(message)


def test_a_moving_tip_needs_time():
    [problem, *_] = problems(SCAN, time={"mode": "relax", "end": None, "points": None})
    assert problem.startswith('electrostatics.tip.potential: load "bias" varies in time')
    still = {"tip": {"potential": "1 V"}}
    [problem] = problems(SCAN, electrostatics=still, time={"mode": "relax", "end": None, "points": None})
    assert problem.startswith("electrostatics.tip.track: the tip moves in time")
    assert problems(SCAN, electrostatics=still) == []


def test_a_tip_of_a_body_of_revolution_is_on_its_axis():
    mesh = {"size": ["4 nm", "4 nm"], "cells": [4, 4], "axes": "xz", "axisymmetric": True}
    crystal = {"axial_average": True}
    [problem] = problems(SCAN, mesh=mesh, crystal=crystal)
    assert problem.startswith("electrostatics.tip.track: the tip of a body of revolution is on its axis")


def test_energy_is_not_watched_while_a_tip_moves():
    case = laid_over(SCAN, {"electrostatics": {"tip": {"potential": "1 V"}}})
    assert Simulation(load_case(case)).parts.conditions.last_change == pytest.approx(8e-9)
