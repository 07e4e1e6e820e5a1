"""Cost of a coupled step (P, φ, u): microseconds per unknown, Krylov iterations, memory per unknown.

A periodic PbTiO3 cube from noise, relaxed for a number of steps; the first step (compilation, caches) is not timed.
Every row is measured in a process of its own, so that its memory is its own. Run on an idle machine, on one rank or
several:

    scripts/env python scripts/bench/step_cost.py --unknowns 250000 --cell simplex --json step_cost.json
    scripts/env python scripts/bench/step_cost.py --ranks 2
"""

from __future__ import annotations

import itertools
import json
from typing import Any

from common import Clock, Goal, Report, arguments, cube, in_own_process

#: Flexocoupling (V) within the bound of stability, of the size that is found in PbTiO3.
FLEXO = {"f11": 2.0, "f12": 1.0, "f44": 0.5}
#: What the cells are called, in 3D.
CELLS = {"simplex": "tetrahedra", "tensor": "hexahedra"}


def measure(unknowns: int, cell: str, flexo: str, steps: int) -> dict[str, Any]:
    """Run and return the figures. Collective."""
    # Here, not above: an MPI process cannot start another.
    from mpi4py import MPI

    from phasefield import load_case, provenance
    from phasefield.build import Parts

    comm = MPI.COMM_WORLD
    tables = {"flexoelectricity": {"coefficients": FLEXO}} if flexo == "with" else {}
    set_up, clock = Clock(), Clock()
    with set_up.running():
        parts = Parts(load_case(cube(unknowns, cell, **tables)), comm)
        parts.initialize()
    count = 7 * parts.functional.spaces.phi.dofmap.index_map.size_global
    run = parts.stepper.run()
    next(run)
    polarization, mechanics = parts.problem.polarization, parts.problem.mechanics
    assert mechanics
    before = polarization.iterations, mechanics.iterations
    with clock.running():
        for _ in range(steps):
            next(run)
    return {
        "unknowns": count,
        "cell": cell,
        "flexo": flexo,
        "ranks": comm.size,
        "steps": steps,
        "set_up_s": round(set_up.wall, 2),
        "us_per_unknown_step": round(1e6 * clock.wall / count / steps, 3),
        "cpu_us_per_unknown_step": round(1e6 * comm.allreduce(clock.cpu) / count / steps, 3),
        "iterations": round((polarization.iterations - before[0]) / steps, 1),
        "mechanics_iterations": round((mechanics.iterations - before[1]) / steps, 1),
        "bytes_per_unknown": round(provenance.peak_memory(comm) / count),
    }


def name_of(row: dict[str, Any]) -> str:
    """Cells, flexocoupling and ranks of a row, as a table names them."""
    flexo = ", flexocoupling" if row["flexo"] == "with" else ""
    ranks = f", {row['ranks']} ranks" if row["ranks"] > 1 else ""
    return CELLS[row["cell"]] + flexo + ranks


def goals(rows: list[dict[str, Any]]) -> list[Goal]:
    """What is wanted of rows on one rank, the largest against the smallest of each kind."""
    found = []
    for _, group in itertools.groupby(rows, key=name_of):
        measured = list(group)
        small, large = measured[0], measured[-1]
        name = f"{name_of(large)}: {{}}, {large['unknowns']:,} unknowns"
        if large["ranks"] == 1:
            found.append(Goal(name.format("µs per unknown and step"), large["us_per_unknown_step"], at_most=2.5))
        if large is small:
            continue
        found.append(Goal(name.format("bytes per unknown"), large["bytes_per_unknown"], at_most=2000.0))
        name = f"{name_of(large)}: growth of {{}}, {small['unknowns']:,} to {large['unknowns']:,} unknowns"
        for key, what, most in (("iterations", "iterations", 1.2), ("us_per_unknown_step", "time per unknown", 1.3)):
            found.append(Goal(name.format(what), large[key] / small[key], at_most=most))
    return found


def main() -> None:
    options = arguments(
        __doc__, unknowns=[35_000, 250_000], cell=["simplex", "tensor"], flexo=["without"], steps=15, ranks=1
    )
    if options.row:
        print(json.dumps(measure(**options.row)))
        return
    report = Report("step_cost", "Cost of a relaxation step of a PbTiO3 cube from noise.")
    for cell, flexo, unknowns in itertools.product(options.cell, options.flexo, options.unknowns):
        row = {"unknowns": unknowns, "cell": cell, "flexo": flexo, "steps": options.steps}
        report.add(in_own_process(__file__, row, options.ranks))
    report.goals = goals(report.rows)
    report.finish(options.json)


if __name__ == "__main__":
    main()
