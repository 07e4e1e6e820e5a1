"""Surface energy of the polarization.

f = ½ P_i G_ijkl n_j n_l P_k / λ with the extrapolation length λ. With the natural condition of the gradient
energy this gives ∂_nP = −P/λ for any gradient tensor (Kretschmer, Binder, Phys. Rev. B 20, 1065 (1979)).
"""

from __future__ import annotations

import ufl

from phasefield.physics import gradient


def energy_density(P, normal, G, length):
    """Gradient energy density of the field P⊗n, over the length λ."""
    return gradient.energy_density(ufl.outer(P, normal), G) / length
