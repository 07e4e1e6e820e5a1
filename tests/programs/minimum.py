"""Walls of PbTiO3 that come to rest between nodes, without and with `time.minimum`: `minimum.py RESULT.json`."""

import json
import sys

from mpi4py import MPI

from phasefield.case import load_case
from phasefield.measure import softest_curvature
from phasefield.simulation import Simulation

CASE = {
    "version": 1,
    "material": {"name": "PbTiO3_Pertsev1998"},
    # Walls half-way between two nodes, at 3 and 9 nm.
    "mesh": {"kind": "box", "size": ["12 nm"], "cells": [26], "periodic": "x"},
    "initial": {
        "kind": "stripes",
        "value": [0, 0, 0.75],
        "other": [0, 0, -0.75],
        "normal": [1, 0, 0],
        "period": "12 nm",
        "width": "0.5 nm",
    },
    "mechanics": {"strain": dict.fromkeys(("xx", "yy", "zz"), "free")},
    "time": {"mode": "relax", "equilibrium": 1e-4},
}

found = {}
for minimum in (False, True):
    simulation = Simulation(load_case(CASE | {"time": CASE["time"] | {"minimum": minimum}}))
    result = simulation.run()
    found[str(minimum)] = {
        "energy": float(result.observables["energy_total"][-1]),
        "curvature": softest_curvature(simulation),
    }
if MPI.COMM_WORLD.rank == 0:
    with open(sys.argv[1], "w", encoding="utf-8") as file:
        json.dump(found, file)
