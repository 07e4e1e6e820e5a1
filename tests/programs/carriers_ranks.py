"""Observables of vacancies, electrons and holes in a film in section: `carriers_ranks.py RESULT.json`."""

import json
import sys

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

CASE = {
    "version": 1,
    "material": {"name": "SrTiO3_Sheng2010", "temperature": 300.0},
    "mesh": {"kind": "film", "width": [4e-9], "thickness": 5e-9, "spacing": 1e-9, "periodic": "x"},
    "initial": {"kind": "uniform", "value": [0.0, 0.0, 0.01], "noise": 1e-3, "seed": 3},
    "mechanics": {"strain": {"xx": "free"}, "boundary": [{"on": "bottom", "kind": "clamped"}]},
    "electrostatics": {
        "boundary": [
            {"on": "bottom", "kind": "electrode", "work_function": "4.6 eV"},
            {"on": "top", "kind": "floating"},
        ],
        "carriers": {},
    },
    "defects": {
        "background": "none",
        "species": {
            "V": {
                "charge": 2,
                "site_density": 5e28,
                "concentration": 1e26,
                "diffusivity": 1e-17,
                "profile": {"kind": "linear", "axis": "x", "bottom": 0.5, "top": 1.5},
            }
        },
    },
    "time": {"mode": "transient", "end": 0.01, "tolerance": 0.05},
    "solver": {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12},
}

simulation = Simulation(load_case(CASE))
simulation.run()
if MPI.COMM_WORLD.rank == 0:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(simulation.rows, file)
