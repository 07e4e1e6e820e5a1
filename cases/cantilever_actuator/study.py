"""A flexoelectric actuator: curvature per field of SrTiO3 stacks, beside beam theory and the published device."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from phasefield.case import Case
from phasefield.case.material import case_material, region_elastic
from phasefield.case.schema import FilmMesh, MechanicalCondition
from phasefield.comparison import Comparison, comparison_table
from phasefield.flexocoupling import Laminate, Layer, bending
from phasefield.flexocoupling.laminate import BEAM, PLATE
from phasefield.materials import Material
from phasefield.plot.style import LINES, label, mark_panel, new_figure, save, style
from phasefield.study import StudyResults
from phasefield.tensors import cubic_stiffness
from phasefield.units import LENGTH

#: Curvature over field (1/V) of the device of Bhaskar et al., Nat. Nanotechnol. 11, 263 (2016).
PUBLISHED = 3.33e-6


def film_mesh(case: Case) -> FilmMesh:
    """The mesh table of a stack."""
    assert isinstance(case.mesh, FilmMesh)
    return case.mesh


def susceptibility(material: Material) -> float:
    """dP/dE (F/m) of the film without polarization."""
    return 0.5 / material.landau["alpha_1"]


def curvature_in_theory(case: Case, free: tuple[int, ...], silicon: float | None = None) -> float:
    """Curvature over field (1/V) in beam or plate theory, with another thickness of silicon (m) if given."""
    mesh, material = film_mesh(case), case_material(case)
    assert material.flexo is not None
    below = {"substrate": mesh.substrate if silicon is None else silicon, "dead_bottom": mesh.dead_bottom}
    passive = {**below, "dead_top": mesh.dead_top}
    layers = {
        name: Layer(thickness, cubic_stiffness(*region_elastic(case, name)))
        for name, thickness in passive.items()
        if thickness > 0.0
    }
    active = Layer(mesh.thickness, material.stiffness)
    stack = [layer for name, layer in layers.items() if name in below]
    laminate = Laminate([*stack, active, layers["dead_top"]], free)
    return float(laminate.actuated(len(stack), material.flexo, susceptibility(material))[0])


def odd(results: StudyResults, name: str, column: str) -> float:
    """Half the difference of a column in the members `name`_plus and `name`_minus."""
    plus, minus = (results[f"{name}_{sign}"].final[column] for sign in ("plus", "minus"))
    return 0.5 * (plus - minus)


class Stack:
    """A stack on its silicon."""

    def __init__(self, results: StudyResults, silicon: float | str):
        plus, minus, *bent = (
            results.select(silicon=silicon, effect=effect)[0]
            for effect in ("voltage_plus", "voltage_minus", "bent_plus", "bent_minus")
        )
        self.case, self.material = plus.case, case_material(plus.case)
        self.silicon = film_mesh(self.case).substrate
        self.converse = (plus.final["curvature_xx"] - minus.final["curvature_xx"]) / (
            plus.final["mean_E_z"] - minus.final["mean_E_z"]
        )
        kappa = bent[0].final["curvature_xx"]
        stiffness = (bent[0].final["energy_elastic"] + bent[1].final["energy_elastic"]) / kappa**2
        charge = 0.5 * (bent[0].final["mean_D_z"] - bent[1].final["mean_D_z"]) / kappa
        #: Maxwell's relation: curvature per voltage times the bending stiffness is the charge per curvature.
        self.from_bending = charge * film_mesh(self.case).thickness / stiffness

    def comparisons(self) -> list[Comparison]:
        """Curvature over field beside beam theory, and what the other effect says of it."""
        name = f"{1e9 * self.silicon:g} nm of silicon"
        theory = curvature_in_theory(self.case, BEAM)
        return [
            Comparison(f"{name}: curvature/field (1/MV)", 1e6 * self.converse, 1e6 * theory, "beam theory"),
            Comparison(
                "  from the charge of bending", 1e6 * self.from_bending, 1e6 * self.converse, "from the voltage"
            ),
        ]

    def implied(self) -> float:
        """f_eff (V) of a beam that would give the published number."""
        assert self.material.flexo is not None
        return bending.beam(self.material.flexo, self.material.stiffness) * PUBLISHED / self.converse


class Section:
    """The freed stack as a cantilever in x and z, clamped at x = 0."""

    def __init__(self, results: StudyResults):
        plus, minus = (results[f"section_voltage_{sign}"] for sign in ("plus", "minus"))
        self.case = plus.case
        self.field = odd(results, "section_voltage", "mean_E_z")
        voltage = -self.field * film_mesh(self.case).thickness
        (width,) = film_mesh(self.case).width
        #: Displacement of the loaded face over the voltage, and charge of the upper electrode over the load (m²/V).
        self.displacement = -odd(results, "section_voltage", "energy_load") / traction(plus.case) / voltage
        load = traction(results["section_load_plus"].case)
        self.charge = -odd(results, "section_load", "mean_D_z") * width / load
        first, second = (member.snapshot() for member in (plus, minus))
        heights = first.points[:, 2]
        middle = np.flatnonzero(heights == heights[np.argmin(np.abs(heights - 35.0))])
        order = middle[np.argsort(first.points[middle, 0])]
        self.x = first.points[order, 0] * LENGTH
        deflection = 0.5 * (first.point_data["u"] - second.point_data["u"])[order, 2]
        self.deflection = deflection - deflection[0]

    def curvature(self) -> float:
        """Curvature over field (1/V), from a parabola away from both ends."""
        inside = (self.x > 0.3 * self.x.max()) & (self.x < 0.8 * self.x.max())
        # A strain ε_xx that grows with z turns the ends down.
        return float(-2.0 * np.polyfit(self.x[inside], self.deflection[inside], 2)[0] / self.field)

    def comparisons(self) -> list[Comparison]:
        """Curvature beside plate theory (a section bends to a cylinder), and the reciprocity of both effects."""
        theory = curvature_in_theory(self.case, PLATE)
        quantity = "cantilever in section: curvature/field (1/MV)"
        return [
            Comparison(quantity, 1e6 * self.curvature(), 1e6 * theory, "plate theory"),
            Comparison(
                "  charge/load (1e-17 m²/V)", 1e17 * self.charge, 1e17 * self.displacement, "displacement/voltage"
            ),
        ]


def traction(case: Case) -> float:
    """Traction (Pa) at the tip of a section."""
    condition: MechanicalCondition = case.mechanics.boundary[1]
    assert isinstance(condition.value, tuple)
    value = condition.value[2]
    assert isinstance(value, float)
    return value


def analyse(results: StudyResults) -> list[Comparison]:
    """Print curvatures (returned) beside theory and the published device, and draw actuators.png.

    The study may have any stacks, and no sections.
    """
    stacks = [Stack(results, silicon) for silicon in dict.fromkeys(m.choices["silicon"] for m in results if m.choices)]
    sections = [Section(results)] if any(member.name.startswith("section") for member in results) else []
    rows = [row for part in (*stacks, *sections) for row in part.comparisons()]
    print(comparison_table(rows, "reference"))
    print(f"\nThe published {1e6 * PUBLISHED:g}/MV would need")
    for stack in stacks:
        implied = stack.implied()
        mu = 1e9 * susceptibility(stack.material) * implied
        print(f"  f_eff = {implied:.3g} V, mu_eff = {mu:.3g} nC/m, with {1e9 * stack.silicon:g} nm of silicon")
    _draw(results, stacks, sections)
    return rows


def _draw(results: StudyResults, stacks: list[Stack], sections: list[Section]) -> None:
    with style():
        figure = new_figure(3.4 + 3.0 * len(sections), 2.6)
        left, *others = figure.subplots(1, 1 + len(sections), squeeze=False).ravel()
        _draw_stacks(left, stacks)
        mark_panel(left, "a")
        for axes, section in zip(others, sections, strict=True):
            _draw_section(axes, section)
            mark_panel(axes, "b")
        print(save(figure, results.folder / "actuators.png"))


def _draw_stacks(axes: Axes, stacks: list[Stack]) -> None:
    silicon = np.array([stack.silicon for stack in stacks])
    thicknesses = np.linspace(0.0, 1.1 * silicon.max(), 60)
    theory = [curvature_in_theory(stacks[-1].case, BEAM, thickness) for thickness in thicknesses]
    axes.plot(1e9 * thicknesses, 1e6 * np.array(theory), color=LINES[0], label="beam theory")
    axes.plot(1e9 * silicon, [1e6 * s.converse for s in stacks], "o", color=LINES[0], label="voltage")
    axes.plot(1e9 * silicon, [1e6 * s.from_bending for s in stacks], "x", color=LINES[1], label="charge of bending")
    axes.axhline(1e6 * PUBLISHED, color=LINES[5], linestyle="--", label="published device")
    axes.set(xlabel=label("silicon", "nm"), ylabel=label("curvature / field", "1/MV"), ylim=(0.0, None))
    axes.legend()


def _draw_section(axes: Axes, section: Section) -> None:
    parabola = -0.5 * curvature_in_theory(section.case, PLATE) * section.field * section.x**2
    axes.plot(1e6 * section.x, 1e12 * section.deflection, color=LINES[0], label="cantilever in section")
    axes.plot(1e6 * section.x, 1e12 * parabola, "--", color=LINES[1], label="plate theory")
    axes.set(xlabel=label("$x$", "μm"), ylabel=label("deflection at 7 mV", "pm"))
    axes.legend()
