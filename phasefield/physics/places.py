"""Points of a body at which coefficients that vary in space are given."""

from __future__ import annotations

import basix
import basix.ufl
import numpy as np
from dolfinx import fem

from phasefield.mesh import Domain
from phasefield.units import LENGTH


class Places:
    """The nodes of discontinuous elements of a degree in some regions, all of them inside their cells.

    So a coefficient that jumps between cells is represented exactly. On lines and tensor cells they are Gauss
    points: degree 0 takes the middle of a cell, of second order; degree k that of order 2k + 2 in all integrals.

    Attributes: mesh, points (n, 3): lab coordinates in m, 0 along axes that are not resolved.
    """

    def __init__(self, domain: Domain, regions: tuple[str, ...], degree: int):
        self.mesh = domain.mesh
        self.degree = degree
        self.cells = np.unique(np.concatenate([domain.cells(region) for region in regions]))
        scalar = self._space(())
        nodes = scalar.dofmap.list[self.cells].reshape(-1)
        coordinates = scalar.tabulate_dof_coordinates()[nodes] * LENGTH
        self.points = np.zeros((len(nodes), 3))
        for column, axis in enumerate(domain.axes):
            self.points[:, axis] = coordinates[:, column]

    def _space(self, shape: tuple[int, ...]) -> fem.FunctionSpace:
        variant = basix.LagrangeVariant.gl_isaac if self.degree else basix.LagrangeVariant.unset
        element = basix.ufl.element(
            "Lagrange",
            self.mesh.basix_cell(),
            self.degree,
            lagrange_variant=variant,
            discontinuous=True,
            shape=shape or None,
        )
        return fem.functionspace(self.mesh, element)

    def function(self, values: np.ndarray) -> fem.Function:
        """The field with these values (n, …) at the places, and zero elsewhere."""
        result = fem.Function(self._space(values.shape[1:]))
        self.set(result, values)
        return result

    def set(self, function: fem.Function, values: np.ndarray) -> None:
        """Give a field of `function` new values (n, …)."""
        dofmap = function.function_space.dofmap
        nodes = dofmap.list[self.cells].reshape(-1)
        function.x.array.reshape(-1, dofmap.index_map_bs)[nodes] = values.reshape(len(nodes), -1)
