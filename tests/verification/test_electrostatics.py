"""Electrodes, dead layers, surface charge, depolarization: numbers that have closed forms (V3, V9.4)."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from relaxed import (
    EPSILON_0,
    NO_MECHANICS,
    errors,
    linear_dielectric,
    order,
    prescribe,
    relaxed,
    simulation_of,
    uniform,
)

MESHES = Path(__file__).parents[2] / "meshes"
SUSCEPTIBILITY = 293.0
#: Linear dielectric of relative permittivity 300, 7 of which are background.
DIELECTRIC = linear_dielectric(1.0 / (EPSILON_0 * SUSCEPTIBILITY), 7.0)
PERMITTIVITY = SUSCEPTIBILITY + 7.0
ROUND_OFF = {"equilibrium": 1e-12}


def electrodes(bottom: float = 0.0, top: float = 0.0) -> dict[str, object]:
    return {
        "boundary": [
            {"on": "bottom", "kind": "electrode", "potential": bottom},
            {"on": "top", "kind": "electrode", "potential": top},
        ]
    }


# --- dead layers (V3.1) -----------------------------------------------------------------------------------

FILM, LAYER, LAYER_PERMITTIVITY, BACKGROUND = 20e-9, 0.5e-9, 50.0, 7.0
#: P of stress-free PbTiO3 in this film: minimum with a1 + d/(2 eps0 (eps_d h + eps_b d)) for a1.
P_SHORTED = 0.7306789
LEAD_TITANATE = {"name": "PbTiO3_Pertsev1998", "background_permittivity": BACKGROUND}


@pytest.mark.parametrize(
    ("below", "above"), [(LAYER, 0.0), (0.0, LAYER), (0.2e-9, 0.3e-9)], ids=["below", "above", "both"]
)
@pytest.mark.parametrize("voltage", [0.0, 2.0])
def test_dead_layers(below: float, above: float, voltage: float) -> None:
    layers = {"dead_bottom": below, "dead_top": above}
    passive = {name: {"permittivity": LAYER_PERMITTIVITY} for name, d in layers.items() if d}
    _, row = relaxed(
        material={**LEAD_TITANATE, "regions": passive},
        mesh={"kind": "film", "thickness": FILM, "spacing": 2e-9, **layers},
        initial=uniform(0, 0, 0.7),
        mechanics=NO_MECHANICS,
        electrostatics=electrodes(bottom=voltage),
    )
    P = row["mean_P_z"]
    field = (voltage * EPSILON_0 * LAYER_PERMITTIVITY - P * LAYER) / (
        EPSILON_0 * (LAYER_PERMITTIVITY * FILM + BACKGROUND * LAYER)
    )
    assert row["mean_E_z"] == pytest.approx(field, rel=1e-9)
    assert row["max_P"] - row["min_P"] < 1e-9
    if voltage == 0.0:
        assert pytest.approx(P_SHORTED, rel=1e-6) == P
        assert row["mean_E_z"] / P == pytest.approx(-5.627350e7, rel=1e-6)


def test_screened_electrode_is_a_dead_layer() -> None:
    screened = {"kind": "screened", "thickness": LAYER, "permittivity": LAYER_PERMITTIVITY}
    _, row = relaxed(
        material=LEAD_TITANATE,
        mesh={"kind": "film", "thickness": FILM, "spacing": 2e-9},
        initial=uniform(0, 0, 0.7),
        mechanics=NO_MECHANICS,
        electrostatics={"boundary": [{"on": "bottom", "kind": "electrode"}, {"on": "top", **screened}]},
    )
    assert row["mean_P_z"] == pytest.approx(P_SHORTED, rel=1e-6)
    assert row["mean_E_z"] / row["mean_P_z"] == pytest.approx(-5.627350e7, rel=1e-6)


# --- capacitors (V9.4) ------------------------------------------------------------------------------------


def test_bilayer_capacitor() -> None:
    film, layer, permittivity, voltage = 10e-9, 2e-9, 50.0, 3.0
    _, row = relaxed(
        material={**DIELECTRIC, "regions": {"dead_top": {"permittivity": permittivity}}},
        mesh={"kind": "film", "thickness": film, "dead_top": layer, "spacing": 1e-9},
        initial=uniform(0, 0, 0),
        mechanics=NO_MECHANICS,
        electrostatics=electrodes(bottom=voltage),
        time=ROUND_OFF,
    )
    D = voltage * EPSILON_0 / (film / PERMITTIVITY + layer / permittivity)
    assert row["mean_D_z"] == pytest.approx(D, rel=1e-12)
    assert row["mean_E_z"] == pytest.approx(D / (EPSILON_0 * PERMITTIVITY), rel=1e-12)
    assert row["mean_P_z"] == pytest.approx(D * SUSCEPTIBILITY / PERMITTIVITY, rel=1e-12)
    # At given potentials the functional is the enthalpy, minus the stored energy.
    assert row["energy_total"] == pytest.approx(-0.5 * D * voltage, rel=1e-12)


@pytest.mark.parametrize("kind", ["floating", "free"])
@pytest.mark.parametrize("width", [(), (6e-9,)], ids=["1D", "2D"])
def test_charged_capacitor(kind: str, width: tuple[float, ...]) -> None:
    """A floating electrode of given charge, and a free surface of given charge density."""
    thickness, density = 10e-9, 0.02
    charged = {
        "floating": {"charge": density * (width[0] if width else 1.0)},
        "free": {"charge_density": density},
    }
    simulation, row = relaxed(
        material=DIELECTRIC,
        mesh={
            "kind": "film",
            "width": width,
            "periodic": "x" if width else "",
            "thickness": thickness,
            "spacing": 2e-9,
        },
        initial=uniform(0, 0, 0),
        mechanics=NO_MECHANICS,
        electrostatics={
            "boundary": [
                {"on": "bottom", "kind": "electrode"},
                {"on": "top", "kind": kind, **charged[kind]},
            ]
        },
        time=ROUND_OFF,
    )
    potential = density * thickness / (EPSILON_0 * PERMITTIVITY)
    assert row["max_phi"] == pytest.approx(potential, rel=1e-12)
    # Positive charge on top: the displacement points down.
    assert row["mean_D_z"] == pytest.approx(-density, rel=1e-12)
    # At given charge the functional is the stored energy.
    area = width[0] if width else 1.0
    assert row["energy_total"] == pytest.approx(0.5 * density * potential * area, rel=1e-12)
    assert simulation.field("phi").x.array.min() == 0.0


def test_two_plates_of_one_floating_electrode_share_their_potential() -> None:
    """Both faces of a poled film on one floating conductor: the film is shorted, whatever the charge."""
    _, row = relaxed(
        material=LEAD_TITANATE,
        mesh={"kind": "film", "thickness": FILM, "spacing": 5e-9},
        initial=uniform(0, 0, 0.7),
        mechanics=NO_MECHANICS,
        electrostatics={"boundary": [{"on": ["bottom", "top"], "kind": "floating"}]},
    )
    assert row["mean_P_z"] == pytest.approx(0.75703950, rel=1e-7)
    assert abs(row["mean_E_z"]) < 1e-3


# --- nonuniform dielectric (V3.2) -------------------------------------------------------------------------


class Slab:
    """Linear dielectric between electrodes, P = 0 on both, voltage V: its polarization in closed form."""

    thickness, voltage, length, background = 4e-9, 1.0, 0.4e-9, 7.0
    alpha = 1.0 / (EPSILON_0 * SUSCEPTIBILITY)

    def __init__(self) -> None:
        e = EPSILON_0 * self.background
        stiffness = self.alpha + 1.0 / e
        self.gradient = self.length**2 * stiffness
        self.s = self.thickness / (2.0 * self.length)
        t = np.tanh(self.s) / self.s
        self.D = e * self.voltage / self.thickness / (1.0 - (1.0 - t) / (e * stiffness))
        self.P_middle = self.D / e / stiffness
        self.P_mean = self.P_middle * (1.0 - t)

    def P(self, x: np.ndarray) -> np.ndarray:
        """Polarization at mesh coordinates (nm)."""
        z = x[0] * 1e-9 - self.thickness / 2
        profile = 1.0 - np.cosh(z / self.length) / np.cosh(self.s)
        return self.P_middle * np.stack([0.0 * z, 0.0 * z, profile])

    def errors(self, cells: int, degree: int) -> tuple[float, float, float]:
        """Relative errors of the mean, in L2 and in H1, on a mesh of `cells` cells."""
        simulation, row = relaxed(
            material=linear_dielectric(self.alpha, self.background, self.gradient),
            mesh={
                "kind": "film",
                "thickness": self.thickness,
                "spacing": self.thickness / cells,
                "degree": degree,
            },
            initial=uniform(0, 0, 0),
            mechanics=NO_MECHANICS,
            polarization={"boundary": [{"on": ["bottom", "top"], "kind": "fixed", "value": [0, 0, 0]}]},
            electrostatics=electrodes(bottom=self.voltage),
        )
        return abs(row["mean_P_z"] / self.P_mean - 1.0), *errors(simulation.field("P"), self.P)


@pytest.mark.parametrize("degree", [1, 2])
def test_orders_of_a_nonuniform_dielectric(degree: int) -> None:
    slab = Slab()
    cells = [8, 16, 32, 64]
    found = np.array([slab.errors(n, degree) for n in cells]).T
    orders = [order([1.0 / n for n in cells], list(e)) for e in found]
    assert orders == pytest.approx([2 * degree, degree + 1, degree], abs=0.15)


# --- spheres (V3.4) ---------------------------------------------------------------------------------------

RADIUS = 1e-9


def sphere_mesh(folder: Path, size: float) -> dict[str, object]:
    """Mesh table of a sphere of radius 1 nm in a cube of 2.6 nm, with edges of `size` nm at the sphere.

    The cube can be small because the exact potential is prescribed on it."""
    output = folder / f"sphere_{size}.msh"
    make = runpy.run_path(str(MESHES / "make.py"))["make"]
    numbers = {"size": str(size), "outer_size": str(1.2 * size), "half_width": "1.3"}
    make(MESHES / "sphere_in_box.geo", output, numbers)
    return {
        "kind": "file",
        "path": str(output),
        "regions": {"film": "film", "matrix": "matrix"},
        "boundaries": {"outer": "outer"},
    }


def dipole(x: np.ndarray, inside: float, outside: float) -> np.ndarray:
    """Potential inside·z in the sphere and outside·z R³/r³ around it, at points (3, n) in nm."""
    z, r = x[2] * 1e-9, np.linalg.norm(x, axis=0) * 1e-9
    return np.where(r < RADIUS, inside * z, outside * z * (RADIUS / np.maximum(r, RADIUS)) ** 3)


def in_cube(mesh: dict, material: dict, matrix: float, P: float, outer):  # type: ignore[no-untyped-def]
    """Simulation of a sphere in a matrix with the potential `outer`(points) on the cube's faces."""
    simulation = simulation_of(
        material={**material, "regions": {"matrix": {"permittivity": matrix}}},
        mesh=mesh,
        initial=uniform(0, 0, P),
        mechanics=NO_MECHANICS,
        electrostatics={"boundary": [{"on": "outer", "kind": "electrode"}]},
        solver={"linear_tolerance": 1e-8},
        time={"equilibrium": 1e-5},
    )
    phi = simulation.functional.phi
    points = phi.function_space.tabulate_dof_coordinates().T
    prescribe(simulation, phi, outer(points) / simulation.scaling.potential)
    return simulation


@pytest.mark.parametrize(("background", "matrix", "factor"), [(7.0, 1.0, 1.254899e10), (1.0, 1.0, 3.764697e10)])
def test_uniformly_polarized_sphere(tmp_path: Path, background: float, matrix: float, factor: float) -> None:
    P = 0.5
    inside = P / (EPSILON_0 * (background + 2.0 * matrix))
    assert inside / P == pytest.approx(factor, rel=1e-6)
    sizes, found = [0.2, 0.14, 0.095], []
    for size in sizes:
        simulation = in_cube(
            sphere_mesh(tmp_path, size),
            linear_dielectric(1e9, background),
            matrix,
            P,
            lambda x: dipole(x, inside, inside),
        )
        simulation.parts.initialize()
        row = simulation.observables.row(0, 0.0, 0.0)
        assert row["mean_P_z"] == pytest.approx(P, rel=1e-12)
        found.append(abs(row["mean_E_z"] / -inside - 1.0))
    assert found[-1] < 0.01
    assert order(sizes, found) > 1.85


def test_dielectric_sphere_in_a_uniform_field(tmp_path: Path) -> None:
    applied, background, susceptibility, matrix = 1e7, 7.0, 23.0, 10.0
    inside = 3.0 * matrix / (background + susceptibility + 2.0 * matrix) * applied
    simulation = in_cube(
        sphere_mesh(tmp_path, 0.12),
        linear_dielectric(1.0 / (EPSILON_0 * susceptibility), background),
        matrix,
        0.0,
        lambda x: -applied * x[2] * 1e-9 + dipole(x, applied - inside, applied - inside),
    )
    row = simulation.run().observables
    assert row["mean_E_z"][-1] == pytest.approx(inside, rel=0.01)
    assert row["mean_P_z"][-1] == pytest.approx(EPSILON_0 * susceptibility * inside, rel=0.01)
