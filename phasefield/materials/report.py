"""`phasefield materials`: the library as a list, and what one set implies."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from phasefield.materials.coefficient import STATUSES
from phasefield.materials.material_set import MaterialSet
from phasefield.materials.overrides import available_flexo, with_semiconductor
from phasefield.materials.properties import Properties, implied
from phasefield.materials.reading import available, read_set
from phasefield.materials.thermodynamics import PHASES
from phasefield.units import ELEMENTARY_CHARGE


def print_materials(console: Console) -> None:
    """Print the sets of the library, one per row, and the names of the flexocoupling sets."""
    table = Table(title="Material sets", title_justify="left", show_lines=True)
    table.add_column("name", no_wrap=True)
    table.add_column("what it is")
    for name in available():
        table.add_row(name, escape(_summary(read_set(name))))
    console.print(table)
    console.print(f"Flexocoupling sets: {', '.join(available_flexo())}")


def _summary(chosen: MaterialSet) -> str:
    low, high = chosen.temperature_range
    facts = [f"{low:g} to {high:g} K"]
    if chosen.composition is not None:
        facts.append(str(chosen.composition))
    if chosen.missing():
        facts.append(f"missing for a simulation: {', '.join(chosen.missing())}")
    return "\n".join([chosen.title, "; ".join(facts)])


def print_material(
    name: str,
    temperature: float = 298.15,
    composition: float | None = None,
    figure_path: Path | None = None,
    console: Console | None = None,
) -> None:
    """Print what a set implies, its numbers with their sources, and its warnings; with the bands of its compound.

    Args:
        name: set of the library or path of a material file.
        temperature: K.
        composition: x of a series.
        figure_path: file for P(T), permittivity(T) and energy profiles (format by suffix), or None.
        console: where to print.

    Raises:
        MaterialError: unknown or wrong set, or an argument out of range.
    """
    console = console or Console()
    chosen = with_semiconductor(read_set(name))
    properties = implied(chosen, temperature, composition)
    at = f"{temperature:g} K" + ("" if composition is None else f", x = {composition:g}")
    console.print(f"[bold]{escape(chosen.name)}[/bold]  {escape(chosen.title)}")
    console.print(_property_table(chosen, properties, at))
    if properties.flexo:
        console.print(_flexo_table(properties))
    console.print(_number_table(chosen))
    _print_sources(chosen, console)
    for warning in (*chosen.warnings, *chosen.doubts()):
        console.print(f"[yellow]warning[/yellow] {escape(warning)}")
    if figure_path is not None:
        # matplotlib takes long to import and is needed for this only
        from phasefield.materials.figure import draw

        draw(chosen, temperature, composition, figure_path)
        console.print(f"figure: {figure_path}")


def _property_table(chosen: MaterialSet, found: Properties, at: str) -> Table:
    table = Table(title=f"Implied at {at}, stress-free", title_justify="left", show_header=False)
    state = found.state
    table.add_row("phase", PHASES[state.phase])
    if state.magnitude > 0.0:
        components = ", ".join(f"{p:.4f}" for p in state.polarization)
        table.add_row("spontaneous polarization", f"{state.magnitude:.4f} C/m² along ({components})")
        table.add_row("energy below cubic", f"{-state.energy:.4g} J/m³")
    if found.strain is not None and state.magnitude > 0.0:
        strain = ", ".join(f"{1e3 * e:.3f}" for e in found.strain)
        table.add_row("spontaneous strain (10⁻³)", f"{strain}  (11 22 33 23 13 12, engineering)")
    table.add_row("soft-mode susceptibility", ", ".join(f"{c:.4g}" for c in found.susceptibility))
    if found.material is not None:
        eps_b = found.material.background_permittivity
        permittivity = ", ".join(f"{eps_b + c:.4g}" for c in found.susceptibility)
        table.add_row("relative permittivity", f"{permittivity}  (ε_b = {eps_b:g} included)")
    if found.coercive_field is not None:
        field = f"{found.coercive_field / 1e6:.1f} MV/m along P, uniform reversal"
        table.add_row("thermodynamic coercive field", field)
    if found.material is not None and (bands := found.material.semiconductor) is not None:
        affinity = bands.electron_affinity
        depth = "" if affinity is None else f", {affinity / ELEMENTARY_CHARGE:.3g} eV below the vacuum"
        states = f"{bands.conduction_states:.3g} and {bands.valence_states:.3g} states per m³"
        table.add_row("bands", f"gap {bands.band_gap / ELEMENTARY_CHARGE:.3g} eV{depth}; {states}")
    table.add_row("transitions on heating", _transition_text(found))
    if found.free_wall is not None and found.clamped_wall is not None:
        for label, wall in (
            ("180° wall, domains' strain kept", found.clamped_wall),
            ("180° wall, no elastic energy", found.free_wall),
        ):
            width, energy = 1e9 * wall.half_width, 1e3 * wall.energy
            table.add_row(label, f"half-width {width:.3f} nm, energy {energy:.2f} mJ/m²")
    if found.reason:
        table.add_row("not usable as it is", escape(found.reason))
    return table


def _transition_text(found: Properties) -> str:
    if not found.transitions:
        return "none in the set's range of temperature"
    return ", ".join(f"{low} to {high} {T:.1f} K" for low, high, T in found.transitions)


def _flexo_table(found: Properties) -> Table:
    table = Table(
        title="Flexocoupling sets: values (V) and largest stable scale s*",
        title_justify="left",
        caption="s* < 1: unstable with these gradient coefficients. All P, or only P normal to the"
        " wave vector (no depolarization field)",
        caption_justify="left",
    )
    for heading in ("set", "f11", "f12", "f44", "s* all P", "s* transverse P"):
        table.add_column(heading, justify="left" if heading == "set" else "right")
    for entry in found.flexo:
        scales = [
            f"[red]{scale:.2f}[/red]" if scale < 1.0 else f"{scale:.2f}"
            for scale in (entry.all_scale, entry.transverse_scale)
        ]
        table.add_row(entry.name, *(f"{value:g}" for value in entry.values), *scales)
    return table


def _number_table(chosen: MaterialSet) -> Table:
    table = Table(title="Numbers, as written in the file", title_justify="left")
    for heading in ("coefficient", "value and note", "unit", "source, status"):
        table.add_column(heading, overflow="fold", no_wrap=heading == "coefficient")
    for key, number in chosen.numbers().items():
        value = escape(number.describe())
        note = f"\n[dim]{escape(number.note)}[/dim]" if number.note else ""
        seen = f" in {', '.join(number.read_in)}" if number.read_in else ""
        origin = f"{number.source}, {number.status}{seen}"
        table.add_row(key.rpartition(".")[2], value + note, number.unit, origin)
    return table


def _print_sources(chosen: MaterialSet, console: Console) -> None:
    statuses = dict.fromkeys(number.status for number in chosen.numbers().values())
    for status in statuses:
        console.print(f"[bold]{status}[/bold]: {STATUSES[status]}")
    for key, citation in chosen.sources.items():
        console.print(f"[bold]{key}[/bold]: {escape(citation)}")
