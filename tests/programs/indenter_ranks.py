"""Observables of a film below an indenter, to compare numbers of ranks: `indenter_ranks.py RESULT.json`."""

import json
import sys
from pathlib import Path

from cases_for_tests import laid_over
from indented import SECTION
from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

TIGHT = {
    "time": {"equilibrium": 1e-8, "points": 1},
    "solver": {"linear_tolerance": 1e-8, "mechanics_tolerance": 1e-12},
}
columns = Simulation(load_case(laid_over(SECTION, TIGHT))).run().observables
chosen = {name: float(column[-1]) for name, column in columns.items() if name.startswith(("tip_", "energy_"))}
if MPI.COMM_WORLD.rank == 0:
    Path(sys.argv[1]).write_text(json.dumps(chosen))
