"""Small problems with every kind of null mode, border and asymmetry, for Newton's method."""

from mpi4py import MPI

from phasefield import load_case
from phasefield.build import Parts
from phasefield.simulation import Result, Simulation
from phasefield.solvers.newton import Newton

BASE = {
    "version": 1,
    "material": {"name": "PbTiO3_Pertsev1998"},
    "initial": {"kind": "noise", "amplitude": 0.05, "seed": 3},
    "solver": {"mechanics_tolerance": 1e-12},
}
FREE = {"strain": dict.fromkeys(("xx", "yy", "zz", "yz", "xz", "xy"), "free")}
FLEXO = {"coefficients": {"f11": 3.0, "f12": 2.0, "f44": 1.0}}


def square(periodic: str, degree: int = 1) -> dict:
    return {"kind": "box", "size": ["2.4 nm"] * 2, "cells": [6, 6], "periodic": periodic, "degree": degree}


KINDS = {
    "line": BASE | {"mesh": {"kind": "box", "size": ["4 nm"], "cells": [10], "periodic": "x"}, "mechanics": FREE},
    # Periodic: translations and the constant potential cost nothing; six free strains.
    "square": BASE | {"mesh": square("xy"), "mechanics": FREE},
    # Second degree, a floating electrode, one free strain under stress.
    "floating": BASE
    | {
        "mesh": square("x", degree=2),
        "mechanics": {"strain": {"xx": "free"}, "stress": {"zz": "0.5 GPa"}},
        "electrostatics": {
            "boundary": [
                {"on": "y_min", "kind": "floating", "charge": "1e-12 C"},
                {"on": "y_max", "kind": "electrode"},
            ]
        },
    },
    # A free body: rotations cost nothing either; a consistent tangent with both effects.
    "flexo": BASE | {"mesh": square(""), "flexoelectricity": FLEXO, "electrostatics": {"enabled": False}},
    # Not the derivatives of one energy.
    "one way": BASE
    | {
        "mesh": square("x"),
        "mechanics": {"strain": {"xx": "free"}},
        "flexoelectricity": FLEXO | {"one_way": "direct"},
        "electrostatics": {"boundary": [{"on": ["y_min", "y_max"], "kind": "electrode"}]},
    },
    "literature": BASE
    | {
        "mesh": square(""),
        "flexoelectricity": FLEXO | {"form": "phase-field literature"},
        "electrostatics": {"enabled": False},
    },
}


def newton_of(kind: str) -> Newton:
    """Newton's method for a kind of problem in its initial state."""
    parts = Parts(load_case(KINDS[kind]), MPI.COMM_WORLD)
    parts.initialize()
    return Newton(parts.problem, 10_000)


def run_of(case: dict) -> Result:
    """The result of a case."""
    return Simulation(load_case(case)).run()
