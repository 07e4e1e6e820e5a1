"""Graded films: composition, lattice parameter and misfit that vary in space (V8, V5.9, V4.2)."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from graded_material import graded_material
from ranks import on_one_and_two
from relaxed import EPSILON_0, NO_ELECTROSTATICS, NO_MECHANICS, order, relaxed, simulation_of, uniform
from scipy.optimize import brentq

from phasefield.case.profiles import profile
from phasefield.case.schema import TanhProfile
from phasefield.simulation import Simulation

THICKNESS = 20e-9
SHORTED = {"boundary": [{"on": ["film_bottom", "film_top"], "kind": "electrode"}]}
UP = {"kind": "linear", "bottom": 0.0, "top": 1.0}


def film(cells: int, degree: int = 1) -> dict[str, object]:
    return {"kind": "film", "thickness": THICKNESS, "spacing": THICKNESS / cells, "degree": degree}


def heights(simulation: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """Nodal heights (m) and P_z of a film along z, from the bottom."""
    z = simulation.functional.spaces.P.tabulate_dof_coordinates()[:, 0] * 1e-9
    P = simulation.field("P").x.array.reshape(-1, 3)[:, 2]
    upwards = np.argsort(z)
    return z[upwards], P[upwards]


# --- Landau coefficient (V8.2) ----------------------------------------------------------------------------

A11, A111, BACKGROUND = 1e8, 2e8, 7.0 * EPSILON_0
GRADED_ALPHA = "-2e8*(1 + 0.6*(x - 0.5))"


@dataclass
class LocalFilm:
    """A short-circuited film without gradient energy, alpha_1 linear in z: its polarization in closed form.

    `density` (C/m³) is a free charge at a relative height, `dead` the d/ε (m²/F) of a layer before the top electrode.
    """

    density: Callable[[float], float] = lambda x: 0.0
    dead: float = 0.0
    points, weights = np.polynomial.legendre.leggauss(40)

    def charge(self, x: float) -> float:
        """Free charge per area below the relative height x."""
        return float(THICKNESS * x * 0.5 * self.weights @ [self.density(0.5 * x * (1.0 + p)) for p in self.points])

    def P(self, x: float, D: float, sign: float) -> float:
        """Root of f'(P) = (D − P)/ε at the relative height x, where D is that of the bottom and the charge above it."""
        a = -2e8 * (1.0 + 0.6 * (x - 0.5))
        here = D + self.charge(x)

        def balance(P: float) -> float:
            return 2 * a * P + 4 * A11 * P**3 + 6 * A111 * P**5 - (here - P) / BACKGROUND

        return float(brentq(balance, sign * 0.5, sign * 0.9, xtol=1e-15))

    def D(self, sign: float) -> float:
        """The displacement at the bottom at which the voltages of film and dead layer make zero."""

        def excess(D: float) -> float:
            states = [self.P(x, D, sign) - D - self.charge(x) for x in 0.5 * (1.0 + self.points)]
            voltage = THICKNESS / BACKGROUND * 0.5 * float(self.weights @ states)
            return voltage - (D + self.charge(1.0)) * self.dead

        return float(brentq(excess, sign * 0.55, sign * 0.7, xtol=1e-15))


def graded_film(
    path: str, cells: int, sign: float, degree: int = 1, electrostatics: dict[str, object] = SHORTED
) -> tuple[Simulation, dict[str, float]]:
    return relaxed(
        material={"name": path, "grading": UP},
        mesh=film(cells, degree),
        initial=uniform(0, 0, 0.65 * sign),
        mechanics=NO_MECHANICS,
        electrostatics=electrostatics,
    )


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_graded_landau_coefficient(tmp_path: Path, sign: float) -> None:
    exact = LocalFilm()
    D = exact.D(sign)
    assert pytest.approx(0.65910490 * sign, abs=1e-8) == D
    simulation, row = graded_film(graded_material(tmp_path, alpha_1=GRADED_ALPHA), 50, sign, degree=2)
    assert row["mean_D_z"] == pytest.approx(D, abs=1e-9)
    _, P = heights(simulation)
    assert P[[0, -1]] == pytest.approx([exact.P(0.0, D, sign), exact.P(1.0, D, sign)], abs=1e-6)
    # Depolarization leaves P almost uniform.
    assert np.ptp(P) < 0.02


LAYER = {"thickness": 0.5e-9, "permittivity": 50.0}
IMPERFECT = {
    "boundary": [
        {"on": "film_bottom", "kind": "electrode"},
        {"on": "film_top", "kind": "screened", **LAYER},
    ]
}


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_graded_film_with_an_imperfect_electrode(tmp_path: Path, sign: float) -> None:
    """V3.1 in a graded film: the layer takes a voltage, and there is no imprint still."""
    exact = LocalFilm(dead=LAYER["thickness"] / (LAYER["permittivity"] * EPSILON_0))
    D = exact.D(sign)
    path = graded_material(tmp_path, alpha_1=GRADED_ALPHA)
    simulation, row = graded_film(path, 50, sign, degree=2, electrostatics=IMPERFECT)
    assert abs(D) < 0.64
    assert row["mean_D_z"] == pytest.approx(D, abs=1e-9)
    _, P = heights(simulation)
    assert P[[0, -1]] == pytest.approx([exact.P(0.0, D, sign), exact.P(1.0, D, sign)], abs=1e-6)


def test_film_with_space_charge(tmp_path: Path) -> None:
    """∇·D = ρ in a nonlinear, graded film with an imperfect electrode: D grows by the charge below."""
    bottom, top = 1e6, 3e6
    exact = LocalFilm(lambda x: bottom + (top - bottom) * x, LAYER["thickness"] / (LAYER["permittivity"] * EPSILON_0))
    D = exact.D(1.0)
    charge = {"space_charge": {"kind": "linear", "bottom": bottom, "top": top}}
    path = graded_material(tmp_path, alpha_1=GRADED_ALPHA)
    simulation, _ = graded_film(path, 100, 1.0, degree=2, electrostatics={**IMPERFECT, **charge})
    z, P = heights(simulation)
    assert exact.charge(1.0) == pytest.approx(0.04)
    assert P[[0, -1]] == pytest.approx([exact.P(0.0, D, 1.0), exact.P(1.0, D, 1.0)], abs=1e-6)
    inside = [exact.P(x, D, 1.0) for x in z / THICKNESS]
    assert P - inside == pytest.approx(0.0, abs=1e-6)
    assert np.ptp(P) > 0.03


def test_order_of_a_graded_film(tmp_path: Path) -> None:
    exact, path, cells = LocalFilm(), graded_material(tmp_path, alpha_1=GRADED_ALPHA), [25, 50, 100, 200]
    D = exact.D(1.0)
    found = [abs(graded_film(path, n, 1.0)[1]["mean_D_z"] - D) for n in cells]
    assert order([1.0 / n for n in cells], found) > 1.85


def test_grading_alone_gives_no_imprint(tmp_path: Path) -> None:
    """An energy even in P at every height has two mirrored states, whatever varies."""
    path = graded_material(tmp_path, alpha_1=GRADED_ALPHA, G11=1e-10, G44=1e-10, alpha_11="1e8*(1 + x)")
    rows = [graded_film(path, 40, sign)[1] for sign in (1.0, -1.0)]
    assert abs(rows[0]["mean_D_z"] + rows[1]["mean_D_z"]) < 1e-10
    assert rows[0]["mean_D_z"] > 0.5


# --- flexoelectric field of a lattice that varies (V8.1, V8.2, V5.9) --------------------------------------

F11, F12, C11, C12 = 2.0, 6.0, 2e11, 1e11
F_EFFECTIVE = 2.0 * F12 - 2.0 * C12 / C11 * F11
FIELD = 1e7
GRADIENT = FIELD / F_EFFECTIVE
#: Strains act on P, P does not act back: the textbook field, with free surfaces.
FLEXO = {"coefficients": {"f11": F11, "f12": F12, "f44": 1.0}, "form": "strain gradient", "one_way": True}
#: A misfit that grows by GRADIENT per metre, from minus to plus half of its change.
MISFIT = {
    "misfit": {"xx": 0.5 * GRADIENT * THICKNESS, "yy": 0.5 * GRADIENT * THICKNESS},
    "misfit_profile": {"kind": "linear", "bottom": -1.0, "top": 1.0},
}


def test_flexoelectric_field_of_a_graded_misfit(tmp_path: Path) -> None:
    simulation, row = relaxed(
        material={"name": graded_material(tmp_path), "composition": 0.0},
        mesh=film(4, degree=2),
        initial=uniform(0, 0, 0.65),
        mechanics=MISFIT,
        electrostatics=SHORTED,
        flexoelectricity=FLEXO,
    )
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    assert field[:, 2] == pytest.approx(FIELD, rel=1e-9)
    assert abs(row["mean_stress_zz"]) < 1e-9 * C11
    # The literature's graded PZT film, 4.3e5 per metre, with f_eff of 10 V: 43 kV/cm.
    assert pytest.approx(43e5) == 4.3e5 * 10.0


def test_flexocoupling_that_follows_the_composition(tmp_path: Path) -> None:
    """Coefficients that double through the film: the field is ∂(f ε), so that f′ ε counts beside f ε′."""
    doubling = {"f11": f"{F11}*(1 + x)", "f12": f"{F12}*(1 + x)"}
    simulation = simulation_of(
        material={"name": graded_material(tmp_path, **doubling), "grading": UP},
        mesh=film(4, degree=2),
        initial=uniform(0, 0, 0),
        mechanics=MISFIT,
        electrostatics=SHORTED,
        flexoelectricity={"enabled": True, "form": "strain gradient", "one_way": True},
    )
    simulation.parts.initialize()
    x = simulation.functional.spaces.P.tabulate_dof_coordinates()[:, 0] * 1e-9 / THICKNESS
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    assert field[:, 2] == pytest.approx(FIELD * ((1.0 + x) + (x - 0.5)), rel=1e-9)
    mean = simulation.observables.row(0, 0.0, 0.0)["mean_E_flexo_z"]
    assert mean == pytest.approx(1.5 * FIELD, rel=1e-9)


@pytest.mark.parametrize(("sign", "expected"), [(1.0, 0.66687608), (-1.0, -0.65090358)])
def test_graded_film_with_flexoelectric_field(tmp_path: Path, sign: float, expected: float) -> None:
    _, row = relaxed(
        material={"name": graded_material(tmp_path, alpha_1=GRADED_ALPHA), "grading": UP},
        mesh=film(50, degree=2),
        initial=uniform(0, 0, 0.65 * sign),
        mechanics=MISFIT,
        electrostatics=SHORTED,
        flexoelectricity=FLEXO,
    )
    assert row["mean_D_z"] == pytest.approx(expected, abs=1e-8)


def test_composition_strains_the_lattice_like_a_misfit(tmp_path: Path) -> None:
    """The lattice parameter a0 = a/(1 + m) has the misfit m on a substrate of lattice parameter a."""
    slope = GRADIENT * THICKNESS
    path = graded_material(tmp_path, lattice_parameter=f"4e-10/(1 + {slope!r}*(x - 0.5))")
    simulation = simulation_of(
        material={"name": path, "grading": UP},
        mesh=film(4, degree=2),
        initial=uniform(0, 0, 0),
        mechanics={"reference_lattice": 4e-10},
        electrostatics=SHORTED,
        flexoelectricity=FLEXO,
        time={"equilibrium": 1e-10},
    )
    simulation.parts.initialize()
    field = simulation.field("E_flexo").x.array.reshape(-1, 3)
    assert field[:, 2] == pytest.approx(FIELD, rel=1e-9)


def loop(path: str, **tables: object) -> tuple[np.ndarray, np.ndarray]:
    """Applied field and mean D − ε E at the load points of a loop."""
    simulation = simulation_of(
        material={"name": path, "composition": 0.0},
        mesh=film(2, degree=2),
        initial=uniform(0, 0, 0.65),
        loads={"field": {"kind": "triangle", "amplitude": "200 MV/m", "period": 1.0}},
        electrostatics={**SHORTED, "applied_field": [0.0, 0.0, "field"]},
        **{"time": {"mode": "ramp", "end": 1.25, "points": 100, "equilibrium": 1e-8}, **tables},
    )
    found = simulation.run().observables
    return found["mean_E_z"][1:], found["mean_P_z"][1:]


def test_flexoelectric_field_shifts_the_loop(tmp_path: Path) -> None:
    """Imprint: the loop moves by −E_flexo as a whole; the field changes by just this per load point."""
    path = graded_material(tmp_path)
    field, P = loop(path, mechanics=MISFIT, flexoelectricity=FLEXO)
    _, P_0 = loop(path, mechanics=NO_MECHANICS)
    points = round(FIELD / abs(field[1] - field[0]))
    assert points * abs(field[1] - field[0]) == pytest.approx(FIELD, rel=1e-9)
    for start, stop, direction in ((20, 60, -1), (60, 100, 1)):  # down, up again
        here = np.arange(start + 3, stop - 2)
        there = here + direction * points
        assert P[here] == pytest.approx(P_0[there], abs=1e-7)
    assert field[60] == pytest.approx(-2e8)


# --- lattice parameter against a substrate (V4.2) ---------------------------------------------------------


@pytest.mark.parametrize(
    ("misfit", "P"), [(-0.02, 0.7873363), (-0.01, 0.7243234), (0.0, 0.6408151), (0.005, 0.5846423)]
)
@pytest.mark.parametrize("kind", ["misfit", "lattice"])
def test_coherent_film(kind: str, misfit: float, P: float) -> None:
    lattice = simulation_of(
        material={"name": "PbTiO3_Pertsev1998"}, mesh=film(3), initial=uniform(0, 0, 0.7)
    ).material.lattice_parameter
    assert lattice is not None
    strained = {
        "misfit": {"misfit": {"xx": misfit, "yy": misfit}},
        "lattice": {"reference_lattice": lattice * (1.0 + misfit)},
    }
    _, row = relaxed(
        material={"name": "PbTiO3_Pertsev1998"},
        mesh=film(3),
        initial=uniform(0, 0, 0.7),
        mechanics=strained[kind],
        electrostatics=SHORTED,
    )
    assert row["mean_P_z"] == pytest.approx(P, rel=1e-6)


PZT = "PbZrTiO3_Haun1989"


def layer_stress(x: float, reference: float) -> float:
    """In-plane stress of a coherent, non-polar layer of PZT that is free along z."""
    from phasefield.materials import load_material

    material = load_material(PZT, composition=x)
    C11, C12 = material.stiffness[0, 0, 0, 0], material.stiffness[0, 0, 1, 1]
    assert material.lattice_parameter is not None
    return float((C11 + C12 - 2.0 * C12**2 / C11) * (reference / material.lattice_parameter - 1.0))


@pytest.mark.parametrize(("degree", "width"), [(1, (6e-9,)), (2, ())], ids=["triangles", "line"])
def test_layers_with_steps_between_cells_are_exact(degree: int, width: tuple[float, ...]) -> None:
    reference, layers, at = 4.0e-10, (0.6, 1.0, 0.8), (8e-9, 12e-9)
    simulation = simulation_of(
        material={"name": PZT, "grading": {"kind": "steps", "values": layers, "at": at}},
        mesh={
            "kind": "film",
            "width": width,
            "thickness": THICKNESS,
            "spacing": 2e-9,
            "periodic": "x" if width else "",
            "degree": degree,
        },
        initial=uniform(0, 0, 0),
        mechanics={"reference_lattice": reference},
        electrostatics=NO_ELECTROSTATICS,
    )
    simulation.parts.initialize()
    stress = simulation.field("stress").x.array.reshape(-1, 9)[:, 0]
    expected = [layer_stress(x, reference) for x in layers]
    nearest = np.abs(stress[:, None] - expected).argmin(axis=1)
    assert stress == pytest.approx(np.take(expected, nearest), rel=1e-7)
    assert set(nearest) == {0, 1, 2}
    mean = simulation.observables.row(0, 0.0, 0.0)["mean_stress_xx"]
    assert mean == pytest.approx(np.dot(expected, [8, 4, 8]) / 20, rel=1e-9)


def test_partly_relaxed_film() -> None:
    """Misfit that falls off as exp(−z/l): the mean of what is left is (1 − exp(−h/l)) l/h of it."""
    misfit, length = -0.02, 5e-9
    simulation = simulation_of(
        material={"name": "PbTiO3_Pertsev1998"},
        mesh=film(64, degree=2),
        initial=uniform(0, 0, 0),
        mechanics={
            "misfit": {"xx": misfit, "yy": misfit},
            "misfit_profile": {"kind": "exponential", "bottom": 1.0, "length": length},
        },
        electrostatics=NO_ELECTROSTATICS,
    )
    simulation.parts.initialize()
    row = simulation.observables.row(0, 0.0, 0.0)
    C = simulation.material.stiffness
    stiffness = C[0, 0, 0, 0] + C[0, 0, 1, 1] - 2.0 * C[0, 0, 1, 1] ** 2 / C[0, 0, 0, 0]
    left = (1.0 - np.exp(-THICKNESS / length)) * length / THICKNESS
    assert row["mean_stress_xx"] == pytest.approx(stiffness * misfit * left, rel=1e-9)


# --- smooth profiles --------------------------------------------------------------------------------------

TANH = {"kind": "tanh", "bottom": 0.7, "top": 0.9, "width": 3e-9}


@pytest.mark.parametrize(("degree", "cells"), [(1, [10, 20, 40, 80]), (2, [3, 6, 12])])
def test_order_of_the_energy_of_a_smooth_profile(degree: int, cells: list[int]) -> None:
    from phasefield.materials import load_material
    from phasefield.materials.landau import density

    P = np.array([0.0, 0.0, 0.6])
    x = profile(TanhProfile(**TANH), THICKNESS)
    points, weights = np.polynomial.legendre.leggauss(60)
    z = 0.5 * THICKNESS * (1.0 + points)
    energies = [density(load_material(PZT, composition=float(c)).landau, P) for c in x(z)]
    exact = 0.5 * THICKNESS * float(weights @ np.array(energies))
    found = []
    for n in cells:
        simulation = simulation_of(
            material={"name": PZT, "grading": TANH},
            mesh=film(n, degree),
            initial=uniform(*P),
            mechanics=NO_MECHANICS,
            electrostatics=NO_ELECTROSTATICS,
        )
        simulation.parts.initialize()
        found.append(abs(simulation.observables.row(0, 0.0, 0.0)["energy_landau"] / exact - 1.0))
    assert order([1.0 / n for n in cells], found) > 2 * degree - 0.15


def relaxed_pzt(cells: int, degree: int) -> np.ndarray:
    """In-plane polarization of a coherent film across a smooth step of its composition, at 21 heights."""
    simulation, _ = relaxed(
        material={"name": PZT, "grading": TANH},
        mesh=film(cells, degree),
        initial=uniform(0.6, 0, 0),
        mechanics={"reference_lattice": 4.03e-10, "boundary": [{"on": "bottom", "kind": "clamped"}]},
        electrostatics=NO_ELECTROSTATICS,
    )
    z = simulation.functional.spaces.P.tabulate_dof_coordinates()[:, 0] * 1e-9
    P = simulation.field("P").x.array.reshape(-1, 3)[:, 0]
    chosen = [int(np.argmin(abs(z - height))) for height in np.linspace(0.0, THICKNESS, 21)]
    assert abs(z[chosen] - np.linspace(0.0, THICKNESS, 21)).max() < 1e-15
    return P[chosen]


def test_order_of_the_polarization_across_a_smooth_profile() -> None:
    reference, cells = relaxed_pzt(160, 2), [20, 40, 80, 160]
    found = [float(np.sqrt(np.mean((relaxed_pzt(n, 1) - reference) ** 2))) for n in cells]
    assert order([1.0 / n for n in cells], found) > 1.85


# --- ranks ------------------------------------------------------------------------------------------------


def test_ranks(tmp_path: Path) -> None:
    rows, on_two = on_one_and_two("graded_ranks.py", tmp_path)
    assert len(rows) > 10
    for one, two in zip(rows, on_two, strict=True):
        for name in ("energy_total", "energy_elastic", "rms_P", "mean_D_z", "mean_stress_xx"):
            assert two[name] == pytest.approx(one[name], rel=1e-9)
