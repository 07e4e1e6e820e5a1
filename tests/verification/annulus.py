"""The pressurized annulus in plane strain: closed form of the coupled problem, and meshes of a quarter of it.

Isotropic, P free on both circles ("gradient of P" form) or zero there, no charge, so that D = 0. With c = λ + 2μ
and ℓ² = (g11 − f11²/c)/(a + 1/ε), div u = K1/c − (f11/c) div P is solved by

    P = A I1(r/ℓ) + B K1(r/ℓ),  u = K1 r/2c + K2/r − (f11/c) P.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import meshio
import numpy as np
from relaxed import EPSILON_0
from scipy.integrate import quad
from scipy.special import iv, ivp, kv, kvp

INNER, OUTER = 10e-9, 30e-9
#: Boundaries of a quarter: the circles, and where it is cut.
SIDES = ("inner", "outer", "x_axis", "y_axis")


@dataclass(frozen=True)
class Annulus:
    """Isotropic material (SI), pressure at the inner circle, and P free or zero on both circles."""

    gradient: float
    free: bool = True
    pressure: float = 1e9
    lame: float = 102e9
    shear: float = 124e9
    f11: float = 2.5
    f12: float = 1.5
    stiffness: float = 1.0 / (300.0 * EPSILON_0)
    background: float = 7.0

    @property
    def c(self) -> float:
        """λ + 2μ."""
        return self.lame + 2.0 * self.shear

    @property
    def length(self) -> float:
        """ℓ (m)."""
        stiffness = self.stiffness + 1.0 / (EPSILON_0 * self.background)
        return float(np.sqrt((self.gradient - self.f11**2 / self.c) / stiffness))

    def _basis(self, r: np.ndarray) -> dict[str, np.ndarray]:
        """P, u and their derivatives for unit A, B (scaled to one at the outer and inner circle), K1 and K2."""
        r, length, nothing = np.asarray(r, dtype=float), self.length, np.zeros(np.shape(r))
        grow, fall = iv(1, OUTER / length), kv(1, INNER / length)
        P = np.array([iv(1, r / length) / grow, kv(1, r / length) / fall, nothing, nothing])
        dP = np.array([ivp(1, r / length) / length / grow, kvp(1, r / length) / length / fall, nothing, nothing])
        u = np.array([nothing, nothing, r / (2 * self.c), 1.0 / r]) - self.f11 / self.c * P
        du = np.array([nothing, nothing, nothing + 1 / (2 * self.c), -1.0 / r**2]) - self.f11 / self.c * dP
        return {"P": P, "dP": dP, "u": u, "du": du}

    def _rows(self, r: float) -> tuple[np.ndarray, np.ndarray]:
        """Radial stress, and what the condition of P sets to zero, for the unit functions."""
        b = self._basis(np.float64(r))
        stress = self.c * b["du"] + self.lame * b["u"] / r + self.f11 * b["dP"] + self.f12 * b["P"] / r
        natural = self.gradient * b["dP"] + self.f11 * b["du"] + self.f12 * b["u"] / r
        return stress, natural if self.free else b["P"]

    @cached_property
    def _coefficients(self) -> np.ndarray:
        rows = np.array([row for r in (INNER, OUTER) for row in self._rows(r)])
        loads = np.array([-self.pressure, 0.0, 0.0, 0.0])
        rows_scale = np.abs(rows).max(axis=1)
        columns_scale = np.abs(rows / rows_scale[:, None]).max(axis=0)
        scaled = np.linalg.solve(rows / rows_scale[:, None] / columns_scale, loads / rows_scale)
        return scaled / columns_scale

    def radial(self, name: str, r: np.ndarray) -> np.ndarray:
        """Radial component of "P" (C/m²) or "u" (m) at radii r (m)."""
        return np.einsum("i,i...->...", self._coefficients, self._basis(r)[name])

    def vector(self, name: str, x: np.ndarray) -> np.ndarray:
        """P or u at mesh coordinates x (3, n) in nm, shape (3, n)."""
        r = 1e-9 * np.hypot(x[0], x[1])
        return self.radial(name, r) * np.array([x[0], x[1], 0.0 * x[0]]) * 1e-9 / r

    @property
    def voltage(self) -> float:
        """φ(outer) − φ(inner): φ' = P/ε because D = 0."""
        layer = 12.0 * self.length
        points = [INNER + layer, OUTER - layer]
        return quad(lambda r: float(self.radial("P", r)), INNER, OUTER, points=points, limit=500)[0] / (
            EPSILON_0 * self.background
        )

    def material(self) -> dict[str, object]:
        """The table `material`: g12 = 0, so that G44 = g11/2 makes the gradient energy isotropic."""
        return {
            "landau": {"alpha_1": self.stiffness / 2},
            "elastic": {"C11": self.c, "C12": self.lame, "C44": self.shear},
            "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
            "gradient": {"G11": self.gradient, "G12": 0.0, "G44": self.gradient / 2, "G44p": 0.0},
            "background_permittivity": self.background,
            "kinetic": 1e4,
        }

    def flexo(self) -> dict[str, object]:
        """The coefficients, isotropic: f11 = f12 + 2 f44."""
        return {"f11": self.f11, "f12": self.f12, "f44": (self.f11 - self.f12) / 2}


def quarter(path: Path, cells: int, simplices: bool) -> Path:
    """Mesh of the first quadrant with the boundaries SIDES, cells × cells/2, finer towards both circles."""
    angles = np.linspace(0.0, np.pi / 2, cells // 2 + 1)
    radii = 1e9 * (INNER + (OUTER - INNER) * 0.5 * (1.0 - np.cos(np.pi * np.linspace(0.0, 1.0, cells + 1))))
    points = np.array([[r * np.cos(t), r * np.sin(t), 0.0] for r in radii for t in angles])
    points[np.abs(points) < 1e-12] = 0.0
    number = np.arange(len(points)).reshape(len(radii), len(angles))
    corners = [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]]
    quads = np.stack([corner.ravel() for corner in corners], axis=1)
    kind, surface = "quad", quads
    if simplices:
        kind, surface = "triangle", np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    sides = (number[0], number[-1], number[:, 0], number[:, -1])
    lines = [np.stack([side[:-1], side[1:]], axis=1) for side in sides]
    tags = np.concatenate([np.full(len(line), i + 2) for i, line in enumerate(lines)])
    mesh = meshio.Mesh(
        points,
        [(kind, surface), ("line", np.concatenate(lines))],
        cell_data={
            "gmsh:physical": [np.ones(len(surface), int), tags],
            "gmsh:geometrical": [np.ones(len(surface), int), tags],
        },
        field_data={"body": np.array([1, 2])} | {name: np.array([i + 2, 1]) for i, name in enumerate(SIDES)},
    )
    mesh.write(path, file_format="gmsh22", binary=False)
    return path
