"""Pressure of a tip on a boundary across z: a profile that follows force and place, scaled on the mesh to the force.

With s = r/a, r the distance from the tip's axis and F the force (per length in a section):

    sphere   p = p0 √(1 − s²),       p0 = 3F/(2πa²), in a section 2F/(πa)
    punch    p = p0/√(1 − s²),       p0 = F/(2πa²), in a section F/(πa); in the rim b < s < 1 its mean there, so that
                                     the rim carries the same force
    point    p = p0 (1 − s²),        p0 = 2F/(πa²), in a section 3F/(4a)

The quadrature of a boundary does not see where a contact ends, so the force that it finds differs a little from F:
p0 is divided by what it finds over F. A contact that is smaller than `RESOLVED` cells, at the beginning of a ramp, is
spread over so many; where that would be so at the largest force the mesh is refused.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.mesh import compute_midpoints
from mpi4py import MPI
from ufl.core.expr import Expr

from phasefield import jit
from phasefield.case.schema import PointTip, PressureSpec, PunchTip, SphereTip
from phasefield.errors import CaseError
from phasefield.loads.contact import cylinder_contact_radius, sphere_contact_radius
from phasefield.loads.path import Path
from phasefield.loads.waveforms import Waveform
from phasefield.mesh import Domain
from phasefield.units import LENGTH

#: Fewest cells per contact radius.
RESOLVED = 4.0
#: Largest part of the force by which the quadrature of the unscaled pressure may be off.
LARGEST_ERROR = 0.05
#: Polynomial degree that the pressure is integrated for; that of a punch jumps twice.
QUADRATURE_DEGREE = {"sphere": 10, "punch": 20, "point": 10}


@dataclass(frozen=True)
class Contact:
    """A contact as it is on the mesh: force (N; N/m in a section), place [x, y] (m), contact radius (m), cells per
    contact radius, whether it is spread over more than its own radius, and the error of the unscaled quadrature."""

    force: float
    place: np.ndarray
    radius: float
    cells: float
    widened: bool
    error: float


class TipLoad:
    """The pressure of a tip of a case.

    Args:
        spec: the tip.
        domain: the mesh; the boundary must be an outer one across z.
        images: how many times the mesh, with its mirror images, makes up the body that carries the force.
        force: force (N; N/m in a section) as a function of time (s).
        times: times (s) among which the force is largest.
        unit: pressure (Pa) of 1 in the solver.

    Attributes: pressure (UFL, solver units; positive presses along −z), path, contact (the present one), largest_force,
    column (radius in m of what is reported below the tip). Collective. Raises CaseError if the mesh does not resolve
    the contact of the largest force at a corner of the path.
    """

    def __init__(
        self, spec: PressureSpec, domain: Domain, images: int, force: Waveform, times: Iterable[float], unit: float
    ):
        self.spec, self.domain, self.images, self.force, self.unit = spec, domain, images, force, unit
        self.path = Path.of(spec)
        mesh = domain.mesh
        self._center = fem.Constant(mesh, np.zeros(2))
        self._radius = fem.Constant(mesh, np.float64(1.0))
        self._peak = fem.Constant(mesh, np.float64(0.0))
        profile = self._profile()
        self.pressure = self._peak * profile
        self._integral = jit.form(profile * domain.ds(spec.on, quadrature_degree=self.quadrature_degree))
        facets = domain.facets(spec.on)
        self._middles = self._in_plane(compute_midpoints(mesh, domain.dim - 1, facets))
        self._sizes = mesh.h(domain.dim - 1, facets)
        self.largest_force = max(map(force, times))
        self._refuse_coarse_mesh()
        start = self.path.corners[0]
        self.column = max(
            spec.column or self.contact_radius(self.largest_force), self.cell_size(start, spec.column or 0.0)
        )
        self.contact = self._contact(0.0, start)
        self.largest_error = 0.0

    # --- the pressure -------------------------------------------------------------------------------------

    def _profile(self) -> Expr:
        x = ufl.SpatialCoordinate(self.domain.mesh)
        axes = self.domain.axes
        s2 = sum(((x[axes.index(i)] - self._center[i]) / self._radius) ** 2 for i in (0, 1) if i in axes)
        inside = ufl.max_value(1.0 - s2, 0.0)
        match self.spec:
            case SphereTip():
                return ufl.sqrt(inside)
            case PointTip():
                return inside
            case PunchTip():
                b = rim_start(self.spec)
                core = 1.0 / ufl.sqrt(ufl.max_value(1.0 - s2, 1.0 - b**2))
                rim = ufl.conditional(ufl.lt(s2, 1.0), self._rim_pressure(b), 0.0)
                return ufl.conditional(ufl.lt(s2, b**2), core, rim)

    def _rim_pressure(self, b: float) -> float:
        """Mean of 1/√(1 − s²) over b < s < 1."""
        return math.acos(b) / (1.0 - b) if self._flat else 2.0 / math.sqrt(1.0 - b**2)

    @property
    def _flat(self) -> bool:
        """Whether the tip is as long as the body, in a section."""
        return self.domain.body_dim == 2

    def _peak_pressure(self, force: float, a: float) -> float:
        """p0 (Pa) of the unscaled profile."""
        factor = {"sphere": (1.5, 2.0), "punch": (0.5, 1.0), "point": (2.0, 0.75 * math.pi)}[self.spec.kind]
        return factor[1] * force / (math.pi * a) if self._flat else factor[0] * force / (math.pi * a**2)

    def contact_radius(self, force: float) -> float:
        """Contact radius (m) of a force (N; N/m in a section), whatever the mesh."""
        match self.spec:
            case PunchTip():
                return self.spec.contact_radius
            case PointTip():
                return self.spec.cutoff
            case SphereTip():
                if self.spec.contact_radius is not None:
                    return self.spec.contact_radius
                law = cylinder_contact_radius if self._flat else sphere_contact_radius
                return law(force, self.spec.radius or 0.0, self.spec.modulus or math.inf)

    @property
    def quadrature_degree(self) -> int:
        """Polynomial degree that the pressure is integrated for, here and wherever it acts."""
        return QUADRATURE_DEGREE[self.spec.kind]

    # --- in time ------------------------------------------------------------------------------------------

    def update(self, t: float) -> None:
        """Force and place of the time `t` (s). Collective.

        Raises CaseError for a negative force, or a pressure that the boundary does not hold.
        """
        force = self.force(t)
        if force < 0.0:
            raise CaseError(f"mechanics.tip.force: found {force:g} N at t = {t:g} s; a tip presses, it does not pull")
        self.contact = self._contact(force, self.path(t))
        self.largest_error = max(self.largest_error, abs(self.contact.error))

    def _contact(self, force: float, place: np.ndarray) -> Contact:
        a = self.contact_radius(force)
        size = self.cell_size(place, a)
        used = max(a, RESOLVED * size)
        self._center.value[:] = place / LENGTH
        self._radius.value = used / LENGTH
        peak = self._peak_pressure(force, used)
        error = 0.0
        if force > 0.0:
            found = self.domain.comm.allreduce(fem.assemble_scalar(self._integral), op=MPI.SUM)
            error = peak * found * LENGTH ** (1 if self._flat else 2) * self.images / force - 1.0
            self._refuse_lost_force(error, place, used)
        self._peak.value = peak / (1.0 + error) / self.unit
        return Contact(force, place, a, a / size, used > a, error)

    def _refuse_lost_force(self, error: float, place: np.ndarray, radius: float) -> None:
        if abs(error) > LARGEST_ERROR:
            raise CaseError(
                f'mechanics.tip: of the force on "{self.spec.on}" at x = {place[0]:g} m, y = {place[1]:g} m,'
                f" contact radius {radius:g} m, the mesh holds {100.0 * (1.0 + error):.3g} %; expected 100 within"
                f" {100.0 * LARGEST_ERROR:g}: the contact must lie on the boundary, clear of its edges"
            )

    def cell_size(self, place: np.ndarray, radius: float) -> float:
        """Largest facet (m) of the boundary within `radius` (m) of `place`, or the nearest one. Collective."""
        center = np.array([place[i] for i in (0, 1) if i in self.domain.axes]) / LENGTH
        distance = np.linalg.norm(self._middles - center, axis=1)
        inside = self._sizes[distance <= radius / LENGTH].max(initial=0.0)
        nearest = int(np.argmin(distance)) if len(distance) else None
        candidate = (math.inf, 0.0) if nearest is None else (float(distance[nearest]), float(self._sizes[nearest]))
        largest = self.domain.comm.allreduce(float(inside), op=MPI.MAX)
        closest = min(self.domain.comm.allgather(candidate))[1]
        return (largest or closest) * LENGTH

    def _in_plane(self, points: np.ndarray) -> np.ndarray:
        return points[:, [column for column, axis in enumerate(self.domain.axes) if axis != 2]]

    # --- judgement ----------------------------------------------------------------------------------------

    def _refuse_coarse_mesh(self) -> None:
        a = self.contact_radius(self.largest_force)
        for corner in self.path.corners:
            size = self.cell_size(corner, a)
            if self.largest_force > 0.0 and a < RESOLVED * size:
                raise CaseError(
                    f"mechanics.tip: a contact radius of {a:g} m, at the largest force, on cells of {size:g} m at"
                    f" x = {corner[0]:g} m, y = {corner[1]:g} m: {a / size:.2g} cells per contact radius, expected at"
                    f" least {RESOLVED:g}; refine the mesh there (mesh.spacing), or use a larger radius"
                )

    def report(self) -> dict[str, float]:
        """What run.json says: the contact at the largest force, and the largest error of the unscaled quadrature."""
        a = self.contact_radius(self.largest_force)
        return {
            "largest_force": self.largest_force,
            "contact_radius": a,
            "cells_per_contact_radius": min(a / self.cell_size(corner, a) for corner in self.path.corners),
            "largest_quadrature_error": self.largest_error,
        }


def rim_start(spec: PunchTip) -> float:
    """Where the rim of a punch begins, in contact radii."""
    rim = spec.rim if spec.rim is not None else 0.1 * spec.contact_radius
    return 1.0 - rim / spec.contact_radius
