"""Conversions between the flexoelectric quantities of Hong and Vanderbilt (equation numbers theirs).

mu_abcd: P_a = mu_abcd d_c d_d u_b, from unsymmetrized strain; symmetric in c, d.
g_abcd:  P_a = g_abcd d_b eps_cd, from symmetrized strain; symmetric in c, d.

Both have three independent components in a cubic crystal, written (1111, 1122, 1221) here.
Flexoelectric coefficients (FEC: mu, g, in C/m) depend on the electric boundary condition and scale
with the permittivity; flexocoupling coefficients (FCC: f, in V) hardly do.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from phasefield.tensors import Array, cubic_tensor
from phasefield.units import EPSILON_0


class Cubic(NamedTuple):
    """Components 1111, 1122 and 1221 of mu or g of a cubic crystal, in any unit."""

    c1111: float
    c1122: float
    c1221: float

    def tensor(self) -> Array:
        """Full tensor (3, 3, 3, 3), index order of mu and g, symmetric in the last two indices."""
        return cubic_tensor(self.c1111, self.c1122, self.c1221, self.c1221)

    def times(self, factor: float) -> Cubic:
        """All components times `factor`."""
        return Cubic(*(factor * component for component in self))


class Longitudinal(NamedTuple):
    """Components L1, L2 and T: the first two follow from charge densities alone, T does not."""

    L1: float
    L2: float
    T: float


# --- symmetrized and unsymmetrized strain ---------------------------------------------------------


def symmetrized(mu: ArrayLike) -> Array:
    """g_abcd = mu_acdb + mu_adcb - mu_abcd (eqs. 57-61), from mu symmetric in its last two indices.

    Cubic: g_1111 = mu_1111, g_1122 = 2 mu_1221 - mu_1122, g_1221 = mu_1122.
    """
    mu = np.asarray(mu)
    return np.asarray(np.einsum("acdb->abcd", mu) + np.einsum("adcb->abcd", mu) - mu)


def unsymmetrized(g: ArrayLike) -> Array:
    """mu_abcd = (g_adbc + g_acbd)/2 (eqs. 57-61), from g symmetric in its last two indices.

    Cubic: mu_1111 = g_1111, mu_1122 = g_1221, mu_1221 = (g_1122 + g_1221)/2.
    """
    g = np.asarray(g)
    return np.asarray(0.5 * (np.einsum("adbc->abcd", g) + np.einsum("acbd->abcd", g)))


def symmetrized_cubic(mu: Cubic) -> Cubic:
    """Cubic g from cubic mu (eqs. 59-61)."""
    return Cubic(mu.c1111, 2.0 * mu.c1221 - mu.c1122, mu.c1122)


def unsymmetrized_cubic(g: Cubic) -> Cubic:
    """Cubic mu from cubic g (eqs. 59-61)."""
    return Cubic(g.c1111, g.c1221, 0.5 * (g.c1122 + g.c1221))


# --- longitudinal and transverse components -------------------------------------------------------


def longitudinal(c: Cubic) -> Longitudinal:
    """L1 = 1111, L2 = 1122 + 2 1221, T = 1122 - 1221 (eqs. 50-52 for mu, 62-64 for g).

    L1 and L2 of mu and g agree; T of g is -2 times T of mu. The longitudinal response along a
    unit vector n is L2 + (L1 - L2) sum n_i^4.
    """
    return Longitudinal(c.c1111, c.c1122 + 2.0 * c.c1221, c.c1122 - c.c1221)


def from_longitudinal(l: Longitudinal) -> Cubic:
    """Cartesian components from L1, L2, T: undoes `longitudinal` (eqs. 50-52, 62-64)."""
    return Cubic(l.L1, (l.L2 + 2.0 * l.T) / 3.0, (l.L2 - l.T) / 3.0)


def rotated_about_cube_axis(c: Cubic, angle: float) -> Cubic:
    """Components 1111, 1122, 1221 in axes turned by `angle` (rad) about [001] (eqs. 117-122).

    With A = 1111 - 1122 - 2 1221: 1111 - A/2 sin^2 2a, 1122 + A/2 sin^2 2a, 1221 + A/2 sin^2 2a,
    where 2 is the turned in-plane axis; 3333, 1133 and 1331 stay. Any other rotation:
    `tensors.rotate4` of `Cubic.tensor`.
    """
    anisotropy = c.c1111 - c.c1122 - 2.0 * c.c1221
    shift = 0.5 * anisotropy * np.sin(2.0 * angle) ** 2
    return Cubic(c.c1111 - shift, c.c1122 + shift, c.c1221 + shift)


# --- electric boundary conditions, FEC and FCC ----------------------------------------------------


def fixed_field(fec_fixed_displacement: float, permittivity: float) -> float:
    """FEC at fixed E = eps_r times FEC at fixed D (eqs. 103, 109).

    `permittivity` is the static eps_r for the total coefficient, eps_inf for the electronic part.
    """
    return permittivity * fec_fixed_displacement


def fixed_displacement(fec_fixed_field: float, permittivity: float) -> float:
    """FEC at fixed D from the one at fixed E: undoes `fixed_field` (eqs. 103, 109)."""
    return fec_fixed_field / permittivity


def coupling(fec_fixed_field: float, permittivity: float) -> float:
    """FCC f = mu_E / (eps0 (eps_r - 1)) in V from the FEC at fixed E in C/m (eq. 108)."""
    return fec_fixed_field / (EPSILON_0 * (permittivity - 1.0))


def coefficient(fcc: float, permittivity: float) -> float:
    """FEC at fixed E mu_E = eps0 (eps_r - 1) f in C/m from the FCC in V: undoes `coupling` (108)."""
    return EPSILON_0 * (permittivity - 1.0) * fcc


def coupling_from_fixed_displacement(fec_fixed_displacement: float, permittivity: float) -> float:
    """FCC f = mu_D / (eps0 (1 - 1/eps_r)) in V from the FEC at fixed D in C/m (eq. 110)."""
    return fec_fixed_displacement / (EPSILON_0 * (1.0 - 1.0 / permittivity))


def deformation_potential(fec_fixed_displacement: float) -> float:
    """Electrostatic potential per unit strain, mu_D / eps0 in V, at D = 0 (eqs. 111-112).

    At D = 0 the field is E = -P/eps0 = -(mu_D/eps0) grad eps, so that the macroscopic potential
    follows the strain, phi = (mu_D/eps0) eps + const: the part of the absolute deformation
    potentials that all band edges share.
    """
    return fec_fixed_displacement / EPSILON_0
