"""Films: layers, their interfaces seen from either side, and graded substrates."""

import numpy as np
import pytest
import ufl
from dolfinx import fem
from hypothesis import given
from hypothesis import strategies as st
from meshes_for_tests import domain_of, integral

from phasefield.errors import MeshError
from phasefield.mesh.film import graded

LAYERED = {
    "kind": "film",
    "thickness": 3e-9,
    "spacing": 1e-9,
    "substrate": 20e-9,
    "substrate_cells": 5,
    "dead_bottom": 0.5e-9,
    "dead_top": 0.4e-9,
}
WIDTHS = {1: (), 2: (4e-9,), 3: (4e-9, 5e-9)}
AREA = {1: 1.0, 2: 4.0, 3: 20.0}


@pytest.mark.parametrize("cell", ["simplex", "tensor"])
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_layers(dim: int, cell: str) -> None:
    domain = domain_of(**LAYERED, width=WIDTHS[dim], periodic="xy"[: dim - 1], cell=cell)
    assert domain.axes == {1: (2,), 2: (0, 2), 3: (0, 1, 2)}[dim]
    assert domain.lower[-1] == pytest.approx(-20.5)
    thickness = {"substrate": 20.0, "dead_bottom": 0.5, "film": 3.0, "dead_top": 0.4}
    assert set(domain.regions) == set(thickness)
    z = ufl.SpatialCoordinate(domain.mesh)[dim - 1]
    bottom = -20.5
    for name, size in thickness.items():
        assert domain.volume_of(name) == pytest.approx(size * AREA[dim])
        middle = integral(domain, z, domain.dx(name)) / domain.volume_of(name)
        assert middle == pytest.approx(bottom + size / 2)
        bottom += size
    assert domain.volume_of("film", "dead_top") == pytest.approx(3.4 * AREA[dim])


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_interfaces_seen_from_either_side(dim: int) -> None:
    domain = domain_of(**LAYERED, width=WIDTHS[dim], periodic="xy"[: dim - 1])
    assert domain.interfaces == {"substrate_top", "film_bottom", "film_top"}
    sides = {
        "film_bottom": (0.0, {"film": -1.0, "dead_bottom": 1.0}),
        "film_top": (3.0, {"film": 1.0, "dead_top": -1.0}),
        "substrate_top": (-0.5, {"substrate": 1.0, "dead_bottom": -1.0}),
        "bottom": (-20.5, {"substrate": -1.0}),
        "top": (3.4, {"dead_top": 1.0}),
    }
    z = ufl.SpatialCoordinate(domain.mesh)[dim - 1]
    # Distinguishes side and place at once.
    integrand = domain.normal()[2] * (z + 100.0)
    for name, (height, normals) in sides.items():
        for region, sign in normals.items():
            value = integral(domain, integrand, domain.ds(name, side=region))
            assert value == pytest.approx(sign * (height + 100.0) * AREA[dim])
    assert integral(domain, integrand, domain.ds("film_top", side="substrate")) == 0.0


def test_one_sided_integral_takes_the_values_of_its_side() -> None:
    domain = domain_of(**LAYERED, width=WIDTHS[2])
    value = fem.Function(fem.functionspace(domain.mesh, ("DG", 0)))
    value.x.array[domain.cells("film")] = 7.0
    value.x.array[domain.cells("dead_top")] = -2.0
    assert integral(domain, value, domain.ds("film_top", side="film")) == pytest.approx(7.0 * 4)
    assert integral(domain, value, domain.ds("film_top", side="dead_top")) == pytest.approx(-2.0 * 4)
    assert integral(domain, ufl.avg(value), domain.dS("film_top")) == pytest.approx(2.5 * 4)
    # All ds measures can stand in one form.
    one = fem.Constant(domain.mesh, np.float64(1))
    form = value * domain.ds("film_top", side="film") + one * domain.ds("top") + one * domain.ds()
    outline = 2 * (4.0 + 23.9)
    assert fem.assemble_scalar(fem.form(form)) == pytest.approx(28.0 + 4.0 + outline)


def test_measures_refuse_the_wrong_kind_of_boundary() -> None:
    domain = domain_of(**LAYERED)
    with pytest.raises(MeshError, match=r'"film_top" lies inside the mesh'):
        domain.ds("film_top")
    with pytest.raises(MeshError, match=r'"top" is an outer one'):
        domain.dS("top")
    with pytest.raises(MeshError, match=r'no region "flim"; did you mean "film"'):
        domain.ds("film_top", side="flim")


def test_film_without_layers_ends_at_its_own_boundaries() -> None:
    domain = domain_of(kind="film", thickness=2e-9, spacing=1e-9, width=(3e-9,))
    assert domain.regions == {"film": 1}
    assert domain.facet_tags_of("film_bottom") == domain.facet_tags_of("bottom")
    assert domain.facet_tags_of("film_top") == domain.facet_tags_of("top")
    assert not domain.interfaces
    assert {"x_min", "x_max"} < set(domain.boundaries)


def test_film_on_substrate_shares_its_interface() -> None:
    domain = domain_of(kind="film", thickness=2e-9, spacing=1e-9, substrate=3e-9)
    assert domain.facet_tags_of("substrate_top") == domain.facet_tags_of("film_bottom")
    assert domain.interfaces == {"substrate_top", "film_bottom"}
    assert domain.facet_tags_of("film_top") == domain.facet_tags_of("top")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"periodic": "xz"}, "direction z cannot be periodic"),
        ({"axes": "zx"}, "the last axis of a film is z"),
        ({"axes": "xyz"}, "expected 2 different letters"),
        ({"spacing": (1e-9, 1e-9, 1e-9)}, "mesh.spacing has 3 entries, expected 2"),
        ({"periodic": "x", "spacing": 2e-9}, "2 cells along a periodic direction"),
    ],
)
def test_contradictions_are_refused(table: dict, message: str) -> None:
    with pytest.raises(MeshError, match=message):
        domain_of(**{"kind": "film", "thickness": 2e-9, "spacing": 1e-9, "width": (4e-9,), **table})


@given(st.floats(1.0, 1000.0), st.floats(0.01, 1.0), st.integers(1, 30))
def test_graded_cells_fill_the_thickness_growing_evenly(thickness: float, first: float, count: int) -> None:
    distances = graded(thickness, first, count)
    cells = np.diff(distances)
    assert len(cells) == count
    assert distances[0] == 0
    assert distances[-1] == thickness
    growth = cells[1:] / cells[:-1]
    assert np.allclose(growth, growth[:1], rtol=1e-6)
    if count * first >= thickness or count == 1:
        assert np.allclose(cells, thickness / count)
    else:
        assert cells[0] == pytest.approx(first)
        assert (growth > 1).all()
