"""A laterally homogeneous film on a substrate: the exact polarization on any number of ranks."""

from phasefield.case import load_case
from phasefield.simulation import Simulation

CASE = {
    "version": 1,
    "material": {
        "name": "PbTiO3_Pertsev1998",
        "regions": {"substrate": {"elastic": {"C11": 336e9, "C12": 107e9, "C44": 127e9}}},
    },
    "mesh": {
        "kind": "film",
        "width": [4e-9],
        "thickness": 10e-9,
        "substrate": 30e-9,
        "spacing": 1e-9,
        "substrate_cells": 6,
        "periodic": "x",
        "cell": "tensor",
    },
    "initial": {"kind": "uniform", "value": [0, 0, 0.7]},
    "mechanics": {
        "misfit": {"xx": -0.01, "yy": -0.01},
        "boundary": [{"on": "bottom", "kind": "clamped"}],
    },
    # One conductor on both faces: the same as two grounded electrodes.
    "electrostatics": {"boundary": [{"on": ["film_bottom", "film_top"], "kind": "floating"}]},
    "time": {"equilibrium": 1e-10},
    "solver": {"linear_tolerance": 1e-13, "mechanics_tolerance": 1e-13},
}

simulation = Simulation(load_case(CASE))
row = {name: column[-1] for name, column in simulation.run().observables.items()}
assert abs(row["mean_P_z"] / 0.7243234 - 1.0) < 1e-6, row["mean_P_z"]
assert abs(row["mean_E_z"]) < 1e-3, row["mean_E_z"]
assert abs(row["mean_stress_zz"]) < 1e-9 * abs(row["mean_stress_xx"]), row["mean_stress_zz"]
