"""Run the case of the JSON file argv[1] into the folder argv[2], and be killed after argv[3] seconds.

Goes on from the last checkpoint if there is one, else begins anew. The alarm has no handler: the system ends the
process at once, wherever it is, as `kill -9` does.
"""

import json
import signal
import sys
from pathlib import Path

from phasefield.case import load_case
from phasefield.checkpoint import latest
from phasefield.simulation import Simulation

simulation = Simulation(load_case(json.loads(Path(sys.argv[1]).read_text())))
folder = Path(sys.argv[2])
signal.setitimer(signal.ITIMER_REAL, float(sys.argv[3]))
if latest(folder / "checkpoint"):
    simulation.run(folder, restart="latest")
else:
    simulation.run(folder, overwrite=True)
