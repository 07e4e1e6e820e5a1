"""`print_materials` and `print_material`: what a user reads."""

from importlib import resources
from io import StringIO

import pytest
from rich.console import Console

from phasefield.errors import MaterialError
from phasefield.materials import available
from phasefield.materials.report import print_material, print_materials


def printed(function, *args, **options):
    stream = StringIO()
    function(*args, **options, console=Console(file=stream, width=200, no_color=True))
    return stream.getvalue()


def test_list_names_every_set():
    text = printed(print_materials)
    assert all(name in text for name in available())
    assert "x = 0 to 1 (Ti fraction)" in text
    assert "Ponomareva2012" in text


def test_report_of_barium_titanate():
    text = printed(print_material, "BaTiO3_Li2005")
    for expected in (
        "tetragonal",
        "0.2599 C/m²",
        "-2.297, -2.297, 6.757",
        "188.1, 3591, 3591",
        "195.1, 3598, 3598",
        "15.2 MV/m",
        "R to O 202.0 K, O to T 281.0 K, T to C 398.0 K",
        "gap 3.2 eV, 3.9 eV below the vacuum",
        "Wemple1970, recalled",
        "half-width 0.376 nm, energy 5.01 mJ/m²",
        "4.124e5*(T - 388)",
        "Li2005, secondary in GX, DB, RU",
        "J. Appl. Phys. 98, 064101 (2005)",
        "order of magnitude only",
    ):
        assert expected in text
    stability = next(line for line in text.splitlines() if "Ponomareva2012" in line)
    assert "1.56" in stability and "3.65" in stability


def test_report_of_the_cubic_phase_has_no_coercive_field():
    text = printed(print_material, "SrTiO3_polar", 300.0)
    assert "cubic" in text
    assert "coercive" not in text
    assert "none in the set's range" in text
    assert "without a source" in text


def test_report_of_an_incomplete_set_says_what_is_missing():
    text = printed(print_material, "KNbO3_Zhou2018")
    assert "orthorhombic" in text
    assert "missing for a simulation: gradient.G11" in text


def test_report_of_a_series_without_elastic_constants():
    text = printed(print_material, "PbZrTiO3_Haun1989", composition=0.1)
    assert "rhombohedral" in text
    assert "the table covers x = 0.4 to 1" in text


def test_report_of_a_series_needs_a_composition():
    with pytest.raises(MaterialError, match="give the composition"):
        printed(print_material, "PbZrTiO3_Haun1989")


def test_unbounded_user_file_is_refused_before_anything_is_computed(tmp_path):
    text = (resources.files("phasefield.materials") / "KNbO3_Zhou2018.toml").read_text()
    path = tmp_path / "mine.toml"
    path.write_text(text.replace("value = 1.74e10", "value = -1.74e10"))
    with pytest.raises(MaterialError, match=r"mine.toml: .* not bounded below"):
        printed(print_material, str(path))


@pytest.mark.parametrize("suffix", ["png", "pdf"])
def test_figure_is_drawn(tmp_path, suffix):
    path = tmp_path / f"figure.{suffix}"
    text = printed(print_material, "BaTiO3_Wang2010", 250.0, figure_path=path)
    assert str(path) in text.replace("\n", "")
    magic = {"png": b"\x89PNG", "pdf": b"%PDF"}[suffix]
    assert path.read_bytes().startswith(magic)
    assert path.stat().st_size > 10_000
