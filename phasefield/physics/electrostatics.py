"""Electrostatic energy (enthalpy) of the field E = E_applied − ∇φ.

f = −½ ε E·E − E·P with ε = ε0 ε_b, so D = −∂f/∂E = ε E + P and stationarity in φ is Gauss's law ∇·D = ρ.
Free charge adds +ρφ in the volume and +ωφ on a surface (ω > 0 is positive charge: D·n = −ω inside).
"""

from __future__ import annotations

import ufl


def field(grad_phi, applied):
    """E = E_applied − ∇φ (3-vectors)."""
    return applied - grad_phi


def energy_density(E, P, permittivity):
    """−½ ε E·E − E·P."""
    return -0.5 * permittivity * ufl.inner(E, E) - ufl.inner(E, P)


def displacement(E, P, permittivity):
    """D = ε E + P."""
    return permittivity * E + P


def charge_energy(phi, density):
    """+ρφ of a free charge density (volume or surface)."""
    return density * phi


def screening_energy(phi, potential, capacitance):
    """−½ c (φ − V)² of an imperfect electrode: a layer of capacitance c = ε0 ε_d/d per area to potential V."""
    return -0.5 * capacitance * (phi - potential) ** 2
