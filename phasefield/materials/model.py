"""The material as the simulation sees it: all tensors at one temperature and composition."""

from __future__ import annotations

from dataclasses import dataclass

from phasefield.materials.semiconductor import Semiconductor
from phasefield.tensors import Array


@dataclass(frozen=True, eq=False)
class Material:
    """Coefficients of a cubic parent crystal at one temperature and composition, SI, crystal axes.

    Attributes:
        name: set name, or "inline".
        temperature: K.
        composition: x of a series, otherwise None.
        landau: stress-free coefficients alpha_1 ... alpha_1123 (all ten; J m/C^2 ... J m^13/C^8).
        stiffness: C_ijkl (3, 3, 3, 3), Pa.
        electrostriction: Q_ijkl (3, 3, 3, 3), m^4/C^2, eps0_ij = Q_ijkl P_k P_l.
        gradient: G_ijkl (3, 3, 3, 3), J m^3/C^2, at fixed strain: density
            1/2 G_ijkl d_j P_i d_l P_k.
        flexo: f_ijkl (3, 3, 3, 3), V, in the index order of `tensors.flexo_tensor`, or None.
        background_permittivity: relative permittivity without the soft mode.
        kinetic: Gamma of dP/dt = -Gamma dH/dP, C^2/(J m s).
        lattice_parameter: stress-free cubic lattice parameter, m, or None.
        citations: full citations of everything used.
        warnings: what to re-check before relying on a result.
        semiconductor: bands of electrons and holes, or None.
    """

    name: str
    temperature: float
    composition: float | None
    landau: dict[str, float]
    stiffness: Array
    electrostriction: Array
    gradient: Array
    flexo: Array | None
    background_permittivity: float
    kinetic: float
    lattice_parameter: float | None
    citations: tuple[str, ...]
    warnings: tuple[str, ...]
    semiconductor: Semiconductor | None = None
