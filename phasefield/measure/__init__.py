"""Measurements on computed states: loops, permittivity, pyroelectric and piezoelectric coefficients."""

from phasefield.measure.loops import Loop, analyse_loop

__all__ = ["Loop", "analyse_loop"]
