"""Bent plates and capacitors: direct and converse flexoelectricity against closed forms (V5, V6)."""

from pathlib import Path

import numpy as np
import pytest
from plates import (
    BACKGROUND,
    C11,
    C12,
    C44,
    C_PLATE,
    CHI,
    CURVATURE,
    F11,
    F12,
    F44,
    F_PLATE,
    STIFFNESS,
    capacitor,
    fixed_faces,
    flexo,
    line,
    material,
    short_circuit,
)
from ranks import on_one_and_two
from relaxed import EPSILON_0, TIGHT, order, relaxed, uniform

from phasefield.simulation import Simulation
from phasefield.units import LENGTH

EPSILON = EPSILON_0 * BACKGROUND
BENT = {"strain": {"xx": "free"}, "curvature": {"xx": CURVATURE}}


def plate(thickness: float, cells: int, degree: int = 2, **tables: object) -> tuple[Simulation, dict[str, float]]:
    """A plate of the linear dielectric in equilibrium."""
    defaults = {"material": material(), "initial": uniform(0, 0, 0), "flexoelectricity": flexo()}
    return relaxed(mesh=line(thickness, cells, degree), **defaults | tables)


def curvature(simulation: Simulation, component: int = 0) -> float:
    """Curvature of the plate (1/m)."""
    return float(simulation.functional.mean_strain.value[6 + component]) * simulation.scaling.strain / LENGTH


# --- direct effect --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "factor"), [("cylinder", 1.0), ("sphere", 2.0)])
def test_short_and_open_circuit(kind: str, factor: float) -> None:
    """V5.2: polarization of a bent plate with electrodes at the same potential, and voltage of one without."""
    thickness, curvatures = 100e-9, {"xx": CURVATURE} | ({"yy": CURVATURE} if kind == "sphere" else {})
    tables = {
        "mechanics": {"strain": {"xx": "free", "yy": "free"}, "curvature": curvatures},
        "flexoelectricity": flexo(form="strain gradient", one_way=True),
        "time": {"equilibrium": 1e-12},
    }
    _, short = plate(thickness, 4, electrostatics=short_circuit(), **tables)
    field = factor * F_PLATE * CURVATURE
    assert short["mean_P_z"] == pytest.approx(field / STIFFNESS, rel=1e-9)
    _, free = plate(thickness, 4, electrostatics={"boundary": [{"on": "z_min", "kind": "electrode"}]}, **tables)
    assert free["mean_P_z"] == pytest.approx(field / (STIFFNESS + 1 / EPSILON), rel=1e-9)
    voltage = field * thickness * CHI / (CHI + BACKGROUND)
    assert free["max_phi"] == pytest.approx(voltage, rel=1e-9)
    if kind == "cylinder":  # the printed values of set S
        assert (short["mean_P_z"], free["max_phi"]) == pytest.approx((1.824101e-4, 6.867187e-3), rel=1e-6)


def test_beam() -> None:
    """V5.2: free to bend the other way too (anticlastic), a plate polarizes by −ν f11 + (1 − ν) f12."""
    nu = C12 / (C11 + C12)
    simulation, row = plate(
        100e-9,
        4,
        mechanics={"strain": {"xx": "free", "yy": "free"}, "curvature": {"xx": CURVATURE, "yy": "free"}},
        electrostatics=short_circuit(),
        flexoelectricity=flexo(form="strain gradient", one_way=True),
    )
    assert curvature(simulation, 1) == pytest.approx(-nu * CURVATURE, rel=1e-9)
    columns = [row[f"curvature_{component}"] for component in ("xx", "yy", "xy")]
    assert columns == pytest.approx([CURVATURE, -nu * CURVATURE, 0.0], rel=1e-9, abs=1e-9)
    assert row["mean_P_z"] == pytest.approx((-nu * F11 + (1 - nu) * F12) * CURVATURE / STIFFNESS, rel=1e-9)
    assert row["mean_P_z"] == pytest.approx(1.383205e-4, rel=1e-6)


@pytest.mark.parametrize("bent", ["plate", "beam"])
@pytest.mark.parametrize("circuit", ["short", "open"])
def test_softened_bending(circuit: str, bent: str) -> None:
    """V5.3: C' = C (1 − 12 f²/(a C h²)), and with a + 1/ε in open circuit; exact where P is uniform."""
    thickness, f12 = 2e-9, F12
    nu = C12 / (C11 + C12)
    # Without f11 nothing drives the displacement across the plate, which needs no strain-gradient elasticity then.
    f_eff, modulus = (f12, C_PLATE) if bent == "plate" else ((1 - nu) * f12, C11 - 2 * C12 * nu)
    curvatures: dict[str, object] = {"xx": CURVATURE} | ({"yy": "free"} if bent == "beam" else {})
    electrodes = short_circuit()["boundary"] if circuit == "short" else [{"on": "z_min", "kind": "electrode"}]
    tables = {"mechanics": {"strain": {"xx": "free", "yy": "free"}, "curvature": curvatures}}
    coupling = flexo(0.0, f12, 0.0, form="strain gradient", allow_unstable=True)
    _, row = plate(thickness, 3, electrostatics={"boundary": electrodes}, flexoelectricity=coupling, **tables)
    stiffness = STIFFNESS + (1 / EPSILON if circuit == "open" else 0.0)
    if bent == "plate":
        softened = modulus - 12 * f_eff**2 / (stiffness * thickness**2)
    else:
        softened = softened_beam(f12, stiffness, thickness)
    assert row["energy_total"] / (0.5 * CURVATURE**2 * thickness**3 / 12) == pytest.approx(softened, rel=1e-9)
    assert modulus - softened > (0.01 if circuit == "short" else 1e-4) * modulus


def softened_beam(f12: float, stiffness: float, thickness: float) -> float:
    """Modulus of a beam whose second curvature is free: that of the plate's quadratic form, P eliminated."""
    reduced = 12 * f12**2 / (stiffness * thickness**2)
    along, across = C11 - C12**2 / C11 - reduced, C12 - C12**2 / C11 - reduced
    return along - across**2 / along


def mean_between_fixed_faces(gradient: float, thickness: float) -> float:
    """<P>/κ (C) of a shorted plate bent to a cylinder with P = 0 on its faces and c12 = 0 (V5.5)."""
    depolarization = 1 / EPSILON
    xi = np.sqrt(gradient / (STIFFNESS + depolarization))
    ratio = np.tanh(thickness / (2 * xi)) / (thickness / (2 * xi))
    return F12 / (STIFFNESS + depolarization * ratio) * (1 - ratio)


def between_fixed_faces(
    gradient: float, thickness: float, cells: int, degree: int, **tables: object
) -> dict[str, float]:
    """The last row of such a plate. Without Poisson contraction the strain of degree 1 across it is exact too."""
    conditions = {"mechanics": BENT, "polarization": fixed_faces(), "electrostatics": short_circuit()}
    tight = {"time": {"equilibrium": 1e-12}}
    _, row = plate(thickness, cells, degree, material=material(gradient, c12=0.0), **conditions, **tight, **tables)
    return row


@pytest.mark.parametrize("degree", [1, 2])
def test_softened_bending_between_fixed_faces(degree: int) -> None:
    """V5.3: C' = C − 12 f <P>/(κ h²), coupled both ways, with the closed form of <P> for P = 0 on the faces."""
    gradient, thickness = 5e-9, 8e-9
    exact = 12 * F12 * mean_between_fixed_faces(gradient - F11**2 / C11, thickness) / thickness**2
    errors, cells = [], (16, 32, 64)
    for n in cells:
        row = between_fixed_faces(gradient, thickness, n, degree)
        # ½ C' κ² h³/12; with degree 1 the strain of the plate itself is exact, being prescribed.
        modulus = row["energy_total"] / (0.5 * CURVATURE**2 * thickness**3 / 12)
        errors.append(abs((C11 - modulus) / exact - 1))
    assert order([1 / n for n in cells], errors) == pytest.approx(2.0 * degree, abs=0.15)
    assert errors[-1] < 2e-2


def test_output_of_the_flexoelectric_field() -> None:
    """V5.1: uniform in a plate bent to a cylinder, whatever the surfaces do."""
    tables = {"mechanics": BENT, "polarization": fixed_faces(), "flexoelectricity": flexo(one_way=True)}
    simulation, row = plate(20e-9, 4, **tables)
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    expected = np.broadcast_to([0.0, 0.0, F_PLATE * CURVATURE], field.shape)
    assert field == pytest.approx(expected, abs=1e-9 * F_PLATE * CURVATURE)
    assert row["mean_E_flexo_z"] == pytest.approx(F_PLATE * CURVATURE, rel=1e-9)
    # Through the thickness ε_xx grows by the curvature, and ε_zz falls as the faces are free.
    along_z = simulation.field("strain_gradient_z").x.array.reshape(-1, 6)
    expected = np.broadcast_to(CURVATURE * np.array([1.0, 0.0, -C12 / C11, 0.0, 0.0, 0.0]), along_z.shape)
    assert along_z == pytest.approx(expected, abs=1e-8 * CURVATURE)
    assert not simulation.field("strain_gradient_x").x.array.any()
    # P vanishes on both faces and rises to its value in the middle, so that the lower half carries minus that.
    charge, P = simulation.field("bound_charge").x.array, simulation.field("P")
    heights = P.function_space.tabulate_dof_coordinates()[:, 0]
    middle = P.x.array[2::3][np.argmin(abs(heights - 10.0))]
    assert -charge[charge < 0].sum() * 5e-9 == pytest.approx(middle, rel=1e-9)
    assert charge[charge > 0].sum() * 5e-9 == pytest.approx(middle, rel=1e-9)


@pytest.mark.parametrize(("degree", "nominal"), [(1, 2.0), (2, 4.0)])
def test_order_of_the_mean_polarization(degree: int, nominal: float) -> None:
    """V5.5: P = 0 on the faces of a shorted plate with given curvature."""
    gradient, thickness = 5e-9, 8e-9
    exact = CURVATURE * mean_between_fixed_faces(gradient, thickness)
    cells = (32, 64, 128, 256) if degree == 1 else (16, 32, 64, 128)
    errors = []
    for n in cells:
        row = between_fixed_faces(gradient, thickness, n, degree, flexoelectricity=flexo(one_way=True))
        errors.append(abs(row["mean_P_z"] / exact - 1))
    assert order([1 / n for n in cells], errors) == pytest.approx(nominal, abs=0.02 if degree == 1 else 0.15)
    assert errors[-1] < 1e-4


def test_output_beside_a_layer_without_polarization() -> None:
    """Flexoelectric field and strain gradients of the film, up to its faces; nothing beyond them."""
    soft = {"elastic": {"C11": C11 / 2, "C12": C12 / 4, "C44": C44}}
    simulation, _ = relaxed(
        material=material() | {"regions": {"dead_top": soft}},
        mesh={"kind": "film", "thickness": 8e-9, "dead_top": 4e-9, "spacing": 2e-9, "degree": 2},
        initial=uniform(0, 0, 0),
        mechanics=BENT,
        flexoelectricity=flexo(one_way=True),
    )
    field, along_z = simulation.field("E_flexo"), simulation.field("strain_gradient_z")
    height = field.function_space.tabulate_dof_coordinates()[:, 0]
    film = height < 8.0 + 1e-6
    assert field.x.array[2::3][film] == pytest.approx(F_PLATE * CURVATURE, rel=1e-9)
    zz = along_z.x.array.reshape(-1, 6)[:, 2]
    assert zz[film] == pytest.approx(-C12 / C11 * CURVATURE, rel=1e-8)
    assert not field.x.array[2::3][~film].any()
    assert not zz[~film].any()


def test_imprint() -> None:
    """V5.9: a bent ferroelectric in the field E is a straight one in E + f κ, all along a loop."""
    kappa, thickness = 1e7, 4e-9

    def loop(kappa: float, offset: float) -> np.ndarray:
        simulation, _ = relaxed(
            material={
                "landau": {"alpha_1": -1e8, "alpha_11": 2e8},
                "elastic": {"C11": 2e11, "C12": 0.0, "C44": 1e11},
                "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
                "gradient": {"G11": 1e-10, "G12": 0.0, "G44": 1e-10},
                "background_permittivity": 10.0,
                "kinetic": 1e4,
            },
            mesh=line(thickness, 3, 1),
            initial=uniform(0, 0, 0.4),
            mechanics={"strain": {"xx": "free"}, "curvature": {"xx": kappa}},
            electrostatics={"enabled": False, "applied_field": [0, 0, "loop"]},
            loads={"loop": {"kind": "triangle", "amplitude": 9e7, "period": 1.0, "offset": offset}},
            flexoelectricity=flexo(0.0, 3.0, 0.0, form="strain gradient", one_way=True),
            time={"mode": "ramp", "end": 1.0, "points": 24, "equilibrium": 1e-11},
        )
        return np.array([row["mean_P_z"] for row in simulation.rows])

    bent, straight = loop(kappa, 0.0), loop(0.0, 3.0 * kappa)
    assert bent == pytest.approx(straight, abs=1e-9)
    assert bent.min() < -0.4
    assert bent.max() > 0.4
    assert np.abs(bent - loop(0.0, 0.0)).max() > 0.1  # switches elsewhere


# --- strain-gradient elasticity -------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [4, 16])
def test_energy_of_a_bent_plate_with_strain_gradients(cells: int) -> None:
    """½ C κ² (h³/12 + l² h) per area, on any mesh."""
    thickness, length = 6e-9, 2e-9
    _, row = plate(
        thickness,
        cells,
        material=material(c12=0.0),
        mechanics=BENT,
        flexoelectricity=flexo(0.0, 0.0, 0.0, strain_gradient_length=length),
    )
    exact = 0.5 * C11 * CURVATURE**2 * (thickness**3 / 12 + length**2 * thickness)
    assert row["energy_elastic"] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize(("form", "theta"), [("symmetric", 0.5), ("strain gradient", 1.0)])
def test_two_way_forms_converge_with_strain_gradients(form: str, theta: float) -> None:
    """Bent and shorted, P acting back: near θ times the textbook value, and the same on finer meshes."""
    factors = []
    for cells in (8, 16, 32):
        _, row = plate(
            8e-9,
            cells,
            material=material(1e-9, c12=0.0),
            mechanics=BENT,
            electrostatics=short_circuit(),
            flexoelectricity=flexo(form=form, strain_gradient_length=1e-9),
            time={"equilibrium": 1e-9, "max_steps": 100},
        )
        factors.append(row["mean_P_z"] * STIFFNESS / (F12 * CURVATURE))
    assert factors[-1] == pytest.approx(theta, rel=0.02)
    assert abs(factors[2] - factors[1]) < 0.5 * abs(factors[1] - factors[0]) < 1e-3


@pytest.mark.parametrize("cells", [3, 12])
def test_plate_with_strain_gradients_bends_in_a_field(cells: int) -> None:
    """P = 0 on the faces: κ = 12 f12 <P>/(C (h² + 12 l²)) exactly, if nothing drives the displacement."""
    thickness, length = 8e-9, 2e-9
    simulation, row = plate(
        thickness,
        cells,
        material=material(1e-8, c12=0.0),
        mechanics={"curvature": {"xx": "free"}},
        polarization=fixed_faces(),
        electrostatics=capacitor(-1.0),
        flexoelectricity=flexo(f11=0.0, strain_gradient_length=length),
    )
    expected = 12 * F12 * row["mean_P_z"] / (C11 * (thickness**2 + 12 * length**2))
    assert curvature(simulation) == pytest.approx(expected, rel=1e-9)
    assert expected > 1e4


def test_curvature_with_strain_gradients_lowers_the_energy() -> None:
    """A curvature that is found is the one at which the energy of given curvatures is lowest."""

    def energy(kappa: float | str) -> tuple[Simulation, float]:
        simulation, row = plate(
            8e-9,
            6,
            mechanics={"strain": {"xx": "free"}, "curvature": {"xx": kappa}},
            polarization=fixed_faces(),
            electrostatics=capacitor(-1.0),
            flexoelectricity=flexo(strain_gradient_length=1e-9),
        )
        return simulation, row["energy_total"]

    simulation, lowest = energy("free")
    found = curvature(simulation)
    below, above = (energy(factor * found)[1] for factor in (0.5, 1.5))
    assert below - lowest == pytest.approx(above - lowest, rel=1e-6)
    assert below > lowest


# --- converse effect ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [3, 12])
def test_plate_bends_in_a_field(cells: int) -> None:
    """V6.1: with P = 0 on the faces, κ = 12 f_eff <P>/(C h²) exactly, on any mesh."""
    thickness = 20e-9
    simulation, row = plate(
        thickness,
        cells,
        material=material(1e-8),
        mechanics={"strain": {"xx": "free"}, "curvature": {"xx": "free"}},
        polarization=fixed_faces(),
        electrostatics=capacitor(-1.0),
    )
    assert row["mean_P_z"] > 1e-2
    expected = 12 * F_PLATE * row["mean_P_z"] / (C_PLATE * thickness**2)
    assert curvature(simulation) == pytest.approx(expected, rel=1e-9)
    assert abs(row["mean_stress_xx"]) < 1e-8 * C11 * curvature(simulation) * thickness


@pytest.mark.parametrize("kind", ["plate", "beam"])
def test_converse_effect_alone(kind: str) -> None:
    """V6.1: free surfaces, θ = 1: κ = 12 f_eff χε0 E/(C h²), for a cylinder and free to bend the other way too."""
    thickness, voltage = 20e-9, 0.1
    curvatures = {"xx": "free"} | ({"yy": "free"} if kind == "beam" else {})
    simulation, row = plate(
        thickness,
        4,
        mechanics={"strain": {"xx": "free", "yy": "free"}, "curvature": curvatures},
        electrostatics=capacitor(-voltage),
        flexoelectricity=flexo(form="strain gradient", one_way="converse"),
        time={"equilibrium": 1e-12},
    )
    assert row["mean_P_z"] == pytest.approx(EPSILON_0 * CHI * voltage / thickness, rel=1e-9)
    # The values of set S for h = 100 nm, 1/V.
    printed = {"plate": 7.613970e-6, "beam": 6.131861e-6}[kind] * (100e-9 / thickness) ** 2
    assert curvature(simulation) / (voltage / thickness) == pytest.approx(printed, rel=1e-6)


@pytest.mark.parametrize("method", ["staggered", "newton"])
def test_literature_on_free_surfaces(method: str) -> None:
    """V0.1: all of the direct effect in a bent plate, none of the converse effect in a plate in a field."""
    tables: dict[str, object] = {
        "flexoelectricity": flexo(form="phase-field literature"),
        "time": {"equilibrium": 1e-12},
        "solver": TIGHT["solver"] | {"method": method},
    }
    _, bent = plate(20e-9, 4, mechanics=BENT, electrostatics=short_circuit(), **tables)
    assert bent["mean_P_z"] == pytest.approx(F_PLATE * CURVATURE / STIFFNESS, rel=1e-9)
    mechanics = {"strain": {"xx": "free"}, "curvature": {"xx": "free"}}
    simulation, straight = plate(20e-9, 4, mechanics=mechanics, electrostatics=capacitor(-0.1), **tables)
    assert straight["mean_P_z"] == pytest.approx(EPSILON_0 * CHI * 0.1 / 20e-9, rel=1e-9)
    assert abs(curvature(simulation)) < 1e-9 * 7.6e-6 * 5e6


def test_displacement_follows_the_polarization() -> None:
    """Converse effect from P = 0: σ_zz = 0 makes u_z = −(f11/C11) P_z + const at every node."""
    simulation, _ = plate(
        8e-9, 20, 1, material=material(1e-9), polarization=fixed_faces(), electrostatics=capacitor(-1.0)
    )
    P, u = (simulation.field(name).x.array[2::3] for name in ("P", "u"))
    assert np.abs(P).max() > 1e-2
    difference = u + F11 / C11 * P
    assert np.ptp(difference) < 1e-9 * F11 / C11 * np.abs(P).max()


@pytest.mark.parametrize("direction", [(1, 1, 0), (1, 1, 1)])
def test_crystal_turned_against_the_mesh(direction: tuple[int, int, int]) -> None:
    """The same along other crystal directions, with the longitudinal coefficients there."""
    x = {(1, 1, 0): [0, 0, 1], (1, 1, 1): [1, -1, 0]}[direction]
    simulation, _ = plate(
        8e-9,
        20,
        1,
        material=material(1e-9),
        crystal={"x": x, "z": direction},
        polarization=fixed_faces(),
        electrostatics=capacitor(-1.0),
    )
    # T_n n n n of a cubic tensor: T11 − 2 (T11 − T12 − 2 T44) (n1²n2² + n2²n3² + n3²n1²)
    mixed = {(1, 1, 0): 0.25, (1, 1, 1): 1 / 3}[direction]
    f, C = (a - 2 * (a - b - 2 * c) * mixed for a, b, c in ((F11, F12, F44), (C11, C12, C44)))
    P, u = (simulation.field(name).x.array[2::3] for name in ("P", "u"))
    assert np.ptp(u + f / C * P) < 1e-9 * f / C * np.abs(P).max()
    assert np.abs(P).max() > 1e-2


def test_profile_between_fixed_faces() -> None:
    """P and u of a capacitor with the softened gradient coefficient G11 − f11²/C11; second order."""
    gradient, thickness, voltage = 1e-8, 8e-9, 1.0
    depolarization = 1 / EPSILON
    xi = np.sqrt((gradient - F11**2 / C11) / (STIFFNESS + depolarization))
    half = thickness / (2 * xi)
    ratio = np.tanh(half) / half
    exact = voltage / thickness / (STIFFNESS + depolarization * ratio) * (1 - ratio)
    cells, errors = (40, 80, 160), []
    for n in cells:
        _, row = plate(
            thickness,
            n,
            1,
            material=material(gradient),
            polarization=fixed_faces(),
            electrostatics=capacitor(-voltage),
        )
        errors.append(abs(row["mean_P_z"] / exact - 1))
    # Without the coupling the mean differs by more than the finest error.
    assert errors[-1] < 2e-4
    assert order([1 / n for n in cells], errors) == pytest.approx(2.0, abs=0.05)


def test_direct_and_converse_effects_are_reciprocal() -> None:
    """V6.1: (dM/dE)_κ = −h (d<D>/dκ)_E, with the moment from the energy."""
    thickness, gradient = 10e-9, 1e-8

    def at(voltage: float, kappa: float) -> tuple[float, float]:
        """Enthalpy per area and charge per area of the plate."""
        _, row = plate(
            thickness,
            12,
            material=material(gradient),
            mechanics={"strain": {"xx": "free"}, "curvature": {"xx": kappa}},
            polarization=fixed_faces(),
            electrostatics=capacitor(voltage),
        )
        return row["energy_total"], row["mean_D_z"]

    voltage, kappa = 0.5, 1e6
    # The enthalpy is quadratic in both, so that differences are exact.
    moment = (at(voltage, kappa)[0] - at(voltage, -kappa)[0]) / (2 * kappa)
    charge = at(0.0, kappa)[1]
    assert charge * kappa != 0.0
    # At no voltage the moment is odd in κ and drops out: what is left is that of the field −V/h.
    assert moment / (-voltage / thickness) == pytest.approx(-thickness * charge / kappa, rel=1e-6)


# --- ranks ----------------------------------------------------------------------------------------------------


def test_ranks_do_not_matter(tmp_path: Path) -> None:
    """Energies, means and the curvature found on one and on two ranks, with a layer without polarization."""
    x, z = (v.ravel() for v in np.meshgrid(np.linspace(0, 4e-9, 9), np.linspace(0, 4e-9, 5)))
    angle = 2 * np.pi * x / 4e-9
    table = np.stack([x, z, 0.01 * z * np.sin(angle), 0 * x, 3e-11 * np.cos(angle)], axis=1)
    np.savetxt(tmp_path / "u.csv", table, delimiter=",", header="x,z,u_x,u_y,u_z", comments="")
    one, two = on_one_and_two("flexo_ranks.py", tmp_path, tmp_path / "u.csv")
    for first, second in zip(one, two, strict=True):
        assert abs(first["energy_flexo"]) > 1e-4 * abs(first["energy_total"])
        for name in ("energy_flexo", "energy_elastic", "energy_total", "start", "rms_P", "curvature"):
            assert second[name] == pytest.approx(first[name], rel=1e-7), name
    assert one[0]["energy_flexo"] != pytest.approx(one[1]["energy_flexo"], rel=1e-3)
