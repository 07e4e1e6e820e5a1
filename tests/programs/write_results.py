"""Write the series and the checkpoint of every small domain and degree to the folder argv[1]."""

import sys
from pathlib import Path

from mpi4py import MPI
from small_domains import KINDS, functions, set_exact, small_domain

from phasefield.checkpoint import save_checkpoint
from phasefield.output import XdmfSeries

out = Path(sys.argv[1])
for kind in KINDS:
    domain = small_domain(kind, MPI.COMM_WORLD)
    for degree in (1, 2):
        folder = out / f"{kind} {degree}"
        if MPI.COMM_WORLD.rank == 0:
            folder.mkdir(parents=True)
        fields = functions(domain, degree)
        MPI.COMM_WORLD.barrier()
        series = XdmfSeries(folder / "fields.xdmf", domain, fields, scales={"phi": 2.0})
        for t in (0.0, 1.25e-12, 3e-12):
            set_exact(fields, t)
            series.write(t)
        save_checkpoint(folder / "checkpoint", domain, fields, {"step": 7, "t": 3e-12, "case": "c"})
