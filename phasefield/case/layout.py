"""What a mesh table implies without a mesh: axes, cells, names of boundaries and regions."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import cast

from phasefield.case.schema import BoxMesh, Case, FileMesh, FilmMesh, MeshSpec, Side, TipMesh
from phasefield.case.tipmesh import tip_axes, tip_ranges

#: Layers of film and tip meshes that carry no polarization.
LAYERS = ("substrate", "dead_bottom", "dead_top", "air")


def axes_of(mesh: MeshSpec) -> str | None:
    """Lab axes of the mesh coordinates, e.g. "xz"; None for a mesh file that does not say."""
    if mesh.axes is not None or isinstance(mesh, FileMesh):
        return mesh.axes
    if isinstance(mesh, TipMesh):
        return tip_axes(mesh)
    return "xyz"[: len(mesh.size)] if isinstance(mesh, BoxMesh) else "xy"[: len(mesh.width)] + "z"


def lengths_of(mesh: BoxMesh | FilmMesh | TipMesh) -> tuple[float, ...]:
    """Extent along each mesh axis (m)."""
    if isinstance(mesh, BoxMesh):
        return mesh.size
    if isinstance(mesh, TipMesh):
        return (*(high - low for low, high in tip_ranges(mesh)), sum(layers_of(mesh).values()))
    return (*mesh.width, sum(layers_of(mesh).values()))


def range_of(mesh: MeshSpec, axis: str) -> tuple[float, float] | None:
    """Lowest and highest coordinate (m) of a mesh along an in-plane lab axis; None where only a mesh file knows."""
    axes = axes_of(mesh) or ""
    if isinstance(mesh, FileMesh) or axis not in axes:
        return None
    i = axes.index(axis)
    if isinstance(mesh, TipMesh):
        return tip_ranges(mesh)[i] if i < len(tip_ranges(mesh)) else None
    low = mesh.origin[i] if isinstance(mesh, BoxMesh) and mesh.origin and i < len(mesh.origin) else 0.0
    lengths = lengths_of(mesh)
    return (low, low + lengths[i]) if i < len(lengths) else None


def body_length(mesh: MeshSpec, axis: str) -> float | None:
    """Extent of the ferroelectric body along a lab axis (m); None where only a mesh file knows, or along no axis."""
    if isinstance(mesh, FileMesh):
        return None
    if isinstance(mesh, FilmMesh | TipMesh) and axis == "z":
        return mesh.thickness
    return dict(zip(axes_of(mesh) or "", lengths_of(mesh), strict=False)).get(axis)


def layers_of(mesh: FilmMesh | TipMesh) -> dict[str, float]:
    """Thickness (m) of the layers that a film or tip mesh has, bottom to top."""
    if isinstance(mesh, TipMesh):
        layers = {"substrate": mesh.substrate, "film": mesh.thickness, "air": mesh.air}
        return {name: thickness for name, thickness in layers.items() if thickness > 0.0}
    layers = {
        "substrate": mesh.substrate,
        "dead_bottom": mesh.dead_bottom,
        "film": mesh.thickness,
        "dead_top": mesh.dead_top,
    }
    return {name: thickness for name, thickness in layers.items() if thickness > 0.0}


def cell_count(length: float, spacing: float) -> int:
    """Fewest equal cells of at most `spacing` that fill `length` (rounding errors forgiven)."""
    ratio = min(length / spacing, 1e18)  # a mistaken spacing must not overflow
    return max(1, math.ceil(ratio - 1e-6))


def ends_of(mesh: BoxMesh | FilmMesh, axis: str) -> tuple[float | None, float | None]:
    """Sizes of the cells at the lower and upper side of the body along an axis, where `mesh.faces` gives them."""
    if isinstance(mesh, FilmMesh):
        return (mesh.faces.get("film_bottom"), mesh.faces.get("film_top")) if axis == "z" else (None, None)
    lower, upper = (mesh.faces.get(side) for side in cast(tuple[Side, Side], (f"{axis}_min", f"{axis}_max")))
    return lower, upper


@dataclass(frozen=True)
class Filling:
    """Cells that fill a length: graded ones from either end, and `between` equal ones; relative sizes (m)."""

    lower: tuple[float, ...]
    between: int
    largest: float
    upper: tuple[float, ...]

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.lower) + self.between + len(self.upper)

    def sizes(self, length: float) -> list[float]:
        """Sizes of all cells, whose sum is `length`; none is larger than asked for."""
        relative = [*self.lower, *[self.largest] * self.between, *reversed(self.upper)]
        scale = length / sum(relative)
        return [size * scale for size in relative]


def filling(length: float, largest: float, ends: tuple[float | None, float | None], growth: float) -> Filling:
    """Cells of at most `largest` in `length` that grow by the ratio `growth` from the sizes at either end of `ends`."""
    sides: tuple[list[float], list[float]] = ([], [])
    following = [largest if end is None else min(end, largest) for end in ends]
    filled = 0.0
    while filled < length * (1.0 - 1e-9) and min(following) < largest:
        side = 0 if following[0] <= following[1] else 1
        sides[side].append(following[side])
        filled += following[side]
        following[side] = min(growth * following[side], largest)
    rest = length - filled
    between = cell_count(rest, largest) if rest > 1e-9 * length else 0
    return Filling(tuple(sides[0]), between, largest, tuple(sides[1]))


def cells_of(mesh: BoxMesh | FilmMesh) -> tuple[int, ...]:
    """Number of cells along each mesh axis; entries that contradict each other are left out."""
    if isinstance(mesh, BoxMesh) and mesh.spacing is None:
        return mesh.cells or ()
    spacing = mesh.spacing if isinstance(mesh.spacing, tuple) else (mesh.spacing or 1.0,) * 3
    if isinstance(mesh, BoxMesh):
        given = zip(axes_of(mesh) or "", mesh.size, spacing, strict=False)
        return tuple(filling(length, h, ends_of(mesh, axis), mesh.growth).count for axis, length, h in given)
    in_plane = (cell_count(*pair) for pair in zip(mesh.width, spacing, strict=False))
    layers = {name: cell_count(t, spacing[-1]) for name, t in layers_of(mesh).items()}
    layers["film"] = filling(mesh.thickness, spacing[-1], ends_of(mesh, "z"), mesh.growth).count
    if mesh.substrate_cells is not None and "substrate" in layers:
        layers["substrate"] = mesh.substrate_cells
    return (*in_plane, sum(layers.values()))


def boundaries_of(mesh: MeshSpec) -> dict[str, str]:
    """Every name of a boundary, and the name under which boundaries with several names are one."""
    if isinstance(mesh, FileMesh):
        return {name: name for name in mesh.boundaries}
    sides = [f"{axis}_{side}" for axis in axes_of(mesh) or "" for side in ("min", "max")]
    names = dict(zip(sides, sides, strict=True))
    if "z_min" in names:
        names |= {"bottom": "z_min", "top": "z_max"}
    if isinstance(mesh, FilmMesh | TipMesh):
        below, *_ = layers = list(layers_of(mesh))
        names["film_bottom"] = "z_min" if below == "film" else "film_bottom"
        names["film_top"] = "z_max" if layers[-1] == "film" else "film_top"
        if below == "substrate":
            names["substrate_top"] = "film_bottom" if layers[1] == "film" else "substrate_top"
    if isinstance(mesh, TipMesh) and mesh.conductor is not None:
        names["conductor"] = "conductor"
    return names


def boundaries_of_fluids(case: Case) -> dict[str, str]:
    """Outer boundaries of layers that are fluid, by the name under which they are one, and the layer of each."""
    if not isinstance(case.mesh, FilmMesh | TipMesh):
        return {}
    layers, known = list(layers_of(case.mesh)), boundaries_of(case.mesh)
    ends = {"z_min": layers[0], "z_max": layers[-1], "conductor": layers[-1]}
    regions = case.material.regions
    return {end: name for end, name in ends.items() if end in known and name in regions and regions[name].fluid}


def axis_boundary(mesh: MeshSpec) -> str | None:
    """Name of the boundary that is the axis of revolution of an axisymmetric mesh, if it has one."""
    if not mesh.axisymmetric or isinstance(mesh, FileMesh):
        return None
    return None if isinstance(mesh, BoxMesh) and mesh.origin and mesh.origin[0] > 0.0 else "x_min"


def passive_regions_of(mesh: MeshSpec) -> tuple[str, ...]:
    """Regions that `material.regions` may name."""
    if isinstance(mesh, FilmMesh | TipMesh):
        return tuple(layer for layer in layers_of(mesh) if layer in LAYERS)
    return tuple(mesh.regions) if isinstance(mesh, FileMesh) else ()
