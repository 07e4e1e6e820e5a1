"""Observables of a small ferroelectric body of revolution, to be compared between numbers of ranks.

`revolved_ranks.py RESULT.json`: an averaged crystal with flexocoupling on a substrate, from noise, under a ring of
pressure, with a floating electrode.
"""

import json
import sys

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

CASE = {
    "version": 1,
    "material": {
        "landau": {"alpha_1": -2e8, "alpha_11": 3e8, "alpha_12": 4e8, "alpha_111": 2e8},
        "elastic": {"C11": 1.8e11, "C12": 9e10, "C44": 1.2e11},
        "electrostriction": {"Q11": 0.1, "Q12": -0.03, "Q44": 0.06},
        "gradient": {"G11": 5e-10, "G12": 0.0, "G44": 2e-10},
        "background_permittivity": 10.0,
        "kinetic": 1e4,
        "regions": {"substrate": {"permittivity": 20.0, "elastic": {"C11": 2e11, "C12": 8e10, "C44": 9e10}}},
    },
    "crystal": {"axial_average": True},
    "mesh": {
        "kind": "film",
        "width": [4e-9],
        "thickness": 2e-9,
        "substrate": 1e-9,
        "spacing": 5e-10,
        "axisymmetric": True,
    },
    "initial": {"kind": "noise", "amplitude": 0.1, "seed": 5},
    "mechanics": {
        "misfit": {"xx": -0.01, "yy": -0.01},
        "boundary": [{"on": "bottom", "kind": "clamped"}, {"on": "x_max", "kind": "pressure", "value": 1e9}],
    },
    "electrostatics": {
        "boundary": [{"on": "bottom", "kind": "electrode"}, {"on": "top", "kind": "floating", "charge": 1e-18}]
    },
    "flexoelectricity": {"coefficients": {"f11": 4.0, "f12": 2.0, "f44": 0.5}},
    "time": {"equilibrium": 1e-9, "max_steps": 400},
    "solver": {"linear_tolerance": 1e-10, "mechanics_tolerance": 1e-12},
}

simulation = Simulation(load_case(CASE))
simulation.run()
if MPI.COMM_WORLD.rank == 0:
    row = {name: value for name, value in simulation.rows[-1].items() if name not in ("step", "time", "dt")}
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(row, file)
