"""Fields of a result folder between its points: what its cells make of their corners' values, by VTK.

A run writes the values at the corners of its cells, so that on other meshes, and for elements of degree 2, a state of
it has to be interpolated.
"""

from __future__ import annotations

import numpy as np
import pyvista as pv

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


def interpolated(points: np.ndarray, cells: np.ndarray, values: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Values (m,) or (m, k) at places (m, 3), (multi)linear within each cell; nan outside all cells.

    From points (n, 3), in the unit of the places, cells by their corners, and values (n,) or (n, k) at the points.
    """
    extent = np.ptp(points, axis=0)
    unit = float(extent.max())
    kind = _CELLS[cells.shape[1], int(np.count_nonzero(extent > 1e-6 * unit))]
    # In units of the extent: VTK's tolerances have no units.
    grid = pv.UnstructuredGrid({kind: cells}, points / unit)
    grid.point_data["values"] = values
    sampled = pv.PolyData(places / unit).sample(grid)
    found = np.array(sampled["values"], dtype=float)
    missing = np.flatnonzero(sampled["vtkValidPointMask"] == 0)
    if len(missing):
        found[missing] = _on_surface(grid, places[missing] / unit)
    return found


def _on_surface(grid: pv.UnstructuredGrid, places: np.ndarray) -> np.ndarray:
    """Values at the points of the surface that are closest to places outside all cells; nan where none is close."""
    _, closest = grid.find_closest_cell(places, return_closest_point=True)
    values = np.array(pv.PolyData(closest).sample(grid, snap_to_closest_point=True)["values"], dtype=float)
    values[np.linalg.norm(places - closest, axis=1) > ON_SURFACE] = np.nan
    return values
