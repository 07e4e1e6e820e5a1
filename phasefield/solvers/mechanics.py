"""Mechanical equilibrium: displacement and mean strain for a given polarization.

div σ = 0 with σ = C(ε̄ + sym ∇u − ε°(P)), and for every free component of the mean strain the mean stress equals
the applied one. The operator depends on nothing that changes during a run: conjugate gradients with algebraic
multigrid (rigid-body modes as near null space), started from the last displacement. The free mean strains are
eliminated by their influence: w_k = −K⁻¹ ∂R/∂ε̄_k, once at set-up.

With strain-gradient elasticity the operator is one of fourth order, for which multigrid by aggregation needs more
and more iterations: there K is factored once, up to `DIRECT_SIZE`, and beyond it uniform strains, which such an
operator does not see either, join the near null space. So is that of a body of revolution, whose entries grow with the
distance from the axis and whose meshes grow from a contact: conjugate gradients took more than 1000 iterations there.
"""

from __future__ import annotations

import numpy as np
import ufl
from mpi4py import MPI
from petsc4py import PETSc

from phasefield.errors import ConvergenceError
from phasefield.physics.functional import Functional
from phasefield.solvers.assembly import (
    AssembledVector,
    assembled_matrix,
    constrain,
    default_options,
    petsc_vector,
    without_zeros,
)

#: Unknowns up to which there is no multigrid: it would have a single level there, whose incomplete factors fail on
#: the singular operator of a periodic domain.
MULTIGRID_SIZE = 100
#: Unknowns up to which such operators are factored, by the dimension of the mesh.
DIRECT_SIZE = {1: 10_000_000, 2: 1_000_000, 3: 40_000}
#: Shift of a singular operator, relative to its diagonal, before it is factored.
SHIFT = 1e-8
#: A residual below this part of the diagonal times the solution is round-off.
ROUND_OFF = 1e-14


class MechanicsSolver:
    """Solves for `functional.u` and the free components of `functional.mean_strain`.

    Args:
        functional: fields and energies.
        free: 1.0/0.0 over the local unknowns of u (ghosts included): 0.0 where the displacement is prescribed.
        free_strain: indices of the components of `functional.mean_strain` to be found.
        applied_stress: mean stress and moment (12, solver units) for these components.
        tolerance: residual relative to the internal forces.

    Attributes: nodal_forces, on the owned unknowns (solver units) beside the loads of the functional.
    """

    def __init__(
        self,
        functional: Functional,
        free: np.ndarray,
        free_strain: list[int],
        applied_stress: np.ndarray,
        tolerance: float,
    ):
        self.functional = functional
        self.tolerance = tolerance
        self.free_strain = free_strain
        self.applied_stress = applied_stress
        self.iterations = 0
        u, space = functional.u, functional.spaces.u
        residual = ufl.derivative(functional.mechanical_energy(), u, ufl.TestFunction(space))
        self.residual = AssembledVector(residual, space)
        self.owned = self.residual.owned
        self.free = free[: self.owned]
        self.nodal_forces: np.ndarray = np.zeros(self.owned)
        self.comm = functional.domain.mesh.comm
        self.K = assembled_matrix(ufl.derivative(residual, u, ufl.TrialFunction(space)))
        self._set_up_krylov()
        self._set_up_mean_strain()

    def _set_up_krylov(self) -> None:
        stiffness_scale = np.sqrt(self.K.getDiagonal().dot(self.K.getDiagonal()) / self.K.getSize()[0])
        constrain(self.K, self.free, self.free, stiffness_scale)
        self.K = without_zeros(self.comm, self.K)
        modes = self._modes(self._rigid_motions())
        null = self._null_modes(modes, stiffness_scale)
        strained = self.functional.strain_gradient_length > 0.0
        if strained:
            modes = self._modes([*self._rigid_motions(), *self._uniform_strains()])
        self.K.setNearNullSpace(PETSc.NullSpace().create(vectors=modes, comm=self.comm))
        self.null_space = PETSc.NullSpace().create(vectors=null, comm=self.comm) if null else None
        if self.null_space:
            self.K.setNullSpace(self.null_space)
        self.K.setOption(PETSc.Mat.Option.SPD, True)
        self.ksp = PETSc.KSP().create(self.comm)
        self.ksp.setOptionsPrefix("mechanics_")
        self.ksp.setOperators(self.K)
        self.ksp.setType("cg")
        domain = self.functional.domain
        small = self.K.getSize()[0] <= DIRECT_SIZE[domain.dim]
        if (strained or domain.axisymmetric) and small and has_factorization(self.comm):
            self._factor(SHIFT * stiffness_scale if self.null_space else 0.0)
        elif self.K.getSize()[0] > MULTIGRID_SIZE:
            self.ksp.getPC().setType("gamg")
            default_options("mechanics_", {"mg_levels_pc_type": "pbjacobi"})
        else:
            self.ksp.getPC().setType("jacobi")
        self.ksp.setInitialGuessNonzero(False)
        self.ksp.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
        self.ksp.setFromOptions()
        if self.null_space and self.ksp.getPC().getType() == "gamg":
            # The coarsest operator is as singular as K: its LU factors would hold the inverse of round-off.
            self.ksp.setUp()
            self.ksp.getPC().getMGCoarseSolve().getPC().setType("svd")

    def _factor(self, shift: float) -> None:
        """Precondition with the factors of K (plus `shift` on its diagonal, for an operator with a null space)."""
        if shift:
            shifted = self.K.copy()
            shifted.shift(shift)
            self.ksp.setOperators(self.K, shifted)
        pc = self.ksp.getPC()
        pc.setType("cholesky")
        if has_mumps():
            pc.setFactorSolverType("mumps")

    def _positions(self) -> np.ndarray:
        """Lab coordinates of the owned nodes, shape (n, 3); zero along axes that the mesh does not resolve."""
        x = np.zeros((self.owned // 3, 3))
        coordinates = self.functional.spaces.u.tabulate_dof_coordinates()[: self.owned // 3]
        for column, axis in enumerate(self.functional.domain.axes):
            x[:, axis] = coordinates[:, column]
        return x

    def _rigid_motions(self) -> list[np.ndarray]:
        """Translations and rotations at the owned nodes, each of shape (n, 3)."""
        x = self._positions()
        if self.functional.domain.axisymmetric:
            return self._axial_motions(x)
        modes = []
        for i in range(3):
            translation = np.zeros_like(x)
            translation[:, i] = 1.0
            modes.append(translation)
        for i, j in ((1, 2), (0, 2), (0, 1)):
            rotation = np.zeros_like(x)
            rotation[:, i], rotation[:, j] = -x[:, j], x[:, i]
            modes.append(rotation)
        return modes

    def _axial_motions(self, x: np.ndarray) -> list[np.ndarray]:
        """The translation along the axis of a body of revolution and the rotation about it, at positions (n, 3)."""
        translation, rotation = np.zeros_like(x), np.zeros_like(x)
        translation[:, 2] = 1.0
        rotation[:, 1] = x[:, 0]
        return [translation, rotation]

    def _uniform_strains(self) -> list[np.ndarray]:
        """Displacements of uniform strains at the owned nodes: with the rigid ones, all that are linear."""
        x = self._positions()
        modes = []
        for i in range(3):
            for j in self.functional.domain.axes:
                stretch = np.zeros_like(x)
                stretch[:, i] = x[:, j]
                modes.append(stretch)
        return modes

    def _modes(self, fields: list[np.ndarray]) -> list[PETSc.Vec]:
        """An orthonormal basis of displacements (n, 3), zero on prescribed unknowns."""
        vectors: list[PETSc.Vec] = []
        for field in fields:
            vector = petsc_vector(self.comm, (field.reshape(-1) * self.free).copy(), 3)
            scale = vector.norm()
            # Twice, because once is not orthogonal to round-off.
            for _ in range(2):
                for other in vectors:
                    vector.axpy(-vector.dot(other), other)
            if scale > 0.0 and vector.norm() > 1e-8 * scale:
                vector.normalize()
                vectors.append(vector)
        return vectors

    def _null_modes(self, modes: list[PETSc.Vec], scale: float) -> list[PETSc.Vec]:
        """Combinations of rigid modes that cost no energy under the boundary conditions."""
        if not modes:
            return []
        images = [self.K.createVecLeft() for _ in modes]
        for mode, image in zip(modes, images, strict=True):
            self.K.mult(mode, image)
        energies = np.array([[m.dot(i) for i in images] for m in modes])
        values, vectors = np.linalg.eigh(0.5 * (energies + energies.T))
        null = []
        for value, coefficients in zip(values, vectors.T, strict=True):
            if value < 1e-9 * scale:
                vector = modes[0].duplicate()
                vector.set(0.0)
                for c, mode in zip(coefficients, modes, strict=True):
                    vector.axpy(c, mode)
                vector.normalize()
                null.append(vector)
        return null

    def _set_up_mean_strain(self) -> None:
        """Influence of each free mean-strain component on u, and the stiffness of the mean strain."""
        f = self.functional
        self.influence: list[np.ndarray] = []
        self.strain_stiffness = np.zeros((len(self.free_strain),) * 2)
        if not self.free_strain:
            return
        self.strain_force = AssembledVector(*f.forces_on_mean_strain(self.free_strain))
        saved_u, saved_e = f.u.x.array.copy(), f.mean_strain.value.copy()
        f.u.x.array[:] = 0.0
        base_residual, base_stress = self.residual().copy(), self.stress_integral()
        scale = self._force_scale()
        for column, k in enumerate(self.free_strain):
            f.u.x.array[:] = 0.0
            f.mean_strain.value[:] = saved_e
            f.mean_strain.value[k] += 1.0
            load = (self.residual() - base_residual) * self.free
            w = np.zeros_like(f.u.x.array)
            if np.sqrt(self.comm.allreduce(load @ load)) > 1e-12 * scale:
                w[: self.owned] = self.solve_linear(-load, 1e-12)
                f.u.x.array[:] = w
                f.u.x.scatter_forward()
                w[:] = f.u.x.array
            self.influence.append(w)
            self.strain_stiffness[:, column] = self.stress_integral() - base_stress
        f.u.x.array[:], f.mean_strain.value[:] = saved_u, saved_e

    def _force_scale(self) -> float:
        """Size of the forces of a unit strain (solver units): what residuals are compared with at P = 0."""
        diagonal = self.K.getDiagonal()
        return float(np.sqrt(diagonal.dot(diagonal)))

    def solve_linear(self, rhs: np.ndarray, tolerance: float) -> np.ndarray:
        """x of K x = rhs to a residual of `tolerance` times the norm of rhs."""
        b = petsc_vector(self.comm, rhs, 3)
        x = self.K.createVecRight()
        if self.null_space:
            self.null_space.remove(b)
        if b.norm() == 0.0:
            return x.array.copy()
        self.ksp.setTolerances(rtol=tolerance, atol=0.0, max_it=1000)
        self.ksp.solve(b, x)
        if self.ksp.getConvergedReason() < 0 and not self._exact_to_round_off(b, x):
            raise ConvergenceError(
                "mechanics_diverged",
                f"the elastic solve stopped with reason {self.ksp.getConvergedReason()} after"
                f" {self.ksp.getIterationNumber()} iterations",
            )
        self.iterations += self.ksp.getIterationNumber()
        if self.null_space:
            self.null_space.remove(x)
        # Multigrid leaves dust on prescribed unknowns, which a continued run would not have.
        return x.array * self.free

    def _exact_to_round_off(self, b: PETSc.Vec, x: PETSc.Vec) -> bool:
        """Whether no iteration can improve x; conjugate gradients asked for more find K or its inverse indefinite."""
        residual, largest = b.duplicate(), b.duplicate()
        self.K.mult(x, residual)
        residual.aypx(-1.0, b)
        largest.pointwiseMult(self.K.getDiagonal(), x)
        return residual.norm() <= ROUND_OFF * largest.norm()

    def solve(self, reduction: float = 0.0) -> None:
        """Bring u and the free mean strain to equilibrium with the present polarization and loads.

        The residual is brought down to `tolerance` of the internal forces, or to `reduction` of itself if that
        asks for less. Raises ConvergenceError when the Krylov solver fails.
        """
        f = self.functional
        residual = (self.residual() - self.nodal_forces) * self.free
        internal = self.K.createVecLeft()
        self.K.mult(petsc_vector(self.comm, f.u.x.array[: self.owned].copy(), 3), internal)
        norm = np.sqrt(self.comm.allreduce(residual @ residual))
        scale = max(internal.norm(), norm)
        if norm > self.tolerance * scale and scale > 1e-14 * self._force_scale():
            f.u.x.array[: self.owned] += self.solve_linear(-residual, max(self.tolerance * scale / norm, reduction))
            f.u.x.scatter_forward()
        if self.free_strain:
            change = -np.linalg.solve(self.strain_stiffness, self.excess_stress())
            f.mean_strain.value[self.free_strain] += change
            for c, w in zip(change, self.influence, strict=True):
                f.u.x.array[:] += c * w

    def stress_integral(self) -> np.ndarray:
        """∂H/∂ε̄ of each free component: the integral of the stress, or of its moment for a curvature."""
        return self.comm.allreduce(np.einsum("ij->j", self.strain_force().reshape(-1, len(self.free_strain))))

    def excess_stress(self) -> np.ndarray:
        """Integral of what the stress has more than the applied one, for each free component of the mean strain."""
        return self.stress_integral() - self.functional.domain.volume * self.applied_stress[self.free_strain]


def has_mumps() -> bool:
    """Whether PETSc can factor matrices that are spread over ranks."""
    return bool(PETSc.Sys.hasExternalPackage("mumps"))


def has_factorization(comm: MPI.Comm) -> bool:
    """Whether PETSc can factor a matrix on this communicator."""
    return comm.size == 1 or has_mumps()
