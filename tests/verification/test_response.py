"""Permittivity, piezoelectric and pyroelectric coefficients of monodomain films and crystals against closed forms."""

from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial import Polynomial
from ranks import on_one_and_two
from relaxed import EPSILON_0, relaxed, simulation_of, uniform
from scipy.optimize import brentq

from phasefield.errors import CaseError, ConvergenceError
from phasefield.materials import resolve_set
from phasefield.materials.thermodynamics import axis_minimum, susceptibility
from phasefield.measure import (
    by_differences,
    coefficients,
    linear,
    permittivity,
    piezoelectric,
    primary_pyroelectric,
    pyroelectric,
    temperature,
    tunability,
)
from phasefield.simulation import Simulation
from phasefield.solvers.monolithic import MonolithicSystem
from phasefield.study.table import reduced

PBTIO3 = {"name": "PbTiO3_Pertsev1998"}
S11, S12, Q11, Q12, Q44 = 8e-12, -2.5e-12, 0.089, -0.026, 0.0675
SHORTED = {"boundary": [{"on": ["bottom", "top"], "kind": "electrode"}]}
FREE = {"strain": dict.fromkeys(("xx", "yy", "zz", "yz", "xz", "xy"), "free")}
CRYSTAL = {"kind": "box", "size": [3e-9], "cells": [3], "periodic": "x"}
METHODS = pytest.mark.parametrize("method", [linear, by_differences])


def crystal(T: float, **tables: object) -> tuple[Simulation, dict[str, float]]:
    """A stress-free, short-circuited crystal polarized along z."""
    return relaxed(
        **{
            "material": {**PBTIO3, "temperature": T},
            "mesh": CRYSTAL,
            "initial": uniform(0, 0, 0.7),
            "mechanics": FREE,
            **tables,
        }
    )


def film_tables(misfit: float) -> dict[str, object]:
    """A coherent film between electrodes, polarized along z, without its material."""
    return {
        "mesh": {"kind": "film", "thickness": 6e-9, "spacing": 2e-9},
        "initial": uniform(0, 0, 0.7),
        "mechanics": {"misfit": {"xx": misfit, "yy": misfit}},
        "electrostatics": SHORTED,
    }


def film(misfit: float, **tables: object) -> tuple[Simulation, dict[str, float]]:
    """That film at equilibrium."""
    return relaxed(**{"material": PBTIO3, **film_tables(misfit), **tables})


# --- permittivity and piezoelectricity --------------------------------------------------------------------


@METHODS
def test_crystal(method) -> None:  # type: ignore[no-untyped-def]
    """V1.2, and d_ij = 2 Q P ε0 χ."""
    simulation, row = crystal(298.15)
    background = simulation.material.background_permittivity
    chi_33, chi_11 = 65.86030, 123.38728
    precision = 1e-6 if method is linear else 1e-4
    found = permittivity(simulation, method)
    expected = np.diag([chi_11, chi_11, chi_33]) + background * np.eye(3)
    assert found == pytest.approx(expected, rel=precision, abs=chi_33 * precision)
    P = row["mean_P_z"]
    d = piezoelectric(simulation, method)
    assert d[2, 2] == pytest.approx(2.0 * Q11 * P * EPSILON_0 * chi_33, rel=precision)
    assert d[[0, 1], 2] == pytest.approx([2.0 * Q12 * P * EPSILON_0 * chi_33] * 2, rel=precision)
    assert [d[4, 0], d[3, 1]] == pytest.approx([Q44 * P * EPSILON_0 * chi_11] * 2, rel=precision)
    assert abs(d[5]).max() < precision * d[2, 2]


@pytest.mark.parametrize(("misfit", "chi"), [(-0.02, 42.6937), (-0.01, 58.6083), (0.0, 92.8637)])
def test_film(misfit: float, chi: float) -> None:
    """V4.2; along z the film moves freely and d33 = 2 Q* P ε0 χ with Q* = Q11 − 2 s12 Q12/(s11 + s12)."""
    simulation, row = film(misfit)
    expected = chi + simulation.material.background_permittivity
    both = [permittivity(simulation, method)[2, 2] for method in (linear, by_differences)]
    assert both[0] == pytest.approx(expected, rel=1e-5)
    assert both[1] == pytest.approx(both[0], rel=1e-4)
    effective = Q11 - 2.0 * S12 * Q12 / (S11 + S12)
    d33 = 2.0 * effective * row["mean_P_z"] * EPSILON_0 * chi
    assert piezoelectric(simulation)[2, 2] == pytest.approx(d33, rel=1e-5)


def test_film_with_domains_of_its_own_making() -> None:
    """Both methods agree where nothing is uniform: P fixed on the electrodes, graded, tilted crystal."""
    simulation, _ = film(
        0.0,
        material={"name": "PbZrTiO3_Haun1989", "grading": {"kind": "linear", "bottom": 0.7, "top": 0.9}},
        mechanics={"reference_lattice": 3.98e-10},
        crystal={"x": [1, 0, 0], "z": [0, 1, 8]},
        polarization={"boundary": [{"on": "bottom", "kind": "fixed", "value": ["free", "free", 0.5]}]},
    )
    one, other = (permittivity(simulation, method)[:, 2] for method in (linear, by_differences))
    assert other == pytest.approx(one, rel=1e-4, abs=1e-4 * one[2])
    assert one[2] > 30.0
    assert pyroelectric(simulation, by_differences) == pytest.approx(pyroelectric(simulation), rel=1e-4, abs=1e-9)


def test_tunability_of_a_paraelectric() -> None:
    """Along E(P) = 2 a P + 4 a11 P³ the susceptibility is 1/(ε0 (2 a + 12 a11 P²))."""
    values, simulation, P = [], None, 0.0
    for applied in (0.0, 20e6):
        simulation, row = relaxed(
            material={"name": "BaTiO3_Li2005", "temperature": 500.0},
            mesh=CRYSTAL,
            initial=uniform(0, 0, 0.01),
            mechanics=FREE,
            electrostatics={"applied_field": [0, 0, applied]},
        )
        values.append(permittivity(simulation)[2, 2])
        P = row["mean_P_z"]
    assert simulation is not None
    a = simulation.material.landau
    for value, p in zip(values, (0.0, P), strict=True):
        chi = susceptibility(a, np.array([0.0, 0.0, p]))[2, 2]
        assert value == pytest.approx(chi + simulation.material.background_permittivity, rel=1e-6)
    assert 0.1 < tunability(*values) < 0.9


def field_and_stiffness(simulation: Simulation, misfit: float) -> tuple[Polynomial, Polynomial]:
    """E = f'(P) and f''(P) of a coherent film polarized along z, with the renormalized coefficients of V4.2."""
    a = simulation.material.landau
    a3 = a["alpha_1"] - 2.0 * misfit * Q12 / (S11 + S12)
    a33 = a["alpha_11"] + Q12**2 / (S11 + S12)
    energy = Polynomial([0.0, 0.0, a3, 0.0, a33, 0.0, a["alpha_111"]])
    return energy.deriv(), energy.deriv(2)


def test_tunability_of_a_film() -> None:
    """ε(E) along a ramp of the field, and the column that a study or `phasefield measure` makes of it."""
    tables = {
        **film_tables(-0.01),
        "electrostatics": {**SHORTED, "applied_field": [0, 0, "field"]},
        "loads": {"field": {"kind": "ramp", "start": 0.0, "stop": 100e6, "t1": 1.0}},
        "time": {"mode": "ramp", "end": 1.0, "points": 2, "equilibrium": 1e-10},
        "output": {"response": ["permittivity"]},
    }
    simulation = simulation_of(material=PBTIO3, **tables)
    rows = simulation.run().observables
    field, stiffness = field_and_stiffness(simulation, -0.01)
    P = np.array([brentq(field - E, 0.7, 1.0, xtol=1e-15) for E in (0.0, 50e6, 100e6)])
    expected = simulation.material.background_permittivity + 1.0 / (EPSILON_0 * stiffness(P))
    assert rows["permittivity_zz"][1:] == pytest.approx(expected, rel=1e-6)
    [found] = reduced(rows, ["tunability(permittivity_zz)"]).values()
    assert found == pytest.approx(tunability(expected[0], expected[-1]), rel=1e-6)
    assert 0.1 < found < 0.9


def test_one_factorization_for_all_coefficients(monkeypatch: pytest.MonkeyPatch) -> None:
    simulation, _ = film(-0.01)
    alone = [permittivity(simulation), piezoelectric(simulation), pyroelectric(simulation)]
    factorized = []
    plain = MonolithicSystem.factorize
    monkeypatch.setattr(MonolithicSystem, "factorize", lambda self: [factorized.append(self), plain(self)])
    found = coefficients(simulation)
    assert len(factorized) == 1
    for one, other in zip(alone, (found.permittivity, found.piezoelectric, found.pyroelectric), strict=True):
        assert np.array_equal(one, other)


def test_columns_of_a_ramp() -> None:
    """`output.response`: what Python measures at the last load point stands in its row, without moving the run."""
    tables = {
        "material": {**PBTIO3, "temperature": "heating"},
        "loads": {"heating": {"kind": "ramp", "start": 300.0, "stop": 500.0, "t1": 1.0}},
        "time": {"mode": "ramp", "end": 1.0, "points": 4, "equilibrium": 1e-10},
    }
    kinds = ["permittivity", "piezoelectric", "pyroelectric"]
    simulation = simulation_of(**film_tables(-0.01), **tables, output={"response": kinds})
    rows = simulation.run().observables
    assert rows["load_heating"] == pytest.approx([300.0, 300.0, 350.0, 400.0, 450.0, 500.0])
    assert np.isnan(rows["permittivity_zz"][0]) and np.isfinite(rows["permittivity_zz"][1:]).all()
    last = {name: column[-1] for name, column in rows.items()}
    found = coefficients(simulation)
    assert [last[f"permittivity_{i}{i}"] for i in "xyz"] == pytest.approx(np.diag(found.permittivity), rel=1e-9)
    assert last["piezoelectric_z_zz"] == pytest.approx(found.piezoelectric[2, 2], rel=1e-9)
    assert last["piezoelectric_x_xz"] == pytest.approx(found.piezoelectric[4, 0], rel=1e-9)
    assert last["pyroelectric_z"] == pytest.approx(found.pyroelectric[2], rel=1e-9)
    assert last["primary_pyroelectric_z"] == pytest.approx(primary_pyroelectric(simulation)[2], rel=1e-9)
    plain = simulation_of(**film_tables(-0.01), **tables).run().observables
    assert np.array_equal(plain["mean_P_z"], rows["mean_P_z"])
    # The slope of the curve of the run itself.
    slope = np.gradient(rows["mean_P_z"][1:], rows["load_heating"][1:])
    assert rows["pyroelectric_z"][3] == pytest.approx(slope[2], rel=0.02)


def test_column_of_a_state_that_is_no_minimum(caplog: pytest.LogCaptureFixture) -> None:
    simulation = simulation_of(
        material=PBTIO3, mesh=CRYSTAL, initial=uniform(0, 0, 0), mechanics=FREE, output={"response": ["permittivity"]}
    )
    rows = simulation.run().observables
    assert np.isnan(rows["permittivity_zz"]).all()
    assert "no minimum of the energy" in caplog.text


def test_too_many_unknowns_are_refused_before_the_run() -> None:
    with pytest.raises(CaseError, match=r"output\.response: found 28 unknowns, .*; allowed are 10\."):
        simulation_of(
            material=PBTIO3, **film_tables(0.0), solver={"newton_unknowns": 10}, output={"response": ["permittivity"]}
        )


def test_unstable_state_has_no_response() -> None:
    simulation = simulation_of(material=PBTIO3, mesh=CRYSTAL, initial=uniform(0, 0, 0), mechanics=FREE)
    simulation.parts.initialize()
    with pytest.raises(ConvergenceError, match="no minimum of the energy"):
        permittivity(simulation)


# --- temperature ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("T", [420.0, 500.0, 590.0])
def test_curie_weiss_law(T: float) -> None:
    """ε = ε_b + C/(T − T0) above the transition, C = 1/(2 ε0 α0) (BaTiO3_Li2005: α0 = 4.124e5, T0 = 388 K)."""
    simulation = simulation_of(
        material={"name": "BaTiO3_Li2005", "temperature": T},
        mesh=CRYSTAL,
        initial=uniform(0, 0, 0),
        mechanics=FREE,
    )
    simulation.parts.initialize()
    expected = simulation.material.background_permittivity + 1.0 / (2.0 * EPSILON_0 * 4.124e5 * (T - 388.0))
    assert permittivity(simulation) == pytest.approx(expected * np.eye(3), rel=1e-9, abs=1e-6)


ALPHA_0 = 3.8e5


def pyro(P: float, stiffening: float) -> float:
    """dP/dT = −2 α0 P / f'' of a monodomain."""
    return -2.0 * ALPHA_0 * P / stiffening


@pytest.mark.parametrize("T", [300.0, 450.0, 600.0])
def test_pyroelectric_coefficient_of_a_crystal(T: float) -> None:
    simulation, row = crystal(T)
    a = simulation.material.landau
    P = row["mean_P_z"]
    free = 2 * a["alpha_1"] + 12 * a["alpha_11"] * P**2 + 30 * a["alpha_111"] * P**4
    assert pyroelectric(simulation)[2] == pytest.approx(pyro(P, free), rel=1e-6)
    assert pyroelectric(simulation, by_differences)[2] == pytest.approx(pyro(P, free), rel=1e-4)
    # At constant strain σ = −2 C Q P dP opposes: f'' grows by (2 P)² Q·C·Q over the strains of P_z.
    Q = np.array([Q12, Q12, Q11])
    C = np.linalg.inv((S11 - S12) * np.eye(3) + S12)
    assert primary_pyroelectric(simulation)[2] == pytest.approx(pyro(P, free + 4 * P**2 * Q @ C @ Q), rel=1e-6)


def test_pyroelectric_coefficient_against_the_slope_of_the_material() -> None:
    """The curve P_s(T) of the material library, differentiated."""
    T, step = 400.0, 1e-2
    material = resolve_set(PBTIO3["name"])
    states = [axis_minimum(material.landau(T + sign * step), "T") for sign in (1.0, -1.0)]
    assert states[0] is not None and states[1] is not None
    slope = (states[0].magnitude - states[1].magnitude) / (2.0 * step)
    assert pyroelectric(crystal(T)[0])[2] == pytest.approx(slope, rel=1e-6)


def test_pyroelectric_coefficient_of_a_film() -> None:
    """A coherent film: the renormalized quartic of V4.2, with the in-plane strain held."""
    simulation, row = film(-0.01)
    P = row["mean_P_z"]
    _, stiffness = field_and_stiffness(simulation, -0.01)
    assert pyroelectric(simulation)[2] == pytest.approx(pyro(P, stiffness(P)), rel=1e-6)
    assert temperature(simulation).value == 298.15


# --- ranks ------------------------------------------------------------------------------------------------


def test_ranks(tmp_path: Path) -> None:
    found, on_two = on_one_and_two("response_ranks.py", tmp_path)
    for name, one in found.items():
        assert max(map(abs, one)) > 0.0
        assert on_two[name] == pytest.approx(one, rel=1e-6, abs=1e-6 * max(map(abs, one)))
