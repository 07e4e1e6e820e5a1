"""Observables of vacancies that a voltage drives through a film: `drift_ranks.py RESULT.json [revolved | iterative]`.

The mesh is a section, or the half-plane of a body of revolution; steps are solved with factors, or without.
"""

import json
import sys

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

CASE = {
    "version": 1,
    "material": {
        "name": "SrTiO3_Sheng2010",
        "temperature": 300.0,
        "regions": {"dead_top": {"elastic": {"C11": 3e11, "C12": 1e11, "C44": 1e11}, "permittivity": 20.0}},
    },
    "mesh": {
        "kind": "film",
        "width": [4e-9],
        "thickness": 5e-9,
        "dead_top": 1e-9,
        "spacing": 1e-9,
        "faces": {"film_bottom": 5e-10},
        "periodic": "x",
    },
    "initial": {"kind": "uniform", "value": [0.0, 0.0, 0.01], "noise": 1e-3, "seed": 3},
    "mechanics": {"strain": {"xx": "free"}, "boundary": [{"on": "bottom", "kind": "clamped"}]},
    "electrostatics": {
        "boundary": [{"on": "bottom", "kind": "electrode"}, {"on": "top", "kind": "electrode", "potential": 0.3}]
    },
    "defects": {
        "background": "neutralizing",
        "species": {
            "V": {
                "charge": 2,
                "site_density": 5e28,
                "concentration": 1e26,
                "diffusivity": 1e-17,
                "anisotropy": [0.5, 1.0, 1.0],
                "excess_volume": 1e-29,
                "profile": {"kind": "linear", "axis": "x", "bottom": 0.5, "top": 1.5},
            }
        },
    },
    "time": {"mode": "transient", "end": 0.1, "tolerance": 0.05},
    "solver": {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12},
}

REVOLVED = {
    "mesh": {**CASE["mesh"], "periodic": "", "axisymmetric": True},  # type: ignore[dict-item]
    "crystal": {"axial_average": True},
    "mechanics": {"boundary": [{"on": "bottom", "kind": "clamped"}, {"on": "x_max", "kind": "roller"}]},
}

CHANGES = {"revolved": REVOLVED, "iterative": {"solver": {**CASE["solver"], "drift": "iterative"}}}  # type: ignore[dict-item]

simulation = Simulation(load_case(CASE | (CHANGES[sys.argv[2]] if sys.argv[2:] else {})))
simulation.run()
if MPI.COMM_WORLD.rank == 0:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(simulation.rows, file)
