"""Bent membranes of SrTiO3 and BaTiO3: polarization and open-circuit voltage over curvature, for the three forms."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from mpi4py import MPI

from phasefield.case import load_case
from phasefield.flexocoupling import bending
from phasefield.physics.flexoelectricity import FORMS
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.rankzero import on_root
from phasefield.simulation import Simulation
from phasefield.units import EPSILON_0, LENGTH

CASE = Path(__file__).parent / "case.toml"
#: Curvatures 1/R (1/m), both signs.
CURVATURES = (-1e6, -5e5, 5e5, 1e6)
#: Membranes: material, flexocoupling set, initial polarization (C/m²).
MEMBRANES = {
    "SrTiO3": ("SrTiO3_polar", "Zubko2013", 0.0),
    "BaTiO3": ("BaTiO3_Li2005", "Ponomareva2012", 0.26),
}
#: Voltage (V) that the susceptibility of a flat membrane is measured with.
PROBE = 1e-3
COLUMNS = ("membrane", "form", "dP_dkappa_nC_m", "closed_form_nC_m", "voltage_per_kappa_nV_m", "closed_form_nV_m")


def run(name: str, out: Path, kappa: float, form: str, voltage: float | None = 0.0) -> tuple[Simulation, dict]:
    """A membrane bent to `kappa` (1/m), at `voltage` or, with None, without an upper electrode; its last row."""
    material, flexo, start = MEMBRANES[name]
    lower = '{ on = "z_min", kind = "electrode" }'
    upper = "" if voltage is None else f', {{ on = "z_max", kind = "electrode", potential = {voltage} }}'
    changes = [
        f'material.name="{material}"',
        f'flexoelectricity.set="{flexo}"',
        f'flexoelectricity.form="{form}"',
        f"initial.value=[0, 0, {start}]",
        f"mechanics.curvature={{ xx = {kappa} }}",
        f"electrostatics.boundary=[{lower}{upper}]",
        "output.figure=false",
    ]
    simulation = Simulation(load_case(CASE, changes))
    circuit = "open" if voltage is None else f"{voltage:g}V"
    folder = out / name / f"{form.replace(' ', '_')}_{kappa:g}_{circuit}"
    result = simulation.run(folder, overwrite=True)
    return simulation, {key: float(column[-1]) for key, column in result.observables.items()}


def effective_coefficient(simulation: Simulation) -> float:
    """f_eff (V) of a plate bent to a cylinder."""
    assert simulation.material.flexo is not None
    return bending.plate(simulation.material.flexo, simulation.material.stiffness)


def main(out: Path) -> list[dict[str, object]]:
    """Run all membranes into folders of `out`; print their slopes, write membranes.csv and membranes.png there."""
    rows: list[dict[str, object]] = []
    polarizations: dict[tuple[str, str], np.ndarray] = {}
    for name in MEMBRANES:
        flat = [run(name, out, 0.0, "gradient of P", voltage)[1] for voltage in (-PROBE, PROBE)]
        susceptibility = (flat[1]["mean_P_z"] - flat[0]["mean_P_z"]) / (flat[1]["mean_E_z"] - flat[0]["mean_E_z"])
        for form, theta in FORMS.items():
            P = []
            for kappa in CURVATURES:
                simulation, row = run(name, out, kappa, form)
                P.append(row["mean_P_z"])
            f_eff = effective_coefficient(simulation)
            slope = (P[-1] - P[0]) / (CURVATURES[-1] - CURVATURES[0])
            polarizations[name, form] = np.array(P)
            found = {
                "membrane": name,
                "form": form,
                "dP_dkappa_nC_m": 1e9 * slope,
                "closed_form_nC_m": 1e9 * theta * f_eff * susceptibility,
            }
            if name == "SrTiO3":
                found |= open_circuit(out, simulation, form, theta * f_eff, susceptibility)
            rows.append(found)
    on_root(MPI.COMM_WORLD, lambda: _report(rows, polarizations, out))
    return rows


def open_circuit(out: Path, simulation: Simulation, form: str, f: float, susceptibility: float) -> dict[str, float]:
    """Voltage per curvature of SrTiO3 (nV m), computed and f h χ/(χ + ε0 ε_b)."""
    kappa = CURVATURES[-1]
    _, row = run("SrTiO3", out, kappa, form, voltage=None)
    thickness = simulation.domain.lengths[0] * LENGTH
    voltage = -row["mean_E_z"] * thickness
    background = EPSILON_0 * simulation.material.background_permittivity
    exact = f * thickness * susceptibility / (susceptibility + background)
    return {"voltage_per_kappa_nV_m": 1e9 * voltage / kappa, "closed_form_nV_m": 1e9 * exact}


def _report(rows: list[dict[str, object]], polarizations: dict[tuple[str, str], np.ndarray], out: Path) -> None:
    with (out / "membranes.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        table.writerows(rows)
    print("                             dP/dκ (nC/m)              V/κ (nV m), open circuit")
    print("membrane  form               computed   closed form    computed   closed form")
    for row in rows:
        numbers = "".join(f"{row[c]:13.5g}" if c in row else "" for c in COLUMNS[2:])
        print(f"{row['membrane']:9} {row['form']:15}{numbers}")
    _draw(polarizations, out)


def _draw(polarizations: dict[tuple[str, str], np.ndarray], out: Path) -> None:
    curvatures = 1e-6 * np.array(CURVATURES)
    with style():
        figure = new_figure(6.4, 2.6)
        panels = figure.subplots(1, len(MEMBRANES), squeeze=False).ravel()
        for axes, name, letter in zip(panels, MEMBRANES, "ab", strict=True):
            for form, colour in zip(FORMS, LINES, strict=False):
                P = polarizations[name, form]
                axes.plot(curvatures, 1e3 * (P - P.mean()), "o-", color=colour, label=form)
            axes.set_title(name)
            axes.set_xlabel(label("$1/R$", "1/μm"))
            axes.set_ylabel(label("$P - P_0$", "mC/m^2"))
            mark_panel(axes, letter)
        panels[0].legend()
        save(figure, out / "membranes.png")
