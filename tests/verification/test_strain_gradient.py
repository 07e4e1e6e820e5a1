"""Strain-gradient elasticity by interior penalties: orders by manufactured solutions, and a positive energy (V0.1).

Theory for elements of degree 2 and an equation of fourth order: order 1 of second derivatives, which are what the
energy measures, and 2 of u and its first derivatives.
"""

import numpy as np
import pytest
import ufl
from dolfinx import fem
from manufactured import Manufactured, lab_points
from mpi4py import MPI
from relaxed import errors, linear_dielectric, order, uniform

from phasefield.boundary import Conditions
from phasefield.build import region_coefficients
from phasefield.case import load_case
from phasefield.case.material import case_material
from phasefield.ferroelectric import Body, crystal_rotation
from phasefield.mesh import build_domain
from phasefield.physics import elasticity
from phasefield.physics.functional import BoundaryTerm, Functional
from phasefield.scaling import scaling_for
from phasefield.solvers.assembly import assembled_matrix
from phasefield.solvers.mechanics import MechanicsSolver
from phasefield.tensors import VOIGT

MATERIAL = linear_dielectric(1e9, 1e6) | {"elastic": {"C11": 1.7e11, "C12": 8e10, "C44": 1.1e11}}
SIZES = (2.5e-9, 3.0e-9, 3.5e-9)


class StrainGradientProblem:
    """u of a manufactured solution, held on the surface, with the double traction n·l² ∇(C ε) there.

    The body force is −∂_j C_ijkl ∂_l (u_k − l² Δu_k); each component of u is one plane wave, of which −Δ is |k|².
    """

    def __init__(self, axes: str, cells: int, cell: str, length: float, part: float = 1.0):
        case = load_case(
            {
                "version": 1,
                "material": MATERIAL,
                "crystal": {"x": [1, 1, 0], "z": [-1, 1, 1]},
                "mesh": {
                    "kind": "box",
                    "axes": axes,
                    "size": [part * size for size in SIZES[: len(axes)]],
                    "cells": [cells] * len(axes),
                    "degree": 2,
                    "cell": cell,
                },
                "initial": uniform(0, 0, 0),
                "electrostatics": {"enabled": False},
            }
        )
        material = case_material(case)
        self.length, self.scaling = length, scaling_for(material)
        self.domain = build_domain(case.mesh, MPI.COMM_WORLD)
        self.exact = Manufactured(material, crystal_rotation(case), self.domain.axes)
        regions = region_coefficients(case, self.domain, Body(case, self.domain, self.scaling))
        self.functional = Functional(self.domain, 2, regions, electrostatics=False, strain_gradient_length=length * 1e9)
        self._add_loads()
        conditions = Conditions(case, self.functional, self.scaling)
        self.functional.u.interpolate(self.value)
        facets = np.concatenate([self.domain.facets(name) for name in self.domain.boundaries])
        nodes = fem.locate_dofs_topological(self.functional.spaces.phi, self.domain.dim - 1, np.unique(facets))
        conditions.free_u.reshape(-1, 3)[nodes] = 0.0
        self.functional.u.x.array[conditions.free_u == 1.0] = 0.0
        self.mechanics = MechanicsSolver(self.functional, conditions.free_u, [], np.zeros(12), 1e-11)

    def value(self, x: np.ndarray) -> np.ndarray:
        """The exact displacement in solver units."""
        return self.exact.u.value(lab_points(self.domain.axes, x)) / self.scaling.displacement

    def _force(self, x: np.ndarray) -> np.ndarray:
        points = lab_points(self.domain.axes, x)
        waves = self.exact.u
        factor = 1.0 + self.length**2 * (waves.k**2).sum(axis=1)
        force = -np.einsum("ijkl,k,kljn->in", self.exact.C, factor, waves.hessian(points))
        return force * self.scaling.displacement / self.scaling.energy_density

    def _strain_gradient(self, x: np.ndarray) -> np.ndarray:
        """Gradient (per nm) of the Voigt strain, 18 values."""
        second = self.exact.u.hessian(lab_points(self.domain.axes, x)) * 1e-9 / self.scaling.strain
        strain = 0.5 * (second + second.swapaxes(0, 1))
        factor = (1.0, 1.0, 1.0, 2.0, 2.0, 2.0)
        return np.concatenate([w * strain[pair] for w, pair in zip(factor, VOIGT, strict=True)])

    def _add_loads(self) -> None:
        f, mesh = self.functional, self.domain.mesh
        force = fem.Function(fem.functionspace(mesh, ("Lagrange", 4, (3,))))
        force.interpolate(self._force)
        f.volume_loads.append(lambda P, u, phi: -ufl.inner(force, u))
        change = fem.Function(fem.functionspace(mesh, ("Lagrange", 4, (6, 3))))
        change.interpolate(self._strain_gradient)
        (coefficients,) = f.regions.values()

        def double_traction(P, u, phi, normal):  # type: ignore[no-untyped-def]
            traction = f.length**2 * ufl.dot(coefficients.stiffness, ufl.dot(change, normal))
            return -ufl.inner(traction, elasticity.voigt_strain(self.domain.grad(u)))

        # The faces across z have two names each.
        faces = [f"{axis}_{side}" for axis in self.domain.axis_names for side in ("min", "max")]
        f.boundary_terms += [BoundaryTerm("load", name, double_traction) for name in faces]

    def errors(self) -> tuple[float, float, float]:
        """Errors of u in L2 and H1 and of its second derivatives inside the cells, after the solve."""
        self.mechanics.solve()
        u = self.functional.u
        exact = fem.Function(fem.functionspace(self.domain.mesh, ("Lagrange", 4, (3,))))
        exact.interpolate(self.value)
        second = ufl.grad(ufl.grad(u - exact))
        square = fem.assemble_scalar(fem.form(ufl.inner(second, second) * ufl.dx(metadata={"quadrature_degree": 6})))
        return *errors(u, self.value), float(np.sqrt(square))


@pytest.mark.parametrize(
    ("axes", "cell", "cells", "part"),
    [
        ("x", "simplex", (8, 16, 32, 64), 1.0),
        ("yz", "tensor", (4, 8, 16), 1.0),
        pytest.param("xz", "simplex", (8, 16, 32), 1.0, marks=pytest.mark.long),
        pytest.param("xyz", "tensor", (2, 4, 8), 1.0, marks=pytest.mark.long),
        pytest.param("xyz", "simplex", (2, 4, 8), 0.25, marks=pytest.mark.long),
    ],
    ids=["line", "quadrilaterals", "triangles", "hexahedra", "tetrahedra"],
)
def test_orders(axes: str, cell: str, cells: tuple[int, ...], part: float) -> None:
    """At least the nominal orders on the two finest meshes; tetrahedra show theirs on a part of the waves."""
    found = [StrainGradientProblem(axes, n, cell, 1e-9, part).errors() for n in cells]
    spacings = [1.0 / n for n in cells]
    orders = [order(spacings, list(e)) for e in zip(*found, strict=True)]
    assert (np.array(orders) > np.array([2.0, 2.0, 1.0]) - 0.15).all(), orders


@pytest.mark.parametrize("squeezed", [1.0, 0.1])
@pytest.mark.parametrize("cell", ["tensor", pytest.param("simplex", marks=pytest.mark.long)])
def test_energy_is_positive_whatever_the_cells(cell: str, squeezed: float) -> None:
    """Only displacements that are linear cost nothing, also where cells are flat and triangles obtuse."""
    # So long a length that the elastic energy is round-off beside that of strain gradients.
    problem = StrainGradientProblem("yz", 4, cell, 1e-2)
    functional, x = problem.functional, problem.domain.mesh.geometry.x
    spacing = 1e9 * np.array(SIZES[:2]) / 4
    if cell == "simplex":
        inside = ((x[:, :2] > 0.1) & (x[:, :2] < 1e9 * np.array(SIZES[:2]) - 0.1)).all(axis=1)
        x[inside, :2] += spacing * np.random.default_rng(2).uniform(-0.3, 0.3, (inside.sum(), 2))
    x[:, 1] *= squeezed
    u = functional.u
    residual = ufl.derivative(functional.mechanical_energy(), u, ufl.TestFunction(u.function_space))
    stiffness = assembled_matrix(ufl.derivative(residual, u, ufl.TrialFunction(u.function_space)))
    values = np.linalg.eigvalsh(stiffness.convert("dense").getDenseArray())
    linear = 3 * (1 + 2)
    assert values[linear] > 1e3 * np.abs(values[:linear]).max()
