"""Coefficients of the energy as UFL constants or fields, in lab axes and solver units.

They are coefficients of the form, not literals: changing temperature or material never recompiles. Only their zeros
are literal, so that a cubic crystal along the axes does not pay for 36 elastic constants: the form of another
orientation is compiled if it has other zeros. What is the same everywhere is a `Constant`; what varies in space (a
graded film) is a discontinuous `Function` of the same shape, so that the densities are written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import ufl
from dolfinx import fem, mesh
from ufl.core.expr import Expr

from phasefield import tensors
from phasefield.materials import Material
from phasefield.materials.axial import axial_landau
from phasefield.physics import landau
from phasefield.scaling import Scaling

Coefficient: TypeAlias = fem.Constant | fem.Function

#: Entries below this part of the largest one are zeros of the tensor, left over by a rotation.
ROUND_OFF = 1e-14


@dataclass
class Polar:
    """Coefficients of a region that carries polarization."""

    alpha: Expr  # Landau coefficients in the order of landau.TERMS (10), or of landau.AXIAL_TERMS (14)
    order: int  # highest order of the Landau polynomial: 4, 6 or 8
    orientation: np.ndarray  # (3, 3), P_crystal = orientation · P_lab
    rotation: Expr  # the same in the form
    gradient: Expr  # (9, 9) over flattened gradients
    electrostriction: Expr  # (6, 6) Voigt strain of products (P1², …, P1P2)
    stiffness: Expr  # (6, 6) Voigt
    permittivity: Expr  # ε0 ε_b
    eigenstrain: Expr  # (6,) Voigt strain of the stress-free lattice without polarization
    flexo: Expr | None = None  # (6, 9) Voigt strain times flattened gradients
    axial: bool = False  # whether all coefficients are means over rotations about lab z


@dataclass
class Passive:
    """Coefficients of a region without polarization."""

    stiffness: Expr
    permittivity: Expr
    fluid: bool = False  # no stiffness, and no displacement but that of its solid neighbours


def with_zeros(coefficient: Expr, values: np.ndarray) -> Expr:
    """The matrix `coefficient` with literal zeros where `values` vanish (round-off aside); whole if all do."""
    significant = np.abs(values) > ROUND_OFF * np.abs(values).max(initial=0.0)
    if significant.all() or not significant.any():
        return coefficient
    return ufl.as_matrix(
        [[coefficient[i, j] if s else 0.0 for j, s in enumerate(row)] for i, row in enumerate(significant)]
    )


def electrostriction_matrix(Q: np.ndarray) -> np.ndarray:
    """6x6 matrix from the tensor: engineering strain rows, columns over (P1², P2², P3², P2P3, P1P3, P1P2)."""
    factor = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    return tensors.voigt_stiffness(Q) * np.outer(factor, factor)


def flexo_matrix(f: np.ndarray) -> np.ndarray:
    """6x9 matrix of f_ijkl: rows over Voigt strains ij, columns over flattened gradients ∂_lP_k."""
    return np.array([f[pair].reshape(9) for pair in tensors.VOIGT])


def polynomial_order(alphas: Sequence[np.ndarray], axial: bool = False) -> int:
    """Highest order (4, 6 or 8) among the Landau coefficients that are not zero in all of `alphas`."""
    of_terms = landau.AXIAL_ORDERS if axial else tuple(landau.TERMS.values())
    orders = [order for values, order in zip(np.transpose(alphas), of_terms, strict=True) if values.any()]
    return max([4, *orders])


def values(material: Material, rotation: np.ndarray, scaling: Scaling, axial: bool = False) -> dict[str, np.ndarray]:
    """The coefficients of `Polar` that a material gives, by name, with the crystal orientation `rotation`.

    `axial`: their means over all rotations about lab z.
    """

    def lab(tensor: np.ndarray) -> np.ndarray:
        rotated = tensors.rotate4(tensor, rotation)
        return tensors.axial_average(rotated) if axial else rotated

    found = {
        "alpha": axial_coefficients(material, rotation, scaling) if axial else landau_coefficients(material, scaling),
        "gradient": scaling.gradient(lab(material.gradient)).reshape(9, 9),
        "electrostriction": scaling.electrostriction(electrostriction_matrix(lab(material.electrostriction))),
        "stiffness": scaling.elastic(tensors.voigt_stiffness(lab(material.stiffness))),
        "permittivity": np.asarray(scaling.permittivity(material.background_permittivity)),
    }
    if material.flexo is not None:
        found["flexo"] = flexo_matrix(scaling.flexocoupling(lab(material.flexo)))
    return found


def landau_coefficients(material: Material, scaling: Scaling) -> np.ndarray:
    """The vector `alpha` of a material."""
    return np.array([scaling.landau(material.landau.get(name, 0.0), order) for name, order in landau.TERMS.items()])


def axial_coefficients(material: Material, rotation: np.ndarray, scaling: Scaling) -> np.ndarray:
    """The vector `alpha` of the mean of a material over rotations about lab z."""
    means = axial_landau(material.landau, rotation)
    return np.array([scaling.landau(c, order) for c, order in zip(means, landau.AXIAL_ORDERS, strict=True)])


def constant(domain_mesh: mesh.Mesh, value: np.ndarray) -> fem.Constant:
    """A coefficient that is the same everywhere."""
    return fem.Constant(domain_mesh, np.array(value, dtype=np.float64))


def passive(
    domain_mesh: mesh.Mesh, stiffness: np.ndarray, permittivity: float, scaling: Scaling, fluid: bool = False
) -> Passive:
    """Coefficients of a dielectric with lab stiffness tensor (Pa), zero of a fluid, and relative permittivity."""
    C = scaling.elastic(tensors.voigt_stiffness(stiffness))
    return Passive(
        stiffness=with_zeros(fem.Constant(domain_mesh, C), C),
        permittivity=fem.Constant(domain_mesh, np.float64(scaling.permittivity(permittivity))),
        fluid=fluid,
    )
