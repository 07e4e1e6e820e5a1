"""A temperature that follows a load: every state is that of its own temperature."""

import numpy as np
import pytest
from line_cases import PBTIO3, uniform
from relaxed import NO_ELECTROSTATICS, simulation_of

from phasefield.materials import load_material, resolve_set
from phasefield.materials.thermodynamics import axis_minimum

RAMP = {"mode": "ramp", "end": 1.0, "points": 6, "equilibrium": 1e-9}
HEATING = {"heating": {"kind": "ramp", "start": "300 K", "stop": "600 K", "t1": 1.0}}


def spontaneous(name: str, temperature: float) -> float:
    """P_s of the tetragonal phase at zero stress (C/m²)."""
    state = axis_minimum(load_material(name, temperature=temperature).landau, "T")
    assert state is not None
    return state.magnitude


def test_spontaneous_polarization_and_strain_on_heating() -> None:
    material = {**PBTIO3, "temperature": "heating"}
    simulation, result = uniform(material, (0, 0, 0.75), RAMP, loads=HEATING)
    temperatures = np.linspace(300.0, 600.0, 7)
    expected = np.array([spontaneous(PBTIO3["name"], T) for T in temperatures])
    assert result.observables["mean_P_z"][1:] == pytest.approx(expected, rel=1e-6)
    Q11 = simulation.material.electrostriction[0, 0, 0, 0]
    assert result.observables["mean_strain_zz"][1:] == pytest.approx(Q11 * expected**2, rel=1e-6)


def test_coefficients_of_all_orders_follow_the_temperature() -> None:
    """Alpha_11 and alpha_111 of this set depend on temperature too; on heating it turns cubic."""
    name = "BaTiO3_MartonHlinka2006"
    heating = {"heating": {"kind": "ramp", "start": "300 K", "stop": "420 K", "t1": 1.0}}
    material = {"name": name, "temperature": "heating"}
    _, result = uniform(material, (0, 0, 0.26), {**RAMP, "points": 4}, loads=heating)
    P = result.observables["mean_P_z"][1:]
    landau = [resolve_set(name).landau(T) for T in (300.0, 330.0)]
    assert landau[0]["alpha_111"] != landau[1]["alpha_111"]
    assert P[:4] == pytest.approx([spontaneous(name, T) for T in (300.0, 330.0, 360.0, 390.0)], rel=1e-6)
    assert abs(P[4]) < 1e-6


def test_heated_body_is_the_one_made_hot() -> None:
    """Graded coefficients at the end of a ramp equal those of a body made at that temperature."""
    tables = {
        "mesh": {"kind": "film", "thickness": "8 nm", "spacing": "1 nm"},
        "initial": {"kind": "uniform", "value": [0.3, 0, 0]},
        "mechanics": {"reference_lattice": 4.03e-10},
        "electrostatics": NO_ELECTROSTATICS,
    }
    pzt = {"name": "PbZrTiO3_Haun1989", "grading": {"kind": "linear", "bottom": 0.6, "top": 0.9}}
    heated = simulation_of(material={**pzt, "temperature": "heating"}, loads=HEATING, time=RAMP, **tables)
    hot = simulation_of(material={**pzt, "temperature": 600.0}, **tables)
    heated.parts.conditions.update(1.0)
    ratio = heated.scaling.alpha / hot.scaling.alpha
    scale = (heated.scaling.polarization / hot.scaling.polarization) ** np.array([0, 2, 2, 4, 4, 4, 6, 6, 6, 6]) / ratio
    alphas = [s.parts.body.fields["alpha"].x.array.reshape(-1, 10) for s in (heated, hot)]
    assert alphas[0] == pytest.approx(alphas[1] * scale, rel=1e-12)
    assert np.ptp(alphas[0][:, 0]) > 0.0


def test_thermal_strain_of_a_relaxed_film() -> None:
    """Stress of a film on a thick substrate that relaxed at growth and is heated to 600 K, without polarization."""
    length, expansion, growth = 5e-9, 3e-6, 900.0
    simulation = simulation_of(
        material={**PBTIO3, "temperature": "heating"},
        mesh={"kind": "film", "thickness": "20 nm", "spacing": "0.4 nm", "degree": 2},
        initial={"kind": "uniform", "value": [0, 0, 0]},
        mechanics={
            "misfit": {"xx": -0.02, "yy": -0.02},
            "misfit_profile": {"kind": "exponential", "bottom": 1.0, "length": length},
            "thermal": {"expansion": expansion, "growth": growth, "reference": 300.0},
        },
        electrostatics=NO_ELECTROSTATICS,
        loads=HEATING,
        time=RAMP,
    )
    C = simulation.material.stiffness
    stiffness = C[0, 0, 0, 0] + C[0, 0, 1, 1] - 2.0 * C[0, 0, 1, 1] ** 2 / C[0, 0, 0, 0]
    left = (1.0 - np.exp(-20e-9 / length)) * length / 20e-9
    simulation.parts.initialize()
    for time, temperature in ((0.0, 300.0), (1.0, 600.0)):
        simulation.parts.conditions.update(time)
        simulation.problem.settle()
        strain = left * (-0.02 - expansion * (growth - 300.0)) + expansion * (growth - temperature)
        row = simulation.observables.row(0, time, 0.0)
        assert row["mean_stress_xx"] == pytest.approx(stiffness * strain, rel=1e-8)
