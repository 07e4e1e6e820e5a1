"""Graded PZT films of one domain: strain gradient, permittivity and pyroelectric effect beside the published."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from phasefield.case.material import temperatures
from phasefield.case.misfit import film_misfit
from phasefield.case.schema import FilmMesh
from phasefield.comparison import Comparison, beside, comparison_table
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module

published = load_module(Path(__file__).with_name("published.py"))
FILMS = {
    "single": "one composition",
    "up_graded": "up-graded",
    "up_layers": "five layers",
    "down_graded": "down-graded",
}
SWEPT = {"up_small_lattice": "lattice −0.02 Å", "up_large_lattice": "lattice +0.02 Å"}
Films = Mapping[float | str, MemberResults]


def misfit(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Height (m) and misfit of the lattice against the substrate through a film."""
    case = member.case
    assert isinstance(case.mesh, FilmMesh)
    heights = np.linspace(0.0, case.mesh.thickness, 201)
    return heights, film_misfit(case, temperatures(case)[0], heights)[:, 0]


def gradient(member: MemberResults) -> float:
    """Change of the misfit through a film over the thickness (1/m)."""
    heights, strain = misfit(member)
    return float((strain[0] - strain[-1]) / (heights[-1] - heights[0]))


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned), those of the finer mesh beside them, and draw films.png."""
    films, finer = (results.along("film", accuracy=accuracy) for accuracy in ("as_is", "finer"))
    rows = [*_gradients(films), *_measured(films)]
    print(comparison_table(rows, "published", digits=4))
    print(comparison_table(beside(rows, _measured(finer)), "finer", digits=4))
    _draw(films, results.folder / "films.png")
    return rows


def _gradients(films: Films) -> list[Comparison]:
    """In closed form, from the case files alone."""
    rows = [Comparison("strain gradient, up-graded (1/m)", gradient(films["up_graded"]), published.GRADIENT, "largest")]
    swept = {name: text for name, text in SWEPT.items() if name in films}
    return rows + [Comparison(f"  the same, {text} (1/m)", gradient(films[name])) for name, text in swept.items()]


def _measured(films: Films) -> list[Comparison]:
    """Permittivities, pyroelectric coefficients and their ratios."""
    texts = FILMS | SWEPT
    rows = [row for name, member in films.items() for row in _coefficients(member, texts[str(name)])]
    if not {"single", "up_graded", "down_graded"} <= films.keys():
        return rows
    single, up, down = (films[name].final for name in ("single", "up_graded", "down_graded"))
    ratio = up["permittivity_zz"] / single["permittivity_zz"]
    rows.append(Comparison("permittivity, up-graded/one composition", ratio, published.RATIO, "at most"))
    ratio = abs(down["pyroelectric_z"] / up["pyroelectric_z"])
    measured = published.PYRO["down_graded"] / published.PYRO["up_graded"]
    return [*rows, Comparison("pyroelectric coefficient, down/up-graded", ratio, measured)]


def _coefficients(member: MemberResults, text: str) -> list[Comparison]:
    final = member.final
    pyro, primary = (1e6 * abs(final[f"{name}_z"]) for name in ("pyroelectric", "primary_pyroelectric"))
    measured = published.PYRO.get(str(member.choices["film"]))
    return [
        Comparison(f"permittivity, {text}", final["permittivity_zz"]),
        Comparison(f"pyroelectric coefficient, {text} (µC/m²K)", pyro, None if measured is None else 1e6 * measured),
        Comparison("  at constant strain, " + text, primary),
    ]


def _draw(films: Films, path: Path) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        shown = {name: text for name, text in FILMS.items() if name in films}
        for (name, text), colour in zip(shown.items(), LINES, strict=False):
            heights, strain = misfit(films[name])
            left.plot(heights * 1e9, 100.0 * strain, color=colour, label=text)
            snapshot = films[name].snapshot()
            order = np.argsort(snapshot.points[:, 2])
            right.plot(snapshot.points[order, 2], -snapshot.point_data["P"][order, 2], color=colour)
        left.set_ylabel(label("misfit", "%"))
        right.set_ylabel(label("$-P_z$", "C/m^2"))
        for axes in (left, right):
            axes.set_xlabel(label("$z$", "nm"))
        left.legend()
        print(save(figure, path))
