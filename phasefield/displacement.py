"""A displacement that is given everywhere, by formulas or a table, instead of mechanical equilibrium."""

from __future__ import annotations

import numpy as np
from dolfinx import fem
from mpi4py import MPI
from scipy.interpolate import RegularGridInterpolator
from scipy.sparse.linalg import spsolve

from phasefield.case.schema import PrescribedExpression, PrescribedFile, PrescribedSpec
from phasefield.errors import CaseError, MaterialError
from phasefield.initial import MATCH, Nodes, nearest_values, nodes_of
from phasefield.materials.formula import evaluate_at
from phasefield.mesh import Domain
from phasefield.nodaldata import read_columns
from phasefield.rankzero import on_root

#: Points along an axis from which a grid is interpolated by cubic splines; with fewer, linearly.
CUBIC = 4


def prescribed_displacement(spec: PrescribedSpec, domain: Domain, u: fem.Function, scale: float) -> None:
    """Set u to the table `mechanics.prescribed` of a case, in units of `scale` (m). Collective.

    Raises CaseError if a formula has no value at a node, or the table cannot be read or does not cover the mesh.
    """
    nodes = nodes_of(u.function_space, domain)
    values = _formulas(spec, nodes) if isinstance(spec, PrescribedExpression) else _table(spec, nodes)
    u.x.array[:] = (values / scale).ravel()


def _formulas(spec: PrescribedExpression, nodes: Nodes) -> np.ndarray:
    positions = dict(zip("xyz", nodes.x.T, strict=True))
    try:
        return np.stack([evaluate_at(str(formula), positions, spec.parameters) for formula in spec.value], axis=1)
    except MaterialError as error:
        raise CaseError(f"mechanics.prescribed.value: {error}") from error


def _table(spec: PrescribedFile, nodes: Nodes) -> np.ndarray:
    names = (*nodes.axes, "u_x", "u_y", "u_z")
    table = on_root(nodes.comm, lambda: read_columns(spec.path, names, spec.time))
    points, values = table[:, : len(nodes.axes)], table[:, len(nodes.axes) :]
    grid = grid_of(points)
    if grid is None:
        return nearest_values(points, values, nodes, spec.path)
    axes, order = grid
    return _interpolated(axes, values[order].reshape(*map(len, axes), 3), nodes, spec.path)


def grid_of(points: np.ndarray) -> tuple[list[np.ndarray], np.ndarray] | None:
    """Coordinates along each axis and the order that sorts the points (n, d) by them, the last axis fastest.

    None if the points are not those of a grid, each once; coordinates that differ by rounding errors are one.
    """
    axes, places = [], []
    for column in points.T:
        _, place, count = np.unique(np.round(column / MATCH), return_inverse=True, return_counts=True)
        axes.append(np.bincount(place, column) / count)
        places.append(place)
    shape = [len(axis) for axis in axes]
    if min(shape) < 2 or np.prod(shape) != len(points):
        return None
    number = np.ravel_multi_index(places, shape)
    return (axes, np.argsort(number)) if len(np.unique(number)) == len(points) else None


def _interpolated(axes: list[np.ndarray], grid: np.ndarray, nodes: Nodes, path: str) -> np.ndarray:
    """Values (n, 3) at the nodes of a grid (…, 3)."""
    x = nodes.x[:, ["xyz".index(letter) for letter in nodes.axes]]
    low, high = (np.array([axis[end] for axis in axes]) for end in (0, -1))
    outside = np.maximum(low - x, x - high)[: nodes.owned]
    gap = nodes.comm.allreduce(float(outside.max(initial=-np.inf)), op=MPI.MAX)
    if gap > MATCH:
        extent = ", ".join(f"{letter} {a:.6g} to {b:.6g}" for letter, a, b in zip(nodes.axes, low, high, strict=True))
        raise CaseError(f"{path}: the grid covers {extent} m, and the mesh reaches {gap:.3g} m beyond it")
    method = "cubic" if min(map(len, axes)) >= CUBIC else "linear"
    # Splines are solved for to an absolute tolerance unless directly.
    direct = {"solver": spsolve} if method == "cubic" else {}
    return np.asarray(RegularGridInterpolator(tuple(axes), grid, method=method, **direct)(np.clip(x, low, high)))
