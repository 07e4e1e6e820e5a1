"""The film under the tip: relative concentrations and energies of a vacancy, as means over places."""

from __future__ import annotations

from functools import cached_property

import h5py
import numpy as np
from matplotlib.tri import LinearTriInterpolator, Triangulation

from phasefield.case.material import case_material
from phasefield.case.schema import TipMesh
from phasefield.plot.results import Snapshot
from phasefield.study import MemberResults
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE

Box = tuple[tuple[float, float], tuple[float, float]]

#: Contact radius (nm) under 4 µN.
CONTACT = 12.4
#: Distances from the axis and depths (contact radii) of three places: below the contact, around it, and around it at
#: the surface.
BELOW, AROUND, RIM = ((0.0, 0.5), (0.25, 1.25)), ((1.0, 1.6), (0.25, 1.25)), ((1.1, 1.6), (0.05, 0.25))


class Film:
    """The film of one member at one written time: relative concentration, and energies of a vacancy in kT."""

    def __init__(self, member: MemberResults, state: Snapshot | None = None):
        self.case, self.state = member.case, state or member.snapshot()
        self.concentration = member.case.defects.species["V_O"].concentration
        self.thermal = BOLTZMANN * case_material(member.case).temperature

    @classmethod
    def at_start(cls, member: MemberResults) -> Film:
        """The film before any vacancy has moved."""
        return cls(member, member.snapshot(0))

    @property
    def thickness(self) -> float:
        """Thickness (nm)."""
        assert isinstance(self.case.mesh, TipMesh)
        return 1e9 * self.case.mesh.thickness

    @cached_property
    def mesh(self) -> Triangulation:
        """The film's cells."""
        return film_mesh(self.state)

    @property
    def relative(self) -> np.ndarray:
        """c over that at the start, at the points."""
        return self.state.point_data["c_V_O"].ravel() / self.concentration

    @property
    def potential(self) -> np.ndarray:
        """z e φ/kT at the points."""
        return 2.0 * ELEMENTARY_CHARGE / self.thermal * self.state.point_data["phi"].ravel()

    def mean(self, values: np.ndarray, box: Box = BELOW, middle: float = 0.0) -> float:
        """Mean of values at points over a box (distances from the axis, or along x from `middle`; depths in contact
        radii), by volume."""
        x, depth, weights = self._places(box)
        found = LinearTriInterpolator(self.mesh, values)(middle + x, self.thickness - depth)
        return float(np.ma.average(found, weights=weights))

    def _places(self, box: Box) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Distances and depths (nm) of points all over a box, and their weights."""
        x, depth = (np.linspace(*ends, 61)[:-1] + (ends[1] - ends[0]) / 120.0 for ends in box)
        x, depth = (CONTACT * grid for grid in np.meshgrid(x, depth))
        return x, depth, np.abs(x) if self.case.mesh.axisymmetric else np.ones_like(x)

    @property
    def below(self) -> float:
        """Mean relative concentration below the contact."""
        return self.mean(self.relative)

    @property
    def around(self) -> float:
        """The same in the ring around that place."""
        return self.mean(self.relative, AROUND)

    @property
    def rim(self) -> float:
        """The same around the contact, at the surface."""
        return self.mean(self.relative, RIM)

    @property
    def electric(self) -> float:
        """Mean z e φ/kT below the contact."""
        return self.mean(self.potential)

    @property
    def chemical(self) -> float:
        """Mean −Ω σ_h/kT below the contact."""
        volume = self.case.defects.species["V_O"].excess_volume or 0.0
        r, depth, weights = self._places(BELOW)
        inside = (self.state.points[self.state.cells][:, :, 2] > -1e-6).all(axis=1)
        stress = self.state.cell_data["stress"].reshape(-1, 3, 3)[inside]
        hydrostatic = np.trace(stress, axis1=1, axis2=2) / 3.0
        cells = self.mesh.get_trifinder()(r, self.thickness - depth)
        return -volume / self.thermal * float(np.average(hydrostatic[cells], weights=weights))


def film_mesh(state: Snapshot) -> Triangulation:
    """Triangles of the film, z > 0."""
    inside = (state.points[state.cells][:, :, 2] > -1e-6).all(axis=1)
    return Triangulation(state.points[:, 0], state.points[:, 2], state.cells[inside])


def relative_in_time(member: MemberResults) -> tuple[np.ndarray, list[np.ndarray]]:
    """Written times (s), and the relative concentrations at the points then."""
    concentration = member.case.defects.species["V_O"].concentration
    with h5py.File(member.folder / "fields.h5") as file:
        groups = sorted(file["times"].values(), key=lambda group: group.attrs["time"])
        times = np.array([float(group.attrs["time"]) for group in groups])
        return times, [group["c_V_O"][()].ravel() / concentration for group in groups]
