"""The one scaling between SI and the numbers inside the solver.

Lengths are in nm (the unit of all meshes), polarization in P0, energy density in f0 = alpha0 P0^2, so that fields
are in E0 = f0/P0 = alpha0 P0, potentials in E0 nm, time in t0 = 1/(Gamma alpha0), strains in e0 = sqrt(f0/C0),
displacements in e0 nm and stresses in f0/e0. All coefficients of a ferroelectric are then of order one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phasefield.materials import Material, landau
from phasefield.units import EPSILON_0, LENGTH


@dataclass(frozen=True)
class Scaling:
    """Units of the solver, each in SI.

    Attributes: polarization P0 (C/m^2), alpha alpha0 (J m/C^2), stiffness C0 (Pa), kinetic Gamma (C^2/(J m s)).
    """

    polarization: float
    alpha: float
    stiffness: float
    kinetic: float

    @property
    def energy_density(self) -> float:
        """f0 in J/m^3."""
        return self.alpha * self.polarization**2

    @property
    def field(self) -> float:
        """E0 in V/m."""
        return self.alpha * self.polarization

    @property
    def potential(self) -> float:
        """E0 times one nanometre, in V."""
        return self.field * LENGTH

    @property
    def time(self) -> float:
        """1/(Gamma alpha0) in s."""
        return 1.0 / (self.kinetic * self.alpha)

    @property
    def strain(self) -> float:
        """e0, dimensionless."""
        return float(np.sqrt(self.energy_density / self.stiffness))

    @property
    def stress(self) -> float:
        """f0/e0 in Pa."""
        return self.energy_density / self.strain

    @property
    def displacement(self) -> float:
        """e0 times one nanometre, in m."""
        return self.strain * LENGTH

    def energy(self, dim: int) -> float:
        """Energy of f0 over one nm^dim: J, J/m or J/m^2 in 3, 2 and 1 dimensions."""
        return self.energy_density * LENGTH**dim

    def landau(self, coefficient: float, order: int) -> float:
        """Scaled Landau coefficient of a term of the given order (2, 4, 6, 8) in P."""
        return coefficient * self.polarization ** (order - 2) / self.alpha

    def gradient(self, G: np.ndarray) -> np.ndarray:
        """Scaled gradient tensor."""
        return G / (self.alpha * LENGTH**2)

    def elastic(self, C: np.ndarray) -> np.ndarray:
        """Scaled stiffness."""
        return C / self.stiffness

    def electrostriction(self, Q: np.ndarray) -> np.ndarray:
        """Scaled electrostriction."""
        return Q * self.polarization**2 / self.strain

    def permittivity(self, relative: float) -> float:
        """Scaled permittivity of a relative one."""
        return EPSILON_0 * relative * self.alpha

    def charge(self, density: float) -> float:
        """Scaled charge density (C/m^3)."""
        return density * LENGTH / self.polarization

    def diffusivity(self, D: np.ndarray) -> np.ndarray:
        """Scaled diffusion coefficient (m^2/s)."""
        return D * self.time / LENGTH**2

    def flexocoupling(self, f: np.ndarray) -> np.ndarray:
        """Scaled flexocoupling tensor (V)."""
        return f * self.strain / (self.field * LENGTH)


def scaling_for(material: Material) -> Scaling:
    """Scaling of a material: P0 near its spontaneous polarization, alpha0 its largest Landau stiffness there.

    A paraelectric gets P0 = 0.1 C/m^2. Only the size of numbers depends on this, never a result.
    """
    sizes = np.linspace(0.0, 1.5, 301)
    best, polarization = 0.0, 0.1
    for direction in ((0.0, 0.0, 1.0), (0.0, 1.0, 1.0), (1.0, 1.0, 1.0)):
        unit = np.array(direction) / np.linalg.norm(direction)
        energies = landau.density(material.landau, np.outer(sizes, unit))
        lowest = int(np.argmin(energies))
        if energies[lowest] < best and lowest > 0:
            best, polarization = float(energies[lowest]), float(sizes[lowest])
    # The terms of a uniaxial polarization: alpha_1, alpha_11, alpha_111, alpha_1111.
    curvatures = [
        abs(material.landau.get(f"alpha_{'1' * (order // 2)}", 0.0)) * polarization ** (order - 2)
        for order in (2, 4, 6, 8)
    ]
    return Scaling(
        polarization=polarization,
        alpha=max(curvatures),
        stiffness=float(np.abs(material.stiffness).max()),
        kinetic=material.kinetic,
    )
