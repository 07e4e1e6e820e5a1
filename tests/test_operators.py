"""What makes operators and kernels lean changes nothing of what they compute."""

import numpy as np
import pytest
import ufl
from cases_for_tests import BOX
from mpi4py import MPI
from petsc4py import PETSc

from phasefield.build import Parts
from phasefield.case import load_case
from phasefield.physics.coefficients import with_zeros
from phasefield.solvers.assembly import assembled_matrix, default_options, without_zeros


def parts_of(**changes: object) -> Parts:
    parts = Parts(load_case({**BOX, **changes}), MPI.COMM_WORLD)
    parts.initialize()
    return parts


@pytest.fixture(scope="module")
def cube() -> Parts:
    return parts_of(mesh={**BOX["mesh"], "cells": [5, 5, 5], "periodic": "xyz"})


def random_image(matrix: PETSc.Mat) -> np.ndarray:
    x, y = matrix.createVecRight(), matrix.createVecLeft()
    x.array[:] = np.random.default_rng(1).standard_normal(len(x.array))
    matrix.mult(x, y)
    return y.array.copy()


def entries(matrix: PETSc.Mat) -> float:
    return matrix.getInfo()["nz_used"] / matrix.getSize()[0]


def test_laplacian_on_halved_boxes_is_that_of_finite_differences(cube: Parts) -> None:
    f = cube.functional
    phi, test = ufl.TrialFunction(f.spaces.phi), ufl.TestFunction(f.spaces.phi)
    full = assembled_matrix(ufl.inner(ufl.grad(phi), ufl.grad(test)) * ufl.dx(f.domain.mesh))
    lean = without_zeros(f.domain.comm, full.copy())
    assert entries(full) == pytest.approx(15.0)
    assert entries(lean) == pytest.approx(7.0)
    assert random_image(lean) == pytest.approx(random_image(full), rel=1e-12, abs=1e-12)


def test_blocks_on_the_diagonal_are_kept(cube: Parts) -> None:
    f = cube.functional
    P, test = ufl.TrialFunction(f.spaces.P), ufl.TestFunction(f.spaces.P)
    full = assembled_matrix(ufl.inner(P, test) * ufl.dx(f.domain.mesh, degree=2))
    assert entries(without_zeros(f.domain.comm, full.copy())) == pytest.approx(15.0)
    assert entries(without_zeros(f.domain.comm, full, keep_blocks=True)) == pytest.approx(17.0)


def test_zeros_of_a_tensor_are_literal() -> None:
    coefficient = ufl.as_matrix([[1.0, 2.0], [3.0, 4.0]])
    lean = with_zeros(coefficient, np.array([[1.0, 1e-17], [0.0, -4.0]]))
    assert [[float(lean[i, j]) for j in range(2)] for i in range(2)] == [[1.0, 0.0], [0.0, 4.0]]


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.ones((2, 2))], ids=["zero", "full"])
def test_a_tensor_without_a_pattern_stays_as_it_is(values: np.ndarray) -> None:
    coefficient = ufl.as_matrix([[1.0, 2.0], [3.0, 4.0]])
    assert with_zeros(coefficient, values) is coefficient


def test_a_set_option_wins_over_the_default() -> None:
    database = PETSc.Options("test_operators_")
    database["chosen"] = 1
    default_options("test_operators_", {"chosen": 2, "other": 3})
    assert (database.getInt("chosen"), database.getInt("other")) == (1, 3)
    for name in ("chosen", "other"):
        database.delValue(name)


@pytest.mark.parametrize("periodic", ["xyz", "xy"])
def test_gauss_law_is_solved_to_what_is_asked(periodic: str) -> None:
    """With and without a potential that is fixed only up to a constant."""
    grounded = [] if periodic == "xyz" else [{"on": "top", "kind": "electrode"}]
    parts = parts_of(
        mesh={**BOX["mesh"], "periodic": periodic},
        electrostatics={"boundary": grounded},
        initial={"kind": "noise", "amplitude": 0.1},
    )
    solver, phi = parts.problem.polarization, parts.functional.phi
    phi.x.array[:] = 0.0
    before = np.linalg.norm(solver.gauss_residual())
    for reduction in (1e-2, 1e-10):
        phi.x.array[:] = 0.0
        parts.problem.settle_potential(reduction)
        assert np.linalg.norm(solver.gauss_residual()) <= 1.1 * reduction * before


def test_preconditioner_follows_the_operator(cube: Parts) -> None:
    solver = cube.problem.polarization
    for rate in (1.0, 1e12):
        solver.prepare(rate)
    x, y = solver.A.createVecRight(), solver.A.createVecLeft()
    x.set(1.0)
    solver.polarization_pc.apply(x, y)
    assert y.array == pytest.approx(1.0 / (rate * np.repeat(solver.volumes, 3)), rel=1e-6)


def test_displacement_is_settled_as_far_as_is_asked(cube: Parts) -> None:
    mechanics, u = cube.problem.mechanics, cube.functional.u
    norms = {}
    for reduction in (1.0, 1e-1, 0.0):
        u.x.array[:] = 0.0
        if reduction < 1.0:
            mechanics.solve(reduction)
        norms[reduction] = np.linalg.norm(mechanics.residual() * mechanics.free)
    assert 1e-4 * norms[1.0] < norms[0.1] <= 0.11 * norms[1.0]
    assert norms[0.0] <= 2.0 * mechanics.tolerance * norms[1.0]
