"""Bending of a stack of layers, one of them flexoelectric: closed forms of thin-plate theory.

Strains are e + κ z in the plane of the stack (components xx, yy and engineering xy), no stress acts on its faces, and
there is no force in its plane. With N = A e + B κ and M = B e + D κ the bending stiffness is D* = D − B A⁻¹ B,
wherever z = 0 is. A layer of thickness h with uniform polarization P along z and free surfaces (θ = 1) adds the
moment h P F; bent, it feels the field F·κ: direct and converse effect share one vector F.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from phasefield.flexocoupling.bending import in_plane_coefficients
from phasefield.tensors import Array, voigt_stiffness

_IN_PLANE = [0, 1, 5]
_OUT_OF_PLANE = [2, 3, 4]

#: Curvature components that are free in a narrow beam along x, and in a wide plate bent about y.
BEAM, PLATE = (0, 1, 2), (0,)


@dataclass(frozen=True)
class Layer:
    """Thickness (m) and stiffness (3, 3, 3, 3), Pa, in lab axes."""

    thickness: float
    stiffness: Array


@dataclass(frozen=True)
class Laminate:
    """Layers from bottom to top; `free` are the curvature components (of xx, yy, xy) that no moment acts on.

    The component xx is among them; those that are not in `free` are held at zero.
    """

    layers: Sequence[Layer]
    free: tuple[int, ...] = BEAM

    def bending_matrix(self) -> Array:
        """D* (3, 3), N m, over the curvatures xx, yy and engineering xy."""
        A, B, D = (np.zeros((3, 3)) for _ in range(3))
        z = 0.0
        for layer in self.layers:
            top, Q = z + layer.thickness, plane_stiffness(layer.stiffness)
            A += Q * (top - z)
            B += Q * (top**2 - z**2) / 2.0
            D += Q * (top**3 - z**3) / 3.0
            z = top
        return np.asarray(D - B @ np.linalg.solve(A, B))

    def bending_stiffness(self) -> float:
        """Moment per curvature along x (N m), with the other free components without moment."""
        return float(1.0 / np.linalg.inv(self._free_matrix())[0, 0])

    def bent(self) -> Array:
        """Curvatures (3,) per curvature along x, with the other free components without moment."""
        compliance = np.linalg.inv(self._free_matrix())
        return self._all(compliance[:, 0] / compliance[0, 0])

    def actuated(self, layer: int, f: ArrayLike, polarization: float) -> Array:
        """Curvatures (3,), 1/m, of the free stack when `layer`, of flexocoupling f (V), has a polarization (C/m^2)."""
        active = self.layers[layer]
        moment = active.thickness * polarization * in_plane_coefficients(f, active.stiffness)
        return self._all(np.linalg.solve(self._free_matrix(), moment[list(self.free)]))

    def field(self, layer: int, f: ArrayLike) -> float:
        """Flexoelectric field in `layer` (V/m) per curvature along x (1/m), with the flexocoupling f (V)."""
        return float(in_plane_coefficients(f, self.layers[layer].stiffness) @ self.bent())

    def _free_matrix(self) -> Array:
        return self.bending_matrix()[np.ix_(self.free, self.free)]

    def _all(self, free: ArrayLike) -> Array:
        curvatures = np.zeros(3)
        curvatures[list(self.free)] = free
        return curvatures


def plane_stiffness(C: ArrayLike) -> Array:
    """Stiffness (3, 3) over xx, yy and engineering xy of a layer whose faces are free of stress."""
    c = voigt_stiffness(np.asarray(C, dtype=float))
    inside, across = c[np.ix_(_IN_PLANE, _IN_PLANE)], c[np.ix_(_OUT_OF_PLANE, _IN_PLANE)]
    return np.asarray(inside - across.T @ np.linalg.solve(c[np.ix_(_OUT_OF_PLANE, _OUT_OF_PLANE)], across))
