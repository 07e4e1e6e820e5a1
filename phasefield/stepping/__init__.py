"""How a run advances: relax, transient, ramp, and backward Euler with given steps.

Each stepper is a generator of `Step`s, one per accepted step, and of None within a step that takes long: at every
yield its state can be stored for a checkpoint (`state`, `history`) and continued from, the same bit by bit. Time is in
s at the interface and in units of 1/(Γ α0) inside. A step that fails, raises the energy under constant loads or misses
its error is taken back and repeated shorter. When that does not help full Newton steps take over for a while
(`Rescue`). When they do not help either the stepper raises ConvergenceError with the reason by name, and the fields are
those of the last accepted step.
"""

from phasefield.stepping.backward_euler import BackwardEuler
from phasefield.stepping.drift import DriftRelax, DriftTransient, Motion
from phasefield.stepping.ramp import Ramp
from phasefield.stepping.relax import Relax
from phasefield.stepping.relaxation import Relaxation
from phasefield.stepping.stepper import Step, Stepper
from phasefield.stepping.transient import Transient

__all__ = [
    "BackwardEuler",
    "DriftRelax",
    "DriftTransient",
    "Motion",
    "Ramp",
    "Relax",
    "Relaxation",
    "Step",
    "Stepper",
    "Transient",
]
