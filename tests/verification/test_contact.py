"""Tips on elastic half-spaces beside Hertz, flat punch and Boussinesq; contact found by a rigid sphere (V10)."""

import json
from pathlib import Path

import numpy as np
import pytest
from half_spaces import FORCE, MODULUS, POISSON, RADIUS, SHEAR, below, half_space, stress_at
from ranks import run_on

from phasefield.errors import CaseError
from phasefield.loads import contact
from phasefield.simulation import Simulation
from phasefield.solvers.contact import SphereContact, active_set, indented

A = contact.sphere_contact_radius(FORCE, RADIUS, MODULUS)
PEAK = contact.sphere_peak_pressure(FORCE, A)
SPHERE = {"kind": "sphere", "force": FORCE, "radius": RADIUS, "modulus": MODULUS}
QUARTER = {"axes": "xyz", "degree": 2, "spacing": 0.2 * A, "growth": 0.12}
FINE = {"axisymmetric": True, "degree": 2, "spacing": 0.08 * A, "growth": 0.12}


def sinking(simulation: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """Distances from the axis (m) of the nodes of the upper side and how far they sink (m)."""
    f = simulation.functional
    nodes = simulation.parts.conditions._nodes("top")
    x = f.spaces.phi.tabulate_dof_coordinates()[nodes][:, : simulation.domain.dim - 1]
    u = f.u.x.array.reshape(-1, 3)[nodes, 2]
    return np.linalg.norm(x, axis=1) * 1e-9, -u * simulation.scaling.displacement


def test_numbers_of_hertz() -> None:
    radius, peak = A, PEAK
    assert radius == pytest.approx(3.76913e-9, rel=1e-5)
    assert peak == pytest.approx(33.609e9, rel=1e-4)
    assert contact.sphere_indentation(A, RADIUS) == pytest.approx(0.71032e-9, rel=1e-4)


def test_stress_under_a_sphere() -> None:
    """V10.1: 2 % of the stress along the axis for 0.3 <= z/a <= 3, in a box of 15 a."""
    simulation = half_space(A, 15.0, SPHERE, mesh=QUARTER)
    t = np.array([0.3, 0.5, 1.0, 1.5, 2.0, 3.0])
    stress = stress_at(simulation, below(simulation, t * A))
    assert stress[:, 2] == pytest.approx(contact.sphere_axial_stress(t, PEAK), rel=0.02)
    for radial in (stress[:, 0], stress[:, 1]):
        assert np.abs(radial - contact.sphere_radial_stress(t, PEAK, POISSON)).max() < 0.02 * PEAK


def test_box_takes_from_the_indentation_in_proportion_to_one_over_its_size() -> None:
    """What a clamped box of 7.5 to 60 a leaves out: the table in docs/tips.md."""
    sizes = np.array([7.5, 15.0, 30.0, 60.0])
    sunk, stress = [], []
    for size in sizes:
        simulation = half_space(A, size, SPHERE, mesh=FINE)
        sunk.append(sinking(simulation)[1].max() / contact.sphere_indentation(A, RADIUS) - 1.0)
        stress.append(stress_at(simulation, below(simulation, np.array([3.0 * A])))[0, 2])
    assert np.array(sunk) * sizes == pytest.approx(-0.575, abs=0.03)
    assert np.abs(np.array(stress) / contact.sphere_axial_stress(3.0, PEAK) - 1.0).max() < 0.015


def test_stress_and_indentation_under_a_punch() -> None:
    """V10.2, with a rim of a tenth of the radius."""
    force = FORCE
    simulation = half_space(A, 60.0, {"kind": "punch", "force": force, "contact_radius": A}, mesh=FINE)
    mean = force / (np.pi * A**2)
    t = np.array([0.2, 0.5, 1.0, 2.0])
    stress = stress_at(simulation, below(simulation, t * A))
    assert stress[:, 2] == pytest.approx(mean * np.array([-0.5177515, -0.56, -0.5, -0.26]), rel=0.02)
    r, w = sinking(simulation)
    # The surface under the punch is flat, at the depth of the punch.
    assert w[r < 0.8 * A] == pytest.approx(contact.punch_indentation(force, A, MODULUS), rel=0.03)


def test_deflection_around_a_point_force() -> None:
    """V10.3: the surface sinks as 1/r outside the cut-off, in a box of 600 of it."""
    simulation = half_space(A, 600.0, {"kind": "point", "force": FORCE, "cutoff": A}, mesh=FINE)
    r, w = sinking(simulation)
    outside = (r > 3.0 * A) & (r < 10.0 * A)
    assert outside.sum() > 10
    assert w[outside] == pytest.approx(contact.point_deflection(FORCE, r[outside], POISSON, SHEAR), rel=0.03)


def test_line_force_in_a_section() -> None:
    """Cylinder in plane strain: σ_zz on the axis is −p0/√(1 + t²) (Johnson, section 4.2)."""
    force = 150.0
    a = contact.cylinder_contact_radius(force, RADIUS, MODULUS)
    tip = {"kind": "sphere", "force": force, "radius": RADIUS, "modulus": MODULUS}
    simulation = half_space(a, 30.0, tip, mesh={"degree": 2, "spacing": 0.1 * a, "growth": 0.15})
    t = np.array([0.3, 0.5, 1.0, 2.0, 3.0])
    stress = stress_at(simulation, below(simulation, t * a))
    assert stress[:, 2] == pytest.approx(-2.0 * force / (np.pi * a) / np.sqrt(1.0 + t**2), rel=0.02)


# --- contact that is found --------------------------------------------------------------------------------


def test_active_set_of_springs() -> None:
    """Independent springs under a sphere: each in contact is pressed to it, λ = (δ − gap)/compliance."""
    gap = np.array([0.0, 1.0, 2.0, 5.0])
    forces, approach = active_set(np.diag([1.0, 1.0, 2.0, 1.0]), gap, 6.0)
    assert approach == pytest.approx(3.2)
    assert forces == pytest.approx([3.2, 2.2, 0.6, 0.0])
    assert indented(np.diag([1.0, 1.0, 2.0, 1.0]), gap, 3.2) == pytest.approx([3.2, 2.2, 0.6, 0.0])
    assert active_set(np.eye(4), gap + 2.0, 0.0) == (pytest.approx(np.zeros(4)), 2.0)
    assert not indented(np.eye(4), gap, -1.0).any()


def found_contact(mesh: dict, images: int = 1) -> SphereContact:
    simulation = half_space(A, 120.0, None, mesh=mesh)
    mechanics = simulation.problem.mechanics
    return SphereContact(simulation.functional, mechanics, simulation.scaling, "top", RADIUS, 1.25 * A, images)


def test_rigid_sphere_finds_the_contact_of_hertz() -> None:
    """V10.1: radius and indentation within 3 %, and the pressure that loads prescribe."""
    sphere = found_contact({"axisymmetric": True, "spacing": 0.03 * A, "growth": 0.1})
    state = sphere.press(FORCE)
    assert state.radius == pytest.approx(A, rel=0.03)
    assert state.indentation == pytest.approx(contact.sphere_indentation(A, RADIUS), rel=0.03)
    inside = state.distances < 0.9 * A
    hertz = PEAK * np.sqrt(1.0 - (state.distances[inside] / A) ** 2)
    assert np.abs(state.pressures[inside] - hertz).max() < 0.05 * PEAK
    half = sphere.press(0.125 * FORCE)
    assert half.radius == pytest.approx(0.5 * state.radius, rel=0.05)
    assert half.indentation == pytest.approx(0.25 * state.indentation, rel=0.03)


def test_reach_that_is_too_short_is_an_error() -> None:
    sphere = found_contact({"axisymmetric": True, "spacing": 0.1 * A, "growth": 0.4})
    with pytest.raises(CaseError, match="enlarge reach"):
        sphere.press(8.0 * FORCE)


@pytest.mark.long
def test_rigid_sphere_in_three_dimensions() -> None:
    sphere = found_contact({"axes": "xyz", "spacing": 0.06 * A, "growth": 0.25}, images=4)
    state = sphere.press(FORCE)
    assert state.radius == pytest.approx(A, rel=0.03)
    assert state.indentation == pytest.approx(contact.sphere_indentation(A, RADIUS), rel=0.04)


def test_tips_do_not_depend_on_ranks(tmp_path: Path) -> None:
    for ranks in (1, 2):
        run_on(ranks, "tip_ranks.py", tmp_path / f"{ranks}.json")
    one, two = (json.loads((tmp_path / f"{ranks}.json").read_text()) for ranks in (1, 2))
    assert one == pytest.approx(two, rel=1e-7)
