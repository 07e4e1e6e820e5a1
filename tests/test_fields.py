"""The registry of fields and observables, and the function spaces."""

import pytest
from meshes_for_tests import box

from phasefield.fields import function_spaces
from phasefield.registry import FIELDS, extensive_unit, named_observables, observable


def test_fields_are_filed_under_their_names() -> None:
    assert {name: info.name for name, info in FIELDS.items()} == {name: name for name in FIELDS}
    tensors = {"strain", "stress", *(f"strain_gradient_{axis}" for axis in "xyz")}
    assert {name for name, info in FIELDS.items() if info.shape == (6,)} == tensors


@pytest.mark.parametrize(
    ("name", "dim", "unit"),
    [
        ("time", 3, "s"),
        ("energy_landau", 3, "J"),
        ("energy_total", 2, "J/m"),
        ("energy_flexo", 1, "J/m^2"),
        ("mean_P_x", 2, "C/m^2"),
        ("mean_strain_xy", 3, ""),
        ("mean_stress_zz", 1, "Pa"),
        ("rms_E", 3, "V/m"),
        ("mean_E_flexo_z", 3, "V/m"),
        ("max_E_flexo", 3, "V/m"),
        ("max_strain_gradient_z_xx", 3, "1/m"),
        ("curvature_xx", 1, "1/m"),
        ("max_phi", 3, "V"),
        ("charge_top", 2, "C/m"),
        ("potential_top", 2, "V"),
        ("force_tip", 3, "N"),
    ],
)
def test_units_of_observables(name: str, dim: int, unit: str) -> None:
    info = observable(name, dim)
    assert info.name == name
    assert info.unit == unit
    assert info.symbol
    assert info.label


def test_units_of_integrals_have_no_zeroth_power() -> None:
    assert [extensive_unit("N", dim) for dim in (1, 2, 3)] == ["N/m^2", "N/m", "N"]


@pytest.mark.parametrize(
    "name", ["energy_lando", "mean_Q_x", "mean_P_w", "mean_phi_x", "mean_P_xx", "mean_E_flexo_w", "charge", "p"]
)
def test_unknown_observables_are_refused(name: str) -> None:
    with pytest.raises(KeyError):
        observable(name, 3)


def test_named_observables_are_known() -> None:
    names = named_observables()
    assert {"time", "energy_total", "mean_P_z", "rms_P", "max_phi", "mean_strain_xy"} <= set(names)
    assert [observable(name, 2).name for name in names] == list(names)


@pytest.mark.parametrize(("degree", "dofs"), [(1, 3 * 4 * 6), (2, 6 * 8 * 11)])
def test_spaces_are_periodic_and_share_the_vector_space(degree: int, dofs: int) -> None:
    # Cells 3 x 4 x 5; along z, which is not periodic, there is one node more than cells.
    spaces = function_spaces(box(3, 3, "xy", "tensor"), degree)
    assert spaces.P is spaces.u
    assert spaces.P.value_shape == (3,)
    assert spaces.P.dofmap.bs == 3
    for space in (spaces.P, spaces.phi):
        assert space.dofmap.index_map.size_global == dofs


@pytest.mark.parametrize("dim", [1, 2])
def test_vectors_have_three_components_on_every_mesh(dim: int) -> None:
    assert function_spaces(box(dim, 3, ""), 2).P.value_shape == (3,)
