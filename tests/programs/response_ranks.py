"""Responses of a graded film with a free mean strain, to compare numbers of ranks: `response_ranks.py RESULT.json`."""

import json
import sys

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.measure import permittivity, piezoelectric, primary_pyroelectric, pyroelectric
from phasefield.simulation import Simulation

CASE = {
    "version": 1,
    "material": {
        "name": "PbZrTiO3_Haun1989",
        "grading": {"kind": "linear", "bottom": 0.7, "top": 0.9},
        "regions": {"dead_top": {"permittivity": 20, "elastic": {"C11": 2e11, "C12": 8e10, "C44": 9e10}}},
    },
    "mesh": {
        "kind": "film",
        "width": [3e-9],
        "thickness": 4e-9,
        "dead_top": 1e-9,
        "spacing": 1e-9,
        "periodic": "x",
    },
    "initial": {"kind": "uniform", "value": [0.05, 0, 0.6]},
    "mechanics": {"reference_lattice": "3.98 angstrom", "strain": {"xx": "free"}},
    "electrostatics": {"boundary": [{"on": ["bottom", "top"], "kind": "electrode"}]},
    "time": {"equilibrium": 1e-9},
    "solver": {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12},
}

simulation = Simulation(load_case(CASE))
simulation.run()
found = {
    "permittivity": permittivity(simulation)[:, 2].tolist(),
    "piezoelectric": piezoelectric(simulation)[:, 2].tolist(),
    "pyroelectric": pyroelectric(simulation).tolist(),
    "primary": primary_pyroelectric(simulation).tolist(),
}
if MPI.COMM_WORLD.rank == 0:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(found, file)
