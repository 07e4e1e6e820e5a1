"""Assembly of the force on P with the compiler flags of phasefield.jit against DOLFINx's own: time and ratio.

scripts/env python scripts/bench/kernels.py
"""

from __future__ import annotations

import time

import ufl
from common import cube
from dolfinx import fem, la
from mpi4py import MPI

from phasefield import jit, load_case
from phasefield.build import Parts


def seconds_per_cell(form: fem.Form, space: fem.FunctionSpace) -> float:
    """Best of five assemblies."""
    vector = la.vector(space.dofmap.index_map, space.dofmap.index_map_bs)
    cells = space.mesh.topology.index_map(space.mesh.topology.dim).size_local
    times = []
    for _ in range(5):
        started = time.perf_counter()
        fem.assemble_vector(vector.array, form)
        times.append(time.perf_counter() - started)
    return min(times) / cells


def main() -> None:
    functional = Parts(load_case(cube(60_000)), MPI.COMM_WORLD).functional
    functional.P.x.array[:] = 0.3
    space = functional.spaces.P
    force = ufl.derivative(functional.energy(), functional.P, ufl.TestFunction(space))
    plain = seconds_per_cell(fem.form(force), space)
    tuned = seconds_per_cell(jit.form(force), space)
    print(f"force on P, per cell: {1e6 * plain:.2f} us with -O2, {1e6 * tuned:.2f} us tuned, ratio {plain / tuned:.1f}")


if __name__ == "__main__":
    main()
