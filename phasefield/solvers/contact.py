"""A rigid sphere in frictionless contact with a boundary across z, found and not prescribed.

With w the displacement of the surface along −z, δ how far the sphere has come down since it touched at one point and
r the distance from its axis, unilateral contact reads, node by node,

    w ≥ δ − r²/(2R),   λ ≥ 0,   λ (w − δ + r²/(2R)) = 0,   Σλ = F

with nodal forces λ along −z (as Hertz does, the sphere is taken as a paraboloid). The operator of elasticity does not
change, so what the surface gives way is w = w0 + A λ with w0 the displacement without contact and A the compliance of
the nodes that may come into contact, found column by column once. What is left is a small dense problem, solved by a
primal-dual active set (M. Hintermüller, K. Ito, K. Kunisch, SIAM J. Optim. 13, 865 (2003)), exactly for the mesh.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem, la

from phasefield import jit
from phasefield.errors import CaseError, ConvergenceError
from phasefield.scaling import Scaling
from phasefield.solvers.core import CoupledProblem
from phasefield.units import LENGTH

#: Tolerance of the solves for the compliance.
TOLERANCE = 1e-10
#: Changes of the active set after which it is taken to cycle.
MOST_CHANGES = 100


@dataclass(frozen=True)
class SphereContactState:
    """A contact in SI. In a section forces are per length.

    Attributes: force (N), indentation δ (m), radius of the contact (m; half its width in a section), distances (n, m)
    from the axis and pressures (n, Pa) of the nodes in contact.
    """

    force: float
    indentation: float
    radius: float
    distances: np.ndarray
    pressures: np.ndarray


class SphereContact:
    """A rigid sphere (a cylinder in a section) above the origin that is pressed onto a boundary.

    Args:
        problem: fields and mechanics, with elements of degree 1.
        scaling: of the problem.
        boundary: an outer boundary across z.
        radius: of the sphere (m).
        reach: distance from the axis (m) within which nodes may come into contact.
        images: how many times the mesh makes up the body, with its mirror images.

    Raises CaseError without mechanics, for elements of degree 2, or if no node is within reach. Collective.
    """

    def __init__(
        self, problem: CoupledProblem, scaling: Scaling, boundary: str, radius: float, reach: float, images: int = 1
    ):
        if problem.mechanics is None or problem.functional.degree != 1:
            raise CaseError("contact with a sphere needs mechanics, with elements of degree 1 (mesh.degree)")
        self.problem, self.mechanics, self.scaling = problem, problem.mechanics, scaling
        self.radius, self.images = radius, images
        self.domain = problem.functional.domain
        self.comm = self.domain.comm
        self._find_nodes(boundary, reach)
        self.compliance = self._compliance()

    # --- the nodes ----------------------------------------------------------------------------------------

    def _find_nodes(self, boundary: str, reach: float) -> None:
        """Unknowns u_z of the owned candidates, their numbers among all, and distances and areas of all."""
        space, axes = self.problem.functional.spaces.phi, self.domain.axes
        nodes = fem.locate_dofs_topological(space, self.domain.dim - 1, self.domain.facets(boundary))
        x = space.tabulate_dof_coordinates()[nodes]
        distance = np.linalg.norm(x[:, [axes.index(i) for i in (0, 1) if i in axes]], axis=1) * LENGTH
        near = (nodes < space.dofmap.index_map.size_local) & (distance <= reach)
        self.unknowns = 3 * nodes[near] + 2
        counts = self.comm.allgather(int(near.sum()))
        self.first, self.count = sum(counts[: self.comm.rank]), sum(counts)
        if self.count == 0:
            raise CaseError(f'no node of "{boundary}" lies within {reach:g} m of the axis of the sphere')
        self.distances = self._gathered(distance[near])
        self.areas = self._gathered(self._areas(boundary)[nodes[near]])

    def _areas(self, boundary: str) -> np.ndarray:
        """Area of the boundary that belongs to each owned node, mirror images included (m²; m in a section)."""
        space = self.problem.functional.spaces.phi
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
        return -self._gathered(self.problem.functional.u.x.array[self.unknowns]) * self.scaling.displacement

    # --- elasticity ---------------------------------------------------------------------------------------

    def _response(self, forces: np.ndarray) -> np.ndarray:
        """Displacement (owned unknowns, solver units) under forces (N) along −z at all candidates."""
        unit = self.scaling.stress * LENGTH ** (1 if self._flat else 2)
        load = np.zeros(self.mechanics.owned)
        load[self.unknowns] = -forces[self.first : self.first + len(self.unknowns)] / unit / self.images
        return self.mechanics.solve_linear(load * self.mechanics.free, TOLERANCE)

    def _compliance(self) -> np.ndarray:
        """A: displacement (m) along −z of each candidate under a force of 1 N (with its images) on each."""
        columns = [
            -self._gathered(self._response(force)[self.unknowns]) * self.scaling.displacement
            for force in np.eye(self.count)
        ]
        return np.stack(columns, axis=1)

    # --- contact ------------------------------------------------------------------------------------------

    def press(self, force: float) -> SphereContactState:
        """Bring u to equilibrium with the present polarization and loads and the sphere pressed on with `force`.

        Collective. Raises ConvergenceError if the active set cycles, CaseError if the contact outgrows the reach.
        """
        self.mechanics.solve()
        rest = self._sunk()
        forces, indentation = active_set(self.compliance, rest, self.distances**2 / (2.0 * self.radius), force)
        active = forces > 0.0
        if active[np.argmax(self.distances)]:
            raise CaseError(
                f"contact with a sphere: at {force:g} N it reaches {self.distances.max():g} m, the end of the nodes"
                " that may come into contact; enlarge reach"
            )
        u = self.problem.functional.u
        u.x.array[: self.mechanics.owned] += self._response(forces)
        u.x.scatter_forward()
        area = float(self.areas[active].sum())
        # Where the surface has come to rest without the sphere counts as its height.
        return SphereContactState(
            force=force,
            indentation=indentation - float(rest[np.argmin(self.distances)]),
            radius=0.5 * area if self._flat else float(np.sqrt(area / np.pi)),
            distances=self.distances[active],
            pressures=forces[active] / self.areas[active],
        )


def active_set(compliance: np.ndarray, rest: np.ndarray, gap: np.ndarray, force: float) -> tuple[np.ndarray, float]:
    """Forces λ (n) and approach δ with rest + A λ ≥ δ − gap, λ ≥ 0, complementary, Σλ = `force` > 0.

    Raises ConvergenceError if the active set does not settle.
    """
    active: np.ndarray = np.ones(len(gap), dtype=bool)
    # The unknowns are λ and δ over this, so that all entries are of order one.
    scale = np.abs(compliance).max()
    for _ in range(MOST_CHANGES):
        inside = np.flatnonzero(active)
        matrix = np.ones((len(inside) + 1,) * 2)
        matrix[:-1, :-1] = compliance[np.ix_(inside, inside)] / scale
        matrix[:-1, -1] = -1.0
        matrix[-1, -1] = 0.0
        solution = np.linalg.solve(matrix, np.append(-(gap + rest)[inside] / scale, force))
        forces, indentation = np.zeros(len(gap)), float(solution[-1]) * scale
        forces[inside] = solution[:-1]
        clearance = rest + compliance @ forces + gap - indentation
        updated: np.ndarray = np.where(active, forces > 0.0, clearance < 0.0)
        if np.array_equal(updated, active):
            return forces, indentation
        active = updated
    raise ConvergenceError("contact_cycles", f"the nodes in contact do not settle within {MOST_CHANGES} changes")
