"""A species of mobile defects: its fields and coefficients in solver units."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import ufl
from dolfinx import fem

from phasefield.physics.coefficients import Coefficient


@dataclass
class Species:
    """Concentration and electrochemical potential of one kind of defect, both linear on every cell.

    Args:
        name: by which output and observables call it.
        space: linear scalar functions.
        unit: unit of its concentration (1/m^3): `c` is around 1.
        site_density: c_max in that unit. charge: charge density per `c`. thermal: kT per `c`.
        diffusivity: (3, 3). vegard: Voigt strain (6) per `c`, None without. reference: `c` without Vegard strain.

    Attributes: c; free, the sites left, c_max − c, with its own digits where they are few; mu (in kT); old,
    log_mobility and duration of the step under way: the concentration that it starts from and the logarithm of the
    mobility c (1 − c/c_max) in it.
    """

    name: str
    space: fem.FunctionSpace
    unit: float
    site_density: float
    charge: float
    thermal: fem.Constant
    diffusivity: fem.Constant
    vegard: Coefficient | None = None
    reference: float = 0.0
    c: fem.Function = field(init=False)
    free: fem.Function = field(init=False)
    mu: fem.Function = field(init=False)
    old: fem.Function = field(init=False)
    log_mobility: fem.Function = field(init=False)
    duration: fem.Constant = field(init=False)

    #: Part of all sites below which fewer free ones count as none in weights of relative changes.
    SATURATED = 1e-9

    def __post_init__(self) -> None:
        self.c = fem.Function(self.space, name=f"c_{self.name}")
        self.free = fem.Function(self.space, name=f"free_{self.name}")
        self.mu = fem.Function(self.space, name=f"mu_{self.name}")
        self.old = fem.Function(self.space)
        self.log_mobility = fem.Function(self.space)
        self.duration = fem.Constant(self.space.mesh, 0.0)
        self.set(np.full_like(self.c.x.array, 0.5 * self.site_density))  # no logarithm of zero before the start

    @property
    def owned(self) -> int:
        """Number of unknowns of each field that this rank owns."""
        return self.space.dofmap.index_map.size_local

    def set(self, c: np.ndarray) -> None:
        """Set all local concentrations."""
        self.c.x.array[:] = c
        self.free.x.array[:] = self.site_density - c

    def derivative(self, form: ufl.Form, direction: ufl.Argument) -> ufl.Form:
        """Derivative of a form by the concentration; the free sites are fewer by what it grows."""
        return ufl.derivative(form, self.c, direction) - ufl.derivative(form, self.free, direction)

    def mobility(self, c: np.ndarray) -> np.ndarray:
        """c (1 − c/c_max): the inverse of the second derivative of the mixing energy over kT."""
        return c * np.maximum(1.0 - c / self.site_density, self.SATURATED)
