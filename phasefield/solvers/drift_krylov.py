"""The corrections of a step of drift and diffusion by an iterative solver, for bodies too large to be factorized.

    [ A   Bᵀ ] [δx]      [r]        x = (P, u, ε̄, c), in which the step is a minimum
    [ B  −S  ] [δy] =  − [s]        y = (φ, μ), in which it is a maximum

MINRES (GMRES where not all equations come from one energy), preconditioned by a positive definite block for each of

- P: the nodal blocks of the operator of the staggered step, its curvature reflected where it is negative;
- u: the multigrid of mechanical equilibrium; ε̄: the stiffness of the mean strain with u eliminated;
- c: the diagonal, h_c = kT/(c (1 − c/c_max)) per volume, and what strain by defects adds to it;
- (φ, μ) together: S + B A⁻¹ Bᵀ with the blocks of P and c for A.

That last one is what makes the iterations independent of the mesh, of the Debye length and of the step. With μ of each
species in volts, ψ = kT μ/(z e), it is a network with conductors of positive size alone,

    ½ ε |∇φ|² + ½ |∇φ|²/σ + Σ_s [ ½ (z e)²/h_c (φ − ψ_s)² + ½ Δt (z e/kT)² M* ∇ψ_s·D∇ψ_s ],

(σ as in `polarization`). Where c is large φ and ψ are tied to each other and neither can be smoothed alone; seen as
one scalar problem the algebraic multigrid of a Laplacian merges the two first, and sees small c as two problems.
"""

from __future__ import annotations

import numpy as np
from dolfinx import fem
from mpi4py import MPI
from petsc4py import PETSc

from phasefield.errors import CaseError, ConvergenceError
from phasefield.initial import random_unknowns
from phasefield.solvers.assembly import constrain, petsc_vector, size_of
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.drift import DriftSystem, SpeciesEquations
from phasefield.solvers.monolithic import Unknowns, identity, joined
from phasefield.solvers.potential import multigrid, regular


def system_for(
    problem: CoupledProblem, species: list[SpeciesEquations], method: str, most_unknowns: int
) -> DriftSystem:
    """The linear system of a step by a `method` of `solver.drift`; "auto" factorizes up to `most_unknowns`.

    Raises CaseError where factors would be larger.
    """
    f = problem.functional
    fields = [f.P, *[f.phi] * f.electrostatics, *[f.u] * bool(problem.mechanics)]
    unknowns = size_of(fields + [field for s in species for field in (s.species.c, s.species.mu)])
    if method == "direct" and unknowns > most_unknowns:
        raise CaseError(
            f'defects: solver.drift = "direct" factorizes all unknowns together; found {unknowns}, allowed'
            f' {most_unknowns}. Use solver.drift = "auto", a coarser mesh or, where memory allows, raise'
            " solver.newton_unknowns"
        )
    iterative = method == "iterative" or unknowns > most_unknowns
    return (KrylovDriftSystem if iterative else DriftSystem)(problem, species)


class KrylovDriftSystem(DriftSystem):
    """`DriftSystem` without factors. `iterations` are those of the Krylov solver."""

    #: Reduction of the residual, in the norm of the preconditioner, by a correction; by one that has to be exact; by a
    #: search for unstable modes.
    REDUCTION, SMALL, COARSE = 1e-4, 1e-9, 1e-2
    MOST_ITERATIONS = 2000
    #: Vectors of P in which an unstable mode is looked for, and its part of the largest compliance that is no error.
    MODES, UNSTABLE = 4, 0.1

    def __init__(self, problem: CoupledProblem, species: list[SpeciesEquations]):
        super().__init__(problem, species)
        self._set_up_parts()
        self._set_up_krylov()

    # --- set-up -------------------------------------------------------------------------------------------

    def _free_by_field(self) -> dict[fem.Function, np.ndarray]:
        # Null modes are projected out, not held.
        free, problem = super()._free_by_field(), self.problem
        if self.functional.electrostatics:
            free[self.functional.phi] = problem.polarization.free_phi
        if problem.mechanics:
            free[self.functional.u] = problem.mechanics.free
        return free

    def _set_up_parts(self) -> None:
        """Numbers of the owned unknowns of each field, of all c and of (φ, μ); the strains that this rank owns."""
        self.places = self.parts(Unknowns(np.arange(self.free.size), np.zeros(0)))
        self.maximized = [field for field in self.places if field in self._maximized()]
        self.dual = np.concatenate([self.places[field] for field in self.maximized])
        self.concentrations = np.concatenate([self.places[s.species.c] for s in self.species])
        self.owned_strains = len(self.strains) if self.comm.rank == 0 else 0
        anchored = any(s.species.charge and not s.closed for s in self.species)
        #: Whether nothing fixes φ and the ψ of charged species.
        self.unfixed = self.functional.electrostatics and not anchored
        self.unfixed = self.unfixed and self.problem.polarization.null_space is not None

    def _set_up_krylov(self) -> None:
        local = self.free.size + self.owned_strains
        operator = PETSc.Mat().createPython(((local, None), (local, None)), self, comm=self.comm)
        operator.setUp()
        self.operator = operator
        self.potentials = PETSc.PC().create(self.comm)
        multigrid(self.potentials)
        self.ksp = PETSc.KSP().create(self.comm)
        self.ksp.setOptionsPrefix("drift_")
        self.ksp.setType("minres" if self.symmetric else "gmres")
        self.ksp.setGMRESRestart(100)
        self.ksp.getPC().setType("python")
        self.ksp.getPC().setPythonContext(self)
        self.ksp.setTolerances(atol=0.0, divtol=1e30, max_it=self.MOST_ITERATIONS)
        self.ksp.setFromOptions()

    # --- operator and preconditioner ----------------------------------------------------------------------

    def prepare(self, rate: float) -> None:
        """Operator and preconditioner at the present state, with the mass term `rate`."""
        self.assemble(rate)
        self.problem.polarization.prepare(rate)
        self._precondition()

    def factorize(self, shift: float = 0.0) -> None:
        """In place of factors: the preconditioner of what was assembled, whatever its mass term."""
        self.problem.polarization.prepare(0.0)
        self._precondition(shift)

    def _precondition(self, shift: float = 0.0) -> None:
        self.matrix = self._matrix(self.blocks, shift)
        self.compliance = 1.0 / np.abs(self.matrix.getDiagonal().array[self.concentrations])
        self.volts = self._volts()
        self.null_modes = self._null_modes()
        self.potentials.reset()
        self.potentials.setOperators(self._network())
        self.potentials.setUp()
        self.ksp.setOperators(self.operator)

    def _volts(self) -> np.ndarray:
        """1 for φ, z e/kT for the μ of charged species: what a unit of ψ is in the unknowns of (φ, μ)."""
        factors = {field: 1.0 for field in self.maximized}
        for s in self.species:
            if s.species.charge and self.functional.electrostatics:
                factors[s.species.mu] = s.species.charge / float(s.species.thermal.value)
        return np.concatenate([np.full(self.free_by_field[field].size, factor) for field, factor in factors.items()])

    def _network(self) -> PETSc.Mat:
        """S + B A⁻¹ Bᵀ in volts."""
        first = self.matrix.getOwnershipRange()[0]
        dual, concentrations = (
            PETSc.IS().createGeneral((first + places).astype(PETSc.IntType), comm=self.comm)
            for places in (self.dual, self.concentrations)
        )
        network = self.matrix.createSubMatrix(dual, dual)
        network.scale(-1.0)
        columns = self.matrix.createSubMatrix(concentrations, dual)
        rows = self.matrix.createSubMatrix(dual, concentrations)
        columns.diagonalScale(petsc_vector(self.comm, self.compliance), None)
        network.axpy(1.0, rows.matMult(columns), PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        polarization = self.problem.polarization
        if self.functional.electrostatics:
            others = {(i, i): nothing(self.comm, s.free_mu.size) for i, s in enumerate(self.species, 1)}
            laplacian = joined(self.comm, {(0, 0): polarization.polar_laplacian} | others)
            network.axpy(polarization.inverse_size, laplacian, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
        volts, free = petsc_vector(self.comm, self.volts), self.present_free[self.dual]
        network.diagonalScale(volts, volts)
        constrain(network, free, free, float(abs(network.getDiagonal().max()[1])))
        return regular(network, polarization.null_space if self.unfixed else None)

    def _null_modes(self) -> list[np.ndarray]:
        """Orthonormal changes of the fields that cost nothing: motions, and φ with all ψ, where nothing fixes them."""
        modes, problem = [], self.problem
        if problem.mechanics and problem.mechanics.null_space:
            for motion in problem.mechanics.null_space.getVecs():
                modes.append(np.zeros(self.free.size))
                modes[-1][self.places[self.functional.u]] = motion.array_r
        if self.unfixed:
            mode = np.zeros(self.free.size)
            mode[self.dual] = self.volts * self.present_free[self.dual]
            for s in self.species:
                mode[self.places[s.species.mu]] *= bool(s.species.charge)
            modes.append(mode / np.sqrt(problem.polarization.dot(mode, mode)))
        return modes

    def _without_null_modes(self, fields: np.ndarray) -> np.ndarray:
        for mode in self.null_modes:
            fields = fields - self.problem.polarization.dot(mode, fields) * mode
        return fields

    def mult(self, _matrix: PETSc.Mat, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """The operator of PETSc's solver: J with its border, zero where unknowns are held."""
        size, free = self.free.size, self.present_free
        fields = x.array_r[:size] * free
        product = self.matrix.createVecLeft()
        self.matrix.mult(petsc_vector(self.comm, fields), product)
        y.array[:size] = product.array_r * free
        if self.border:
            C, R, D = self.border
            strain = self.comm.bcast(x.array_r[size:].copy(), root=0)
            y.array[:size] += C @ strain
            y.array[size:] = (D @ strain + self.comm.allreduce(R @ fields))[: self.owned_strains]

    def apply(self, _pc: PETSc.PC, x: PETSc.Vec, y: PETSc.Vec) -> None:
        """The preconditioner of PETSc's solver."""
        size, f, problem = self.free.size, self.functional, self.problem
        given, result = x.array_r, np.zeros(self.free.size)
        result[self.places[f.P]] = self._applied(problem.polarization.polarization_pc, given[self.places[f.P]], 3)
        if problem.mechanics:
            result[self.places[f.u]] = self._applied(problem.mechanics.ksp.getPC(), given[self.places[f.u]], 3)
        result[self.concentrations] = self.compliance * given[self.concentrations]
        result[self.dual] = self.volts * self._applied(self.potentials, self.volts * given[self.dual])
        y.array[:size] = result * self.present_free
        if problem.mechanics and self.owned_strains:
            y.array[size:] = np.linalg.solve(problem.mechanics.strain_stiffness, given[size:])

    def _applied(self, pc: PETSc.PC, given: np.ndarray, block_size: int = 1) -> np.ndarray:
        x = petsc_vector(self.comm, given.copy(), block_size)
        y = x.duplicate()
        pc.apply(x, y)
        return y.array_r

    # --- solution -----------------------------------------------------------------------------------------

    def solve(self, residual: Unknowns) -> Unknowns:
        """The correction of a residual, after which each species that is closed in has its number again."""
        correction = self._solved(residual, self.SMALL if self.careful else self.REDUCTION)
        for s in self.species:
            if s.closed:
                place = self.places[s.species.c]
                correction.fields[place] += s.missing(correction.fields[place])
        return correction

    def _solved(self, residual: Unknowns, reduction: float) -> Unknowns:
        """−J⁻¹ times a residual. Raises ConvergenceError."""
        size = self.free.size
        fields = self._without_null_modes(-residual.fields * self.present_free)
        b = petsc_vector(self.comm, np.concatenate([fields, -residual.strain[: self.owned_strains]]))
        x = b.duplicate()
        self.ksp.setTolerances(rtol=reduction)
        self.ksp.solve(b, x)
        self.iterations += self.ksp.getIterationNumber()
        if self.ksp.getConvergedReason() < 0:
            raise ConvergenceError(
                "drift_diverged",
                f"drift and diffusion: {self.ksp.getType()} stopped with reason {self.ksp.getConvergedReason()} after"
                f" {self.ksp.getIterationNumber()} iterations",
            )
        strain = self.comm.bcast(x.array_r[size:].copy(), root=0)
        return Unknowns(self._without_null_modes(x.array_r[:size] * self.present_free), strain)

    def response(self, forces: np.ndarray) -> np.ndarray:
        """What forces on the fields change of them."""
        return self._solved(Unknowns(-forces, np.zeros(len(self.strains))), self.SMALL).fields

    def verify(self) -> None:
        """ConvergenceError ("not_convex") if a change of P is found that lowers the energy."""
        if not self.convex:
            raise ConvergenceError("not_convex", "the polarization is unstable")

    @property
    def convex(self) -> bool:
        """Whether no change of P is found that lowers the energy.

        There are no pivots to be counted. Lanczos steps with the inverse of the second variation by P, all other fields
        in equilibrium, find its mode of the largest negative compliance: one that has just become unstable, surely; one
        much stiffer than the softest stable mode may be missed.
        """
        volumes, dot = self.volumes[: self.owned_P], self.problem.polarization.dot
        x = random_unknowns(self.functional.spaces.P, self.functional.domain, 0)
        x = x * self.problem.polarization.free_P
        basis: list[np.ndarray] = []
        answers: list[np.ndarray] = []
        for _ in range(self.MODES):
            for other in basis * 2:
                x = x - dot(volumes * other, x) * other
            norm = np.sqrt(dot(volumes * x, x))
            if norm == 0.0:
                break
            basis.append(x / norm)
            x = self._compliant(volumes * basis[-1])
            answers.append(x)
        compliance = np.array([[dot(volumes * a, b) for a in basis] for b in answers])
        if not compliance.size:
            return True
        found = np.linalg.eigvalsh(0.5 * (compliance + compliance.T))
        return bool(found[0] >= -self.UNSTABLE * abs(found).max())

    def _compliant(self, force: np.ndarray) -> np.ndarray:
        """The change of P by a force on it."""
        fields = np.zeros(self.free.size)
        fields[: self.owned_P] = -force
        return self._solved(Unknowns(fields, np.zeros(len(self.strains))), self.COARSE).fields[: self.owned_P]


def nothing(comm: MPI.Comm, owned: int) -> PETSc.Mat:
    """Zeros, with places for the diagonal."""
    matrix = identity(comm, owned)
    matrix.scale(0.0)
    return matrix
