"""The table `electrostatics.carriers`: what is refused, with which words, and the levels that it becomes."""

import numpy as np
import pytest
from cases_for_tests import BOX, laid_over, problems

from phasefield.case import load_case
from phasefield.case.carriers import levels
from phasefield.case.defects import debye_length
from phasefield.case.material import case_material, checked_samples
from phasefield.cli.summary import summary
from phasefield.errors import MaterialError
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE

METAL = {"on": "bottom", "kind": "electrode", "work_function": "4.9 eV"}
GRADED = {"grading": {"kind": "linear", "bottom": 0.1, "top": 0.2}}


def with_carriers(*conditions: dict, material: dict | None = None, defects: dict | None = None, **carriers) -> dict:
    tables = {
        "material": {"name": "SrTiO3_Sheng2010", "temperature": 300.0} | (material or {}),
        "electrostatics": {"boundary": list(conditions) or [METAL], "carriers": carriers},
    }
    return tables | ({"defects": defects} if defects else {})


def the_case(**tables):
    return load_case(laid_over({**BOX, "material": {}}, tables))


def test_complete_tables_are_accepted():
    donors = {"fixed": {"Nb": {"charge": 1, "concentration": 1e25}}}
    assert problems(BOX, **with_carriers()) == []
    assert problems(BOX, **with_carriers(METAL | {"work_function": None, "barrier": "1 eV"}, defects=donors)) == []


@pytest.mark.parametrize(
    ("tables", "path", "words"),
    [
        (with_carriers(METAL | {"barrier": "1 eV"}), "electrostatics.boundary[0].barrier", "both given"),
        ({"electrostatics": {"boundary": [METAL]}}, "electrostatics.boundary[0].work_function", "has no meaning"),
        (
            with_carriers({"on": "bottom", "kind": "free", "barrier": 1e-19}),
            "electrostatics.boundary[0].barrier",
            "free",
        ),
        (with_carriers({"on": "bottom", "kind": "free"}), "electrostatics.carriers", "give an electrode"),
        (
            laid_over(with_carriers(), {"electrostatics": {"enabled": False}}),
            "electrostatics.carriers",
            "not enabled",
        ),
        (with_carriers(material=GRADED), "electrostatics.carriers", "one composition only"),
        ({"material": {"semiconductor": {"band_gap": "3 eV"}}}, "material.semiconductor", "has no meaning without"),
        ({"output": {"fields": ["conduction_band"]}}, "output.fields", "needs electrostatics.carriers"),
        (
            {"defects": {"fixed": {"Nb": {"charge": 1, "concentration": 1e25}}}},
            "defects.fixed",
            "without mobile defects",
        ),
        (
            with_carriers(
                defects={
                    "background": "none",
                    "species": {
                        "holes": {"charge": 1, "site_density": 1e28, "concentration": 1e25, "diffusivity": 1e-17}
                    },
                }
            ),
            "defects.species.holes",
            "the name is that of carriers",
        ),
        (with_carriers(fermi_level="high"), "electrostatics.carriers.fermi_level", 'or "neutral"'),
    ],
)
def test_contradictions_are_named_with_their_place(tables, path, words):
    found = problems(BOX, **tables)
    assert any(problem.startswith(path) and words in problem for problem in found), found


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (with_carriers(material={"name": "PbTiO3_Pertsev1998"}), "has no bands of electrons and holes"),
        (
            with_carriers(material={"name": "BiFeO3_Zhang2008"}),
            r"electrostatics.boundary\[0\].work_function: BiFeO3_Zhang2008 has no electron affinity",
        ),
        (with_carriers(fermi_level="-5 eV"), "carriers.fermi_level: found -5 eV; expected -4 eV to 1 eV"),
    ],
)
def test_materials_without_the_bands_that_are_needed_are_refused(tables, words):
    case = the_case(**tables)
    with pytest.raises(MaterialError, match=words):
        checked_samples(case)


def test_levels_of_a_doped_crystal():
    """Neutral: n = N_d; a metal bends the bands by the difference of work functions."""
    donors = {"fixed": {"Nb": {"charge": 1, "concentration": 1e24}}}
    case = the_case(**with_carriers(defects=donors, statistics="boltzmann"))
    material = case_material(case)
    found = levels(case, material)
    thermal = BOLTZMANN * 300.0
    assert found.fermi_level == pytest.approx(
        thermal * np.log(1e24 / material.semiconductor.conduction_states), rel=1e-9
    )
    assert found.concentrations(300.0)[0] == pytest.approx(1e24, rel=1e-9)
    own = 3.9 - found.fermi_level / ELEMENTARY_CHARGE
    assert found.built_in(case.electrostatics.boundary[0]) == pytest.approx(own - 4.9, rel=1e-9)


def test_summary_says_where_the_levels_are(tmp_path):
    donors = {"fixed": {"Nb": {"charge": 1, "concentration": 1e24}}}
    case = the_case(**with_carriers(defects=donors))
    text = "\n".join(" ".join(line) for line in summary(case, case_material(case), tmp_path))
    assert "carriers fermi-dirac, band gap 3 eV" in text
    assert "1e+24 electrons" in text
    assert "bottom: bands bend up by 861 mV" in text
    assert "Debye length" in text


def test_carriers_screen():
    """n electrons screen as well as n defects of charge one."""
    donors = {"fixed": {"Nb": {"charge": 1, "concentration": 1e24}}}
    electrons = the_case(**with_carriers(defects=donors))
    species = {"charge": 1, "site_density": 1e30, "concentration": 1e24, "diffusivity": 1e-17}
    ions = the_case(
        material={"name": "SrTiO3_Sheng2010", "temperature": 300.0},
        defects={"background": "neutralizing", "species": {"V": species}},
    )
    assert debye_length(electrons, case_material(electrons)) == pytest.approx(
        debye_length(ions, case_material(ions)), rel=1e-5
    )
