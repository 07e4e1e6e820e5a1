"""The table of computed numbers beside their references."""

from phasefield.comparison import Comparison, beside, beside_finer, comparison_table


def test_differences_are_relative_unless_the_reference_is_zero():
    assert Comparison("a", 1.02, 1.0).difference == 1.02 / 1.0 - 1.0
    assert Comparison("a", 1e-7, 0.0).difference == 1e-7
    assert Comparison("a", 1.0).difference is None


def test_table_is_aligned_and_names_its_sources():
    rows = [
        Comparison("energy (mJ/m²)", 5.88, 5.9, "Hlinka and Marton 2006"),
        Comparison("mean P (C/m²)", 1e-7, 0.0),
        Comparison("width (nm)", 0.66512345),
    ]
    assert comparison_table(rows, "closed form") == (
        "                computed  closed form  difference\n"
        "energy (mJ/m²)      5.88          5.9     -0.34 %  Hlinka and Marton 2006\n"
        "mean P (C/m²)      1e-07            0      +1e-07\n"
        "width (nm)       0.66512            –"
    )


def test_analyses_are_compared_by_quantity():
    rows = [Comparison("a", 1.02, 3.0, "published"), Comparison("b", 2.0)]
    assert beside(rows, [Comparison("c", 1.0), Comparison("a", 1.0)]) == [Comparison("a", 1.02, 1.0)]
    assert beside(rows, []) == []


def test_members_beside_finer_ones():
    rows = [
        Comparison(f"{name}: width (nm)", value) for name, value in (("line", 5.6), ("line_finer", 5.1), ("disk", 2.0))
    ]
    [row] = beside_finer(rows)
    assert (row.quantity, row.computed, row.reference) == ("line: width (nm)", 5.6, 5.1)
