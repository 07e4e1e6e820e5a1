"""`print_table`: what `phasefield flexo` shows."""

from io import StringIO

import pytest
from rich.console import Console

from phasefield.errors import CaseError, MaterialError
from phasefield.flexocoupling.report import print_table
from phasefield.flexocoupling.tables import crystals


def printed(*args, **options):
    stream = StringIO()
    print_table(*args, **options, console=Console(file=stream, width=200, no_color=True))
    return stream.getvalue()


def row(text, start):
    line = next(line for line in text.splitlines() if line.lstrip("│ ").startswith(start))
    return [cell.strip() for cell in line.strip("│").split("│")][1:]


def test_strontium_titanate():
    text = printed("SrTiO3")
    assert "relative permittivity 310" in text
    assert row(text, "longitudinal f11") == ["1111", "1111", "1111", "-13.49", "-36.9", "-119.0"]
    assert row(text, "transverse f12") == ["2211", "1221", "1122", "-14.69", "-40.2", "-129.7"]
    assert row(text, "shear f44") == ["1212", "1122", "1221", "-0.51", "-1.4", "-4.5"]
    assert row(text, "L1") == ["-143.9", "24.8", "-119.1", "-13.45"]
    assert row(text, "beam")[1] == "-21.7"
    assert "s* = 0.40 (any P), 5.61" in text
    assert "common shift" in text


def test_mass_pattern_temperature_and_orientation():
    text = printed("STO", "mass", 200.0, "110,001")
    assert "mass force pattern" in text
    assert "relative permittivity 485.6 (SrTiO3_polar at 200 K)" in text
    assert row(text, "longitudinal f11")[3] == "-17.69"
    assert "[110] along the beam, [001] through it" in text
    assert row(text, "beam")[0] == "-8.29"
    assert "stiffness of SrTiO3_polar" in text


def test_orientation_along_cube_axes_uses_the_stiffness_of_the_set():
    """[100], [001] with C12/(C11 + C12) = 107/443 instead of the 0.24 of the table."""
    table, turned = printed("STO"), printed("STO", orientation="100,001")
    assert float(row(turned, "beam")[0]) == pytest.approx(float(row(table, "beam")[0]), abs=0.05)


def test_a_set_of_the_library_can_be_named():
    text = printed("BaTiO3_MartonHlinka2006", temperature=420.0)
    assert "BaTiO3_MartonHlinka2006 at 420 K" in text
    assert "s* = 0.36 (any P), 1.12" in text


@pytest.mark.parametrize("key", crystals())
def test_every_crystal_prints(key):
    text = printed(key)
    assert "longitudinal f11" in text and "plate, spherical" in text


def test_misprints_are_shown():
    assert "Table 6 prints muL1_even_nC_per_m = -0.6" in printed("CsCl")
    assert "Table 7 prints" in printed("NaCl")
    assert "prints" not in printed("STO")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("XTiO3",), "no first-principles flexoelectric data"),
        (("KNbO3_Zhou2018",), "no first-principles flexoelectric data"),
        (("SrTiO3", "odd"), "unknown force pattern"),
        (("BaTiO3", "even", 298.15), "is polar at 298.15 K"),
        (("MgO", "even", 300.0), "no permittivity at 300 K"),
        (("MgO", "even", None, "110,001"), "no elastic constants for other orientations"),
        (("SrTiO3", "even", None, "11,001"), "along x"),
    ],
)
def test_wrong_requests_are_refused(args, message):
    with pytest.raises(MaterialError, match=message):
        printed(*args)


def test_orientation_must_be_orthogonal():
    with pytest.raises(CaseError, match="enclose"):
        printed("SrTiO3", "even", None, "100,101")
