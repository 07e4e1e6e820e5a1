"""Every rank must get the error that rank 0 meets when there is no checkpoint in argv[1]."""

import sys

from mpi4py import MPI
from small_domains import functions, small_domain

from phasefield.checkpoint import load_checkpoint
from phasefield.errors import ResultError

domain = small_domain("triangles", MPI.COMM_WORLD)
try:
    load_checkpoint(sys.argv[1], domain, functions(domain, 1))
except ResultError as exc:
    caught = str(exc).startswith("no checkpoint found")
else:
    caught = False
assert MPI.COMM_WORLD.allgather(caught) == [True] * MPI.COMM_WORLD.size
