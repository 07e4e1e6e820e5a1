"""Boxes: cells, names, periodicity, and errors a user can make."""

import math

import numpy as np
import pytest
import ufl
from dolfinx import fem
from dolfinx.fem.petsc import assemble_matrix
from hypothesis import given, settings
from hypothesis import strategies as st
from meshes_for_tests import (
    SIZES,
    box,
    domain_of,
    exterior_midpoints,
    integral,
    nodes_on_geometry,
    poisson_error,
    wave,
)
from mpi4py import MPI

from phasefield import compat
from phasefield.errors import MeshError
from phasefield.mesh.box import cells_for

CELLS = ("simplex", "tensor")


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("periodic", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_size_cells_and_nodes(dim: int, periodic: str, cell: str) -> None:
    periodic = periodic[:dim]
    domain = box(dim, 3, periodic, cell)
    blocks = math.prod(range(3, 3 + dim))
    cells = blocks * (math.factorial(dim) if cell == "simplex" else 1)
    assert domain.mesh.topology.index_map(dim).size_global == cells
    # The seam has nodes of its own on both sides, as many as without periodicity, and no more.
    assert domain.mesh.geometry.index_map().size_global == math.prod(range(4, 4 + dim))
    vertices = math.prod(n if "xyz"[i] in periodic else n + 1 for i, n in enumerate(range(3, 3 + dim)))
    assert domain.mesh.topology.index_map(0).size_global == vertices
    assert domain.lengths == pytest.approx(SIZES[:dim])
    assert domain.volume == pytest.approx(math.prod(SIZES[:dim]), rel=1e-12)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("dim", [1, 2, 3])
def test_cells_of_periodic_mesh_are_unwrapped(dim: int, cell: str) -> None:
    domain = box(dim, 3, "xyz"[:dim], cell)
    x = domain.mesh.geometry.x[compat.geometry_dofmap(domain.mesh)]
    for i, n in enumerate(range(3, 3 + dim)):
        assert np.ptp(x[..., i], axis=1) == pytest.approx(SIZES[i] / n)
        assert x[..., i].min() == 0
        assert x[..., i].max() == pytest.approx(SIZES[i])


@pytest.mark.parametrize("cell", CELLS)
def test_only_sides_that_do_not_repeat_are_exterior(cell: str) -> None:
    domain = box(3, 3, "xz", cell)
    midpoints = exterior_midpoints(domain)
    per_side = 3 * 5 * (2 if cell == "simplex" else 1)
    for side in (0.0, SIZES[1]):
        assert np.count_nonzero(np.isclose(midpoints[:, 1], side)) == per_side
    assert len(midpoints) == 2 * per_side
    assert len(exterior_midpoints(box(3, 3, "xyz", cell))) == 0


@pytest.mark.parametrize("cell", CELLS)
def test_interior_facets_include_the_seam(cell: str) -> None:
    # n planes across each axis; in simplices the diagonal cuts add their area.
    domain = box(2, 4, "xy", cell)
    length = 4 * SIZES[1] + 5 * SIZES[0]
    if cell == "simplex":
        length += 4 * 5 * math.hypot(SIZES[0] / 4, SIZES[1] / 5)
    assert integral(domain, 1.0, domain.dS()) == pytest.approx(length, rel=1e-12)


def test_functions_on_periodic_mesh_are_continuous_across_the_seam() -> None:
    domain = box(2, 4, "xy")
    phi = fem.Function(fem.functionspace(domain.mesh, ("Lagrange", 1)))
    phi.interpolate(wave(2, "xy"))
    assert integral(domain, ufl.jump(phi) ** 2, domain.dS()) < 1e-25
    x, values = nodes_on_geometry(domain, phi)
    assert values == pytest.approx(wave(2, "xy")(x.T), abs=1e-12)


@pytest.mark.parametrize(
    ("dim", "periodic", "cell", "degree", "cells"),
    [
        (1, "x", "simplex", 2, (8, 16)),
        (2, "x", "simplex", 1, (8, 16)),
        (2, "xy", "simplex", 2, (8, 16)),
        (2, "xy", "tensor", 1, (8, 16)),
        (2, "y", "tensor", 2, (8, 16)),
        (3, "xy", "simplex", 1, (8, 16)),
        (3, "xyz", "simplex", 2, (5, 10)),
        (3, "xz", "tensor", 1, (8, 16)),
        (3, "xyz", "tensor", 2, (5, 10)),
        (3, "", "simplex", 1, (8, 16)),
    ],
)
def test_poisson_converges(dim: int, periodic: str, cell: str, degree: int, cells: tuple[int, int]) -> None:
    coarse, fine = (poisson_error(dim, n, periodic, cell, degree, MPI.COMM_SELF) for n in cells)
    # Along y and z there are one and two cells more than along x.
    refinement = np.mean([(cells[1] + i) / (cells[0] + i) for i in range(dim)])
    order = math.log(coarse / fine) / math.log(refinement)
    assert order == pytest.approx(degree + 1, abs=0.25), f"order {order:.3f}, expected {degree + 1}"


@pytest.mark.parametrize("dim", [2, 3])
def test_simplices_give_the_five_and_seven_point_stencil(dim: int) -> None:
    n = 4
    domain = domain_of(kind="box", size=(n * 1e-9,) * dim, cells=(n,) * dim, periodic="xyz"[:dim])
    space = fem.functionspace(domain.mesh, ("Lagrange", 1))
    u, v = ufl.TrialFunction(space), ufl.TestFunction(space)
    matrix = assemble_matrix(fem.form(ufl.inner(ufl.grad(u), ufl.grad(v)) * domain.dx()))
    matrix.assemble()
    rows = matrix.convert("dense").getDenseArray()
    assert np.diag(rows) == pytest.approx(2 * dim)
    assert ((np.abs(rows) > 1e-12).sum(axis=1) == 2 * dim + 1).all()


def test_names_of_boundaries() -> None:
    domain = domain_of(kind="box", size=(2e-9, 3e-9), spacing=1e-9, axes="xz", origin=(-1e-9, 5e-9), cell="tensor")
    assert domain.axes == (0, 2)
    assert domain.axis_names == "xz"
    assert domain.lower == pytest.approx((-1.0, 5.0))
    assert set(domain.boundaries) == {"x_min", "x_max", "z_min", "z_max", "bottom", "top"}
    assert domain.facet_tags_of("top") == domain.facet_tags_of("z_max")
    assert integral(domain, 1.0, domain.ds("top")) == pytest.approx(2.0)
    assert integral(domain, 1.0, domain.ds("x_min", "bottom", "z_min")) == pytest.approx(5.0)
    height = ufl.SpatialCoordinate(domain.mesh)[1]
    assert integral(domain, height, domain.ds("top")) == pytest.approx(2 * 8.0)
    assert len(domain.facets("bottom")) == 2
    assert len(domain.cells("film")) == 6
    with pytest.raises(MeshError, match=r'no boundary "botom"; did you mean "bottom"'):
        domain.facets("botom")
    with pytest.raises(MeshError, match=r'no region "flim"; did you mean "film"'):
        domain.cells("flim")


def test_periodic_direction_has_no_boundaries() -> None:
    assert set(box(3, 3, "xy").boundaries) == {"z_min", "z_max", "bottom", "top"}


@pytest.mark.parametrize("axes", ["z", "xz", "xyz"])
def test_gradient_and_normal_in_lab_axes(axes: str) -> None:
    dim = len(axes)
    domain = domain_of(kind="box", size=(2e-9,) * dim, cells=(3,) * dim, axes=axes)
    P = fem.Function(fem.functionspace(domain.mesh, ("Lagrange", 1, (3,))))
    expected = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]])
    unresolved = [i for i in range(3) if i not in domain.axes]
    expected[:, unresolved] = 0.0
    P.interpolate(lambda x: expected[:, domain.axes] @ x[:dim])
    gradient = domain.grad(P)
    for i in range(3):
        of_component = domain.grad(P[i])
        for j in range(3):
            for component in (gradient[i, j], of_component[j]):
                mean = integral(domain, component, domain.dx()) / domain.volume
                assert mean == pytest.approx(expected[i, j], abs=1e-12)
    for side, sign in (("top", 1.0), ("bottom", -1.0)):
        flux = [integral(domain, domain.normal()[i], domain.ds(side)) for i in range(3)]
        assert flux == pytest.approx([0.0, 0.0, sign * 2.0 ** (dim - 1)], abs=1e-12)


def test_hash_tells_meshes_apart() -> None:
    table = {"kind": "box", "size": (4e-9, 4e-9), "cells": (4, 4)}
    reference = domain_of(**table).hash
    assert domain_of(**table).hash == reference
    changes = (
        {"size": (4e-9, 4.001e-9)},
        {"cells": (4, 5)},
        {"periodic": "x"},
        {"axes": "xz"},
        {"cell": "tensor"},
        {"origin": (0.0, 1e-9)},
    )
    hashes = {domain_of(**{**table, **change}).hash for change in changes}
    assert len(hashes | {reference}) == len(changes) + 1


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"size": (4e-9,), "cells": (2,), "periodic": "x"}, "2 cells along a periodic direction"),
        ({"size": (4e-9,)}, "either cells or spacing"),
        ({"size": (4e-9,), "cells": (4,), "spacing": 1e-9}, "either cells or spacing"),
        ({"size": (4e-9, 4e-9), "cells": (4,)}, "mesh.cells has 1 entries, expected 2"),
        ({"size": (4e-9, 4e-9), "spacing": (1e-9, 1e-9, 1e-9)}, "mesh.spacing has 3 entries"),
        ({"size": (4e-9, 4e-9), "cells": (4, 4), "origin": (0.0,)}, "mesh.origin has 1 entries"),
        ({"size": (4e-9, 4e-9), "cells": (4, 4), "axes": "x"}, 'expected 2 .* such as "xy"'),
        ({"size": (4e-9, 4e-9), "cells": (4, 4), "periodic": "z"}, "direction z cannot be periodic"),
    ],
)
def test_contradictions_are_refused(table: dict, message: str) -> None:
    with pytest.raises(MeshError, match=message):
        domain_of(kind="box", **table)


@settings(deadline=None)
@given(st.integers(1, 1000), st.floats(1e-12, 1e-6))
def test_spacing_that_fits_is_met_despite_rounding(cells: int, spacing: float) -> None:
    assert cells_for(cells * spacing, spacing) == cells
    assert cells_for((cells + 0.01) * spacing, spacing) == cells + 1
