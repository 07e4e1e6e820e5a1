"""Vacancies under a tip: how large each channel is, what each does, time, a scan, and the mesh."""

from __future__ import annotations

from functools import cached_property

import h5py
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import TriMesh
from matplotlib.colors import LogNorm, Normalize
from matplotlib.tri import LinearTriInterpolator, Triangulation

from phasefield.case.defects import debye_length, diffusivity
from phasefield.case.material import case_material
from phasefield.case.schema import Case, TipMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.results import Snapshot
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE

Box = tuple[tuple[float, float], tuple[float, float]]

#: Contact radius (nm) under 4 µN.
CONTACT = 12.4
#: Distances from the axis and depths (contact radii) of three places: below the contact, around it, and around it at
#: the surface.
BELOW, AROUND, RIM = ((0.0, 0.5), (0.25, 1.25)), ((1.0, 1.6), (0.25, 1.25)), ((1.1, 1.6), (0.05, 0.25))
PLACES = ("below", "around", "rim")
#: Members of the table of channels.
CHANNELS = {
    "full": "all",
    "no_flexo": "without flexoelectricity",
    "no_vegard": "without Vegard strain",
    "no_electrostriction": "without electrostriction",
    "only_electrostriction": "electrostriction alone",
    "reversed": "all, f reversed",
    "no_vegard_reversed": "without Vegard strain, f reversed",
    "bias_plus": "tip at +0.1 V, no force",
    "bias_minus": "tip at −0.1 V, no force",
    "grounded": "all, tip grounded",
    "more_vacancies": "all, ten times as many vacancies",
    "half_force": "all, 2 µN",
    "both_ways": 'form "gradient of P", both ways',
}
#: Meshes that are compared, and what is different beside the size of cells.
MESHES = {"coarse": "", "full": "", "fine": "", "large": ", twice the body"}


class Film:
    """The film of one member at one time: relative concentration, and energies of a vacancy in kT."""

    def __init__(self, member: MemberResults, index: int = -1):
        self.case, self.state = member.case, member.snapshot(index)
        self.concentration = member.case.defects.species["V_O"].concentration

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

    def mean(self, values: np.ndarray, box: Box = BELOW) -> float:
        """Mean over a box around the axis (radii, depths in contact radii), by volume."""
        r, depth = (np.linspace(*ends, 61)[:-1] + (ends[1] - ends[0]) / 120.0 for ends in box)
        r, depth = (CONTACT * grid for grid in np.meshgrid(r, depth))
        found = LinearTriInterpolator(self.mesh, values)(r, self.thickness - depth)
        return float(np.ma.average(found, weights=r))

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
        thermal = BOLTZMANN * case_material(self.case).temperature
        return 2.0 * ELEMENTARY_CHARGE / thermal * self.mean(self.state.point_data["phi"].ravel())

    @property
    def chemical(self) -> float:
        """Mean −Ω σ_h/kT below the contact."""
        volume = self.case.defects.species["V_O"].excess_volume or 0.0
        thermal = BOLTZMANN * case_material(self.case).temperature
        hydrostatic = np.trace(self.state.cell_data["stress"].reshape(-1, 3, 3), axis1=1, axis2=2) / 3.0
        middles = self.state.points[self.state.cells].mean(axis=1)
        (_, outer), depths = BELOW
        depth = (self.thickness - middles[:, 2]) / CONTACT
        below = (middles[:, 0] < outer * CONTACT) & (depth > depths[0]) & (depth < depths[1])
        corners = self.state.points[self.state.cells][:, :, [0, 2]]
        edges = corners[:, 1:] - corners[:, :1]
        volumes = middles[:, 0] * np.abs(np.linalg.det(edges))
        return -volume / thermal * float(np.average(hydrostatic[below], weights=volumes[below]))


def film_mesh(state: Snapshot) -> Triangulation:
    """Triangles of the film, z > 0."""
    inside = (state.points[state.cells][:, :, 2] > -1e-6).all(axis=1)
    return Triangulation(state.points[:, 0], state.points[:, 2], state.cells[inside])


def time_scales(case: Case) -> dict[str, float]:
    """λ_D², λ_D L and a² over D (s), with L the thickness of the film and a the contact radius."""
    material = case_material(case)
    D = diffusivity(case.defects.species["V_O"], material.temperature)
    debye = debye_length(case, material)
    assert isinstance(case.mesh, TipMesh)
    lengths = {"λ_D²/D": debye, "λ_D L/D": case.mesh.thickness, "a²/D": 1e-9 * CONTACT}
    return {name: (1e-9 * CONTACT if name == "a²/D" else debye) * x / D for name, x in lengths.items()}


def channels(results: StudyResults) -> str:
    """Table of all members in equilibrium: energies of a vacancy before any has moved, and where they go."""
    lines = [
        "energies in kT, means below the contact before vacancies move; c/c0 in equilibrium",
        f"{'':36}{'electric':>10}{'chemical':>10}{'below':>9}{'around':>9}{'rim':>9}{'least':>10}{'most':>8}",
    ]
    for name, text in results.present(CHANNELS).items():
        member = results[name]
        start, end = Film(member, 0), Film(member)
        least, most = (member.final[f"{which}_c_V_O"] / end.concentration for which in ("min", "max"))
        lines.append(
            f"{text:36}{start.electric:10.2f}{start.chemical:10.2f}{end.below:9.3f}{end.around:9.3f}"
            f"{end.rim:9.3f}{least:10.2g}{most:8.2f}"
        )
    return "\n".join(lines)


def published(results: StudyResults) -> list[Comparison]:
    """Signs beside the published ones, and the reversal with f."""
    full, vegard, plus, minus = (Film(results[name]) for name in SHOWN)
    rows = [
        Comparison(f"c/c0 {place}, {text}", getattr(film, place))
        for film, text in (
            (full, "all"),
            (vegard, "Vegard strain alone"),
            (plus, "flexoelectricity alone"),
            (minus, "flexoelectricity alone, −f"),
        )
        for place in PLACES
    ]
    fields = [Film(results[name], 0).electric for name in ("no_vegard", "no_vegard_reversed")]
    rows.append(Comparison("energy in the flexoelectric potential, f reversed (kT)", fields[1], -fields[0], "odd in f"))
    return rows


def refinement(results: StudyResults) -> list[Comparison]:
    """What is printed, on all meshes, beside the finest one of the same body."""
    rows = []
    best = Film(results["fine" if "fine" in results else "full"])
    for quantity in PLACES:
        for name, note in results.present(MESHES).items():
            mesh = results[name].case.mesh
            assert isinstance(mesh, TipMesh)
            cells = f"{1e9 * mesh.spacing:.2g} nm{note}"
            rows.append(
                Comparison(f"c/c0 {quantity}, cells {cells}", getattr(Film(results[name]), quantity),
                           getattr(best, quantity))
            )  # fmt: skip
    return rows


# --- in time ----------------------------------------------------------------------------------------------


def history(member: MemberResults) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Times (s) and relative concentrations below the contact and around it."""
    film = Film(member, 0)
    times, below, around = [], [], []
    with h5py.File(member.folder / "fields.h5") as file:
        for group in sorted(file["times"].values(), key=lambda group: group.attrs["time"]):
            relative = group["c_V_O"][()].ravel() / film.concentration
            times.append(float(group.attrs["time"]))
            below.append(film.mean(relative))
            around.append(film.mean(relative, AROUND))
    return np.array(times), np.array(below), np.array(around)


def relaxation(results: StudyResults) -> list[Comparison]:
    """Times in which what the tip did comes about, and vanishes after lifting it."""
    if "in_time" not in results:
        return []
    member = results["in_time"]
    times, below, _ = history(member)
    pressed, lifted = member.case.loads["press"].times[1], member.case.loads["press"].times[3]
    scales = time_scales(member.case)
    while_pressed = (times >= pressed) & (times <= member.case.loads["press"].times[2])
    after = times >= lifted
    full = Film(results["coarse" if "coarse" in results else "full"]).below
    came = crossing(times[while_pressed] - pressed, (below[while_pressed] - full) / (1.0 - full))
    went = crossing(times[after] - lifted, (1.0 - below[after]) / (1.0 - below[after][0]))
    rows = [
        Comparison("pressed: 1/e of the way is left after (s)", came, scales["λ_D L/D"], "λ_D L/D"),
        Comparison("lifted: 1/e is left after (s)", went, scales["λ_D L/D"], "λ_D L/D"),
        Comparison("lifted: 1/e is left after (s)", went, scales["λ_D²/D"], "λ_D²/D"),
        Comparison("lifted: 1/e is left after (s)", went, scales["a²/D"], "a²/D"),
        Comparison("c/c0 below, most while pressed", float(below[while_pressed].max())),
        Comparison("c/c0 below when lifted", float(below[while_pressed][-1]), full, "equilibrium"),
        Comparison("c/c0 below at the end", float(below[-1]), 1.0, "before the tip came"),
    ]
    return rows


def crossing(times: np.ndarray, left: np.ndarray) -> float:
    """First time at which 1/e is left, between two points; nan if it never is."""
    below = np.flatnonzero(left < np.exp(-1.0))
    if not len(below) or below[0] == 0:
        return float("nan")
    i = below[0]
    return float(np.interp(-np.exp(-1.0), -left[i - 1 : i + 1], times[i - 1 : i + 1]))


def scan(results: StudyResults) -> list[Comparison]:
    """Where the vacancies of the layer that the tip moved over are, ahead of it and behind it."""
    if "scanned" not in results:
        return []
    member = results["scanned"]
    rows = []
    for time, text in SCANNED.items():
        layer = surface_layer(member, time)
        x = np.linspace(-60.0, 60.0, len(layer))
        rows.append(Comparison(f"scan, {text}: least c/c0 at x = {x[layer.argmin()]:.0f} nm", float(layer.min())))
        rows.append(Comparison(f"scan, {text}: most c/c0 at x = {x[layer.argmax()]:.0f} nm", float(layer.max())))
    return rows


#: Times (s) of the scan that are shown.
SCANNED = {19.9: "before it moves", 40.0: "at the end of its way", 42.0: "2 s after lifting"}


def scanned_state(member: MemberResults, time: float) -> tuple[Film, np.ndarray]:
    """The film, and the relative concentration at the written time nearest to `time`."""
    film = Film(member, 0)
    with h5py.File(member.folder / "fields.h5") as file:
        group = min(file["times"].values(), key=lambda group: abs(group.attrs["time"] - time))
        return film, group["c_V_O"][()].ravel() / film.concentration


def surface_layer(member: MemberResults, time: float) -> np.ndarray:
    """Relative concentration along x from −60 to 60 nm, mean over a depth of half a contact radius."""
    film, relative = scanned_state(member, time)
    x, depth = np.meshgrid(np.linspace(-60.0, 60.0, 241), np.linspace(0.01, 0.5, 20) * CONTACT)
    return np.asarray(LinearTriInterpolator(film.mesh, relative)(x, film.thickness - depth).mean(axis=0))


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the tables, draw vacancies.png, time.png and scan.png, and return the numbers."""
    scales = time_scales(results["full"].case)
    print("time scales: " + ", ".join(f"{name} = {value:.3g} s" for name, value in scales.items()) + "\n")
    print(channels(results) + "\n")
    rows = published(results)
    print(comparison_table(rows, "expected", digits=3) + "\n")
    print(comparison_table(refinement(results), "finest", digits=3) + "\n")
    in_time = [*relaxation(results), *scan(results)]
    if in_time:
        print(comparison_table(in_time, "reference", digits=3))
    draw(results)
    return rows + in_time


# --- figures ----------------------------------------------------------------------------------------------

SHOWN = {"full": "all", "no_flexo": "Vegard", "no_vegard": "flexo", "no_vegard_reversed": "flexo, $-f$"}


def draw(results: StudyResults) -> None:
    """All figures for which there are members."""
    with style():
        figure = new_figure(7.4, 3.6)
        panels = figure.subplots(2, 3)
        for axes, (name, text), letter in zip(panels[:, :2].ravel(), SHOWN.items(), "abcd", strict=True):
            film = Film(results[name])
            drawn = draw_map(axes, film, film.relative, 40.0)
            axes.set_title(f"({letter}) {text}", loc="left")
        figure.colorbar(drawn, ax=panels[:, :2], label="$c/c_0$", shrink=0.7)
        draw_potential(panels[0, 2], Film(results["no_vegard"], 0))
        panels[0, 2].set_title("(e) $z e\\varphi/kT$ of $f$", loc="left")
        draw_profiles(panels[1, 2], results)
        panels[1, 2].set_title("(f) 6 nm deep", loc="left")
        print(save(figure, results.folder / "vacancies.png"))
        if "in_time" in results:
            draw_time(results)
        if "scanned" in results:
            draw_scan(results)


def draw_map(axes: Axes, film: Film, relative: np.ndarray, reach: float) -> TriMesh:
    """c/c0 in the film, on both sides of the axis of a body of revolution; what a scale of colours needs."""
    mesh = film.mesh
    norm = LogNorm(1.0 / 30.0, 30.0)
    sides = (1.0, -1.0) if film.case.mesh.axisymmetric else (1.0,)
    for side in sides:
        mirrored = Triangulation(side * mesh.x, mesh.y - film.thickness, mesh.triangles)
        drawn = axes.tripcolor(
            mirrored, np.clip(relative, 1e-3, None), shading="gouraud", cmap="RdBu_r", norm=norm, rasterized=True
        )
    axes.set(xlim=(-reach, reach), ylim=(-0.75 * reach, 0.02 * reach))
    axes.set_xlabel(label("$x$", "nm"))
    axes.set_ylabel(label("$z$", "nm"))
    axes.set_aspect("equal")
    return drawn


def draw_potential(axes: Axes, film: Film) -> None:
    """z e φ/kT."""
    thermal = BOLTZMANN * case_material(film.case).temperature
    psi = 2.0 * ELEMENTARY_CHARGE / thermal * film.state.point_data["phi"].ravel()
    largest = float(np.abs(psi).max())
    for side in (1.0, -1.0):
        mirrored = Triangulation(side * film.mesh.x, film.mesh.y - film.thickness, film.mesh.triangles)
        drawn = axes.tripcolor(
            mirrored, psi, shading="gouraud", cmap="PuOr", norm=Normalize(-largest, largest), rasterized=True
        )
    axes.set(xlim=(-40.0, 40.0), ylim=(-30.0, 0.8))
    axes.set_xlabel(label("$x$", "nm"))
    axes.set_ylabel(label("$z$", "nm"))
    axes.set_aspect("equal")
    axes.figure.colorbar(drawn, ax=axes, shrink=0.7)


def draw_profiles(axes: Axes, results: StudyResults) -> None:
    """c/c0 along the radius at half a contact radius below the surface."""
    r = np.linspace(0.05, 60.0, 300)
    for colour, (name, text) in zip(LINES, SHOWN.items(), strict=False):
        film = Film(results[name])
        values = LinearTriInterpolator(film.mesh, film.relative)(r, np.full_like(r, film.thickness - 0.5 * CONTACT))
        axes.semilogy(r, values, color=colour, label=text)
    axes.axvline(CONTACT, color="0.7", linewidth=0.7)
    axes.set_xlabel(label("$r$", "nm"))
    axes.set_ylabel("$c/c_0$")
    axes.legend(loc="lower right", fontsize=6)


def draw_time(results: StudyResults) -> None:
    """Below the contact and around it while the tip presses and after."""
    member = results["in_time"]
    times, below, around = history(member)
    figure = new_figure(3.6, 2.6)
    axes = figure.subplots()
    axes.plot(times, below, color=LINES[0], label="below the contact")
    axes.plot(times, around, color=LINES[1], label="around it")
    axes.axvspan(member.case.loads["press"].times[1], member.case.loads["press"].times[2], color="0.93")
    axes.set_xlabel(label("$t$", "s"))
    axes.set_ylabel("$c/c_0$")
    axes.legend()
    print(save(figure, results.folder / "time.png"))


def draw_scan(results: StudyResults) -> None:
    """Maps of the section at three times."""
    member = results["scanned"]
    figure = new_figure(7.4, 2.2)
    panels = figure.subplots(1, 3)
    for axes, (time, text), letter in zip(panels, SCANNED.items(), "abc", strict=True):
        film, relative = scanned_state(member, time)
        drawn = draw_map(axes, film, relative, 60.0)
        axes.set_title(f"({letter}) {text}", loc="left")
    figure.colorbar(drawn, ax=panels, label="$c/c_0$", shrink=0.7)
    print(save(figure, results.folder / "scan.png"))
