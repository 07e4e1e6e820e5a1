"""Graded PZT films: how much of the published field, permittivity and pyroelectric effect a single domain has."""

from __future__ import annotations

import numpy as np

from phasefield.case.material import Ferroelectric
from phasefield.case.profiles import profile
from phasefield.case.schema import FilmMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.measure import permittivity, primary_pyroelectric, pyroelectric
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.simulation import Simulation
from phasefield.study import MemberResults, StudyResults

#: Published for films like these, see README.md: strain gradient (1/m), internal field (V/m), pyroelectric
#: coefficients (C/m²K) of one composition and up-graded, largest ratio of their permittivities.
GRADIENT, FIELD, PYRO, RATIO = 4.3e5, 200e5, {"single": 229e-6, "up_graded": 229e-6}, 0.5


def misfit(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Height (m) and misfit of the lattice against the substrate through a film."""
    case = member.case
    assert isinstance(case.mesh, FilmMesh) and case.mechanics.reference_lattice is not None
    heights = np.linspace(0.0, case.mesh.thickness, 201)
    grading = case.material.grading
    x = profile(grading, case.mesh.thickness)(heights[:-1]) if grading else np.full(200, case.material.composition)
    lattice = [Ferroelectric.of(case).lattice_parameter(300.0, float(value)) for value in x]
    return 0.5 * (heights[1:] + heights[:-1]), case.mechanics.reference_lattice / np.array(lattice) - 1.0


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw films.png."""
    heights, strain = misfit(results["up_graded"])
    gradient = float((strain[0] - strain[-1]) / (heights[-1] - heights[0]))
    rows = [Comparison("strain gradient, up-graded (1/m)", gradient, GRADIENT, "largest reported")]
    for name in ("up_graded", "up_graded_first_principles"):
        field = abs(results[name].final["mean_E_flexo_z"])
        rows.append(Comparison(f"internal field, {name} (kV/cm)", field / 1e5, FIELD / 1e5, "shift of the loop"))
    relative = {}
    for name in ("single", "up_graded", "up_layers"):
        simulation = Simulation(results[name].case)
        simulation.run()
        relative[name] = float(permittivity(simulation)[2, 2])
        primary = abs(float(primary_pyroelectric(simulation)[2])) * 1e6
        rows.append(Comparison(f"permittivity, {name}", relative[name]))
        rows.append(
            Comparison(
                f"pyroelectric coefficient, {name} (µC/m²K)",
                abs(float(pyroelectric(simulation)[2])) * 1e6,
                PYRO[name] * 1e6 if name in PYRO else None,
                f"{primary:.0f} of it at constant strain",
            )
        )
    ratio = relative["up_graded"] / relative["single"]
    rows.append(Comparison("permittivity, up_graded / single", ratio, RATIO, "at most"))
    print(comparison_table(rows, "published", digits=4))
    _draw(results)
    return rows


def _draw(results: StudyResults) -> None:
    names = {"single": "one composition", "up_graded": "up-graded", "up_layers": "five layers"}
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        for (name, text), colour in zip(names.items(), LINES, strict=False):
            heights, strain = misfit(results[name])
            left.plot(heights * 1e9, 100.0 * strain, color=colour, label=text)
            snapshot = results[name].snapshot()
            order = np.argsort(snapshot.points[:, 2])
            right.plot(snapshot.points[order, 2], -snapshot.point_data["P"][order, 2], color=colour)
        left.set_ylabel(label("misfit", "%"))
        right.set_ylabel(label("$-P_z$", "C/m^2"))
        for axes in (left, right):
            axes.set_xlabel(label("$z$", "nm"))
        left.legend()
        print(save(figure, results.folder / "films.png"))
