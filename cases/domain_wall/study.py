"""Domain walls of PbTiO3 and BaTiO3: thickness and energy beside those of a wall in one variable."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from mpi4py import MPI
from scipy.integrate import quad
from scipy.interpolate import CubicSpline

from phasefield import tensors
from phasefield.case import load_case
from phasefield.materials import Material, load_material
from phasefield.materials.landau import density
from phasefield.materials.thermodynamics import ground_state
from phasefield.plot.style import COMPONENT_COLOURS, label, mark_panel, new_figure, save, style
from phasefield.rankzero import on_root
from phasefield.simulation import Simulation
from phasefield.units import LENGTH

CASE = Path(__file__).parent / "case.toml"
#: Voigt components of the strain that the domains impose on a wall across x: yy, zz, yz.
ALONG = [1, 2, 3]


@dataclass(frozen=True)
class Wall:
    """A wall across lab x between two tetragonal domains.

    Attributes:
        name: of its result folder.
        material: material set.
        crystal: crystal directions along lab x and lab z.
        domains: polarization directions of the two domains, crystal axes.
        length: extent of the line (m).
        published: energy (J/m²) from the literature, where there is one, and its source.
    """

    name: str
    material: str
    crystal: tuple[list[int], list[int]]
    domains: tuple[list[int], list[int]]
    length: float
    published: tuple[float | None, str] = (None, "")

    def rotation(self) -> np.ndarray:
        """R with v_crystal = R v_lab."""
        x, z = self.crystal
        return tensors.rotation(x=x, z=z)

    def polarizations(self, material: Material) -> tuple[np.ndarray, np.ndarray]:
        """Polarization of the two domains, lab axes (C/m²)."""
        size = ground_state(material.landau).magnitude
        left, right = (size * self.rotation().T @ np.array(d, dtype=float) for d in self.domains)
        return left, right

    def strain(self, material: Material, P: np.ndarray) -> np.ndarray:
        """Voigt spontaneous strain of P, lab axes."""
        Q = tensors.rotate4(material.electrostriction, self.rotation())
        return tensors.strain_to_voigt(np.einsum("ijkl,k,l", Q, P, P))

    def changes(self, material: Material) -> list[str]:
        """What differs from case.toml, as key=value."""
        left, right = (P.tolist() for P in self.polarizations(material))
        yy, zz, yz = self.strain(material, np.array(left))[ALONG]
        sides = zip(("x_min", "x_max"), (left, right), strict=True)
        fixed = ", ".join(f'{{ on = "{side}", kind = "fixed", value = {P} }}' for side, P in sides)
        # The charge that the polarization across the wall needs at its ends, so that there is no field far away.
        charges = zip(("x_min", "x_max"), (left[0], -right[0]), strict=True)
        free = ", ".join(f'{{ on = "{side}", kind = "free", charge_density = {w} }}' for side, w in charges)
        return [
            f'title="{self.name}"',
            f'material.name="{self.material}"',
            f"crystal.x={json.dumps(self.crystal[0])}",
            f"crystal.z={json.dumps(self.crystal[1])}",
            f"mesh.size=[{self.length}]",
            f"mesh.cells=[{round(self.length / 0.1e-9)}]",
            f"initial.left={left}",
            f"initial.right={right}",
            f"initial.position={0.5 * self.length}",
            f"polarization.boundary=[{fixed}]",
            f"electrostatics.boundary=[{free}]",
            f"mechanics.strain={{ yy = {yy}, zz = {zz}, yz = {0.5 * yz} }}",
        ]


STRAIGHT = ([1, 0, 0], [0, 0, 1])
#: Lab x along the normal of a 90° wall, [110]; the polarization runs head to tail.
DIAGONAL = ([1, 1, 0], [0, 0, 1])
OPPOSITE = ([0, 0, -1], [0, 0, 1])
NEIGHBOURS = ([1, 0, 0], [0, 1, 0])
FIRST_PRINCIPLES = (0.132, "first principles: Meyer and Vanderbilt, Phys. Rev. B 65, 104111 (2002)")
SAME_MODEL = (5.9e-3, "same model: Hlinka and Marton, Phys. Rev. B 74, 104104 (2006)")
WALLS = (
    Wall("PbTiO3_180", "PbTiO3_Pertsev1998", STRAIGHT, OPPOSITE, 12e-9, FIRST_PRINCIPLES),
    Wall("PbTiO3_90", "PbTiO3_Pertsev1998", DIAGONAL, NEIGHBOURS, 12e-9),
    Wall("BaTiO3_180", "BaTiO3_MartonHlinka2006", STRAIGHT, OPPOSITE, 12e-9, SAME_MODEL),
    Wall("BaTiO3_90", "BaTiO3_MartonHlinka2006", DIAGONAL, NEIGHBOURS, 30e-9),
)


# --- wall in one variable -------------------------------------------------------------------------------------


def one_variable(wall: Wall, material: Material) -> tuple[float, float]:
    """Thickness (m) and energy (J/m²) of the wall along the straight path from one polarization to the other.

    P = mean + p d with a constant mean: ½ g p'² = Δf(p), Δf the Landau energy over that of the domains plus the
    elastic energy with the strain along the wall that of the domains and no traction across it. The energy is
    ∫√(2 g Δf) dp, the thickness 2 p0/p'(0). A 180° wall without rotation of P follows this path. A 90° wall nearly
    does, since div P = 0 holds its normal component; its energy is then an upper bound.
    """
    left, right = wall.polarizations(material)
    mean, half = 0.5 * (left + right), 0.5 * (right - left)
    p0 = float(np.linalg.norm(half))
    d = half / p0
    R = wall.rotation()
    g = float(np.einsum("ik,i,k", tensors.rotate4(material.gradient, R)[:, 0, :, 0], d, d))
    compliance = np.linalg.inv(tensors.voigt_stiffness(tensors.rotate4(material.stiffness, R)))
    stiffness = np.linalg.inv(compliance[np.ix_(ALONG, ALONG)])
    bulk, strain = float(density(material.landau, R @ right)), wall.strain(material, right)

    def excess(p: float) -> float:
        P = mean + p * d
        mismatch = (strain - wall.strain(material, P))[ALONG]
        return max(0.0, float(density(material.landau, R @ P)) - bulk + 0.5 * mismatch @ stiffness @ mismatch)

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


def compute(wall: Wall, material: Material, out: Path) -> Computed:
    """Relax the wall, with results in the folder `out`."""
    simulation = Simulation(load_case(CASE, wall.changes(material)))
    result = simulation.run(out, overwrite=True)
    left, right = wall.polarizations(material)
    bulk = float(density(material.landau, wall.rotation() @ left))
    x, P = profile(simulation)
    x = x - 0.5 * wall.length
    d = (right - left) / np.linalg.norm(right - left)
    along = CubicSpline(x, P @ d)
    middle = min(along.roots(extrapolate=False), key=abs)
    thickness = float(np.linalg.norm(right - left) / along(middle, 1))
    energy = float(result.observables["energy_total"][-1]) - bulk * wall.length
    return Computed(x - middle, P, thickness, energy)


def profile(simulation: Simulation) -> tuple[np.ndarray, np.ndarray]:
    """All nodes x (m) in order and their P (C/m²), on every rank."""
    P = simulation.field("P")
    owned = P.function_space.dofmap.index_map.size_local
    x = P.function_space.tabulate_dof_coordinates()[:owned, 0] * LENGTH
    values = P.x.array.reshape(-1, 3)[:owned]
    x, values = (np.concatenate(simulation.comm.allgather(part)) for part in (x, values))
    order = np.argsort(x)
    return x[order], values[order]


# --- report ---------------------------------------------------------------------------------------------------

COLUMNS = ("wall", "thickness_nm", "one_variable_nm", "energy_mJ_m2", "one_variable_mJ_m2", "published_mJ_m2", "source")


def main(out: Path) -> list[dict[str, object]]:
    """Run all walls into folders of `out`; print their numbers, write walls.csv and walls.png there."""
    rows, computed = [], []
    for wall in WALLS:
        material = load_material(wall.material)
        found = compute(wall, material, out / wall.name)
        thickness, energy = one_variable(wall, material)
        published, source = wall.published
        computed.append(found)
        rows.append(
            {
                "wall": wall.name,
                "thickness_nm": round(found.thickness * 1e9, 4),
                "one_variable_nm": round(thickness * 1e9, 4),
                "energy_mJ_m2": round(found.energy * 1e3, 4),
                "one_variable_mJ_m2": round(energy * 1e3, 4),
                "published_mJ_m2": "" if published is None else round(published * 1e3, 4),
                "source": source,
            }
        )
    on_root(MPI.COMM_WORLD, lambda: _report(rows, computed, out))
    return rows


def _report(rows: list[dict[str, object]], computed: list[Computed], out: Path) -> None:
    with (out / "walls.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    print("            thickness (nm)            energy (mJ/m²)")
    print("wall        computed  one variable    computed  one variable  published")
    for row in rows:
        name, *numbers = (row[column] for column in COLUMNS)
        print("{:10} {:>9} {:>13} {:>11} {:>13} {:>10} {}".format(name, *numbers))
    _draw(computed, out)


def _draw(computed: list[Computed], out: Path) -> None:
    with style():
        figure = new_figure(6.4, 4.2)
        panels = figure.subplots(2, 2, squeeze=False).ravel()
        for axes, wall, found, letter in zip(panels, WALLS, computed, "abcd", strict=True):
            for i, name in enumerate("xyz"):
                axes.plot(found.x * 1e9, found.P[:, i], color=COMPONENT_COLOURS[i], label=f"$P_{name}$")
            width = 4.0 * found.thickness * 1e9
            axes.set_xlim(-width, width)
            axes.set_title(wall.name.replace("_", " ") + "°")
            axes.set_xlabel(label("$x$", "nm"))
            axes.set_ylabel(label("$P$", "C/m^2"))
            mark_panel(axes, letter)
        panels[0].legend()
        save(figure, out / "walls.png")
