"""The flexoelectric field as a field of the same space as P."""

from __future__ import annotations

import ufl
from dolfinx import fem
from petsc4py import PETSc
from ufl.core.expr import Expr

from phasefield.output.derived import DerivedField
from phasefield.physics import flexoelectricity
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling
from phasefield.solvers.assembly import AssembledVector, assembled_matrix, constrain, petsc_vector


class FlexoField(DerivedField):
    """E_k = f_ijkl ∂_lε_ij in the weak sense, so that elements of degree 1 have it too.

    ∫ E·v dV = −∫ f_ijkl ε_ij ∂_lv_k dV + ∮ f_ijkl ε_ij v_k n_l dA for all v of the space of P, over the body with
    flexocoupling: what the equation of P is driven by, without the surface terms of any form.
    """

    def __init__(self, functional: Functional, scaling: Scaling):
        self.name, self.functional, self.scale = "E_flexo", functional, scaling.field
        space = functional.spaces.P
        self.function = fem.Function(space, name=self.name)
        self.weak = AssembledVector(self._weak(ufl.TestFunction(space)), space)
        trial, test = ufl.TrialFunction(space), ufl.TestFunction(space)
        measures = [functional.dx(region, 2 * functional.degree) for region in functional.flexo_regions]
        self.mass = assembled_matrix(sum(ufl.inner(trial, test) * dx for dx in measures))
        inside = (self.mass.getDiagonal().array > 0.0).astype(float)
        constrain(self.mass, inside, inside, 1.0)
        self.ksp = PETSc.KSP().create(functional.domain.mesh.comm)
        self.ksp.setOperators(self.mass)
        self.ksp.setType("cg")
        self.ksp.getPC().setType("jacobi")
        self.ksp.setTolerances(rtol=1e-12, atol=0.0)

    def _weak(self, v: Expr) -> ufl.Form:
        f = self.functional
        volume = [
            -flexoelectricity.energy_density(f.strain(), f.domain.grad(v), c.flexo) * f.dx(region)
            for region, c in f.flexo_regions.items()
        ]
        surface = flexoelectricity.surface_energy(f.strain(), v, f.domain.normal(), f.flexo_coefficients)
        return sum(volume) + surface * f.flexo_skin()

    def update(self) -> None:
        """Project at the present strain (solver units; multiply by `scale` for SI)."""
        comm = self.functional.domain.mesh.comm
        right = petsc_vector(comm, self.weak(), 3)
        solution = petsc_vector(comm, self.function.x.array[: self.weak.owned], 3)
        self.ksp.solve(right, solution)
        self.function.x.scatter_forward()
