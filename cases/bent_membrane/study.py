"""Bent membranes of SrTiO3 and BaTiO3: polarization and open-circuit voltage over curvature, for the three forms."""

from __future__ import annotations

import numpy as np

from phasefield.case import Case
from phasefield.case.layout import lengths_of
from phasefield.case.material import case_material
from phasefield.comparison import Comparison, comparison_table
from phasefield.flexocoupling import bending
from phasefield.physics.flexoelectricity import FORMS
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.study import StudyResults
from phasefield.units import EPSILON_0

MEMBRANES = ("SrTiO3", "BaTiO3")


def effective_coefficient(case: Case) -> float:
    """f_eff (V) of a plate bent to a cylinder."""
    material = case_material(case)
    assert material.flexo is not None
    return bending.plate(material.flexo, material.stiffness)


def susceptibility(results: StudyResults, name: str) -> float:
    """∂P/∂E (F/m) of the flat membrane."""
    minus, plus = (results[f"{name}_flat_{sign}"].final for sign in ("minus", "plus"))
    return (plus["mean_P_z"] - minus["mean_P_z"]) / (plus["mean_E_z"] - minus["mean_E_z"])


def curve(results: StudyResults, name: str, form: str) -> tuple[np.ndarray, np.ndarray]:
    """Curvatures (1/m) and mean polarizations (C/m²)."""
    members = results.select(membrane=name, form=form)
    return np.array([m.choices["curvature"] for m in members]), np.array([m.final["mean_P_z"] for m in members])


def polarization(results: StudyResults, name: str, form: str) -> Comparison:
    """dP/dκ (nC/m), computed and θ f_eff χ."""
    kappa, P = curve(results, name, form)
    f_eff = effective_coefficient(results.select(membrane=name, form=form)[0].case)
    exact = FORMS[form] * f_eff * susceptibility(results, name)
    slope = (P[-1] - P[0]) / (kappa[-1] - kappa[0])
    return Comparison(f"{name}, {form}: dP/dκ (nC/m)", 1e9 * slope, 1e9 * exact)


def linearity(results: StudyResults, name: str, form: str) -> Comparison:
    """Odd part of P at the largest curvature over that at half of it: 2 if P is linear in 1/R."""
    _, P = curve(results, name, form)
    return Comparison(f"{name}, {form}: odd part of P, 0.1 over 0.05 μm⁻¹", (P[3] - P[0]) / (P[2] - P[1]), 2.0)


def voltage(results: StudyResults, form: str) -> Comparison:
    """Voltage per curvature of SrTiO3 without an upper electrode (nV m), computed and θ f_eff h χ/(χ + ε0 ε_b)."""
    member = results[f"open_{form.replace(' ', '_')}"]
    case = member.case
    thickness = lengths_of(case.mesh)[0]
    background = EPSILON_0 * case_material(case).background_permittivity
    chi = susceptibility(results, "SrTiO3")
    found = -member.final["mean_E_z"] * thickness / case.mechanics.curvature["xx"]
    exact = FORMS[form] * effective_coefficient(case) * thickness * chi / (chi + background)
    return Comparison(f"SrTiO3, {form}: V/κ (nV m), open circuit", 1e9 * found, 1e9 * exact)


def analyse(results: StudyResults) -> list[Comparison]:
    """Print slopes, voltages and linearity (returned) beside their closed forms, and draw membranes.png."""
    rows = [polarization(results, name, form) for name in MEMBRANES for form in FORMS]
    rows += [voltage(results, form) for form in FORMS]
    rows += [linearity(results, name, "strain gradient") for name in MEMBRANES]
    print(comparison_table(rows, "closed form"))
    _draw(results)
    return rows


def _draw(results: StudyResults) -> None:
    with style():
        figure = new_figure(6.4, 2.6)
        panels = figure.subplots(1, len(MEMBRANES), squeeze=False).ravel()
        for axes, name, letter in zip(panels, MEMBRANES, "ab", strict=True):
            for form, colour in zip(FORMS, LINES, strict=False):
                kappa, P = curve(results, name, form)
                axes.plot(1e-6 * kappa, 1e3 * (P - P.mean()), "o-", color=colour, label=form)
            axes.set_title(name)
            axes.set_xlabel(label("$1/R$", "1/μm"))
            axes.set_ylabel(label("$P - P_0$", "mC/m^2"))
            mark_panel(axes, letter)
        panels[0].legend()
        print(save(figure, results.folder / "membranes.png"))
