"""Loops of the up-graded PZT film: how much of the published field flexocoupling, free charge and electrodes make."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from phasefield.case.material import Ferroelectric, case_material, temperatures
from phasefield.case.schema import LinearProfile
from phasefield.comparison import Comparison, beside, comparison_table
from phasefield.flexocoupling import biaxial
from phasefield.measure import analyse_loop, branch_imprint
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module
from phasefield.units import ELEMENTARY_CHARGE

published = load_module(Path(__file__).with_name("published.py"))
#: Part of the remanence at which the branches of loops are compared: smooth, and far from the jumps.
LEVEL = 0.95
FLEXOCOUPLINGS = {"stable": "stable f", "first_principles": "first principles", "needed": "what 200 kV/cm need"}
#: Loops with the stable f and something else that shifts them.
OTHERS = {"charged": "stable f, free charge", "screened": "stable f, screened over 0.05 nm"}
Loops = Mapping[float | str, MemberResults]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned), those of the finer mesh and steps beside them, and draw loops.png."""
    loops, finer = (results.along("loop", accuracy=accuracy) for accuracy in ("as_is", "finer"))
    rows = _rows(loops)
    print(comparison_table(rows, "published", digits=4))
    print(comparison_table(beside(rows, _rows(finer)), "finer", digits=4))
    _draw(loops, results.folder / "loops.png")
    return rows


def effective(member: MemberResults) -> float:
    """Field per gradient of strains along x and y (V) in a film that is free along z."""
    material = case_material(member.case)
    assert material.flexo is not None
    return biaxial(material.flexo, material.stiffness)


def loop(member: MemberResults) -> tuple[np.ndarray, np.ndarray]:
    """Applied field (V/m) and P_z (C/m²) of a loop."""
    field, P = (member.observables[name][1:] for name in ("load_field", "mean_P_z"))
    return field, P


def imprint(member: MemberResults) -> float:
    """Shift of the branches of a loop (V/m)."""
    field, P = loop(member)
    return branch_imprint(field, P, LEVEL * analyse_loop(field, P).remanence)


def _rows(loops: Loops) -> list[Comparison]:
    rows = [
        row for name, text in (FLEXOCOUPLINGS | OTHERS).items() if name in loops for row in _loop(loops[name], text)
    ]
    if {"stable", "charged"} <= loops.keys():
        rows.append(_charge(loops["stable"], loops["charged"]))
    return rows


def _loop(member: MemberResults, text: str) -> list[Comparison]:
    """Mean flexoelectric field with the field off, and imprint of the loop."""
    inside = float(member.observables["mean_E_flexo_z"][1])
    source = f"f_eff = {effective(member):.3g} V"
    return [
        Comparison(f"internal field, {text} (kV/cm)", abs(inside) / 1e5, published.FIELD / 1e5, source),
        Comparison(f"imprint of the loop, {text} (kV/cm)", abs(imprint(member)) / 1e5, published.FIELD / 1e5),
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


def _draw(loops: Loops, path: Path) -> None:
    with style():
        figure = new_figure(6.5, 2.6)
        left, right = figure.subplots(1, 2)
        found = []
        shown = {name: text for name, text in FLEXOCOUPLINGS.items() if name in loops}
        for (name, text), colour in zip(shown.items(), LINES, strict=False):
            field, P = loop(loops[name])
            left.plot(field / 1e6, P, color=colour, label=text)
            found.append((abs(effective(loops[name])), abs(imprint(loops[name])) / 1e5))
            right.plot(*found[-1], "o", color=colour)
        if "charged" in loops:
            field, P = loop(loops["charged"])
            left.plot(field / 1e6, P, "--", color="0.4", label=OTHERS["charged"])
        slope = found[0][1] / found[0][0]
        ends = np.array([0.0, 1.1 * max(f for f, _ in found)])
        right.plot(ends, slope * ends, color="0.6", zorder=0)
        right.axhline(published.FIELD / 1e5, color="0.6", linestyle=":")
        left.set_xlabel(label("$E$", "MV/m"))
        left.set_ylabel(label(r"$\langle P_z \rangle$", "C/m^2"))
        left.legend(loc="center", fontsize=7)
        right.set_xlabel(label(r"$|f_\mathrm{eff}|$", "V"))
        right.set_ylabel(label("imprint", "kV/cm"))
        print(save(figure, path))
