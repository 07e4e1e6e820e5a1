"""Imprint of films whose misfit relaxes, beside the mean flexoelectric field of the relaxation."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from phasefield.case import Case
from phasefield.case.material import case_material, temperatures
from phasefield.case.misfit import film_misfit
from phasefield.case.schema import ExponentialProfile, FilmMesh
from phasefield.comparison import Comparison, beside, comparison_table
from phasefield.flexocoupling import biaxial
from phasefield.measure import Loop, analyse_loop, branch_imprint
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults

#: Part of the remanence at which the branches are compared: smooth, and far from the jumps.
LEVEL = 0.95


def mean_field(case: Case, relaxation: ExponentialProfile | None = None) -> float:
    """Thickness average (V/m) of the flexoelectric field of the misfit in a film that is free along z.

    It is f_eff (ε(h) − ε(0))/h, with the relaxation of the case or another one.
    """
    if relaxation is not None:
        mechanics = case.mechanics.model_copy(update={"misfit_profile": relaxation})
        case = case.model_copy(update={"mechanics": mechanics})
    material = case_material(case)
    assert material.flexo is not None and isinstance(case.mesh, FilmMesh)
    thickness = case.mesh.thickness
    below, above = film_misfit(case, temperatures(case)[0], np.array([0.0, thickness]))[:, 0]
    return float(biaxial(material.flexo, material.stiffness) * (above - below) / thickness)


def analyse(results: StudyResults) -> list[Comparison]:
    """Print what the loops say beside the mean field (returned) and on a finer mesh, and draw imprint.png."""
    loops, finer = ([member for member in results if bool(member.choices) is coarse] for coarse in (True, False))
    rows = [row for member in loops for row in _rows(member)]
    print(comparison_table(rows, "formula", digits=4))
    print(comparison_table(beside(rows, [row for member in finer for row in _rows(member)]), "finer", digits=4))
    _draw(loops, results.folder / "imprint.png")
    return rows


def _loop(member: MemberResults) -> tuple[Loop, float]:
    """The loop, and its imprint (V/m) from its branches."""
    field, P = (member.observables[name][1:] for name in ("mean_E_z", "mean_P_z"))
    loop = analyse_loop(field, P)
    return loop, branch_imprint(field, P, LEVEL * loop.remanence)


def _rows(member: MemberResults) -> list[Comparison]:
    """Imprint beside minus the mean field; coercive field; mean field at the end, where the applied one is largest."""
    loop, imprint = _loop(member)
    mean = mean_field(member.case) / 1e6
    of = f"l = {1e9 * _relaxation(member.case).length:.0f} nm, f {member.choices.get('sign', 'plus')}"
    half_step = f"± {loop.half_steps[0] / 1e6:.2g}"
    return [
        Comparison(f"{of}: imprint (MV/m)", imprint / 1e6, -mean),
        Comparison(f"{of}: coercive field (MV/m)", loop.coercive_field / 1e6, None, half_step),
        Comparison(f"{of}: mean flexoelectric field at the end (MV/m)", member.final["mean_E_flexo_z"] / 1e6, mean),
    ]


def _relaxation(case: Case) -> ExponentialProfile:
    profile = case.mechanics.misfit_profile
    assert isinstance(profile, ExponentialProfile)
    return profile


def _draw(loops: list[MemberResults], path: Path) -> None:
    lengths = np.linspace(3.0, 45.0, 100)
    points = [(1e9 * _relaxation(member.case).length, _loop(member)[1] / 1e6) for member in loops]
    cases = {member.choices["sign"]: member.case for member in loops}
    with style():
        figure = new_figure(3.6, 2.8)
        axes = figure.subplots()
        for case in cases.values():
            relaxations = [_relaxation(case).model_copy(update={"length": 1e-9 * length}) for length in lengths]
            axes.plot(lengths, [-mean_field(case, relaxation) / 1e6 for relaxation in relaxations], color="0.5")
        axes.plot(*np.array(points).T, "o", color=LINES[0], label="from the loops")
        axes.plot([], [], color="0.5", label="minus the mean field")
        axes.set_xlabel(label("relaxation length", "nm"))
        axes.set_ylabel(label("imprint", "MV/m"))
        axes.legend(loc="center")
        print(save(figure, path))
