"""The table `material` of a case reaches the library with all its numbers."""

import pytest
from cases_for_tests import BOX, FILM, INLINE_MATERIAL, laid_over

from phasefield.case import load_case
from phasefield.case.material import case_material, check_materials, region_elastic
from phasefield.errors import MaterialError
from phasefield.materials import load_material

SET = "PbTiO3_Pertsev1998"


def material_of(table, case=BOX):
    return case_material(load_case({**case, "material": table}))


def test_named_set_at_its_temperature():
    ours = material_of({"name": SET, "temperature": "100 degC"})
    theirs = load_material(SET, temperature=373.15)
    assert ours.landau == theirs.landau and ours.temperature == theirs.temperature


def test_inline_coefficients_lie_over_the_set():
    table = {"name": SET, "gradient": {"G11": "3e-10 J m^3/C^2"}, "kinetic": 1e3}
    material = material_of(table)
    assert material.gradient[0, 0, 0, 0] == pytest.approx(3e-10)
    assert material.kinetic == 1e3
    assert material.landau == load_material(SET).landau


def test_inline_material():
    material = material_of(INLINE_MATERIAL)
    assert material.landau["alpha_12"] == 2e8 and material.landau["alpha_111"] == 0.0
    assert material.background_permittivity == 10.0


def test_composition():
    table = {"name": "PbZrTiO3_Haun1989", "composition": 0.5}
    assert material_of(table).composition == 0.5


@pytest.mark.parametrize(
    "table, message",
    [
        ({"name": "PbTiO3_Pertsew1998"}, 'did you mean "PbTiO3_Pertsev1998"'),
        ({**INLINE_MATERIAL, "elastic": {"C11": 2e11}}, "elastic.C12"),
        (laid_over(INLINE_MATERIAL, {"kinetic": None}), "kinetic"),
        (laid_over(INLINE_MATERIAL, {"landau": {"alpha_11": -1e8}}), "not bounded below"),
        (laid_over(INLINE_MATERIAL, {"landau": {"alpha_111": -1e8}}), "not bounded below"),
        (laid_over(INLINE_MATERIAL, {"landau": {"alpha_1111": -1e8}}), "not bounded below"),
    ],
)
def test_wrong_material(table, message):
    with pytest.raises(MaterialError, match=r"^material: ") as caught:
        material_of(table)
    assert message in str(caught.value)


def region(**table):
    return load_case(laid_over(FILM, {"material": {"regions": {"substrate": table}}}))


def test_region_takes_inline_constants_over_those_of_its_set():
    name = "BaTiO3_MartonHlinka2006"
    expected = load_material(name).stiffness
    case = region(elastic={"C11": None, "C12": None, "C44": "50 GPa"}, material=name)
    C11, C12, C44 = region_elastic(case, "substrate")
    assert pytest.approx((expected[0, 0, 0, 0], expected[0, 0, 1, 1])) == (C11, C12)
    assert C44 == 50e9


def test_region_with_inline_constants_needs_no_set():
    assert region_elastic(load_case(FILM), "substrate") == (3e11, 1e11, 1e11)


def test_wrong_material_of_a_region():
    case = region(material="SrTiO", elastic={"C11": None, "C12": None, "C44": None})
    with pytest.raises(MaterialError, match=r'^material\.regions\.substrate: unknown material "SrTiO"'):
        check_materials(case)


def test_materials_of_regions_matter_to_mechanics_only():
    table = {"material": "SrTiO", "elastic": None}
    case = laid_over(FILM, {"material": {"regions": {"substrate": table}}})
    case["mechanics"] = {"enabled": False}
    assert check_materials(load_case(case)).name == "inline"
