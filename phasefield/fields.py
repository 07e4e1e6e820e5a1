"""The function spaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from dolfinx import fem

from phasefield.mesh import Domain


@dataclass(frozen=True)
class Owned:
    """A vector over a function space as the entries that this rank owns, unrolled; may be filled in place."""

    space: fem.FunctionSpace
    values: np.ndarray


@dataclass(frozen=True)
class Spaces:
    """Function spaces of the unknowns; `u` and `P` are the same object."""

    P: fem.FunctionSpace
    u: fem.FunctionSpace
    phi: fem.FunctionSpace


def function_spaces(domain: Domain, degree: int) -> Spaces:
    """Lagrange spaces of degree 1 or 2: 3-vectors for P and u in any dimension, scalar φ."""
    vector = fem.functionspace(domain.mesh, ("Lagrange", degree, (3,)))
    return Spaces(P=vector, u=vector, phi=fem.functionspace(domain.mesh, ("Lagrange", degree)))
