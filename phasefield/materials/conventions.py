"""Conversions from the conventions found in the literature to the one used here.

Here: Q44 engineering (gamma0_12 = Q44 P1 P2), stress-free Landau coefficients beside a full elastic square
1/2 (eps - eps0) : C : (eps - eps0), gradient coefficients at fixed strain ("clamped") beside f eps : grad P.
"""

from __future__ import annotations

import numpy as np

from phasefield.tensors import Array, compliance

Q44_FACTORS = {"engineering": 1.0, "tensor": 2.0, "quarter": 4.0}
"""Engineering Q44 over the quoted one: gamma0_12 = Q44 P1 P2, eps0_12 = Q44 P1 P2, eps0_12 = 2 Q44 P1 P2."""


def electrostriction_from_stress_form(
    q: tuple[float, float, float], C: tuple[float, float, float]
) -> tuple[float, float, float]:
    """(Q11, Q12, Q44) in m^4/C^2 from q = C : Q in J m/C^2, q44 = C44 Q44 with the engineering Q44.

    Inverse of q11 = C11 Q11 + 2 C12 Q12, q12 = C11 Q12 + C12 (Q11 + Q12).
    """
    q11, q12, q44 = q
    C11, C12, C44 = C
    trace = (q11 + 2.0 * q12) / (C11 + 2.0 * C12)
    deviator = (q11 - q12) / (C11 - C12)
    return (trace + 2.0 * deviator) / 3.0, (trace - deviator) / 3.0, q44 / C44


def clamping_quartics(
    C: tuple[float, float, float], Q: tuple[float, float, float]
) -> tuple[float, float]:
    """(b11, b12) in J m^5/C^4: clamped quartics are alpha_11 + b11 and alpha_12 + b12.

    They come from 1/2 eps0 : C : eps0 = b11 sum P_i^4 + b12 sum_{i<j} P_i^2 P_j^2, Q44 engineering.
    """
    C11, C12, C44 = C
    Q11, Q12, Q44 = Q
    b11 = 0.5 * C11 * (Q11**2 + 2.0 * Q12**2) + C12 * Q12 * (2.0 * Q11 + Q12)
    b12 = (
        C11 * Q12 * (2.0 * Q11 + Q12)
        + C12 * (Q11**2 + 3.0 * Q12**2 + 2.0 * Q11 * Q12)
        + 0.5 * C44 * Q44**2
    )
    return b11, b12


def stress_free_landau(
    landau: dict[str, float], C: tuple[float, float, float], Q: tuple[float, float, float]
) -> dict[str, float]:
    """Stress-free coefficients of a set quoted with clamped quartics; inverse: add `clamping_quartics`."""
    b11, b12 = clamping_quartics(C, Q)
    return {**landau, "alpha_11": landau["alpha_11"] - b11, "alpha_12": landau["alpha_12"] - b12}


def clamped_gradient(free: Array, C: Array, f: Array | None) -> Array:
    """Gradient tensor at fixed strain from the one at fixed stress: G + F : C : F with F = C^-1 : f.

    In components G_ijkl + f_abij S_abcd f_cdkl rearranged to (P_i, d_j; P_k, d_l). Unchanged without f.
    """
    if f is None:
        return free
    return free + np.einsum("abij,abcd,cdkl->ijkl", f, compliance(C), f, optimize=True)
