"""Loads of a case as functions of time, and the pressure of a tip."""

from __future__ import annotations

from phasefield.loads.tip import TipLoad
from phasefield.loads.waveforms import Waveform, breakpoints, resolve, waveform

__all__ = ["TipLoad", "Waveform", "breakpoints", "resolve", "waveform"]
