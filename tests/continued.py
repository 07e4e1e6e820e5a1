"""Runs that are stopped and continued: small cases of every mode, and the comparison of their result folders."""

from collections.abc import Iterator
from pathlib import Path

import h5py
import numpy as np

from phasefield.output.listing import listed
from phasefield.simulation import Simulation
from phasefield.stepping import Step

#: The four ways to advance. Few steps, but the relaxations accelerate and load points take several steps.
TIMES = {
    "relax": {"mode": "relax", "equilibrium": 1e-6},
    "transient": {"mode": "transient", "end": 2e-13, "initial_step": 5e-15},
    "ramp": {"mode": "ramp", "end": 1.0, "points": 2, "equilibrium": 1e-5},
    "backward-euler": {"mode": "transient", "scheme": "backward-euler", "steps": [1e-14, 2e-14, 1e-14]},
}
#: Mobile defects on a line, P beside them or at once in equilibrium, without factors, and to equilibrium.
DRIFTS = {
    "dynamic": {"mode": "transient", "end": 1.0, "tolerance": 0.02},
    "relaxed": {"mode": "transient", "end": 1.0, "tolerance": 0.02},
    "iterative": {"mode": "transient", "end": 1.0, "tolerance": 0.02},
    "relax": {"mode": "relax", "equilibrium": 1e-5},
}


def case_of(name: str, **tables: dict) -> dict:
    """A square of PbTiO3 from noise, periodic along x, between electrodes, with free mean strain."""
    load = {"load": {"kind": "triangle", "amplitude": 0.3, "period": 4.0 if name == "ramp" else 1e-12}}
    bias: float | str = 0.1 if name == "relax" else "load"
    return {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "mesh": {"kind": "box", "size": [5e-9, 4e-9], "spacing": 1e-9, "periodic": "x"},
        "initial": {"kind": "noise", "amplitude": 0.1, "seed": 5},
        "mechanics": {"strain": {"xx": "free", "zz": -0.01}},
        "electrostatics": {
            "boundary": [
                {"on": "y_min", "kind": "electrode"},
                {"on": "y_max", "kind": "electrode", "potential": bias},
            ]
        },
        "loads": {} if name == "relax" else load,
        "time": TIMES[name],
        "output": {"figure": False, "every_steps": 3, "fields": ["P", "phi", "u", "E"]},
    } | tables


def drift_of(name: str) -> dict:
    """Vacancies in a film of SrTiO3 that a voltage drives, and the strain that they make."""
    vacancy = {"charge": 2, "site_density": 5e28, "concentration": 1e25, "diffusivity": 1e-17, "excess_volume": 1e-29}
    return {
        "version": 1,
        "material": {"name": "SrTiO3_Sheng2010", "temperature": 300.0},
        "mesh": {"kind": "film", "thickness": 1e-8, "spacing": 1e-9, "faces": {"film_bottom": 5e-10}},
        "initial": {"kind": "uniform", "value": [0.0, 0.0, 1e-3]},
        "mechanics": {"strain": {"xx": "free"}},
        "electrostatics": {
            "boundary": [
                {"on": "bottom", "kind": "electrode"},
                {"on": "top", "kind": "electrode", "potential": 0.1},
            ]
        },
        "defects": {
            "background": "neutralizing",
            "polarization": "dynamic" if name == "dynamic" else "relaxed",
            "species": {"V": vacancy},
        },
        "time": DRIFTS[name],
        "solver": {"drift": "iterative" if name == "iterative" else "auto"},
        "output": {"figure": False, "every_steps": 3},
    }


def stop_after(simulation: Simulation, count: int) -> None:
    """Let the run stop at the place number `count` where it can, as a signal would."""
    run = simulation.stepper.run

    def counted() -> Iterator[Step | None]:
        for number, step in enumerate(run(), 1):
            simulation.stop_requested = number >= count
            yield step

    simulation.stepper.run = counted


def frames(folder: Path) -> dict[float, dict[str, np.ndarray]]:
    """All fields of all times of a result folder."""
    with h5py.File(folder / "fields.h5") as file:
        times = file["times"]
        return {float(g.attrs["time"]): {name: g[name][()] for name in g} for g in times.values()}


def assert_same_series(folder: Path, reference: Path) -> None:
    """The tables and the fields at all times are the same to the last bit."""
    assert (folder / "observables.csv").read_text() == (reference / "observables.csv").read_text()
    found, wanted = frames(folder), frames(reference)
    assert list(found) == list(wanted)
    for t, fields in wanted.items():
        assert {name: values.tobytes() for name, values in found[t].items()} == {
            name: values.tobytes() for name, values in fields.items()
        }, t
    assert listed_times(folder) == listed_times(reference)


def listed_times(folder: Path) -> list[float]:
    """The times that viewers see."""
    return [frame.time for frame in listed(folder / "fields.xdmf")]
