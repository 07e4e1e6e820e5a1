"""Every set of the library reproduces what is known of it, from its TOML file.

Values: phases, transitions, permittivities and walls as collected from the papers, or computed once
with an independent script and kept.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from phasefield.materials import available, load_material, read_set
from phasefield.materials import thermodynamics as thermo
from phasefield.materials.coefficient import STATUSES
from phasefield.materials.conventions import clamping_quartics, electrostriction_stress_form
from phasefield.materials.properties import implied, transitions
from phasefield.tensors import cubic_electrostriction, strain_to_voigt

ROOM = 298.15
LI_2001 = {"G11": 1.038e-10, "G12": 0.0, "G44": 0.519e-10, "G44p": 0.519e-10}


def state_of(name, T=ROOM, x=None):
    return thermo.ground_state(read_set(name).landau(T, x))


def strain_of(name, T=ROOM, x=None):
    Q = cubic_electrostriction(*read_set(name).electrostriction(T, x))
    P = state_of(name, T, x).polarization
    return strain_to_voigt(thermo.spontaneous_strain(Q, P))


def chi_of(name, T=ROOM, x=None):
    chosen = read_set(name)
    a = chosen.landau(T, x)
    return np.sort(np.linalg.eigvalsh(thermo.susceptibility(a, state_of(name, T, x).polarization)))


def walls_of(name, G44=None):
    chosen = read_set(name)
    a = chosen.landau(ROOM)
    G = sum(chosen.gradient(ROOM)[2:]) if G44 is None else G44
    K = thermo.wall_stiffening(chosen.elastic(ROOM), chosen.electrostriction(ROOM))
    return thermo.wall_180(a, G), thermo.wall_180(a, G, K)


def temperatures(name, x=None):
    found = transitions(read_set(name), x)
    return "".join(low for low, _, _ in found) + found[-1][1], [T for _, _, T in found]


# --- provenance -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", available())
def test_every_number_has_unit_source_and_status(name):
    chosen = read_set(name)
    numbers = chosen.numbers()
    assert numbers
    for key, number in numbers.items():
        assert number.unit, key
        assert number.status in STATUSES, key
        assert len(chosen.sources[number.source]) > 20, key
        assert all(source in chosen.sources for source in number.read_in), key


@pytest.mark.parametrize("name", available())
def test_file_declares_what_it_is(name):
    chosen = read_set(name)
    assert chosen.name == name
    assert chosen.title and chosen.formula
    assert set(chosen.conventions) == {"Q44", "quartics", "gradient"}


@pytest.mark.parametrize("name", available())
def test_kinetic_coefficient_is_marked_as_order_of_magnitude(name):
    assert "order of magnitude" in read_set(name).coefficients["kinetic"].note


@pytest.mark.parametrize("name", available())
def test_unused_sources_do_not_linger(name):
    chosen = read_set(name)
    used = {key for n in chosen.numbers().values() for key in (n.source, *n.read_in)}
    assert used == set(chosen.sources)


# --- BaTiO3 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "Ps", "e33", "e11", "chi", "changes"),
    [
        ("BaTiO3_MartonHlinka2006", 0.2652, 7.74, -3.17, (193, 3291), (201.8, 282.5, 392.3)),
        ("BaTiO3_Li2005", 0.2599, 6.76, -2.30, (188, 3591), (202.0, 281.0, 398.0)),
        ("BaTiO3_Wang2007", 0.2601, 7.44, -3.04, (132, 3083), (187.6, 284.9, 403.1)),
        ("BaTiO3_Wang2010", 0.2557, 7.19, -2.94, (152, 4982), (205.5, 278.9, 397.1)),
    ],
)
def test_barium_titanate(name, Ps, e33, e11, chi, changes):
    assert state_of(name).phase == "T"
    assert state_of(name).magnitude == pytest.approx(Ps, abs=5e-5)
    np.testing.assert_allclose(strain_of(name), [1e-3 * e11, 1e-3 * e11, 1e-3 * e33, 0, 0, 0], atol=6e-6)
    np.testing.assert_allclose(chi_of(name), [chi[0], chi[1], chi[1]], atol=0.6)
    phases, temperature = temperatures(name)
    assert phases == "ROTC"
    np.testing.assert_allclose(temperature, changes, atol=0.1)


@pytest.mark.parametrize(
    ("name", "free", "clamped"),
    [
        ("BaTiO3_MartonHlinka2006", (0.545, 3.80), (0.332, 5.88)),
        ("BaTiO3_Li2005", (0.547, 3.60), (0.376, 5.01)),
        ("BaTiO3_Wang2010", (0.513, 3.74), (0.350, 5.23)),
    ],
)
def test_barium_titanate_walls(name, free, clamped):
    for wall, (width, energy) in zip(walls_of(name), (free, clamped), strict=True):
        assert 1e9 * wall.half_width == pytest.approx(width, abs=5.1e-4)
        assert 1e3 * wall.energy == pytest.approx(energy, abs=5.1e-3)


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("BaTiO3_MartonHlinka2006", 16.5),
        ("BaTiO3_Li2005", 15.2),
        ("PbTiO3_Haun1987", 159.0),
    ],
)
def test_coercive_field(name, field):
    Ec, _ = thermo.coercive_field(read_set(name).landau(ROOM), state_of(name))
    assert Ec / 1e6 == pytest.approx(field, abs=0.05)


def test_transposed_digits_of_alpha_12_would_shift_the_transitions():
    chosen = read_set("BaTiO3_Li2005")

    def misprinted(T):
        return {**chosen.landau(T), "alpha_12": 7.794e8}

    found = [T for _, _, T in thermo.transitions(misprinted, 150.0, 350.0)]
    np.testing.assert_allclose(found, [209, 285], atol=0.5)


@pytest.mark.parametrize(
    ("name", "Ps", "energy", "chi33", "chi11", "P_spinodal", "Ec"),
    [
        ("PbTiO3_Pertsev1998", 0.75703950, -7.390753e7, 65.86030, 123.38728, 0.52330139, 1.611857e8),
        ("BaTiO3_Li2005", 0.25994125, -2.256704e6, 188.0895, 3591.204, 0.19359582, 1.517205e7),
    ],
)
def test_benchmark_values_to_their_digits(name, Ps, energy, chi33, chi11, P_spinodal, Ec):
    a, state = read_set(name).landau(ROOM), state_of(name)
    assert state.magnitude == pytest.approx(Ps, rel=1e-7)
    assert state.energy == pytest.approx(energy, rel=1e-6)
    np.testing.assert_allclose(chi_of(name), [chi33, chi11, chi11], rtol=1e-5)
    field, P = thermo.coercive_field(a, state)
    assert pytest.approx(P_spinodal, rel=1e-6) == P
    assert field == pytest.approx(Ec, rel=1e-6)


def test_metastable_phases_of_barium_titanate():
    a = read_set("BaTiO3_Li2005").landau(ROOM)
    for phase, component, energy in (("O", 0.20933309, -2.1002653e6), ("R", 0.17031269, -1.7395591e6)):
        state = thermo.axis_minimum(a, phase)
        assert state.polarization[2] == pytest.approx(component, rel=1e-6)
        assert state.energy == pytest.approx(energy, rel=1e-6)


# --- PbTiO3 ---------------------------------------------------------------------------------------


def test_lead_titanate_haun():
    name = "PbTiO3_Haun1987"
    assert state_of(name).phase == "T"
    assert state_of(name).magnitude == pytest.approx(0.7546, abs=5e-5)
    np.testing.assert_allclose(1e3 * strain_of(name)[:3], [-14.8, -14.8, 50.7], atol=0.05)
    np.testing.assert_allclose(chi_of(name), [66.5, 124.4, 124.4], atol=0.06)
    phases, (curie,) = temperatures(name)
    assert phases == "TC"
    assert curie == pytest.approx(765.4, abs=0.06)


def test_lead_titanate_haun_walls_with_the_usual_gradient_coefficients():
    free, clamped = walls_of("PbTiO3_Haun1987", LI_2001["G44"] + LI_2001["G44p"])
    assert 1e9 * free.half_width == pytest.approx(0.638, abs=5e-4)
    assert 1e3 * free.energy == pytest.approx(131.3, abs=0.05)
    assert 1e9 * clamped.half_width == pytest.approx(0.356, abs=5e-4)
    assert 1e3 * clamped.energy == pytest.approx(225.8, abs=0.06)


def test_lead_titanate_pertsev_wall_at_unit_gradient_coefficient():
    free, clamped = walls_of("PbTiO3_Pertsev1998", 1e-10)
    assert free.energy == pytest.approx(0.1303552, rel=1e-6)
    assert 2e9 * free.half_width == pytest.approx(1.245340, rel=1e-5)
    assert clamped.energy == pytest.approx(0.2240143, rel=1e-6)
    assert 2e9 * clamped.half_width == pytest.approx(0.696046, rel=1e-5)
    chosen = read_set("PbTiO3_Pertsev1998")
    K = thermo.wall_stiffening(chosen.elastic(ROOM), chosen.electrostriction(ROOM))
    assert pytest.approx(4.952900e8, rel=1e-6) == K


def test_lead_titanate_pertsev():
    e11, _, e33 = strain_of("PbTiO3_Pertsev1998")[:3]
    assert (1 + e33) / (1 + e11) == pytest.approx(1.067, abs=5e-4)
    np.testing.assert_allclose([e11, e33], [-0.014901, 0.051007], atol=5e-7)


def test_pertsev_stiffness_from_compliances():
    C = np.array(read_set("PbTiO3_Pertsev1998").elastic(ROOM)) / 1e9
    np.testing.assert_allclose(C, [174.603, 79.365, 111.111], atol=5e-4)


# --- Pb(Zr,Ti)O3 ----------------------------------------------------------------------------------

PZT = "PbZrTiO3_Haun1989"
with (Path(__file__).parent / "data" / "pzt_haun1989.csv").open() as file:
    PZT_ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", PZT_ROWS, ids=lambda row: f"x={row['x_Ti']}")
def test_lead_zirconate_titanate(row):
    x = float(row["x_Ti"])
    chosen = read_set(PZT)
    a = chosen.landau(ROOM, x)
    for key in ("11", "12", "111", "112", "123"):
        assert a[f"alpha_{key}"] == pytest.approx(float(row[f"alpha{key}"]), rel=6e-5)
    assert a["alpha_1"] == pytest.approx(float(row["alpha1_298K"]), rel=6e-5)
    Q = chosen.electrostriction(ROOM, x)
    expected = [float(row[key]) for key in ("Q11", "Q12", "Q44_eng")]
    np.testing.assert_allclose(Q, expected, rtol=6e-5)
    state = state_of(PZT, x=x)
    assert state.phase == row["phase_298K"]
    assert state.magnitude == pytest.approx(float(row["Ps_C_m2"]), rel=2e-5)
    strain = 1e3 * strain_of(PZT, x=x)
    keys = ("e1_1e-3", "e3_1e-3", "gamma23_1e-3")
    np.testing.assert_allclose(strain[[0, 2, 3]], [float(row[k]) for k in keys], rtol=6e-5)
    chi = chi_of(PZT, x=x)
    np.testing.assert_allclose([chi[0], chi[-1]], [float(row["epsr_min"]), float(row["epsr_max"])], rtol=6e-5)
    found = transitions(chosen, x)
    assert ";".join(f"{low}-{high}:{T:.1f}" for low, high, T in found) == row["transitions_K"]


def test_lead_zirconate_titanate_coercive_field():
    for x, field in ((0.8, 118.1), (0.5, 22.3)):
        Ec, _ = thermo.coercive_field(read_set(PZT).landau(ROOM, x), state_of(PZT, x=x))
        assert Ec / 1e6 == pytest.approx(field, abs=0.06)


@pytest.mark.parametrize(
    ("x", "C"),
    [(0.6, (169.6, 81.9, 47.2)), (0.8, (172.8, 80.2, 69.4)), (0.9, (170.4, 76.1, 83.3))],
)
def test_lead_zirconate_titanate_elastic(x, C):
    np.testing.assert_allclose(np.array(read_set(PZT).elastic(ROOM, x)) / 1e9, C, atol=0.06)


def test_lead_zirconate_titanate_interpolates_lattice_and_compliance():
    chosen = read_set(PZT)
    a0 = [1e10 * chosen.scalar("lattice_parameter", ROOM, x) for x in (0.5, 0.6, 0.7, 0.8, 1.0)]
    np.testing.assert_allclose(a0, [4.069, 4.048, 4.0195, 3.991, 3.957], rtol=1e-12)
    assert chosen.elastic(ROOM, 0.85)[2] == pytest.approx(1e12 / (0.5 * (14.4 + 12.0)))
    assert "0.02 angstrom" in chosen.coefficients["lattice_parameter"].note


# --- SrTiO3 and (Ba,Sr)TiO3 -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "T", "chi"),
    [
        ("SrTiO3_polar", 4.0, 17778),
        ("SrTiO3_polar", 105.0, 1073),
        ("SrTiO3_polar", 300.0, 300),
        ("SrTiO3_Sheng2010", 4.0, 22499),
        ("SrTiO3_Sheng2010", 105.0, 1241),
        ("SrTiO3_Sheng2010", 300.0, 341),
    ],
)
def test_strontium_titanate_permittivity(name, T, chi):
    assert state_of(name, T).phase == "C"
    np.testing.assert_allclose(chi_of(name, T), [chi] * 3, atol=0.51)


@pytest.mark.parametrize("name", ["SrTiO3_polar", "SrTiO3_Sheng2010"])
def test_strontium_titanate_stays_cubic(name):
    assert transitions(read_set(name)) == []


@pytest.mark.parametrize(
    ("x", "phases", "expected"),
    [
        (0.0, "ROTC", (202.0, 281.0, 398.0)),
        (0.1, "ROTC", (179.6, 252.7, 362.2)),
        (0.2, "ROTC", (171.3, 235.0, 334.1)),
        (0.3, "ROTC", (191.4, 237.2, 304.2)),
        (0.4, "RC", (272.3,)),
        (0.5, "RC", (238.4,)),
        (0.7, "RC", (164.4,)),
        (0.9, "RC", (79.9,)),
    ],
)
def test_barium_strontium_titanate(x, phases, expected):
    found, temperature = temperatures("BaSrTiO3_mixed", x)
    assert found == phases
    np.testing.assert_allclose(temperature, expected, atol=0.2)


def test_barium_strontium_titanate_ends_in_barium_titanate():
    mixed, pure = read_set("BaSrTiO3_mixed"), read_set("BaTiO3_Li2005")
    a, b = mixed.landau(ROOM, 0.0), pure.landau(ROOM)
    assert a == pytest.approx(b, rel=5e-4)  # T0 and the Curie constant are rounded
    np.testing.assert_allclose(mixed.electrostriction(ROOM, 0.0), pure.electrostriction(ROOM), rtol=1e-9)
    assert mixed.elastic(ROOM, 0.0) == pytest.approx(pure.elastic(ROOM))
    assert mixed.scalar("lattice_parameter", ROOM, 0.0) == pure.scalar("lattice_parameter", ROOM)


def test_barium_strontium_titanate_mixes_stresses_not_electrostriction():
    mixed = read_set("BaSrTiO3_mixed")
    ends = [read_set(name) for name in ("BaTiO3_Li2005", "SrTiO3_polar")]
    q = [np.array(electrostriction_stress_form(s.electrostriction(ROOM), s.elastic(ROOM))) for s in ends]
    C = mixed.elastic(ROOM, 0.3)
    found = electrostriction_stress_form(mixed.electrostriction(ROOM, 0.3), C)
    np.testing.assert_allclose(found, 0.7 * q[0] + 0.3 * q[1], rtol=1e-5)


# --- BiFeO3, KNbO3, (K,Na)NbO3 --------------------------------------------------------------------


def test_bismuth_ferrite_zhang():
    name = "BiFeO3_Zhang2008"
    assert state_of(name).phase == "R"
    assert state_of(name).magnitude == pytest.approx(0.888, abs=5e-4)
    np.testing.assert_allclose(chi_of(name), [71.6, 89.5, 89.5], atol=0.06)
    phases, (curie,) = temperatures(name)
    assert phases == "RC"
    assert curie == pytest.approx(1103.0, abs=0.01)
    along_001 = thermo.axis_minimum(read_set(name).landau(ROOM), "T")
    Ec, _ = thermo.coercive_field(read_set(name).landau(ROOM), along_001)
    assert Ec / 1e6 == pytest.approx(167.2, abs=0.06)


def test_spontaneous_shear_of_a_rhombohedral_crystal():
    """Q11 + 2 Q12 = 0 in this set, so that only the shear gamma = Q44 P^2/3 is left."""
    expected = 0.02 * state_of("BiFeO3_Zhang2008").magnitude ** 2 / 3.0
    np.testing.assert_allclose(strain_of("BiFeO3_Zhang2008"), [0, 0, 0, expected, expected, expected], atol=1e-15)
    assert expected == pytest.approx(5.258e-3, abs=5e-7)


def test_bismuth_ferrite_cao():
    name = "BiFeO3_Cao2018"
    assert state_of(name).phase == "R"
    assert state_of(name).magnitude == pytest.approx(0.997, abs=5e-4)
    assert temperatures(name)[1] == pytest.approx([1103.0], abs=0.01)


def test_potassium_niobate():
    name = "KNbO3_Zhou2018"
    assert state_of(name).phase == "O"
    assert state_of(name).magnitude == pytest.approx(0.451, abs=5e-4)
    phases, found = temperatures(name)
    assert phases == "ROTC"
    np.testing.assert_allclose(found, [263, 495, 709], atol=0.5)


def test_potassium_sodium_niobate():
    phases, found = temperatures("KNaNbO3_Pohlmann2017", 0.5)
    assert phases == "ROTC"
    np.testing.assert_allclose(found, [123, 462, 673], atol=0.5)
    assert read_set("KNaNbO3_Pohlmann2017").landau(ROOM, 0.0) == pytest.approx(read_set("KNbO3_Zhou2018").landau(ROOM))
    C = np.array(read_set("KNaNbO3_Pohlmann2017").elastic(ROOM, 0.2)) / 1e9
    np.testing.assert_allclose(C, [230.5, 90.5, 76.3], atol=0.06)


@pytest.mark.parametrize("name", ["KNbO3_Zhou2018", "KNaNbO3_Pohlmann2017"])
def test_sets_without_gradient_say_so(name):
    missing = ["gradient.G11", "gradient.G12", "gradient.G44", "background_permittivity"]
    assert read_set(name).missing() == missing


# --- conventions ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "clamped_11", "clamped_12"),
    [
        ("BaTiO3_MartonHlinka2006", 1.642e8, -2.701e8),
        ("BaTiO3_Li2005", 3.420e8, 6.408e8),
        ("PbTiO3_Haun1987", 4.233e8, 7.354e8),
        ("SrTiO3_polar", 2.000e9, 1.173e9),
        ("BiFeO3_Zhang2008", 7.575e8, 6.080e6),
    ],
)
def test_clamped_quartics(name, clamped_11, clamped_12):
    chosen = read_set(name)
    a = chosen.landau(ROOM)
    b11, b12 = clamping_quartics(chosen.elastic(ROOM), chosen.electrostriction(ROOM))
    assert a["alpha_11"] + b11 == pytest.approx(clamped_11, rel=5e-4)
    assert a["alpha_12"] + b12 == pytest.approx(clamped_12, rel=5e-4)


def test_clamping_quartics_are_the_elastic_energy_of_the_spontaneous_strain():
    material = load_material("BaTiO3_Li2005")
    chosen = read_set("BaTiO3_Li2005")
    b11, b12 = clamping_quartics(chosen.elastic(ROOM), chosen.electrostriction(ROOM))
    P = np.array([0.11, -0.23, 0.31])
    eps = np.einsum("ijkl,k,l->ij", material.electrostriction, P, P)
    energy = 0.5 * np.einsum("ij,ijkl,kl->", eps, material.stiffness, eps)
    x, y, z = P**2
    expected = b11 * (x * x + y * y + z * z) + b12 * (x * y + y * z + z * x)
    assert energy == pytest.approx(expected, rel=1e-12)


def test_implied_properties_of_every_set():
    for name in available():
        chosen = read_set(name)
        x = None if chosen.composition is None else 0.5 * chosen.composition.high
        found = implied(chosen, 250.0, x)
        assert (found.material is None) == bool(found.reason)
        assert (found.state.phase == "C") == (found.coercive_field is None)
