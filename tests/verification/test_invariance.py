"""What no result may depend on, and what every step must respect: ranks, axes, interruptions, energy decay."""

import json
from pathlib import Path

import numpy as np
import pytest
from line_cases import COMPONENTS, EXACT, PBTIO3, STRESS_FREE
from ranks import run_on

from phasefield import tensors
from phasefield.case import load_case
from phasefield.simulation import Simulation
from phasefield.units import LENGTH

RELAX = {"mode": "relax", "equilibrium": 1e-10}
TERMS = ("landau", "gradient", "elastic", "flexo", "electric", "total")

# --- energy -------------------------------------------------------------------------------------------------


def noise_on_a_line(time: dict) -> dict:
    """A periodic line that goes from noise to domains, head to head at first."""
    return {
        "version": 1,
        "material": PBTIO3,
        "mesh": {"kind": "box", "size": ["12 nm"], "cells": [30], "periodic": "x"},
        "initial": {"kind": "noise", "amplitude": 0.1, "seed": 3},
        "mechanics": {"strain": STRESS_FREE},
        "time": time,
    }


@pytest.mark.parametrize(
    "time",
    [{"mode": "relax", "equilibrium": 1e-6}, {"mode": "transient", "end": 6e-13}],
    ids=["relax", "transient"],
)
def test_energy_never_rises(time):
    """V7, at the default tolerances: not by more than rounding errors in any accepted step.

    In physical time as long as the state evolves: at equilibrium only the error control limits the step, and the
    energy may follow the error.
    """
    result = Simulation(load_case(noise_on_a_line(time))).run()
    energy = result.observables["energy_total"]
    assert energy[-1] < energy[0] - 0.1 * abs(energy[-1])
    assert np.diff(energy).max() <= 1e-12 * np.abs(energy).max()


def test_energy_is_lost_at_the_rate_of_dissipation():
    """V7: H(0) − H(t) = ∫∫ Γ |δH/δP|² dV dt."""
    time = {"mode": "transient", "end": 2e-13, "tolerance": 1e-6}
    simulation = Simulation(load_case(noise_on_a_line(time) | {"solver": EXACT}))
    simulation.parts.initialize()
    times, fields, energies = [], [], []
    for step in simulation.stepper.run():
        times.append(step.t)
        fields.append(step.residual * simulation.scaling.field)
        energies.append(simulation.observables.row(step.number, step.t, step.dt)["energy_total"])
    volume = simulation.domain.volume * LENGTH  # m³ per m² of cross-section
    power = simulation.material.kinetic * volume * np.square(fields)
    lost = energies[0] - energies[-1]
    assert lost == pytest.approx(np.trapezoid(power, times), rel=1e-3)
    assert lost > 0.05 * abs(energies[-1])


# --- ranks --------------------------------------------------------------------------------------------------


def film(time: dict) -> dict:
    """A film with electrodes and misfit strain on a substrate, from stripes with a little noise."""
    return {
        "version": 1,
        "material": PBTIO3 | {"regions": {"substrate": {"material": "SrTiO3_Sheng2010", "permittivity": 300.0}}},
        "mesh": {
            "kind": "film",
            "width": ["3 nm", "2 nm"],
            "thickness": "2 nm",
            "substrate": "1 nm",
            "spacing": "0.5 nm",
            "periodic": "xy",
        },
        "initial": {
            "kind": "stripes",
            "value": [0.1, 0.2, 0.6],
            "normal": [1, 0, 0],
            "period": "3 nm",
            "width": "0.5 nm",
            "noise": 0.05,
            "seed": 5,
        },
        "mechanics": {
            "misfit": {"xx": -0.01, "yy": -0.005},
            "boundary": [{"on": "bottom", "kind": "clamped"}],
        },
        "electrostatics": {
            "boundary": [
                {"on": "film_bottom", "kind": "electrode"},
                {"on": "top", "kind": "electrode", "potential": "0.2 V"},
            ]
        },
        "time": time,
        "solver": {"linear_tolerance": 1e-13, "mechanics_tolerance": 1e-13},
    }


@pytest.mark.parametrize(
    "time",
    [RELAX, {"mode": "transient", "end": 2e-13, "initial_step": 1e-14}],
    ids=["relax", "transient"],
)
def test_the_number_of_ranks_does_not_matter(time, tmp_path):
    """V7: energies, means and extrema at the end agree to 1e-10 on one and two ranks."""
    case = tmp_path / "case.json"
    case.write_text(json.dumps(film(time)))
    found = []
    for ranks in (1, 2):
        run_on(ranks, "run_case.py", case, tmp_path / f"{ranks}.npz")
        found.append(dict(np.load(tmp_path / f"{ranks}.npz")))
    one, two = ({name: float(column[-1]) for name, column in o.items()} for o in found)
    energies = [f"energy_{term}" for term in TERMS]
    scale = max(abs(one[name]) for name in energies)
    for name in energies:
        assert two[name] == pytest.approx(one[name], rel=1e-10, abs=1e-10 * scale), name
    for name in ("mean_P_x", "mean_P_y", "mean_P_z", "max_P", "min_P"):
        assert two[name] == pytest.approx(one[name], abs=1e-9), name


# --- axes ---------------------------------------------------------------------------------------------------

#: A body turned by 90° about x: its lab y becomes lab z, its z becomes -y.
TURN = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
CRYSTAL = tensors.rotation(x=[2, 1, 0], z=[1, -2, 3])
SIZE = np.array([2.0, 3.0, 2.5])  # nm
CELLS = np.array([4, 5, 3])
FIELD = np.array([2e7, -1e7, 3e7])  # V/m
MISFIT = np.array([[-0.01, 0.004, 0.0], [0.004, 0.005, 0.0], [0.0, 0.0, 0.0]])


def nodes_and_polarization() -> tuple[np.ndarray, np.ndarray]:
    """Nodes of the box (n, 3), centred, in m, and a polarization (n, 3) without symmetry, periodic in x."""
    lines = [np.linspace(-0.5, 0.5, n + 1) * length for n, length in zip(CELLS, SIZE, strict=True)]
    x = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
    phase = 2.0 * np.pi * x[:, 0] / SIZE[0]
    P = [0.3 * np.sin(phase) + 0.1, 0.2 * np.cos(phase + x[:, 1]), 0.5 + 0.1 * np.sin(1.3 * x[:, 2] + x[:, 1])]
    return x * LENGTH, np.stack(P, axis=1)


def body(turn: np.ndarray, folder: Path) -> dict:
    """The case of the box, its crystal, state and loads turned by `turn`; periodic along x, electrodes on ±z."""
    x, P = nodes_and_polarization()
    columns = {**dict(zip("xyz", (x @ turn.T).T, strict=True))}
    columns |= dict(zip(("P_x", "P_y", "P_z"), (P @ turn.T).T, strict=True))
    np.savez(folder / "state.npz", **columns)
    crystal = CRYSTAL @ turn.T
    size, cells = abs(turn) @ SIZE * LENGTH, abs(turn) @ CELLS
    misfit = turn @ MISFIT @ turn.T
    axis = int(np.argmax(abs(turn[:, 2])))
    faces = [f"{'xyz'[axis]}_{side}" for side in ("min", "max")][:: int(turn[axis, 2])]
    return {
        "version": 1,
        "material": PBTIO3,
        "mesh": {
            "kind": "box",
            "size": size.tolist(),
            "cells": [round(n) for n in cells],
            "origin": (-0.5 * size).tolist(),
            "periodic": "x",
            "cell": "tensor",
        },
        "crystal": {"x": crystal[:, 0].tolist(), "z": crystal[:, 2].tolist()},
        "initial": {"kind": "file", "path": str(folder / "state.npz")},
        "mechanics": {
            "misfit": {c: misfit["xyz".index(c[0]), "xyz".index(c[1])] for c in COMPONENTS},
            "strain": {"xx": 0.002},
            "boundary": [{"on": faces[0], "kind": "clamped"}],
        },
        "electrostatics": {
            "applied_field": (turn @ FIELD).tolist(),
            "boundary": [
                {"on": faces[0], "kind": "electrode"},
                {"on": faces[1], "kind": "electrode", "potential": 0.1},
            ],
        },
        "flexoelectricity": {"coefficients": {"f11": 2.0, "f12": 1.0, "f44": 0.5}},
        "time": {"mode": "transient", "end": 1e-13, "initial_step": 1e-14, "tolerance": 1e-2},
        "solver": {"linear_tolerance": 1e-13, "mechanics_tolerance": 1e-13},
    }


def test_turning_everything_by_a_right_angle_changes_nothing(tmp_path):
    """V7: crystal, mesh, state and loads turned by 90°: the same energies and turned fields to 1e-10."""
    found = []
    for name, turn in (("straight", np.eye(3)), ("turned", TURN)):
        (tmp_path / name).mkdir()
        simulation = Simulation(load_case(body(turn, tmp_path / name)))
        observables = simulation.run().observables
        energies = np.array([observables[f"energy_{term}"] for term in TERMS])
        P = np.stack([observables[f"mean_P_{axis}"] for axis in "xyz"]).T @ turn
        xx, yy, zz, yz, xz, xy = (observables[f"mean_stress_{c}"][-1] for c in COMPONENTS)
        stress = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        found.append((energies, P, turn.T @ stress @ turn))
    (energies, P, stress), (turned_energies, turned_P, turned_stress) = found
    assert energies.shape[1] > 5
    assert np.abs(energies[TERMS.index("flexo")]).max() > 1e-3 * np.abs(energies).max()
    assert abs(energies[-1, -1] - energies[-1, 0]) > 0.05 * abs(energies[-1, 0])
    assert turned_energies == pytest.approx(energies, rel=1e-10, abs=1e-10 * np.abs(energies).max())
    assert turned_P == pytest.approx(P, abs=1e-10)
    assert turned_stress == pytest.approx(stress, abs=1e-9 * np.abs(stress).max())


# --- interruptions ------------------------------------------------------------------------------------------


def interrupted(time: dict, folder: Path) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Observables of a whole run and, from an early checkpoint of it on, of a second one."""
    case = noise_on_a_line(time) | {
        "output": {"checkpoint_every": 5, "figure": False},
        "solver": {"linear_tolerance": 1e-13, "mechanics_tolerance": 1e-13},
    }
    whole = Simulation(load_case(case)).run(folder).observables
    checkpoint = sorted((folder / "checkpoint").glob("*.h5"))[0]
    rest = Simulation(load_case(case)).run(folder, restart=str(checkpoint)).observables
    assert 0 < len(rest["step"]) < len(whole["step"])
    return whole, rest


def test_a_restarted_transient_goes_on_as_if_it_had_not_stopped(tmp_path):
    """V7: from a checkpoint on every row is that of the uninterrupted run, to 1e-12."""
    whole, rest = interrupted({"mode": "transient", "end": 5e-14, "initial_step": 2e-15}, tmp_path / "run")
    count = len(rest["step"])
    for name, scale in {"step": 1.0, "time": 5e-14, "energy_total": 0.2, "mean_strain_zz": 1e-2}.items():
        assert rest[name] == pytest.approx(whole[name][-count:], rel=1e-12, abs=1e-12 * scale), name
    for name in ("mean_P_x", "mean_P_y", "mean_P_z", "max_P"):
        assert rest[name] == pytest.approx(whole[name][-count:], abs=1e-12), name
