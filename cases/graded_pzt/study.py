"""Graded PZT films: how much of the published field, permittivity and pyroelectric effect a single domain has."""

from __future__ import annotations

import numpy as np

from phasefield.case.material import Ferroelectric, case_material
from phasefield.case.profiles import profile
from phasefield.case.schema import FilmMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.measure import analyse_loop, branch_imprint
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Published for films like these, see README.md: strain gradient (1/m), internal field (V/m), pyroelectric
#: coefficients (C/m²K), largest ratio of the permittivities of the up-graded film and that of one composition.
GRADIENT, FIELD, RATIO = 4.3e5, 200e5, 0.5
PYRO = {"single": 229e-6, "up_graded": 229e-6, "down_graded": 185e-6}
#: Part of the remanence at which the branches of loops are compared: smooth, and far from the jumps.
LEVEL = 0.95
LOOPS = {"loop_stable": "stable f", "loop_first_principles": "first principles", "loop_needed": "what 200 kV/cm need"}
FILMS = {
    "single": "one composition",
    "up_graded": "up-graded",
    "up_layers": "five layers",
    "down_graded": "down-graded",
}
SWEPT = {"up_small_lattice": "lattice −0.02 Å", "up_large_lattice": "lattice +0.02 Å"}


def misfit(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Height (m) and misfit of the lattice against the substrate through a film."""
    case = member.case
    assert isinstance(case.mesh, FilmMesh) and case.mechanics.reference_lattice is not None
    edges = np.linspace(0.0, case.mesh.thickness, 201)
    heights = 0.5 * (edges[1:] + edges[:-1])
    grading, left = case.material.grading, case.mechanics.misfit_profile
    x = profile(grading, case.mesh.thickness)(heights) if grading else np.full(200, case.material.composition)
    lattice = [Ferroelectric.of(case).lattice_parameter(300.0, float(value)) for value in x]
    part = profile(left, case.mesh.thickness)(heights) if left else 1.0
    return heights, part * (case.mechanics.reference_lattice / np.array(lattice) - 1.0)


def gradient(member: MemberResults) -> float:
    """Change of the misfit through a film over the thickness (1/m)."""
    heights, strain = misfit(member)
    return float((strain[0] - strain[-1]) / (heights[-1] - heights[0]))


def effective(member: MemberResults) -> float:
    """f_eff = 2 [f12 − (C12/C11) f11] (V) for strains along x and y in a film that is free along z."""
    material = case_material(member.case)
    assert material.flexo is not None
    ratio = material.stiffness[0, 0, 1, 1] / material.stiffness[0, 0, 0, 0]
    return float(2.0 * (material.flexo[0, 0, 1, 1] - ratio * material.flexo[0, 0, 0, 0]))


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw films.png and loops.png."""
    rows = [
        Comparison("strain gradient, up-graded (1/m)", gradient(results["up_graded"]), GRADIENT, "largest reported")
    ]
    rows += [
        Comparison(f"  the same, {text} (1/m)", gradient(results[name]))
        for name, text in _present(SWEPT, results).items()
    ]
    for name, text in _present(LOOPS, results).items():
        rows += _loop(results[name], text)
    for name, text in _present(FILMS | SWEPT, results).items():
        rows += _coefficients(results[name], text)
    up, single, down = (results[name].final for name in ("up_graded", "single", "down_graded"))
    rows.append(
        Comparison(
            "permittivity, up-graded/single", up["permittivity_zz"] / single["permittivity_zz"], RATIO, "at most"
        )
    )
    ratio = down["pyroelectric_z"] / up["pyroelectric_z"]
    rows.append(Comparison("pyroelectric coefficient, down/up-graded", abs(ratio), 185 / 229, "published"))
    print(comparison_table(rows, "published", digits=4))
    _draw_films(results)
    _draw_loops(results)
    return rows


def _present(names: dict[str, str], results: StudyResults) -> dict[str, str]:
    """Those of the names that the study was not told to leave out."""
    members = {member.name for member in results}
    return {name: text for name, text in names.items() if name in members}


def _loop(member: MemberResults, text: str) -> list[Comparison]:
    """Mean flexoelectric field with the field off, and imprint of the loop."""
    field, P = (member.observables[name][1:] for name in ("mean_E_z", "mean_P_z"))
    inside = float(member.observables["mean_E_flexo_z"][1])
    imprint = branch_imprint(field, P, LEVEL * analyse_loop(field, P).remanence)
    source = f"f_eff = {effective(member):.3g} V"
    return [
        Comparison(f"internal field, {text} (kV/cm)", abs(inside) / 1e5, FIELD / 1e5, source),
        Comparison(f"imprint of the loop, {text} (kV/cm)", abs(imprint) / 1e5, FIELD / 1e5, source),
    ]


def _coefficients(member: MemberResults, text: str) -> list[Comparison]:
    final = member.final
    pyro, primary = (1e6 * abs(final[f"{name}_z"]) for name in ("pyroelectric", "primary_pyroelectric"))
    published = PYRO.get(member.name)
    return [
        Comparison(f"permittivity, {text}", final["permittivity_zz"]),
        Comparison(
            f"pyroelectric coefficient, {text} (µC/m²K)",
            pyro,
            None if published is None else 1e6 * published,
            f"{primary:.0f} of it at constant strain",
        ),
    ]


def _draw_films(results: StudyResults) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        for (name, text), colour in zip(_present(FILMS, results).items(), LINES, strict=False):
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


def _draw_loops(results: StudyResults) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        found = []
        for (name, text), colour in zip(_present(LOOPS, results).items(), LINES, strict=False):
            field, P = (results[name].observables[column][1:] for column in ("mean_E_z", "mean_P_z"))
            left.plot(field / 1e6, P, color=colour, label=text)
            imprint = branch_imprint(field, P, LEVEL * analyse_loop(field, P).remanence)
            found.append((abs(effective(results[name])), abs(imprint) / 1e5))
            right.plot(*found[-1], "o", color=colour)
        slope = found[0][1] / found[0][0]
        ends = np.array([0.0, 1.1 * max(f for f, _ in found)])
        right.plot(ends, slope * ends, color="0.6", zorder=0)
        right.axhline(FIELD / 1e5, color="0.6", linestyle=":")
        left.set_xlabel(label("$E$", "MV/m"))
        left.set_ylabel(label(r"$\langle P_z \rangle$", "C/m^2"))
        left.legend(loc="center", fontsize=7)
        right.set_xlabel(label(r"$|f_\mathrm{eff}|$", "V"))
        right.set_ylabel(label("imprint", "kV/cm"))
        print(save(figure, results.folder / "loops.png"))
