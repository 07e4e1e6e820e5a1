"""The softest mode of a square of PbTiO3 between electrodes, from noise: `softest_mode.py RESULT.json`."""

import json
import sys

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.measure import softest_curvature
from phasefield.simulation import Simulation

case = {
    "version": 1,
    "material": {"name": "PbTiO3_Pertsev1998"},
    "mesh": {"kind": "box", "size": [5e-9, 4e-9], "spacing": 1e-9, "periodic": "x"},
    "initial": {"kind": "noise", "amplitude": 0.1, "seed": 5},
    "mechanics": {"strain": {"xx": "free", "zz": -0.01}},
    "electrostatics": {"boundary": [{"on": ["y_min", "y_max"], "kind": "electrode"}]},
    "flexoelectricity": {"coefficients": {"f11": 2.0, "f12": 1.0, "f44": 0.5}},
}
simulation = Simulation(load_case(case))
simulation.parts.initialize()
curvature = softest_curvature(simulation)
if MPI.COMM_WORLD.rank == 0:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(curvature, file)
