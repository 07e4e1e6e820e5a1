"""Electrons and holes in equilibrium with a contact: their grand potential, whose derivative by φ is their charge.

    Ω(φ) = −kT N_c F_3/2(η_n) − kT N_v F_3/2(η_p)
    η_n = (E_F − E_c)/kT = (ζ + e(φ − V))/kT,  η_p = (E_v − E_F)/kT = −η_n − E_g/kT

with ζ the E_F − E_c where φ is the potential V of the contact (Fermi-Dirac integrals: `materials.semiconductor`; exp in
Boltzmann's limit). ∂Ω/∂φ = −e n + e p is their charge density in Gauss's law, which they make nonlinear: Ω is concave
in φ, so H keeps a single maximum there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import ufl
from dolfinx import fem, mesh
from ufl.core.expr import Expr

from phasefield.case.carriers import Levels
from phasefield.materials.semiconductor import LEVELS, WEIGHTS, Semiconductor, Statistics
from phasefield.scaling import Scaling
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE, LENGTH


def grand_potential(eta: Expr, strength: Expr, statistics: Statistics) -> Expr:
    """−strength F_3/2(η) with strength = kT N."""
    if statistics == "boltzmann":
        return -strength * ufl.exp(eta)
    return -strength * sum(w * ufl.ln(1.0 + ufl.exp(eta - level)) for w, level in zip(WEIGHTS, LEVELS, strict=True))


@dataclass
class Carriers:
    """Electrons and holes of the polar regions, in solver units.

    Args:
        mesh: of the constants.
        scaling: units.
        levels: bands, statistics and Fermi level.
        bands: at a temperature (K).

    Attributes: potential (V of the contact); unit (1/m^3) of `number`.
    """

    mesh: mesh.Mesh
    scaling: Scaling
    levels: Levels
    bands: Callable[[float], Semiconductor]
    potential: fem.Constant = field(init=False)

    def __post_init__(self) -> None:
        names = ("potential", "slope", "conduction", "valence", "level", "gap")
        constants = {name: fem.Constant(self.mesh, 0.0) for name in names}
        self.potential, self.slope = constants["potential"], constants["slope"]
        self.strengths = {"electrons": constants["conduction"], "holes": constants["valence"]}
        self.level, self.gap = constants["level"], constants["gap"]
        self.temperature = 0.0

    @property
    def unit(self) -> float:
        """Concentration (1/m^3) whose charge is one."""
        return self.scaling.polarization / (LENGTH * ELEMENTARY_CHARGE)

    def set_potential(self, potential: float) -> None:
        """Give the contact a potential (V)."""
        self.potential.value = potential / self.scaling.potential

    def set_temperature(self, temperature: float) -> None:
        """Give kT, densities of states and the gap their values at a temperature (K); the Fermi level ζ stays."""
        if temperature == self.temperature:
            return
        self.temperature, bands, thermal = temperature, self.bands(temperature), BOLTZMANN * temperature
        self.slope.value = ELEMENTARY_CHARGE * self.scaling.potential / thermal
        self.level.value = self.levels.fermi_level / thermal
        self.gap.value = bands.band_gap / thermal
        for name, states in (("electrons", bands.conduction_states), ("holes", bands.valence_states)):
            self.strengths[name].value = thermal * states / self.scaling.energy_density

    def eta(self, phi: Expr) -> dict[str, Expr]:
        """η_n and η_p by carrier."""
        electrons = self.level + self.slope * (phi - self.potential)
        return {"electrons": electrons, "holes": -electrons - self.gap}

    def energies(self, phi: Expr) -> dict[str, Expr]:
        """Grand potential density by carrier."""
        statistics = self.levels.statistics
        return {name: grand_potential(eta, self.strengths[name], statistics) for name, eta in self.eta(phi).items()}

    def density(self, phi: Expr) -> Expr:
        """Grand potential density of both."""
        return sum(self.energies(phi).values())

    def numbers(self, phi: Expr) -> dict[str, Expr]:
        """Concentrations in `unit`: n = −∂Ω_n/∂φ, p = ∂Ω_p/∂φ."""
        phi = ufl.variable(phi)
        signs = {"electrons": -1.0, "holes": 1.0}
        return {name: signs[name] * ufl.diff(energy, phi) for name, energy in self.energies(phi).items()}

    def conduction_band(self, phi: Expr) -> Expr:
        """(E_c − E_F)/e: the edge of the conduction band over the Fermi level, as a potential."""
        return -self.eta(phi)["electrons"] / self.slope
