"""The meshed domain: mesh, lab axes, periodicity, names of its parts, and measures on them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

import numpy as np
import ufl
from dolfinx import fem
from dolfinx.mesh import Mesh, MeshTags, locate_entities_boundary
from mpi4py import MPI

from phasefield import compat, jit
from phasefield.errors import MeshError, nearest
from phasefield.mesh import revolution
from phasefield.mesh.mixing import integers, mix
from phasefield.mesh.revolution import ON_AXIS, Measure, Revolved
from phasefield.mesh.sides import Sides

T = TypeVar("T")

#: Coordinates enter the hash of a mesh in steps of this many nm.
_HASH_STEP = 1e-6


@dataclass(eq=False)
class Domain:
    """A mesh in nanometres and what its parts are called.

    Attributes:
        mesh: coordinates in nm. axes: lab axis (x, y, z = 0, 1, 2) of each mesh coordinate.
        periodic: whether each mesh coordinate repeats. lower, lengths: lowest corner and extent
        (nm) per mesh coordinate. cell_tags, regions: a tag on every cell, and the name of each tag.
        facet_tags, boundaries: tags on facets, and the tags that each name stands for; names may
        share tags. interfaces: names of boundaries that lie inside the mesh. axisymmetric: whether the
        mesh is the half-plane (r, z) of a body of revolution (`phasefield.mesh.revolution`); all integrals
        are then over the whole body.
    """

    mesh: Mesh
    axes: tuple[int, ...]
    periodic: tuple[bool, ...]
    lower: tuple[float, ...]
    lengths: tuple[float, ...]
    cell_tags: MeshTags
    regions: dict[str, int]
    facet_tags: MeshTags
    boundaries: dict[str, tuple[int, ...]]
    interfaces: frozenset[str] = field(default=frozenset())
    axisymmetric: bool = False

    @property
    def comm(self) -> MPI.Comm:
        """Communicator of the mesh."""
        return self.mesh.comm

    @property
    def dim(self) -> int:
        """Number of mesh coordinates, 1 to 3."""
        return self.mesh.topology.dim

    @property
    def body_dim(self) -> int:
        """Dimension of what integrals are over: that of the mesh, or 3 for a body of revolution."""
        return 3 if self.axisymmetric else self.dim

    @property
    def axis_names(self) -> str:
        """Lab axes of the mesh coordinates as letters, e.g. "xz"."""
        return "".join("xyz"[axis] for axis in self.axes)

    # --- parts by name --------------------------------------------------------------------------

    def cells(self, region: str) -> np.ndarray:
        """Local cells of a region, ghosts included. Raises MeshError for an unknown name."""
        return self.cell_tags.find(_lookup(region, self.regions, "region"))

    def facet_tags_of(self, boundary: str) -> tuple[int, ...]:
        """Tags of a boundary. Raises MeshError for an unknown name."""
        return _lookup(boundary, self.boundaries, "boundary")

    def facets(self, boundary: str) -> np.ndarray:
        """Local facets of a boundary, ghosts included. Raises MeshError for an unknown name."""
        tags = self.facet_tags_of(boundary)
        return self.facet_tags.indices[np.isin(self.facet_tags.values, tags)]

    # --- integration ----------------------------------------------------------------------------

    def dx(self, *regions: str, **metadata: object) -> Measure:
        """Measure over the named regions (all if none), e.g. dx("film", quadrature_degree=4)."""
        numbers = tuple(_lookup(name, self.regions, "region") for name in regions)
        return self._measure("dx", self.cell_tags, metadata, numbers or None)

    def nodal_dx(self, region: str) -> Measure:
        """Measure of a region that sees values at vertices only, with the volume that belongs to each.

        That of a body of revolution is the integral of 2πr times its linear function, positive on the axis too.
        """
        metadata = {"quadrature_degree": 1, "quadrature_rule": "vertex"}
        measure = ufl.Measure("dx", domain=self.mesh, subdomain_data=self.cell_tags, metadata=metadata)
        measure = measure((_lookup(region, self.regions, "region"),))
        if not self.axisymmetric:
            return measure
        own = 1.0 / 4.0 if self.mesh.topology.cell_name() == "triangle" else 1.0 / 3.0
        return Revolved(measure, own * self.radius + (1.0 - own) * self._mean_radius)

    @cached_property
    def _mean_radius(self) -> fem.Function:
        """Distance of the middle of each cell from the axis (nm)."""
        radius = fem.Function(fem.functionspace(self.mesh, ("DG", 0)))
        radius.interpolate(lambda x: x[0])
        return radius

    def quadrature_degree(self, degree: int) -> int:
        """Degree of the quadrature behind a measure of `degree`: the weight of a body of revolution is one more."""
        return degree + 1 if self.axisymmetric else degree

    def _measure(
        self, kind: str, data: object, metadata: dict[str, object], numbers: int | tuple[int, ...] | None
    ) -> Measure:
        """Measure over numbered parts of the mesh (all if None), with the weight of a body of revolution."""
        if isinstance(degree := metadata.get("quadrature_degree"), int):
            metadata = {**metadata, "quadrature_degree": self.quadrature_degree(degree)}
        measure = ufl.Measure(kind, domain=self.mesh, subdomain_data=data, metadata=metadata)
        measure = measure if numbers is None else measure(numbers)
        return Revolved(measure, self.radius) if self.axisymmetric else measure

    def ds(self, *boundaries: str, side: str | None = None, **metadata: object) -> Measure:
        """Measure over the named boundaries (without a name: the whole surface).

        With the name of a region as `side`, over the facets of that region's cells, seen from them;
        so integrals over an interface take unrestricted integrands. Raises MeshError for an
        interface without `side`.
        """
        for name in boundaries:
            if name in self.interfaces and side is None:
                raise MeshError(f'boundary "{name}" lies inside the mesh: say from which region it is seen')
        sides = self._sides
        region = None if side is None else _lookup(side, self.regions, "region")
        ids = tuple(sides.number[tag, region] for tag in self._tags(boundaries))
        return self._measure("ds", sides.data, metadata, ids if boundaries else None)

    def skin(self, *regions: str, **metadata: object) -> Measure:
        """Measure over the whole surface of the union of regions, inside the mesh too, seen from within."""
        sides = self._sides
        number = sides.skin(_lookup(name, self.regions, "region") for name in regions)
        return self._measure("ds", sides.data, metadata, number)

    def dS(self, *interfaces: str, **metadata: object) -> Measure:
        """Measure over the named interfaces (without a name: all interior facets).

        Raises MeshError for a boundary on the outside.
        """
        for name in interfaces:
            if name in self.boundaries and name not in self.interfaces:
                raise MeshError(f'boundary "{name}" is an outer one: integrate over it with ds')
        return self._measure("dS", self.facet_tags, metadata, self._tags(interfaces) if interfaces else None)

    def _tags(self, names: tuple[str, ...]) -> tuple[int, ...]:
        return tuple(sorted({tag for name in names for tag in self.facet_tags_of(name)}))

    @cached_property
    def _sides(self) -> Sides:
        tags = self._tags(tuple(self.boundaries))
        return Sides(self.mesh, self.facet_tags, self.cell_tags, tags, self.regions.values(), self.axis_facets())

    @cached_property
    def volume(self) -> float:
        """Volume in nm^body_dim."""
        return self.volume_of()

    def volume_of(self, *regions: str) -> float:
        """Volume of the named regions (of all without a name) in nm^body_dim. Collective."""
        one = fem.Constant(self.mesh, np.float64(1.0))
        return self.comm.allreduce(fem.assemble_scalar(jit.form(one * self.dx(*regions))), op=MPI.SUM)

    def extent(self, axis: int, *regions: str) -> tuple[float, float]:
        """Lowest and highest coordinate (nm) of the named regions along a lab axis. Collective.

        Raises MeshError if the mesh does not resolve the axis.
        """
        if axis not in self.axes:
            raise MeshError(f'the mesh does not resolve {"xyz"[axis]}; its axes are "{self.axis_names}"')
        cells = np.concatenate([self.cells(region) for region in regions])
        vertices = np.unique(compat.geometry_dofmap(self.mesh)[cells])
        x = self.mesh.geometry.x[vertices, self.axes.index(axis)]
        lowest = self.comm.allreduce(float(x.min(initial=np.inf)), op=MPI.MIN)
        return lowest, self.comm.allreduce(float(x.max(initial=-np.inf)), op=MPI.MAX)

    # --- revolution -----------------------------------------------------------------------------

    @property
    def radius(self) -> ufl.core.expr.Expr:
        """Distance from the axis of a body of revolution (nm)."""
        return ufl.SpatialCoordinate(self.mesh)[self.axes.index(0)]

    def on_axis(self, x: np.ndarray) -> np.ndarray:
        """Which mesh points x (3, n) lie on the axis of a body of revolution; none of another body."""
        if not self.axisymmetric:
            return np.zeros(x.shape[1], dtype=bool)
        return np.abs(x[self.axes.index(0)]) < ON_AXIS * self.lengths[self.axes.index(0)]

    def axis_facets(self) -> np.ndarray:
        """Local facets on the axis of a body of revolution, which are no surface of it. Collective."""
        if not self.axisymmetric:
            return np.empty(0, dtype=np.int32)
        return locate_entities_boundary(self.mesh, self.dim - 1, self.on_axis)

    # --- vectors in the lab frame ---------------------------------------------------------------

    def grad(self, v: ufl.core.expr.Expr) -> ufl.core.expr.Expr:
        """Gradient in lab axes per nm, zero along axes that the mesh does not resolve.

        A 3-vector for a scalar; for a 3-vector the 3x3 matrix [i, j] = ∂v_i/∂x_j. Of a body of revolution with
        the part around its axis.
        """
        gradient = ufl.grad(v)
        if not v.ufl_shape:
            return ufl.as_vector([self._along(axis, gradient) for axis in range(3)])
        rows = [[self._along(axis, gradient[i, :]) for axis in range(3)] for i in range(3)]
        if self.axisymmetric:
            for row, part in zip(rows, revolution.around(v, self.radius), strict=True):
                row[1] = part
        return ufl.as_matrix(rows)

    def grad_voigt(self, strain: ufl.core.expr.Expr) -> ufl.core.expr.Expr:
        """[p, l] = ∂ε_p/∂x_l of a Voigt strain along the mesh coordinates, and around the axis where there is one."""
        gradient = ufl.grad(strain)
        if not self.axisymmetric:
            return gradient
        hoop = revolution.voigt_around(strain, self.radius)
        return ufl.as_matrix([[*(gradient[p, i] for i in range(self.dim)), hoop[p]] for p in range(6)])

    def mean_vector(self, v: ufl.core.expr.Expr) -> tuple[ufl.core.expr.Expr, ...]:
        """Lab components of a vector, of a body of revolution averaged over the angle."""
        return revolution.mean_vector(v) if self.axisymmetric else tuple(v[i] for i in range(3))

    def mean_voigt(self, t: ufl.core.expr.Expr) -> tuple[ufl.core.expr.Expr, ...]:
        """Lab components of a Voigt vector, of a body of revolution averaged over the angle."""
        return revolution.mean_voigt(t) if self.axisymmetric else tuple(t[p] for p in range(6))

    def normal(self) -> ufl.core.expr.Expr:
        """Outward unit normal of facets as a 3-vector in lab axes."""
        normal = ufl.FacetNormal(self.mesh)
        return ufl.as_vector([self._along(axis, normal) for axis in range(3)])

    def _along(self, axis: int, vector: ufl.core.expr.Expr) -> ufl.core.expr.Expr | float:
        return vector[self.axes.index(axis)] if axis in self.axes else 0.0

    # --- identity -------------------------------------------------------------------------------

    @cached_property
    def hash(self) -> str:
        """Hash of cells, coordinates and regions: the same on any number of ranks. Collective."""
        words = _hash_words(self.mesh, self.cell_tags)
        total = self.comm.allreduce(int(words.sum(dtype=np.uint64)), op=MPI.SUM) % 2**64
        count = self.comm.allreduce(len(words), op=MPI.SUM)
        cell = self.mesh.topology.cell_name()
        body = (self.axes, self.periodic, sorted(self.regions.items()), *(["revolved"] if self.axisymmetric else []))
        text = repr((cell, count, total, *body))
        return hashlib.sha256(text.encode()).hexdigest()


def _lookup(name: str, names: Mapping[str, T], what: str) -> T:
    if name not in names:
        known = ", ".join(sorted(names)) or "none"
        raise MeshError(f'the mesh has no {what} "{name}"{nearest(name, names)} (it has: {known})')
    return names[name]


def _hash_words(mesh: Mesh, tags: MeshTags) -> np.ndarray:
    """One 64-bit word per owned cell of its input number, tag and vertex coordinates."""
    count = mesh.topology.index_map(mesh.topology.dim).size_local
    x = integers(mesh.geometry.x[:, : mesh.geometry.dim], _HASH_STEP)
    words = mix(np.asarray(mesh.topology.original_cell_index[:count], dtype=np.uint64))
    words = mix(words ^ tags.values[:count].astype(np.uint64))
    for vertex in compat.geometry_dofmap(mesh)[:count].T:
        for coordinate in x[vertex].T:
            words = mix(words ^ coordinate)
    return words
