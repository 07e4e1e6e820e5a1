"""Landau energy of a homogeneous cubic crystal: the one place where the polynomial stands.

f = Σ α_m Σ_perm x^a y^b z^c with x, y, z = P1², P2², P3², up to eighth order in P:

f = α1 ΣPi² + α11 ΣPi⁴ + α12 Σ_{i<j} Pi²Pj² + α111 ΣPi⁶ + α112 Σ Pi⁴(Pj²+Pk²) + α123 P1²P2²P3²
  + α1111 ΣPi⁸ + α1112 Σ Pi⁶(Pj²+Pk²) + α1122 Σ_{i<j} Pi⁴Pj⁴ + α1123 Σ Pi⁴Pj²Pk²

(Li, Cross, Chen, J. Appl. Phys. 98, 064101 (2005)). P in the crystal frame, stress-free coefficients, SI.
`polynomial` takes NumPy arrays and UFL expressions alike; derivatives follow from the table of exponents.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from phasefield.tensors import Array

Landau = Mapping[str, float]
"""The ten stress-free coefficients alpha_1 ... alpha_1123 in SI."""

#: Exponents of (x, y, z) = (P1², P2², P3²) of each coefficient's monomial, up to permutation.
EXPONENTS: dict[str, tuple[int, int, int]] = {
    "alpha_1": (1, 0, 0),
    "alpha_11": (2, 0, 0),
    "alpha_12": (1, 1, 0),
    "alpha_111": (3, 0, 0),
    "alpha_112": (2, 1, 0),
    "alpha_123": (1, 1, 1),
    "alpha_1111": (4, 0, 0),
    "alpha_1112": (3, 1, 0),
    "alpha_1122": (2, 2, 0),
    "alpha_1123": (2, 1, 1),
}

#: Order in P of each coefficient's term: 2, 4, 6 or 8.
ORDERS: dict[str, int] = {name: 2 * sum(exponents) for name, exponents in EXPONENTS.items()}


def monomials(name: str) -> list[tuple[int, int, int]]:
    """Exponents of all permutations of a coefficient's monomial."""
    return sorted(set(permutations(EXPONENTS[name])), reverse=True)  # type: ignore[arg-type]


def polynomial(P: Sequence[Any], coefficients: Mapping[str, Any], order: int = 8) -> Any:
    """Energy density at the components `P` (three arrays or UFL scalars), terms up to `order` in P.

    Coefficients that are missing count as zero.
    """
    powers = [list(_powers(component * component)) for component in P]
    energy: Any = 0.0
    for name, coefficient in coefficients.items():
        if ORDERS[name] <= order:
            energy = energy + coefficient * sum(_product(powers, e) for e in monomials(name))
    return energy


def _powers(x: Any) -> Iterator[Any]:
    """x, x², x³, x⁴ by multiplication: compilers turn a power function into a call."""
    power = x
    for _ in range(4):
        yield power
        power = power * x


def _product(powers: list[list[Any]], exponents: tuple[int, int, int]) -> Any:
    factors = [powers[i][e - 1] for i, e in enumerate(exponents) if e > 0]
    result = factors[0]
    for factor in factors[1:]:
        result = result * factor
    return result


def density(a: Landau, P: ArrayLike) -> Array:
    """Energy density f (J/m^3), shape (...), at P (..., 3) in C/m^2, crystal axes."""
    return np.asarray(polynomial(list(np.moveaxis(np.asarray(P, dtype=float), -1, 0)), a))


def gradient(a: Landau, P: ArrayLike) -> Array:
    """df/dP (V/m), shape (3,), at P (3,): minus the field that the crystal opposes to P."""
    return np.array([sum(_derivative(a, np.asarray(P, dtype=float), (i,))) for i in range(3)])


def hessian(a: Landau, P: ArrayLike) -> Array:
    """d2f/dP_i dP_j (V m/C), shape (3, 3), at P (3,): the inverse dielectric susceptibility."""
    P = np.asarray(P, dtype=float)
    return np.array([[sum(_derivative(a, P, (i, j))) for j in range(3)] for i in range(3)])


def _derivative(a: Landau, P: Array, directions: Sequence[int]) -> Iterator[float]:
    """The terms of the derivative of f by the components `directions`."""
    for name, coefficient in a.items():
        for exponents in monomials(name):
            powers, factor = [2 * e for e in exponents], coefficient
            for i in directions:
                factor *= powers[i]
                powers[i] -= 1
            if factor != 0.0:
                yield factor * float(np.prod(P ** np.array(powers)))
