"""Continue the series in argv[1] after its first time with one more, on whatever ranks this runs."""

import sys
from pathlib import Path

from mpi4py import MPI
from small_domains import functions, set_exact, small_domain

from phasefield.output import XdmfSeries

folder = Path(sys.argv[1])
kind, degree = folder.name.rsplit(" ", 1)
domain = small_domain(kind, MPI.COMM_WORLD)
fields = functions(domain, int(degree))
series = XdmfSeries.open_existing(folder / "fields.xdmf", domain, fields, {"phi": 2.0}, truncate_after=0.0)
assert series.times == [0.0]
set_exact(fields, 5e-12)
series.write(5e-12)
