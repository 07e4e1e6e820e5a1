"""Restore what `write_results.py` wrote to the folder argv[1]; compare all values, ghosts too."""

import sys
from pathlib import Path

import numpy as np
from mpi4py import MPI
from small_domains import KINDS, functions, set_exact, small_domain

from phasefield.checkpoint import load_checkpoint

for kind in KINDS:
    domain = small_domain(kind, MPI.COMM_WORLD)
    for degree in (1, 2):
        fields, exact = functions(domain, degree), functions(domain, degree)
        set_exact(exact, 3e-12)
        folder = Path(sys.argv[1]) / f"{kind} {degree}" / "checkpoint"
        state = load_checkpoint(folder, domain, fields, {"case": "c"})
        assert state == {"step": 7, "t": 3e-12, "case": "c"}, state
        for name in fields:
            found, wanted = fields[name].x.array, exact[name].x.array
            np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-13, err_msg=f"{kind} {degree} {name}")
