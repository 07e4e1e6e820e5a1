"""Mobile defects beside closed forms: screening, relaxation, stress, strain; what every step must respect."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ions import (
    CONCENTRATION,
    DEBYE,
    DIELECTRIC,
    ELEMENTARY_CHARGE,
    THERMAL,
    D,
    case_of,
    electrode,
    line,
    profile,
    run,
    started,
    vacancy,
)
from ranks import run_on

from phasefield.case import load_case
from phasefield.errors import CaseError
from phasefield.simulation import Simulation

# --- screening ------------------------------------------------------------------------------------------------


def screened(cells: int, psi0: float, species: dict, charge: int, **defects: object) -> Simulation:
    """Equilibrium over 20 Debye lengths from an electrode at ψ = z e φ/kT = psi0 to a reservoir at ψ = 0."""
    open_top = [{"on": "top", "kind": "concentration", "value": CONCENTRATION}]
    potential = psi0 * THERMAL / (charge * ELEMENTARY_CHARGE)
    case = case_of(
        line(20.0, cells),
        {name: spec | {"boundary": open_top} for name, spec in species.items()},
        [electrode("bottom", potential), electrode("top")],
    )
    case["defects"] |= defects
    return run(case)


def psi_at(simulation: Simulation, places: tuple[float, ...], charge: int) -> np.ndarray:
    z, phi = profile(simulation, "phi")
    return np.interp(places, z, phi) * charge * ELEMENTARY_CHARGE / THERMAL


def test_gouy_chapman_layer():
    """V11.1: ψ = 4 atanh(tanh(ψ0/4) e^{−x}) of two species ±z, and the charge of the layer; second order."""
    exact, charge = np.array([1.15148715, 0.41375159]), 7.25372082
    errors = []
    for cells in (100, 200, 400):
        half = vacancy(concentration=0.5 * CONCENTRATION)
        open_top = [{"on": "top", "kind": "concentration", "value": 0.5 * CONCENTRATION}]
        case = case_of(
            line(20.0, cells),
            {"cation": half | {"boundary": open_top}, "anion": half | {"charge": -2, "boundary": open_top}},
            [electrode("bottom", 4.0 * THERMAL / (2.0 * ELEMENTARY_CHARGE)), electrode("top")],
        )
        simulation = run(case)
        row = simulation.last_row
        excess = (row["number_anion"] - row["number_cation"]) / (CONCENTRATION * DEBYE)
        errors.append([*(psi_at(simulation, (1.0, 2.0), 2) - exact), excess - charge])
    errors = np.abs(errors)
    assert (np.log2(errors[:-1] / errors[1:]) > 1.85).all(), errors
    assert (errors[-1] < [1.5e-3, 6e-4, 5e-2]).all(), errors


@pytest.mark.parametrize(
    ("psi0", "exact", "field"),
    [
        (-3.0, (-0.76790287, -0.25958501, -0.09287972), 5.67195503),
        (3.0, (1.42625670, 0.60155195, 0.23521690), 2.02474051),
    ],
)
def test_layer_of_one_species_in_a_fixed_background(psi0, exact, field):
    """V11.2: accumulation and depletion; the charge of the layer is the field at the wall; second order."""
    errors = []
    for cells in (100, 200, 400):
        simulation = screened(cells, psi0, {"V": vacancy()}, 2)
        lacking = 20.0 - simulation.last_row["number_V"] / (CONCENTRATION * DEBYE)
        errors.append([*(psi_at(simulation, (1.0, 2.0, 3.0), 2) - exact), abs(lacking) - field])
    errors = np.abs(errors)
    assert (np.log2(errors[:-1] / errors[1:]) > 1.85).all(), errors
    assert (errors[-1] < [2e-3, 2e-3, 2e-3, 3e-2]).all(), errors


@pytest.mark.parametrize("cells", [2, 5, 20])
def test_boltzmann_holds_at_the_nodes_of_any_mesh(cells):
    """Also where a cell is many Debye lengths: ln c + ψ is the same everywhere, c stays positive."""
    simulation = screened(cells, 40.0, {"V": vacancy()}, 2)
    (_, c), (_, phi) = profile(simulation, "c_V"), profile(simulation, "phi")
    assert (c > 0.0).all()
    assert np.ptp(np.log(c / (1e32 - c)) + 2.0 * ELEMENTARY_CHARGE * phi / THERMAL) < 1e-8


def test_sites_limit_the_concentration():
    """At a strongly attracting wall every site is taken and none twice: c/(c_max − c) obeys Boltzmann's law."""
    simulation = screened(40, -60.0, {"V": vacancy(site_density=2.0 * CONCENTRATION)}, 2)
    (_, c), (_, phi) = profile(simulation, "c_V"), profile(simulation, "phi")
    assert c.max() <= 2.0 * CONCENTRATION * (1.0 + 1e-15)
    equations = simulation.stepper.solver.species[0]
    z = equations.species.space.tabulate_dof_coordinates()[:, 0]
    logits = equations.logits()[np.argsort(z)]
    assert logits.max() == pytest.approx(60.0, rel=1e-6)
    assert np.ptp(logits + 2.0 * ELEMENTARY_CHARGE * phi / THERMAL) < 1e-8


def test_the_same_layer_in_one_two_and_three_dimensions():
    found = []
    for width, axes, shape in (
        ((), "z", {}),
        ((2.0,), "xz", {"periodic": "x"}),
        ((2.0, 2.0), "xyz", {"periodic": "xy"}),
    ):
        size, cells = [*(w * DEBYE for w in width), 8.0 * DEBYE], [*(3 for _ in width), 16]
        mesh = {"kind": "box", "size": size, "cells": cells, "axes": axes} | shape
        case = case_of(mesh, {"V": vacancy()}, [electrode("bottom"), electrode("top", 0.1)])
        simulation = run(case)
        field = simulation.field("c_V")
        z = np.round(field.function_space.tabulate_dof_coordinates()[:, len(width)], 6)
        layers = [field.x.array[z == place] for place in np.unique(z)]
        assert all(np.ptp(layer) < 1e-8 * CONCENTRATION for layer in layers)
        found.append(np.array([layer.mean() for layer in layers]))
    for other in found[1:]:
        assert other == pytest.approx(found[0], rel=1e-7)


def test_ranks(tmp_path):
    rows = []
    for ranks in (1, 2):
        path = tmp_path / f"{ranks}.json"
        run_on(ranks, "drift_ranks.py", path)
        rows.append(json.loads(path.read_text(encoding="utf-8")))
    assert len(rows[0]) == len(rows[1]) > 10
    for one, two in zip(*rows, strict=True):
        for name in ("time", "energy_total", "energy_defect", "number_V", "max_c_V", "min_c_V", "mean_stress_xx"):
            # A step is solved to a thousandth of its tolerance in time.
            assert two[name] == pytest.approx(one[name], rel=1e-6)
        assert two["number_V"] == pytest.approx(rows[0][0]["number_V"], rel=1e-12)


def test_a_reservoir_is_the_concentration_it_stands_for():
    """At an electrode at zero the electrochemical potential is kT ln(c/(c_max − c))."""
    found = []
    for condition in (
        {"kind": "concentration", "value": 3.0 * CONCENTRATION},
        {"kind": "reservoir", "value": THERMAL * np.log(3e25 / (1e32 - 3e25))},
    ):
        species = vacancy(boundary=[{"on": "top", **condition}])
        case = case_of(line(6.0, 24), {"V": species}, [electrode("bottom", 0.02), electrode("top")])
        found.append(profile(run(case), "c_V")[1])
    assert found[1] == pytest.approx(found[0], rel=1e-7)
    assert found[0][-1] == pytest.approx(3.0 * CONCENTRATION, rel=1e-9)


def test_steady_diffusion_between_two_concentrations_is_linear():
    ends = [
        {"on": "bottom", "kind": "concentration", "value": 1e25},
        {"on": "top", "kind": "concentration", "value": 4e25},
    ]
    case = case_of(line(5.0, 10), {"V": vacancy(charge=0, boundary=ends)}, [])
    z, c = profile(run(case | {"electrostatics": {"enabled": False}}), "c_V")
    assert c == pytest.approx(1e25 * (1.0 + 3.0 * z / 5.0), rel=1e-5)


def test_a_charged_body_without_electrodes_is_refused():
    case = case_of(line(4.0, 4), {"V": vacancy()}, [])
    Simulation(load_case(case))
    for defects in (
        {"background": "none"},
        {"background": None, "fixed": {"A": {"charge": -1, "concentration": 1e25}}},
    ):
        with pytest.raises(CaseError, match="has no electrode"):
            Simulation(load_case(case | {"defects": case["defects"] | defects}))


def test_unresolved_screening_layers_are_reported():
    species = {"V": vacancy()}
    electrodes = [electrode("bottom"), electrode("top", 0.1)]
    coarse = Simulation(load_case(case_of(line(20.0, 20), species, electrodes)))
    assert [warning for warning in coarse.parts.warnings if '"bottom"' in warning and "Debye length" in warning]
    assert len(coarse.parts.warnings) == 2
    assert Simulation(load_case(case_of(line(20.0, 41), species, electrodes))).parts.warnings == []


# --- relaxation -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "rate"), [(5.0, 1.13739871), (10.0, 1.05747449), (50.0, 1.01025830), (100.0, 1.00506352)]
)
def test_slowest_relaxation_between_blocking_electrodes(length, rate):
    """V11.3: the rate s λ_D L/D after a small step of the voltage, from steps that leave only the slowest mode."""
    voltage = 1e-4 * THERMAL / ELEMENTARY_CHARGE
    mesh = {"kind": "box", "size": [2 * length * DEBYE], "spacing": 0.2 * DEBYE, "axes": "z", "growth": 1.1}
    mesh["faces"] = {"z_min": 0.02 * DEBYE, "z_max": 0.02 * DEBYE}
    simulation = started(case_of(mesh, {"V": vacancy()}, [electrode("bottom"), electrode("top", voltage)]))
    solver, species = simulation.stepper.solver, simulation.stepper.solver.species[0]
    position = species.species.space.tabulate_dof_coordinates()[:, 0]
    dipole = species.volumes * (position - position.mean())
    duration = length * DEBYE**2 / D
    final = None
    moments = []
    for step in [duration] * 8 + [1e6 * duration]:
        start = species.c.copy()
        solver.begin(step / simulation.scaling.time, [start])
        solver.solve(0.0, None, 1e-13)
        moments.append(float(dipole @ species.c))
    *moments, final = moments
    remaining = np.abs(np.array(moments) - final)
    found = remaining[-2] / remaining[-1] - 1.0
    assert found == pytest.approx(rate, rel=1e-3)


def test_next_mode_between_blocking_electrodes():
    """V11.3: the even wave decays at D (1/λ_D² + π²/L²), 1.0987 D/λ_D² for L = 10 λ_D; here in one implicit step."""
    simulation = started(case_of(line(20.0, 200), {"V": vacancy()}, [electrode("bottom"), electrode("top")]))
    solver, equations = simulation.stepper.solver, simulation.stepper.solver.species[0]
    z = equations.species.space.tabulate_dof_coordinates()[:, 0] * 1e-9 / DEBYE
    wave = equations.volumes * np.cos(np.pi * z / 10.0)
    equations.species.set(1.0 + 1e-4 * np.cos(np.pi * z / 10.0))
    simulation.problem.settle_potential()
    start = equations.c.copy()
    solver.begin(DEBYE**2 / D / simulation.scaling.time, [start])
    solver.solve(0.0, None, 1e-13)
    assert (wave @ start) / (wave @ equations.c) - 1.0 == pytest.approx(1.0987, rel=1e-3)


def test_dynamic_polarization_ends_where_relaxed_polarization_is():
    """Both go through the same states of the defects, whose time is twelve decades longer than that of P."""
    times = {"mode": "transient", "end": 20.0 * DEBYE**2 / D, "tolerance": 1e-4}
    electrodes = [electrode("bottom"), electrode("top", 0.02)]
    found = []
    for polarization in ("relaxed", "dynamic"):
        case = case_of(line(10.0, 40), {"V": vacancy()}, electrodes, times)
        case["defects"]["polarization"] = polarization
        simulation = run(case)
        found.append(profile(simulation, "c_V")[1])
        assert simulation.result.steps < 250
    assert found[1] == pytest.approx(found[0], rel=1e-3)


# --- stress and strain ----------------------------------------------------------------------------------------


def test_defects_in_a_gradient_of_stress():
    """V11.4: c = c_avg (lh/2)/sinh(lh/2) e^{lz} with l = Ω (dσ_h/dz)/kT, at a given displacement."""
    height, gradient, Omega = 20e-9, 1e17, 1e-29
    slope = Omega * gradient / THERMAL
    curvature = gradient / ((3e11 + 2 * 1e11) / 3.0)
    species = vacancy(charge=0, site_density=5e28, concentration=1e19, excess_volume=Omega)
    case = case_of({"kind": "box", "size": [height], "cells": [400], "axes": "z"}, {"V": species}, [])
    case["mechanics"] = {"prescribed": {"kind": "expression", "value": [0, 0, f"{0.5 * curvature}*z**2"]}}
    case["electrostatics"] = {"enabled": False}
    simulation = run(case)
    z, c = profile(simulation, "c_V")
    z = z * DEBYE - 0.5 * height
    exact = 1e19 * (0.5 * slope * height) / np.sinh(0.5 * slope * height) * np.exp(slope * z)
    # In the last cells the stress at the node is that of the cell.
    assert c[1:-1] == pytest.approx(exact[1:-1], rel=1e-4)
    assert slope == pytest.approx(2.41432e8, rel=1e-5)
    assert c[-2] / c[1] * np.exp(slope * 2 * 0.05e-9) == pytest.approx(125.04, rel=1e-4)


def plate(profile: dict) -> dict:
    """A free plate whose lattice uncharged defects expand."""
    species = vacancy(charge=0, site_density=1e29, concentration=1e26, excess_volume=1e-29, reference=0)
    mesh = {"kind": "film", "thickness": "50 nm", "spacing": "0.5 nm", "degree": 2}
    case = case_of(mesh, {"V": species | {"profile": profile}}, [])
    free = {"xx": "free", "yy": "free"}
    return case | {"mechanics": {"strain": free, "curvature": {"xx": "free", "yy": "free"}}}


def test_defects_bend_a_free_plate():
    """A linear profile bends without stress, κ = (Ω/3) dc/dz; a thin layer bends by Stoney's formula."""
    linear = started(plate({"kind": "linear", "bottom": 1.0, "top": 3.0}))
    row = linear.observables.row(0, 0.0, 0.0)
    exact = 1e-29 / 3.0 * 2e26 / 50e-9
    assert row["curvature_xx"] == pytest.approx(exact, rel=1e-9)
    assert row["curvature_yy"] == pytest.approx(exact, rel=1e-9)
    assert row["energy_elastic"] < 1e-12 * linear.parts.case.defects.species["V"].concentration * THERMAL * 50e-9

    t, h = 2e-9, 50e-9
    points = {"kind": "points", "positions": [h - t - 0.25e-9, h - t + 0.25e-9], "values": [1.0, 5.0]}
    layer = started(plate(points)).observables.row(0, 0.0, 0.0)
    misfit = 1e-29 / 3.0 * 4e26
    assert layer["curvature_xx"] == pytest.approx(6.0 * misfit * t * (h - t) / h**3, rel=2e-3)
    assert layer["curvature_xx"] == pytest.approx(6.0 * misfit * t / h**2, rel=1.1 * t / h)


# --- flexoelectricity -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("electrodes", [True, False])
def test_flexoelectric_fields_act_on_defects_through_the_potential_alone(sign, electrodes):
    """V11.6: short-circuited, the flexoelectric field polarizes and leaves E = 0 and the defects alone; in open circuit
    E = −P/(ε0 ε_b) moves them until it is screened inside."""
    strain_gradient = 2e6
    case = case_of(
        line(30.0, 60, degree=2),
        {"V": vacancy()},
        [electrode("bottom"), electrode("top")] if electrodes else [],
        {"mode": "relax", "equilibrium": 1e-8},
    )
    case["mechanics"] = {"prescribed": {"kind": "expression", "value": [0, 0, f"{0.5 * strain_gradient}*z**2"]}}
    case["flexoelectricity"] = {
        "coefficients": {"f11": sign, "f12": 0.0, "f44": 0.0},
        "form": "strain gradient",
        "one_way": True,
        "allow_unstable": True,
    }
    simulation = started(case)
    field = sign * strain_gradient
    before = simulation.observables.row(0, 0.0, 0.0)
    simulation = run(case)
    row = simulation.last_row
    susceptibility = 1.0 / (2.0 * DIELECTRIC["landau"]["alpha_1"])
    _, c = profile(simulation, "c_V")
    if electrodes:
        assert before["mean_P_z"] == pytest.approx(susceptibility * field, rel=1e-6)
        assert np.ptp(c) < 1e-9 * CONCENTRATION
        assert abs(row["mean_E_z"]) < 1e-9 * abs(field)
        return
    # Half of the permittivity is that of P: E = −E_fl/2 at first.
    assert before["mean_E_z"] == pytest.approx(-0.5 * field, rel=1e-6)
    assert np.sign(c[-1] - c[0]) == -sign
    phi = profile(simulation, "phi")[1]
    middle = slice(len(phi) // 2 - 6, len(phi) // 2 + 6)
    assert np.ptp(phi[middle]) < 1e-3 * 5.0 * DEBYE * abs(0.5 * field)
    P = simulation.functional.P.x.array.reshape(-1, 3)[:, 2] * simulation.scaling.polarization
    assert np.median(P) == pytest.approx(susceptibility * field, rel=1e-2)


# --- what every step must respect -----------------------------------------------------------------------------


@pytest.mark.parametrize("drift", ["direct", "iterative"])
@settings(max_examples=6)
@given(
    st.lists(st.floats(-6.0, 6.0), min_size=9, max_size=9),
    st.floats(-60.0, 60.0),
    st.floats(-4.0, 6.0),
    st.floats(1.5, 1e6),
)
def test_any_step_conserves_defects_keeps_their_bounds_and_lowers_the_energy(
    drift, logarithms, voltage, decades, sites
):
    """V11.5: from any profile, at any voltage, on a coarse mesh, for steps of any length."""
    factors = np.exp(np.array(logarithms) - max(logarithms))
    simulation = random_start(voltage, sites, drift)
    solver, species = simulation.stepper.solver, simulation.stepper.solver.species[0]
    species.species.set(factors)
    limit = species.species.site_density
    simulation.problem.settle_potential()
    simulation.stepper._relax_polarization()
    duration = 10.0**decades * DEBYE**2 / D / simulation.scaling.time
    energy = sum(simulation.problem.report.parts().values())
    for _ in range(3):
        number, start = species.number(), species.c.copy()
        solver.begin(duration, [start])
        solver.solve(0.0, None, 1e-9)
        assert abs(species.number() / number - 1.0) < 1e-12
        assert (species.c > 0.0).all()
        assert (species.c < limit).all()
        parts = simulation.problem.report.parts()
        assert sum(parts.values()) <= energy + 1e-9 * sum(abs(v) for v in parts.values())
        energy = sum(parts.values())


def random_start(voltage: float, sites: float, drift: str) -> Simulation:
    """A line of eight cells, each of several Debye lengths, under a voltage in kT/e."""
    potential = voltage * THERMAL / ELEMENTARY_CHARGE
    species = {"V": vacancy(site_density=sites * CONCENTRATION)}
    case = case_of(line(30.0, 8), species, [electrode("bottom"), electrode("top", potential)])
    return started(case | {"solver": {"drift": drift}})


def test_equilibrium_is_detailed_balance():
    """V11.5: no flux anywhere, not only none on balance: |J| < 1e-10 D c0/λ_D in every cell."""
    simulation = run(case_of(line(20.0, 60), {"V": vacancy()}, [electrode("bottom"), electrode("top", 0.2)]))
    number = simulation.result.observables["number_V"]
    assert np.abs(number / number[0] - 1.0).max() < 1e-12
    energy = simulation.result.observables["energy_total"]
    assert np.diff(energy).max() < 1e-10 * np.abs(energy).max()
    species = simulation.functional.species[0]
    z = species.space.tabulate_dof_coordinates()[:, 0] * 1e-9
    order = np.argsort(z)
    mu, c = species.mu.x.array[order], species.c.x.array[order]
    flux = D * CONCENTRATION * np.maximum(c[1:], c[:-1]) * np.diff(mu) / np.diff(z[order])
    assert np.abs(flux).max() < 1e-10 * D * CONCENTRATION / DEBYE
