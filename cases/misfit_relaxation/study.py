"""Imprint of films whose misfit relaxes, beside the mean flexoelectric field of the relaxation."""

from __future__ import annotations

import numpy as np

from phasefield.case import Case
from phasefield.case.material import case_material
from phasefield.case.schema import FilmMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.measure import analyse_loop, branch_imprint
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import StudyResults

#: Part of the remanence at which the branches are compared: smooth, and far from the jumps.
LEVEL = 0.95


def mean_field(case: Case, length: float) -> float:
    """Thickness average f_eff (ε(h) − ε(0))/h of the flexoelectric field (V/m) of ε(z) = ε0 exp(−z/length).

    f_eff = 2 [f12 − (C12/C11) f11] for a strain along x and y in a film that is free along z.
    """
    material = case_material(case)
    assert material.flexo is not None
    C11, C12 = material.stiffness[0, 0, 0, 0], material.stiffness[0, 0, 1, 1]
    effective = 2.0 * (material.flexo[0, 0, 1, 1] - C12 / C11 * material.flexo[0, 0, 0, 0])
    assert isinstance(case.mesh, FilmMesh)
    change = case.mechanics.misfit["xx"] * np.expm1(-case.mesh.thickness / length)
    return float(effective * change / case.mesh.thickness)


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the imprint of each loop (MV/m, returned) beside minus the mean field, and draw imprint.png."""
    rows, points = [], []
    for member in results:
        field, P = (member.observables[name][1:] for name in ("mean_E_z", "mean_P_z"))
        loop = analyse_loop(field, P)
        imprint = branch_imprint(field, P, LEVEL * loop.remanence)
        length = float(member.choices["length"])
        expected = -mean_field(member.case, length)
        name = f"l = {length * 1e9:.0f} nm, f {member.choices['sign']}: imprint (MV/m)"
        coercive = f"coercive field {loop.coercive_field / 1e6:.1f} ± {loop.half_steps[0] / 1e6:.2g} MV/m"
        rows.append(Comparison(name, imprint / 1e6, expected / 1e6, coercive))
        points.append((length * 1e9, imprint / 1e6))
    print(comparison_table(rows, "formula", digits=4))
    _draw(np.array(points), results)
    return rows


def _draw(points: np.ndarray, results: StudyResults) -> None:
    lengths = np.linspace(3.0, 45.0, 100)
    cases = {member.choices["sign"]: member.case for member in results}
    with style():
        figure = new_figure(3.6, 2.8)
        axes = figure.subplots()
        for case in cases.values():
            axes.plot(lengths, [-mean_field(case, 1e-9 * length) / 1e6 for length in lengths], color="0.5")
        axes.plot(*points.T, "o", color=LINES[0], label="from the loops")
        axes.plot([], [], color="0.5", label="minus the mean field")
        axes.set_xlabel(label("relaxation length", "nm"))
        axes.set_ylabel(label("imprint", "MV/m"))
        axes.legend(loc="center")
        print(save(figure, results.folder / "imprint.png"))
