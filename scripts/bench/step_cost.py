"""Cost of a coupled step (P, φ, u): microseconds per unknown, Krylov iterations, memory per unknown.

A periodic PbTiO3 cube from noise, relaxed for a number of steps; the first step (compilation, caches) is not timed.
Run on an idle machine:

    scripts/env python scripts/bench/step_cost.py --unknowns 250000 --cell simplex --json step_cost.json
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from mpi4py import MPI

from phasefield import load_case, provenance
from phasefield.build import Parts


def case_of(unknowns: int, cell: str) -> dict:
    """A cube of 0.4 nm cells with about that many unknowns (seven per node)."""
    n = max(4, round((unknowns / 7) ** (1 / 3)))
    return {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "mesh": {"kind": "box", "size": [n * 4e-10] * 3, "cells": [n] * 3, "cell": cell, "periodic": "xyz"},
        "initial": {"kind": "noise", "amplitude": 0.02},
    }


def measure(unknowns: int, cell: str, steps: int) -> dict:
    """Run and return the figures."""
    comm = MPI.COMM_WORLD
    started = time.perf_counter()
    parts = Parts(load_case(case_of(unknowns, cell)), comm)
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
        "ranks": comm.size,
        "steps": steps,
        "set_up_s": round(set_up, 2),
        "us_per_unknown_step": round(1e6 * wall / count / steps, 3),
        "iterations": round((polarization.iterations - before[0]) / steps, 1),
        "mechanics_iterations": round((mechanics.iterations - before[1]) / steps, 1),
        "bytes_per_unknown": round(provenance.peak_memory(comm) / count),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--unknowns", type=int, nargs="+", default=[35_000, 250_000])
    parser.add_argument("--cell", choices=("simplex", "tensor"), nargs="+", default=["simplex", "tensor"])
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = [measure(n, cell, options.steps) for cell in options.cell for n in options.unknowns]
    if MPI.COMM_WORLD.rank == 0:
        for row in rows:
            print("  ".join(f"{key} {value}" for key, value in row.items()))
        if options.json:
            options.json.write_text(json.dumps(rows, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
