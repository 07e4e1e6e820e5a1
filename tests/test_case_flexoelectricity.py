"""The table flexoelectricity and the curvature of plates: contradictions, defaults, and the bound by direction."""

from pathlib import Path

import numpy as np
import pytest
from cases_for_tests import BOX, laid_over, problems

from phasefield.case import load_case
from phasefield.case.flexoelectricity import case_bound, direction_text, unstable
from phasefield.case.material import case_material, check_materials
from phasefield.cli.summary import summary
from phasefield.errors import MaterialError
from phasefield.flexocoupling import reorder
from phasefield.materials import Material
from phasefield.materials.conventions import clamped_gradient
from phasefield.tensors import VOIGT, flexo_tensor

CUBIC = {"f11": 1.0, "f12": 0.5, "f44": "0.2 V"}
PRESCRIBED = {"kind": "expression", "value": ["x*z/R", 0.0, 0.0], "parameters": {"R": "1 um"}}
ASYMMETRIC = np.zeros((3, 3, 3, 3)).tolist()
ASYMMETRIC[0][1][0][0] = 1.0
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
        ({"flexoelectricity": {"tensor": [[0.0] * 9] * 5}}, "found 5 x 9; expected lists of 6 x 9"),
        ({"flexoelectricity": {"tensor": [[0.0] * 9] * 5 + [[0.0] * 8]}}, "tensor: [5]: found"),
        ({"flexoelectricity": {"tensor": [["1 nm"] * 9] * 6}}, "[0][0]: found"),
        ({"flexoelectricity": {"tensor": [[0.0] * 9] * 6, "tensor_order": "hong"}}, "remove it"),
        ({"flexoelectricity": {"tensor": ASYMMETRIC}}, "component 1211 is 1 V, 2111 is 0 V"),
        ({"flexoelectricity": {"coefficients": CUBIC, "gradient": "fixed"}}, "gradient"),
        ({"mechanics": {"prescribed": {"kind": "expression", "value": ["q*x", 0, 0]}}}, 'unknown name "q"'),
        ({"mechanics": {"prescribed": {"kind": "expression", "value": ["5 nm", 0, 0]}}}, "value[0]: formula"),
        ({"mechanics": {"prescribed": {"kind": "expression", "value": ["gamma(x)", 0, 0]}}}, "functions: exp"),
        ({"mechanics": {"prescribed": {"kind": "expression", "value": ["log(-x)", 0, 0]}}}, "no finite value"),
        ({"mechanics": {"prescribed": PRESCRIBED | {"parameters": {"x": 1.0, "R": 1.0}}}}, "is a coordinate"),
        (
            {"mechanics": {"prescribed": PRESCRIBED | {"parameters": {"R": "1 V"}}}},
            "prescribed.parameters.R: found",
        ),
        ({"mechanics": {"prescribed": {"kind": "file", "path": "no.csv"}}}, "no such file"),
        ({"mechanics": {"prescribed": PRESCRIBED, "enabled": False}}, "needs mechanics"),
        ({"mechanics": {"prescribed": PRESCRIBED, "boundary": [{"on": "x_min", "kind": "clamped"}]}}, "beside"),
        (
            {"mechanics": {"prescribed": PRESCRIBED, "strain": {"xx": "free"}}, "mesh": {"periodic": "xyz"}},
            "found by equilibrium; give a number",
        ),
        (
            {
                "mechanics": {"prescribed": PRESCRIBED},
                "flexoelectricity": {"coefficients": CUBIC, "one_way": "converse"},
            },
            "has no meaning beside",
        ),
        ({"output": {"fields": ["E_flexo"]}}, "needs flexoelectricity"),
        ({"mechanics": {"curvature": {"xx": 1e6}}}, "ends along x and y and z"),
        (laid_over(PLATE, {"mechanics": {"curvature": {"xz": 1e6}}}), "not in the plane of the plate"),
        (laid_over(PLATE, {"mechanics": {"curvature": {"xx": "1 nm"}}}), "1/m"),
        (laid_over(PLATE, {"mesh": {"periodic": "xz"}, "mechanics": {"curvature": {"xx": 1e6}}}), "along all its axes"),
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


# --- tensors and gradient coefficients ---------------------------------------------------------------------------


def flexo_material(case: dict = BOX, **table: object) -> Material:
    return case_material(load_case(laid_over(case, {"flexoelectricity": table})))


def low_symmetry() -> np.ndarray:
    """A tensor without any symmetry but that of the strain, V."""
    f = np.random.default_rng(3).normal(size=(3, 3, 3, 3))
    return 0.1 * (f + f.swapaxes(0, 1))


@pytest.mark.parametrize("order", ["energy", "field", "hong"])
def test_all_components_in_every_order(order: str) -> None:
    f = low_symmetry()
    given = reorder(f, "energy", order).tolist()
    assert flexo_material(tensor=given, tensor_order=order).flexo == pytest.approx(f)


def test_voigt_rows_in_both_shapes() -> None:
    f = low_symmetry()
    rows = np.array([f[i, j] for i, j in VOIGT])
    texts = [[f"{value!r} V" for value in row.reshape(9).tolist()] for row in rows]
    for given in (rows.tolist(), rows.reshape(6, 9).tolist(), texts):
        assert flexo_material(tensor=given).flexo == pytest.approx(f)


def test_gradient_coefficients_at_fixed_stress() -> None:
    """G + F:C:F, the same for cubic coefficients and for their tensor; as the material file says by default."""
    f, clamped = flexo_tensor(1.0, 0.5, 0.2), flexo_material(coefficients=CUBIC)
    expected = clamped_gradient(clamped.gradient, clamped.stiffness, f)
    assert flexo_material(coefficients=CUBIC, gradient="free").gradient == pytest.approx(expected)
    assert flexo_material(tensor=f.tolist(), gradient="free").gradient == pytest.approx(expected)
    assert flexo_material(tensor=f.tolist()).gradient == pytest.approx(clamped.gradient)
    off = flexo_material(coefficients=CUBIC, gradient="free", enabled=False)
    assert off.gradient == pytest.approx(clamped.gradient)
    assert np.abs(expected / clamped.gradient.max()).max() > 1.01


def test_first_principles_values_with_free_gradient_coefficients() -> None:
    """They are beyond the bound of the library's G taken as clamped, and within it if G is free."""
    case = laid_over(BOX, {"material": {"name": "SrTiO3_polar"}})
    table = {"set": "HongVanderbilt2013_even"}
    with pytest.raises(MaterialError, match='gradient = "free"'):
        check_materials(load_case(laid_over(case, {"flexoelectricity": table})))
    free = load_case(laid_over(case, {"flexoelectricity": table | {"gradient": "free"}}))
    assert case_bound(free, check_materials(free)).scale > 1.0


@pytest.mark.parametrize(("kind", "words"), [(None, "clamped, says inline"), ("free", "free, says the case")])
def test_check_says_what_the_gradient_coefficients_hold_for(kind: str | None, words: str, tmp_path: Path) -> None:
    case = load_case(laid_over(BOX, {"flexoelectricity": {"coefficients": CUBIC, "gradient": kind}}))
    lines = [text for _, text in summary(case, case_material(case), tmp_path)]
    assert sum(words in line for line in lines) == 1
