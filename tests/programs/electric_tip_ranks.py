"""Observables under biased tips at rest and moving, to compare ranks: `electric_tip_ranks.py RESULT.json`."""

import json
import sys
from pathlib import Path

from cases_for_tests import BOX, laid_over
from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

FILM = laid_over(
    BOX,
    {
        "mesh": {"size": ["6 nm", "5 nm", "3 nm"], "cells": [6, 5, 3]},
        # Paraelectric, with one state that the slightest difference does not decide on.
        "material": {"landau": {"alpha_1": 1e9}},
        "initial": {"kind": "uniform", "value": [0, 0, -0.1], "amplitude": None},
        "electrostatics": {"boundary": [{"on": "bottom", "kind": "electrode"}]},
        "mechanics": {"enabled": False},
        "time": {"equilibrium": 1e-9},
        "solver": {"linear_tolerance": 1e-11},
    },
)
SHAPES = {
    "disk": {"kind": "disk", "radius": "2 nm", "potential": "2 V"},
    "sphere": {"kind": "sphere", "radius": "4 nm", "gap": "0.5 nm", "permittivity": [60, 40], "potential": "3 V"},
}
REST = {"at": ["2 nm", "3 nm"]}
SCAN = {"track": [["2 nm", "3 nm"], ["4 nm", "2 nm"]], "speed": "1 m/s"}
RAMP = {"mode": "ramp", "end": "2 ns", "points": 1}

TIPS = {
    "disk": ({**SHAPES["disk"], **REST}, {}),
    "sphere": ({**SHAPES["sphere"], **REST}, {}),
    "moving sphere": ({**SHAPES["sphere"], **SCAN}, RAMP),
}

METAL = laid_over(
    FILM,
    {
        "material": {"regions": {"air": {"fluid": True}}},
        "mesh": {"cells": None, "size": None, "kind": "tip", "axisymmetric": True, "half": "x", "thickness": "4 nm"},
        "crystal": {"axial_average": True},
        "electrostatics": {
            "boundary": [
                {"on": "bottom", "kind": "electrode"},
                {"on": "conductor", "kind": "electrode", "potential": "3 V"},
            ]
        },
    },
)
METAL["mesh"] |= {"air": "15 nm", "reach": "12 nm", "contact": "2 nm", "spacing": "0.4 nm"}
METAL["mesh"]["conductor"] = {"kind": "cone", "radius": "4 nm", "gap": "0.5 nm", "half_angle": "15 deg"}

CASES = {name: laid_over(FILM, {"electrostatics": {"tip": tip}, "time": time}) for name, (tip, time) in TIPS.items()}
rows = {}
for name, case in {**CASES, "meshed cone": METAL}.items():
    columns = Simulation(load_case(case)).run().observables
    chosen = ("mean_P", "energy_", "max_phi", "min_phi", "electric_tip")
    rows[name] = {key: float(column[-1]) for key, column in columns.items() if key.startswith(chosen)}
if MPI.COMM_WORLD.rank == 0:
    Path(sys.argv[1]).write_text(json.dumps(rows))
