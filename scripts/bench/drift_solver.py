"""Steps of mobile defects: the iterative solver against the mesh, the Debye length and the step, and against factors.

A film of PbTiO3 between electrodes, with vacancies that strain it, whose concentration starts from a wave: one implicit
step of backward Euler. Three series, each from the first values of the other options:

- `mesh`: for all numbers of unknowns, in 2D and 3D, with factors too up to `--factors` unknowns;
- `debye`: for all concentrations, from a Debye length beyond the film to one below a cell;
- `step`: for all lengths of the step, in times of diffusion through the film.

    scripts/env python scripts/bench/drift_solver.py --json drift_solver.json
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
from common import Clock, Goal, Report, arguments, in_own_process

CELL = 4e-10
#: Unknowns per node: P, u, phi, c, mu.
PER_NODE = 9
#: Relative correction that is the last one.
ACCURACY = 1e-6


def film(dim: int, unknowns: int, concentration: float, method: str) -> dict[str, Any]:
    """A film with about that many unknowns; 2D is a section."""
    n = max(4, round((unknowns / PER_NODE) ** (1 / dim)))
    axes = {2: "xz", 3: "xyz"}[dim]
    vacancy = {"charge": 2, "site_density": 5e28, "concentration": concentration, "diffusivity": 1e-14}
    return {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "mesh": {"kind": "box", "axes": axes, "size": [n * CELL] * dim, "cells": [n] * dim, "periodic": axes[:-1]},
        "initial": {"kind": "uniform", "value": [0.0, 0.0, 0.7]},
        "mechanics": {"strain": {"xx": "free", "yy": "free"}},
        "electrostatics": {
            "boundary": [
                {"on": "z_min", "kind": "electrode"},
                {"on": "z_max", "kind": "electrode", "potential": 0.1},
            ]
        },
        "defects": {"background": "neutralizing", "species": {"V": vacancy | {"excess_volume": 1e-29}}},
        "time": {"mode": "relax"},
        "solver": {"drift": method, "newton_unknowns": 10**9},
    }


def measured(dim: int, unknowns: int, concentration: float, step: float, method: str) -> dict[str, Any]:
    """One step: its corrections, their iterations and time. Collective."""
    # Here, not above: an MPI process cannot start another.
    from mpi4py import MPI

    from phasefield import load_case, provenance
    from phasefield.build import Parts
    from phasefield.case.defects import debye_length
    from phasefield.stepping.drift import Drift

    case = load_case(film(dim, unknowns, concentration, method))
    parts = Parts(case, MPI.COMM_WORLD)
    parts.initialize()
    assert isinstance(parts.stepper, Drift)
    solver, motion = parts.stepper.solver, parts.stepper.motion
    disturb(solver.species[0], parts.domain.lengths[0])
    number = solver.species[0].number()
    solver.begin(step * motion.diffusion_time / parts.scaling.time, [solver.species[0].c.copy()])
    clock, checked, work = Clock(), Clock(), [0]
    with clock.running():
        while solver._correct(0.0, None) > ACCURACY:
            work.append(solver.iterations)
    work.append(solver.iterations)
    with checked.running():
        solver.system.verify()
    comm = parts.domain.comm
    count, corrections = comm.allreduce(solver.system.free.size), len(work) - 1
    return {
        "dim": dim,
        "unknowns": count,
        "concentration": concentration,
        "debye_cells": round(debye_length(case, parts.material) / CELL, 2),
        "step": step,
        "method": method,
        "corrections": corrections,
        "iterations_per_correction": round(work[-1] / corrections, 1),
        "most_iterations": int(np.diff(work).max()),
        "cpu_us_per_unknown_correction": round(1e6 * comm.allreduce(clock.cpu) / count / corrections, 1),
        "cpu_us_per_unknown_check": round(1e6 * comm.allreduce(checked.cpu) / count, 1),
        "lost": abs(solver.species[0].number() / number - 1.0),
        "bytes_per_unknown": round(provenance.peak_memory(comm) / count),
    }


def disturb(equations: Any, period: float) -> None:
    """A wave of concentration along x and y or z, of the length of the film."""
    species = equations.species
    x = species.space.tabulate_dof_coordinates()
    waves = np.cos(2.0 * np.pi * x[:, :2] / period).prod(axis=1)
    species.set(1.0 + 0.5 * waves)


def rows(options: Any) -> Iterator[tuple[str, tuple]]:
    """Series and arguments of `measured` of each row."""
    c, step, dims = options.concentrations[0], options.steps[0], options.dims
    for dim, unknowns in itertools.product(dims, options.unknowns):
        yield "mesh", (dim, unknowns, c, step, "iterative")
        if unknowns <= options.factors:
            yield "mesh", (dim, unknowns, c, step, "direct")
    for concentration in options.concentrations[1:]:
        yield "debye", (dims[-1], options.unknowns[0], concentration, step, "iterative")
    for length in options.steps[1:]:
        yield "step", (dims[-1], options.unknowns[0], c, length, "iterative")


def goals(found: list[dict[str, Any]]) -> list[Goal]:
    """Growth of the iterations with the mesh and the spread of the others; conservation."""
    iterative = [row for row in found if row["method"] == "iterative"]
    result = [Goal("part of the defects lost in a step, at most", max(row["lost"] for row in found), at_most=1e-12)]
    for dim in sorted({row["dim"] for row in iterative}):
        mesh = [r["iterations_per_correction"] for r in iterative if r["series"] == "mesh" and r["dim"] == dim]
        result.append(Goal(f"{dim}D: iterations, largest mesh over smallest", mesh[-1] / mesh[0], at_most=1.5))
    start = next(row for row in iterative if row["dim"] == iterative[-1]["dim"])
    for series in ("debye", "step"):
        measured_rows = [start] + [row for row in iterative if row["series"] == series]
        counts = [row["iterations_per_correction"] for row in measured_rows]
        result.append(
            Goal(f"iterations over the series {series}, most over least", max(counts) / min(counts), at_most=2.0)
        )
    return result


def main() -> None:
    options = arguments(
        __doc__,
        unknowns=[30_000, 100_000, 300_000],
        dims=[2, 3],
        factors=50_000,
        concentrations=[1e25, 1e21, 1e23, 1e26, 1e27],
        steps=[1.0, 1e-6, 1e-3, 1e3, 1e6],
        ranks=1,
    )
    if options.row:
        print(json.dumps(measured(**options.row)))
        return
    report = Report(
        "drift_solver", "Corrections of a step of mobile defects: iterations, and microseconds per unknown."
    )
    for series, values in rows(options):
        row = dict(zip(("dim", "unknowns", "concentration", "step", "method"), values, strict=True))
        report.add({"series": series} | in_own_process(__file__, row, options.ranks))
    report.goals = goals(report.rows)
    report.finish(options.json)


if __name__ == "__main__":
    main()
