"""Landau energy: the local energy of a uniform, stress-free crystal, up to eighth order.

f = a1 ΣPi² + a11 ΣPi⁴ + a12 Σ_{i<j} Pi²Pj² + a111 ΣPi⁶ + a112 Σ Pi⁴(Pj²+Pk²) + a123 P1²P2²P3²
  + a1111 ΣPi⁸ + a1112 Σ Pi⁶(Pj²+Pk²) + a1122 Σ_{i<j} Pi⁴Pj⁴ + a1123 Σ Pi⁴Pj²Pk²

P in the crystal frame; coefficients are the stress-free ones (Li, Cross, Chen, J. Appl. Phys. 98, 064101 (2005)).
"""

from __future__ import annotations

#: Names of the coefficients in the order of the vector `alpha`, with the order of their term in P.
TERMS = {
    "alpha_1": 2,
    "alpha_11": 4,
    "alpha_12": 4,
    "alpha_111": 6,
    "alpha_112": 6,
    "alpha_123": 6,
    "alpha_1111": 8,
    "alpha_1112": 8,
    "alpha_1122": 8,
    "alpha_1123": 8,
}


def energy_density(P, alpha, order: int = 8):
    """Landau energy density of the crystal-frame polarization `P` (3) with coefficients `alpha` (10, see TERMS).

    Works on UFL expressions and on NumPy arrays alike. Terms above `order` (4, 6 or 8) are left out of the
    expression: a sixth-order material should not pay for the eighth.
    """
    x, y, z = P[0] ** 2, P[1] ** 2, P[2] ** 2
    s1 = x + y + z
    s2 = x * y + y * z + z * x
    f = alpha[0] * s1 + alpha[1] * (x**2 + y**2 + z**2) + alpha[2] * s2
    if order >= 6:
        f += alpha[3] * (x**3 + y**3 + z**3)
        f += alpha[4] * (x**2 * (y + z) + y**2 * (z + x) + z**2 * (x + y)) + alpha[5] * (x * y * z)
    if order >= 8:
        f += alpha[6] * (x**4 + y**4 + z**4)
        f += alpha[7] * (x**3 * (y + z) + y**3 * (z + x) + z**3 * (x + y))
        f += alpha[8] * (x**2 * y**2 + y**2 * z**2 + z**2 * x**2) + alpha[9] * (x * y * z * s1)
    return f
