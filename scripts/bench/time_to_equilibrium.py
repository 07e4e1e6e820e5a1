"""Steps from noise to equilibrium, and around a hysteresis loop: adaptive against the best fixed step.

The best fixed step is the longest that keeps the same local error and a falling energy where the adaptive run needs its
shortest steps: none of it is rejected there. How many of them the whole run takes is counted, not run. A section of
PbTiO3; the short steps in which the noise of the start decays are left out, which favours fixed steps.

    scripts/env python scripts/bench/time_to_equilibrium.py --cells 32 --json time_to_equilibrium.json
"""

from __future__ import annotations

from typing import Any

import numpy as np
from common import Clock, Goal, Report, arguments, square
from mpi4py import MPI

from phasefield import load_case
from phasefield.build import Parts
from phasefield.stepping import Step, Transient

#: Ratio of successive trials of the fixed step.
FINER = 1.25
#: Ends of the two runs, and of the decay of noise, in units of the time of relaxation.
SETTLED, LOOP, DECAYED = 600.0, 4000.0, 1.0


def run(case: dict[str, Any]) -> tuple[dict[str, Any], list[Step]]:
    """Figures and steps of a case."""
    clock = Clock()
    with clock.running():
        parts = Parts(load_case(case), MPI.COMM_WORLD)
        parts.initialize()
        steps = list(filter(None, parts.stepper.run()))
    energy = float(sum(parts.problem.report.parts().values()))
    return {"steps": len(steps), "wall_s": clock.wall, "cpu_s": clock.cpu, "energy": energy}, steps


def holds(case: dict[str, Any], dt: float, window: tuple[float, float]) -> bool:
    """Whether steps `dt` (s) within the window of time are all accepted."""
    parts = Parts(load_case(case), MPI.COMM_WORLD)
    parts.initialize()
    stepper, rejected = parts.stepper, None
    assert isinstance(stepper, Transient)
    for step in filter(None, stepper.run()):
        if step.t >= window[0]:
            stepper.dt = dt
            # The first such step may be longer than the past allows for.
            rejected = step.rejected if rejected is None or step.dt < 0.5 * dt else rejected
            if step.rejected > rejected:
                return False
        if step.t >= window[1]:
            return True
    return True


def best_fixed(case: dict[str, Any], steps: list[Step], settled: float) -> float:
    """The longest step (s) that is accepted around the shortest of the adaptive steps after `settled` (s)."""
    times, sizes = (np.array([getattr(step, key) for step in steps]) for key in ("t", "dt"))
    sizes[times < settled] = np.inf
    shortest = int(sizes.argmin())
    dt = 8.0 * sizes[shortest]
    while True:
        longer = np.flatnonzero(sizes > dt)
        first = longer[longer < shortest].max(initial=0)
        last = longer[longer > shortest].min(initial=len(steps) - 1)
        if holds(case, dt, (float(times[first]), float(times[last]))):
            return dt
        dt /= FINER


def main() -> None:
    options = arguments(__doc__, cells=32)
    report = Report(
        "time_to_equilibrium", "Number of steps: the best fixed step over adaptive ones of the same local error."
    )
    unit = Parts(load_case(square(4)), MPI.COMM_SELF).scaling.time
    noise = square(options.cells, time={"mode": "transient", "end": SETTLED * unit})
    loop = square(
        options.cells,
        initial={"kind": "uniform", "value": [0.01, 0.02, 0.75]},
        time={"mode": "transient", "end": 1.25 * LOOP * unit},
        loads={"field": {"kind": "triangle", "amplitude": "400 MV/m", "period": LOOP * unit}},
        electrostatics={"applied_field": [0.0, 0.0, "field"]},
    )
    for name, case in (("noise to equilibrium", noise), ("hysteresis loop", loop)):
        figures, steps = run(case)
        dt = best_fixed(case, steps, DECAYED * unit)
        fixed = int(case["time"]["end"] / dt)
        report.add({"run": name, "steps_are": "adaptive in physical time"} | figures | {"fixed_steps": fixed})
    relaxed, _ = run(noise | {"time": {"mode": "relax"}})
    report.add({"run": "noise to equilibrium", "steps_are": "relaxation"} | relaxed)
    in_time, around, _ = report.rows
    report.goals = [
        Goal("steps to equilibrium, fixed over relaxation", in_time["fixed_steps"] / relaxed["steps"], 10.0),
        Goal(
            "steps to equilibrium in physical time, fixed over adaptive",
            in_time["fixed_steps"] / in_time["steps"],
            10.0,
        ),
        Goal("steps around a hysteresis loop, fixed over adaptive", around["fixed_steps"] / around["steps"], 10.0),
    ]
    report.finish(options.json)


if __name__ == "__main__":
    main()
