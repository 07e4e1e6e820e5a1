"""Where the time of a relaxation step goes, in microseconds of wall time per unknown.

Methods of the solvers are wrapped with clocks, each of which counts what no inner one does; the shares of the
preconditioners are those of PETSc's log. For the entries per row, the operators of P, φ and u as they are used.

    scripts/env python scripts/bench/step_profile.py --unknowns 250000 --json step_profile.json
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from functools import wraps
from typing import Any

from common import Report, arguments, cube
from mpi4py import MPI
from petsc4py import PETSc

from phasefield import load_case
from phasefield.build import Parts
from phasefield.solvers.assembly import AssembledVector
from phasefield.solvers.mechanics import MechanicsSolver
from phasefield.solvers.polarization import PolarizationSolver
from phasefield.solvers.potential import PotentialSolver


class Profile:
    """Seconds by name, without those of profiled methods that a method calls."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._within: list[float] = []

    def wrap(self, owner: type, method: str, name: str, stage: PETSc.Log.Stage | None = None) -> None:
        """Count the time of a method of a class, and let PETSc log it as a stage of its own."""
        setattr(owner, method, self._timed(getattr(owner, method), name, stage))

    def _timed(self, function: Callable[..., Any], name: str, stage: PETSc.Log.Stage | None) -> Callable[..., Any]:
        @wraps(function)
        def timed(*values: Any, **options: Any) -> Any:
            if stage:
                stage.push()
            self._within.append(0.0)
            started = time.perf_counter()
            try:
                return function(*values, **options)
            finally:
                duration = time.perf_counter() - started
                self.seconds[name] += duration - self._within.pop()
                if self._within:
                    self._within[-1] += duration
                if stage:
                    stage.pop()

        return timed


def entries_per_row(matrix: PETSc.Mat) -> float:
    """Stored entries of an operator per row."""
    return matrix.getInfo(PETSc.Mat.InfoType.GLOBAL_SUM)["nz_used"] / matrix.getSize()[0]


def main() -> None:
    options = arguments(__doc__, unknowns=250_000, steps=15)
    report = Report("step_profile", "Parts of a relaxation step of a PbTiO3 cube from noise.")
    PETSc.Log.begin()
    profile = Profile()
    stages = {name: PETSc.Log.Stage(name) for name in ("MINRES for (P, φ)", "conjugate gradients for u")}
    minres, gradients = stages
    profile.wrap(PolarizationSolver, "solve", minres, stages[minres])
    profile.wrap(MechanicsSolver, "_solve", gradients, stages[gradients])
    profile.wrap(AssembledVector, "__call__", "assembly of vectors: forces, energies, curvature")
    profile.wrap(PolarizationSolver, "prepare", "blocks of the operator of P")
    profile.wrap(PotentialSolver, "solve", "Gauss's law for the energy that is reported")

    parts = Parts(load_case(cube(options.unknowns)), MPI.COMM_WORLD)
    parts.initialize()
    run = parts.stepper.run()
    next(run)
    polarization, mechanics = parts.problem.polarization, parts.problem.mechanics
    assert mechanics
    unknowns = 7 * parts.functional.spaces.phi.dofmap.index_map.size_global
    profile.seconds.clear()
    before = {name: preconditioning(stage) for name, stage in stages.items()}
    iterations = polarization.iterations, mechanics.iterations
    started = time.perf_counter()
    for _ in range(options.steps):
        next(run)
    whole = time.perf_counter() - started

    def per_unknown(seconds: float) -> float:
        return 1e6 * seconds / unknowns / options.steps

    for name, seconds in sorted(profile.seconds.items(), key=lambda item: -item[1]):
        report.add({"part": name, "us_per_unknown": per_unknown(seconds)})
        if name in stages:
            share = preconditioning(stages[name]) - before[name]
            report.add({"part": f"– of which its preconditioner ({name})", "us_per_unknown": per_unknown(share)})
    rest = whole - sum(profile.seconds.values())
    report.add({"part": "all else", "us_per_unknown": per_unknown(rest)})
    report.add({"part": "all", "us_per_unknown": per_unknown(whole)})
    report.add(
        {
            "unknowns": unknowns,
            "MINRES iterations": (polarization.iterations - iterations[0]) / options.steps,
            "CG iterations": (mechanics.iterations - iterations[1]) / options.steps,
            "entries per row of P": entries_per_row(polarization.A),
            "entries per row of φ": entries_per_row(polarization.L),
            "entries per row of u": entries_per_row(mechanics.K),
        }
    )
    report.finish(options.json)


def preconditioning(stage: PETSc.Log.Stage) -> float:
    """Seconds that PETSc has logged for preconditioners within a stage."""
    return float(PETSc.Log.Event("PCApply").getPerfInfo(stage.id)["time"])


if __name__ == "__main__":
    main()
