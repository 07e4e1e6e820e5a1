"""One implicit step of drift and diffusion: concentrations, their potentials, P, φ, u and the mean strain together.

The step is the saddle point of

    H(P, u, φ, c) + Σ_s kT [ −∫ (c − c̃) μ − ½ Δt ∫ M* ∇μ·D∇μ ]

(plus the inertia of P, if P is not relaxed), found by Newton's method with the second derivatives of all of it; what
solves for its corrections is a `DriftSystem`, with factors here, without in `drift_krylov`. M* is the mobility of a
predicted state: then at fixed P there is one solution for any Δt, and with c̃ the last state H cannot rise. What keeps
the scheme sound on coarse meshes:

- The mixing energy has logarithms of its own at each node, which keep the solution inside 0 and c_max; a correction
  that would leave a node less than half of its distance to either moves the logarithm of that distance instead.
- The equation of c̃ is linear in c and μ and holds to round-off after a full correction; with μ = 1 as test function
  it says that the number of defects is conserved.
- A state without flow has ∇μ = 0 in every cell, whatever the mesh: equilibrium is detailed balance.
- M* is the exponential of a linear function on each cell, whose mean over a line is the logarithmic mean: in one
  dimension the flow of pure diffusion is that of linear c.
"""

from __future__ import annotations

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI

from phasefield.errors import ConvergenceError
from phasefield.physics.species import Species
from phasefield.solvers.assembly import AssembledVector, body_volumes
from phasefield.solvers.core import CoupledProblem
from phasefield.solvers.monolithic import MonolithicSystem, Unknowns


class SpeciesEquations:
    """Residuals of one species, what is prescribed of it, and how its concentrations move.

    Args:
        problem: the fields.
        species: the species.
        free_c, free_mu: 1.0/0.0 over the owned unknowns, 0.0 where prescribed.
        follows: 1.0 where the prescribed potential is that of the prescribed concentration.
    """

    #: Part of the distance to 0 or c_max up to which a concentration moves linearly in one correction, the largest
    #: change of its logarithm beyond, and the least distance (solver units): 40 decades below the concentration at the
    #: start, where no defect is left in any body, and the pivots of the factors still have their signs.
    NEAR, FARTHEST, LEAST = 0.5, 5.0, 1e-40

    def __init__(
        self, problem: CoupledProblem, species: Species, free_c: np.ndarray, free_mu: np.ndarray, follows: np.ndarray
    ):
        self.species, self.comm = species, problem.functional.domain.comm
        self.free_c, self.free_mu, self.follows = free_c, free_mu, follows
        functional, V = problem.functional, species.space
        self.force = AssembledVector(species.derivative(functional.energy(), ufl.TestFunction(V)), V)
        self.drift = functional.drift(species)
        self.exchange = AssembledVector(ufl.derivative(self.drift, species.c, ufl.TestFunction(V)), V)
        self.balance = AssembledVector(ufl.derivative(self.drift, species.mu, ufl.TestFunction(V)), V)
        self.volumes = body_volumes(functional, V)
        open_nodes = ((free_mu == 0.0) & (self.volumes > 0.0)).any()
        #: Whether no defects pass through boundaries.
        self.closed = not self.comm.allreduce(bool(open_nodes), op=MPI.LOR)

    @property
    def c(self) -> np.ndarray:
        """Owned concentrations (a view)."""
        return self.species.c.x.array[: self.species.owned]

    @property
    def free_sites(self) -> np.ndarray:
        """Owned free sites (a view)."""
        return self.species.free.x.array[: self.species.owned]

    def logits(self) -> np.ndarray:
        """ln(c/(c_max − c)) at the owned nodes of the body, 0 elsewhere."""
        inside = self.volumes > 0.0
        logits = np.zeros_like(self.volumes)
        logits[inside] = np.log(self.c[inside]) - np.log(self.free_sites[inside])
        return logits

    def residuals(self) -> tuple[np.ndarray, np.ndarray]:
        """Derivatives of H and of what a step adds to it by c and μ, zero where prescribed."""
        return (self.force() + self.exchange()) * self.free_c, self.balance() * self.free_mu

    def local_potential(self) -> np.ndarray:
        """δH/δc over kT at the owned nodes, 0 outside the polar regions."""
        weights = float(self.species.thermal.value) * self.volumes
        return np.divide(self.force(), weights, out=np.zeros_like(weights), where=weights > 0.0)

    def follow(self) -> float:
        """Prescribe the potentials of prescribed concentrations; the largest change (kT)."""
        if not self.comm.allreduce(bool(self.follows.any()), op=MPI.LOR):
            return 0.0
        mu = self.species.mu.x.array[: self.species.owned]
        change = np.where(self.follows > 0.0, self.local_potential() - mu, 0.0)
        mu += change
        self.species.mu.x.scatter_forward()
        return self.comm.allreduce(float(np.abs(change).max(initial=0.0)), op=MPI.MAX)

    def number(self) -> float:
        """Integral of the concentration (solver units)."""
        return self.comm.allreduce(float(self.volumes @ self.c))

    def missing(self, change: np.ndarray) -> np.ndarray:
        """What makes the number with a change of c that of the start of the step, by one change of ln c everywhere."""
        weights = self.species.mobility(self.c) * self.free_c
        old = self.species.old.x.array[: self.species.owned]
        number, size = self.comm.allreduce(self.volumes @ np.stack([old - self.c - change, weights], axis=1))
        return number / size * weights

    def spread(self, change: np.ndarray, around: np.ndarray) -> float:
        """Root mean square over the defects of a relative change of the concentration.

        `around` are concentrations of the same size; the weight of a change is the second derivative of the mixing
        energy, that is 1/c where defects are few.
        """
        inside = self.volumes > 0.0
        weights = self.volumes[inside] / self.species.mobility(around[inside])
        total = self.comm.allreduce(float(weights @ change[inside] ** 2))
        return float(np.sqrt(total / max(self.number(), np.finfo(float).tiny)))

    def move(self, change: np.ndarray) -> float:
        """Change the concentrations, inside their bounds; the part of all defects that this misses.

        Where one would lose more than half of its distance to 0 or c_max it is the logarithm of the distance that
        changes, by as much as its derivative says.
        """
        c, free = self.c.copy(), self.free_sites.copy()
        linear = c + change
        new_c, new_free = linear.copy(), free - change
        low, high = change < -self.NEAR * c, change > self.NEAR * free
        new_c[low] = np.maximum(c[low] * np.exp(np.maximum(change[low] / c[low], -self.FARTHEST)), self.LEAST)
        new_free[low] = free[low] + (c[low] - new_c[low])
        new_free[high] = np.maximum(
            free[high] * np.exp(np.maximum(-change[high] / free[high], -self.FARTHEST)), self.LEAST
        )
        new_c[high] = c[high] + (free[high] - new_free[high])
        self.c[:], self.free_sites[:] = np.minimum(new_c, self.species.site_density), new_free
        for function in (self.species.c, self.species.free):
            function.x.scatter_forward()
        missed = self.comm.allreduce(float(self.volumes @ np.abs(new_c - linear)))
        return missed / max(self.number(), np.finfo(float).tiny)


class DriftSystem(MonolithicSystem):
    """The linear system of a step, with the concentrations and potentials of all species beside P, φ and u.

    Attributes: iterations (factorizations so far); missed, by the last `move` (see `SpeciesEquations.move`); careful,
    whether corrections have to be exact, as close to where P loses its stability.
    """

    def __init__(self, problem: CoupledProblem, species: list[SpeciesEquations]):
        self.species = species
        self.iterations = 0
        self.missed = 0.0
        self.careful = False
        super().__init__(problem)

    def _free_by_field(self) -> dict[fem.Function, np.ndarray]:
        free = super()._free_by_field()
        for s in self.species:
            free |= {s.species.c: s.free_c, s.species.mu: s.free_mu}
        return free

    def _equations(self) -> dict[fem.Function, ufl.Form]:
        equations = super()._equations()
        for s in self.species:
            test = ufl.TestFunction(s.species.space)
            equations[s.species.c] = s.species.derivative(self.functional.energy() + s.drift, test)
            equations[s.species.mu] = ufl.derivative(s.drift, s.species.mu, test)
        return equations

    def _derivative(self, residual: ufl.Form, field: fem.Function, trial: ufl.Argument) -> ufl.Form:
        for s in self.species:
            if field is s.species.c:
                return s.species.derivative(residual, trial)
        return super()._derivative(residual, field, trial)

    def prepare(self, rate: float) -> None:
        """Make ready to `solve` at the present state, with the mass term `rate`.

        Raises ConvergenceError ("not_convex") where the energy is no minimum in P.
        """
        self.assemble(rate)
        self.factorize()
        self.iterations += 1
        if not self.convex:
            raise ConvergenceError("not_convex", "the polarization is unstable")

    def verify(self) -> None:
        """What `prepare` left to be checked at the end of a step: nothing."""

    def move(self, by: Unknowns, length: float) -> None:
        """Add `length` times a correction to the fields and the mean strain."""
        parts = self.parts(by)
        others = [0.0 * part if self._is_concentration(field) else part for field, part in parts.items()]
        super().move(Unknowns(np.concatenate(others), by.strain), length)
        self.missed = max(s.move(length * parts[s.species.c]) for s in self.species)

    def _is_concentration(self, field: fem.Function) -> bool:
        return any(field is s.species.c for s in self.species)

    def _changes(self, block: ufl.Form) -> bool:
        # The length of a step and the temperature change as well.
        constants = [constant for s in self.species for constant in (s.species.thermal, s.species.duration)]
        return super()._changes(block) or any(constant in block.constants() for constant in constants)

    def _maximized(self) -> list[fem.Function]:
        return [*super()._maximized(), *(s.species.mu for s in self.species)]

    def residual(self) -> Unknowns:
        """Residuals of the present state, zero where unknowns are prescribed."""
        residual = super().residual()
        parts = [part for s in self.species for part in s.residuals()]
        return Unknowns(np.concatenate([residual.fields, *parts]), residual.strain)

    def parts(self, of: Unknowns) -> dict[fem.Function, np.ndarray]:
        """The part of each field."""
        ends = np.cumsum([free.size for free in self.free_by_field.values()])
        return dict(zip(self.free_by_field, np.split(of.fields, ends[:-1]), strict=True))


class DriftSolver:
    """Newton's method for the steps of all species.

    Args:
        problem: the fields.
        system: what solves for the corrections.
    """

    MOST_STEPS = 40
    #: Part of all defects that the last correction may miss.
    MISSED = 1e-14
    #: Corrections that may grow in a row before a step counts as failed.
    PATIENCE = 6

    def __init__(self, problem: CoupledProblem, system: DriftSystem):
        self.problem = problem
        self.system = system
        self.species = system.species

    @property
    def iterations(self) -> int:
        """Factorizations, or iterations of the linear solver, so far."""
        return self.system.iterations

    @property
    def closed(self) -> bool:
        """Whether no defects pass through boundaries."""
        return all(s.closed for s in self.species)

    def begin(self, duration: float, old: list[np.ndarray], guesses: list[np.ndarray] | None = None) -> None:
        """Set up a step: its duration, the state it starts from, its mobility, and a first guess.

        Args:
            duration: Δt, over γ for a formula of several steps (solver units).
            old: owned concentrations of each species that the step starts from.
            guesses: ln(c/(c_max − c)) of each species at owned nodes, the present one unless given; the mobility of
                the step is that of this state.
        """
        for i, (equations, start) in enumerate(zip(self.species, old, strict=True)):
            s = equations.species
            logits = guesses[i] if guesses else equations.logits()
            s.duration.value = duration
            s.old.x.array[: s.owned] = start
            taken, free = -np.logaddexp(0.0, -logits), -np.logaddexp(0.0, logits)  # logarithms of parts of the sites
            s.log_mobility.x.array[: s.owned] = np.log(s.site_density) + taken + free
            if guesses:
                moved = equations.free_c > 0.0
                equations.c[moved] = s.site_density * np.exp(taken[moved])
                equations.free_sites[moved] = s.site_density * np.exp(free[moved])
            for function in (s.old, s.log_mobility, s.c, s.free):
                function.x.scatter_forward()

    def solve(self, rate: float, constant: np.ndarray | None, tolerance: float) -> None:
        """The step from `old` in `duration` of each species, to corrections of `tolerance`.

        With a `rate` P has the inertia M (rate P − constant). Raises ConvergenceError where Newton's method fails, or
        the energy is no minimum in P ("not_convex").
        """
        smallest, grown = np.inf, 0
        for _ in range(self.MOST_STEPS):
            shifted = max(s.follow() for s in self.species)
            self.system.careful = grown > 0
            size = max(self._correct(rate, constant), shifted)
            if not np.isfinite(size):
                raise ConvergenceError("not_finite", "a step of drift and diffusion is not a number")
            if size <= tolerance and self.system.missed <= self.MISSED:
                self.system.verify()
                return
            grown = grown + 1 if size >= smallest else 0
            if grown > self.PATIENCE:
                break
            smallest = min(smallest, size)
        self.system.verify()
        raise ConvergenceError("newton_stagnated", f"drift and diffusion: a correction of {size:.1e} is left")

    def _correct(self, rate: float, constant: np.ndarray | None) -> float:
        """Take a correction; its size, relative for concentrations, in units of the polarization scale for P."""
        system, problem = self.system, self.problem
        residual = system.residual()
        if constant is not None:
            residual.fields[: problem.owned_P] += problem.polarization.inertia(rate * problem.P - constant)
        system.prepare(rate)
        correction = system.solve(residual)
        parts = system.parts(correction)
        sizes = [s.spread(parts[s.species.c], s.c) for s in self.species]
        sizes.append(problem.polarization.rms(correction.fields[: problem.owned_P]))
        system.move(correction, 1.0)
        problem.settle_carriers()
        return max(sizes)
