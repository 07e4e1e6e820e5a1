"""A staggered step against a monolithic Newton step with MUMPS: time per step and error of the trajectory.

Both take the same steps of BDF2, in physical time, on the same mesh, from a state in which domains are forming; the
reference takes 16 steps for each of theirs.

    scripts/env python scripts/bench/against_newton.py --unknowns 35000 --steps 4 --json against_newton.json
"""

from __future__ import annotations

import numpy as np
from common import Clock, Goal, Report, arguments, cube
from mpi4py import MPI

from phasefield import load_case
from phasefield.build import Parts
from phasefield.case.schema import TimeTable
from phasefield.solvers.core import Snapshot
from phasefield.solvers.rescue import Rescue
from phasefield.stepping import Transient

#: Domains form at this many times 1/(Γ α0).
FORMING = 6.0
FINE = 16


def forming(parts: Parts) -> tuple[Snapshot, float]:
    """A state in which domains are forming, and the step of the error control there (s)."""
    parts.initialize()
    steps = list(filter(None, parts.stepper.run()))
    return parts.problem.snapshot(), steps[-2].dt


def steps_of(parts: Parts, start: Snapshot, dt: float, count: int, newton: bool) -> tuple[np.ndarray, list[Clock], int]:
    """P after `count` equal steps from `start`, the time of each, and the factorizations of all."""
    problem = parts.problem
    problem.restore(start)
    end = count * dt
    # An error of one is never too large: the steps stay as they are.
    spec = TimeTable(mode="transient", end=end, initial_step=dt, max_step=dt, tolerance=0.999)
    rescue = Rescue(problem, most_unknowns=10**9, always=newton)
    stepper = Transient(problem, spec, parts.scaling, rescue)
    stepper.NEWTON_ACCURACY = 1e-6
    run, clocks = stepper.run(), []
    for _ in range(count):
        clock = Clock()
        with clock.running():
            next(run)
        clocks.append(clock)
    if stepper.rejected:
        raise SystemExit("a step was rejected, so that the steps were not equal: choose another number of unknowns")
    return problem.P.copy(), clocks, rescue.newton.iterations


def main() -> None:
    options = arguments(__doc__, unknowns=35_000, steps=4)
    report = Report("against_newton", "Time per step: monolithic Newton with MUMPS over staggered; errors of P (rms).")
    probe = Parts(load_case(cube(0)), MPI.COMM_SELF).scaling
    time = {"mode": "transient", "end": FORMING * probe.time}
    parts = Parts(load_case(cube(options.unknowns, time=time)), MPI.COMM_WORLD)
    start, dt = forming(parts)
    exact, _, _ = steps_of(parts, start, dt / FINE, FINE * options.steps, newton=False)
    results = {name: steps_of(parts, start, dt, options.steps, name == "newton") for name in ("staggered", "newton")}
    count = sum(V.dofmap.index_map.size_global * V.dofmap.index_map_bs for V in vars(parts.functional.spaces).values())
    for name, (P, clocks, factorizations) in results.items():
        report.add(
            {
                "method": name,
                "unknowns": count,
                "steps": options.steps,
                "factorizations": factorizations,
                # The first step also compiles.
                "wall_s_per_step": float(np.mean([clock.wall for clock in clocks[1:]])),
                "cpu_s_per_step": float(np.mean([clock.cpu for clock in clocks[1:]])),
                "error": parts.problem.polarization.rms(P - exact),
            }
        )
    ours, theirs = report.rows
    report.goals = [
        Goal("time of a Newton step over that of a staggered one, wall", ratio(theirs, ours, "wall_s_per_step"), 60.0),
        Goal("the same, processor time", ratio(theirs, ours, "cpu_s_per_step"), 60.0),
        Goal("error of the staggered trajectory over that of Newton's", ratio(ours, theirs, "error"), at_most=1.5),
    ]
    report.finish(options.json)


def ratio(above: dict, below: dict, key: str) -> float:
    """The quotient of two rows."""
    return above[key] / below[key]


if __name__ == "__main__":
    main()
