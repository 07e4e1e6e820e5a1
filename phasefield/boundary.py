"""Boundary conditions of a case: which unknowns are prescribed, to what values in time, and the boundary energies.

`Conditions` translates the tables `polarization`, `mechanics` and `electrostatics` of a case. Values that follow
a load are set by `update(t)`. To add a condition: add its kind to the schema and a method here that prescribes
unknowns (`_prescribe`) or adds a `BoundaryTerm`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem, la
from ufl.algorithms import extract_coefficients

from phasefield import jit
from phasefield.case.schema import (
    Case,
    Component,
    ElectricalCondition,
    ElectricTipSpec,
    IndenterTip,
    MechanicalCondition,
    PolarizationCondition,
    TipMesh,
    TipSpec,
)
from phasefield.errors import CaseError
from phasefield.loads import BiasedTip, Indenter, TipLoad, breakpoints, last_change, resolve
from phasefield.loads.path import Path
from phasefield.mesh import Domain
from phasefield.physics import electrostatics, surface
from phasefield.physics.functional import BoundaryTerm, Functional
from phasefield.scaling import Scaling
from phasefield.units import EPSILON_0, LENGTH

#: A value of each time (s), or one for each of a number of unknowns.
Load = Callable[[float], float]
Loads = Callable[[float], float | np.ndarray]
COMPONENTS: tuple[Component, ...] = ("xx", "yy", "zz", "yz", "xz", "xy")


@dataclass
class Prescribed:
    """Local unknowns (unrolled, ghosts included) of `function` that follow `load` (in solver units)."""

    function: fem.Function
    unknowns: np.ndarray
    load: Loads


class Conditions:
    """Prescribed unknowns and boundary energies of a case.

    Attributes: free_P, free_u, free_phi (1.0/0.0 over local unknowns), floating (list of (unknowns, charge)),
    free_strain (indices into the mean strain), applied_stress (12, solver units), loads (names of those used), tip (the
    load of a tip that presses, or None), electric_tip (the potential of a tip, or None), contacts (potential of the
    metal at each boundary that has one).
    """

    def __init__(self, case: Case, functional: Functional, scaling: Scaling):
        self.case = case
        self.functional = functional
        self.domain: Domain = functional.domain
        self.scaling = scaling
        self.prescribed: list[Prescribed] = []
        self.followers: list[Callable[[float], None]] = []
        self.loads: set[str] = set()
        self.floating: list[tuple[np.ndarray, float]] = []
        self.tip: TipLoad | Indenter | None = None
        self.electric_tip: BiasedTip | None = None
        self.contacts: dict[str, fem.Constant] = {}
        self.free_P = np.ones_like(functional.P.x.array)
        self.free_u = np.ones_like(functional.u.x.array)
        self.free_phi = np.ones_like(functional.phi.x.array)
        self._hold_elsewhere(functional.P, functional.polar_regions)
        for condition in case.polarization.boundary:
            self._polarization(condition)
        if case.mechanics.enabled:
            self._hold_elsewhere(functional.u, functional.solid_regions)
            for mechanical in case.mechanics.boundary:
                self._mechanical(mechanical)
            if case.mechanics.tip is not None:
                self._tip(case.mechanics.tip)
        if case.electrostatics.enabled:
            for electrical in case.electrostatics.boundary:
                self._electrical(electrical)
            if case.electrostatics.tip is not None:
                self._electric_tip(case.electrostatics.tip)
        self._mean_strain()
        self._applied_field()
        self._hold_axis()

    # --- time ---------------------------------------------------------------------------------------------

    def update(self, t: float) -> None:
        """Set all prescribed values and loads to those of time `t` (s)."""
        for item in self.prescribed:
            item.function.x.array[item.unknowns] = item.load(t)
        for follow in self.followers:
            follow(t)
        for function in (self.functional.P, self.functional.u, self.functional.phi):
            function.x.scatter_forward()

    def load_values(self, t: float) -> dict[str, float]:
        """Values (SI) at time `t` of the loads in use, as columns load_<name>; potential and place of a tip."""
        values = {f"load_{name}": resolve(name, self.case.loads)(t) for name in sorted(self.loads)}
        return values | (self.electric_tip.row(t) if self.electric_tip else {})

    @property
    def last_change(self) -> float:
        """Time (s) from which on nothing that acts on the body changes, or infinity."""
        arrivals = [float(path.times[-1]) for path in self._paths() if path.moves]
        return max([0.0, *arrivals, *(last_change(self.case.loads[name]) for name in self.loads)])

    def _paths(self) -> list[Path]:
        return [tip.path for tip in (self.tip, self.electric_tip) if tip is not None]

    def breakpoints(self, end: float) -> list[float]:
        """Times in (0, end] at which a load of the case bends or turns, increasing: time steps end there."""
        corners = {float(t) for path in self._paths() for t in path.times if 0.0 < t <= end}
        return sorted(corners.union(*(breakpoints(self.case.loads[name], end) for name in self.loads)))

    def sampled_times(self) -> list[float]:
        """Times (s) among which every load of the case has its largest and smallest value."""
        end = self.case.time.end or sum(self.case.time.steps or ())
        return [0.0, *self.breakpoints(end), end]

    def _load(self, value: float | str, scale: float) -> Load:
        """The load in solver units as a function of time."""
        if isinstance(value, str):
            self.loads.add(value)
        waveform = resolve(value, self.case.loads)
        return lambda t: waveform(t) / scale

    def follow(self, value: float | str, action: Callable[[float], None]) -> None:
        """Call `action` at every update with the value (SI) of a number or load."""
        load = self._load(value, 1.0)
        self.followers.append(lambda t: action(load(t)))

    def _constant(self, load: Load) -> fem.Constant:
        """A form constant that follows a load."""
        constant = fem.Constant(self.domain.mesh, np.float64(load(0.0)))

        def follow(t: float) -> None:
            constant.value = load(t)

        self.followers.append(follow)
        return constant

    def _prescribe(self, function: fem.Function, unknowns: np.ndarray, load: Loads) -> None:
        free = {
            id(self.functional.P): self.free_P,
            id(self.functional.u): self.free_u,
            id(self.functional.phi): self.free_phi,
        }[id(function)]
        free[unknowns] = 0.0
        self.prescribed.append(Prescribed(function, unknowns, load))

    # --- places -------------------------------------------------------------------------------------------

    def _nodes(self, name: str) -> np.ndarray:
        """Local nodes (blocked unknowns) of a boundary."""
        fdim = self.domain.mesh.topology.dim - 1
        return fem.locate_dofs_topological(self.functional.spaces.phi, fdim, self.domain.facets(name))

    def _add_term(self, term: str, name: str, density: Callable) -> None:
        self.functional.boundary_terms.append(BoundaryTerm(term, name, density))

    def _normal_axis(self, name: str) -> int:
        """Lab axis of the normal of a flat boundary; CaseError when it is not along an axis."""
        mesh = self.domain.mesh
        direction = fem.Constant(mesh, np.zeros(mesh.geometry.dim))
        n = ufl.FacetNormal(mesh)
        form = jit.form(ufl.dot(n, direction) ** 2 * self.domain.ds(name))
        areas = np.zeros(mesh.geometry.dim)
        for i in range(mesh.geometry.dim):
            direction.value[:] = np.eye(mesh.geometry.dim)[i]
            areas[i] = mesh.comm.allreduce(fem.assemble_scalar(form))
        if areas.max() < (1.0 - 1e-6) * areas.sum() or areas.sum() == 0.0:
            raise CaseError(
                f'mechanics.boundary: roller on "{name}": the boundary is not flat and normal to a lab axis;'
                ' use kind = "displacement" with the components to hold'
            )
        return self.domain.axes[int(areas.argmax())]

    # --- polarization -------------------------------------------------------------------------------------

    def _hold_elsewhere(self, function: fem.Function, regions: Iterable[str]) -> None:
        """Zero on all nodes of P or u that no cell of `regions` touches."""
        cells = np.concatenate([self.domain.cells(region) for region in regions])
        dofmap = function.function_space.dofmap
        # A node may touch a cell that only another rank knows.
        marker = fem.Function(self.functional.spaces.phi)
        marker.x.array[np.unique(dofmap.list[cells])] = 1.0
        marker.x.scatter_reverse(la.InsertMode.add)
        marker.x.scatter_forward()
        outside = np.flatnonzero(marker.x.array == 0.0)
        if len(outside):
            self._prescribe(function, unrolled(outside), lambda t: 0.0)

    def _hold_axis(self) -> None:
        """No component across the axis of a body of revolution on it, whatever other conditions say there."""
        x = self.functional.spaces.phi.tabulate_dof_coordinates().T
        nodes = np.flatnonzero(self.domain.on_axis(x))
        across = (3 * nodes[:, None] + np.arange(2)).reshape(-1)
        for function in (self.functional.P, self.functional.u):
            self._prescribe(function, across, lambda t: 0.0)

    def _polarization(self, condition: PolarizationCondition) -> None:
        for name in condition.on:
            if condition.kind == "fixed":
                for i, value in enumerate(condition.value or ()):
                    if value is not None:
                        load = self._load(value, self.scaling.polarization)
                        self._prescribe(self.functional.P, 3 * self._nodes(name) + i, load)
            elif condition.kind == "extrapolation" and condition.length is not None:
                G = next(iter(self.functional.polar_regions.values())).gradient
                if extract_coefficients(G) and name in self.domain.interfaces:
                    raise CaseError(
                        f'polarization.boundary: extrapolation on "{name}" inside the mesh, where the gradient'
                        " coefficients vary with composition; give material.gradient"
                    )
                length = fem.Constant(self.domain.mesh, np.float64(condition.length / LENGTH))
                self._add_term("surface", name, lambda P, u, phi, n, G=G, L=length: surface.energy_density(P, n, G, L))

    # --- mechanics ----------------------------------------------------------------------------------------

    def _mechanical(self, condition: MechanicalCondition) -> None:
        u = self.functional.u
        for name in condition.on:
            if condition.kind == "clamped":
                self._prescribe(u, unrolled(self._nodes(name)), lambda t: 0.0)
            elif condition.kind == "roller":
                axis = self._normal_axis(name)
                self._prescribe(u, 3 * self._nodes(name) + axis, lambda t: 0.0)
            elif condition.kind == "displacement":
                for i, value in enumerate(components(condition)):
                    if value is not None:
                        load = self._load(value, self.scaling.displacement)
                        self._prescribe(u, 3 * self._nodes(name) + i, load)
            elif condition.kind == "traction":
                t = ufl.as_vector(
                    [self._constant(self._load(v or 0.0, self.scaling.stress)) for v in components(condition)]
                )
                self._add_term("load", name, lambda P, u, phi, n, t=t: -ufl.inner(t, u))
            elif condition.kind == "pressure" and isinstance(condition.value, (float, str)):
                if name in self.domain.interfaces:
                    raise CaseError(
                        f'mechanics.boundary: pressure on "{name}", which lies inside the mesh and has no outward'
                        ' normal; use kind = "traction"'
                    )
                p = self._constant(self._load(condition.value, self.scaling.stress))
                self._add_term("load", name, lambda P, u, phi, n, p=p: p * ufl.inner(n, u))

    def _tip(self, spec: TipSpec) -> None:
        mesh = self.case.mesh
        images = 2 ** len(mesh.half) if isinstance(mesh, TipMesh) and not mesh.axisymmetric else 1
        if isinstance(spec, IndenterTip):
            demand = spec.force if spec.force is not None else spec.indentation
            self.tip = Indenter(spec, images, self._load(demand or 0.0, 1.0))
            self.followers.append(self.tip.update)
            return
        force = self._load(spec.force, 1.0)
        tip = TipLoad(spec, self.domain, images, force, self.sampled_times(), self.scaling.stress)
        self.tip = tip
        self.followers.append(tip.update)
        pressing = BoundaryTerm("load", spec.on, lambda P, u, phi, n: tip.pressure * u[2], tip.quadrature_degree)
        self.functional.boundary_terms.append(pressing)

    def _mean_strain(self) -> None:
        mechanics = self.case.mechanics
        self.free_strain = []
        self.applied_stress = np.zeros(12)
        engineering = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
        for k, component in enumerate(COMPONENTS):
            value: float | str = mechanics.strain.get(component, 0.0)
            if isinstance(value, str) or component in mechanics.stress:
                self.free_strain.append(k)
                self.applied_stress[k] = mechanics.stress.get(component, 0.0) / self.scaling.stress
            else:
                self.functional.mean_strain.value[k] = engineering[k] * value / self.scaling.strain
            curvature = mechanics.curvature.get(component, 0.0)
            if curvature == "free":
                self.free_strain.append(6 + k)
            else:
                scaled = engineering[k] * curvature * LENGTH / self.scaling.strain
                self.functional.mean_strain.value[6 + k] = scaled

    # --- electrostatics -----------------------------------------------------------------------------------

    def _applied_field(self) -> None:
        loads = [self._load(v, self.scaling.field) for v in self.case.electrostatics.applied_field]
        constant = self.functional.applied_field

        def follow(t: float) -> None:
            constant.value[:] = [load(t) for load in loads]

        self.followers.append(follow)

    def _electrical(self, condition: ElectricalCondition) -> None:
        phi = self.functional.phi
        for name in condition.on:
            if condition.kind == "electrode":
                self._prescribe(phi, self._nodes(name), self._metal(name, condition))
            elif condition.kind == "screened" and condition.thickness is not None:
                V = self._constant(self._metal(name, condition))
                capacitance = EPSILON_0 * condition.permittivity / condition.thickness
                c = fem.Constant(self.domain.mesh, np.float64(capacitance * self.scaling.alpha * LENGTH))
                self._add_term(
                    "electric",
                    name,
                    lambda P, u, phi, n, V=V, c=c: electrostatics.screening_energy(phi, V, c),
                )
            elif condition.kind == "free" and condition.charge_density != 0.0:
                density = fem.Constant(
                    self.domain.mesh, np.float64(condition.charge_density / self.scaling.polarization)
                )
                self._add_term(
                    "electric",
                    name,
                    lambda P, u, phi, n, w=density: electrostatics.charge_energy(phi, w),
                )
        if condition.kind == "floating":
            nodes = np.unique(np.concatenate([self._nodes(name) for name in condition.on]))
            owned = nodes[nodes < self.functional.spaces.phi.dofmap.index_map.size_local]
            area = LENGTH ** (self.domain.body_dim - 1)
            self.floating.append((owned, condition.charge / (self.scaling.polarization * area)))

    def _metal(self, name: str, condition: ElectricalCondition) -> Load:
        """φ at the end of a metal: its potential, and what bands bend because of its work function."""
        load = self._load(condition.potential, self.scaling.potential)
        self.contacts[name] = self._constant(load)
        carriers = self.functional.carriers
        built_in = carriers.levels.built_in(condition) / self.scaling.potential if carriers is not None else 0.0
        return lambda t: load(t) + built_in

    def _electric_tip(self, tip: ElectricTipSpec) -> None:
        """The potential of a tip on the nodes of its boundary."""
        phi = self.functional.phi
        nodes = self._nodes(tip.on)
        x = phi.function_space.tabulate_dof_coordinates()[nodes]
        lab = np.zeros((len(nodes), 3))
        lab[:, list(self.domain.axes)] = x[:, : self.domain.dim] * LENGTH
        voltage = self._load(tip.potential, 1.0)
        biased = BiasedTip(tip, voltage, lab[:, :2])
        self.electric_tip = biased
        self._prescribe(phi, nodes, lambda t: biased(t) / self.scaling.potential)


def components(condition: MechanicalCondition) -> tuple[float | str | None, ...]:
    """The three components of a displacement or traction."""
    return condition.value if isinstance(condition.value, tuple) else (None, None, None)


def unrolled(nodes: np.ndarray) -> np.ndarray:
    """The three unknowns of each node of a 3-vector field."""
    return (3 * nodes[:, None] + np.arange(3)).reshape(-1)
