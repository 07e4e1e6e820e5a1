"""Graded PZT films: how much of the published field, permittivity and pyroelectric effect a single domain has."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phasefield.case.material import Ferroelectric, case_material, temperatures
from phasefield.case.misfit import film_misfit
from phasefield.case.schema import FilmMesh, LinearProfile
from phasefield.comparison import Comparison, comparison_table
from phasefield.flexocoupling import biaxial
from phasefield.measure import analyse_loop, branch_imprint
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module
from phasefield.units import ELEMENTARY_CHARGE

published = load_module(Path(__file__).with_name("published.py"))
#: Part of the remanence at which the branches of loops are compared: smooth, and far from the jumps.
LEVEL = 0.95
LOOPS = {"loop_stable": "stable f", "loop_first_principles": "first principles", "loop_needed": "what 200 kV/cm need"}
FILMS = {
    "single": "one composition",
    "up_graded": "up-graded",
    "up_layers": "five layers",
    "down_graded": "down-graded",
}
#: Loops with the stable f and something else that shifts them.
OTHERS = {
    "loop_charged": "stable f, free charge",
    "loop_screened": "stable f, screened over 0.05 nm",
    "loop_stable_finer": "stable f, finer",
}
FINER = {"up_graded_finer": "up-graded, finer", "down_graded_finer": "down-graded, finer"}
SWEPT = {"up_small_lattice": "lattice −0.02 Å", "up_large_lattice": "lattice +0.02 Å"}


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


def effective(member: MemberResults) -> float:
    """Field per gradient of strains along x and y (V) in a film that is free along z."""
    material = case_material(member.case)
    assert material.flexo is not None
    return biaxial(material.flexo, material.stiffness)


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) and draw films.png and loops.png."""
    steepest = gradient(results["up_graded"])
    rows = [Comparison("strain gradient, up-graded (1/m)", steepest, published.GRADIENT, "largest reported")]
    rows += [
        Comparison(f"  the same, {text} (1/m)", gradient(results[name]))
        for name, text in results.present(SWEPT).items()
    ]
    for name, text in results.present(LOOPS | OTHERS).items():
        rows += _loop(results[name], text)
    if "loop_charged" in results:
        rows.append(_charge(results["loop_stable"], results["loop_charged"]))
    for name, text in results.present(FILMS | SWEPT | FINER).items():
        rows += _coefficients(results[name], text)
    up, single, down = (results[name].final for name in ("up_graded", "single", "down_graded"))
    ratio = up["permittivity_zz"] / single["permittivity_zz"]
    rows.append(Comparison("permittivity, up-graded/single", ratio, published.RATIO, "at most"))
    ratio = down["pyroelectric_z"] / up["pyroelectric_z"]
    rows.append(Comparison("pyroelectric coefficient, down/up-graded", abs(ratio), 185 / 229, "published"))
    print(comparison_table(rows, "published", digits=4))
    _draw_films(results)
    _draw_loops(results)
    return rows


def loop(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Applied field (V/m) and P_z (C/m²) of a loop."""
    field, P = (member.observables[name][1:] for name in ("load_field", "mean_P_z"))
    return field, P


def imprint(member: MemberResults) -> float:
    """Shift of the branches of a loop (V/m)."""
    field, P = loop(member)
    return branch_imprint(field, P, LEVEL * analyse_loop(field, P).remanence)


def _loop(member: MemberResults, text: str) -> list[Comparison]:
    """Mean flexoelectric field with the field off, and imprint of the loop."""
    inside = float(member.observables["mean_E_flexo_z"][1])
    source = f"f_eff = {effective(member):.3g} V"
    whole = analyse_loop(*loop(member))
    jumps = f"{whole.imprint / 1e5:.0f} ± {whole.half_steps[0] / 1e5:.0f} at the jumps"
    return [
        Comparison(f"internal field, {text} (kV/cm)", abs(inside) / 1e5, published.FIELD / 1e5, source),
        Comparison(f"imprint of the loop, {text} (kV/cm)", abs(imprint(member)) / 1e5, published.FIELD / 1e5, jumps),
    ]


def _charge(without: MemberResults, charged: MemberResults) -> Comparison:
    """Density of free charge at which the imprint is the published field, in proportion."""
    spec = charged.case.electrostatics.space_charge
    assert isinstance(spec, LinearProfile)
    share = (published.FIELD - abs(imprint(without))) / (abs(imprint(charged)) - abs(imprint(without)))
    density = share * spec.bottom
    lattice = Ferroelectric.of(charged.case).lattice_parameter(temperatures(charged.case)[0], 0.5)
    number = density / ELEMENTARY_CHARGE
    electrons = f"{1e-6 * number:.2g} elementary charges per cm³, {number * lattice**3:.1e} per cell"
    return Comparison("free charge for the published field (C/m³)", density, None, electrons)


def _coefficients(member: MemberResults, text: str) -> list[Comparison]:
    final = member.final
    pyro, primary = (1e6 * abs(final[f"{name}_z"]) for name in ("pyroelectric", "primary_pyroelectric"))
    measured = published.PYRO.get(member.name)
    return [
        Comparison(f"permittivity, {text}", final["permittivity_zz"]),
        Comparison(
            f"pyroelectric coefficient, {text} (µC/m²K)",
            pyro,
            None if measured is None else 1e6 * measured,
            f"{primary:.0f} of it at constant strain",
        ),
    ]


def _draw_films(results: StudyResults) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        for (name, text), colour in zip(results.present(FILMS).items(), LINES, strict=False):
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
        for (name, text), colour in zip(results.present(LOOPS).items(), LINES, strict=False):
            field, P = loop(results[name])
            left.plot(field / 1e6, P, color=colour, label=text)
            found.append((abs(effective(results[name])), abs(imprint(results[name])) / 1e5))
            right.plot(*found[-1], "o", color=colour)
        for name, text in results.present({"loop_charged": OTHERS["loop_charged"]}).items():
            field, P = loop(results[name])
            left.plot(field / 1e6, P, "--", color="0.4", label=text)
        slope = found[0][1] / found[0][0]
        ends = np.array([0.0, 1.1 * max(f for f, _ in found)])
        right.plot(ends, slope * ends, color="0.6", zorder=0)
        right.axhline(published.FIELD / 1e5, color="0.6", linestyle=":")
        left.set_xlabel(label("$E$", "MV/m"))
        left.set_ylabel(label(r"$\langle P_z \rangle$", "C/m^2"))
        left.legend(loc="center", fontsize=7)
        right.set_xlabel(label(r"$|f_\mathrm{eff}|$", "V"))
        right.set_ylabel(label("imprint", "kV/cm"))
        print(save(figure, results.folder / "loops.png"))
