"""Half-spaces for tests: half-planes of graded quadrilaterals below a tip, and values along their axis and surface."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import meshio
import numpy as np
from dolfinx import fem


def geometric(first: float, end: float, growth: float) -> np.ndarray:
    """0 … end in steps that grow from `first` by the factor `growth` each."""
    count = int(np.ceil(np.log1p(end * (growth - 1.0) / first) / np.log(growth)))
    points = np.concatenate([[0.0], np.cumsum(first * growth ** np.arange(count))])
    return points * end / points[-1]


def half_plane(path: Path, edges: list[float], finest: float, reach: float, growth: float = 1.25) -> dict[str, object]:
    """Mesh table of the half-plane 0 < x < reach, −reach < z < 0 (nm), finest at x in `edges` and at the surface.

    Quadrilaterals of degree 2; boundaries "top", "bottom" and "side".
    """
    pieces = [(edges[0] - geometric(finest, edges[0], growth))[::-1]]
    for start, end in pairwise(edges):
        half = geometric(finest, 0.5 * (end - start), growth)
        pieces.append(np.concatenate([start + half[1:], end - half[-2::-1]]))
    pieces.append(edges[-1] + geometric(finest, reach - edges[-1], growth)[1:])
    x, z = np.concatenate(pieces), -geometric(finest, reach, growth)[::-1]
    points = np.array([[a, 0.0, b] for a in x for b in z])
    number = np.arange(len(points)).reshape(len(x), len(z))
    corners = [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]]
    quads = np.stack([corner.ravel() for corner in corners], axis=1)
    sides = {"top": number[:, -1], "bottom": number[:, 0], "side": number[-1]}
    lines = [np.stack([side[:-1], side[1:]], axis=1) for side in sides.values()]
    tags = np.concatenate([np.full(len(line), i + 2) for i, line in enumerate(lines)])
    data = [np.ones(len(quads), int), tags]
    mesh = meshio.Mesh(
        points,
        [("quad", quads), ("line", np.concatenate(lines))],
        cell_data={"gmsh:physical": data, "gmsh:geometrical": data},
        field_data={"film": np.array([1, 2])} | {name: np.array([i + 2, 1]) for i, name in enumerate(sides)},
    )
    mesh.write(path, file_format="gmsh22", binary=False)
    return {
        "kind": "file",
        "path": str(path),
        "axes": "xz",
        "degree": 2,
        "axisymmetric": True,
        "boundaries": {name: name for name in sides},
    }


def along_axis(function: fem.Function) -> tuple[np.ndarray, np.ndarray]:
    """Depths (nm) of the nodes on the axis, from the surface down, and the values of a field there (one rank)."""
    x = function.function_space.tabulate_dof_coordinates()
    size = function.function_space.dofmap.index_map_bs
    nodes = np.flatnonzero(np.abs(x[:, 0]) < 1e-9)
    nodes = nodes[np.argsort(-x[nodes, 1])]
    return -x[nodes, 1], function.x.array.reshape(-1, size)[nodes]
