"""Rank 1 fails in the way the argument names, while rank 0 waits for it in a collective call."""

import sys

from mpi4py import MPI

from phasefield.cli import ranks
from phasefield.errors import MeshError

ranks.PATIENCE = 0.5
ERRORS = {"known": MeshError("rank 1 has no mesh"), "unexpected": ZeroDivisionError("a bug")}

with ranks.together(MPI.COMM_WORLD) as comm:
    if comm.rank == 1:
        raise ERRORS[sys.argv[1]]
    comm.Barrier()
