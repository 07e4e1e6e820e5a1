"""Electrons and holes of a semiconductor in equilibrium, parabolic bands.

n = N_c F_½((E_F − E_c)/kT), p = N_v F_½((E_v − E_F)/kT), with F_½ = exp in Boltzmann's limit. The grand potential of
electrons is −kT N_c F_3/2, whose derivative by E_F is −n. With the energy t² these are integrals of even, smooth
functions of t, for which the trapezoidal rule converges exponentially (N. Mohankumar, A. Natarajan, phys. stat. sol.
(b) 188, 635 (1995); L. N. Trefethen, J. A. C. Weideman, SIAM Rev. 56, 385 (2014)):

    F_3/2(η) = Σ_k w_k ln(1 + exp(η − t_k²)),  t_k = k h,  w_k = 4 h t_k²/√π,

and F_½ is exactly its derivative: a parabolic band as a row of levels. It keeps the limit exp(η) to the last digit; the
largest error of F_½ is 2e-10 for η ≤ 0, 3e-6 for η ≤ 5, 7e-5 for η ≤ 10 and 6e-4 for η ≤ 20.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import brentq

from phasefield.errors import MaterialError
from phasefield.tensors import Array
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE

Statistics = Literal["boltzmann", "fermi-dirac"]

#: Spacing h of the levels t_k and their number.
SPACING, NUMBER = 0.3, 20
_T = SPACING * np.arange(1, NUMBER + 1)
LEVELS: tuple[float, ...] = tuple(float(t) for t in _T**2)
"""Energies t_k² of the levels over the edge of the band (kT)."""
WEIGHTS: tuple[float, ...] = tuple(float(w) for w in 4.0 / np.sqrt(np.pi) * SPACING * _T**2)
"""Their weights w_k, in effective densities of states."""

#: Distance (kT) of the Fermi level from the edge of a band, inside it, up to which neutrality is sought.
DEEPEST = 30.0


@dataclass(frozen=True)
class Semiconductor:
    """Bands of electrons and holes.

    Attributes: band_gap (J); conduction_states, valence_states: effective densities of states N_c, N_v (1/m^3), that is
    2 (2π m kT/h²)^(3/2) with the density-of-states mass m; electron_affinity (J), from the vacuum level down to the
    edge of the conduction band, or None.
    """

    band_gap: float
    conduction_states: float
    valence_states: float
    electron_affinity: float | None = None

    def concentrations(self, level: float, temperature: float, statistics: Statistics) -> tuple[float, float]:
        """n and p (1/m^3) at E_F − E_c = `level` (J) and a temperature (K)."""
        thermal = BOLTZMANN * temperature
        n = self.conduction_states * fermi_integral(level / thermal, statistics)
        p = self.valence_states * fermi_integral(-(level + self.band_gap) / thermal, statistics)
        return float(n), float(p)

    def neutral_level(self, charge: float, temperature: float, statistics: Statistics) -> float:
        """E_F − E_c (J) at which electrons and holes balance a `charge` density (C/m^3).

        Raises MaterialError: more charge than bands of this kind hold.
        """
        thermal = BOLTZMANN * temperature
        ends = (-self.band_gap - DEEPEST * thermal, DEEPEST * thermal)

        def excess(level: float) -> float:
            n, p = self.concentrations(level, temperature, statistics)
            return n - p - charge / ELEMENTARY_CHARGE

        if not excess(ends[0]) < 0.0 < excess(ends[1]):
            raise MaterialError(
                f"semiconductor: no Fermi level within {DEEPEST:g} kT of the bands makes {charge:g} C/m^3 neutral;"
                " check the concentrations of defects and the densities of states"
            )
        return float(brentq(excess, *ends, xtol=1e-12 * thermal, rtol=1e-14))


def fermi_integral(eta: float | Array, statistics: Statistics) -> Array:
    """F_½(η), normalized to exp(η) for η → −∞; exp(η) itself in Boltzmann's limit."""
    eta = np.asarray(eta, dtype=np.float64)
    if statistics == "boltzmann":
        return np.exp(eta)
    return np.asarray(1.0 / (1.0 + np.exp(np.array(LEVELS) - eta[..., None])) @ np.array(WEIGHTS), dtype=np.float64)
