"""Materials in bodies of revolution: means over rotations about lab z, and which coefficients do not need any.

Tensors are averaged by `tensors.axial_average`. The mean of a Landau polynomial, which is even in P, has no other terms
than those of the squares across and along z:

    ⟨f⟩ = Σ c_ab (P_x² + P_y²)^a (P_z²)^b,   a + b ≤ 4.

It leaves out that P prefers some directions about the axis; its terms of second order in the components across the axis
are those of the crystal wherever this axis has more than two folds.
"""

from __future__ import annotations

import numpy as np

from phasefield import tensors
from phasefield.materials import landau
from phasefield.materials.model import Material
from phasefield.tensors import Array

#: Exponents (a, b) of the terms of a mean, by increasing order 2(a + b) in P.
EXPONENTS: tuple[tuple[int, int], ...] = tuple((a, half - a) for half in range(1, 5) for a in range(half + 1))
#: Order in P of each term.
ORDERS: tuple[int, ...] = tuple(2 * (a + b) for a, b in EXPONENTS)
#: Differences below this part of the largest value are round-off.
ROUND_OFF = 1e-9


def changing(material: Material, rotation: Array) -> list[str]:
    """Names of the coefficients that change when a crystal of orientation `rotation` turns about lab z."""
    named = {
        "stiffness": material.stiffness,
        "electrostriction": material.electrostriction,
        "gradient energy": material.gradient,
        "flexocoupling": material.flexo,
    }
    found = [name for name, T in named.items() if T is not None and not is_axial(tensors.rotate4(T, rotation))]
    return [*found, *([] if is_axial_landau(material.landau, rotation) else ["Landau energy"])]


def is_axial(T: Array) -> bool:
    """Whether a rank-4 tensor in lab axes keeps its value under all rotations about z."""
    return bool(np.abs(tensors.axial_average(T) - T).max() <= ROUND_OFF * np.abs(T).max())


def axial_landau(alphas: landau.Landau, rotation: Array) -> Array:
    """Coefficients c_ab (14,), SI, in the order of EXPONENTS, of the mean Landau energy of a crystal about lab z."""
    return np.concatenate([_mean_terms(_of_order(alphas, 2 * half), half, rotation) for half in range(1, 5)])


def _of_order(alphas: landau.Landau, order: int) -> dict[str, float]:
    return {name: value for name, value in alphas.items() if landau.ORDERS[name] == order}


def _mean_terms(terms: dict[str, float], half: int, rotation: Array) -> Array:
    """c_ab of a + b = half, from the means of terms of that order at as many directions."""
    across = np.arange(half + 1) / half
    P = np.stack([np.sqrt(across), np.zeros(half + 1), np.sqrt(1.0 - across)], axis=1)
    # More angles than the order in P make the mean exact.
    turned = [P @ (rotation @ tensors.about_z(2.0 * np.pi * k / 9.0)).T for k in range(9)]
    means = np.mean([np.broadcast_to(landau.density(terms, v), half + 1) for v in turned], axis=0)
    powers = np.array([[s**a * (1.0 - s) ** (half - a) for a in range(half + 1)] for s in across])
    return np.asarray(np.linalg.solve(powers, means))


def axial_density(coefficients: Array, P: Array) -> Array:
    """Mean Landau energy density (J/m^3) at P (n, 3) in lab axes."""
    across, along = P[:, 0] ** 2 + P[:, 1] ** 2, P[:, 2] ** 2
    return np.asarray(sum(c * across**a * along**b for c, (a, b) in zip(coefficients, EXPONENTS, strict=True)))


def is_axial_landau(alphas: landau.Landau, rotation: Array) -> bool:
    """Whether a Landau energy keeps its value under all rotations of the crystal about lab z, order by order."""
    P = np.random.default_rng(0).normal(size=(20, 3))
    for order in set(landau.ORDERS.values()):
        terms = _of_order(alphas, order)
        change = axial_density(axial_landau(terms, rotation), P) - landau.density(terms, P @ rotation.T)
        size = sum(abs(value) for value in terms.values()) * np.abs(P).max() ** order
        if np.abs(change).max() > ROUND_OFF * size:
            return False
    return True
