"""Conversions from the conventions found in the literature to the one used here.

Here: Q44 engineering (gamma0_12 = Q44 P1 P2), stress-free Landau coefficients beside a full elastic
square 1/2 (eps - eps0) : C : (eps - eps0), gradient coefficients at fixed strain ("clamped") beside
f eps : grad P.
"""

from __future__ import annotations

import numpy as np

from phasefield.tensors import Array, compliance

Constants = tuple[float, ...]
"""Independent constants of a cubic tensor, in the order 11, 12, 44 (and 44')."""

Q44_FACTORS = {"engineering": 1.0, "tensor": 2.0, "quarter": 4.0}
"""Engineering Q44 over the quoted one: quoted Q44 P1 P2 = gamma0_12, eps0_12 or eps0_12/2."""


def electrostriction_from_stress_form(q: Constants, C: Constants) -> Constants:
    """(Q11, Q12, Q44) in m^4/C^2 from q = C : Q: undoes `electrostriction_stress_form`."""
    q11, q12, q44 = q
    C11, C12, C44 = C
    trace = (q11 + 2.0 * q12) / (C11 + 2.0 * C12)
    deviator = (q11 - q12) / (C11 - C12)
    return (trace + 2.0 * deviator) / 3.0, (trace - deviator) / 3.0, q44 / C44


def electrostriction_stress_form(Q: Constants, C: Constants) -> Constants:
    """q11 = C11 Q11 + 2 C12 Q12, q12 = C11 Q12 + C12 (Q11 + Q12), q44 = C44 Q44 (engineering)."""
    Q11, Q12, Q44 = Q
    C11, C12, C44 = C
    return C11 * Q11 + 2.0 * C12 * Q12, C11 * Q12 + C12 * (Q11 + Q12), C44 * Q44


def clamping_quartics(C: Constants, Q: Constants) -> tuple[float, float]:
    """(b11, b12) in J m^5/C^4: the clamped quartics are alpha_11 + b11 and alpha_12 + b12.

    They collect 1/2 eps0 : C : eps0 = b11 sum P_i^4 + b12 sum_{i<j} P_i^2 P_j^2; Q44 engineering.
    """
    C11, C12, C44 = C
    Q11, Q12, Q44 = Q
    b11 = 0.5 * C11 * (Q11**2 + 2.0 * Q12**2) + C12 * Q12 * (2.0 * Q11 + Q12)
    shared = C12 * (Q11**2 + 3.0 * Q12**2 + 2.0 * Q11 * Q12)
    b12 = C11 * Q12 * (2.0 * Q11 + Q12) + shared + 0.5 * C44 * Q44**2
    return b11, b12


def stress_free_landau(landau: dict[str, float], C: Constants, Q: Constants) -> dict[str, float]:
    """Stress-free coefficients of a set whose quartics are quoted clamped (`clamping_quartics`)."""
    b11, b12 = clamping_quartics(C, Q)
    return {**landau, "alpha_11": landau["alpha_11"] - b11, "alpha_12": landau["alpha_12"] - b12}


def clamped_gradient(free: Array, C: Array, f: Array) -> Array:
    """Gradient tensor at fixed strain from the one at fixed stress: G + F : C : F, C : F = f.

    In components G_ijkl + f_abij S_abcd f_cdkl, both with P_i, d_j, P_k, d_l in this order.
    """
    return free + np.einsum("abij,abcd,cdkl->ijkl", f, compliance(C), f, optimize=True)
