"""Bodies of revolution for tests: smooth fields with their Cartesian derivatives, sections of spheres, materials."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import meshio
import numpy as np
from dolfinx import fem
from manufactured import Manufactured, ManufacturedProblem

from phasefield import tensors
from phasefield.boundary import Conditions
from phasefield.physics import landau

#: Coefficients that are the same in all directions.
ISOTROPIC = {
    "landau": {"alpha_1": -2e8, "alpha_11": 3e8, "alpha_12": 6e8},
    "elastic": {"C11": 1.8e11, "C12": 8e10, "C44": 5e10},
    "electrostriction": {"Q11": 0.08, "Q12": -0.02, "Q44": 0.2},
    "gradient": {"G11": 4e-10, "G12": 2e-10, "G44": 1e-10, "G44p": 5e-11},
    "background_permittivity": 20.0,
    "kinetic": 1e4,
}
ISOTROPIC_FLEXO = {"coefficients": {"f11": 3.0, "f12": 1.0, "f44": 1.0}}


@dataclass(frozen=True)
class Ripple:
    """a sin(κ (x² + y²) + k z + p) with its derivatives, x in m (3, n)."""

    a: float
    kappa: float  # 1/m²
    k: float  # 1/m
    p: float

    def jet(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Value (n), gradient (3, n) and second derivatives (3, 3, n)."""
        argument = self.kappa * (x[0] ** 2 + x[1] ** 2) + self.k * x[2] + self.p
        slope = np.stack([2.0 * self.kappa * x[0], 2.0 * self.kappa * x[1], np.full(x.shape[1], self.k)])
        bend = np.diag([2.0 * self.kappa, 2.0 * self.kappa, 0.0])[:, :, None]
        sine, cosine = self.a * np.sin(argument), self.a * np.cos(argument)
        return sine, cosine * slope, cosine * bend - sine * slope[:, None] * slope[None, :]


def _times(axis: int, jet: tuple[np.ndarray, ...], x: np.ndarray) -> tuple[np.ndarray, ...]:
    """The jet of a coordinate times a function."""
    value, gradient, hessian = jet
    unit = np.eye(3)[axis][:, None] * np.ones(x.shape[1])
    product = x[axis] * hessian + unit[:, None] * gradient[None, :] + gradient[:, None] * unit[None, :]
    return x[axis] * value, value * unit + x[axis] * gradient, product


@dataclass(frozen=True)
class Swirl:
    """A smooth vector field of revolution: x_⊥ s_1 + e_z × x_⊥ s_2 + e_z s_3 with three ripples s_i.

    Where y = 0 its Cartesian components are those along r, around the axis and along z.
    """

    radial: Ripple
    around: Ripple
    axial: Ripple

    def _jets(self, x: np.ndarray) -> list[tuple[np.ndarray, ...]]:
        s, t = self.radial.jet(x), self.around.jet(x)
        first = [a - b for a, b in zip(_times(0, s, x), _times(1, t, x), strict=True)]
        second = [a + b for a, b in zip(_times(1, s, x), _times(0, t, x), strict=True)]
        return [tuple(first), tuple(second), self.axial.jet(x)]

    def value(self, x: np.ndarray) -> np.ndarray:
        """(3, n)."""
        return np.stack([jet[0] for jet in self._jets(x)])

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """(3, 3, n): derivative along the second index."""
        return np.stack([jet[1] for jet in self._jets(x)])

    def hessian(self, x: np.ndarray) -> np.ndarray:
        """(3, 3, 3, n)."""
        return np.stack([jet[2] for jet in self._jets(x)])


@dataclass(frozen=True)
class Scalar:
    """A ripple as a field of one component."""

    ripple: Ripple

    def value(self, x: np.ndarray) -> np.ndarray:
        """(1, n)."""
        return self.ripple.jet(x)[0][None]

    def gradient(self, x: np.ndarray) -> np.ndarray:
        """(1, 3, n)."""
        return self.ripple.jet(x)[1][None]

    def hessian(self, x: np.ndarray) -> np.ndarray:
        """(1, 3, 3, n)."""
        return self.ripple.jet(x)[2][None]


#: Wave numbers of order 1/nm in z and 1/nm² in r²; the first two ripples are multiplied by r.
P_EXACT = Swirl(Ripple(1.2e8, 1.7e17, 1.1e9, 0.3), Ripple(0.9e8, 2.1e17, 0.8e9, 1.1), Ripple(0.25, 2.6e17, 1.3e9, 0.7))
U_EXACT = Swirl(Ripple(6e-3, 2.3e17, 0.7e9, 0.9), Ripple(4e-3, 1.3e17, 1.2e9, 0.2), Ripple(1.2e-11, 1.9e17, 0.9e9, 1.3))
PHI_EXACT = Scalar(Ripple(0.3, 2.9e17, 1.0e9, 0.4))


class ManufacturedRevolved(Manufactured):
    """The sources of fields of revolution in the axial mean of a crystal."""

    #: More than any polynomial of eighth order tells apart.
    ANGLES = 16

    def __init__(self, material, rotation, axes):  # type: ignore[no-untyped-def]
        super().__init__(material, rotation, axes)
        self.C, self.Q, self.G, self.f = (tensors.axial_average(T) for T in (self.C, self.Q, self.G, self.f))
        self.P, self.u, self.phi = P_EXACT, U_EXACT, PHI_EXACT

    def _landau_gradient(self, P: np.ndarray) -> np.ndarray:
        total = np.zeros_like(P)
        for k in range(self.ANGLES):
            turn = tensors.about_z(2.0 * np.pi * k / self.ANGLES)
            alpha = [self.material.landau.get(name, 0.0) for name in landau.TERMS]
            step = 1e-30
            for i in range(3):
                moved = (self.rotation @ turn) @ (P + 1j * step * np.eye(3)[i][:, None])
                total[i] += landau.energy_density(moved, alpha).imag / step
        return total / self.ANGLES


class RevolvedProblem(ManufacturedProblem):
    """The problem of a half-plane with these sources; the axis is left to the package."""

    EXACT = ManufacturedRevolved

    def _hold_surface(self, conditions: Conditions) -> None:
        f, mesh = self.functional, self.domain.mesh
        facets = np.concatenate([self.domain.facets(name) for name in self.domain.boundaries if name != "x_min"])
        nodes = fem.locate_dofs_topological(f.spaces.phi, mesh.topology.dim - 1, np.unique(facets))
        self._hold(conditions, nodes)


def polar_section(path: Path, radii: list[float], rings: int, quads: bool = False) -> Path:
    """Half of a section of spherical shells, radii in nm from 0 or more on, with about `rings` cells per nm of radius.

    Regions "shell_1", … between the radii and boundaries "sphere_0", … on them; triangles, or quadrilaterals if there
    is no centre.
    """
    steps = [max(2, round(rings * (b - a))) for a, b in pairwise(radii)]
    layers = [np.linspace(*ends, n + 1)[1:] for ends, n in zip(pairwise(radii), steps, strict=True)]
    r = np.concatenate([[radii[0]], *layers])
    angles = np.linspace(0.0, np.pi, 2 * round(0.5 * np.pi * rings * np.sqrt(radii[-1] * max(radii[0], 1.0))) + 1)
    points = np.array([[a * np.sin(t), 0.0, a * np.cos(t)] for a in r for t in angles])
    points[np.abs(points) < 1e-12] = 0.0
    number = np.arange(len(points)).reshape(len(r), len(angles))
    if radii[0] == 0.0:
        number[0] = 0
    corners = [number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:]]
    cells = np.stack([corner.ravel() for corner in corners], axis=1)
    tags = np.repeat(np.repeat(np.arange(1, len(radii)), steps), len(angles) - 1)
    if not quads:
        cells, tags = np.concatenate([cells[:, [0, 1, 2]], cells[:, [0, 2, 3]]]), np.concatenate([tags, tags])
        keep = np.array([len(set(cell)) == 3 for cell in cells])
        cells, tags = cells[keep], tags[keep]
    at = [0, *np.cumsum(steps)]
    circles = [(i, number[row]) for i, row in enumerate(at) if radii[i] > 0.0]
    lines = np.concatenate([np.stack([circle[:-1], circle[1:]], axis=1) for _, circle in circles])
    line_tags = np.concatenate([np.full(len(angles) - 1, i + 1) for i, _ in circles])
    names = {f"shell_{tag}": np.array([tag, 2]) for tag in np.unique(tags)}
    names |= {f"sphere_{i}": np.array([i + 1, 1]) for i, _ in circles}
    data = [tags.astype(int), line_tags.astype(int)]
    used, inverse = np.unique(cells, return_inverse=True)
    renumber = np.zeros(len(points), dtype=int)
    renumber[used] = np.arange(len(used))
    mesh = meshio.Mesh(
        points[used],
        [("quad" if quads else "triangle", inverse.reshape(cells.shape)), ("line", renumber[lines])],
        cell_data={"gmsh:physical": data, "gmsh:geometrical": data},
        field_data=names,
    )
    mesh.write(path, file_format="gmsh22", binary=False)
    return path


def section_table(path: Path, shells: int, first: int, **keys: object) -> dict[str, object]:
    """Mesh table of a `polar_section`: its innermost region is "film"."""
    names = ["film", *(f"shell_{i}" for i in range(2, shells + 1))]
    return {
        "kind": "file",
        "path": str(path),
        "axes": "xz",
        "axisymmetric": True,
        "regions": {name: f"shell_{i + 1}" for i, name in enumerate(names)},
        "boundaries": {f"sphere_{i}": f"sphere_{i}" for i in range(first, shells + 1)},
        **keys,
    }


def quarter_tube(path: Path, size: tuple[float, float, float], cells: tuple[int, int, int]) -> Path:
    """A quarter of a tube of the inner and outer radius and the height `size` (nm): hexahedra along r, θ and z.

    Boundaries "inner", "outer", "cut_x" (the plane y = 0), "cut_y" (x = 0), "bottom" and "top".
    """
    inner, outer, height = size
    ends = ((inner, outer), (0.0, np.pi / 2), (0.0, height))
    r, angle, z = (np.linspace(*end, n + 1) for end, n in zip(ends, cells, strict=True))
    points = np.array([[a * np.cos(t), a * np.sin(t), c] for a in r for t in angle for c in z])
    points[np.abs(points) < 1e-12] = 0.0
    number = np.arange(len(points)).reshape(len(r), len(angle), len(z))

    def corners(n: np.ndarray) -> list[np.ndarray]:
        """The four corners of every cell of a grid of numbers, around it."""
        return [n[:-1, :-1], n[1:, :-1], n[1:, 1:], n[:-1, 1:]]

    low, high = corners(number[:, :, :-1]), corners(number[:, :, 1:])
    hexahedra = np.stack([corner.ravel() for corner in (*low, *high)], axis=1)
    across = {"inner": number[0], "outer": number[-1], "cut_x": number[:, 0], "cut_y": number[:, -1]}
    sides = {**across, "bottom": number[:, :, 0], "top": number[:, :, -1]}
    quads = [np.stack([a.ravel() for a in corners(side)], axis=1) for side in sides.values()]
    tags = np.concatenate([np.full(len(q), i + 2) for i, q in enumerate(quads)])
    data = [np.ones(len(hexahedra), int), tags]
    mesh = meshio.Mesh(
        points,
        [("hexahedron", hexahedra), ("quad", np.concatenate(quads))],
        cell_data={"gmsh:physical": data, "gmsh:geometrical": data},
        field_data={"film": np.array([1, 3])} | {name: np.array([i + 2, 2]) for i, name in enumerate(sides)},
    )
    mesh.write(path, file_format="gmsh22", binary=False)
    return path
