"""Loads of a case as functions of time."""

from __future__ import annotations

from phasefield.loads.waveforms import Waveform, breakpoints, resolve, waveform

__all__ = ["Waveform", "breakpoints", "resolve", "waveform"]
