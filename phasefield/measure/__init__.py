"""Measurements on computed states: what a polarization-field loop says."""

from phasefield.measure.loops import Loop, analyse_loop, branch_imprint

__all__ = ["Loop", "analyse_loop", "branch_imprint"]
