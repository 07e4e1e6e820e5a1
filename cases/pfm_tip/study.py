"""Piezoresponse under a biased tip against its force, by channels, beside closed forms and the published trend."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from matplotlib.axes import Axes
from matplotlib.tri import Triangulation

from phasefield.case.material import case_material
from phasefield.case.schema import DiskTip
from phasefield.comparison import Comparison, comparison_table
from phasefield.loads.contact import sphere_contact_radius
from phasefield.plot.results import Snapshot
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.study import MemberResults, StudyResults
from phasefield.units import to_si

#: Radius (m) of the sphere whose contact is the electrode, and reduced modulus (Pa), of which study.toml has the radii.
RADIUS, MODULUS = 50e-9, 280e9
#: Exponents of the force within which the published decrease is taken to lie: it was not read off the paper's figure.
PUBLISHED_EXPONENTS = (-0.6, -0.2)
#: Channels in the order of figure and table, by crystal.
CRYSTALS = {
    "flexo": "SrTiO$_3$, $+f$",
    "flexo_reversed": "SrTiO$_3$, $-f$",
    "no_flexo": "SrTiO$_3$, $f=0$",
    "BaTiO3": "BaTiO$_3$, poled",
}


class Response:
    """Displacements of one member: at no bias and at both signs of the bias."""

    def __init__(self, member: MemberResults):
        self.member = member
        tip = member.case.electrostatics.tip
        assert isinstance(tip, DiskTip)
        self.radius = tip.radius
        self.none, self.plus, self.minus = (member.snapshot(i) for i in (1, 2, 3))

    @cached_property
    def voltage(self) -> float:
        """Bias (V) of `plus`."""
        return float(self.plus.point_data["phi"].max())

    @property
    def force(self) -> float:
        """Force (N), the place of the member on this axis of the study."""
        return to_si(self.member.choices["force"], "N")

    @staticmethod
    def _under_the_tip(state: Snapshot) -> float:
        x, z = state.points[:, 0], state.points[:, 2]
        return float(state.point_data["u"][np.argmin(np.hypot(x, z - z.max())), 2])

    @property
    def odd(self) -> float:
        """d_eff (m/V): what changes sign with the bias."""
        return (self._under_the_tip(self.plus) - self._under_the_tip(self.minus)) / (2.0 * self.voltage)

    @property
    def even(self) -> float:
        """Rise over the square of the bias (m/V²): a constant bias V gives 2V times this as piezoresponse."""
        both = self._under_the_tip(self.plus) + self._under_the_tip(self.minus)
        return (0.5 * both - self._under_the_tip(self.none)) / self.voltage**2

    def change(self) -> tuple[Snapshot, np.ndarray]:
        """A state and the part of the displacement (m) that is odd in the bias, per volt."""
        difference = self.plus.point_data["u"] - self.minus.point_data["u"]
        return self.plus, difference / (2.0 * self.voltage)


def series(results: StudyResults, crystal: str) -> list[Response]:
    """Responses of a crystal, by increasing force."""
    found = [Response(member) for member in results if member.choices.get("crystal") == crystal]
    return sorted(found, key=lambda response: response.force)


def exponent(forces: np.ndarray, values: np.ndarray) -> float:
    """n of |value| ~ force^n."""
    return float(np.polyfit(np.log(forces), np.log(np.abs(values)), 1)[0])


def closed_form(response: Response) -> float:
    """2 μ44/(π G a) (m/V), μ44 = χ f44, of an isotropic body under a disk."""
    material = case_material(response.member.case)
    assert material.flexo is not None
    mu44 = 0.5 / material.landau["alpha_1"] * material.flexo[0, 1, 0, 1]
    return float(2.0 * mu44 / (np.pi * material.stiffness[0, 1, 0, 1] * response.radius))


def analyse(results: StudyResults) -> list[Comparison]:
    """Print the channels (returned as comparisons) and draw response.png. The study may have fewer forces."""
    by_crystal = {name: found for name in CRYSTALS if (found := series(results, name))}
    _print_channels(by_crystal)
    rows = [_contact(by_crystal), *_exponents(by_crystal), *_controls(results, by_crystal)]
    print(comparison_table(rows, "reference"))
    print(f"\nPublished (SrTiO3): d_eff falls with force; exponent {PUBLISHED_EXPONENTS[0]} … {PUBLISHED_EXPONENTS[1]}")
    _draw(results, by_crystal)
    return rows


def _print_channels(by_crystal: dict[str, list[Response]]) -> None:
    first = next(iter(by_crystal.values()))
    print("force (nN)                    " + "".join(f"{1e9 * response.force:11.4g}" for response in first))
    print("contact radius (nm)           " + "".join(f"{1e9 * response.radius:11.4g}" for response in first))
    for name, found in by_crystal.items():
        print(f"{name:16} odd (pm/V)    " + "".join(f"{1e12 * response.odd:11.4g}" for response in found))
        print(f"{name:16} even (pm/V²)  " + "".join(f"{1e12 * response.even:11.4g}" for response in found))
    print()


def _contact(by_crystal: dict[str, list[Response]]) -> Comparison:
    """How well the radii of study.toml are those of Hertz, and so the forces those of the axis."""
    ratios = [r.radius / sphere_contact_radius(r.force, RADIUS, MODULUS) for rs in by_crystal.values() for r in rs]
    return Comparison("contact radii: largest difference", max(abs(q - 1.0) for q in ratios), 0.0, "Hertz's law")


def _exponents(by_crystal: dict[str, list[Response]]) -> list[Comparison]:
    rows = []
    for name, what in (("flexo", "odd"), ("flexo_reversed", "odd"), ("no_flexo", "even"), ("BaTiO3", "odd")):
        found = by_crystal.get(name, [])
        if len(found) < 2:
            continue
        forces, values = (np.array([getattr(r, key) for r in found]) for key in ("force", what))
        reference = 0.0 if name == "BaTiO3" else -1.0 / 3.0
        rows.append(
            Comparison(f"exponent of force: {name}, {what} in V", exponent(forces, values), reference, "closed form")
        )
    return rows


def _controls(results: StudyResults, by_crystal: dict[str, list[Response]]) -> list[Comparison]:
    rows = []
    if control := by_crystal.get("BaTiO3"):
        values = np.array([response.odd for response in control])
        spread = float(np.ptp(values) / abs(values.mean()))
        rows.append(Comparison("BaTiO3: spread of d_eff over all forces", spread, 0.0, "independent of force"))
    if len(both := [by_crystal[name] for name in ("flexo", "flexo_reversed") if name in by_crystal]) == 2:
        sums = [abs(a.odd + b.odd) / abs(a.odd) for a, b in zip(*both, strict=True)]
        rows.append(Comparison("largest |d(+f) + d(-f)|/|d|", max(sums), 0.0, "odd in f"))
    if "isotropic" in results:
        found = Response(results["isotropic"])
        rows.append(
            Comparison("isotropic, 1 µN: d_eff (pm/V)", 1e12 * found.odd, 1e12 * closed_form(found), "2 μ44/(π G a)")
        )
    here = next((Response(member) for member in results.select(force="1uN", crystal="flexo")), None)
    for name, source in (("finer", "default mesh"), ("larger", "default mesh"), ("pressed", "without the pressure")):
        if name in results and here is not None:
            found = Response(results[name])
            rows.append(Comparison(f"1 µN, {name}: d_eff (pm/V)", 1e12 * found.odd, 1e12 * here.odd, source))
    return rows


def _draw(results: StudyResults, by_crystal: dict[str, list[Response]]) -> None:
    with style():
        figure = new_figure(6.6, 2.7)
        left, right = figure.subplots(1, 2)
        _draw_force(left, by_crystal)
        mark_panel(left, "a")
        _draw_field(right, by_crystal["flexo"][len(by_crystal["flexo"]) // 2])
        mark_panel(right, "b")
        print(save(figure, results.folder / "response.png"))


def _draw_force(axes: Axes, by_crystal: dict[str, list[Response]]) -> None:
    for color, (name, found) in zip(LINES, by_crystal.items(), strict=False):
        forces = 1e9 * np.array([response.force for response in found])
        if name == "no_flexo":
            values, text = [2.0 * r.even for r in found], f"{CRYSTALS[name]}, at 1 V"
        else:
            values, text = [abs(r.odd) for r in found], CRYSTALS[name]
        marker = "x" if name == "flexo_reversed" else "o"
        axes.loglog(forces, 1e12 * np.abs(values), marker, color=color, label=text, markersize=4)
    first = by_crystal["flexo"]
    forces = np.array([response.force for response in first])
    line = 1e12 * abs(first[0].odd) * (forces / forces[0]) ** (-1.0 / 3.0)
    axes.loglog(1e9 * forces, line, color=LINES[0], linewidth=0.8, label="$F^{-1/3}$")
    axes.set(xlabel=label("force", "nN"), ylabel=label("$|d_{\\mathrm{eff}}|$", "pm/V"))
    axes.legend(fontsize=6)


def _draw_field(axes: Axes, response: Response) -> None:
    """Rise below the tip, on both sides of the axis."""
    state, u = response.change()
    a, top = 1e9 * response.radius, state.points[:, 2].max()
    for side in (1.0, -1.0):
        mesh = Triangulation(side * state.points[:, 0] / a, (state.points[:, 2] - top) / a, state.cells)
        largest = 1e12 * np.abs(u[:, 2]).max()
        drawn = axes.tripcolor(mesh, 1e12 * u[:, 2], shading="gouraud", cmap="RdBu_r", vmin=-largest, vmax=largest)
    axes.set(xlim=(-3, 3), ylim=(-3, 0.1), xlabel="$r/a$", ylabel="$z/a$")
    axes.set_aspect("equal")
    axes.figure.colorbar(drawn, ax=axes, label=label("$u_z$ per volt", "pm/V"), shrink=0.8)
