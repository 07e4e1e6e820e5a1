"""Values of functions and tags at the points and cells of a file, in file order and SI."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from dolfinx import fem
from dolfinx import mesh as dmesh

from phasefield.output.ordering import owned_cells
from phasefield.output.points import PointMesh
from phasefield.registry import VOIGT_COMPONENTS


def cell_tags(mesh: dmesh.Mesh, tags: dmesh.MeshTags) -> npt.NDArray[np.int32]:
    """Tag of every owned cell, 0 where there is none."""
    owned = owned_cells(mesh)
    values = np.zeros(owned, dtype=np.int32)
    here = tags.indices < owned
    values[tags.indices[here]] = tags.values[here]
    return values


class FieldValues:
    """The values of one function at points or cells, in file order and SI."""

    def __init__(self, name: str, function: fem.Function, mesh: PointMesh, scale: float):
        V = function.function_space
        element = V.ufl_element()
        self.name, self._function, self._scale = name, function, scale
        self._block = V.dofmap.index_map_bs
        components = int(np.prod(V.value_shape, dtype=int))
        if components != self._block or self._block not in (1, 2, 3, 6, 9):
            raise ValueError(f"field {name}: only scalars, vectors, 6-vectors and 3x3 tensors can be written")
        if element.degree == 0:
            self.center, self._order = "Cell", mesh.order
            self._source = V.dofmap.list[: owned_cells(V.mesh), 0]
        elif not element.discontinuous and element.family_name == "P":
            self.center, self._order = "Node", mesh.nodes
            self._source = _vertex_dofs(V, mesh.space)
        else:
            raise ValueError(f"field {name}: only continuous Lagrange and constant per cell can be written")

    def gather(self) -> dict[str, npt.NDArray[np.float64]]:
        """Arrays (rows,) or (rows, components) by name on rank 0, empty elsewhere. Collective."""
        self._function.x.scatter_forward()
        local = self._function.x.array.reshape(-1, self._block)[self._source]
        values = self._order.gather(local)
        if values is None:
            return {}
        values *= self._scale
        if self._block == 6:
            return {f"{self.name}_{component}": values[:, i] for i, component in enumerate(VOIGT_COMPONENTS)}
        if self._block == 2:
            values = np.pad(values, ((0, 0), (0, 1)))
        return {self.name: values[:, 0] if self._block == 1 else values}


def _vertex_dofs(V: fem.FunctionSpace, vertices: fem.FunctionSpace) -> npt.NDArray[np.int32]:
    """For every owned degree of freedom of the P1 space `vertices`, that of `V` at its vertex."""
    layout = V.dofmap.dof_layout
    corners = [layout.entity_dofs(0, v)[0] for v in range(vertices.dofmap.list.shape[1])]
    index_map = vertices.dofmap.index_map
    source = np.empty(index_map.size_local + index_map.num_ghosts, dtype=np.int32)
    source[vertices.dofmap.list] = V.dofmap.list[:, corners]
    return source[: index_map.size_local]
