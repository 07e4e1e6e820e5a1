"""No step is tuned by hand: random starts, jumps of load, switching, the critical temperature, strong flexocoupling.

All runs leave the steps to the program. Where the staggered solvers fail, full Newton steps save the run; where nothing
helps it ends with a reason by name and a checkpoint.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from cases_for_tests import laid_over
from newton_cases import FREE
from ranks import python_on

from phasefield import load_case
from phasefield.case.flexoelectricity import case_bound
from phasefield.case.material import case_material
from phasefield.materials import load_material
from phasefield.simulation import Simulation

PTO = "PbTiO3_Pertsev1998"
BASE = {
    "version": 1,
    "material": {"name": PTO},
    "mesh": {"kind": "box", "size": ["4.8 nm"] * 2, "cells": [12, 12], "periodic": "xy"},
    "initial": {"kind": "noise", "amplitude": 0.02},
    "mechanics": FREE,
}
TRANSIENT = {"mode": "transient", "end": "20 ps"}
UP = {"kind": "uniform", "value": [0.0, 0.02, 0.75]}
#: Steps that a run of this kind may take; ten times as many would be a step tuned down to nothing.
FEW = 200


def run(case: dict) -> Simulation:
    simulation = Simulation(load_case(case))
    assert simulation.run().status == "done"
    assert simulation.stepper.number + simulation.stepper.rejected < FEW
    return simulation


def column(simulation: Simulation, name: str) -> np.ndarray:
    return np.array([row[name] for row in simulation.rows])


def falls(simulation: Simulation) -> bool:
    """Whether the energy never rises but for round-off, or what a transient step may miss it by."""
    energies = column(simulation, "energy_total")
    allowed = 1e-5 if simulation.case.time.mode == "transient" else 1e-9
    return bool(np.diff(energies).max() <= allowed * np.abs(energies).max())


def landau(P: np.ndarray, temperature: float, field: float = 0.0) -> np.ndarray:
    """Energy density of a stress-free crystal polarized along one axis."""
    a = load_material(PTO, temperature=temperature).landau
    return a["alpha_1"] * P**2 + a["alpha_11"] * P**4 + a["alpha_111"] * P**6 - field * P


def ground_state(temperature: float = 298.15, field: float = 0.0) -> tuple[float, float]:
    """Polarization and energy density of a uniform stress-free crystal with a field along its axis."""
    P = np.linspace(-1.5, 1.5, 300_001)
    energies = landau(P, temperature, field)
    lowest = int(energies.argmin())
    return float(P[lowest]) if field else abs(float(P[lowest])), float(energies[lowest])


@pytest.mark.parametrize("seed", range(4))
def test_random_starts_relax_to_a_ground_state(seed: int) -> None:
    """The cell is too small for domain walls: whatever the start, one domain is left."""
    simulation = run(laid_over(BASE, {"initial": {"seed": seed}}))
    P, energy = ground_state()
    assert falls(simulation)
    assert column(simulation, "rms_P")[-1] == pytest.approx(P, rel=1e-3)
    assert column(simulation, "energy_total")[-1] == pytest.approx(energy * 4.8e-9**2, rel=1e-5, abs=0.0)


@pytest.mark.parametrize("temperature", [740.0, 752.0])
def test_near_the_critical_temperature(temperature: float) -> None:
    """The curvature nearly vanishes around P = 0; below 752 K so do barriers."""
    simulation = run(laid_over(BASE, {"material": {"temperature": temperature}, "initial": {"amplitude": 0.2}}))
    assert falls(simulation)
    assert column(simulation, "rms_P")[-1] == pytest.approx(ground_state(temperature)[0], rel=2e-3)


def test_noise_in_physical_time() -> None:
    simulation = run(laid_over(BASE, {"time": TRANSIENT}))
    assert falls(simulation)
    assert column(simulation, "rms_P")[-1] == pytest.approx(ground_state()[0], rel=2e-3)
    # Steps of fs while domains form, of ps in the end.
    assert column(simulation, "dt")[1:].max() > 1e3 * column(simulation, "dt")[1]


def field_case(values: list[str], times: list[str]) -> dict:
    load = {"kind": "table", "times": times, "values": values, "unit": "V/m"}
    return laid_over(
        BASE,
        {
            "initial": UP,
            "loads": {"field": load},
            "electrostatics": {"applied_field": [0.0, 0.0, "field"]},
            "time": TRANSIENT,
        },
    ) | {"initial": UP}


def test_jump_of_load_switches() -> None:
    """The field jumps within 1 fs to beyond the coercive field of the other direction."""
    simulation = run(field_case(["0 V/m", "0 V/m", "-500 MV/m"], ["0 s", "5 ps", "5.001 ps"]))
    before = np.searchsorted(column(simulation, "time"), 5e-12, side="right") - 1
    assert column(simulation, "mean_P_z")[before] == pytest.approx(ground_state()[0], rel=1e-3)
    assert column(simulation, "mean_P_z")[-1] == pytest.approx(ground_state(field=-5e8)[0], rel=1e-3)


def test_the_energy_is_watched_from_the_last_change_of_a_load_on() -> None:
    stepper = Simulation(load_case(field_case(["0 V/m", "-10 MV/m"], ["0 s", "5 ps"]))).stepper
    stepper.start()
    steps = list(stepper.run())
    known = [step.energies is not None for step in steps]
    assert known == [step.t > 5.0001e-12 for step in steps]
    totals = [sum(step.energies.values()) for step in steps if step.energies]
    assert np.diff(totals).max() <= 1e-5 * max(np.abs(totals))


def test_switching_under_a_rising_field() -> None:
    simulation = run(field_case(["0 V/m", "-500 MV/m"], ["0 s", "15 ps"]))
    P = column(simulation, "mean_P_z")
    assert P[0] > 0.7
    assert P[-1] == pytest.approx(ground_state(field=-5e8)[0], rel=1e-3)


@pytest.mark.parametrize("width", ["4.8 nm", "12 nm"], ids=["fine", "coarse"])
def test_steps_grow_as_a_crystal_comes_to_rest(width: str) -> None:
    """Noise dies out within a picosecond, and steps double from there on: no stiff mode holds them back."""
    case = laid_over(BASE, {"mesh": {"size": [width] * 2}, "time": TRANSIENT | {"end": "100 ps"}})
    simulation = run(case | {"initial": {**UP, "noise": 1e-3}})
    assert simulation.stepper.number + simulation.stepper.rejected < 50
    assert column(simulation, "mean_P_z")[-1] == pytest.approx(ground_state()[0], rel=1e-3)


def test_slow_loop_turns() -> None:
    """After steps of tens of ps the field turns, where the error of a step hardly depends on its length."""
    case = field_case(["0 V/m", "400 MV/m", "-400 MV/m", "0 V/m"], ["0 s", "145 ps", "435 ps", "580 ps"])
    case = laid_over(case, {"mesh": {"size": ["3.2 nm"] * 2, "cells": [8, 8]}, "time": {"end": "580 ps"}})
    simulation = run(case)
    P = column(simulation, "mean_P_z")
    # Long steps follow the field with some multiples of the local error of 1e-3.
    assert P.max() == pytest.approx(ground_state(field=4e8)[0], rel=1e-2)
    assert P.min() == pytest.approx(ground_state(field=-4e8)[0], rel=1e-2)
    assert P[-1] == pytest.approx(-ground_state()[0], rel=1e-2)


@pytest.mark.parametrize("time", [{"mode": "relax"}, TRANSIENT], ids=["relax", "transient"])
def test_strong_flexocoupling(time: dict) -> None:
    """At 0.9 of the largest stable coupling the wall between domains softens, and nothing blows up."""
    simulation = run(strong_flexocoupling(laid_over(BASE, {"time": time}), 0.9))
    assert falls(simulation)
    assert column(simulation, "rms_P")[-1] == pytest.approx(ground_state()[0], rel=2e-3)


def strong_flexocoupling(case: dict, part: float) -> dict:
    """The case with `part` of the largest stable flexocoupling of its kind."""
    unit = {"f11": 1.0, "f12": 0.5, "f44": 0.25}
    small = load_case(laid_over(case, {"flexoelectricity": {"coefficients": {k: 0.1 * v for k, v in unit.items()}}}))
    scale = 0.1 * part * case_bound(small, case_material(small)).scale
    return laid_over(case, {"flexoelectricity": {"coefficients": {k: scale * v for k, v in unit.items()}}})


# --- when the staggered solvers fail ------------------------------------------------------------------

LINE = BASE | {"mesh": {"kind": "box", "size": ["2 nm"], "cells": [20], "periodic": "x"}}
#: No linear solve of P and φ can succeed.
HOPELESS = {"petsc": {"polarization_ksp_max_it": 0}}


def test_newton_saves_long_steps_with_strong_flexocoupling() -> None:
    """The lag of u contracts slowly near the bound, and prescribed steps cannot be cut."""
    time = {"mode": "transient", "scheme": "backward-euler", "steps": ["10 ps"]}
    case = strong_flexocoupling(laid_over(LINE, {"time": time, "initial": {"seed": 1}}), 0.98)
    saved, newton = (run(laid_over(case, {"solver": {"method": m}})) for m in ("staggered", "newton"))
    assert saved.problem.polarization.iterations > 0
    assert saved.stepper.rescue.newton.iterations > 0
    energy = column(newton, "energy_total")[-1]
    assert column(saved, "energy_total")[-1] == pytest.approx(energy, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(
    "time",
    [
        {"mode": "relax"},
        {"mode": "transient", "end": "1 ps"},
        {"mode": "ramp", "end": "1 s", "points": 4},
        {"mode": "transient", "scheme": "backward-euler", "steps": ["10 fs", "20 fs"]},
    ],
    ids=["relax", "transient", "ramp", "backward-euler"],
)
def test_newton_saves_every_mode(time: dict) -> None:
    loads = {"field": {"kind": "triangle", "amplitude": "100 MV/m", "period": "1 s"}}
    case = laid_over(LINE, {"time": time})
    if time["mode"] == "ramp":
        case |= {"loads": loads, "electrostatics": {"applied_field": [0.0, 0.0, "field"]}}
    saved, normal = run(laid_over(case, {"solver": HOPELESS})), run(case)
    assert saved.stepper.rescue.newton.iterations > 0
    assert normal.stepper.rescue.newton.iterations == 0
    energy = column(normal, "energy_total")[-1]
    assert column(saved, "energy_total")[-1] == pytest.approx(energy, rel=3e-3, abs=0.0)


FAILING = """\
version = 1
material.name = "PbTiO3_Pertsev1998"
mesh = { kind = "box", size = ["1 nm"], cells = [6], periodic = "x" }
initial = { kind = "noise", amplitude = 0.02 }
"""


@pytest.mark.parametrize("ranks", [1, 2])
@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("solver = { petsc = { polarization_ksp_max_it = 0 }, newton_unknowns = 1 }", "polarization_diverged"),
        (
            'time = { mode = "transient", scheme = "backward-euler", steps = ["10 fs"] }\n'
            "solver = { newton_tolerance = 1e-30 }",
            "newton_stagnated",
        ),
    ],
    ids=["too large for Newton", "Newton fails too"],
)
def test_the_end_has_a_name_and_a_checkpoint(tmp_path: Path, keys: str, reason: str, ranks: int) -> None:
    case, out = tmp_path / "case.toml", tmp_path / "out"
    case.write_text(FAILING + keys, encoding="utf-8")
    done = python_on(ranks, "-m", "phasefield", "run", case, "--out", out)
    assert done.returncode == 3, done.stderr
    assert f"error: {reason}" in done.stderr
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert record["status"] == "failed"
    assert record["reason"].startswith(reason)
    assert list((out / "checkpoint").iterdir())
