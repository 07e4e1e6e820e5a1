"""Polarization across a bent plate in the forms of flexocoupling: forms.png."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from phasefield.case import load_case
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.simulation import Simulation
from phasefield.units import EPSILON_0

#: A linear dielectric whose polarization changes over nanometres, so that its surface layers can be seen.
STIFFNESS, GRADIENT, F12, CURVATURE, THICKNESS = 1.0 / (300.0 * EPSILON_0), 1e-8, 2.0, 1e6, 40e-9
FIXED = {"boundary": [{"on": ["z_min", "z_max"], "kind": "fixed", "value": [0, 0, 0]}]}
SHORT = {"boundary": [{"on": ["z_min", "z_max"], "kind": "electrode"}]}


def profile(form: str, fixed: bool) -> tuple[np.ndarray, np.ndarray]:
    """Heights (nm) and P_z over f κ/a in a plate bent to a cylinder, without depolarization."""
    case = {
        "version": 1,
        "material": {
            "landau": {"alpha_1": STIFFNESS / 2},
            "elastic": {"C11": 3e11, "C12": 0.0, "C44": 1e11},
            "electrostriction": {"Q11": 0.0, "Q12": 0.0, "Q44": 0.0},
            "gradient": {"G11": GRADIENT, "G12": 0.0, "G44": GRADIENT},
            "background_permittivity": 1e4,
            "kinetic": 1e4,
        },
        "mesh": {"kind": "box", "size": [THICKNESS], "cells": [80], "axes": "z", "degree": 2},
        "initial": {"kind": "uniform", "value": [0, 0, 0]},
        "mechanics": {"strain": {"xx": "free"}, "curvature": {"xx": CURVATURE}},
        "electrostatics": SHORT,
        "flexoelectricity": {"coefficients": {"f11": 0.0, "f12": F12, "f44": 0.0}, "form": form, "one_way": True},
        "time": {"equilibrium": 1e-10},
        "solver": {"linear_tolerance": 1e-12},
    }
    simulation = Simulation(load_case(case | ({"polarization": FIXED} if fixed else {})))
    simulation.run()
    P = simulation.field("P")
    heights = P.function_space.tabulate_dof_coordinates()[:, 0]
    order = np.argsort(heights)
    return heights[order], P.x.array[2::3][order] * STIFFNESS / (F12 * CURVATURE)


def main(path: Path) -> None:
    """Draw the figure to `path`."""
    forms = {"gradient of P": "θ = 0", "symmetric": "θ = ½", "strain gradient": "θ = 1"}
    with style():
        figure = new_figure(6.4, 2.6)
        for axes, fixed, letter in zip(figure.subplots(1, 2, sharey=True), (False, True), "ab", strict=True):
            for (form, theta), colour, dash in zip(forms.items(), LINES, ("-", "-", "--"), strict=False):
                z, P = profile(form, fixed)
                axes.plot(z, P, dash, color=colour, label=f"{theta}, mean {abs(np.trapezoid(P, z) / z[-1]):.2f}")
            axes.set_xlabel(label("$z$", "nm"))
            axes.set_title("P = 0 on both faces" if fixed else "free faces")
            axes.legend()
            mark_panel(axes, letter)
        figure.axes[0].set_ylabel(r"$P_z\, a / f_{\mathrm{eff}}\, \kappa$")
        save(figure, path)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_suffix(".png"))
