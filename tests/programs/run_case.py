"""Run the case of the JSON file argv[1] and write its observables to the .npz archive argv[2]."""

import json
import sys
from pathlib import Path

import numpy as np
from mpi4py import MPI

from phasefield.case import load_case
from phasefield.simulation import Simulation

result = Simulation(load_case(json.loads(Path(sys.argv[1]).read_text()))).run()
assert result.status == "done"
if MPI.COMM_WORLD.rank == 0:
    np.savez(sys.argv[2], **result.observables)
