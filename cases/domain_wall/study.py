"""Domain walls of PbTiO3 and BaTiO3: thickness and energy beside those of a wall in one variable."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import quad
from scipy.interpolate import CubicSpline

from phasefield import tensors
from phasefield.case import Case
from phasefield.case.layout import lengths_of
from phasefield.case.material import case_material
from phasefield.comparison import Comparison, comparison_table
from phasefield.materials.landau import density
from phasefield.plot.style import COMPONENT_COLOURS, label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults
from phasefield.units import LENGTH

#: Voigt components of the strain that the domains impose on a wall across x: yy, zz, yz.
ALONG = [1, 2, 3]
#: Energies (J/m²) from the literature, by member.
PUBLISHED = {
    "PbTiO3_180": (0.132, "first principles: Meyer and Vanderbilt, Phys. Rev. B 65, 104111 (2002)"),
    "BaTiO3_180": (5.9e-3, "same model: Hlinka and Marton, Phys. Rev. B 74, 104104 (2006)"),
}


class Wall:
    """The wall of a case: crystal, material and the two domains, `left` and `right` (C/m², lab axes)."""

    def __init__(self, case: Case):
        self.rotation = tensors.rotation(x=case.crystal.x, z=case.crystal.z)  # v_crystal = R v_lab
        self.material = case_material(case)
        self.left, self.right = np.array(case.initial.left), np.array(case.initial.right)
        self.length = lengths_of(case.mesh)[0]

    def strain(self, P: np.ndarray) -> np.ndarray:
        """Voigt spontaneous strain of P, lab axes."""
        Q = tensors.rotate4(self.material.electrostriction, self.rotation)
        return tensors.strain_to_voigt(np.einsum("ijkl,k,l", Q, P, P))

    def landau(self, P: np.ndarray) -> float:
        """Landau energy density (J/m³) of P, lab axes."""
        return float(density(self.material.landau, self.rotation @ P))


# --- wall in one variable -------------------------------------------------------------------------------------


def one_variable(wall: Wall) -> tuple[float, float]:
    """Thickness (m) and energy (J/m²) of the wall along the straight path from one polarization to the other.

    P = mean + p d with a constant mean: ½ g p'² = Δf(p), Δf the Landau energy over that of the domains plus the
    elastic energy with the strain along the wall that of the domains and no traction across it. The energy is
    ∫√(2 g Δf) dp, the thickness 2 p0/p'(0). A 180° wall without rotation of P follows this path. A 90° wall nearly
    does, since div P = 0 holds its normal component; its energy is then an upper bound.
    """
    mean, half = 0.5 * (wall.left + wall.right), 0.5 * (wall.right - wall.left)
    p0 = float(np.linalg.norm(half))
    d = half / p0
    R = wall.rotation
    g = float(np.einsum("ik,i,k", tensors.rotate4(wall.material.gradient, R)[:, 0, :, 0], d, d))
    compliance = np.linalg.inv(tensors.voigt_stiffness(tensors.rotate4(wall.material.stiffness, R)))
    stiffness = np.linalg.inv(compliance[np.ix_(ALONG, ALONG)])
    bulk, strain = wall.landau(wall.right), wall.strain(wall.right)

    def excess(p: float) -> float:
        P = mean + p * d
        mismatch = (strain - wall.strain(P))[ALONG]
        return max(0.0, wall.landau(P) - bulk + 0.5 * mismatch @ stiffness @ mismatch)

    energy = 2.0 * quad(lambda p: np.sqrt(2.0 * g * excess(p)), 0.0, p0, epsrel=1e-9)[0]
    return 2.0 * p0 * float(np.sqrt(0.5 * g / excess(0.0))), energy


# --- computed wall --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Computed:
    """A relaxed wall: x (m) from its middle, P (C/m², lab axes), thickness (m), energy (J/m²)."""

    x: np.ndarray
    P: np.ndarray
    thickness: float
    energy: float


def computed(wall: Wall, member: MemberResults) -> Computed:
    """The wall that a member relaxed to."""
    snapshot = member.snapshot()
    x, P = snapshot.points[:, 0] * LENGTH - 0.5 * wall.length, snapshot.point_data["P"]
    order = np.argsort(x)
    x, P = x[order], P[order]
    size = np.linalg.norm(wall.right - wall.left)
    along = CubicSpline(x, P @ (wall.right - wall.left) / size)
    middle = min(along.roots(extrapolate=False), key=abs)
    energy = member.final["energy_total"] - wall.landau(wall.left) * wall.length
    return Computed(x - middle, P, float(size / along(middle, 1)), energy)


# --- report ---------------------------------------------------------------------------------------------------


def analyse(results: StudyResults) -> dict[str, tuple[Comparison, Comparison]]:
    """Print thickness and energy of each wall (returned by name) beside one variable, and draw walls.png."""
    walls = {member.name: Wall(member.case) for member in results}
    found = {member.name: computed(walls[member.name], member) for member in results}
    rows = {}
    for name, wall in walls.items():
        thickness, energy = one_variable(wall)
        rows[name] = (
            Comparison(f"{name}: thickness (nm)", found[name].thickness * 1e9, thickness * 1e9),
            Comparison(f"{name}: energy (mJ/m²)", found[name].energy * 1e3, energy * 1e3),
        )
    print(comparison_table([row for pair in rows.values() for row in pair], "one variable"))
    print()
    published = [
        Comparison(f"{name}: energy (mJ/m²)", found[name].energy * 1e3, energy * 1e3, source)
        for name, (energy, source) in PUBLISHED.items()
    ]
    print(comparison_table(published))
    _draw(found, results)
    return rows


def _draw(found: dict[str, Computed], results: StudyResults) -> None:
    with style():
        figure = new_figure(6.4, 4.2)
        panels = figure.subplots(2, 2, squeeze=False).ravel()
        for axes, (name, wall), letter in zip(panels, found.items(), "abcd", strict=True):
            for i, component in enumerate("xyz"):
                axes.plot(wall.x * 1e9, wall.P[:, i], color=COMPONENT_COLOURS[i], label=f"$P_{component}$")
            width = 4.0 * wall.thickness * 1e9
            axes.set_xlim(-width, width)
            axes.set_title(name.replace("_", " ") + "°")
            axes.set_xlabel(label("$x$", "nm"))
            axes.set_ylabel(label("$P$", "C/m^2"))
            mark_panel(axes, letter)
        panels[0].legend()
        print(save(figure, results.folder / "walls.png"))
