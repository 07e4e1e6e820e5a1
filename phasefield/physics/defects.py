"""Mobile charged point defects: their free energy, charge, Vegard strain, and what their drift dissipates.

Ideal mixing on sites of density c_max, f = kT [c ln(c/c_max) + (c_max − c) ln(1 − c/c_max)]; the charge density z e c
enters Gauss's law like any free charge, +ρφ (`electrostatics.charge_energy`); the Vegard strain V_ij (c − c_ref) adds
to the eigenstrain, V = Ω/3 δ for a defect of excess volume Ω. The electrochemical potential is the derivative of all
that,

    μ = δH/δc = kT ln(c/(c_max − c)) + z e φ − V : σ + …,

and ∂c/∂t = ∇·(M ∇μ) with M = D c (1 − c/c_max)/kT. A flexoelectric field acts on P alone; of it defects feel what P
changes of φ and σ. H is a maximum in φ; at a given φ and P it is convex in c and u together, and so it is with φ
eliminated: without changes of P an implicit step of any length has one solution, and lowers the energy.
"""

from __future__ import annotations

import ufl


def mixing_density(c, free, site_density, thermal):
    """thermal · [c ln(c/c_max) + free ln(free/c_max)] with thermal = kT and free = c_max − c.

    Where nearly all sites are taken `free` cannot be had from c, whose last digit is too coarse.
    """
    return thermal * (c * ufl.ln(c / site_density) + free * ufl.ln(free / site_density))


def vegard_strain(c, reference, V):
    """Voigt strain V (c − c_ref) (engineering shear)."""
    return (c - reference) * V


def exchange(change, mu):
    """−Δc μ, the first of two terms that make an implicit step of drift and diffusion a saddle point of H plus both.

    It is a minimum in c and a maximum in φ and μ: the derivative by c is μ = δH/δc, that by μ is the weak form of
    Δc = Δt ∇·(M D∇μ).
    """
    return -change * mu


def dissipation(grad_mu, mobility, D, duration):
    """−½ Δt M ∇μ·D∇μ, the second of them."""
    return -0.5 * duration * mobility * ufl.inner(grad_mu, ufl.dot(D, grad_mu))
