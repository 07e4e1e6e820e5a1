"""Spontaneous strain, clamping, films, tractions: elasticity with electrostriction against closed forms (V4)."""

from pathlib import Path

import numpy as np
import pytest
from ranks import run_on
from relaxed import (
    EPSILON_0,
    NO_ELECTROSTATICS,
    prescribe,
    relaxed,
    simulation_of,
    uniform,
)

from phasefield.simulation import Simulation

LEAD_TITANATE = {"name": "PbTiO3_Pertsev1998"}
S11, S12, S44 = 8e-12, -2.5e-12, 9e-12
C11 = (S11 + S12) / ((S11 - S12) * (S11 + 2 * S12))
C12 = -S12 / ((S11 - S12) * (S11 + 2 * S12))
C44 = 1 / S44
Q11, Q12, Q44 = 0.089, -0.026, 0.0675
COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")
FREE = {"strain": dict.fromkeys(COMPONENTS, "free")}
LINE = {"kind": "box", "size": [3e-9], "cells": [3], "periodic": "x"}
SECTION = {"kind": "box", "size": [3e-9, 4e-9], "cells": [3, 2], "axes": "xz"}
DISK = {
    "kind": "file",
    "path": str(Path(__file__).parents[2] / "meshes" / "nanodisk.msh"),
    "regions": {"film": "film"},
    "boundaries": {"bottom": "bottom", "top": "top", "side": "side"},
}
#: Voigt stiffness from the compliances of the set (V1).
STIFFNESS = np.zeros((6, 6))
STIFFNESS[:3, :3] = C12 + (C11 - C12) * np.eye(3)
STIFFNESS[3:, 3:] = C44 * np.eye(3)
#: The crystal without polarization: a stationary state, in which only the loads deform it.
CUBIC = {"material": LEAD_TITANATE, "initial": uniform(0, 0, 0)}


def voigt(strain: np.ndarray) -> np.ndarray:
    """Voigt vector with engineering shear."""
    e = np.asarray(strain)
    return np.array([e[0, 0], e[1, 1], e[2, 2], 2 * e[1, 2], 2 * e[0, 2], 2 * e[0, 1]])


def stress_of(row: dict[str, float]) -> np.ndarray:
    return np.array([row[f"mean_stress_{c}"] for c in COMPONENTS])


def strain_of(row: dict[str, float]) -> np.ndarray:
    """Tensor components in Voigt order."""
    return np.array([row[f"mean_strain_{c}"] for c in COMPONENTS])


def initial_row(simulation: Simulation) -> dict[str, float]:
    """Observables of the initial polarization, with the strain that balances it and the loads."""
    simulation.parts.initialize()
    return simulation.observables.row(0, 0.0, 0.0)


def cellwise_stress(simulation: Simulation) -> np.ndarray:
    """All values of the stress of the present state (Pa)."""
    return simulation.field("stress").x.array


# --- spontaneous strain (V4.1) ----------------------------------------------------------------------------


@pytest.mark.parametrize("cells", [400, 1600])
def test_free_line_of_many_cells(cells: int) -> None:
    """Asked for more than round-off allows on a free body, the solver gives what there is."""
    _, row = relaxed(
        material=LEAD_TITANATE,
        mesh={"kind": "box", "size": [8e-9], "cells": [cells], "axes": "z", "degree": 2},
        initial=uniform(0, 0, 0.7570395),
        mechanics={"strain": {"xx": "free", "yy": "free"}},
        electrostatics=NO_ELECTROSTATICS,
        time={"equilibrium": 1e-6},
        solver={"mechanics_tolerance": 1e-13},
    )
    expected = [Q12, Q12, Q11, 0.0, 0.0, 0.0] * np.array(0.7570395**2)
    assert strain_of(row) == pytest.approx(expected, abs=1e-8)


def test_spontaneous_strain_of_lead_titanate() -> None:
    _, row = relaxed(material=LEAD_TITANATE, mesh=LINE, initial=uniform(0, 0, 0.7), mechanics=FREE)
    assert row["mean_P_z"] == pytest.approx(0.75703950, rel=1e-7)
    assert strain_of(row) == pytest.approx([-0.014901, -0.014901, 0.051007, 0, 0, 0], abs=5e-7)
    assert abs(stress_of(row)).max() < 1e-10 * C11


def test_free_body_takes_its_spontaneous_strain() -> None:
    """A disk with unstructured cells and free surfaces, P along no axis: no stress anywhere."""
    P = np.array([0.1, 0.2, 0.3])
    simulation = simulation_of(material=LEAD_TITANATE, mesh=DISK, initial=uniform(*P), electrostatics=NO_ELECTROSTATICS)
    simulation.parts.initialize()
    expected = Q12 * P @ P * np.eye(3) + 0.5 * Q44 * np.outer(P, P)
    np.fill_diagonal(expected, Q12 * P @ P + (Q11 - Q12) * P**2)
    strain = simulation.field("strain").x.array.reshape(-1, 3, 3)
    assert abs(strain - expected).max() < 1e-10 * abs(expected).max()
    # The stress that is not there is a difference of terms of size C ε°.
    assert abs(cellwise_stress(simulation)).max() < 1e-9 * C11 * abs(expected).max()


# --- clamping (V4.2, V4.3) --------------------------------------------------------------------------------

#: Misfit strain: P3 (C/m²), differential susceptibility chi33, homogeneous coercive field (V/m).
PERTSEV = {
    -0.02: (0.7873363, 42.6937, 2.88701e8),
    -0.01: (0.7243234, 58.6083, 1.94595e8),
    0.0: (0.6408151, 92.8637, 1.09740e8),
    0.005: (0.5846423, 130.4915, 7.18732e7),
}


def coherent(misfit: float, field: float = 0.0, P: float = 0.65) -> float:
    """P3 of a c-phase film with in-plane strain `misfit`, stress-free along z, in the field E3."""
    _, row = relaxed(
        material=LEAD_TITANATE,
        mesh=LINE,
        initial=uniform(0, 0, P),
        mechanics={"strain": {"xx": misfit, "yy": misfit, "zz": "free", "yz": "free", "xz": "free"}},
        electrostatics={"applied_field": [0, 0, field]},
    )
    return row["mean_P_z"]


@pytest.mark.parametrize("misfit", PERTSEV)
def test_coherent_film(misfit: float) -> None:
    P, susceptibility, coercive = PERTSEV[misfit]
    assert coherent(misfit) == pytest.approx(P, rel=1e-6)
    step = 1e-4 * coercive
    slope = (coherent(misfit, step) - coherent(misfit, -step)) / (2 * step)
    assert slope / EPSILON_0 == pytest.approx(susceptibility, rel=1e-5)
    assert coherent(misfit, -0.999 * coercive) > 0.0
    assert coherent(misfit, -1.001 * coercive) < 0.0


def test_clamped_crystal() -> None:
    _, row = relaxed(material=LEAD_TITANATE, mesh=LINE, initial=uniform(0, 0, 0.7))
    a1, a11, a111 = -1.7252e8, 4.228968e8, 2.6e8
    P = np.sqrt((-a11 + np.sqrt(a11**2 - 3 * a1 * a111)) / (3 * a111))
    assert row["mean_P_z"] == pytest.approx(P, rel=1e-6)


def test_stress_of_a_clamped_crystal() -> None:
    P = np.array([0.1, 0.2, 0.3])
    simulation = simulation_of(material=LEAD_TITANATE, mesh=LINE, initial=uniform(*P))
    row = initial_row(simulation)
    q11, q12, q44 = 1.14127e10, 4.60317e8, 7.5e9
    normal = q12 * (P @ P) + (q11 - q12) * P**2
    shear = q44 * np.array([P[1] * P[2], P[0] * P[2], P[0] * P[1]])
    assert stress_of(row) == pytest.approx(-np.concatenate([normal, shear]), rel=1e-5)


# --- film on a substrate (V4.4) ---------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "cell"), [((), "simplex"), ((4e-9,), "tensor")], ids=["1D", "2D quadrilaterals"])
def test_film_on_a_substrate(width: tuple[float, ...], cell: str) -> None:
    misfit = -0.01
    simulation, row = relaxed(
        material={
            **LEAD_TITANATE,
            "regions": {"substrate": {"elastic": {"C11": 336e9, "C12": 107e9, "C44": 127e9}}},
        },
        mesh={
            "kind": "film",
            "width": width,
            "thickness": 10e-9,
            "substrate": 30e-9,
            "spacing": 1e-9,
            "substrate_cells": 6,
            "periodic": "x" if width else "",
            "cell": cell,
        },
        initial=uniform(0, 0, 0.7),
        mechanics={
            "misfit": {"xx": misfit, "yy": misfit},
            "boundary": [{"on": "bottom", "kind": "clamped"}],
        },
        electrostatics={"boundary": [{"on": ["film_bottom", "film_top"], "kind": "electrode"}]},
    )
    P = row["mean_P_z"]
    assert pytest.approx(PERTSEV[misfit][0], rel=1e-6) == P
    q11 = C11 * Q11 + 2 * C12 * Q12
    zz = -2 * C12 / C11 * misfit + q11 / C11 * P**2
    xx = (misfit - Q12 * P**2) * (C11 + C12) + C12 * (zz - Q11 * P**2)
    # Printed stiffnesses have six digits.
    assert row["mean_strain_zz"] == pytest.approx(zz, rel=1e-5)
    assert row["mean_stress_xx"] == pytest.approx(xx, rel=1e-5)
    assert row["mean_stress_yy"] == pytest.approx(row["mean_stress_xx"], rel=1e-10)
    stress = cellwise_stress(simulation)
    # Laterally homogeneous: the same stress throughout the film, none in the substrate and along z.
    assert abs(stress * (stress - row["mean_stress_xx"])).max() < 1e-10 * row["mean_stress_xx"] ** 2


def test_film_on_a_substrate_on_two_ranks() -> None:
    run_on(2, "coherent_film.py")


# --- loads and supports -----------------------------------------------------------------------------------

MESHES = [
    pytest.param(SECTION, id="triangles"),
    pytest.param(
        {"kind": "box", "size": [3e-9, 2e-9], "cells": [3, 2], "axes": "yz", "cell": "tensor", "degree": 2},
        id="quadrilaterals, degree 2",
    ),
    pytest.param(DISK, id="tetrahedra"),
]


def outer_names(mesh: dict) -> list[str]:
    if "boundaries" in mesh:
        return list(mesh["boundaries"])
    return [f"{axis}_{end}" for axis in mesh.get("axes", "xyz") for end in ("min", "max")]


@pytest.mark.parametrize("mesh", MESHES)
def test_linear_displacement_of_the_surface(mesh: dict) -> None:
    """Patch test: a linear displacement of the surface continues into the body."""
    simulation = simulation_of(
        **CUBIC,
        mesh=mesh,
        electrostatics=NO_ELECTROSTATICS,
        mechanics={"boundary": [{"on": outer_names(mesh), "kind": "clamped"}]},
    )
    axes = list(simulation.domain.axes)
    gradient = np.zeros((3, 3))
    gradient[:, axes] = 1e-3 * np.array([[1.0, 0.3, -0.2], [0.5, -2.0, 0.7], [-0.4, 0.6, 0.8]])[:, axes]
    u = simulation.functional.u
    points = u.function_space.tabulate_dof_coordinates()[:, : len(axes)] * 1e-9
    exact = (points @ gradient[:, axes].T).reshape(-1)
    prescribe(simulation, u, exact / simulation.scaling.displacement)
    row = initial_row(simulation)
    assert abs(simulation.field("u").x.array - exact).max() < 1e-10 * abs(exact).max()
    strain = voigt(0.5 * (gradient + gradient.T))
    expected = STIFFNESS @ strain
    assert stress_of(row) == pytest.approx(expected, abs=1e-10 * abs(expected).max())


@pytest.mark.parametrize("support", ["rollers", "none"])
def test_tractions(support: str) -> None:
    """Uniaxial tension along z with rollers, or with the opposite traction and nothing that holds the body."""
    tension = 1e8
    boundary: list[dict] = [{"on": "top", "kind": "traction", "value": [0, 0, tension]}]
    if support == "rollers":
        boundary.append({"on": ["x_min", "bottom"], "kind": "roller"})
    else:
        boundary.append({"on": "bottom", "kind": "traction", "value": [0, 0, -tension]})
    simulation = simulation_of(
        **CUBIC,
        mesh=SECTION,
        electrostatics=NO_ELECTROSTATICS,
        mechanics={"boundary": boundary, "strain": {"yy": "free"}},
    )
    row = initial_row(simulation)
    compliance = np.linalg.inv(STIFFNESS)
    assert strain_of(row)[:3] == pytest.approx(compliance[:3, 2] * tension, rel=1e-10)
    assert stress_of(row) == pytest.approx([0, 0, tension, 0, 0, 0], abs=1e-10 * tension)
    # Work of the tractions is twice the elastic energy.
    assert row["energy_load"] == pytest.approx(-2 * row["energy_elastic"], rel=1e-10)
    area = 12e-18
    assert row["energy_elastic"] == pytest.approx(0.5 * compliance[2, 2] * tension**2 * area, rel=1e-10)


def test_pressure_on_a_disk() -> None:
    """Hydrostatic pressure on all of an unstructured free body."""
    pressure = 1e9
    simulation = simulation_of(
        **CUBIC,
        mesh=DISK,
        electrostatics=NO_ELECTROSTATICS,
        mechanics={"boundary": [{"on": outer_names(DISK), "kind": "pressure", "value": pressure}]},
    )
    row = initial_row(simulation)
    assert stress_of(row) == pytest.approx([-pressure] * 3 + [0] * 3, abs=1e-10 * pressure)
    bulk = (C11 + 2 * C12) / 3
    assert strain_of(row) == pytest.approx([-pressure / (3 * bulk)] * 3 + [0] * 3, abs=1e-12)


# --- mean strain ------------------------------------------------------------------------------------------


def test_mean_strain_under_given_stress() -> None:
    applied = {"xx": 1e8, "yy": -5e7, "xz": 3e7, "xy": 2e7}
    simulation = simulation_of(**CUBIC, mesh=LINE, mechanics={"stress": applied, "strain": {"zz": 2e-3, "yz": -1e-3}})
    row = initial_row(simulation)
    stress = stress_of(row)
    assert stress[[0, 1, 4, 5]] == pytest.approx(list(applied.values()), rel=1e-12)
    strain = np.linalg.inv(STIFFNESS) @ stress
    assert strain_of(row) * [1, 1, 1, 2, 2, 2] == pytest.approx(strain, rel=1e-10)
    assert row["mean_strain_zz"] == pytest.approx(2e-3, rel=1e-12)
    assert row["mean_strain_yz"] == pytest.approx(-1e-3, rel=1e-12)


@pytest.mark.parametrize("cell", ["simplex", "tensor"])
def test_free_mean_strain_of_a_laminate(cell: str) -> None:
    """Layers of two stiffnesses, periodic in plane: the mean strain weights them by their thickness."""
    soft, hard = np.array([120e9, 50e9, 40e9]), np.array([C11, C12, C44])
    names = dict(zip(("C11", "C12", "C44"), soft, strict=True))
    tension, shear = 1e8, 5e7
    simulation = simulation_of(
        material={**LEAD_TITANATE, "regions": {"substrate": {"elastic": names}}},
        mesh={
            "kind": "film",
            "width": [3e-9],
            "thickness": 2e-9,
            "substrate": 4e-9,
            "spacing": 1e-9,
            "periodic": "x",
            "cell": cell,
        },
        initial=uniform(0, 0, 0),
        electrostatics=NO_ELECTROSTATICS,
        mechanics={"stress": {"xx": tension, "xy": shear}},
    )
    row = initial_row(simulation)
    # In plane: strain xx shared, yy = 0; along z: stress-free layers.
    plane = [c[0] - c[1] ** 2 / c[0] for c in (soft, hard)]
    weights = np.array([4.0, 2.0]) / 6.0
    assert row["mean_strain_xx"] == pytest.approx(tension / (weights @ plane), rel=1e-10)
    assert 2 * row["mean_strain_xy"] == pytest.approx(shear / (weights @ [soft[2], hard[2]]), rel=1e-10)
    assert row["mean_stress_xx"] == pytest.approx(row["mean_strain_xx"] * plane[1], rel=1e-10)
    assert abs(row["mean_stress_zz"]) < 1e-10 * tension
    assert simulation.functional.mean_strain.value[1] == 0.0


@pytest.mark.parametrize("component", COMPONENTS[3:])
def test_spontaneous_shear_by_component(component: str) -> None:
    """γ_ij = Q44 P_i P_j, with the engineering Q44 of the material file."""
    i, j = ("xyz".index(letter) for letter in component)
    P = np.zeros(3)
    P[[i, j]] = 0.2, 0.3
    simulation = simulation_of(material=LEAD_TITANATE, mesh=LINE, initial=uniform(*P), mechanics=FREE)
    row = initial_row(simulation)
    assert 2 * row[f"mean_strain_{component}"] == pytest.approx(Q44 * 0.2 * 0.3, rel=1e-10)


# --- fluids -----------------------------------------------------------------------------------------------


def test_a_film_below_air_is_a_free_film() -> None:
    """Air changes nothing of the film's displacement, and has neither displacement nor strain of its own."""
    film = {"kind": "film", "width": [4e-9], "thickness": 3e-9, "spacing": 1e-9, "axes": "xz"}
    held = {"boundary": [{"on": "bottom", "kind": "clamped"}]}
    tables = {"initial": uniform(0.1, 0, 0.5), "mechanics": held, "electrostatics": NO_ELECTROSTATICS}
    free, below_air = (
        simulation_of(material={**LEAD_TITANATE, "regions": regions}, mesh={**film, **mesh}, **tables)
        for regions, mesh in (({}, {}), ({"dead_top": {"fluid": True}}, {"dead_top": 2e-9}))
    )
    assert strain_of(initial_row(below_air)) == pytest.approx(strain_of(initial_row(free)), rel=1e-9)
    f = below_air.functional
    height = f.spaces.phi.tabulate_dof_coordinates()[:, 1]
    assert not f.u.x.array.reshape(-1, 3)[height > 3.5].any()
    strain = below_air.field("strain").x.array.reshape(-1, 9)
    assert not strain[below_air.domain.cells("dead_top")].any()
    assert np.abs(strain[below_air.domain.cells("film")]).max() > 1e-3
