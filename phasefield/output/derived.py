"""Fields derived from the unknowns for output: E, D, strain, stress and bound charge, constant per cell, in SI."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np
import ufl
from dolfinx import fem
from ufl.core.expr import Expr

from phasefield import compat, jit
from phasefield.physics import electrostatics
from phasefield.physics.coefficients import Polar
from phasefield.physics.functional import Functional
from phasefield.scaling import Scaling
from phasefield.units import LENGTH

DERIVED = ("E", "D", "strain", "stress", "bound_charge")

_SHAPES = {"E": (3,), "D": (3,), "strain": (3, 3), "stress": (3, 3), "bound_charge": ()}


class DerivedField:
    """One derived field as a cell-wise function; `update` evaluates it at the cell midpoints."""

    def __init__(self, name: str, functional: Functional, scaling: Scaling):
        self.name = name
        self.functional = functional
        self.scale = {
            "E": scaling.field,
            "D": scaling.polarization,
            "strain": scaling.strain,
            "stress": scaling.stress,
            "bound_charge": scaling.polarization / LENGTH,
        }[name]
        space = fem.functionspace(functional.domain.mesh, ("DG", 0, _SHAPES[name]))
        self.function = fem.Function(space, name=name)
        self.none = fem.Constant(functional.domain.mesh, 0.0)

    @cached_property
    def _expressions(self) -> list[tuple[fem.Expression, np.ndarray]]:
        points = compat.interpolation_points(self.function.function_space)
        return [
            (
                jit.expression(self._of_region(region), points),
                self.functional.domain.cells(region),
            )
            for region in self.functional.regions
        ]

    def _of_region(self, region: str) -> Expr:
        f = self.functional
        quantities: dict[str, Callable] = {
            "E": f.field,
            "D": lambda: electrostatics.displacement(
                f.field(),
                f.P if isinstance(f.regions[region], Polar) else ufl.zero(3),
                f.regions[region].permittivity,
            ),
            "strain": lambda: self._strain(region),
            "stress": lambda: tensor(f.stress(region), 1.0),
            "bound_charge": lambda: -ufl.tr(f.domain.grad(f.P)),
        }
        return quantities[self.name]()

    def _strain(self, region: str) -> Expr:
        """The strain, none of a fluid, whatever the nodes do that it shares with its neighbours."""
        strain = tensor(self.functional.strain(), 0.5)
        return strain if region in self.functional.solid_regions else self.none * strain

    def update(self) -> None:
        """Evaluate at the present state (solver units; multiply by `scale` for SI)."""
        for expression, cells in self._expressions:
            self.function.interpolate(expression, cells)
        self.function.x.scatter_forward()


def tensor(voigt: Expr, shear_factor: float) -> Expr:
    """Symmetric 3x3 tensor of a Voigt vector; `shear_factor` is ½ for engineering strains, 1 for stresses."""
    s = [shear_factor * voigt[k] for k in (3, 4, 5)]
    return ufl.as_matrix([[voigt[0], s[2], s[1]], [s[2], voigt[1], s[0]], [s[1], s[0], voigt[2]]])
