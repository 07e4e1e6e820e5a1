"""The table flexoelectricity and the curvature of plates: contradictions, defaults, and the bound by direction."""

import numpy as np
import pytest
from cases_for_tests import BOX, laid_over, problems

from phasefield.case import load_case
from phasefield.case.flexoelectricity import case_bound, direction_text, unstable
from phasefield.case.material import case_material, check_materials
from phasefield.errors import MaterialError

CUBIC = {"f11": 1.0, "f12": 0.5, "f44": "0.2 V"}
LINE = {"mesh": {"size": ["4 nm"], "cells": [4]}}
PLATE = {"mesh": {"size": ["4 nm", "4 nm"], "cells": [4, 4], "axes": "xz", "periodic": "x"}}


def test_any_key_enables_it() -> None:
    assert not load_case(BOX).flexoelectricity.enabled
    flexo = load_case(laid_over(BOX, {"flexoelectricity": {"coefficients": CUBIC}})).flexoelectricity
    assert flexo.enabled
    assert flexo.coefficients.f44 == 0.2
    off = laid_over(BOX, {"flexoelectricity": {"coefficients": CUBIC, "enabled": False}})
    assert case_material(load_case(off)).flexo is None


def test_one_way_by_name() -> None:
    for given, meant in ((True, "direct"), (False, None), ("direct", "direct"), ("converse", "converse")):
        table = {"coefficients": CUBIC, "one_way": given}
        assert load_case(laid_over(BOX, {"flexoelectricity": table})).flexoelectricity.one_way == meant


@pytest.mark.parametrize("form", ["gradient of P", "phase-field literature"])
def test_forms_that_need_no_strain_gradient_length(form: str) -> None:
    case = load_case(laid_over(BOX, {"flexoelectricity": {"coefficients": CUBIC, "form": form}}))
    assert not unstable(case, case_material(case))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"flexoelectricity": {"coefficients": CUBIC, "one_way": "back"}}, 'expected true, false, "direct"'),
        ({"flexoelectricity": {"coefficients": CUBIC}, "mechanics": {"enabled": False}}, "needs mechanics"),
        ({"flexoelectricity": {"coefficients": CUBIC, "set": "Ponomareva2012"}}, "set and coefficients are given"),
        ({"flexoelectricity": {"coefficients": {"f11": 1.0}}}, "f12, f44 missing"),
        ({"flexoelectricity": {"coefficients": CUBIC, "strain_gradient_length": "1 nm"}}, "needs mesh.degree = 2"),
        ({"flexoelectricity": {"coefficients": CUBIC, "form": "Lifshitz"}}, "form"),
        ({"flexoelectricity": {"tensor": [[0.0] * 9] * 5}}, "tensor"),
        ({"output": {"fields": ["E_flexo"]}}, "needs flexoelectricity"),
        ({"mechanics": {"curvature": {"xx": 1e6}}}, "ends along x and y and z"),
        (laid_over(PLATE, {"mechanics": {"curvature": {"xz": 1e6}}}), "not in the plane of the plate"),
        (laid_over(PLATE, {"mechanics": {"curvature": {"xx": "1 nm"}}}), "1/m"),
        (laid_over(PLATE, {"mesh": {"periodic": "xz"}, "mechanics": {"curvature": {"xx": 1e6}}}), "along all its axes"),
        (
            laid_over(
                PLATE,
                {
                    "mesh": {"degree": 2},
                    "mechanics": {"curvature": {"yy": "free"}},
                    "flexoelectricity": {"coefficients": CUBIC, "strain_gradient_length": "1 nm"},
                },
            ),
            "not available with",
        ),
    ],
)
def test_contradictions(changes: dict, words: str) -> None:
    found = problems(BOX, **changes)
    assert len(found) == 1
    assert words in found[0]


def test_curvature_of_a_plate_is_accepted() -> None:
    assert problems(BOX, **laid_over(PLATE, {"mechanics": {"curvature": {"xx": "1 1/um", "yy": "free"}}})) == []


def test_enabled_without_coefficients_is_refused() -> None:
    with pytest.raises(MaterialError, match="no flexocoupling coefficients"):
        check_materials(load_case(laid_over(BOX, {"flexoelectricity": {"enabled": True}})))


def test_bound_of_the_directions_that_the_mesh_resolves() -> None:
    """f44 acts on waves along x only with P normal to it; a line along x has no other waves."""
    changes = {"crystal": {"x": [1, 0, 0]}, "flexoelectricity": {"coefficients": {"f11": 3.0, "f12": 0.0, "f44": 0.0}}}
    everywhere, along_x = (
        (case_bound(case, case_material(case)))
        for case in (load_case(laid_over(BOX, changes)), load_case(laid_over(laid_over(BOX, LINE), changes)))
    )
    assert along_x.scale == pytest.approx(np.sqrt(2e11 * 1e-10) / 3.0)
    assert direction_text(along_x.direction) == "[1 0 0]"
    assert everywhere.scale < along_x.scale
    section = load_case(laid_over(laid_over(BOX, PLATE), changes))
    assert everywhere.scale - 1e-9 <= case_bound(section, case_material(section)).scale <= along_x.scale + 1e-9
    turned = laid_over(laid_over(laid_over(BOX, LINE), changes), {"crystal": {"x": [1, 1, 0], "z": [0, 0, 1]}})
    case = load_case(turned)
    assert direction_text(case_bound(case, case_material(case)).direction) == "[1 1 0]"
