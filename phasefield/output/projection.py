"""Fields that are known in the weak sense only, as continuous functions on a part of the mesh."""

from __future__ import annotations

from collections.abc import Collection

import ufl
from dolfinx import fem
from petsc4py import PETSc

from phasefield.physics.functional import Functional
from phasefield.solvers.assembly import AssembledVector, assembled_matrix, constrain, petsc_vector


class Projection:
    """The function v of a Lagrange space with ∫ v·w dV = weak(w) for all w, over some regions; 0 elsewhere.

    Args:
        weak: linear form.
        space: Lagrange space of `weak`.
        functional: the problem that knows the regions.
        regions: names of those that v lives in.
        name: name of the function.
    """

    def __init__(
        self, weak: ufl.Form, space: fem.FunctionSpace, functional: Functional, regions: Collection[str], name: str
    ):
        self.function = fem.Function(space, name=name)
        self.block = space.dofmap.index_map_bs
        self.comm = space.mesh.comm
        self.weak = AssembledVector(weak, space)
        product = ufl.inner(ufl.TrialFunction(space), ufl.TestFunction(space))
        mass = [product * functional.dx(region, 2 * functional.degree) for region in regions]
        # The others contribute nothing but the places of their diagonal.
        zero = fem.Constant(space.mesh, 0.0)
        places = [zero * product * functional.dx(region, 1) for region in functional.regions if region not in regions]
        self.mass = assembled_matrix(sum(places, sum(mass)))
        inside = (self.mass.getDiagonal().array > 0.0).astype(float)
        constrain(self.mass, inside, inside, 1.0)
        self.ksp = PETSc.KSP().create(self.comm)
        self.ksp.setOperators(self.mass)
        self.ksp.setType("cg")
        self.ksp.getPC().setType("jacobi")
        self.ksp.setTolerances(rtol=1e-12, atol=0.0)

    def update(self) -> None:
        """Evaluate at the present state."""
        right = petsc_vector(self.comm, self.weak(), self.block)
        solution = petsc_vector(self.comm, self.function.x.array[: self.weak.owned], self.block)
        self.ksp.solve(right, solution)
        self.function.x.scatter_forward()
