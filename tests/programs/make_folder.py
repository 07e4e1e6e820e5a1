"""Create argv[1]/run, record something, be refused a second time on every rank, and finish."""

import sys
from pathlib import Path

from mpi4py import MPI

from phasefield.errors import ResultError
from phasefield.runfolder import RunFolder

comm = MPI.COMM_WORLD
path = Path(sys.argv[1]) / "run"
folder = RunFolder.create(path, comm, {"version": 1})
folder.update(steps=3)
try:
    RunFolder.create(path, comm, {"version": 1})
except ResultError:
    refused = True
else:
    refused = False
assert comm.allgather(refused) == [True] * comm.size
assert comm.allgather(folder.record["steps"]) == [3] * comm.size
folder.finish("done")
