"""Observables of small flexoelectric films, to compare numbers of ranks: `flexo_ranks.py RESULT.json TABLE.csv`.

One with a curvature to be found and a dielectric layer, one with the surface terms of the strain-gradient form, one
with strain-gradient elasticity, and two with a given displacement, by formulas and as a table in the file TABLE.csv.
"""

import json
import sys

import numpy as np
from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

BENT = {"strain": {"xx": "free", "yy": "free"}, "curvature": {"xx": "free", "yy": 1e7}}
#: Displacements that repeat along x with the film.
WAVES = {
    "kind": "expression",
    "value": ["z*k*sin(x/L)", 0, "5*k*L*cos(x/L)"],
    "parameters": {"k": 0.01, "L": 4e-9 / (2 * np.pi)},
}


def film(degree: int = 1, mechanics: dict = BENT, **flexoelectricity: object) -> dict:
    return {
        "version": 1,
        "material": {
            "landau": {"alpha_1": 2e8, "alpha_11": 1e8},
            "elastic": {"C11": 1.8e11, "C12": 9e10, "C44": 1.2e11},
            "electrostriction": {"Q11": 0.1, "Q12": -0.03, "Q44": 0.06},
            "gradient": {"G11": 5e-10, "G12": 0.0, "G44": 2e-10},
            "background_permittivity": 10.0,
            "kinetic": 1e4,
            "regions": {"dead_top": {"permittivity": 20.0, "elastic": {"C11": 2e11, "C12": 8e10, "C44": 9e10}}},
        },
        "mesh": {
            "kind": "film",
            "width": [4e-9],
            "thickness": 3e-9,
            "dead_top": 1e-9,
            "spacing": 1e-9,
            "periodic": "x",
            "degree": degree,
        },
        "initial": {"kind": "noise", "amplitude": 0.1, "seed": 5},
        "mechanics": mechanics,
        "electrostatics": {
            "boundary": [{"on": "bottom", "kind": "electrode"}, {"on": "top", "kind": "electrode", "potential": 1.0}]
        },
        "flexoelectricity": {"coefficients": {"f11": 4.0, "f12": 2.0, "f44": 0.5}, **flexoelectricity},
        "time": {"equilibrium": 1e-9, "max_steps": 100},
        "solver": {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12},
    }


found = []
stabilized = {"form": "symmetric", "strain_gradient_length": 1e-9, "degree": 2}
prescribed = [
    {"mechanics": {"prescribed": spec}, "degree": 2} for spec in (WAVES, {"kind": "file", "path": sys.argv[2]})
]
for table in ({}, {"form": "strain gradient", "one_way": True}, stabilized, *prescribed):
    simulation = Simulation(load_case(film(**table)))
    simulation.run()
    curvature = float(simulation.functional.mean_strain.value[6])
    found.append(simulation.rows[-1] | {"curvature": curvature, "start": simulation.rows[0]["energy_flexo"]})
if MPI.COMM_WORLD.rank == 0:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(found, file)
