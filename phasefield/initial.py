"""Initial polarization: uniform, stripes, wall, vortex, noise, or nodal data from a file.

Every state is a function of the position of a node (in a periodic domain of the position in one
period), also the random numbers, so a case starts from the same state on any number of ranks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from dolfinx import fem
from mpi4py import MPI
from scipy.spatial import cKDTree

from phasefield.case import schema
from phasefield.errors import CaseError
from phasefield.mesh import Domain
from phasefield.mesh.mixing import integers, mix
from phasefield.nodaldata import read_cell_fields, read_nodal_data
from phasefield.rankzero import on_root
from phasefield.units import LENGTH

#: Positions are told apart in steps of this many metres for random numbers. No round number, so
#: that no node of a sensible mesh lies half-way between two steps, where rounding errors would
#: decide.
_NOISE_STEP = 0.7310585786e-12

#: A node takes the value of the nearest point of a file if it is this near (m).
MATCH = 1e-12

#: Nodes at a sharp wall of stripes, to within this part of the period, belong to the stripe behind.
_SHARP = 1e-6


@dataclass(frozen=True)
class Nodes:
    """Local nodes of a function space in lab coordinates (m), 0 along unresolved axes.

    Attributes: x (n, 3), the first `owned` of them this rank's own; lower corner (3,); period (3,),
    0 where not periodic; axes, e.g. "xz"; comm.
    """

    x: np.ndarray
    owned: int
    lower: np.ndarray
    period: np.ndarray
    axes: str
    comm: MPI.Comm

    def from_point(self, point: np.ndarray) -> np.ndarray:
        """Displacements (n, 3) from the nearest periodic image of `point`, resolved axes only."""
        resolved = np.array([letter in self.axes for letter in "xyz"])
        away = np.where(resolved, self.x - point, 0.0)
        # Not rint: which image of a node at half a period is meant must not hang on rounding
        # errors.
        return away - self.period * np.floor(_in_periods(away, self.period) + 0.5 + _SHARP)

    def along(self, direction: Sequence[float]) -> np.ndarray:
        """Distances (n) from the lab origin; CaseError if the mesh does not resolve `direction`."""
        unit = _unit(direction)
        if not any(unit["xyz".index(letter)] for letter in self.axes):
            raise CaseError(f"initial.normal = {list(direction)}: the mesh resolves {', '.join(self.axes)} only")
        return self.x @ unit


def _in_periods(x: np.ndarray, period: np.ndarray) -> np.ndarray:
    return np.divide(x, period, out=np.zeros_like(x), where=period > 0)


def _wrap(x: np.ndarray, lower: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Positions moved into the first period; its upper side is the lower, rounding errors aside."""
    return x - period * np.floor(_in_periods(x - lower + 0.5 * MATCH, period))


def nodes_of(space: fem.FunctionSpace, domain: Domain) -> Nodes:
    """Local nodes of a Lagrange space, ghosts included, moved into the first period."""
    coordinates = space.tabulate_dof_coordinates()
    x, period, lower = np.zeros((len(coordinates), 3)), np.zeros(3), np.zeros(3)
    for coordinate, axis in enumerate(domain.axes):
        x[:, axis] = coordinates[:, coordinate] * LENGTH
        lower[axis] = domain.lower[coordinate] * LENGTH
        if domain.periodic[coordinate]:
            period[axis] = domain.lengths[coordinate] * LENGTH
    owned = space.dofmap.index_map.size_local
    return Nodes(_wrap(x, lower, period), owned, lower, period, domain.axis_names, domain.comm)


def initial_polarization(spec: schema.InitialSpec, domain: Domain, P: fem.Function, scale: float) -> None:
    """Set P to the state of the `initial` table of a case, in units of `scale` (C/m^2). Collective.

    Raises CaseError if nodal data cannot be read or do not cover the mesh.
    """
    nodes = nodes_of(P.function_space, domain)
    values = _STATES[spec.kind](spec, nodes)
    if spec.noise:
        values = values + spec.noise * random_vectors(nodes.x, spec.seed)
    P.x.array[:] = (values / scale).ravel()


def random_vectors(x: np.ndarray, seed: int) -> np.ndarray:
    """Vectors (n, 3), components uniform in [-1, 1), from `seed` and position (n, 3) in m alone."""
    words = mix(np.full(len(x), seed, dtype=np.uint64))
    for position in integers(x, _NOISE_STEP).T:
        words = mix(words ^ position)
    draws = np.stack([mix(words + np.uint64(component)) for component in range(3)], axis=1)
    return (draws >> np.uint64(11)) * 2.0**-52 - 1.0


def random_unknowns(space: fem.FunctionSpace, domain: Domain, seed: int) -> np.ndarray:
    """Numbers in [-1, 1) for the owned unknowns of a space of vectors, from `seed` and the places of nodes alone."""
    nodes = nodes_of(space, domain)
    return random_vectors(nodes.x[: nodes.owned], seed).ravel()


def _unit(vector: Sequence[float]) -> np.ndarray:
    length = np.linalg.norm(vector)
    if length == 0.0:
        raise CaseError(f"initial: a direction cannot be {list(vector)}")
    return np.asarray(vector, dtype=float) / length


def _uniform(spec: schema.UniformState, nodes: Nodes) -> np.ndarray:
    return np.tile(np.asarray(spec.value, dtype=float), (len(nodes.x), 1))


def _noise(spec: schema.NoiseState, nodes: Nodes) -> np.ndarray:
    return spec.amplitude * random_vectors(nodes.x, spec.seed)


def _stripes(spec: schema.StripeState, nodes: Nodes) -> np.ndarray:
    """`value` in the first `share` of each period along `normal` from the lab origin, then `other`."""
    phase = np.mod(nodes.along(spec.normal) / spec.period + _SHARP, 1.0) - _SHARP
    first = phase < spec.share - _SHARP
    sign = np.where(first, 1.0, -1.0)
    if spec.width:
        from_wall = np.where(first, np.minimum(phase, spec.share - phase), np.minimum(phase - spec.share, 1.0 - phase))
        sign *= np.tanh(from_wall * spec.period / spec.width)
    value = np.asarray(spec.value, dtype=float)
    other = -value if spec.other is None else np.asarray(spec.other, dtype=float)
    return 0.5 * (value + other) + 0.5 * sign[:, None] * (value - other)


def _wall(spec: schema.WallState, nodes: Nodes) -> np.ndarray:
    """(left + right)/2 + (right - left)/2 tanh((n·x - position)/width), a step if width = 0."""
    left, right = np.asarray(spec.left, dtype=float), np.asarray(spec.right, dtype=float)
    distance = nodes.along(spec.normal) - spec.position
    share = 0.5 * (1.0 + np.tanh(distance / spec.width)) if spec.width else distance > -MATCH
    return left + share[:, None] * (right - left)


def _vortex(spec: schema.VortexState, nodes: Nodes) -> np.ndarray:
    """magnitude tanh(r/R) around the axis, counter-clockwise, and core / cosh(r/R) along it."""
    axis = _unit(spec.axis)
    away = nodes.from_point(np.asarray(spec.center, dtype=float))
    around = np.cross(axis, away)
    r = np.linalg.norm(around, axis=1)
    # tanh(r/R)/r is 1/R on the axis itself.
    slope = np.divide(np.tanh(r / spec.radius), r, out=np.full_like(r, 1.0 / spec.radius), where=r > 0)
    # Beyond 700 the cosine would overflow; the core is zero there in any case.
    core = spec.core / np.cosh(np.minimum(r / spec.radius, 700.0))
    return spec.magnitude * slope[:, None] * around + core[:, None] * axis


def _file(spec: schema.FileState, nodes: Nodes) -> np.ndarray:
    """Each node takes the values of the point of the file at its place, or those of the cell it lies in."""
    if spec.interpolate:
        return _between_points(spec, nodes)
    points, values = on_root(nodes.comm, lambda: read_nodal_data(spec.path, nodes.axes, spec.time))
    return nearest_values(points, values, nodes, spec.path)


def _between_points(spec: schema.FileState, nodes: Nodes) -> np.ndarray:
    from phasefield.interpolation import interpolated  # loads VTK, which most runs do without

    fields = on_root(nodes.comm, lambda: read_cell_fields(spec.path, "P", spec.time))
    values = interpolated(fields.points, fields.cells, fields.values["P"], nodes.x)
    outside = nodes.x[np.isnan(values).any(axis=1)]
    if places := [place for places in nodes.comm.allgather(outside.tolist()) for place in places]:
        text = ", ".join(f"{value:.6g}" for value in places[0])
        raise CaseError(
            f"{spec.path}: {len(places)} nodes of the mesh lie outside the fields of this run, the first at ({text}) m;"
            " initial.interpolate wants a run of a body as large as this one"
        )
    return values


def nearest_values(points: np.ndarray, values: np.ndarray, nodes: Nodes, path: str) -> np.ndarray:
    """For each node the values (n, 3) of the point (n, axes; m) at its place. Collective.

    Raises CaseError, naming the file `path`, if a node has no point.
    """
    columns = ["xyz".index(letter) for letter in nodes.axes]
    lower, period = nodes.lower[columns], nodes.period[columns]
    # The tree wants coordinates from 0 to below the period, and a period of zero for none, as here.
    tree = cKDTree(_in_box(_wrap(points, lower, period) - lower, period), boxsize=period)
    distance, nearest = tree.query(_in_box(nodes.x[:, columns] - lower, period))
    _check_matched(distance[: nodes.owned], nodes, path)
    return values[nearest]


def _in_box(x: np.ndarray, period: np.ndarray) -> np.ndarray:
    return np.where(period > 0, np.clip(x, 0.0, np.nextafter(period, 0.0)), x)


def _check_matched(distance: np.ndarray, nodes: Nodes, path: str) -> None:
    total = nodes.comm.allreduce(int(np.count_nonzero(distance > MATCH)), op=MPI.SUM)
    if not total:
        return
    worst = int(np.argmax(distance)) if len(distance) else 0
    mine = (float(distance[worst]), nodes.x[worst].tolist()) if len(distance) else (0.0, [])
    gap, place = max(nodes.comm.allgather(mine))
    text = ", ".join(f"{value:.6g}" for value in place)
    raise CaseError(
        f"{path}: no point within {MATCH:g} m of {total} nodes of the mesh; "
        f"the farthest is the node at ({text}) m, {gap:.3g} m from the nearest point. "
        "Give a point for every node "
        "(with mesh.degree = 2 also for the middles of edges), or, from a result folder, interpolate = true"
    )


_STATES: dict[str, Callable] = {
    "uniform": _uniform,
    "noise": _noise,
    "stripes": _stripes,
    "wall": _wall,
    "vortex": _vortex,
    "file": _file,
}
