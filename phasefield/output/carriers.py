"""Electrons and holes, and the edge of the conduction band, at the nodes of the polar body."""

from __future__ import annotations

import numpy as np
from dolfinx import fem
from ufl.core.expr import Expr

from phasefield import compat, jit
from phasefield.case.carriers import ELECTRONS, HOLES
from phasefield.output.derived import DerivedField
from phasefield.physics.functional import Functional
from phasefield.registry import CONCENTRATION
from phasefield.scaling import Scaling

#: Concentrations by the name of their field.
CONCENTRATIONS = {f"{CONCENTRATION}{name}": name for name in (ELECTRONS, HOLES)}
BAND = "conduction_band"


class CarrierField(DerivedField):
    """c_electrons, c_holes (1/m^3) or conduction_band, (E_c − E_F)/e (V), in the space of φ; zero outside the body."""

    def __init__(self, name: str, functional: Functional, scaling: Scaling):
        carriers = functional.carriers
        assert carriers is not None  # there are no such fields without
        self.name, self.functional = name, functional
        self.scale = scaling.potential if name == BAND else carriers.unit
        self.function = fem.Function(functional.spaces.phi, name=name)
        points = compat.interpolation_points(functional.spaces.phi)
        values: Expr = (
            carriers.conduction_band(functional.phi)
            if name == BAND
            else carriers.numbers(functional.phi)[CONCENTRATIONS[name]]
        )
        self.expression = jit.expression(values, points)
        self.cells = np.concatenate([functional.domain.cells(region) for region in functional.polar_regions])

    def update(self) -> None:
        """Evaluate at the present state (solver units; multiply by `scale` for SI)."""
        self.function.interpolate(self.expression, self.cells)
        self.function.x.scatter_forward()
