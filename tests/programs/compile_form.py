"""Compiles a form into the cache folder that is given, with the patience of a second: `compile_form.py CACHE`."""

import sys
from pathlib import Path

import ufl
from dolfinx import fem, mesh
from mpi4py import MPI

from phasefield import jit

chosen = {**jit.options(), "cache_dir": Path(sys.argv[1]), "timeout": 1}
jit.options = lambda: chosen
domain = mesh.create_unit_interval(MPI.COMM_SELF, 2)
assert fem.assemble_scalar(jit.form(fem.Constant(domain, 2.0) * ufl.dx)) == 2.0
