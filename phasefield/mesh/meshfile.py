"""What is read from a mesh file: linear cells of one kind, their facets, and the groups both belong to."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import meshio
import numpy as np

from phasefield.errors import MeshError


class _Kind(NamedTuple):
    """A kind of linear cell: dimension, DOLFINx's name, the order of vertices it wants, and its facets."""

    dim: int
    name: str
    order: tuple[int, ...]
    facet: str


#: By meshio's names.
_KINDS = {
    "vertex": _Kind(0, "point", (0,), ""),
    "line": _Kind(1, "interval", (0, 1), "vertex"),
    "triangle": _Kind(2, "triangle", (0, 1, 2), "line"),
    "quad": _Kind(2, "quadrilateral", (0, 1, 3, 2), "line"),
    "tetra": _Kind(3, "tetrahedron", (0, 1, 2, 3), "triangle"),
    "hexahedron": _Kind(3, "hexahedron", (0, 1, 3, 2, 4, 5, 7, 6), "quad"),
}

#: Cell data that hold the groups of cells, by file format.
_GROUP_DATA = ("gmsh:physical", "medit:ref", "cell_tags")


@dataclass
class Groups:
    """Groups of cells or facets: a tag for each entity (0: in no group), and names of tags."""

    vertices: np.ndarray
    tags: np.ndarray
    names: dict[str, int] = field(default_factory=dict)

    def present(self) -> dict[str, int]:
        """Tags in use by name; a tag without a name goes by its number."""
        used = [int(tag) for tag in np.unique(self.tags) if tag != 0]
        by_tag = {tag: name for name, tag in self.names.items()}
        return {by_tag.get(tag, str(tag)): tag for tag in used}


@dataclass
class MeshFile:
    """A mesh as read. x (nodes, dim) in units of the file; `letters` are the axes its columns had."""

    cell: str
    letters: str
    x: np.ndarray
    cells: Groups
    facets: Groups


def read_mesh_file(path: str | Path) -> MeshFile:
    """Read a mesh with meshio.

    Cells of the highest dimension make the mesh, those of one less are its facets. Raises MeshError
    for a missing or unreadable file and for cells that are not linear or of several kinds.
    """
    mesh = _read(Path(path))
    present = {block.type for block in mesh.cells if len(block.data)}
    unknown = sorted(present - set(_KINDS))
    if unknown:
        raise MeshError(
            f"{path}: cells of type {', '.join(unknown)}; only linear ones can be read "
            f"({', '.join(_KINDS)}): save the mesh with straight cells (Gmsh: Mesh.ElementOrder = 1)"
        )
    dim = max((_KINDS[name].dim for name in present), default=0)
    highest = sorted(name for name in present if _KINDS[name].dim == dim)
    if dim == 0 or len(highest) > 1:
        raise MeshError(f"{path}: expected cells of one kind, found {' and '.join(highest) or 'none'}")
    kind = _KINDS[highest[0]]
    cells, facets = _groups(mesh, highest[0], dim), _groups(mesh, kind.facet, dim - 1)
    cells.vertices = cells.vertices[:, kind.order]
    points = _drop_unused(mesh.points, cells, facets)
    columns = _columns(points, dim, path)
    return MeshFile(
        cell=kind.name,
        letters="".join("xyz"[column] for column in columns),
        x=np.ascontiguousarray(points[:, columns]),
        cells=cells,
        facets=facets,
    )


def _read(path: Path) -> meshio.Mesh:
    if not path.is_file():
        raise MeshError(f"{path}: no such mesh file")
    printed = io.StringIO()
    try:
        # meshio prints what is wrong, and ends the process where it cannot read a file.
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            return meshio.read(path)
    except (Exception, SystemExit) as error:
        reason = " ".join(printed.getvalue().split()) or error
        raise MeshError(f"{path}: cannot read the mesh: {reason}") from error


def _groups(mesh: meshio.Mesh, kind: str, dim: int) -> Groups:
    """Vertices, tags and names of all cells of one kind."""
    chosen = [i for i, block in enumerate(mesh.cells) if block.type == kind]
    data = next((mesh.cell_data[name] for name in _GROUP_DATA if name in mesh.cell_data), None)
    none = np.empty((0, len(_KINDS[kind].order)))
    vertices = np.concatenate([none, *(mesh.cells[i].data for i in chosen)]).astype(np.int64)
    tags = np.zeros(len(vertices), dtype=np.int32)
    if data is not None and chosen:
        tags[:] = np.concatenate([data[i] for i in chosen])
    names = {name: int(tag) for name, (tag, of) in mesh.field_data.items() if of == dim}
    return Groups(vertices, tags, names)


def _drop_unused(points: np.ndarray, cells: Groups, facets: Groups) -> np.ndarray:
    """Points that are vertices of cells; `cells` and `facets` are renumbered, other facets dropped."""
    used, inverse = np.unique(cells.vertices, return_inverse=True)
    cells.vertices = inverse.reshape(cells.vertices.shape)
    number = np.full(len(points), -1, dtype=np.int64)
    number[used] = np.arange(len(used))
    renumbered = number[facets.vertices]
    keep = (renumbered >= 0).all(axis=1) & (facets.tags != 0)
    facets.vertices, facets.tags = renumbered[keep], facets.tags[keep]
    return points[used]


def _columns(points: np.ndarray, dim: int, path: str | Path) -> list[int]:
    """Columns of the coordinates along which the mesh extends; there must be `dim` of them."""
    extent = np.ptp(points, axis=0)
    columns = [int(i) for i in np.flatnonzero(extent > 1e-9 * extent.max())]
    if len(columns) != dim:
        raise MeshError(
            f"{path}: {dim}-dimensional cells extend along {len(columns)} coordinates; "
            "a line or surface must lie along the coordinate axes"
        )
    return columns
