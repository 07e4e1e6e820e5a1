"""Loads of a case as functions of time and place."""

from __future__ import annotations

from phasefield.loads.electric_tip import BiasedTip
from phasefield.loads.indenter import Indenter
from phasefield.loads.tip import TipLoad
from phasefield.loads.waveforms import Waveform, breakpoints, last_change, resolve, waveform

__all__ = ["BiasedTip", "Indenter", "TipLoad", "Waveform", "breakpoints", "last_change", "resolve", "waveform"]
