"""Manufactured solution of the coupled P–φ–u problem, and Taylor tests of its derivatives (V5.8)."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.sparse
import ufl
from manufactured import ManufacturedProblem
from petsc4py import PETSc
from relaxed import errors, order

from phasefield.solvers.assembly import assembled_matrix

#: A paraelectric of sixth order with every coupling: far from equilibrium shapes, but with one equilibrium.
MATERIAL = {
    "landau": {
        "alpha_1": 4e8,
        "alpha_11": 2e8,
        "alpha_12": 5e8,
        "alpha_111": 3e8,
        "alpha_112": 2e8,
        "alpha_123": 1e8,
    },
    "elastic": {"C11": 1.7e11, "C12": 8e10, "C44": 1.1e11},
    "electrostriction": {"Q11": 0.09, "Q12": -0.03, "Q44": 0.07},
    "gradient": {"G11": 3e-10, "G12": -1e-10, "G44": 2e-10, "G44p": 1e-10},
    "background_permittivity": 20,
    "kinetic": 1e4,
}
FLEXO = {"coefficients": {"f11": 3.0, "f12": -2.0, "f44": 1.5}}
SIZES = (2.5e-9, 3.0e-9, 3.5e-9)
FIELDS = ("P", "u", "phi")


def tables(axes: str, cells: int, degree: int, cell: str) -> dict:
    """A case with a crystal whose axes lie along no lab axis."""
    return {
        "version": 1,
        "material": MATERIAL,
        "crystal": {"x": [1, 1, 0], "z": [-1, 1, 1]},
        "mesh": {
            "kind": "box",
            "axes": axes,
            "size": SIZES[: len(axes)],
            "cells": [cells] * len(axes),
            "degree": degree,
            "cell": cell,
        },
        "initial": {"kind": "uniform", "value": [0, 0, 0]},
        "flexoelectricity": FLEXO,
        "time": {"equilibrium": 1e-8, "max_steps": 200},
    }


@pytest.mark.parametrize(
    ("axes", "degree", "cell", "cells"),
    [
        ("xz", 1, "simplex", (4, 8, 16, 32)),
        ("yz", 2, "tensor", (6, 10, 16, 26)),
        ("xyz", 1, "tensor", (4, 6, 8, 12)),
        ("xyz", 2, "simplex", (2, 3, 4, 6)),
    ],
    ids=["triangles P1", "quadrilaterals Q2", "hexahedra Q1", "tetrahedra P2"],
)
def test_orders(axes: str, degree: int, cell: str, cells: tuple[int, ...]) -> None:
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in FIELDS}
    for n in cells:
        problem = ManufacturedProblem(tables(axes, n, degree, cell))
        problem.solve()
        for name in FIELDS:
            field = getattr(problem.functional, name)
            found[name].append(errors(field, lambda x, name=name, p=problem: p.value(name, x)))
    spacings = [1.0 / n for n in cells]
    for name in FIELDS:
        in_l2, in_h1 = (order(spacings, list(e)) for e in zip(*found[name], strict=True))
        assert in_l2 == pytest.approx(degree + 1, abs=0.15), f"{name} in L2: {found[name]}"
        assert in_h1 == pytest.approx(degree, abs=0.15), f"{name} in H1: {found[name]}"


# --- derivatives ------------------------------------------------------------------------------------------


class Probe:
    """The problem at a smooth state with a random direction, its residuals and its second derivative."""

    def __init__(self, degree: int, axes: str, cells: int):
        self.all = ManufacturedProblem(tables(axes, cells, degree, "simplex"), exact=True)
        self.functional, self.problem = self.all.functional, self.all.problem
        self.fields = [getattr(self.functional, name) for name in FIELDS]
        for name, field in zip(FIELDS, self.fields, strict=True):
            # Not the solution: a multiple, so that no residual vanishes.
            field.interpolate(lambda x, name=name: 0.7 * self.all.value(name, x))
        polarization, mechanics = self.problem.polarization, self.problem.mechanics
        self.free = np.concatenate([polarization.free_P, mechanics.free, polarization.free_phi])
        self.state = self.get()
        self.direction = np.random.default_rng(7).standard_normal(len(self.state)) * self.free

    def get(self) -> np.ndarray:
        return np.concatenate([field.x.array for field in self.fields])

    def set(self, state: np.ndarray) -> None:
        for field, part in zip(self.fields, self.split(state), strict=True):
            field.x.array[:] = part

    def split(self, vector: np.ndarray) -> list[np.ndarray]:
        """The parts of a vector that belong to P, u and φ."""
        return np.split(vector, np.cumsum([len(field.x.array) for field in self.fields])[:-1])

    def energy(self) -> float:
        return sum(self.problem.report.parts().values())

    def residual(self) -> np.ndarray:
        """The derivative of the energy as the solvers assemble it: (P, u, φ) one after another."""
        polarization, mechanics = self.problem.polarization, self.problem.mechanics
        return np.concatenate([polarization.force(), mechanics.residual(), polarization.gauss()])

    def part(self, *names: str) -> np.ndarray:
        """1 on the unknowns of the named fields, 0 on the others."""
        return np.concatenate([np.full(len(f.x.array), float(f.name in names)) for f in self.fields])

    def remainders(self, function: Callable, derivative: object, direction: np.ndarray) -> np.ndarray:
        """|f(w + t d) − f(w) − t f'd| for t = 1/8 … 1/128, over free unknowns where f is a vector."""
        base = function()
        found = []
        for t in 2.0 ** -np.arange(3, 8):
            self.set(self.state + t * direction)
            change = function() - base - t * derivative
            found.append(np.linalg.norm(change * self.free if np.ndim(change) else change))
        self.set(self.state)
        return np.array(found)


def slope(remainders: np.ndarray) -> float:
    """Order of the remainder on the last halving."""
    return float(np.log2(remainders[-2] / remainders[-1]))


def sparse(matrix: PETSc.Mat) -> scipy.sparse.csr_matrix:
    indptr, indices, values = matrix.getValuesCSR()
    return scipy.sparse.csr_matrix((values, indices, indptr), shape=matrix.getSize())


def second_derivative(probe: Probe) -> scipy.sparse.csr_matrix:
    """All blocks of the second derivative of the energy at the present state."""
    energy = probe.functional.energy()
    blocks = []
    for row in probe.fields:
        residual = ufl.derivative(energy, row, ufl.TestFunction(row.function_space))
        forms = [ufl.derivative(residual, column, ufl.TrialFunction(column.function_space)) for column in probe.fields]
        # u and φ do not meet in the energy.
        blocks.append([sparse(assembled_matrix(form)) if has_terms(form) else None for form in forms])
    return scipy.sparse.bmat(blocks, format="csr")


def has_terms(form: object) -> bool:
    """Whether a form has any integral left after differentiation."""
    return bool(ufl.algorithms.expand_derivatives(form).integrals())


@pytest.fixture(scope="module")
def probe() -> Probe:
    return Probe(degree=1, axes="xz", cells=6)


def test_residual_is_the_derivative_of_the_reported_energy(probe: Probe) -> None:
    remainders = probe.remainders(probe.energy, probe.residual() @ probe.direction, probe.direction)
    assert slope(remainders) == pytest.approx(2.0, abs=0.05)


def test_second_derivative_of_the_coupled_energy(probe: Probe) -> None:
    H = second_derivative(probe)
    scale = abs(H).max()
    assert abs(H - H.T).max() < 1e-12 * scale
    remainders = probe.remainders(probe.residual, H @ probe.direction, probe.direction)
    assert slope(remainders) == pytest.approx(2.0, abs=0.05)


def test_operators_of_the_solvers_are_blocks_of_the_second_derivative(probe: Probe) -> None:
    """Assembled once or at the state, constrained or not: on free unknowns they are the same numbers."""
    solver, mechanics = probe.problem.polarization, probe.problem.mechanics
    solver.prepare(0.0)
    H = second_derivative(probe)
    n, m = len(probe.fields[0].x.array), len(probe.fields[1].x.array)
    P, u, phi = slice(0, n), slice(n, n + m), slice(n + m, None)
    blocks = {
        (P, P): solver.A,
        (P, phi): solver.B,
        (phi, P): solver.Bt,
        (phi, phi): solver.Lneg,
        (u, u): mechanics.K,
    }
    for (row, column), matrix in blocks.items():
        keep = scipy.sparse.diags(probe.free[row]), scipy.sparse.diags(probe.free[column])
        exact = keep[0] @ H[row, column] @ keep[1]
        assert abs(keep[0] @ sparse(matrix) @ keep[1] - exact).max() < 1e-12 * abs(exact).max()


@pytest.mark.parametrize(("degree", "axes", "cells"), [(1, "xz", 6), (2, "xyz", 2)])
def test_consistent_tangent_of_the_polarization_solver(degree: int, axes: str, cells: int) -> None:
    """The operator of an implicit step without mass is the derivative of its residual at fixed u."""
    probe = Probe(degree, axes, cells)
    solver = probe.problem.polarization
    solver.prepare(0.0)
    direction = probe.direction * probe.part("P", "phi")
    d_P, _, d_phi = probe.split(direction)
    derivative = probe.free * np.concatenate(
        [
            sparse(solver.A) @ d_P + sparse(solver.B) @ d_phi,
            np.zeros(len(probe.fields[1].x.array)),
            sparse(solver.Bt) @ d_P + sparse(solver.Lneg) @ d_phi,
        ]
    )

    def residual() -> np.ndarray:
        return probe.residual() * probe.part("P", "phi")

    assert slope(probe.remainders(residual, derivative, direction)) == pytest.approx(2.0, abs=0.05)
    assert abs(sparse(solver.A) - sparse(solver.A).T).max() < 1e-12 * abs(sparse(solver.A)).max()


def test_sources_see_every_term() -> None:
    """No term is so small that the orders would not notice its absence."""
    exact = ManufacturedProblem(tables("xz", 3, 1, "simplex")).exact
    points = 1e-9 * np.random.default_rng(3).random((3, 20))
    base = exact.sources(points)
    for tensor in ("C", "Q", "G", "f"):
        kept = getattr(exact, tensor)
        setattr(exact, tensor, 1.5 * kept)
        changed = exact.sources(points)
        setattr(exact, tensor, kept)
        assert np.linalg.norm(changed[0] - base[0]) > 0.05 * np.linalg.norm(base[0]), tensor
