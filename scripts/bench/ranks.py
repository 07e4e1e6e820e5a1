"""Scaling with the number of ranks: the same cube on more ranks, and a cube that grows with them.

Messages, bytes and reductions are those of PETSc's log in the timed steps; what DOLFINx sends itself is not in it.

    scripts/env python scripts/bench/ranks.py --ranks 1 2 --unknowns 250000 --json ranks.json
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from common import Clock, Goal, Report, arguments, cube, in_own_process

#: A line of PETSc's summary of stages: its name, then pairs of a number and a percentage.
STAGE = re.compile(r"^\s*\d+:\s+steps:\s+(.*)$", re.MULTILINE)


def measure(unknowns: int, steps: int) -> dict[str, Any]:
    """Time of relaxation steps, and messages per step of all ranks together."""
    from mpi4py import MPI
    from petsc4py import PETSc

    from phasefield import load_case
    from phasefield.build import Parts

    comm = MPI.COMM_WORLD
    PETSc.Log.begin()
    parts = Parts(load_case(cube(unknowns)), comm)
    parts.initialize()
    run = parts.stepper.run()
    next(run)
    stage, clock = PETSc.Log.Stage("steps"), Clock()
    comm.Barrier()
    stage.push()
    with clock.running():
        for _ in range(steps):
            next(run)
    stage.pop()
    count = 7 * parts.functional.spaces.phi.dofmap.index_map.size_global
    return {
        "ranks": comm.size,
        "unknowns": count,
        "wall_s_per_step": comm.allreduce(clock.wall, op=MPI.MAX) / steps,
        "cpu_s_per_step_and_rank": comm.allreduce(clock.cpu) / comm.size / steps,
        **messages(steps),
    }


def messages(steps: int) -> dict[str, float]:
    """Messages, bytes and reductions per step of the stage "steps", from PETSc's log. Collective."""
    from mpi4py import MPI
    from petsc4py import PETSc

    comm = MPI.COMM_WORLD
    with tempfile.TemporaryDirectory() as folder:
        path = comm.bcast(str(Path(folder) / "log"))
        viewer = PETSc.Viewer().createASCII(path, comm=PETSc.COMM_WORLD)
        PETSc.Log.view(viewer)
        viewer.destroy()
        text = comm.bcast(Path(path).read_text(encoding="utf-8") if comm.rank == 0 else None)
        comm.Barrier()
    found = STAGE.search(text)
    if not found:
        raise SystemExit("PETSc's log has no stage with the timed steps")
    values = [float(v) for v in re.findall(r"[\d.]+e[+-]\d+", found[1])]
    count, length, reductions = values[2:5]
    return {
        "messages_per_step": count / steps,
        "bytes_per_step": count * length / steps,
        "reductions_per_step": reductions / steps,
    }


def main() -> None:
    options = arguments(__doc__, ranks=[1, 2], unknowns=250_000, steps=10)
    if options.row:
        print(json.dumps(measure(**options.row)))
        return
    report = Report(
        "ranks", "Wall time per step on one rank over that on several (strong), and of growing cubes (weak)."
    )
    base: dict[str, dict[str, Any]] = {}
    for scaling in ("strong", "weak"):
        for ranks in options.ranks:
            unknowns = options.unknowns * (ranks if scaling == "weak" else 1)
            row = in_own_process(__file__, {"unknowns": unknowns, "steps": options.steps}, ranks)
            base.setdefault(scaling, row)
            speed = base[scaling]["wall_s_per_step"] / row["wall_s_per_step"]
            per_unknown = speed * row["unknowns"] / base[scaling]["unknowns"]
            report.add({"scaling": scaling} | row | {"speed_up": per_unknown})
            if scaling == "strong" and ranks == 2:
                report.goals.append(Goal("speed-up on two ranks", per_unknown, 1.6))
    print(f"{os.cpu_count()} cores")
    report.finish(options.json)


if __name__ == "__main__":
    main()
