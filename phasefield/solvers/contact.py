"""A rigid sphere in frictionless contact with a boundary across z, found and not prescribed.

With w the displacement of the surface along −z, d how far the sphere has come down below the level of the undeformed
surface and r the distance from its axis, unilateral contact reads, node by node,

    w ≥ d − r²/(2R),   λ ≥ 0,   λ (w − d + r²/(2R)) = 0,   Σλ = F or d given

with nodal forces λ along −z (as Hertz does, the sphere is taken as a paraboloid). The operator of elasticity does not
change, so what the surface gives way is w = w0 + A λ with w0 the displacement without contact and A the compliance of
the nodes that may come into contact, found column by column once. What is left is a small dense problem, solved by a
primal-dual active set (M. Hintermüller, K. Ito, K. Kunisch, SIAM J. Optim. 13, 865 (2003)), exactly for the mesh.

So u is the minimum of H − F d (of H at a given d) under the constraint, for any polarization: as the energy is reported
with −F d, measured from the first touch, it falls at a constant force or indentation while P relaxes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem, la

from phasefield import jit
from phasefield.errors import CaseError, ConvergenceError
from phasefield.fields import Owned
from phasefield.loads.indenter import FoundContact, Indenter
from phasefield.loads.path import Path
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling
from phasefield.solvers.mechanics import MechanicsSolver
from phasefield.units import LENGTH

#: Tolerance of the solves for the compliance, and of those for u, relative to the displacement by all forces.
TOLERANCE = 1e-10
#: Changes of forces below this part of the largest one are none.
UNCHANGED = 1e-12
#: Changes of the active set after which it is taken to cycle.
MOST_CHANGES = 100
#: Nodes that may come into contact: the compliance is dense.
MOST_NODES = 4000
#: Part of the reach that a contact may take.
USABLE = 0.9


@dataclass(frozen=True)
class SphereContactState:
    """A contact in SI. In a section forces are per length.

    Attributes: force (N), indentation (m) since the first touch of the present surface, radius of the contact (m; half
    its width in a section), distances (n, m) from the axis and pressures (n, Pa) of the nodes in contact.
    """

    force: float
    indentation: float
    radius: float
    distances: np.ndarray
    pressures: np.ndarray


class SphereContact:
    """A rigid sphere (a cylinder in a section) that is pressed onto a boundary.

    Args:
        functional: the fields, with elements of degree 1.
        mechanics: solver of u.
        scaling: of the fields.
        boundary: an outer boundary across z.
        radius: of the sphere (m).
        reach: distance from the path of its axis (m) within which nodes may come into contact.
        images: how many times the mesh makes up the body, with its mirror images.
        path: where its axis is, at x = y = 0 unless given.

    Attributes: forces (n, N) at all candidates, depth d (m), level (m), the depth of the first touch.

    Raises CaseError for elements of degree 2, or if no node or too many are within reach. Collective.
    """

    def __init__(
        self,
        functional: Functional,
        mechanics: MechanicsSolver,
        scaling: Scaling,
        boundary: str,
        radius: float,
        reach: float,
        images: int = 1,
        path: Path | None = None,
    ):
        if functional.degree != 1:
            raise CaseError("contact with a sphere needs elements of degree 1 (mesh.degree)")
        self.functional, self.mechanics, self.scaling = functional, mechanics, scaling
        self.radius, self.reach, self.images = radius, reach, images
        self.path = path or Path.resting((0.0, 0.0))
        self.domain = functional.domain
        self.comm = self.domain.comm
        self._find_nodes(boundary)
        self.compliance = self._compliance()
        self.forces: np.ndarray = np.zeros(self.count)
        self.depth = 0.0
        self.level: float | None = None

    # --- the nodes ----------------------------------------------------------------------------------------

    def _find_nodes(self, boundary: str) -> None:
        """Unknowns u_z of the owned candidates, their numbers among all, and places and areas of all."""
        space, axes = self.functional.spaces.phi, self.domain.axes
        nodes = fem.locate_dofs_topological(space, self.domain.dim - 1, self.domain.facets(boundary))
        places = np.zeros((len(nodes), 2))
        for column, axis in enumerate(axes[:-1]):
            places[:, axis] = space.tabulate_dof_coordinates()[nodes, column] * LENGTH
        off_path = self.path.distances(places)
        near = (nodes < space.dofmap.index_map.size_local) & (off_path <= self.reach)
        self.nodes = nodes[near]
        self.unknowns = 3 * self.nodes + 2
        counts = self.comm.allgather(int(near.sum()))
        self.first, self.count = sum(counts[: self.comm.rank]), sum(counts)
        if not 0 < self.count <= MOST_NODES:
            raise CaseError(
                f'contact with a sphere: {self.count} nodes of "{boundary}" lie within a reach of {self.reach:g} m;'
                f" expected 1 to {MOST_NODES}"
            )
        self.places = self._gathered(places[near])
        self.off_path = self._gathered(off_path[near])
        self.areas = self._gathered(self._areas(boundary)[self.nodes])

    def _areas(self, boundary: str) -> np.ndarray:
        """Area of the boundary that belongs to each owned node, mirror images included (m²; m in a section)."""
        space = self.functional.spaces.phi
        vector = fem.assemble_vector(jit.form(ufl.TestFunction(space) * self.domain.ds(boundary, quadrature_degree=2)))
        vector.scatter_reverse(la.InsertMode.add)
        return vector.array * LENGTH ** (1 if self._flat else 2) * self.images

    @property
    def _flat(self) -> bool:
        return self.domain.body_dim == 2

    def _gathered(self, values: np.ndarray) -> np.ndarray:
        return np.concatenate(self.comm.allgather(values))

    def _sunk(self) -> np.ndarray:
        """Displacement of all candidates along −z (m)."""
        return -self._gathered(self.functional.u.x.array[self.unknowns]) * self.scaling.displacement

    # --- elasticity ---------------------------------------------------------------------------------------

    def _load(self, forces: np.ndarray) -> np.ndarray:
        """Forces (N) along −z at all candidates as a vector over the owned unknowns of u (solver units)."""
        unit = self.scaling.stress * LENGTH ** (1 if self._flat else 2)
        load = np.zeros(self.mechanics.owned)
        load[self.unknowns] = -forces[self.first : self.first + len(self.unknowns)] / unit / self.images
        return load * self.mechanics.free

    def _compliance(self) -> np.ndarray:
        """A: displacement (m) along −z of each candidate under a force of 1 N (with its images) on each."""
        columns = [
            -self._gathered(self.mechanics.solve_linear(self._load(force), TOLERANCE)[self.unknowns])
            * self.scaling.displacement
            for force in np.eye(self.count)
        ]
        return np.stack(columns, axis=1)

    def _apply(self, forces: np.ndarray) -> None:
        """Change the forces on the body, and u by what they make it give way."""
        change = forces - self.forces
        size, largest = np.abs(change).max(), np.abs(forces).max()
        if size <= UNCHANGED * largest:
            return  # so that to solve again changes nothing, to the last bit
        relative = min(TOLERANCE * max(largest / size, 1.0), 0.1)
        u = self.functional.u
        u.x.array[: self.mechanics.owned] += self.mechanics.solve_linear(self._load(change), relative)
        u.x.scatter_forward()
        self._hold(forces)

    def _hold(self, forces: np.ndarray) -> None:
        self.forces = forces
        self.mechanics.nodal_forces = self._load(forces)

    # --- contact ------------------------------------------------------------------------------------------

    def solve(self, place: np.ndarray, *, force: float | None = None, indentation: float | None = None) -> None:
        """Bring u to equilibrium with the polarization, the loads and the sphere at `place` [x, y] (m).

        The sphere presses with `force` (N) or has come down by `indentation` (m) since it first touched, when this was
        called first. Collective. Raises ConvergenceError if the active set cycles, CaseError if the contact outgrows
        the reach.
        """
        self.mechanics.solve()
        heights = self._sunk() - self.compliance @ self.forces + self._gap(place)
        if self.level is None:
            self.level = float(heights.min())
        if force is not None:
            forces, self.depth = active_set(self.compliance, heights, force)
        else:
            self.depth = self.level + (indentation or 0.0)
            forces = indented(self.compliance, heights, self.depth)
        self._refuse_short_reach(forces)
        self._apply(forces)

    def _gap(self, place: np.ndarray) -> np.ndarray:
        """Distance (m) of the sphere from the undeformed surface when it touches that, at each candidate."""
        return ((self.places - place) ** 2).sum(axis=1) / (2.0 * self.radius)

    def _refuse_short_reach(self, forces: np.ndarray) -> None:
        limit = min(USABLE * self.reach, float(self.off_path.max()))
        if (self.off_path[forces > 0.0] >= limit).any():
            raise CaseError(
                f"contact with a sphere: at {forces.sum():g} N it comes near {self.reach:g} m, the end of the nodes"
                " that may touch it; enlarge reach"
            )

    def press(self, force: float) -> SphereContactState:
        """Bring u to equilibrium with the present polarization and loads and the sphere pressed on with `force` (N)
        where its path begins. Collective; raises as `solve` does."""
        place = self.path.corners[0]
        self.solve(place, force=force)
        heights = self._sunk() - self.compliance @ self.forces + self._gap(place)
        active = self.forces > 0.0
        return SphereContactState(
            force=force,
            indentation=self.depth - float(heights.min()),
            radius=self.contact_radius,
            distances=np.linalg.norm(self.places[active] - place, axis=1),
            pressures=self.forces[active] / self.areas[active],
        )

    @property
    def contact_radius(self) -> float:
        """Radius (m) of a disk as large as the contact; in a section half its width."""
        area = float(self.areas[self.forces > 0.0].sum())
        return 0.5 * area if self._flat else float(np.sqrt(area / np.pi))


class IndenterContact(SphereContact):
    """The indenter of a case on its body: what steppers and reports need of the contact.

    Args:
        indenter: the tip.
        functional, mechanics, scaling: as of `SphereContact`.
    """

    def __init__(self, indenter: Indenter, functional: Functional, mechanics: MechanicsSolver, scaling: Scaling):
        spec = indenter.spec
        super().__init__(
            functional, mechanics, scaling, spec.on, spec.radius, spec.reach, indenter.images, indenter.path
        )
        self.indenter = indenter

    def settle(self) -> None:
        """u in equilibrium with P, the loads and the indenter of the present time. Collective; raises as `solve`."""
        tip = self.indenter
        self.solve(tip.place, force=tip.force, indentation=tip.indentation)
        tip.contact = self._found()

    def _found(self) -> FoundContact:
        active = self.forces > 0.0
        nodes = int(active.sum())
        across = nodes if self.domain.axisymmetric else 0.5 * nodes * self.images
        return FoundContact(
            force=float(self.forces.sum()),
            place=self.indenter.place,
            radius=self.contact_radius,
            indentation=self.depth - (self.level or 0.0),
            peak=float((self.forces / self.areas).max()),
            cells=across if self.domain.dim == 2 else float(np.sqrt(nodes * self.images / np.pi)),
        )

    @property
    def energy(self) -> float:
        """−F (d − level) of a given force on the meshed part of the body (solver units); 0 at a given indentation."""
        if self.indenter.force is None or self.level is None:
            return 0.0
        work = self.indenter.force * (self.depth - self.level) / self.images
        return -work / self.scaling.energy(self.domain.body_dim)

    # --- taking back and continuing -----------------------------------------------------------------------

    def state(self) -> tuple[np.ndarray, float]:
        """What `restore` needs: forces (a copy) and depth."""
        return self.forces.copy(), self.depth

    def restore(self, state: tuple[np.ndarray, float]) -> None:
        """Put forces and depth back; u is put back by the caller."""
        forces, self.depth = state
        self._hold(forces.copy())

    def nodal_forces(self) -> Owned:
        """The forces (N) at the owned nodes of the mesh, to be stored or, once filled, given to `continue_from`."""
        space = self.functional.spaces.phi
        values = np.zeros(space.dofmap.index_map.size_local)
        values[self.nodes] = self.forces[self.first : self.first + len(self.nodes)]
        return Owned(space, values)

    def continue_from(self, stored: Owned, depth: float, level: float | None) -> None:
        """Continue with the forces, the depth and the level of a checkpoint. Collective."""
        self.level, self.depth = level, depth
        self._hold(self._gathered(stored.values[self.nodes]))
        self.indenter.contact = self._found()


# --- complementarity --------------------------------------------------------------------------------------


def active_set(compliance: np.ndarray, heights: np.ndarray, force: float) -> tuple[np.ndarray, float]:
    """Forces λ (n) and depth d with heights + A λ ≥ d, λ ≥ 0, complementary, Σλ = `force` >= 0.

    `heights` are the depths at which the sphere touches each node by itself; without force d is the least of them.
    Raises ConvergenceError if the active set does not settle.
    """
    if force == 0.0:
        return np.zeros(len(heights)), float(heights.min())
    # The unknowns are λ and d over this, so that all entries are of order one.
    scale = np.abs(compliance).max()

    def trial(inside: np.ndarray) -> tuple[np.ndarray, float]:
        matrix = np.ones((len(inside) + 1,) * 2)
        matrix[:-1, :-1] = compliance[np.ix_(inside, inside)] / scale
        matrix[:-1, -1] = -1.0
        matrix[-1, -1] = 0.0
        solution = np.linalg.solve(matrix, np.append(-heights[inside] / scale, force))
        return solution[:-1], float(solution[-1]) * scale

    return _complementary(compliance, heights, np.ones(len(heights), dtype=bool), trial)


def indented(compliance: np.ndarray, heights: np.ndarray, depth: float) -> np.ndarray:
    """Forces λ (n) with heights + A λ ≥ `depth`, λ ≥ 0, complementary; see `active_set`."""

    def trial(inside: np.ndarray) -> tuple[np.ndarray, float]:
        return np.linalg.solve(compliance[np.ix_(inside, inside)], depth - heights[inside]), depth

    return _complementary(compliance, heights, heights < depth, trial)[0]


def _complementary(
    compliance: np.ndarray, heights: np.ndarray, active: np.ndarray, trial: Callable
) -> tuple[np.ndarray, float]:
    """Forces and depth of the active set that stays the same, from the forces and depth of each `trial` set."""
    for _ in range(MOST_CHANGES):
        inside = np.flatnonzero(active)
        forces = np.zeros(len(heights))
        forces[inside], depth = trial(inside)
        clearance = heights + compliance @ forces - depth
        updated: np.ndarray = np.where(active, forces > 0.0, clearance < 0.0)
        if np.array_equal(updated, active):
            return forces, depth
        active = updated
    raise ConvergenceError("contact_cycles", f"the nodes in contact do not settle within {MOST_CHANGES} changes")
