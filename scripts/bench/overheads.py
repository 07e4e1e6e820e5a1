"""What a run spends beside assembly and PETSc, and how soon it takes its first step.

The share is that of Python's own time, of output, observables and what is left: time in DOLFINx and PETSc as the
profiler sees it is taken off. Fields are written every 20 steps. The first step is timed in a process of its own, after
one that has compiled everything.

    scripts/env python scripts/bench/overheads.py --unknowns 100000 --json overheads.json
"""

from __future__ import annotations

import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
import time
from typing import Any

import numpy as np
from common import Goal, Report, arguments, cube

#: Where time belongs to assembly and PETSc: DOLFINx's own functions, which hide their compiled parts, PETSc's, and
#: those of the nodal blocks that are assembled into the operator of P.
COMPUTING = ("/dolfinx/", "petsc4py.PETSc", "_linalg.py", "_blocks")
#: What comes before the first step.
PHASES = ("imports_s", "reading_s", "set_up_s")


def case_of(unknowns: int, steps: int) -> dict[str, Any]:
    """A relaxation of so many steps with output every 20."""
    output = {"every_steps": 20, "figure": False}
    return cube(unknowns, time={"mode": "relax", "equilibrium": 1e-12, "max_steps": steps}, output=output)


def share(unknowns: int, steps: int) -> dict[str, Any]:
    """Seconds by kind of a run with output, without its set-up."""
    from phasefield import load_case
    from phasefield.errors import ConvergenceError
    from phasefield.simulation import Simulation

    with tempfile.TemporaryDirectory() as folder:
        simulation = Simulation(load_case(case_of(unknowns, steps)))
        profile, started = cProfile.Profile(), time.perf_counter()
        profile.enable()
        try:
            simulation.run(folder + "/out")
        except ConvergenceError as end:
            # The steps are used up, as they should be.
            if end.reason != "max_steps":
                raise
        profile.disable()
        wall = time.perf_counter() - started
    table = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    computing = sum(
        own for (file, _, name), (_, _, own, _, _) in table.items() if any(c in file + name for c in COMPUTING)
    )
    timings = simulation.timings
    return {
        "steps": steps,
        "wall_s": wall,
        "assembly_and_petsc_s": computing,
        "output_s": timings["output"],
        "observables_s": timings["observables"],
        "share_outside": 1.0 - computing / wall,
    }


def first_step(unknowns: int) -> None:
    """Take one step and leave; before it print processor times (s): imports, reading the case, all parts of the run."""
    from mpi4py import MPI

    from phasefield import load_case
    from phasefield.build import Parts

    moments = [0.0, time.process_time()]
    case = load_case(case_of(unknowns, 1))
    moments.append(time.process_time())
    parts = Parts(case, MPI.COMM_WORLD)
    parts.initialize()
    moments.append(time.process_time())
    print(json.dumps(dict(zip(PHASES, np.diff(moments), strict=True))), flush=True)
    next(parts.stepper.run())


def until_first_step(unknowns: int) -> dict[str, float]:
    """Seconds from the start of a process until all is ready for its first step, and processor times of the phases."""
    command = [sys.executable, __file__, "--row", str(unknowns)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        phases: dict[str, float] = json.loads(process.stdout.readline())
        wall = time.perf_counter() - started
    return {"wall_s": wall} | phases


def main() -> None:
    options = arguments(__doc__, unknowns=100_000, steps=60)
    if options.row:
        first_step(options.row)
        return
    report = Report(
        "overheads", "Time outside assembly and PETSc over all; time before the first step of a second run."
    )
    # Before MPI starts in this process. The first run may compile.
    until_first_step(options.unknowns)
    second = until_first_step(options.unknowns)
    report.add({"what": "before the first step"} | second)
    row = share(options.unknowns, options.steps)
    report.add({"what": "a run with output every 20 steps"} | row)
    report.goals = [
        Goal("share of a run outside assembly and PETSc", row["share_outside"], at_most=0.05),
        Goal("seconds before the first step of a second run", second["wall_s"], at_most=3.0),
    ]
    report.finish(options.json)


if __name__ == "__main__":
    main()
