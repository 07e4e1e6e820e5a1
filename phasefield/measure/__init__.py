"""Measurements on computed states: loops, permittivity, pyroelectric and piezoelectric coefficients."""

from phasefield.measure.loops import Loop, analyse_loop, branch_imprint
from phasefield.measure.response import (
    Drive,
    Response,
    by_differences,
    field,
    linear,
    permittivity,
    piezoelectric,
    primary_pyroelectric,
    pyroelectric,
    temperature,
    tunability,
)

__all__ = [
    "Drive",
    "Loop",
    "Response",
    "analyse_loop",
    "branch_imprint",
    "by_differences",
    "field",
    "linear",
    "permittivity",
    "piezoelectric",
    "primary_pyroelectric",
    "pyroelectric",
    "temperature",
    "tunability",
]
