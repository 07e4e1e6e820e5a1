"""The implicit step of polarization and potential: one symmetric indefinite linear system.

    [ M/τ + K + h(P, u)   B ] [δP]      [R_P]
    [ Bᵀ                 −L ] [δφ] =  − [R_φ]

K is the gradient (and surface) energy, L the dielectric operator and B their coupling: constant, assembled once, but
for L where there are electrons and holes, whose charge follows φ (`screening`).
h is the curvature ∂²(f_landau + f_elastic)/∂P² at fixed u (`curvature`). For degree 1 it is lumped, a block per node;
for degree 2 it is the consistent matrix; in both its negative part is reflected, so that the step is always a
direction of descent. Backward Euler, whose correction is Newton's, has the consistent matrix as it is. The residual
is consistent in every case: only the operator is approximated, never the state that it converges to.

Solved by MINRES; preconditioner: point-block Jacobi on P and algebraic multigrid on (ε + 1/σ)-Laplacian for φ,
where σ is the size of the P block, the Schur complement of a P block that is diagonal.
"""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc as fem_petsc
from petsc4py import PETSc

from phasefield import jit
from phasefield.errors import ConvergenceError
from phasefield.physics.functional import Functional
from phasefield.solvers.assembly import (
    AssembledVector,
    assembled_matrix,
    constrain,
    nodal_volumes,
    petsc_vector,
    without_zeros,
)
from phasefield.solvers.curvature import NodalCurvature, PointCurvature, below, reflected
from phasefield.solvers.floating import Floating
from phasefield.solvers.potential import PotentialSolver, multigrid, regular


class PolarizationSolver:
    """Residuals and linear solves for (P, φ).

    Args:
        functional: fields and energies.
        free_P, free_phi: 1.0/0.0 over the local unknowns (ghosts included), 0.0 where prescribed.
        floating: groups of potential unknowns that share one value (floating electrodes).
        exact: use the consistent mass and curvature, negative where it is, for any degree.
        tolerance: relative tolerance of the linear solve.
    """

    def __init__(
        self,
        functional: Functional,
        free_P: np.ndarray,
        free_phi: np.ndarray,
        floating: Floating | None = None,
        exact: bool = False,
        tolerance: float = 1e-4,
    ):
        self.functional = functional
        self.exact = exact
        self.consistent = exact or functional.degree > 1
        self.floating = floating
        self.tolerance = tolerance
        self.comm = functional.domain.mesh.comm
        self.iterations = 0
        self.clipped = 0
        energy = functional.polarization_energy()
        P, phi = functional.P, functional.phi
        V, W = functional.spaces.P, functional.spaces.phi
        force = ufl.derivative(energy, P, ufl.TestFunction(V))
        self.force = AssembledVector(force, V)
        self.free_P = free_P[: self.force.owned]
        self.volumes = nodal_volumes(functional)
        if functional.electrostatics:
            gauss = ufl.derivative(energy, phi, ufl.TestFunction(W))
            self.gauss = AssembledVector(gauss, W)
            self.free_phi = free_phi[: self.gauss.owned]
        self._set_up_polarization(force)
        if functional.electrostatics:
            self._set_up_potential(force, gauss)
        self._set_up_krylov()

    # --- set-up -------------------------------------------------------------------------------------------

    def _set_up_polarization(self, force: ufl.Form) -> None:
        f = self.functional
        trial, test = ufl.TrialFunction(f.spaces.P), ufl.TestFunction(f.spaces.P)
        dx = [f.dx(region, 2 * f.degree) for region in f.polar_regions]
        # Passive regions contribute nothing but the places of their diagonal in the operator.
        zero = fem.Constant(f.domain.mesh, 0.0)
        places = [zero * ufl.inner(trial, test) * f.dx(r, 1) for r in f.regions if r not in f.polar_regions]
        quadratic = f.energy(terms=("gradient", "surface"))
        constant = sum(places, ufl.derivative(ufl.derivative(quadratic, f.P, test), f.P, trial))
        if self.consistent:
            self.mass = assembled_matrix(sum(ufl.inner(trial, test) * d for d in dx))
            constrain(self.mass, self.free_P, self.free_P, 0.0)
            self.points = PointCurvature(f)
            self.local = jit.form(sum(places, self.points.form(trial, test)))
            self.A0 = assembled_matrix(constant)
            self.A = fem_petsc.create_matrix(self.local)
            self._assemble_tangent()
            return
        quadratic_operator = assembled_matrix(constant)
        constrain(quadratic_operator, self.free_P, self.free_P, 0.0)
        # As AIJ: without its zeros it is six times as fast as BAIJ, whose blocks would be mostly empty.
        self.A0 = without_zeros(self.comm, quadratic_operator, keep_blocks=True)
        self.A = self.A0.duplicate(copy=True)
        self.nodes = NodalCurvature(f)
        first = self.A.getOwnershipRange()[0] // 3
        self.block_rows = np.arange(first, first + len(self.volumes), dtype=PETSc.IntType).reshape(-1, 1)
        self.fixed_blocks = np.einsum("ni,ij->nij", 1.0 - self.free_P.reshape(-1, 3), np.eye(3))
        self.free_blocks = np.einsum("ni,nj->nij", self.free_P.reshape(-1, 3), self.free_P.reshape(-1, 3))
        self.fixed_scale = float(abs(self.A0.getDiagonal().max()[1]))

    def _set_up_potential(self, force: ufl.Form, gauss: ufl.Form) -> None:
        f = self.functional
        W = f.spaces.phi
        self.B = assembled_matrix(ufl.derivative(force, f.phi, ufl.TrialFunction(W)))
        constrain(self.B, self.free_P, self.free_phi, 0.0)
        self.Bt = assembled_matrix(ufl.derivative(gauss, f.P, ufl.TrialFunction(f.spaces.P)))
        constrain(self.Bt, self.free_phi, self.free_P, 0.0)
        self.dielectric = jit.form(-ufl.derivative(gauss, f.phi, ufl.TrialFunction(W)))
        self.polar_laplacian = assembled_matrix(self._polar_laplacian())
        if self.floating:
            self.B, self.Bt, self.polar_laplacian, self.free_phi = self.floating.reduce(
                self.B, self.Bt, self.polar_laplacian, self.free_phi
            )
        self.L = self._dielectric_operator()
        constrain(self.polar_laplacian, self.free_phi, self.free_phi, 0.0)
        self.B, self.Bt = without_zeros(self.comm, self.B), without_zeros(self.comm, self.Bt)
        self.polar_laplacian = without_zeros(self.comm, self.polar_laplacian)
        if f.carriers is None:
            self.L = without_zeros(self.comm, self.L)
        self.null_space = self._potential_null_space(self.largest_L)
        self.potential = PotentialSolver(self.L, self.null_space)
        self.inverse_size = -1.0
        self.Lneg = self.L.copy()
        self.Lneg.scale(-1.0)

    def _dielectric_operator(self) -> PETSc.Mat:
        """L at the present φ."""
        matrix = fem_petsc.create_matrix(self.dielectric)
        fem_petsc.assemble_matrix(matrix, self.dielectric)
        matrix.assemble()
        if self.floating:
            matrix, whole = self.floating.reduce_dielectric(matrix), matrix
            whole.destroy()
        self.largest_L = float(abs(matrix.getDiagonal().max()[1]))
        constrain(matrix, self.free_phi, self.free_phi, self.largest_L)
        return matrix

    def _polar_laplacian(self) -> ufl.Form:
        f = self.functional
        trial, test = ufl.TrialFunction(f.spaces.phi), ufl.TestFunction(f.spaces.phi)
        return sum(
            ufl.inner(ufl.grad(trial), ufl.grad(test)) * f.dx(region, 2 * f.degree) for region in f.polar_regions
        )

    def _potential_null_space(self, scale: float) -> PETSc.NullSpace | None:
        """The constant potential, where nothing fixes it."""
        constant = self.L.createVecRight()
        constant.array[:] = self.free_phi
        size = constant.norm()
        if size == 0.0:
            return None
        image = self.L.createVecLeft()
        self.L.mult(constant, image)
        if image.norm() > 1e-10 * scale * size:
            return None
        constant.normalize()
        return PETSc.NullSpace().create(vectors=[constant], comm=self.comm)

    def _set_up_krylov(self) -> None:
        self.polarization_pc = PETSc.PC().create(self.comm)
        # Not `pbjacobi`, which is the same for blocks of one size: that of PETSc 3.25 keeps the inverse blocks of the
        # first operator when its entries change.
        self.polarization_pc.setType("vpbjacobi")
        self.A.setVariableBlockSizes(np.full(len(self.volumes), 3, dtype=PETSc.IntType))
        self.ksp = PETSc.KSP().create(self.comm)
        self.ksp.setOptionsPrefix("polarization_")
        self.ksp.setType("minres")
        self.ksp.setTolerances(rtol=self.tolerance, atol=0.0, divtol=1e10, max_it=2000)
        if self.functional.electrostatics:
            self.potential_pc = PETSc.PC().create(self.comm)
            multigrid(self.potential_pc)
            self.operator = PETSc.Mat().createNest([[self.A, self.B], [self.Bt, self.Lneg]], comm=self.comm)
            if self.null_space:
                self.operator.setNullSpace(self._nest_null_space(self.null_space))
            self.ksp.getPC().setType("python")
            self.ksp.getPC().setPythonContext(BlockDiagonal(self.polarization_pc, self.potential_pc))
        else:
            self.operator = self.A
            self.ksp.setPC(self.polarization_pc)
        self.ksp.setFromOptions()

    def _nest_null_space(self, potential: PETSc.NullSpace) -> PETSc.NullSpace:
        zero = self.A.createVecRight()
        zero.set(0.0)
        constant = potential.getVecs()[0]
        return PETSc.NullSpace().create(
            vectors=[PETSc.Vec().createNest([zero, constant], comm=self.comm)], comm=self.comm
        )

    # --- operator -----------------------------------------------------------------------------------------

    def prepare(self, rate: float, bold: bool = False) -> None:
        """Set the operator up at the present P and u with the mass term `rate` = γ/(Γ Δt) (solver units).

        If `bold` the curvature stays as it is where it is negative: the operator need not be definite then.
        """
        if self.consistent:
            self._assemble_tangent(None if self.exact or bold else rate)
            scale = float(abs(self.A.getDiagonal().max()[1]))
            constrain(self.A, self.free_P, self.free_P, scale)
            self.A.axpy(rate, self.mass, PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN)
        else:
            blocks = self._blocks(rate, bold)
            self.A0.copy(self.A, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
            self.A.setValuesBlockedRCV(
                self.block_rows, self.block_rows, blocks.reshape(-1, 9), PETSc.InsertMode.ADD_VALUES
            )
            self.A.assemble()
        self.polarization_pc.setOperators(self.A)
        self.polarization_pc.setUp()
        if self.functional.electrostatics:
            self.refresh_dielectric()
            self._refresh_potential_preconditioner()
        self.ksp.setOperators(self.operator)

    def refresh_dielectric(self) -> None:
        """L at the present φ, on which it depends where there are electrons and holes."""
        if self.functional.carriers is None:
            return
        present = self._dielectric_operator()
        present.copy(self.L, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        present.destroy()
        self.L.copy(self.Lneg, PETSc.Mat.Structure.SAME_NONZERO_PATTERN)
        self.Lneg.scale(-1.0)
        self.inverse_size = -1.0

    def _assemble_tangent(self, rate: float | None = None) -> None:
        """Gradient, surface and local energy, the last one reflected where a mass term `rate`, if any, asks for it."""
        self.clipped = self.points.update(rate)
        self.A.zeroEntries()
        fem_petsc.assemble_matrix(self.A, self.local)
        self.A.assemble()
        self.A.axpy(1.0, self.A0, PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN)

    def mean_curvature(self) -> np.ndarray:
        """Second derivative of the energy by a uniform P, u and φ held, per polar volume (3, 3)."""
        if self.consistent:
            self._assemble_tangent()
            uniform = [petsc_vector(self.comm, self.free_P * np.tile(e, len(self.volumes)), 3) for e in np.eye(3)]
            total = np.array([[d.dot(self.A * e) for d in uniform] for e in uniform])
        else:
            total = self.comm.allreduce((self.nodes.blocks() * self.free_blocks).sum(axis=0))
        return total / self._volume()

    def _blocks(self, rate: float, bold: bool) -> np.ndarray:
        """Nodal 3x3 blocks: mass plus curvature, kept positive definite unless `bold`."""
        curvature = self.nodes.blocks()
        shifts = rate * self.volumes
        blocks = curvature + shifts[:, None, None] * np.eye(3)
        negative = np.zeros(0, dtype=int) if bold else below(curvature, shifts)
        negative = negative[self.volumes[negative] > 0.0]
        self.clipped = len(negative)
        if len(negative):
            blocks[negative] = reflected(curvature[negative], shifts[negative])
        return blocks * self.free_blocks + self.fixed_scale * self.fixed_blocks

    def _refresh_potential_preconditioner(self) -> None:
        """Rebuild the multigrid when the size of the P block reached another power of two.

        It is built for that power, not for the size itself: so it depends on the present state alone, and a run
        that was stopped and continued takes the same steps.
        """
        diagonal = self.A.getDiagonal().array.reshape(-1, 3) * self.free_P.reshape(-1, 3)
        total = self.comm.allreduce(abs(diagonal).sum())
        weight = self.comm.allreduce((self.volumes[:, None] * self.free_P.reshape(-1, 3)).sum())
        inverse_size = 2.0 ** round(np.log2(weight / total)) if total > 0.0 else 0.0
        if inverse_size == self.inverse_size:
            return
        self.inverse_size = inverse_size
        matrix = self.L.copy()
        matrix.axpy(inverse_size, self.polar_laplacian, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        self.potential_pc.reset()
        self.potential_pc.setOperators(regular(matrix, self.null_space))
        self.potential_pc.setUp()

    # --- residual and solve -------------------------------------------------------------------------------

    def residual(self) -> tuple[np.ndarray, np.ndarray | None]:
        """(δH/δP, δH/δφ) over the owned unknowns, zero where these are prescribed."""
        force = self.force() * self.free_P
        return force, self.gauss_residual() if self.functional.electrostatics else None

    def gauss_residual(self) -> np.ndarray:
        """δH/δφ over the owned unknowns, zero where they are prescribed."""
        gauss = self.gauss().copy()
        if self.floating:
            gauss = self.floating.reduce_residual(gauss)
        return gauss * self.free_phi

    def potential_increment(self, reduction: float) -> np.ndarray:
        """δφ that brings the residual of Gauss's law at fixed P down by the factor `reduction`."""
        increment = self.potential.solve(self.gauss_residual(), reduction, self._gauss_noise())
        return self.floating.expand(increment) if self.floating else increment

    def hidden_energy(self, gauss: np.ndarray) -> float:
        """½ R_φ · L⁻¹ R_φ: what H rises when φ, in which it is largest, comes to equilibrium at fixed P."""
        return 0.5 * self.dot(gauss, self.potential.solve(gauss, 1e-4, self._gauss_noise()))

    def _gauss_noise(self) -> float:
        """Round-off to expect in the norm of the residual of Gauss's law."""
        f = self.functional
        charge = self.Bt.createVecLeft()
        self.Bt.mult(petsc_vector(self.comm, f.P.x.array[: self.force.owned].copy(), 3), charge)
        phi = f.phi.x.array[: self.gauss.owned]
        screening = self.largest_L * np.sqrt(self.comm.allreduce(float(phi @ phi)))
        return 1e-14 * (charge.norm() + screening)

    def inertia(self, rate_of_change: np.ndarray) -> np.ndarray:
        """Mass times a vector of owned unknowns: the weak form of ∂P/∂t/Γ."""
        if not self.consistent:
            return np.repeat(self.volumes, 3) * rate_of_change * self.free_P
        result = self.mass.createVecLeft()
        self.mass.mult(petsc_vector(self.comm, rate_of_change, 3), result)
        return result.array.copy()

    def rms(self, vector: np.ndarray) -> float:
        """Root mean square over the polar volume of a nodal vector field."""
        weights = np.repeat(self.volumes, 3)
        return float(np.sqrt(self.comm.allreduce((weights * vector) @ vector) / self._volume()))

    def rms_field(self, force: np.ndarray) -> float:
        """Root mean square of the driving field δH/δP whose weak form is `force`."""
        weights = np.repeat(self.volumes, 3)
        strong = np.divide(force, weights, out=np.zeros_like(force), where=weights > 0.0)
        return self.rms(strong)

    def rms_correction(self, force: np.ndarray) -> float:
        """Root mean square of the change of P that the weak form `force` asks for, node by node.

        With the diagonal of the operator of the last `prepare` as stiffness.
        """
        return self.rms(force / self.A.getDiagonal().array)

    def _volume(self) -> float:
        return self.comm.allreduce(self.volumes.sum())

    def dot(self, a: np.ndarray, b: np.ndarray) -> float:
        """Inner product over all ranks."""
        return self.comm.allreduce(float(a @ b))

    def solve(
        self, force: np.ndarray, gauss: np.ndarray | None, tolerance: float | None = None
    ) -> tuple[np.ndarray, np.ndarray | None]:
        """Increments (δP, δφ) for the residual (force, gauss) with the operator of the last `prepare`.

        `tolerance` replaces the solver's own, for corrections whose residual is evaluated anew anyway.
        Raises ConvergenceError when the Krylov solver fails.
        """
        rhs = petsc_vector(self.comm, -force, 3)
        if gauss is not None:
            rhs = PETSc.Vec().createNest([rhs, petsc_vector(self.comm, -gauss)], comm=self.comm)
        x = rhs.duplicate()
        if self.functional.electrostatics and self.null_space:
            self.operator.getNullSpace().remove(rhs)
        self.ksp.setTolerances(rtol=tolerance or self.tolerance)
        self.ksp.solve(rhs, x)
        self.iterations += self.ksp.getIterationNumber()
        reason = self.ksp.getConvergedReason()
        if reason < 0:
            raise ConvergenceError(
                "polarization_diverged",
                f"MINRES stopped with reason {reason} after {self.ksp.getIterationNumber()} iterations",
            )
        if gauss is None:
            return x.array.copy(), None
        increments = [v.array.copy() for v in x.getNestSubVecs()]
        if self.floating:
            increments[1] = self.floating.expand(increments[1])
        return increments[0], increments[1]


class BlockDiagonal:
    """PETSc Python preconditioner: one preconditioner per block of a nested vector."""

    def __init__(self, *blocks: PETSc.PC):
        self.blocks = blocks

    def apply(self, pc: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """Apply each block's preconditioner."""
        for block, a, b in zip(self.blocks, x.getNestSubVecs(), y.getNestSubVecs(), strict=True):
            block.apply(a, b)
