"""Tips at a potential above a body, prescribed or meshed: its field beside closed forms (V9.2, V9.3), converse
flexoelectricity (V6.2)."""

from pathlib import Path

import numpy as np
import pytest
from half_space import along_axis, half_plane
from relaxed import EPSILON_0, linear_dielectric, simulation_of, uniform
from scipy.interpolate import CubicSpline

from phasefield.loads.electric_tip import Dielectric, Disk, Sphere
from phasefield.simulation import Simulation

BACKGROUND, SUSCEPTIBILITY = 7.0, 293.0
#: Not the side: there the potential of the surface would jump to zero, a field that grows as cells get thinner.
GROUNDED = {"on": "bottom", "kind": "electrode"}
#: Poled along z: different permittivities along and across.
POLED = {"alpha_1": -1e8, "alpha_11": 5e8, "alpha_12": 2e9}
POLARIZATION = np.sqrt(0.1)


def below_tip(folder: Path, tip: dict, landau: dict, P: float, edge: float) -> tuple[CubicSpline, float]:
    """Potential (V) on the axis against the depth (m), and −δP_z (C/m²) at the surface, per volt of the tip."""
    voltage = 1e-2
    simulation = simulation_of(
        material={**linear_dielectric(1.0, BACKGROUND, 1e-14), "landau": landau},
        mesh=half_plane(folder / "half.msh", [edge], edge / 20.0, 300.0 * edge),
        crystal={"axial_average": True},
        initial=uniform(0, 0, P),
        mechanics={"enabled": False},
        electrostatics={"tip": {"potential": voltage, **tip}, "boundary": [GROUNDED]},
        # The mean over the body sees little of what happens under the tip.
        time={"equilibrium": 1e-12},
        solver={"linear_tolerance": 1e-10},
    )
    simulation.run()
    depth, phi = along_axis(simulation.functional.phi)
    change = P - along_axis(simulation.functional.P)[1][0, 2] * simulation.scaling.polarization
    return CubicSpline(depth * 1e-9, phi[:, 0] * simulation.scaling.potential / voltage), change / voltage


def test_disk_on_a_poled_crystal(tmp_path: Path) -> None:
    radius = 10e-9
    phi, P_z = below_tip(tmp_path, {"kind": "disk", "radius": radius}, POLED, POLARIZATION, 10.0)
    # Curvatures of the Landau energy at the spontaneous polarization, P² = −α1/2α11.
    along = BACKGROUND + 1.0 / (EPSILON_0 * -4.0 * POLED["alpha_1"])
    across = 2.0 * POLED["alpha_1"] + 2.0 * POLED["alpha_12"] * POLARIZATION**2
    dielectric, disk = Dielectric(BACKGROUND + 1.0 / (EPSILON_0 * across), along), Disk(radius)
    assert dielectric.gamma != pytest.approx(1.0, abs=0.1)
    depth = np.array([0.3, 1.0, 3.0]) * radius
    np.testing.assert_allclose(phi(depth), disk.potential(0.0, depth, dielectric.gamma), rtol=0.01)
    # P, which is continuous, follows the field better than the slope of the potential in one cell.
    E_z = P_z / (EPSILON_0 * (along - BACKGROUND))
    assert E_z == pytest.approx(float(disk.field_on_axis(0.0, dielectric.gamma)), rel=0.02)


@pytest.mark.parametrize("gap", [1e-9, 0.1e-9])
def test_sphere_above_a_dielectric(tmp_path: Path, gap: float) -> None:
    radius, permittivity = 50e-9, BACKGROUND + SUSCEPTIBILITY
    tip = {"kind": "sphere", "radius": radius, "gap": gap, "permittivity": [permittivity, permittivity]}
    landau = {"alpha_1": 0.5 / (EPSILON_0 * SUSCEPTIBILITY)}
    edge = 1e9 * np.sqrt(2.0 * radius * gap)
    phi, P_z = below_tip(tmp_path, tip, landau, 0.0, edge)
    sphere = Sphere(radius, gap, Dielectric(permittivity, permittivity))
    depth = np.array([0.1, 0.3, 1.0]) * radius
    np.testing.assert_allclose(phi(depth), sphere.potential(0.0, depth), rtol=0.01)
    assert P_z / (EPSILON_0 * SUSCEPTIBILITY) == pytest.approx(float(sphere.field_on_axis(0.0)), rel=0.02)


# --- the meshed tip ---------------------------------------------------------------------------------------


def meshed(kind: str, radius: float, gap: float, size: float, **mesh: object) -> dict[str, object]:
    """Mesh table of a metal tip in air above a film whose box is `size` wide and high (nm)."""
    table = {"kind": "tip", "axisymmetric": True, "half": "x", "thickness": size, "air": size, "reach": size, **mesh}
    lengths = {key: float(table[key]) * 1e-9 for key in ("thickness", "air", "reach", "contact", "spacing")}
    shape = {"kind": kind, "radius": radius * 1e-9, "gap": gap * 1e-9}
    return {**table, **lengths, "conductor": {**shape, **({"half_angle": "20 deg"} if kind == "cone" else {})}}


def under_metal(mesh: dict[str, object], landau: dict, P: float, voltage: float = 1e-2) -> Simulation:
    """The dielectric at rest under a meshed tip; the charge of its own polarization is screened at the surface."""
    screening = [{"on": "film_top", "kind": "free", "charge_density": -P}] if P else []
    tip = {"on": "conductor", "kind": "electrode", "potential": voltage}
    simulation = simulation_of(
        material={**linear_dielectric(1.0, BACKGROUND, 1e-14), "landau": landau, "regions": {"air": {"fluid": True}}},
        mesh=mesh,
        crystal={"axial_average": bool(mesh["axisymmetric"])},
        initial=uniform(0, 0, P),
        mechanics={"enabled": False},
        electrostatics={"boundary": [GROUNDED, tip, *screening]},
        time={"equilibrium": 1e-12},
        solver={"linear_tolerance": 1e-10},
    )
    simulation.run()
    return simulation


def below_metal(simulation: Simulation, voltage: float = 1e-2) -> tuple[CubicSpline, np.ndarray]:
    """Potential per volt of the tip on the axis in the film against the depth (m), and P (C/m²) at its surface."""
    f, domain = simulation.functional, simulation.domain
    x = f.phi.function_space.tabulate_dof_coordinates()
    top = domain.extent(2, "film")[1]
    on_axis = np.flatnonzero((np.abs(x[:, : domain.dim - 1]) < 1e-9).all(axis=1) & (x[:, domain.dim - 1] < top + 1e-9))
    depth = top - x[on_axis, domain.dim - 1]
    on_axis = on_axis[np.argsort(depth)]
    phi = f.phi.x.array[on_axis] * simulation.scaling.potential / voltage
    P = f.P.x.array.reshape(-1, 3)[on_axis[0]] * simulation.scaling.polarization
    return CubicSpline(np.sort(depth) * 1e-9, phi), P


def charge_of(simulation: Simulation, boundary: str) -> float:
    """Free charge (C) of an electrode: δH/δφ where φ is prescribed."""
    charges = simulation.problem.polarization.gauss()
    nodes = simulation.parts.conditions._nodes(boundary)
    return float(abs(charges[nodes].sum())) * simulation.scaling.polarization * 1e-18


@pytest.mark.parametrize(
    ("landau", "P", "gap", "mesh"),
    [
        ({"alpha_1": 0.5 / (EPSILON_0 * SUSCEPTIBILITY)}, 0.0, 1.0, {"contact": 10.0, "spacing": 0.2}),
        ({"alpha_1": 0.5 / (EPSILON_0 * SUSCEPTIBILITY)}, 0.0, 0.1, {"contact": 3.0, "spacing": 0.02}),
        # As deep as wide for its field, whose depth is z √(ε_x/ε_z).
        (POLED, POLARIZATION, 1.0, {"contact": 10.0, "spacing": 0.15, "thickness": 1420.0}),
    ],
    ids=["1 nm", "0.1 nm", "poled"],
)
def test_meshed_sphere_in_air_is_the_series_of_images(landau: dict, P: float, gap: float, mesh: dict) -> None:
    """V9.3: potential 1 %, field 2 %, and the charge of the sphere."""
    radius, volt = 50.0, 1e-2
    simulation = under_metal(meshed("sphere", radius, gap, 2000.0, growth=0.12, **mesh), landau, P)
    curvatures = (2.0 * landau["alpha_1"] + 2.0 * landau.get("alpha_12", 0.0) * P**2, -4.0 * landau["alpha_1"])
    across, along = (curvatures[0], curvatures[1] if P else curvatures[0])
    sphere = Sphere(
        radius * 1e-9, gap * 1e-9, Dielectric(*(BACKGROUND + 1.0 / (EPSILON_0 * c) for c in (across, along)))
    )
    phi, P_surface = below_metal(simulation)
    depth = np.array([0.0, 0.1, 0.3, 1.0]) * radius * 1e-9
    np.testing.assert_allclose(phi(depth), sphere.potential(0.0, depth), rtol=0.01)
    assert (P - P_surface[2]) / volt * along == pytest.approx(float(sphere.field_on_axis(0.0)), rel=0.02)
    assert charge_of(simulation, "conductor") / volt == pytest.approx(sphere.capacitance(), rel=0.02)


def test_a_cone_reaches_farther_than_its_end(tmp_path: Path) -> None:
    """Right under a cone the field is that of the sphere it ends in; at the depth of its radius the cone adds to it."""
    landau = {"alpha_1": 0.5 / (EPSILON_0 * SUSCEPTIBILITY)}
    fine = {"contact": 10.0, "spacing": 0.2, "growth": 0.25}
    found = [
        below_metal(under_metal(meshed(kind, 50.0, 1.0, 600.0, **fine), landau, 0.0)) for kind in ("sphere", "cone")
    ]
    (sphere, P_sphere), (cone, P_cone) = found
    assert P_cone[2] == pytest.approx(P_sphere[2], rel=0.05)
    assert cone(50e-9) > 1.05 * sphere(50e-9)


@pytest.mark.long
def test_meshed_sphere_in_three_dimensions() -> None:
    """A quarter beside the half-plane of the same body, both of coarse cells of the same size."""
    landau = {"alpha_1": 0.5 / (EPSILON_0 * SUSCEPTIBILITY)}
    coarse = {"contact": 12.0, "spacing": 1.0, "growth": 0.3}
    flat = meshed("sphere", 20.0, 4.0, 100.0, **coarse)
    found = [below_metal(under_metal(mesh, landau, 0.0)) for mesh in (flat, {**flat, "axisymmetric": False, **CUT})]
    (disk, P_disk), (block, P_block) = found
    assert float(block(0.0)) == pytest.approx(float(disk(0.0)), rel=0.05)
    assert P_block[2] == pytest.approx(P_disk[2], rel=0.1)


#: A quarter of a block.
CUT = {"axes": "xyz", "half": "xy"}

# --- V6.2 -------------------------------------------------------------------------------------------------

SHEAR, LAME = 109e9, 102e9
F44 = 0.5
#: Isotropic, without electrostriction and with a gradient energy that nothing here resolves.
FLEXO = {"coefficients": {"f11": 1.5 + 2.0 * F44, "f12": 1.5, "f44": F44}, "one_way": "converse"}


def rise(mesh: dict, radius: float, voltage: float = 1.0) -> float:
    """u_z (m) in the middle under a disk at a voltage."""
    material = linear_dielectric(1.0 / (EPSILON_0 * SUSCEPTIBILITY), BACKGROUND, 1e-14)
    simulation = simulation_of(
        material={**material, "elastic": {"C11": LAME + 2.0 * SHEAR, "C12": LAME, "C44": SHEAR}},
        mesh=mesh,
        crystal={"axial_average": True},
        initial=uniform(0, 0, 0),
        flexoelectricity=FLEXO,
        mechanics={"boundary": [{"on": ["bottom", "side"], "kind": "clamped"}]},
        electrostatics={"tip": {"kind": "disk", "radius": radius, "potential": voltage}, "boundary": [GROUNDED]},
        time={"equilibrium": 1e-8},
        solver={"linear_tolerance": 1e-12, "mechanics_tolerance": 1e-13},
    )
    simulation.run()
    _, u = along_axis(simulation.functional.u)
    return float(u[0, 2]) * simulation.scaling.displacement


def exact_rise(radius: float) -> float:
    """2 μ44/(π G a) with μ44 = ε0 χ f44, per volt (m)."""
    return 2.0 * EPSILON_0 * SUSCEPTIBILITY * F44 / (np.pi * SHEAR * radius)


def test_exact_response_of_a_half_space_to_a_disk(tmp_path: Path) -> None:
    radii = np.array([5.0, 10.0, 20.0])
    mesh = half_plane(tmp_path / "half.msh", list(radii), 0.2, 600.0)
    found = np.array([rise(mesh, a * 1e-9) for a in radii])
    exact = np.array([exact_rise(a * 1e-9) for a in radii])
    assert exact[1] == pytest.approx(0.7576e-12, rel=1e-4)
    np.testing.assert_allclose(found, exact, rtol=0.02)
    assert np.polyfit(np.log(radii), np.log(found), 1)[0] == pytest.approx(-1.0, abs=0.01)


@pytest.mark.parametrize("finest", [0.4, 0.2])
def test_response_to_a_disk_hardly_depends_on_the_mesh(tmp_path: Path, finest: float) -> None:
    mesh = half_plane(tmp_path / "half.msh", [10.0], finest, 600.0)
    assert rise(mesh, 10e-9) == pytest.approx(exact_rise(10e-9), rel=0.01)


# --- reciprocity ------------------------------------------------------------------------------------------


def tip_on_a_dielectric(mesh: dict, voltage: float, force: float) -> Simulation:
    """A linear dielectric with flexocoupling both ways below a disk at a voltage that also presses on it, at rest."""
    simulation = simulation_of(
        material={
            **linear_dielectric(1.0 / (EPSILON_0 * SUSCEPTIBILITY), BACKGROUND, 2e-10),
            "elastic": {"C11": LAME + 2.0 * SHEAR, "C12": LAME, "C44": SHEAR},
        },
        mesh=mesh,
        crystal={"axial_average": True},
        initial=uniform(0, 0, 0),
        flexoelectricity={"coefficients": FLEXO["coefficients"]},
        mechanics={
            "boundary": [{"on": "bottom", "kind": "clamped"}],
            "tip": {"kind": "sphere", "contact_radius": 10e-9, "force": force},
        },
        electrostatics={"tip": {"kind": "disk", "radius": 10e-9, "potential": voltage}, "boundary": [GROUNDED]},
        time={"equilibrium": 1e-13},
        solver={"linear_tolerance": 1e-12, "mechanics_tolerance": 1e-13},
    )
    simulation.run()
    return simulation


def test_voltage_moves_a_tip_as_its_force_charges_it(tmp_path: Path) -> None:
    """∂²H/∂V∂F both ways: displacement under the contact per voltage, and charge of the surface per force (V6.1)."""
    mesh = half_plane(tmp_path / "half.msh", [10.0], 0.8, 100.0, growth=1.2)
    biased, pressed = (tip_on_a_dielectric(mesh, *loads) for loads in ((1.0, 0.0), (0.0, 1e-9)))
    # Sum of charges times the potentials of the other state: δH/δφ where φ is prescribed.
    charges = pressed.problem.polarization.gauss().copy()
    held = pressed.parts.conditions.free_phi[: len(charges)] == 0.0
    charge = float(charges[held] @ biased.functional.phi.x.array[: len(charges)][held])
    # Work of the pressure of one state on the displacement of the other.
    pressed.functional.u.x.array[:] = biased.functional.u.x.array
    work = pressed.problem.report.parts()["load"]
    assert work != 0.0
    assert charge == pytest.approx(work, rel=1e-6)
