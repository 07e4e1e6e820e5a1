"""`phasefield flexo`: the first-principles coefficients of one crystal in every form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from phasefield.errors import MaterialError
from phasefield.flexocoupling import bending
from phasefield.flexocoupling.conversions import (
    coefficient,
    deformation_potential,
    fixed_displacement,
)
from phasefield.flexocoupling.orientation import parse_orientation
from phasefield.flexocoupling.tables import MISPRINTS, Crystal, check_pattern, crystal, crystals
from phasefield.materials import MaterialSet, available, read_set
from phasefield.materials.stability import flexo_bound
from phasefield.materials.thermodynamics import ground_state, susceptibility
from phasefield.tensors import Array, cubic_gradient, cubic_stiffness, flexo_tensor, rotate4

PREFERRED = {
    "BaTiO3": "BaTiO3_Li2005",
    "PbTiO3": "PbTiO3_Pertsev1998",
    "SrTiO3": "SrTiO3_polar",
}
"""Material set that serves a compound when only the compound is named."""

ROOM_TEMPERATURE = 298.15
"""Temperature (K) of elastic constants when none is asked for."""


@dataclass(frozen=True)
class Permittivity:
    """Static relative permittivity and where it is from."""

    value: float
    origin: str


def print_table(
    material: str,
    pattern: str = "even",
    temperature: float | None = None,
    orientation: str | None = None,
    console: Console | None = None,
) -> None:
    """Print the coefficients of one crystal with units and warnings.

    Args:
        material: compound (SrTiO3), short name (STO), or a set of the library for that compound.
        pattern: force pattern, "even" or "mass".
        temperature: K at which the permittivity is taken from the material set; the measured one at
            room temperature if None.
        orientation: crystal directions along a beam and through it, such as "110,001"; cube axes
            if None.
        console: where to print.

    Raises:
        MaterialError: no data for the material, or a temperature or orientation without data.
    """
    console = console or Console()
    check_pattern(pattern)
    chosen = _set(material)
    data = crystal(material if chosen is None or material in crystals() else chosen.formula)
    permittivity = _permittivity(data, chosen, temperature)
    T = ROOM_TEMPERATURE if temperature is None else temperature
    couplings = data.couplings(pattern)
    console.print(
        f"[bold]{data.compound}[/bold], {pattern} force pattern; Hong and Vanderbilt, Phys. Rev. B 88,"
        f" 174107 (2013)\nrelative permittivity {permittivity.value:.4g} ({permittivity.origin})"
    )
    console.print(_component_table(couplings, permittivity.value))
    console.print(_longitudinal_table(data, pattern))
    console.print(_bending_table(data, couplings, permittivity.value, chosen, T, orientation))
    if chosen is not None:
        _print_bound(couplings, chosen, T, console)
    for warning in _warnings(data, pattern):
        console.print(f"[yellow]warning[/yellow] {warning}")


def _set(material: str) -> MaterialSet | None:
    """Set of the library with elastic constants and permittivity of the crystal, if there is one."""
    if material in available():
        return read_set(material)
    name = PREFERRED.get(crystal(material).compound)
    return None if name is None else read_set(name)


def _permittivity(data: Crystal, chosen: MaterialSet | None, temperature: float | None) -> Permittivity:
    if temperature is None:
        return Permittivity(data.permittivity, "measured at room temperature, Table 1")
    if chosen is None:
        raise MaterialError(
            f"{data.compound}: the library has no permittivity at {temperature:g} K for it; leave the"
            " temperature out to use the measured one at room temperature"
        )
    a = chosen.landau(temperature)
    state = ground_state(a)
    if state.phase != "C":
        raise MaterialError(
            f"{chosen.name} is polar at {temperature:g} K; the coefficients are those of the cubic"
            " phase: give a temperature above the transition, or leave it out"
        )
    eps_b = chosen.scalar("background_permittivity", temperature)
    chi = susceptibility(a, state.polarization)[0, 0]
    return Permittivity((eps_b or 1.0) + float(chi), f"{chosen.name} at {temperature:g} K")


def _component_table(couplings: tuple[float, float, float], eps_r: float) -> Table:
    table = Table(
        title="Cartesian components for symmetrized strain",
        title_justify="left",
        caption="P_1 = mu d(eps): mu at fixed E = eps0 (eps_r - 1) f; at fixed D divided by eps_r",
        caption_justify="left",
    )
    for heading in (
        "component",
        "strain, P, gradient",
        "P, strain, gradient",
        "P, gradient, strain",
        "f (V)",
        "fixed E (nC/m)",
        "fixed D (pC/m)",
    ):
        table.add_column(heading, justify="left" if heading == "component" else "right")
    rows = (
        ("longitudinal f11", "1111", "1111", "1111"),
        ("transverse f12", "2211", "1221", "1122"),
        ("shear f44", "1212", "1122", "1221"),
    )
    for indices, f in zip(rows, couplings, strict=True):
        mu = coefficient(f, eps_r)
        displaced = fixed_displacement(mu, eps_r)
        table.add_row(*indices, f"{f:.2f}", f"{1e9 * mu:.1f}", f"{1e12 * displaced:.1f}")
    return table


def _longitudinal_table(data: Crystal, pattern: str) -> Table:
    table = Table(
        title="L1 along [100] and L2 (eqs. 50-52), at fixed D",
        title_justify="left",
        caption="deformation potential: electrostatic potential per strain at D = 0 (eqs. 111-112)",
        caption_justify="left",
    )
    for heading in (
        "component",
        "electronic (pC/m)",
        "lattice (pC/m)",
        "total (pC/m)",
        "deformation potential (V)",
    ):
        table.add_column(heading, justify="left" if heading == "component" else "right")
    for component in ("L1", "L2"):
        values = [data.fixed_displacement(component, part) for part in ("el", f"ld_{pattern}", pattern)]
        potential = deformation_potential(values[-1])
        table.add_row(component, *(f"{1e12 * v:.1f}" for v in values), f"{potential:.2f}")
    return table


def _bending_table(
    data: Crystal,
    couplings: tuple[float, float, float],
    eps_r: float,
    chosen: MaterialSet | None,
    T: float,
    orientation: str | None,
) -> Table:
    if orientation is None:
        values, origin = _cube_axes(couplings, data), f"t = {data.poisson:g}, Table 7"
        where = "cube axes"
    elif chosen is None:
        raise MaterialError(
            f"{data.compound}: the library has no elastic constants for other orientations than the"
            " cube axes; leave the orientation out"
        )
    else:
        R = parse_orientation(orientation)
        values, origin = _turned(couplings, chosen, T, R), f"stiffness of {chosen.name}"
        where = f"[{orientation.replace(',', '] along the beam, [')}] through it"
    table = Table(
        title=f"Bent bodies, {where}: polarization along the thickness per curvature",
        title_justify="left",
        caption=origin,
        caption_justify="left",
    )
    for heading in ("body", "f_eff (V)", "fixed E (nC/m)"):
        table.add_column(heading, justify="left" if heading == "body" else "right")
    for body, f in values.items():
        table.add_row(body, f"{f:.2f}", f"{1e9 * coefficient(f, eps_r):.1f}")
    return table


def _cube_axes(couplings: tuple[float, float, float], data: Crystal) -> dict[str, float]:
    f11, f12, _ = couplings
    cylinder = bending.plate_cubic(f11, f12, data.poisson)
    return {
        "beam (eq. 125)": bending.beam_cubic(f11, f12, data.poisson),
        "plate, cylindrical": cylinder,
        "plate, spherical": 2.0 * cylinder,
    }


def _turned(
    couplings: tuple[float, float, float], chosen: MaterialSet, T: float, R: Array
) -> dict[str, float]:
    f = rotate4(flexo_tensor(*couplings), R)
    C11, C12, C44 = chosen.elastic(T)
    C = rotate4(cubic_stiffness(C11, C12, C44), R)
    return {
        "beam (eq. 125)": bending.beam(f, C),
        "plate, cylindrical": bending.plate(f, C),
        "plate, spherical": bending.biaxial(f, C),
    }


def _print_bound(
    couplings: tuple[float, float, float], chosen: MaterialSet, T: float, console: Console
) -> None:
    if not chosen.section("gradient"):
        return
    C11, C12, C44 = chosen.elastic(T)
    G11, G12, G44, G44p = chosen.gradient(T)
    tensors = (
        cubic_stiffness(C11, C12, C44),
        flexo_tensor(*couplings),
        cubic_gradient(G11, G12, G44, G44p),
    )
    every, across = (flexo_bound(*tensors, transverse=flag).scale for flag in (False, True))
    verdict = "[red]unstable[/red]" if min(every, across) < 1.0 else "stable"
    console.print(
        f"as f of {chosen.name}: largest stable scale s* = {every:.2f} (any P), {across:.2f} (P normal"
        f" to the wave vector): {verdict}"
    )


def _warnings(data: Crystal, pattern: str) -> list[str]:
    difference = float(np.ptp([data.fixed_displacement("L1", name) for name in ("even", "mass")]))
    found = [
        "f11 and f12 are known up to a common shift (reference potential, surfaces); f11 - f12 and"
        " f44 are not affected",
        f"the force pattern is a choice: even and mass-weighted L1 differ by {1e12 * difference:.1f}"
        " pC/m at fixed D; a body in mechanical equilibrium does not see it",
        "L1 and L2 are computed; their split into 1122 and 1221 assumes equal electronic parts",
    ]
    found += [
        f"Table {misprint.table[5]} prints {misprint.entry} = {misprint.printed:g}, which contradicts"
        f" {misprint.reason}: {misprint.expected:g}"
        for misprint in MISPRINTS
        if misprint.crystal == data.key
    ]
    if data.structure == "diamond":
        found.append("one permittivity is printed; it serves as static and electronic one")
    return found
