"""Begin or continue cases and stop them: `run_part.py FOLDER PART NAME=CASE.json…`, result folders FOLDER/NAME.

PART "first" stops each case in the middle, PART "rest" goes on to its end, PART "whole" does not stop.
"""

import json
import sys
from pathlib import Path

from continued import stop_after

from phasefield.case import load_case
from phasefield.simulation import Simulation

#: Places where a run may stop that the first part passes; the ramp is then within its second load point.
PASSED = {"relax": 12, "transient": 4, "ramp": 30, "backward-euler": 2, "newton": 2, "prescribed": 5}


folder, part = Path(sys.argv[1]), sys.argv[2]
for argument in sys.argv[3:]:
    name, _, path = argument.partition("=")
    simulation = Simulation(load_case(json.loads(Path(path).read_text())))
    if part == "first":
        stop_after(simulation, PASSED[name])
    restart = "latest" if part == "rest" else None
    status = simulation.run(folder / name, restart=restart).status
    assert status == ("stopped" if part == "first" else "done"), name
    if part == "first":
        assert (simulation.stepper.inner > 0) == (name == "ramp"), (name, simulation.stepper.inner)
