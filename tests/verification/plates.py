"""Plates along z on a line of elements: bent, between electrodes, with flexocoupling. One material of round numbers."""

from __future__ import annotations

from relaxed import EPSILON_0, linear_dielectric

C11, C12, C44 = 320e9, 102e9, 123e9
#: Susceptibility χ and background permittivity.
CHI, BACKGROUND = 293.0, 7.0
STIFFNESS = 1.0 / (EPSILON_0 * CHI)
F11, F12, F44 = 2.5, 1.5, 0.5
#: Effective coefficient (V) and modulus (Pa) of a plate bent to a cylinder: faces free, no strain along y.
F_PLATE, C_PLATE = F12 - C12 / C11 * F11, C11 - C12**2 / C11
CURVATURE = 1e5
FACES = ["z_min", "z_max"]


def material(gradient: float = 2e-10, c12: float = C12) -> dict:
    """A linear dielectric of susceptibility χ."""
    return linear_dielectric(STIFFNESS, BACKGROUND, gradient) | {"elastic": {"C11": C11, "C12": c12, "C44": C44}}


def flexo(f11: float = F11, f12: float = F12, f44: float = F44, **more: object) -> dict:
    """The table `flexoelectricity`."""
    return {"coefficients": {"f11": f11, "f12": f12, "f44": f44}, **more}


def line(thickness: float, cells: int, degree: int = 2) -> dict:
    """Mesh of a plate (thickness in m)."""
    return {"kind": "box", "size": [thickness], "cells": [cells], "axes": "z", "degree": degree}


def fixed_faces() -> dict:
    """P = 0 on both faces."""
    return {"boundary": [{"on": FACES, "kind": "fixed", "value": [0.0, 0.0, 0.0]}]}


def short_circuit() -> dict:
    """Both faces at the same potential."""
    return {"boundary": [{"on": FACES, "kind": "electrode"}]}


def capacitor(voltage: float) -> dict:
    """The upper face at `voltage` (V), the lower one grounded."""
    return {
        "boundary": [
            {"on": "z_min", "kind": "electrode"},
            {"on": "z_max", "kind": "electrode", "potential": voltage},
        ]
    }
