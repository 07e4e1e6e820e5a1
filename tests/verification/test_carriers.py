"""Electrons and holes beside closed forms: screening, depletion at a barrier, neutrality; with P, with defects."""

import numpy as np
import pytest
from ions import (
    CONCENTRATION,
    DIELECTRIC,
    ELEMENTARY_CHARGE,
    PERMITTIVITY,
    TEMPERATURE,
    THERMAL,
    case_of,
    electrode,
    run,
)
from ions import D as DIFFUSIVITY
from ranks import on_one_and_two
from scipy.integrate import quad

from phasefield.case import load_case
from phasefield.simulation import Simulation
from phasefield.units import EPSILON_0

#: Length in which 1e25 charges per m³ screen.
DEBYE = np.sqrt(EPSILON_0 * PERMITTIVITY * THERMAL / CONCENTRATION) / ELEMENTARY_CHARGE
VOLT = THERMAL / ELEMENTARY_CHARGE


def semiconducting(length: float, cells: int, bands: dict, electrical: list, carriers: dict, **tables: object) -> dict:
    """A line along z of `length` (in DEBYE) with electrons and holes in a linear dielectric."""
    mesh = {"kind": "box", "size": [length * DEBYE], "cells": [cells], "axes": "z"}
    case = case_of(mesh, {}, electrical)
    case["material"] = DIELECTRIC | {"semiconductor": bands}
    case["electrostatics"]["carriers"] = carriers
    case["defects"] = {}
    return case | tables


def along(simulation: Simulation, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions (DEBYE) and values of a field at the nodes, in order."""
    field = simulation.field(name)
    z = field.function_space.tabulate_dof_coordinates()[:, 0] * 1e-9 / DEBYE
    order = np.argsort(z)
    return z[order], field.x.array[order]


def intrinsic(cells: int, psi0: float, degree: int = 1) -> Simulation:
    """2 n_i = CONCENTRATION, 20 Debye lengths from an electrode at ψ = eφ/kT = ψ0 to one at 0."""
    states = 1e4 * CONCENTRATION
    bands = {"band_gap": 2.0 * THERMAL * np.log(2e4), "conduction_states": states, "valence_states": states}
    electrodes = [electrode("bottom", psi0 * VOLT), electrode("top")]
    case = semiconducting(20.0, cells, bands, electrodes, {"statistics": "boltzmann"})
    case["mesh"]["degree"] = degree
    return run(case)


@pytest.mark.parametrize(
    ("degree", "cells", "order", "largest"),
    [(1, (100, 200, 400), 1.85, (1.5e-3, 6e-4, 5e-2)), (2, (120, 240, 480), 3.5, (1e-6, 1e-6, 1e-4))],
)
def test_intrinsic_screening(degree, cells, order, largest):
    """Gouy and Chapman: ψ = 4 atanh(tanh(ψ0/4) e^{−x}), and the charge of the layer 2 sinh(ψ0/2)."""
    errors = []
    for number in cells:
        simulation = intrinsic(number, 4.0, degree)
        z, phi = along(simulation, "phi")
        row = simulation.last_row
        excess = (row["number_electrons"] - row["number_holes"]) / (CONCENTRATION * DEBYE)
        places = np.isin(np.round(z, 9), (1.0, 2.0))
        exact = 4.0 * np.arctanh(np.tanh(1.0) * np.exp(-z[places]))
        errors.append([*(phi[places] / VOLT - exact), excess - 2.0 * np.sinh(2.0)])
    errors = np.abs(errors)
    assert errors.shape == (3, 3)
    assert (np.log2(errors[:-1] / errors[1:]) > order).all(), errors
    assert (errors[-1] < largest).all(), errors


def layer(statistics: str, eta: float, psi: float) -> float:
    """Exact charge over N_d λ of a layer in which ψ falls from 0 to `psi`, donors ionized, E_F − E_c = eta kT inside.

    The first integral of ψ'' = F_½(η + ψ)/F_½(η) − 1 in units of λ² = ε kT/(e² N_d).
    """
    if statistics == "boltzmann":
        return float(np.sqrt(2.0 * (np.exp(psi) - 1.0 - psi)))

    def half(x):
        return quad(lambda t: 4.0 / np.sqrt(np.pi) * t**2 / (1.0 + np.exp(t**2 - x)), 0.0, 9.0, limit=200)[0]

    electrons = quad(lambda x: half(eta + x), psi, 0.0, epsrel=1e-8)[0]
    return float(np.sqrt(2.0 * (-electrons / half(eta) - psi)))


@pytest.mark.parametrize(
    ("statistics", "eta", "psi", "length"), [("boltzmann", -5.0, -20.0, 20), ("fermi-dirac", 4.0, -15.0, 40)]
)
def test_depletion_at_a_schottky_barrier(statistics, eta, psi, length):
    """The charge of the layer, second order; for many kT the depletion approximation √(2ε(V_bi − kT/e)/(e N_d))."""
    filling = (
        np.exp(eta)
        if statistics == "boltzmann"
        else quad(lambda t: 4.0 / np.sqrt(np.pi) * t**2 / (1.0 + np.exp(t**2 - eta)), 0.0, 9.0)[0]
    )
    bands = {"band_gap": "4 eV", "conduction_states": CONCENTRATION / filling, "valence_states": 1e25}
    barrier = (-psi - eta) * THERMAL
    contacts = [electrode("bottom") | {"barrier": barrier}, electrode("top")]
    errors = []
    for cells in (4 * length, 8 * length, 16 * length):
        donors = {"fixed": {"Nb": {"charge": 1, "concentration": CONCENTRATION}}}
        case = semiconducting(length, cells, bands, contacts, {"statistics": statistics}, defects=donors)
        simulation = run(case)
        row = simulation.last_row
        lacking = length - row["number_electrons"] / (CONCENTRATION * DEBYE)
        errors.append(lacking - layer(statistics, eta, psi))
        assert row["barrier_bottom"] == pytest.approx(barrier / ELEMENTARY_CHARGE, rel=1e-9)
        # Neutral inside, with the Fermi level where it belongs.
        assert along(simulation, "c_electrons")[1][-1] == pytest.approx(CONCENTRATION, rel=1e-4)
        assert row["barrier_top"] == pytest.approx(-eta * VOLT, rel=1e-3)
    errors = np.abs(errors)
    assert (np.log2(errors[:-1] / errors[1:]) > 1.85).all(), errors
    if statistics == "boltzmann":
        assert lacking == pytest.approx(np.sqrt(2.0 * (-psi - 1.0)), rel=1e-3)


def test_only_differences_of_potentials_count():
    """All metals and the contact at 2 V more: the same barriers, the same carriers, φ higher by 2 V."""
    bands = {"band_gap": "1 eV", "electron_affinity": "4 eV", "conduction_states": 1e26, "valence_states": 1e26}
    found = []
    for shift in (0.0, 2.0):
        metals = [
            electrode("bottom", shift) | {"work_function": "4.3 eV"},
            {"on": "top", "kind": "screened", "thickness": 1e-10, "potential": shift + 0.1, "barrier": "0.6 eV"},
        ]
        case = semiconducting(6.0, 30, bands, metals, {"potential": shift})
        simulation = run(case)
        found.append((simulation.last_row, along(simulation, "phi")[1], along(simulation, "conduction_band")[1]))
    (one, phi, band), (other, higher, same) = found
    assert higher == pytest.approx(phi + 2.0, abs=1e-9)
    assert same == pytest.approx(band, abs=1e-9)
    assert one["barrier_bottom"] == pytest.approx(0.3, rel=1e-9)
    # The layer before the metal takes a part of the voltage.
    assert one["barrier_top"] != pytest.approx(0.6, abs=1e-3)
    for name in ("barrier_bottom", "barrier_top", "number_electrons", "min_c_holes", "energy_carrier"):
        assert other[name] == pytest.approx(one[name], rel=1e-7)


def test_the_same_layer_around_an_axis():
    """A disk and a line with the same bands: numbers per area, energies and barriers agree, but for P on triangles."""
    bands = {"band_gap": "3 eV", "conduction_states": 1e26, "valence_states": 1e26}
    contacts = [electrode("bottom") | {"barrier": "0.3 eV"}, electrode("top")]
    donors = {"fixed": {"Nb": {"charge": 1, "concentration": CONCENTRATION}}}
    line = semiconducting(6.0, 12, bands, contacts, {}, defects=donors)
    size = [4.0 * DEBYE, 6.0 * DEBYE]
    mesh = {"kind": "box", "size": size, "cells": [4, 12], "axes": "xz", "axisymmetric": True}
    disk = line | {"mesh": mesh, "crystal": {"axial_average": True}}
    one, around = run(line).last_row, run(disk).last_row
    assert around["barrier_top"] == pytest.approx(one["barrier_top"], rel=1e-9)
    assert around["max_c_electrons"] == pytest.approx(one["max_c_electrons"], rel=1e-4)
    area = np.pi * size[0] ** 2
    for name in ("number_electrons", "energy_carrier"):
        assert around[name] / area == pytest.approx(one[name], rel=1e-4)


# --- with polarization ----------------------------------------------------------------------------------------

FILM = {
    "version": 1,
    "material": {"name": "BaTiO3_Li2005", "temperature": 300.0},
    "mesh": {"kind": "film", "thickness": "8 nm", "spacing": "0.4 nm"},
    "initial": {"kind": "uniform", "value": [0.0, 0.0, 0.2]},
    "mechanics": {"misfit": {"xx": -0.01, "yy": -0.01}},
    "electrostatics": {
        "boundary": [
            {"on": "bottom", "kind": "screened", "thickness": "0.4 nm", "permittivity": 8, "barrier": "0.8 eV"},
            {"on": "top", "kind": "free"},
        ],
        "carriers": {},
    },
    "defects": {"fixed": {"La": {"charge": 1, "concentration": "2e20 1/cm^3"}}},
    "time": {"mode": "relax", "equilibrium": 1e-6},
}


@pytest.fixture(scope="module")
def relaxed():
    return run(FILM)


def test_donors_and_electrons_hold_a_polarization_under_a_free_surface(relaxed):
    """Without them a free surface leaves none; the energy falls in every step."""
    bare = FILM | {"electrostatics": {"boundary": [{"on": "bottom", "kind": "electrode"}]}, "defects": {}}
    assert abs(run(bare).last_row["mean_P_z"]) < 1e-3
    assert abs(relaxed.last_row["mean_P_z"]) > 0.1
    energy = relaxed.result.observables["energy_total"]
    assert len(energy) > 5
    assert np.diff(energy).max() < 1e-9 * np.abs(energy).max()


def test_newton_finds_the_same_state(relaxed):
    row = run(FILM | {"solver": {"method": "newton"}}).last_row
    for name in ("energy_total", "mean_P_z", "number_electrons", "barrier_bottom", "mean_strain_zz"):
        assert row[name] == pytest.approx(relaxed.last_row[name], rel=1e-5)


def test_the_charge_of_carriers_is_that_of_the_displacement(relaxed):
    """Gauss's law as a whole: what electrons and donors leave is D at the metal."""
    row, f = relaxed.last_row, relaxed.functional
    charge = ELEMENTARY_CHARGE * (2e26 * 8e-9 - row["number_electrons"] + row["number_holes"])
    _, phi = along(relaxed, "phi")
    metal = f.carriers.levels.built_in(relaxed.case.electrostatics.boundary[0])
    D = EPSILON_0 * 8.0 / 0.4e-9 * (metal - phi[0])
    assert charge == pytest.approx(-D, rel=1e-6)


@pytest.mark.long
def test_transient_with_carriers_ends_where_relaxation_does(relaxed):
    case = FILM | {"time": {"mode": "transient", "end": "2 ns", "tolerance": 1e-3}}
    row = run(case).last_row
    for name in ("mean_P_z", "number_electrons", "barrier_bottom"):
        assert row[name] == pytest.approx(relaxed.last_row[name], rel=1e-3)


# --- with defects ---------------------------------------------------------------------------------------------


def with_vacancies(cells: int = 90, **time: object) -> dict:
    """Vacancies that electrons compensate, before a metal that depletes."""
    vacancy = {"charge": 2, "site_density": 1e29, "concentration": 0.5 * CONCENTRATION, "diffusivity": DIFFUSIVITY}
    bands = {"band_gap": "3 eV", "conduction_states": 1e26, "valence_states": 1e26}
    contacts = [electrode("bottom") | {"barrier": "0.11 eV"}, electrode("top")]
    return semiconducting(
        30.0,
        cells,
        bands,
        contacts,
        {},
        defects={"background": "none", "species": {"V": vacancy}},
        time={"mode": "relax", "equilibrium": 1e-8} | time,
    )


def test_vacancies_and_electrons_in_equilibrium():
    """ln c + 2ψ is the same everywhere, vacancies are conserved, the energy falls; inside the body is neutral."""
    simulation = run(with_vacancies())
    observables = simulation.result.observables
    assert np.abs(observables["number_V"] / observables["number_V"][0] - 1.0).max() < 1e-12
    energy = observables["energy_total"]
    assert np.diff(energy).max() < 1e-10 * np.abs(energy).max()
    (_, c), (_, n), (_, phi) = (along(simulation, name) for name in ("c_V", "c_electrons", "phi"))
    assert np.ptp(np.log(c / (1e29 - c)) + 2.0 * phi / VOLT) < 1e-7
    middle = slice(50, 60)
    assert n[middle] == pytest.approx(2.0 * c[middle], rel=1e-3)
    # Vacancies gather where electrons are repelled.
    assert c[0] > 10.0 * c[55]
    assert n[0] < 0.3 * n[55]


@pytest.mark.long
def test_vacancies_drift_with_electrons_in_time():
    """The transient ends in the same equilibrium."""
    equilibrium = run(with_vacancies(40)).last_row
    end = 2.0 * (30.0 * DEBYE) ** 2 / DIFFUSIVITY
    row = run(with_vacancies(40, mode="transient", end=end, tolerance=1e-3)).last_row
    for name in ("max_c_V", "number_electrons", "energy_total"):
        assert row[name] == pytest.approx(equilibrium[name], rel=2e-3)


def test_ranks(tmp_path):
    one, two = on_one_and_two("carriers_ranks.py", tmp_path)
    assert len(one) == len(two) > 2
    for first, second in zip(one, two, strict=True):
        for name in ("energy_total", "energy_electric", "number_V", "max_c_V", "barrier_bottom"):
            assert second[name] == pytest.approx(first[name], rel=1e-6)
        # Numbers of carriers have the relative error of a step that φ/kT has.
        for name in ("number_electrons", "max_c_electrons", "energy_carrier"):
            assert second[name] == pytest.approx(first[name], rel=2e-4)


# --- what it takes --------------------------------------------------------------------------------------------


def test_any_start_finds_the_potential():
    """From a potential that is wrong by many kT, either way, Gauss's law is solved."""
    simulation = intrinsic(40, 4.0)
    phi = simulation.functional.phi
    exact, free = phi.x.array.copy(), simulation.parts.conditions.free_phi
    for wrong in (-1.0, -0.3, 0.3, 1.0):
        phi.x.array[:] = exact + wrong / simulation.scaling.potential * free
        simulation.problem.settle_potential()
        assert phi.x.array == pytest.approx(exact, rel=1e-7, abs=1e-9)


def test_carriers_follow_the_temperature():
    """E_F stays, kT and densities of states change; a temperature that follows a load reaches them."""
    loads = {"heat": {"kind": "ramp", "unit": "K", "start": 300.0, "stop": 400.0, "t1": 1.0}}
    case = {
        "version": 1,
        "material": {"name": "SrTiO3_polar", "temperature": "heat"},
        "mesh": {"kind": "box", "size": ["5 nm"], "cells": [4], "axes": "z"},
        "initial": {"kind": "uniform", "value": [0, 0, 0]},
        "mechanics": {"enabled": False},
        "electrostatics": {"boundary": [electrode("bottom"), electrode("top")], "carriers": {"fermi_level": "-0.3 eV"}},
        "loads": loads,
        "time": {"mode": "ramp", "end": 1.0, "points": 2},
    }
    simulation = Simulation(load_case(case))
    carriers = simulation.functional.carriers
    row = run(case).result.observables
    assert row["load_heat"][[0, -1]] == pytest.approx([300.0, 400.0])
    for temperature, n in zip(row["load_heat"], row["max_c_electrons"], strict=True):
        bands = carriers.bands(temperature)
        expected = bands.concentrations(-0.3 * ELEMENTARY_CHARGE, temperature, "fermi-dirac")[0]
        assert n == pytest.approx(expected, rel=1e-9)


def test_unresolved_layers_and_degenerate_boltzmann_are_reported():
    bands = {"band_gap": "3 eV", "conduction_states": 2.0 * CONCENTRATION, "valence_states": 1e25}
    donors = {"fixed": {"Nb": {"charge": 1, "concentration": CONCENTRATION}}}
    contacts = [electrode("bottom"), electrode("top")]
    case = semiconducting(20.0, 20, bands, contacts, {"statistics": "boltzmann"}, defects=donors)
    warnings = Simulation(load_case(case)).parts.warnings
    assert sum("Debye length" in warning for warning in warnings) == 2
    assert sum("Boltzmann statistics overestimate" in warning for warning in warnings) == 1
    assert TEMPERATURE == 300.0
