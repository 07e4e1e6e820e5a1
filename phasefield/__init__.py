"""Finite-element phase-field simulation of ferroelectrics (Landau-Ginzburg-Devonshire).

`from phasefield import Simulation, load_case`; both are imported when they are first used, so that
the command line and the plots start without DOLFINx.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

#: Public names and the modules they come from.
_EXPORTS = {"Simulation": "phasefield.simulation", "load_case": "phasefield.case"}

__all__ = ["Simulation", "__version__", "load_case"]


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_EXPORTS[name]), name)
