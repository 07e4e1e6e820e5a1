"""Vacancies and the turning of P through strained films, beside what was published of SrMnO3."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from phasefield.case.material import case_material
from phasefield.case.schema import Case, FilmMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults
from phasefield.units import BOLTZMANN

#: Turning of P (degrees) in SrMnO3: R. Guzmán and others, Nano Lett. 16, 2221 (2016), as a review quotes it.
PUBLISHED = 15.0
#: Depth (nm) of the layers at the faces that angles leave out: three times the length over which P_z recovers.
FACE = 1.0
#: Members whose misfit relaxes over different lengths.
LENGTHS = {f"l_{length}nm": f"l = {length} nm" for length in (40, 20, 10, 5, 2)}
TEXTS = {
    "l_10nm": "as in case.toml",
    "no_flexo": "without flexoelectricity",
    "reversed": "−f",
    "no_vegard": "without Vegard strain",
    "coherent": "misfit does not relax",
    "electrodes": "only electrodes screen",
    "stopped_at_450K": "vacancies stop at 450 K",
    "fewer_vacancies": "a tenth of the vacancies",
}
#: Films that take up vacancies, and their misfit in per cent.
OPEN = {"open_0": 0, "open_1": 1, "open_2": 2}


def run_of(results: StudyResults, film: str, cells: str = "usual") -> MemberResults | None:
    """The run of a film, if the study has it."""
    found = results.select(film=film, cells=cells)
    return found[0] if found else None


def found_of(results: StudyResults, names: dict[str, str], cells: str = "usual") -> dict[str, Film]:
    """Films by name, those of `names` that the study has."""
    runs = {name: run_of(results, name, cells) for name in names}
    return {name: Film(run) for name, run in runs.items() if run}


class Film:
    """Profiles through the film of a member at its end."""

    def __init__(self, member: MemberResults):
        self.member, self.case = member, member.case
        snapshot = member.snapshot()
        order = np.argsort(snapshot.points[:, 2])
        self.z = snapshot.points[order, 2]
        self.c = snapshot.point_data["c_V_O"].ravel()[order]
        self.P = snapshot.point_data["P"][order]

    def mean(self, values: np.ndarray) -> float:
        """Mean over the thickness."""
        return float(np.trapezoid(values, self.z) / np.ptp(self.z))

    @property
    def in_plane(self) -> np.ndarray:
        """Size of the part of P in the plane (C/m²)."""
        return np.asarray(np.hypot(self.P[:, 0], self.P[:, 1]))

    @property
    def angle(self) -> np.ndarray:
        """Angle of P with the plane (degrees)."""
        return np.asarray(np.degrees(np.arctan2(self.P[:, 2], self.in_plane)))

    @property
    def inside(self) -> np.ndarray:
        """Nodes away from the faces, where P_z is held at zero."""
        return np.asarray((self.z > FACE) & (self.z < self.z[-1] - FACE))

    def mean_angle(self) -> float:
        """Mean angle of P with the plane, without the faces (degrees)."""
        return float(np.trapezoid(self.angle[self.inside], self.z[self.inside]) / np.ptp(self.z[self.inside]))

    @property
    def at_top(self) -> float:
        """Angle of P with the plane 1.5 nm below the top (degrees)."""
        return float(np.interp(self.z[-1] - 1.5, self.z, self.angle))

    @property
    def contrast(self) -> float:
        """Concentration at the bottom over that at the top."""
        return float(self.c[0] / self.c[-1])

    @property
    def gradients(self) -> tuple[float, float]:
        """Gradients (1/m) of the strain in the plane, means over the thickness: by the misfit, by the vacancies."""
        volume = self.case.defects.species["V_O"].excess_volume or 0.0
        height = 1e-9 * np.ptp(self.z)
        relaxed = misfit(self.case, self.z[-1]) - misfit(self.case, self.z[0])
        return float(relaxed / height), float(-volume / 3.0 * (self.c[-1] - self.c[0]) / height)


def misfit(case: Case, z: float) -> float:
    """Misfit at a height (nm)."""
    profile = case.mechanics.misfit_profile
    assert profile is not None and profile.kind == "exponential"
    left = profile.far + (profile.bottom - profile.far) * np.exp(-1e-9 * z / profile.length)
    return float(case.mechanics.misfit["xx"] * left)


def hot_contrast(case: Case, film: Film) -> float:
    """Bottom over top of Boltzmann's law, Ω Δσ_h/kT in the stress of misfit and vacancies, at the hot temperature."""
    material = case_material(case)
    C11, C12 = material.stiffness[0, 0, 0, 0], material.stiffness[0, 0, 1, 1]
    biaxial = C11 + C12 - 2.0 * C12**2 / C11
    volume = case.defects.species["V_O"].excess_volume or 0.0
    strain = [misfit(case, z) - volume / 3.0 * c for z, c in ((film.z[0], film.c[0]), (film.z[-1], film.c[-1]))]
    hot = case.loads["cooling"].values[0]
    sites = case.defects.species["V_O"].site_density
    exponent = volume * 2.0 / 3.0 * biaxial * (strain[0] - strain[1]) / (BOLTZMANN * hot)
    free = (sites - film.c[0]) / (sites - film.c[-1])
    return float(np.exp(exponent) * free)


def films(results: StudyResults) -> str:
    """Table of all films that were cooled."""
    head = "".join(f"{name:>{width}}" for name, (width, _) in COLUMNS.items())
    lines = ["gradients in 1/m, P in C/m², angles with the plane in degrees; change of any on finer cells"]
    lines.append(f"{'':26}{head}{'change':>9}")
    finer = found_of(results, LENGTHS | TEXTS, "fine")
    for name, film in found_of(results, LENGTHS | TEXTS).items():
        values = numbers(film)
        shown = "".join(f"{v:{width}{digits}}" for v, (width, digits) in zip(values, COLUMNS.values(), strict=True))
        change = f"{largest_change(values, numbers(finer[name])):7.2f} %" if name in finer else ""
        lines.append(f"{(LENGTHS | TEXTS)[name]:26}{shown}{change}")
    return "\n".join(lines)


#: What the table shows of a film, with the width and the digits of the column.
COLUMNS = {
    "bottom/top": (11, ".3f"),
    "misfit": (12, ".2e"),
    "Vegard": (12, ".2e"),
    "|P| bottom": (12, ".4f"),
    "|P| top": (9, ".4f"),
    "mean P_z": (11, ".5f"),
    "angle": (8, ".2f"),
    "at top": (8, ".2f"),
}


def numbers(film: Film) -> list[float]:
    """The columns of the table for a film."""
    ends = [float(film.in_plane[0]), float(film.in_plane[-1])]
    return [film.contrast, *film.gradients, *ends, film.mean(film.P[:, 2]), film.mean_angle(), film.at_top]


def largest_change(values: list[float], others: list[float]) -> float:
    """Largest relative difference (per cent) of numbers that are not zero."""
    return max(100.0 * abs(v / o - 1.0) for v, o in zip(values, others, strict=True) if abs(o) > 1e-6)


def published(results: StudyResults) -> list[Comparison]:
    """The angle beside the published one, and what closed forms say."""
    films_of = found_of(results, LENGTHS | TEXTS)
    film = films_of["l_10nm"]
    rows = [
        Comparison("mean turning of P out of the plane (°)", abs(film.mean_angle()), PUBLISHED, "SrMnO3"),
        Comparison("vacancies, bottom/top", film.contrast, hot_contrast(film.case, film), "Boltzmann at 600 K"),
    ]
    if other := films_of.get("reversed"):
        rows.append(Comparison("mean angle, −f (°)", other.mean_angle(), -film.mean_angle(), "the other way"))
    steepest = films_of.get("l_2nm")
    if steepest:
        needed = abs(sum(steepest.gradients)) * PUBLISHED / abs(steepest.mean_angle())
        rows.append(Comparison("strain gradient for 15° by proportion (1/m)", needed))
    return rows


def uptake(results: StudyResults) -> list[Comparison]:
    """Vacancies of films beside oxygen at 600 K, beside exp(Ω σ_h/kT) of their own stress."""
    rows = []
    for name, per_cent in results.present(OPEN).items():
        member = results[name]
        film = Film(member)
        case, c = member.case, film.mean(film.c)
        spec = case.defects.species["V_O"]
        material = case_material(case)
        C11, C12 = material.stiffness[0, 0, 0, 0], material.stiffness[0, 0, 1, 1]
        volume, sites = spec.excess_volume or 0.0, spec.site_density
        stress = (C11 + C12 - 2.0 * C12**2 / C11) * (case.mechanics.misfit["xx"] - volume / 3.0 * c)
        thermal = BOLTZMANN * material.temperature
        value = spec.boundary[0].value
        assert value is not None
        ratio = np.exp((value + volume * 2.0 / 3.0 * stress) / thermal)
        text = f"vacancies at 600 K, misfit {per_cent} % (1e26/m³)"
        rows.append(Comparison(text, 1e-26 * c, 1e-26 * sites * float(ratio / (1.0 + ratio)), "closed form"))
    return rows


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the tables, draw films.png, and return the numbers beside their references."""
    print(films(results) + "\n")
    rows = [*published(results), *uptake(results)]
    print(comparison_table(rows, "reference", digits=4))
    _draw(results)
    return rows


def _draw(results: StudyResults) -> None:
    texts = LENGTHS | {name: TEXTS[name] for name in ("no_vegard", "reversed")}
    chosen = found_of(results, texts)
    with style():
        figure = new_figure(7.2, 2.6)
        panels = figure.subplots(1, 3)
        quantities = (
            (lambda f: 1e-26 * f.c, label("$c$", "10$^{26}$/m³")),
            (lambda f: f.in_plane, label("$P$ in the plane", "C/m^2")),
            (lambda f: f.angle, label("angle with the plane", "°")),
        )
        for axes, (value, text), letter in zip(panels, quantities, "abc", strict=True):
            _draw_profiles(axes, {texts[name]: film for name, film in chosen.items()}, value)
            axes.set_xlabel(label("$z$", "nm"))
            axes.set_ylabel(text)
            mark_panel(axes, letter)
        panels[0].legend(fontsize=6)
        print(save(figure, results.folder / "films.png"))


def _draw_profiles(axes: Axes, found: dict[str, Film], value) -> None:  # type: ignore[no-untyped-def]
    for colour, (text, film) in zip(LINES, found.items(), strict=False):
        assert isinstance(film.case.mesh, FilmMesh)
        axes.plot(film.z, value(film), color=colour, label=text, linestyle="--" if text == TEXTS["reversed"] else "-")
