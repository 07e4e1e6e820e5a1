"""The whole coupled system as one sparse matrix, solved directly: P, φ, u and the free mean strain at once.

    [ J  C ] [δx]      [r]        x = (P, φ, u)
    [ R  D ] [δε̄] =  − [s]

J holds the second derivatives of the energy, compiled from the same functional as the residuals, plus the mass term
of an implicit step and a shift. The mean strain ε̄ couples to every unknown: its few dense columns C and rows R stay
outside the matrix and are eliminated (D − R J⁻¹ C). Null modes of J, which cost no energy (a rigid motion, the
constant potential), are removed by holding one unknown for each of them. The unknowns of a floating electrode share
one value, so its rows and columns are added up.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.fem import petsc as fem_petsc
from mpi4py import MPI
from petsc4py import PETSc
from ufl.algorithms import expand_derivatives

from phasefield import jit
from phasefield.solvers.assembly import AssembledVector, constrain
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.direct import Factors

#: Blocks of a matrix by row and column.
Blocks = dict[tuple[int, int], PETSc.Mat]


@dataclass
class Unknowns:
    """Values for the owned unknowns of P, φ and u, one after the other, and for the free mean strain."""

    fields: np.ndarray
    strain: np.ndarray


class MonolithicSystem:
    """Residual, Jacobian and direct solve of a coupled problem.

    The signs of the pivots of LDLᵀ tell whether the energy is convex around the present state. Where not all equations
    come from one energy J is not symmetric, and it is the energy without what acts one way that is looked at.
    """

    def __init__(self, problem: CoupledProblem):
        self.problem = problem
        self.functional = problem.functional
        self.symmetric = problem.functional.variational
        self.comm = problem.functional.domain.mesh.comm
        self.strains = problem.mechanics.free_strain if problem.mechanics else []
        self.free_by_field = self._free_by_field()
        self.free = np.concatenate(list(self.free_by_field.values()))
        self.owned_P = problem.owned_P
        self._set_up_blocks()
        self._set_up_signs()
        self.factors = Factors(self.comm, self.symmetric, "newton_")
        if not self.symmetric:
            self.counterpart = Factors(self.comm, True, "newton_counterpart_")
            # The mean stress feels fewer forces than P does.
            form = ufl.derivative(self.functional.mechanical_energy(), self.functional.P)
            self.mechanical_force = AssembledVector(form, self.functional.spaces.P)

    # --- set-up -------------------------------------------------------------------------------------------

    def _free_by_field(self) -> dict[fem.Function, np.ndarray]:
        """1.0/0.0 over the owned unknowns of each field: 0.0 where prescribed or held against a null mode."""
        problem, f = self.problem, self.functional
        free = {f.P: problem.polarization.free_P}
        if f.electrostatics:
            free[f.phi] = held(self.comm, problem.polarization.free_phi, problem.polarization.null_space)
        if problem.mechanics:
            free[f.u] = held(self.comm, problem.mechanics.free, problem.mechanics.null_space)
        return free

    def _equations(self) -> dict[fem.Function, ufl.Form]:
        """Residuals by field."""
        return self.functional.equations()

    def _set_up_blocks(self) -> None:
        """The blocks of J; those that do not depend on the fields keep the values assembled here."""
        equations = self._equations()
        self.changing: list[tuple[PETSc.Mat, fem.Form]] = []
        self.blocks: Blocks = {}
        for i, row in enumerate(self.free_by_field):
            for j, column in enumerate(self.free_by_field):
                if block := self._block(equations[row], row, column):
                    self.blocks[i, j] = block
        self.floating = self.problem.polarization.floating
        self.sharing = self._sharing(self.floating.T) if self.floating else None

    def _block(self, residual: ufl.Form, row: fem.Function, column: fem.Function) -> PETSc.Mat | None:
        f = self.functional
        trial, test = ufl.TrialFunction(column.function_space), ufl.TestFunction(row.function_space)
        form = expand_derivatives(self._derivative(residual, column, trial))
        if row is column and row not in (f.phi, f.u):
            # Passive regions contribute nothing to P but the places of their diagonal. Only they get them: where an
            # integral over several regions meets one over a single one, DOLFINx keeps one of both.
            zero = fem.Constant(f.domain.mesh, 0.0)
            passive = [region for region in f.regions if region not in f.polar_regions]
            form += sum(zero * ufl.inner(trial, test) * f.dx(region, 1) for region in passive)
        if form.empty():
            return None
        compiled = jit.form(form)
        matrix = fem_petsc.create_matrix(compiled)
        fem_petsc.assemble_matrix(matrix, compiled)
        matrix.assemble()
        if self._changes(form):
            self.changing.append((matrix, compiled))
        return matrix

    def _derivative(self, residual: ufl.Form, field: fem.Function, trial: ufl.Argument) -> ufl.Form:
        """Derivative of a residual by a field."""
        return ufl.derivative(residual, field, trial)

    def _changes(self, block: ufl.Form) -> bool:
        """Whether a block depends on the fields."""
        return any(field in block.coefficients() for field in self.free_by_field)

    def _sharing(self, T: PETSc.Mat) -> PETSc.Mat:
        """The map from shared potentials to all unknowns: T for φ, the identity for P and u."""
        blocks = {(i, i): identity(self.comm, free.size) for i, free in enumerate(self.free_by_field.values())}
        return joined(self.comm, blocks | {(1, 1): T})

    def _set_up_signs(self) -> None:
        """Volumes of the unknowns of P, the diagonal of held unknowns, and the number of negative pivots."""
        self.volumes = np.zeros_like(self.free)
        self.volumes[: self.owned_P] = np.repeat(self.problem.polarization.volumes, 3)
        maximized = self._maximized()
        signs = [-np.ones_like(v) if field in maximized else np.ones_like(v) for field, v in self.free_by_field.items()]
        self.signs = np.concatenate(signs)
        self.negative_pivots = self.comm.allreduce(int((self.signs < 0.0).sum()))

    def _maximized(self) -> list[fem.Function]:
        """Fields in which the stationary point is a maximum."""
        return [self.functional.phi]

    # --- residual -----------------------------------------------------------------------------------------

    def residual(self) -> Unknowns:
        """Residuals of the present state, zero where unknowns are prescribed."""
        problem = self.problem
        force, gauss = problem.polarization.residual()
        parts = [force] if gauss is None else [force, gauss]
        strain = np.zeros(0)
        if problem.mechanics:
            parts.append(problem.mechanics.residual() * problem.mechanics.free)
            if self.strains:
                strain = problem.mechanics.excess_stress()
        return Unknowns(np.concatenate(parts), strain)

    def _forces(self) -> tuple[Unknowns, np.ndarray]:
        """The residual, and the part of the force on P that has a counterpart in the mean stress."""
        residual = self.residual()
        if self.symmetric:
            return residual, residual.fields[: self.owned_P]
        return residual, self.mechanical_force().copy()

    def _border(self, free: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """C, R and D: differences, which are exact because all residuals are linear in the mean strain."""
        mean = self.functional.mean_strain.value
        before, counterpart = self._forces()
        C = np.zeros((free.size, len(self.strains)))
        R = np.zeros((len(self.strains), free.size))
        D = np.zeros((len(self.strains),) * 2)
        for i, k in enumerate(self.strains):
            mean[k] += 1.0
            after, moved = self._forces()
            mean[k] -= 1.0
            C[:, i] = (after.fields - before.fields) * free
            R[i] = C[:, i]
            R[i, : self.owned_P] = (moved - counterpart) * free[: self.owned_P]
            D[:, i] = after.strain - before.strain
        return C, R, D

    # --- matrix -------------------------------------------------------------------------------------------

    def assemble(self, rate: float = 0.0, held: Collection[fem.Function] = ()) -> None:
        """J and its border at the present state, with the mass term `rate`.

        The fields `held` stay as they are; with the displacement the mean strain does too.
        """
        for matrix, form in self.changing:
            matrix.zeroEntries()
            fem_petsc.assemble_matrix(matrix, form)
            matrix.assemble()
        polarization = self.problem.polarization
        if polarization.consistent:
            self.blocks[0, 0].axpy(rate, polarization.mass, PETSc.Mat.Structure.SUBSET_NONZERO_PATTERN)
        parts = [0.0 * free if field in held else free for field, free in self.free_by_field.items()]
        self.present_free = np.concatenate(parts)
        self.rate = 0.0 if polarization.consistent else rate
        strained = self.strains and self.functional.u not in held
        self.border = self._border(self.present_free) if strained else None

    def factorize(self, shift: float = 0.0) -> None:
        """Factors of J with a lumped mass term `shift` more on P; ConvergenceError when MUMPS fails."""
        self.shift = shift
        self.factors.factorize(self._matrix(self.blocks, shift))
        if self.border:
            C, R, D = self.border
            self.influence = np.column_stack([self.factors.solve(column) for column in C.T])
            self.schur = D - self.comm.allreduce(R @ self.influence)

    def _matrix(self, blocks: Blocks, shift: float) -> PETSc.Mat:
        """The blocks as one matrix, with unit rows of either sign for held unknowns and mass terms."""
        free = self.present_free
        matrix = joined(self.comm, blocks)
        if self.sharing:
            matrix = shared(matrix, self.sharing)
        scale = float(abs(matrix.getDiagonal().max()[1]))
        constrain(matrix, free, free, 0.0)
        diagonal = matrix.getDiagonal()
        diagonal.array[:] += scale * self.signs * (1.0 - free) + (self.rate + shift) * self.volumes * free
        matrix.setDiagonal(diagonal)
        return matrix

    @property
    def convex(self) -> bool:
        """Whether the energy, with the mass terms of the last factors, is convex in P, u and ε̄ once φ is eliminated."""
        if self.symmetric:
            curvatures = np.linalg.eigvalsh(0.5 * (self.schur + self.schur.T)) if self.border else np.ones(1)
            return self.factors.inertia() == (self.negative_pivots, 0) and bool(curvatures.min() > 0.0)
        mechanics = list(self.free_by_field).index(self.functional.u)
        kept, replaced = (mechanics, 0), (0, mechanics)
        if self.functional.coupling.direct is None:
            kept, replaced = replaced, kept
        both_ways = self.blocks | {replaced: self.blocks[kept].transpose(PETSc.Mat())}
        self.counterpart.factorize(self._matrix(both_ways, self.shift))
        return self.counterpart.inertia() == (self.negative_pivots, 0)

    def solve(self, residual: Unknowns) -> Unknowns:
        """The Newton correction of a residual with the last factors."""
        fields = self.factors.solve(-residual.fields * self.present_free)
        if not self.border:
            return Unknowns(fields, np.zeros(len(self.strains)))
        rows = self.border[1]
        strain = np.linalg.solve(self.schur, -residual.strain - self.comm.allreduce(rows @ fields))
        return Unknowns(fields - self.influence @ strain, strain)

    def response(self, forces: np.ndarray) -> np.ndarray:
        """What forces on the fields change of them, with the last factors whose convexity was looked at.

        Where J is not symmetric it is the response of the energy without what acts one way, at a given mean strain.
        """
        if self.symmetric:
            return self.solve(Unknowns(-forces, np.zeros(len(self.strains)))).fields
        return self.counterpart.solve(forces * self.present_free)

    def move(self, by: Unknowns, length: float) -> None:
        """Add `length` times a correction to the fields and the mean strain."""
        start = 0
        for function, free in self.free_by_field.items():
            change = by.fields[start : start + free.size]
            start += free.size
            if function is self.functional.phi and self.floating:
                change = self.floating.expand(change)
            function.x.array[: free.size] += length * change
            function.x.scatter_forward()
        self.functional.mean_strain.value[self.strains] += length * by.strain

    def dot(self, a: Unknowns, b: Unknowns) -> float:
        """Inner product over all ranks."""
        return self.problem.polarization.dot(a.fields, b.fields) + float(a.strain @ b.strain)


def identity(comm: MPI.Comm, owned: int) -> PETSc.Mat:
    """Identity over unknowns distributed over the ranks."""
    diagonal = PETSc.Mat().createAIJ(((owned, None), (owned, None)), nnz=(1, 0), comm=comm)
    diagonal.assemble()
    diagonal.shift(1.0)
    return diagonal


def joined(comm: MPI.Comm, blocks: Blocks) -> PETSc.Mat:
    """Blocks as one matrix; each rank owns the rows of its part of each block."""
    rows = range(1 + max(i for i, _ in blocks))
    nest = PETSc.Mat().createNest([[blocks.get((i, j)) for j in rows] for i in rows], comm=comm)
    return nest.convert("aij", PETSc.Mat())


def shared(matrix: PETSc.Mat, sharing: PETSc.Mat) -> PETSc.Mat:
    """Tᵀ A T, with places for the diagonal of the rows that become empty."""
    reduced = matrix.PtAP(sharing)
    places = identity(matrix.comm, matrix.getLocalSize()[0])
    places.scale(0.0)
    reduced.axpy(1.0, places, PETSc.Mat.Structure.DIFFERENT_NONZERO_PATTERN)
    return reduced


def held(comm: MPI.Comm, free: np.ndarray, null_space: PETSc.NullSpace | None) -> np.ndarray:
    """`free` with as many unknowns held as there are null modes, so that no combination of modes is left.

    The unknowns are the pivots of an elimination of the modes with full pivoting.
    """
    free = free.copy()
    modes = np.column_stack([v.array_r for v in null_space.getVecs()]) if null_space else np.zeros((free.size, 0))
    for _ in range(modes.shape[1]):
        sizes = np.abs(modes).max(axis=1, initial=0.0)
        largest = sizes.max(initial=0.0)
        _, rank = comm.allreduce((largest, comm.rank), op=MPI.MAXLOC)
        row = None
        if comm.rank == rank:
            pivot = int(sizes.argmax())
            row, free[pivot] = modes[pivot].copy(), 0.0
        row = comm.bcast(row, root=rank)
        column = int(np.abs(row).argmax())
        modes -= np.outer(modes[:, column], row / row[column])
    return free
