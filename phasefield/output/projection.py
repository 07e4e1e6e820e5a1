"""Fields that are known in the weak sense only, as continuous functions on a part of the mesh."""

from __future__ import annotations

from collections.abc import Iterable

import ufl
from dolfinx import fem
from petsc4py import PETSc

from phasefield.solvers.assembly import AssembledVector, assembled_matrix, constrain, petsc_vector


class Projection:
    """The function v of a Lagrange space with ∫ v·w dV = weak(w) for all w, over the cells of `measures`; 0 elsewhere.

    Args:
        weak: linear form.
        space: Lagrange space of `weak`.
        measures: volume measures of the part of the mesh.
        name: name of the function.
    """

    def __init__(self, weak: ufl.Form, space: fem.FunctionSpace, measures: Iterable[ufl.Measure], name: str):
        self.function = fem.Function(space, name=name)
        self.block = space.dofmap.index_map_bs
        self.comm = space.mesh.comm
        self.weak = AssembledVector(weak, space)
        trial, test = ufl.TrialFunction(space), ufl.TestFunction(space)
        self.mass = assembled_matrix(sum(ufl.inner(trial, test) * dx for dx in measures))
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
