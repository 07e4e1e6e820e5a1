"""Measurements on computed states: loops, permittivity, pyroelectric and piezoelectric coefficients, stability."""

from phasefield.loops import Loop, analyse_loop, branch_imprint
from phasefield.measure.response import (
    Coefficients,
    by_differences,
    coefficients,
    field,
    linear,
    permittivity,
    piezoelectric,
    primary_pyroelectric,
    pyroelectric,
    temperature,
    tunability,
)
from phasefield.measure.stability import softest_curvature
from phasefield.response import Drive, Response

__all__ = [
    "Coefficients",
    "Drive",
    "Loop",
    "Response",
    "analyse_loop",
    "branch_imprint",
    "by_differences",
    "coefficients",
    "field",
    "linear",
    "permittivity",
    "piezoelectric",
    "primary_pyroelectric",
    "pyroelectric",
    "softest_curvature",
    "temperature",
    "tunability",
]
