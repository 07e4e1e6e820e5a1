"""The published tables follow from each other to the digits printed, misprints excepted."""

import numpy as np
import pytest

from phasefield import flexocoupling as flexo
from phasefield.errors import MaterialError
from phasefield.flexocoupling.bending import beam_cubic
from phasefield.flexocoupling.tables import (
    MISPRINTS,
    PATTERNS,
    born_charges,
    crystals,
    rigid_core_correction,
)
from phasefield.materials import available_flexo, read_set, with_flexo
from phasefield.tensors import flexo_tensor

T4 = "table4_FEC_fixedD_pC_per_m"
T5 = "table5_FCC_V"
T6 = "table6_FEC_fixedE_nC_per_m"
T7 = "table7_cartesian_FEC_fixedE_nC_per_m"

COMPOUNDS = [key for key in crystals() if key not in ("C", "Si")]
PEROVSKITES = ["BZO", "BTO", "PTO", "STO"]
MISPRINTED = {(m.table, m.crystal, m.entry) for m in MISPRINTS}
both = pytest.mark.parametrize("pattern", PATTERNS)


def electronic(crystal, component, weight):
    """mu_el (C/m) from Q(3) of Table 3 with `weight` on xi4."""
    modes = crystal.modes()
    octupoles = getattr(modes, f"octupoles_{component}")
    factors = np.array([weight if name == "xi4" else 1.0 for name in modes.names])
    return crystal.formula_units * flexo.electronic_part(factors * octupoles, crystal.volume)


# --- Tables 1 and 3 -------------------------------------------------------------------------------


def test_crystals_are_found_by_short_name_and_formula():
    assert flexo.crystal("STO") == flexo.crystal("SrTiO3")
    assert flexo.crystal("C").compound == "C"
    assert len(crystals()) == 9
    with pytest.raises(MaterialError, match='did you mean "SrTiO3"'):
        flexo.crystal("SrTiO")


@pytest.mark.parametrize("key", COMPOUNDS)
def test_born_charges_are_neutral(key):
    charges = born_charges(key)
    total = sum((2 if atom == "O3" else 1) * Z for atom, Z in charges.items())
    assert total == pytest.approx(0.0, abs=0.011)


@pytest.mark.parametrize("key", crystals())
def test_dipoles_obey_the_acoustic_sum_rule(key):
    modes = flexo.crystal(key).modes()
    assert modes.translation @ modes.dipoles == pytest.approx(0.0, abs=0.0054 * 1.602e-19)


@pytest.mark.parametrize("key", PEROVSKITES)
def test_dipoles_break_the_sum_rule_with_weight_one(key):
    modes = flexo.crystal(key).modes()
    assert 0.16 < abs(modes.dipoles.sum()) / 1.602176634e-19 < 0.25


@pytest.mark.parametrize("key", COMPOUNDS)
def test_dipoles_are_callen_charges(key):
    crystal = flexo.crystal(key)
    charges, modes = born_charges(key), crystal.modes()
    for name, dipole in zip(modes.names, modes.dipoles, strict=True):
        Z = {"xi3": charges.get("O1"), "xi4": np.sqrt(2.0) * charges.get("O3", 0.0)}.get(name, charges.get(name))
        screened = flexo.fixed_displacement(Z, crystal.electronic_permittivity)
        assert dipole / 1.602176634e-19 == pytest.approx(screened, abs=0.0151)


@pytest.mark.parametrize(
    ("key", "C11", "L2", "C44"),
    [("STO", 396, 314, 122), ("BTO", 326, 394, 145), ("PTO", 314, 345, 105), ("BZO", 345, 283, 72)],
)
def test_force_moments_add_up_to_elastic_constants(key, C11, L2, C44):
    crystal = flexo.crystal(key)
    m = crystal.modes()
    forces = (m.forces_L1, m.forces_L2, m.forces_1122)
    found = np.array(flexo.stiffness_from_forces(*forces, m.translation, crystal.volume)) / 1e9
    np.testing.assert_allclose(found, [C11, L2 - 2 * C44, C44], atol=1.6)


def test_force_moments_of_cesium_chloride_repeat_those_of_magnesia():
    """A misprint: they imply C44 = 95 GPa, and C44 of CsCl is 8 GPa."""
    CsCl, MgO = flexo.crystal("CsCl"), flexo.crystal("MgO")
    np.testing.assert_array_equal(CsCl.modes().forces_1122, MgO.modes().forces_1122)
    assert CsCl.modes().forces_1122.sum() / CsCl.volume == pytest.approx(95e9, rel=0.01)


# --- Table 4 --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", COMPOUNDS)
@pytest.mark.parametrize("component", ["L1", "L2"])
def test_electronic_part_from_charge_moments(key, component):
    crystal = flexo.crystal(key)
    printed = crystal.fixed_displacement(component, "el")
    assert electronic(crystal, component, weight=1.0) == pytest.approx(printed, rel=3.75e-3)


@pytest.mark.parametrize("key", PEROVSKITES)
def test_electronic_part_is_not_met_with_the_weight_of_the_mode(key):
    """Table 4 sums xi4 with weight 1 although the mode is normalized: L2 misses by 2 to 16 %."""
    crystal = flexo.crystal(key)
    L1, L2 = (electronic(crystal, c, np.sqrt(2.0)) / crystal.fixed_displacement(c, "el") - 1.0 for c in ("L1", "L2"))
    assert 0.02 < L1 < 0.05
    assert -0.17 < L2 < -0.015


@pytest.mark.parametrize(("key", "raw", "printed"), [("C", 0.015, -175.4), ("Si", 0.102, -106.0)])
def test_octupoles_of_diamond_and_silicon_are_misprinted(key, raw, printed):
    """L1 as printed misses Table 4; without the rigid-core correction it is met."""
    crystal = flexo.crystal(key)
    listed = crystal.modes().octupoles_L1
    assert electronic(crystal, "L1", 1.0) * 1e12 / printed - 1.0 == pytest.approx(raw, abs=2e-3)
    bare = listed - rigid_core_correction(key)
    mu = crystal.formula_units * flexo.electronic_part(bare, crystal.volume)
    assert mu * 1e12 == pytest.approx(printed, rel=2.5e-3)
    L2 = electronic(crystal, "L2", 1.0)
    assert L2 / crystal.fixed_displacement("L2", "el") > 1.9


@both
@pytest.mark.parametrize("key", crystals())
def test_table_4_adds_up(key, pattern):
    crystal = flexo.crystal(key)
    for component in ("L1", "L2"):
        parts = [crystal.fixed_displacement(component, p) for p in ("el", f"ld_{pattern}", pattern)]
        assert 1e12 * (parts[0] + parts[1] - parts[2]) == pytest.approx(0.0, abs=0.11)
    difference = crystal.entry(T4, f"muL2_{pattern}_pC_per_m") - crystal.entry(T4, f"muL1_{pattern}_pC_per_m")
    assert difference == pytest.approx(crystal.entry(T4, f"Delta_{pattern}_pC_per_m"), abs=0.11)


# --- Table 5 --------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("key", crystals())
def test_table_5_from_table_4(key, pattern):
    crystal = flexo.crystal(key)
    values = []
    for component in ("L1", "L2"):
        mu = crystal.fixed_displacement(component, pattern)
        f = flexo.coupling_from_fixed_displacement(mu, crystal.coupling_permittivity)
        if crystal.structure == "diamond":  # printed without the factor 1/(1 - 1/eps_r)
            assert abs(f - crystal.entry(T5, f"f{component}_{pattern}_V")) > 0.8
            f = flexo.deformation_potential(mu)
        values.append(crystal.entry(T5, f"f{component}_{pattern}_V"))
        assert f == pytest.approx(values[-1], abs=0.045)
    printed = crystal.entry(T5, f"Delta_{pattern}_V")
    assert values[1] - values[0] == pytest.approx(printed, abs=0.01)


# --- Table 6 --------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("key", crystals())
def test_table_6_from_table_4(key, pattern):
    crystal = flexo.crystal(key)
    for component in ("L1", "L2"):
        for part, permittivity in (
            ("el", crystal.electronic_permittivity),
            (pattern, crystal.permittivity),
        ):
            name = f"mu{component}_{part}_nC_per_m"
            mu = flexo.fixed_field(crystal.fixed_displacement(component, part), permittivity)
            within = 1e9 * mu == pytest.approx(crystal.entry(T6, name), rel=4e-4, abs=0.065)
            assert within != ((T6, key, name) in MISPRINTED), name


@both
@pytest.mark.parametrize("key", [key for key in crystals() if key != "CsCl"])
def test_table_6_adds_up(key, pattern):
    crystal = flexo.crystal(key)
    for component in ("L1", "L2"):
        el, ld, total = (
            crystal.entry(T6, f"mu{component}_{part}_nC_per_m") for part in ("el", f"ld_{pattern}", pattern)
        )
        assert el + ld == pytest.approx(total, abs=0.101)
    L1, L2 = (crystal.entry(T6, f"mu{c}_{pattern}_nC_per_m") for c in ("L1", "L2"))
    assert pytest.approx(crystal.entry(T6, f"Delta_{pattern}_nC_per_m"), abs=0.101) == L2 - L1


# --- Table 7 --------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("key", crystals())
def test_table_7_from_itself_and_table_6(key, pattern):
    crystal = flexo.crystal(key)
    mu = crystal.cartesian(pattern).times(1e9)
    g = flexo.symmetrized_cubic(mu)
    assert g.c1122 == pytest.approx(crystal.entry(T7, f"g1122_{pattern}"), abs=0.101)
    L1, L2, _ = flexo.longitudinal(mu)
    assert pytest.approx(crystal.entry(T6, f"muL2_{pattern}_nC_per_m"), abs=0.101) == L2
    expected = 1e9 * flexo.fixed_field(crystal.fixed_displacement("L1", pattern), crystal.permittivity)
    assert pytest.approx(expected, abs=0.12) == L1


@both
@pytest.mark.parametrize("key", crystals())
def test_table_7_beam_bending(key, pattern):
    """The printed t has two digits, which PbTiO3 feels most."""
    crystal = flexo.crystal(key)
    g1111, g1122 = (crystal.entry(T7, f"{name}_{pattern}") for name in ("mu1111_eq_g1111", "g1122"))
    bent = beam_cubic(g1111, g1122, crystal.poisson)
    assert bent == pytest.approx(crystal.entry(T7, f"g_eff_{pattern}"), abs=0.23)


@pytest.mark.parametrize(("key", "spread"), [("BTO", 0.006), ("PTO", 0.01), ("STO", 0.01)])
def test_beam_bending_does_not_depend_on_the_force_pattern(key, spread):
    even, mass = (flexo.crystal(key).entry(T7, f"g_eff_{pattern}") for pattern in PATTERNS)
    assert even == pytest.approx(mass, rel=spread)


# --- misprints ------------------------------------------------------------------------------------


@pytest.mark.parametrize("misprint", MISPRINTS, ids=lambda m: f"{m.crystal}-{m.entry}")
def test_misprint_is_printed_and_contradicts_table_4(misprint):
    crystal = flexo.crystal(misprint.crystal)
    printed = crystal.entry(misprint.table, misprint.entry)
    assert printed == misprint.printed
    pattern = "mass" if "mass" in misprint.entry else "even"
    L1, L2 = (1e9 * crystal.permittivity * crystal.fixed_displacement(c, pattern) for c in ("L1", "L2"))
    derived = L2 - L1 if misprint.entry.startswith("Delta") else L1
    assert derived == pytest.approx(misprint.expected, abs=0.01)
    assert abs(derived - printed) > 0.12


def test_misprint_of_table_6_contradicts_its_own_parts():
    crystal = flexo.crystal("CsCl")
    el, ld = (crystal.entry(T6, f"muL1_{part}_nC_per_m") for part in ("el", "ld_even"))
    assert el + ld == pytest.approx(-0.8)
    assert crystal.entry(T6, "muL1_even_nC_per_m") == -0.6
    assert crystal.entry(T7, "mu1111_eq_g1111_even") == -0.8


def test_misprint_of_table_7_contradicts_table_6():
    crystal = flexo.crystal("NaCl")
    for pattern, value in (("even", -0.4), ("mass", -0.3)):
        assert crystal.entry(T6, f"muL1_{pattern}_nC_per_m") == value
        assert crystal.entry(T7, f"mu1111_eq_g1111_{pattern}") == -0.2
        assert 1e9 * crystal.cartesian(pattern).c1111 == pytest.approx(value, abs=0.05)


# --- couplings ------------------------------------------------------------------------------------


@both
@pytest.mark.parametrize("key", ["BTO", "PTO", "STO"])
def test_couplings_reproduce_table_5(key, pattern):
    crystal = flexo.crystal(key)
    _, f12, f44 = crystal.couplings(pattern)
    assert f12 + 2 * f44 == pytest.approx(crystal.entry(T5, f"fL2_{pattern}_V"), abs=0.06)


@both
@pytest.mark.parametrize(
    ("key", "material"),
    [("BTO", "BaTiO3_Li2005"), ("PTO", "PbTiO3_Haun1987"), ("STO", "SrTiO3_polar")],
)
def test_named_sets_of_the_material_library_are_these_couplings(key, material, pattern):
    name = f"HongVanderbilt2013_{pattern}"
    assert name in available_flexo(flexo.crystal(key).compound)
    values = with_flexo(read_set(material), name).flexo(298.15)
    np.testing.assert_allclose(values, flexo.crystal(key).couplings(pattern), atol=5.1e-4)


def test_couplings_fill_the_flexocoupling_tensor():
    """g in the order of the paper and f in the order of the package describe the same crystal."""
    crystal = flexo.crystal("STO")
    g = flexo.symmetrized_cubic(crystal.cartesian("even")).tensor()
    f = flexo.reorder(g, "hong", "energy") / (8.8541878128e-12 * (crystal.permittivity - 1.0))
    np.testing.assert_allclose(f, flexo_tensor(*crystal.couplings("even")), atol=1e-6)


def test_unknown_force_pattern_is_refused():
    with pytest.raises(MaterialError, match='did you mean "even"'):
        flexo.crystal("STO").couplings("evn")
