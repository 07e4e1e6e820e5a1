"""Observables of a film that is graded and heated, to compare numbers of ranks: `graded_ranks.py RESULT.json`."""

import json
import sys

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

CASE = {
    "version": 1,
    "material": {
        "name": "PbZrTiO3_Haun1989",
        "grading": {"kind": "tanh", "bottom": 0.6, "top": 0.9, "width": "2 nm"},
        "temperature": "heating",
        "regions": {"substrate": {"elastic": {"C11": 3e11, "C12": 1e11, "C44": 1e11}}},
    },
    "loads": {"heating": {"kind": "ramp", "start": "300 K", "stop": "400 K", "t1": "2 ps"}},
    "mesh": {
        "kind": "film",
        "width": [5e-9],
        "thickness": 6e-9,
        "substrate": 2e-9,
        "spacing": 1e-9,
        "periodic": "x",
    },
    "initial": {"kind": "uniform", "value": [0.2, 0, 0.5], "noise": 0.05, "seed": 3},
    "mechanics": {
        "reference_lattice": "4.0 angstrom",
        "misfit_profile": {"kind": "exponential", "bottom": 1.0, "far": 0.5, "length": "4 nm"},
        "boundary": [{"on": "bottom", "kind": "clamped"}],
    },
    "electrostatics": {"boundary": [{"on": ["film_bottom", "film_top"], "kind": "electrode"}]},
    "time": {"mode": "transient", "end": "4 ps", "tolerance": 0.01},
    "solver": {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12},
}

simulation = Simulation(load_case(CASE))
simulation.run()
if MPI.COMM_WORLD.rank == 0:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(simulation.rows, file)
