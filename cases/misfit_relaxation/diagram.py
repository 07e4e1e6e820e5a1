"""Direction in which films pole themselves on cooling, by thickness and growth temperature, beside the closed form.

Grown at T_g with the misfit ε_g, a film stays coherent up to its critical thickness h_c and then relaxes over the
length l until friction holds the rest ε_p: ε_p + (ε_g − ε_p) exp(−(z − h_c)/l). Between its faces that makes the
flexoelectric voltage f_eff (ε_g − ε_p) (1 − exp(−(h − h_c)/l)), and the direction turns where it is the voltage of
the interfaces.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.optimize import brentq

from phasefield.case import Case
from phasefield.case.material import Ferroelectric, case_material
from phasefield.case.schema import ExponentialProfile, FilmMesh
from phasefield.comparison import Comparison, comparison_table
from phasefield.flexocoupling import biaxial
from phasefield.plot.style import LINES, label, new_figure, save, style
from phasefield.study import MemberResults, StudyResults, load_module

#: Friction of dislocations as a biaxial stress: zero at this temperature (K), and growing by so much below it (Pa/K).
FREE, FRICTION = 1200.0, 3.4e6
#: Thicknesses (nm) at the axis of the figure.
TICKS = (4, 6, 10, 20, 40, 80)
#: The film that the member "finer" repeats.
COARSE = "thickness=40nm,950K"
#: Voltages between the interfaces (V) for which the figure has the closed form.
VOLTAGES = (1e-3, 2e-3, 4e-3)

mean_field = load_module(Path(__file__).with_name("study.py")).mean_field


def critical_thickness(strain: float, burgers: float, poisson: float) -> float:
    """h (m) of Matthews and Blakeslee for edge dislocations with b in plane: h = b (ln(h/b) + 1)/(8π (1 + ν) ε)."""
    length = burgers / (8.0 * np.pi * (1.0 + poisson) * strain)
    return float(brentq(lambda h: h - length * (np.log(h / burgers) + 1.0), burgers, 1e-3))


class Growth:
    """What a case says about relaxation at any growth temperature (K), and what follows from the model."""

    def __init__(self, case: Case):
        assert case.mechanics.thermal is not None and isinstance(case.mechanics.misfit_profile, ExponentialProfile)
        self.thermal, self.length = case.mechanics.thermal, case.mechanics.misfit_profile.length
        self.misfit = case.mechanics.misfit["xx"]
        material = case_material(case)
        C11, C12 = material.stiffness[0, 0, 0, 0], material.stiffness[0, 0, 1, 1]
        self.modulus, self.poisson = C11 + C12 - 2.0 * C12**2 / C11, C12 / (C11 + C12)
        self.burgers = Ferroelectric.of(case).lattice_parameter(material.temperature, material.composition)
        assert material.flexo is not None
        self.effective = biaxial(material.flexo, material.stiffness)

    def strain(self, temperature: float) -> float:
        """ε_g of the coherent film."""
        return self.misfit - self.thermal.expansion * (temperature - self.thermal.reference)

    def held(self, temperature: float) -> float:
        """ε_p over ε_g."""
        return FRICTION * (FREE - temperature) / self.modulus / abs(self.strain(temperature))

    def critical(self, temperature: float) -> float:
        """h_c (m)."""
        strain = abs(self.strain(temperature)) * (1.0 - self.held(temperature))
        return critical_thickness(strain, self.burgers, self.poisson)

    def reversal(self, temperature: float, voltage: float) -> float:
        """Thickness (m) at which the flexoelectric voltage is that of the interfaces; infinite if it never is."""
        most = -self.effective * self.strain(temperature) * (1.0 - self.held(temperature))
        return self.critical(temperature) - self.length * np.log1p(-voltage / most) if voltage < most else np.inf


def interface_voltage(case: Case) -> float:
    """Voltage (V) between the electrodes with nothing applied; positive poles downwards."""
    potentials = {condition.on[0]: condition.potential for condition in case.electrostatics.boundary}
    return float(potentials["top"]) - float(potentials["bottom"])


def thickness(member: MemberResults) -> float:
    """Of the film (m)."""
    assert isinstance(member.case.mesh, FilmMesh)
    return member.case.mesh.thickness


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the rows of the table (returned) for each growth temperature, and draw diagram.png."""
    films = [member for member in results if member.choices]
    rows = []
    for name in dict.fromkeys(film.choices["growth"] for film in films):
        rows += _rows(results.select(growth=name))
    agreeing = [np.sign(film.final["mean_P_z"]) == np.sign(_closed_form(film)) for film in films]
    rows.append(Comparison("films poled along the mean field", sum(agreeing), len(agreeing)))
    if "finer" in results and COARSE in results:
        rows += _finer(results["finer"], results[COARSE])
    print(comparison_table(rows, "closed form", digits=4))
    _draw(results)
    return rows


def _closed_form(member: MemberResults) -> float:
    """Mean field of interfaces and misfit (V/m)."""
    return float(mean_field(member.case)) - interface_voltage(member.case) / thickness(member)


def voltage(member: MemberResults) -> float:
    """Flexoelectric voltage (V) of a film that is not polar yet."""
    return float(member.observables["mean_E_flexo_z"][1]) * thickness(member)  # the first load point


def _finer(fine: MemberResults, coarse: MemberResults) -> list[Comparison]:
    """Voltage and polarization on a finer mesh with finer steps, beside those of the diagram."""
    return [
        Comparison("finer: flexoelectric voltage (mV)", 1e3 * voltage(fine), 1e3 * voltage(coarse), coarse.name),
        Comparison("finer: P_z (C/m²)", fine.final["mean_P_z"], coarse.final["mean_P_z"], coarse.name),
    ]


def _rows(films: tuple[MemberResults, ...]) -> list[Comparison]:
    """Of films grown at one temperature, by thickness."""
    films = tuple(sorted(films, key=thickness))
    case = films[-1].case
    growth, profile, grown = Growth(case), case.mechanics.misfit_profile, case.mechanics.thermal.growth
    at = f"grown at {grown:.0f} K"
    free = 1e9 * critical_thickness(abs(growth.strain(grown)), growth.burgers, growth.poisson)
    lost = 1.0 - films[-1].final["mean_E_flexo_z"] * thickness(films[-1]) / voltage(films[-1])
    rows = [
        Comparison(
            f"critical thickness (nm), {at}",
            1e9 * profile.start,
            1e9 * growth.critical(grown),
            f"{free:.2f} without friction",
        ),
        Comparison(f"part of the misfit held, {at}", profile.far, growth.held(grown)),
        Comparison(
            f"flexoelectric voltage (mV) of {1e9 * thickness(films[-1]):.0f} nm, {at}",
            1e3 * voltage(films[-1]),
            1e3 * mean_field(case) * thickness(films[-1]),
            f"{100.0 * lost:.1f} % less at the end",
        ),
    ]
    down, up = ([f for f in films if sign * f.final["mean_P_z"] > 0.0] for sign in (-1.0, 1.0))
    if down and up:
        ends = [1e9 * thickness(film) for film in (down[-1], up[0])]
        expected = 1e9 * growth.reversal(grown, interface_voltage(case))
        turns = f"down up to {ends[0]:.0f} nm, up from {ends[1]:.0f} nm"
        rows.append(Comparison(f"thickness of reversal (nm), {at}", 0.5 * sum(ends), expected, turns))
    return rows


def _draw(results: StudyResults) -> None:
    films = [member for member in results if member.choices]
    growth, chosen = Growth(films[0].case), interface_voltage(films[0].case)
    temperatures = np.linspace(790.0, 1110.0, 200)
    with style():
        figure = new_figure(5.2, 3.0)
        axes = figure.subplots()
        for voltage, line in zip(VOLTAGES, ("--", "-", ":"), strict=True):
            reversal = [1e9 * growth.reversal(T, voltage) for T in temperatures]
            axes.plot(reversal, temperatures, line, color="0.4", label=f"closed form, {1e3 * voltage:.0f} mV")
        axes.plot(
            [1e9 * growth.critical(T) for T in temperatures], temperatures, color="0.8", label="critical thickness"
        )
        for sign, marker, text, colour in ((1.0, "^", "up", LINES[0]), (-1.0, "v", "down", LINES[1])):
            poled = [film for film in films if sign * film.final["mean_P_z"] > 0.0]
            places = [(1e9 * thickness(film), film.case.mechanics.thermal.growth) for film in poled]
            axes.plot(*np.array(places).reshape(-1, 2).T, marker, color=colour, label=f"{text}, {1e3 * chosen:.0f} mV")
        axes.set_xscale("log")
        axes.set_xlim(3.5, 90.0)
        axes.set_xticks(TICKS, [str(tick) for tick in TICKS])
        axes.minorticks_off()
        axes.set_xlabel(label("thickness", "nm"))
        axes.set_ylabel(label("growth temperature", "K"))
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0))
        print(save(figure, results.folder / "diagram.png"))
