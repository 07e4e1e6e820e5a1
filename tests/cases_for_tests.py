"""Case dictionaries that tests start from, and the problems that changes of them cause."""

from copy import deepcopy

from phasefield.case import load_case
from phasefield.errors import CaseError

INLINE_MATERIAL = {
    "landau": {"alpha_1": -1e8, "alpha_11": 1e8, "alpha_12": 2e8},
    "elastic": {"C11": 2e11, "C12": 1e11, "C44": 1e11},
    "electrostriction": {"Q11": 0.1, "Q12": -0.03, "Q44": 0.06},
    "gradient": {"G11": 1e-10, "G12": 0.0, "G44": 1e-10},
    "background_permittivity": 10.0,
    "kinetic": 4e4,
}

BOX = {
    "version": 1,
    "material": INLINE_MATERIAL,
    "mesh": {"kind": "box", "size": ["4 nm", "4 nm", "4 nm"], "cells": [4, 4, 4]},
    "initial": {"kind": "noise", "amplitude": 0.01},
}

FILM = {
    **BOX,
    "material": {
        **INLINE_MATERIAL,
        "regions": {"substrate": {"elastic": {"C11": 3e11, "C12": 1e11, "C44": 1e11}}},
    },
    "mesh": {
        "kind": "film",
        "width": ["8 nm", "8 nm"],
        "thickness": "4 nm",
        "substrate": "4 nm",
        "spacing": "1 nm",
        "periodic": "xy",
    },
}


def laid_over(case, changes):
    """A copy of `case` with `changes`, a nested dictionary, laid over it; None removes a key."""
    result = deepcopy(case)
    for key, value in changes.items():
        if value is None:
            del result[key]
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = laid_over(result[key], value)
        else:
            result[key] = deepcopy(value)
    return result


def problems(case, **changes):
    """The problems that `load_case` finds in `case` with `changes`, without the name of the case."""
    try:
        load_case(laid_over(case, changes))
    except CaseError as error:
        return [problem.removeprefix("case: ") for problem in error.problems]
    return []
