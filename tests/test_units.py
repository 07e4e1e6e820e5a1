"""Numbers with and without units become SI, and nothing else does."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phasefield.units import convertible, pretty, to_si, to_si_or_name

PREFIXES = {"f": 1e-15, "p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "G": 1e9}
UNITS = ("m", "s", "V", "Pa", "V/m", "C/m^2")
numbers = st.floats(-1e12, 1e12, allow_nan=False).map(lambda x: float(f"{x:.12g}"))


@settings(deadline=None)  # the first call reads the definitions of all units
@given(numbers, st.sampled_from(sorted(PREFIXES)), st.sampled_from(UNITS))
def test_text_with_prefix_is_the_number_times_the_prefix(number, prefix, unit):
    assert to_si(f"{number!r} {prefix}{unit}", unit) == pytest.approx(number * PREFIXES[prefix], rel=1e-14, abs=1e-300)


@settings(deadline=None)
@given(numbers, st.sampled_from(UNITS))
def test_bare_numbers_are_si(number, unit):
    assert to_si(number, unit) == number


@settings(deadline=None)
@given(st.floats(1e-16, 1e13), st.sampled_from(("m", "s", "V", "Pa", "V/m")))
def test_what_is_printed_reads_back(value, unit):
    assert to_si(pretty(value, unit), unit) == pytest.approx(value, rel=1e-4)


@pytest.mark.parametrize(
    "text, unit, value",
    [
        ("14 nm", "m", 14e-9),
        ("14nm", "m", 14e-9),
        ("1.5 uN", "N", 1.5e-6),
        ("25 degC", "K", 298.15),
        ("-25 °C", "K", 248.15),
        ("1.2 V/nm", "V/m", 1.2e9),
        ("26 uC/cm^2", "C/m^2", 0.26),
        ("3.9 angstrom", "m", 3.9e-10),
        ("0.5 %", "", 0.005),
        ("90 deg", "", math.pi / 2),
        ("1.2", "", 1.2),
        ("2e-10 J m^3/C^2", "J m^3/C^2", 2e-10),
    ],
)
def test_texts(text, unit, value):
    assert to_si(text, unit) == pytest.approx(value, rel=1e-14)


def test_conversion_leaves_no_rounding():
    assert [to_si(f"{n} nm", "m") for n in range(1, 200)] == [float(f"{n}e-9") for n in range(1, 200)]


@pytest.mark.parametrize(
    "value, unit, message",
    [
        ("3 kg", "m", 'found "3 kg", but "kg" has another dimension; expected a number in m'),
        ("3 nn", "m", 'found "3 nn", but "nn" is not a known unit'),
        ("3 (m", "m", 'but "(m" is not a known unit'),
        ("1 0 m", "m", 'but "0 m" is not a known unit'),
        ("3", "m", 'found "3" without a unit; write 3 or "3 m"'),
        ("3 nm", "", 'found "3 nm", but "nm" has another dimension; expected a number'),
        ("V", "V", 'found "V"; expected a number in V or a text such as "1 V"'),
        ("", "m", 'found ""; expected'),
        (True, "m", "found true; expected"),
        (None, "m", "found None; expected"),
        ([1.0], "m", "found [1.0]; expected"),
        (math.nan, "m", "expected a finite number"),
        (math.inf, "m", "expected a finite number"),
        ("1e400 m", "m", "expected a finite number"),
    ],
)
def test_what_is_no_quantity_is_refused(value, unit, message):
    with pytest.raises(ValueError, match=r"expected|write") as caught:
        to_si(value, unit)
    assert message in str(caught.value)


def test_name_of_a_load_or_quantity():
    assert to_si_or_name("bias_2", "V") == "bias_2"
    assert to_si_or_name("2 mV", "V") == 2e-3
    with pytest.raises(ValueError, match="or the name of a load"):
        to_si_or_name("bias 2", "V")


def test_convertible_asks_for_a_text_with_a_unit():
    assert convertible("2 kV", "V")
    assert not convertible("2 kV", "m")
    assert not convertible(2.0, "V")
