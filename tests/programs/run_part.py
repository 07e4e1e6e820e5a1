"""Begin or continue cases and stop them: `run_part.py FOLDER PART NAME=CASE.json…`, result folders FOLDER/NAME.

PART "first" stops each case in the middle, PART "rest" goes on to its end.
"""

import json
import sys
from pathlib import Path

from continued import stop_after

from phasefield.case import load_case
from phasefield.simulation import Simulation

#: Places where a run may stop that the first part passes; the ramp is then within its second load point.
PASSED = {"relax": 12, "transient": 4, "ramp": 30, "backward-euler": 2}


folder, part = Path(sys.argv[1]), sys.argv[2]
for argument in sys.argv[3:]:
    name, _, path = argument.partition("=")
    simulation = Simulation(load_case(json.loads(Path(path).read_text())))
    if part == "first":
        stop_after(simulation, PASSED[name])
        assert simulation.run(folder / name).status == "stopped", name
        assert (simulation.stepper.inner > 0) == (name == "ramp"), (name, simulation.stepper.inner)
    else:
        assert simulation.run(folder / name, restart="latest").status == "done", name
