"""Cost of a coupled step (P, φ, u): microseconds per unknown, Krylov iterations, memory per unknown.

A periodic PbTiO3 cube from noise, relaxed for a number of steps; the first step (compilation, caches) is not timed.
Every row is measured in a process of its own, so that its memory is its own. Run on an idle machine, on one rank or
several:

    scripts/env python scripts/bench/step_cost.py --unknowns 250000 --cell simplex --json step_cost.json
    scripts/env python scripts/bench/step_cost.py --ranks 2
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from pathlib import Path

#: Flexocoupling (V) within the bound of stability, of the size that is found in PbTiO3.
FLEXO = {"f11": 2.0, "f12": 1.0, "f44": 0.5}


def case_of(unknowns: int, cell: str, flexo: bool = False) -> dict:
    """A cube of 0.4 nm cells with about that many unknowns (seven per node)."""
    n = max(4, round((unknowns / 7) ** (1 / 3)))
    return {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "flexoelectricity": {"coefficients": FLEXO} if flexo else {},
        "mesh": {"kind": "box", "size": [n * 4e-10] * 3, "cells": [n] * 3, "cell": cell, "periodic": "xyz"},
        "initial": {"kind": "noise", "amplitude": 0.02},
    }


def measure(unknowns: int, cell: str, flexo: bool, steps: int) -> dict:
    """Run and return the figures."""
    # Here, not above: an MPI process cannot start another.
    from mpi4py import MPI

    from phasefield import load_case, provenance
    from phasefield.build import Parts

    comm = MPI.COMM_WORLD
    started = time.perf_counter()
    parts = Parts(load_case(case_of(unknowns, cell, flexo)), comm)
    parts.initialize()
    set_up = time.perf_counter() - started
    count = 7 * parts.functional.spaces.phi.dofmap.index_map.size_global
    run = parts.stepper.run()
    next(run)
    polarization, mechanics = parts.problem.polarization, parts.problem.mechanics
    before = polarization.iterations, mechanics.iterations
    started = time.perf_counter()
    for _ in range(steps):
        next(run)
    wall = time.perf_counter() - started
    return {
        "unknowns": count,
        "cell": cell,
        "flexo": flexo,
        "ranks": comm.size,
        "steps": steps,
        "set_up_s": round(set_up, 2),
        "us_per_unknown_step": round(1e6 * wall / count / steps, 3),
        "iterations": round((polarization.iterations - before[0]) / steps, 1),
        "mechanics_iterations": round((mechanics.iterations - before[1]) / steps, 1),
        "bytes_per_unknown": round(provenance.peak_memory(comm) / count),
    }


def in_own_process(row: tuple, ranks: int) -> dict:
    """Measure one row by this script itself, started anew."""
    unknowns, cell, flexo, steps = row
    command = [sys.executable, __file__, "--row", str(unknowns), cell, str(int(flexo)), str(steps)]
    launcher = ["mpirun", "-n", str(ranks)] if ranks > 1 else []
    output = subprocess.run([*launcher, *command], check=True, capture_output=True, text=True).stdout
    return json.loads(output.splitlines()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unknowns", type=int, nargs="+", default=[35_000, 250_000])
    parser.add_argument("--cell", choices=("simplex", "tensor"), nargs="+", default=["simplex", "tensor"])
    parser.add_argument("--flexo", choices=("without", "with"), nargs="+", default=["without"])
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--ranks", type=int, default=1)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--row", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.row:
        unknowns, cell, flexo, steps = options.row
        print(json.dumps(measure(int(unknowns), cell, flexo == "1", int(steps))))
        return
    rows = []
    for cell, flexo, unknowns in itertools.product(options.cell, options.flexo, options.unknowns):
        rows.append(in_own_process((unknowns, cell, flexo == "with", options.steps), options.ranks))
        print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
