"""`phasefield flexo`: the first-principles coefficients of one crystal in every form."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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
from phasefield.flexocoupling.tables import (
    MISPRINTS,
    PATTERNS,
    Crystal,
    check_pattern,
    crystal,
    crystals,
)
from phasefield.materials import MaterialSet, available, read_set
from phasefield.materials.stability import flexo_bound
from phasefield.materials.thermodynamics import ground_state, susceptibility
from phasefield.tensors import cubic_gradient, cubic_stiffness, flexo_tensor, rotate4

PREFERRED = {
    "BaTiO3": "BaTiO3_Li2005",
    "PbTiO3": "PbTiO3_Pertsev1998",
    "SrTiO3": "SrTiO3_polar",
}
"""Material set that serves a compound when only the compound is named."""

ROOM_TEMPERATURE = 298.15
"""Temperature (K) of the elastic constants when none is asked for."""

_INDICES = (
    ("longitudinal f11", "1111", "1111", "1111"),
    ("transverse f12", "2211", "1221", "1122"),
    ("shear f44", "1212", "1122", "1221"),
)


@dataclass(frozen=True)
class Request:
    """What is asked for, with the data found for it.

    Attributes:
        data: crystal of the tables.
        pattern: force pattern.
        material_set: set of the library for the compound, if there is one.
        temperature: K.
        permittivity: static eps_r.
        origin: where the permittivity is from.
    """

    data: Crystal
    pattern: str
    material_set: MaterialSet | None
    temperature: float
    permittivity: float
    origin: str

    @property
    def couplings(self) -> tuple[float, float, float]:
        """(f11, f12, f44) in V."""
        return self.data.couplings(self.pattern)


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
        temperature: K at which the permittivity is taken from the material set; None: the one
            measured at room temperature.
        orientation: crystal directions along a beam and through it, such as "110,001"; None: cube
            axes.
        console: where to print.

    Raises:
        MaterialError: no data for the material, or for the temperature or orientation.
        CaseError: the two directions of the orientation are not orthogonal.
    """
    console = console or Console()
    request = _request(material, pattern, temperature)
    bodies, where, origin = _bent_bodies(request, orientation)
    console.print(
        f"[bold]{request.data.compound}[/bold], {pattern} force pattern; Hong and Vanderbilt, Phys."
        f" Rev. B 88, 174107 (2013)\nrelative permittivity {request.permittivity:.4g} ({request.origin})"
    )
    console.print(
        "\nCartesian components for symmetrized strain, with their indices in three orders\n"
        "fixed E: eps0 (eps_r - 1) f; fixed D: that over eps_r"
    )
    console.print(_component_table(request))
    console.print(
        "\nComponents L1 along [100] and L2 (eqs. 50-52) at fixed D\n"
        "deformation potential: electrostatic potential per strain at D = 0 (eqs. 111-112)"
    )
    console.print(_longitudinal_table(request))
    console.print(f"\nBent bodies, {where}: polarization through the thickness per curvature")
    console.print(_bending_table(bodies, request.permittivity))
    console.print(origin + "\n")
    if request.material_set is not None:
        _print_bound(request, request.material_set, console)
    for warning in _warnings(request):
        console.print(f"[yellow]warning[/yellow] {warning}")


# --- data -----------------------------------------------------------------------------------------


def _request(material: str, pattern: str, temperature: float | None) -> Request:
    check_pattern(pattern)
    chosen = _set(material)
    data = crystal(material if chosen is None or material in crystals() else chosen.formula)
    if temperature is None:
        eps_r, origin = data.permittivity, "measured at room temperature, Table 1"
    else:
        eps_r, origin = _permittivity(data, chosen, temperature)
    T = ROOM_TEMPERATURE if temperature is None else temperature
    return Request(data, pattern, chosen, T, eps_r, origin)


def _set(material: str) -> MaterialSet | None:
    if material in available():
        return read_set(material)
    name = PREFERRED.get(crystal(material).compound)
    return None if name is None else read_set(name)


def _permittivity(data: Crystal, chosen: MaterialSet | None, T: float) -> tuple[float, str]:
    if chosen is None:
        raise MaterialError(
            f"{data.compound}: the library has no permittivity at {T:g} K for it; leave the"
            " temperature out to use the measured one at room temperature"
        )
    a = chosen.landau(T)
    state = ground_state(a)
    if state.phase != "C":
        raise MaterialError(
            f"{chosen.name} is polar at {T:g} K; the coefficients are those of the cubic phase: give"
            " a temperature above the transition, or leave it out"
        )
    eps_b = chosen.scalar("background_permittivity", T) or 1.0
    chi = float(susceptibility(a, state.polarization)[0, 0])
    return eps_b + chi, f"{chosen.name} at {T:g} K"


def _bent_bodies(request: Request, orientation: str | None) -> tuple[dict[str, float], str, str]:
    """f_eff (V) of beam and plates, in which orientation, and where the elastic ratios are from."""
    if orientation is None:
        f11, f12, _ = request.couplings
        t = request.data.poisson
        cylinder = bending.plate_cubic(f11, f12, t)
        bodies = _bodies(bending.beam_cubic(f11, f12, t), cylinder, 2.0 * cylinder)
        return bodies, "cube axes", f"with t = C12/(C11 + C12) = {t:g} of Table 7"
    chosen = request.material_set
    if chosen is None:
        raise MaterialError(
            f"{request.data.compound}: the library has no elastic constants for other orientations"
            " than the cube axes; leave the orientation out"
        )
    R = parse_orientation(orientation)
    f = rotate4(flexo_tensor(*request.couplings), R)
    C11, C12, C44 = chosen.elastic(request.temperature)
    C = rotate4(cubic_stiffness(C11, C12, C44), R)
    bodies = _bodies(bending.beam(f, C), bending.plate(f, C), bending.biaxial(f, C))
    x, z = orientation.replace("[", "").replace("]", "").split(",")
    where = rf"\[{x.strip()}] along the beam, \[{z.strip()}] through it"
    return bodies, where, f"with the stiffness of {chosen.name}"


def _bodies(beam: float, cylinder: float, sphere: float) -> dict[str, float]:
    return {
        "beam (eq. 125)": beam,
        "plate, cylindrical": cylinder,
        "plate, spherical": sphere,
    }


# --- tables ---------------------------------------------------------------------------------------


def _table(*headings: str) -> Table:
    """Table with a left column of names and right columns of numbers."""
    table = Table()
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="right" if i else "left")
    return table


def _component_table(request: Request) -> Table:
    table = _table(
        "component",
        "strain, P, gradient",
        "P, strain, gradient",
        "P, gradient, strain",
        "f (V)",
        "fixed E (nC/m)",
        "fixed D (pC/m)",
    )
    eps_r = request.permittivity
    for indices, f in zip(_INDICES, request.couplings, strict=True):
        mu = coefficient(f, eps_r)
        displaced = fixed_displacement(mu, eps_r)
        table.add_row(*indices, f"{f:.2f}", f"{1e9 * mu:.1f}", f"{1e12 * displaced:.1f}")
    return table


def _longitudinal_table(request: Request) -> Table:
    table = _table(
        "component",
        "electronic (pC/m)",
        "lattice (pC/m)",
        "total (pC/m)",
        "deformation potential (V)",
    )
    for component in ("L1", "L2"):
        parts = ("el", f"ld_{request.pattern}", request.pattern)
        values = [request.data.fixed_displacement(component, part) for part in parts]
        potential = deformation_potential(values[-1])
        table.add_row(component, *(f"{1e12 * v:.1f}" for v in values), f"{potential:.2f}")
    return table


def _bending_table(bodies: dict[str, float], eps_r: float) -> Table:
    table = _table("body", "f_eff (V)", "fixed E (nC/m)")
    for body, f in bodies.items():
        table.add_row(body, f"{f:.2f}", f"{1e9 * coefficient(f, eps_r):.1f}")
    return table


def _print_bound(request: Request, chosen: MaterialSet, console: Console) -> None:
    C11, C12, C44 = chosen.elastic(request.temperature)
    G11, G12, G44, G44p = chosen.gradient(request.temperature)
    C, G = cubic_stiffness(C11, C12, C44), cubic_gradient(G11, G12, G44, G44p)
    f = flexo_tensor(*request.couplings)
    every, across = (flexo_bound(C, f, G, transverse=flag).scale for flag in (False, True))
    verdict = "[red]unstable[/red]" if min(every, across) < 1.0 else "stable"
    console.print(
        f"as f of {chosen.name}: largest stable scale s* = {every:.2f} (any P), {across:.2f} (P normal"
        f" to the wave vector): {verdict}"
    )


def _warnings(request: Request) -> Iterable[str]:
    data = request.data
    even, mass = (data.fixed_displacement("L1", pattern) for pattern in PATTERNS)
    yield (
        "f11 and f12 are known up to a common shift (reference potential, surfaces); f11 - f12 and f44 are not affected"
    )
    if even != mass:
        yield (
            f"the force pattern is a choice: even and mass-weighted L1 differ by"
            f" {1e12 * abs(even - mass):.1f} pC/m at fixed D; a body in mechanical equilibrium does"
            " not see it"
        )
    yield "L1 and L2 are computed; their split into 1122 and 1221 assumes equal electronic parts"
    for misprint in MISPRINTS:
        if misprint.crystal == data.key:
            yield (
                f"Table {misprint.table[5]} prints {misprint.entry} = {misprint.printed:g}, which"
                f" contradicts {misprint.reason}: {misprint.expected:g}"
            )
    if data.structure == "diamond":
        yield "one permittivity is printed; it serves as static and electronic one"
