"""Fields of a result folder between its points: what its cells make of their corners' values, by VTK.

A run writes the values at the corners of its cells, so that on other meshes, and for elements of degree 2, a state of
it has to be interpolated.
"""

from __future__ import annotations

import numpy as np
import pyvista as pv

from phasefield.nodaldata import CellFields

#: Cells by the number of their corners and the axes along which the mesh extends.
_CELLS = {
    (2, 1): pv.CellType.LINE,
    (3, 2): pv.CellType.TRIANGLE,
    (4, 2): pv.CellType.QUAD,
    (4, 3): pv.CellType.TETRA,
    (8, 3): pv.CellType.HEXAHEDRON,
}
#: Points this far outside all cells, as a part of the extent, are taken to be on their surface: another mesh rounds it
#: off, or cuts across it where it is curved.
ON_SURFACE = 1e-3


def interpolated(fields: CellFields, name: str, places: np.ndarray) -> np.ndarray:
    """The field `name` (m,) or (m, k) at places (m, 3; m), (multi)linear within each cell; nan outside all cells."""
    extent = np.ptp(fields.points, axis=0)
    unit = float(extent.max())
    kind = _CELLS[fields.cells.shape[1], int(np.count_nonzero(extent > 1e-6 * unit))]
    # In units of the extent: VTK's tolerances have no units.
    grid = pv.UnstructuredGrid({kind: fields.cells}, fields.points / unit)
    grid.point_data[name] = fields.values[name]
    found = pv.PolyData(places / unit).sample(grid)
    values = np.array(found[name], dtype=float)
    missing = np.flatnonzero(found["vtkValidPointMask"] == 0)
    if len(missing):
        values[missing] = _on_surface(grid, name, places[missing] / unit)
    return values


def _on_surface(grid: pv.UnstructuredGrid, name: str, places: np.ndarray) -> np.ndarray:
    """Values at the points of the surface that are closest to places outside all cells; nan where none is close."""
    _, closest = grid.find_closest_cell(places, return_closest_point=True)
    values = np.array(pv.PolyData(closest).sample(grid, snap_to_closest_point=True)[name], dtype=float)
    values[np.linalg.norm(places - closest, axis=1) > ON_SURFACE] = np.nan
    return values
