"""Coefficients of the energy as UFL constants, in lab axes and solver units.

They are constants of the form, not literals: changing temperature, material or orientation never recompiles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from dolfinx import fem, mesh

from phasefield import tensors
from phasefield.materials import Material
from phasefield.physics import landau
from phasefield.scaling import Scaling


@dataclass
class Polar:
    """Coefficients of a region that carries polarization."""

    alpha: fem.Constant  # (10,) Landau coefficients in the order of landau.TERMS
    order: int  # highest order of the Landau polynomial: 4, 6 or 8
    rotation: fem.Constant  # (3, 3), P_crystal = rotation · P_lab
    gradient: fem.Constant  # (9, 9) over flattened gradients
    electrostriction: fem.Constant  # (6, 6) Voigt strain of products (P1², …, P1P2)
    stiffness: fem.Constant  # (6, 6) Voigt
    permittivity: fem.Constant  # ε0 ε_b
    eigenstrain: fem.Constant  # (6,) Voigt strain besides electrostriction
    flexo: fem.Constant | None = None  # (6, 9) Voigt strain times flattened gradients


@dataclass
class Passive:
    """Coefficients of a region without polarization."""

    stiffness: fem.Constant
    permittivity: fem.Constant


def electrostriction_matrix(Q: np.ndarray) -> np.ndarray:
    """6x6 matrix from the tensor: engineering strain rows, columns over (P1², P2², P3², P2P3, P1P3, P1P2)."""
    factor = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    return tensors.voigt_stiffness(Q) * np.outer(factor, factor)


def flexo_matrix(f: np.ndarray) -> np.ndarray:
    """6x9 matrix of f_ijkl: rows over Voigt strains ij, columns over flattened gradients ∂_lP_k."""
    return np.array([f[pair].reshape(9) for pair in tensors.VOIGT])


def polynomial_order(alpha: np.ndarray) -> int:
    """Highest order (4, 6 or 8) among the non-zero Landau coefficients."""
    orders = [order for value, order in zip(alpha, landau.TERMS.values(), strict=True) if value != 0.0]
    return max([4, *orders])


def polar(
    domain_mesh: mesh.Mesh,
    material: Material,
    rotation: np.ndarray,
    eigenstrain: np.ndarray,
    scaling: Scaling,
) -> Polar:
    """Coefficients of `material` with crystal orientation `rotation` and a lab Voigt `eigenstrain`."""
    alpha = np.array([scaling.landau(material.landau.get(name, 0.0), order) for name, order in landau.TERMS.items()])

    def lab(tensor: np.ndarray) -> np.ndarray:
        return tensors.rotate4(tensor, rotation)

    f = material.flexo

    def constant(value) -> fem.Constant:
        return fem.Constant(domain_mesh, np.asarray(value, dtype=np.float64))

    return Polar(
        alpha=constant(alpha),
        order=polynomial_order(alpha),
        rotation=constant(rotation),
        gradient=constant(scaling.gradient(lab(material.gradient)).reshape(9, 9)),
        electrostriction=constant(scaling.electrostriction(electrostriction_matrix(lab(material.electrostriction)))),
        stiffness=constant(scaling.elastic(tensors.voigt_stiffness(lab(material.stiffness)))),
        permittivity=constant(scaling.permittivity(material.background_permittivity)),
        eigenstrain=constant(eigenstrain / scaling.strain),
        flexo=None if f is None else constant(flexo_matrix(scaling.flexocoupling(lab(f)))),
    )


def passive(domain_mesh: mesh.Mesh, stiffness: np.ndarray, permittivity: float, scaling: Scaling) -> Passive:
    """Coefficients of a dielectric with lab stiffness tensor (Pa) and relative permittivity."""
    return Passive(
        stiffness=fem.Constant(domain_mesh, scaling.elastic(tensors.voigt_stiffness(stiffness))),
        permittivity=fem.Constant(domain_mesh, np.float64(scaling.permittivity(permittivity))),
    )
