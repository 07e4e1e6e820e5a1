"""Electric potentials of conducting tips above an anisotropic dielectric that fills the half-space z > 0.

The dielectric has the relative permittivities εx across and εz along z, its axis of symmetry and that of the tip;
above it is vacuum. With κ = √(εx εz) and γ = √(εz/εx) the depth z acts like ζ = z/γ in an isotropic dielectric of
permittivity κ:

- a charge q at the height h above the surface has there the potential q/(2π ε0 (κ + 1))/√(ρ² + (ζ + h)²), and its image
  for the vacuum is −b q at the depth h, b = (κ − 1)/(κ + 1);
- a disk of radius a on the surface at the potential V has (2V/π) arcsin(2a/(√((ρ − a)² + ζ²) + √((ρ + a)² + ζ²)));
- a sphere of radius R at the distance d is a series of charges on its axis, q_0 = 4π ε0 R V in the centre and
  q_{i+1} = b R q_i/(2(R + d) − r_i) at r_{i+1} = R²/(2(R + d) − r_i) from it towards the surface: the images in the
  sphere of the images in the dielectric (Mele, Am. J. Phys. 69, 557 (2001); Kalinin, Karapetian, Kachanov, Phys. Rev. B
  70, 184101 (2004)).

SI; potentials and charges per volt of the tip. NumPy only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from phasefield.case.schema import DiskTip, ElectricTipSpec
from phasefield.loads.path import Path
from phasefield.loads.waveforms import Waveform
from phasefield.tensors import Array
from phasefield.units import EPSILON_0

#: Images below this part of the charge of the sphere are left out.
SMALLEST_IMAGE = 1e-17
#: Most terms of series that are held at a time.
MOST_TERMS = 4_000_000
#: A sphere in contact with a dielectric of permittivity 1e5 needs fewer images.
MOST_IMAGES = 2_000_000


@dataclass(frozen=True)
class Dielectric:
    """Relative permittivities across and along z."""

    across: float
    along: float

    @property
    def kappa(self) -> float:
        """√(εx εz)."""
        return float(np.sqrt(self.across * self.along))

    @property
    def gamma(self) -> float:
        """√(εz/εx)."""
        return float(np.sqrt(self.along / self.across))

    @property
    def image(self) -> float:
        """b = (κ − 1)/(κ + 1): an image charge in vacuum is −b times its charge."""
        return (self.kappa - 1.0) / (self.kappa + 1.0)

    def potential(self, charges: ArrayLike, heights: ArrayLike, rho: ArrayLike, z: ArrayLike) -> Array:
        """Potential (V) in the dielectric at depths z >= 0 and distances `rho` of charges (C) above it."""
        q, h = np.asarray(charges, dtype=float), np.asarray(heights, dtype=float)
        rho, depth = np.broadcast_arrays(np.asarray(rho, dtype=float), np.asarray(z, dtype=float) / self.gamma)
        sums, rows = np.empty(rho.shape), max(1, MOST_TERMS // q.size)
        for first in range(0, rho.size, rows):
            r, d = (array.flat[first : first + rows][:, None] for array in (rho, depth))
            sums.flat[first : first + rows] = (q / np.sqrt(r**2 + (d + h) ** 2)).sum(axis=-1)
        return np.asarray(sums / (2.0 * np.pi * EPSILON_0 * (self.kappa + 1.0)))

    def potential_above(self, charges: ArrayLike, heights: ArrayLike, rho: ArrayLike, height: ArrayLike) -> Array:
        """Potential (V) in the vacuum at heights above the surface, of the charges and their images."""
        q, h = np.asarray(charges, dtype=float), np.asarray(heights, dtype=float)
        rho, up = np.asarray(rho, dtype=float)[..., None], np.asarray(height, dtype=float)[..., None]
        terms = q / np.sqrt(rho**2 + (up - h) ** 2) - self.image * q / np.sqrt(rho**2 + (up + h) ** 2)
        return np.asarray(terms.sum(axis=-1) / (4.0 * np.pi * EPSILON_0))


@dataclass(frozen=True)
class Disk:
    """A flat tip in contact: a disk of a radius (m)."""

    radius: float

    def potential(self, rho: ArrayLike, z: ArrayLike = 0.0, gamma: float = 1.0) -> Array:
        """Potential in the dielectric over that of the tip; on its surface it depends on no permittivity."""
        a, rho, zeta = self.radius, np.asarray(rho, dtype=float), np.asarray(z, dtype=float) / gamma
        near, far = np.hypot(rho - a, zeta), np.hypot(rho + a, zeta)
        # Under the disk round-off may leave a little more than 1.
        return np.asarray(2.0 / np.pi * np.arcsin(np.minimum(2.0 * a / (near + far), 1.0)))

    def field_on_axis(self, z: ArrayLike, gamma: float = 1.0) -> Array:
        """E_z under the middle over the potential of the tip (1/m)."""
        a, zeta = self.radius, np.asarray(z, dtype=float) / gamma
        return np.asarray(2.0 / (np.pi * gamma) * a / (a**2 + zeta**2))

    def capacitance(self, dielectric: Dielectric) -> float:
        """Charge over potential (F)."""
        return 4.0 * EPSILON_0 * self.radius * (1.0 + dielectric.kappa)


@dataclass(frozen=True)
class Sphere:
    """A round tip of a radius (m) at a distance `gap` (m), 0 in contact, above a dielectric."""

    radius: float
    gap: float
    dielectric: Dielectric

    @cached_property
    def charges(self) -> tuple[Array, Array]:
        """Charges of the series per volt (F) and their heights (m) above the surface."""
        R, twice, b = self.radius, 2.0 * (self.radius + self.gap), self.dielectric.image
        q, r = [4.0 * np.pi * EPSILON_0 * R], [0.0]
        while abs(q[-1]) > SMALLEST_IMAGE * q[0] and len(q) < MOST_IMAGES:
            distance = twice - r[-1]
            q.append(b * R * q[-1] / distance)
            r.append(R * R / distance)
        return np.array(q), R + self.gap - np.array(r)

    def potential(self, rho: ArrayLike, z: ArrayLike = 0.0) -> Array:
        """Potential in the dielectric over that of the tip."""
        return self.dielectric.potential(*self.charges, rho, z)

    def potential_above(self, rho: ArrayLike, height: ArrayLike) -> Array:
        """Potential in the vacuum outside the sphere over that of the tip."""
        return self.dielectric.potential_above(*self.charges, rho, height)

    def field_on_axis(self, z: ArrayLike) -> Array:
        """E_z under the middle over the potential of the tip (1/m)."""
        q, h = self.charges
        depth = np.asarray(z, dtype=float)[..., None] / self.dielectric.gamma
        sums = (q / (depth + h) ** 2).sum(axis=-1)
        return np.asarray(sums / (2.0 * np.pi * EPSILON_0 * (self.dielectric.kappa + 1.0) * self.dielectric.gamma))

    def capacitance(self) -> float:
        """Charge over potential (F)."""
        return float(self.charges[0].sum())


def surface_potential(tip: ElectricTipSpec) -> Callable[[ArrayLike], Array]:
    """Potential on the surface over that of the tip, as a function of the distance from its axis (m)."""
    if isinstance(tip, DiskTip):
        return Disk(tip.radius).potential
    return Sphere(tip.radius, tip.gap, Dielectric(*tip.permittivity)).potential


class BiasedTip:
    """The potential that a tip of a case makes at points of the surface, as a function of time.

    Args:
        spec: the tip.
        voltage: potential of the tip (V) as a function of time (s).
        points: places x, y (m) on the surface, shape (n, 2).

    Attributes: path.
    """

    def __init__(self, spec: ElectricTipSpec, voltage: Waveform, points: Array):
        self.voltage, self.points = voltage, points
        self.path = Path.of(spec)
        self._profile = surface_potential(spec)
        self._place: Array = np.full(2, np.nan)
        self._shape: Array = np.zeros(len(points))

    def __call__(self, t: float) -> Array:
        """Potential (V) of the points at the time `t` (s)."""
        place = self.path(t)
        if not np.array_equal(place, self._place):
            self._place, self._shape = place, self._profile(np.hypot(*(self.points - place).T))
        return self.voltage(t) * self._shape

    def row(self, t: float) -> dict[str, float]:
        """Columns electric_tip_potential (V), electric_tip_x and electric_tip_y (m)."""
        x, y = self.path(t)
        return {"electric_tip_potential": self.voltage(t), "electric_tip_x": float(x), "electric_tip_y": float(y)}
