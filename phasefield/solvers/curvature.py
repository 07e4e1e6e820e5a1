"""Curvature of the local energy, ∂²(f_landau + f_elastic)/∂P² at fixed u: 3x3 blocks, kept positive where it is not.

Where P is unstable the curvature is negative, and an operator with it leads uphill. There the negative part is
reflected, |λ| instead of λ, unless the mass term of the step covers it: every step is then a direction of descent, as
long along soft directions as the energy allows.
"""

from __future__ import annotations

import basix.ufl
import numpy as np
import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from phasefield import compat, jit
from phasefield.physics.functional import Functional
from phasefield.solvers.assembly import AssembledVector

#: The six independent entries of a symmetric 3x3 block, and where they stand in the block, row by row.
SYMMETRIC = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))
PLACES = (0, 5, 4, 5, 1, 3, 4, 3, 2)


class NodalCurvature:
    """The curvature lumped to the nodes of degree 1 by quadrature at the vertices: one block per owned node.

    In a body of revolution averaged around the nodes: the strain around the axis has no value on it.
    """

    def __init__(self, functional: Functional):
        space = fem.functionspace(functional.domain.mesh, ("Lagrange", 1, (6,)))
        test, domain = ufl.TestFunction(space), functional.domain
        form = 0
        for region in functional.polar_regions:
            dx = functional.dx(region, 2) if domain.axisymmetric else domain.nodal_dx(region)
            form += ufl.inner(entries(functional, region), test) * dx
        self.vector = AssembledVector(form, space)

    def blocks(self) -> np.ndarray:
        """The blocks (n, 3, 3) at the present state, times the volumes of the nodes."""
        return full(self.vector())


class PointCurvature:
    """The curvature at the points of the quadrature of all energies, for consistent operators of any degree."""

    def __init__(self, functional: Functional):
        self.functional = functional
        mesh = functional.domain.mesh
        degree = functional.domain.quadrature_degree(functional.energy_degree)
        element = basix.ufl.quadrature_element(mesh.basix_cell(), value_shape=(6,), degree=degree)
        self.field = fem.Function(fem.functionspace(mesh, element))
        points = compat.interpolation_points(self.field.function_space)
        self.cells = {region: functional.domain.cells(region) for region in functional.polar_regions}
        self.expressions = {
            region: jit.expression(entries(functional, region), points) for region in functional.polar_regions
        }

    def form(self, trial: ufl.Argument, test: ufl.Argument) -> ufl.Form:
        """∫ test · curvature · trial over the polar regions, with the curvature of the last `update`."""
        h = ufl.as_matrix([[self.field[PLACES[3 * i + j]] for j in range(3)] for i in range(3)])
        return sum(ufl.inner(test, h * trial) * self.functional.dx(region) for region in self.functional.polar_regions)

    def update(self, rate: float | None = None) -> int:
        """Take the present state, with what is negative reflected where the mass term `rate` would not cover it.

        The number of points on this rank where that is so; without a `rate` the curvature stays as it is.
        """
        for region, expression in self.expressions.items():
            self.field.interpolate(expression, self.cells[region])
        if rate is None:
            return 0
        values = self.field.x.array.reshape(-1, 6)
        blocks = full(values)
        negative = below(blocks, rate)
        if len(negative):
            kept = reflected(blocks[negative], np.full(len(negative), rate))
            values[negative] = (kept - rate * np.eye(3)).reshape(-1, 9)[:, [3 * i + j for i, j in SYMMETRIC]]
        return len(negative)


def entries(functional: Functional, region: str) -> Expr:
    """The entries `SYMMETRIC` of ∂²(local density)/∂P²."""
    P = ufl.variable(functional.P)
    hessian = ufl.diff(ufl.diff(functional.local_density(region, P, functional.u), P), P)
    return ufl.as_vector([hessian[i, j] for i, j in SYMMETRIC])


def full(values: np.ndarray) -> np.ndarray:
    """Blocks (n, 3, 3) from their entries `SYMMETRIC`, one block after the other."""
    return values.reshape(-1, 6)[:, PLACES].reshape(-1, 3, 3)


def below(blocks: np.ndarray, shift: float | np.ndarray) -> np.ndarray:
    """Numbers of the blocks whose curvature comes near −shift/2 somewhere; only they need their eigenvalues."""
    half = 0.5 * np.broadcast_to(shift, len(blocks))[:, None, None] * np.eye(3)
    return np.flatnonzero(~positive_definite(blocks + half))


def reflected(blocks: np.ndarray, shift: np.ndarray) -> np.ndarray:
    """The blocks (n, 3, 3) with eigenvalues λ as max(λ + shift, −λ), the mass term `shift` (n) included."""
    values, vectors = np.linalg.eigh(blocks)
    values = np.maximum(values + shift[:, None], -values)
    return (vectors * values[:, None, :]) @ vectors.transpose(0, 2, 1)


def positive_definite(blocks: np.ndarray) -> np.ndarray:
    """Whether each symmetric 3x3 block (n, 3, 3) is positive definite, by its leading minors."""
    a, b, c = blocks[:, 0, 0], blocks[:, 0, 1], blocks[:, 0, 2]
    d, e, f = blocks[:, 1, 1], blocks[:, 1, 2], blocks[:, 2, 2]
    second = a * d - b * b
    third = f * second - a * e * e - d * c * c + 2.0 * b * c * e
    return (a > 0.0) & (second > 0.0) & (third > 0.0)
