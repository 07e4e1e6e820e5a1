"""Electrons and holes without a mesh: the Fermi-Dirac integral, neutrality, what material files say."""

from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

from phasefield.errors import MaterialError
from phasefield.materials import load_material, resolve_set
from phasefield.materials.overrides import with_semiconductor
from phasefield.materials.semiconductor import LEVELS, WEIGHTS, Semiconductor, fermi_integral
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE

TEMPERATURE = 300.0
THERMAL = BOLTZMANN * TEMPERATURE
BANDS = Semiconductor(band_gap=1.0 * ELEMENTARY_CHARGE, conduction_states=2e25, valence_states=1e25)


def exact(eta: float) -> float:
    """F_½(η) = 2/√π ∫ √x/(1 + exp(x − η)) dx, with x = t²."""
    ends = [0.0, np.sqrt(max(eta, 0.0)), np.sqrt(max(eta, 0.0) + 50.0)]
    parts = (
        quad(lambda t: 2.0 * t**2 / (1.0 + np.exp(t**2 - eta)), a, b, epsrel=1e-13, epsabs=0)
        for a, b in pairwise(ends)
        if b > a
    )
    return 2.0 / np.sqrt(np.pi) * sum(value for value, _ in parts)


@pytest.mark.parametrize(("highest", "error"), [(0.0, 2e-10), (5.0, 3e-6), (10.0, 7e-5), (20.0, 6e-4)])
def test_error_of_the_fermi_integral(highest, error):
    """The errors that the module quotes."""
    etas = np.linspace(highest - 10.0, highest, 41)
    found = fermi_integral(etas, "fermi-dirac")
    assert np.abs(found / [exact(eta) for eta in etas] - 1.0).max() < error


def test_boltzmann_is_the_limit_of_few_carriers():
    etas = np.array([-100.0, -40.0])
    assert fermi_integral(etas, "fermi-dirac") == pytest.approx(fermi_integral(etas, "boltzmann"), rel=1e-13)


def test_the_energy_is_the_integral_of_the_concentration():
    """F_3/2' = F_½ for the sums that the densities are made of."""

    def energy(eta):
        return sum(w * np.logaddexp(0.0, eta - level) for w, level in zip(WEIGHTS, LEVELS, strict=True))

    for eta in (-3.0, 2.0, 9.0):
        difference = (energy(eta + 1e-4) - energy(eta - 1e-4)) / 2e-4
        assert difference == pytest.approx(float(fermi_integral(eta, "fermi-dirac")), rel=1e-7)


@pytest.mark.parametrize("statistics", ["boltzmann", "fermi-dirac"])
@pytest.mark.parametrize("number", [-1e26, -1e20, 0.0, 1e15, 1e24, 1e26])
def test_neutrality(statistics, number):
    level = BANDS.neutral_level(number * ELEMENTARY_CHARGE, TEMPERATURE, statistics)
    n, p = BANDS.concentrations(level, TEMPERATURE, statistics)
    assert n - p == pytest.approx(number, rel=1e-9, abs=1e-9 * np.sqrt(n * p))
    if statistics == "boltzmann":
        assert n * p == pytest.approx(2e25 * 1e25 * np.exp(-BANDS.band_gap / THERMAL), rel=1e-9)


def test_an_impossible_charge_is_refused():
    with pytest.raises(MaterialError, match="no Fermi level within 30 kT"):
        BANDS.neutral_level(1e30 * ELEMENTARY_CHARGE, TEMPERATURE, "fermi-dirac")


@pytest.mark.parametrize(
    ("name", "gap"), [("SrTiO3_Sheng2010", 3.0), ("BaTiO3_Li2005", 3.2), ("BiFeO3_Zhang2008", 2.8)]
)
def test_bands_of_the_library(name, gap):
    chosen = with_semiconductor(resolve_set(name))
    bands = chosen.semiconductor(TEMPERATURE)
    assert bands.band_gap / ELEMENTARY_CHARGE == pytest.approx(gap, abs=1e-3)
    assert 1e25 < bands.conduction_states < 1e27
    assert all(number.source in chosen.sources for number in chosen.numbers().values())


def test_sets_have_no_bands_unless_asked():
    """So that runs without carriers quote and doubt nothing of them."""
    assert load_material("SrTiO3_Sheng2010").semiconductor is None


def test_inline_bands_over_those_of_the_library():
    given = {"semiconductor": {"band_gap": "3.25 eV"}}
    bands = with_semiconductor(resolve_set("SrTiO3_polar", overrides=given)).semiconductor(TEMPERATURE)
    assert bands.band_gap / ELEMENTARY_CHARGE == pytest.approx(3.25)
    assert bands.electron_affinity / ELEMENTARY_CHARGE == pytest.approx(3.9)


def test_unphysical_bands_are_refused():
    given = {"band_gap": 5e-19, "conduction_states": -1.0, "valence_states": 1e25}
    with pytest.raises(MaterialError, match="conduction_states is -1; it must be > 0"):
        load_material("SrTiO3_polar", overrides={"semiconductor": given})
