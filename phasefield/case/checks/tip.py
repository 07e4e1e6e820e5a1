"""The tip that presses on the body: what each kind needs, where it can be, and whether the mesh resolves it."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.checks.place import problems_of_place
from phasefield.case.layout import boundaries_of, boundaries_of_fluids
from phasefield.case.schema import Case, FileMesh, IndenterTip, PressureSpec, PunchTip, SphereTip, TipSpec
from phasefield.errors import nearest


def problems(case: Case) -> Iterator[str]:
    """Contradictions within `mechanics.tip`, and with the mesh and the rest of mechanics."""
    tip = case.mechanics.tip
    if tip is None:
        return
    if not case.mechanics.enabled:
        yield "mechanics.tip: needs mechanics, which is not enabled"
    if case.mechanics.prescribed is not None:
        yield "mechanics.tip: has no meaning beside mechanics.prescribed; remove one of them"
    if isinstance(tip.force, float) and tip.force < 0.0:
        yield f"mechanics.tip.force: found {tip.force:g} N; a tip presses, it does not pull"
    yield from _indenter(tip, case) if isinstance(tip, IndenterTip) else _pressure(tip)
    yield from _boundary(tip, case)
    yield from problems_of_place("mechanics.tip", tip, case)


def _pressure(tip: PressureSpec) -> Iterator[str]:
    if isinstance(tip, SphereTip):
        hertz = (tip.radius, tip.modulus)
        if tip.contact_radius is None and None in hertz:
            yield "mechanics.tip: a sphere needs its radius and the reduced modulus, or contact_radius"
        if tip.contact_radius is not None and hertz != (None, None):
            yield "mechanics.tip.contact_radius: radius and modulus give it already; remove it or them"
    if isinstance(tip, PunchTip) and tip.rim is not None and tip.rim >= tip.contact_radius:
        yield f"mechanics.tip.rim: found {tip.rim:g} m; expected less than contact_radius = {tip.contact_radius:g} m"


def _indenter(tip: IndenterTip, case: Case) -> Iterator[str]:
    """What is solved together with the contact, and what has not been."""
    if (tip.force is None) == (tip.indentation is None):
        found = "neither" if tip.force is None else "both"
        yield f"mechanics.tip.force: an indenter is pressed by its force or to its indentation; found {found}"
    path, mechanics = "mechanics.tip.kind", case.mechanics
    if case.mesh.degree != 1:
        yield f'{path}: "indenter" needs elements of degree 1, whose nodes carry pressures; found mesh.degree = 2'
    if case.solver.method == "newton":
        yield f'{path}: "indenter" is solved with u after P; remove solver.method = "newton"'
    if case.output.response:
        yield f'{path}: "indenter" has no linear response, for its contact grows; remove output.response'
    if case.time.minimum:
        yield f'{path}: "indenter" is not known to the factors that time.minimum needs; remove time.minimum'
    if case.defects.species:
        yield f'{path}: "indenter" has not been verified beside mobile defects; use kind = "sphere"'
    free = [f"mechanics.strain.{c}" for c, value in mechanics.strain.items() if value == "free"]
    free += [f"mechanics.stress.{c}" for c in mechanics.stress]
    free += [f"mechanics.curvature.{c}" for c, value in mechanics.curvature.items() if value == "free"]
    if free:
        yield f'{path}: "indenter" needs given mean strains; found {", ".join(free)}'


def _boundary(tip: TipSpec, case: Case) -> Iterator[str]:
    known = boundaries_of(case.mesh)
    if isinstance(case.mesh, FileMesh):
        if tip.on not in known:
            yield f'mechanics.tip.on: "{tip.on}" is not a boundary of mesh.boundaries{nearest(tip.on, known)}'
    elif known.get(tip.on) != "z_max":
        outer = ", ".join(name for name, place in known.items() if place == "z_max") or "none"
        yield f'mechanics.tip.on: found "{tip.on}"; a tip presses on the upper side of the mesh ({outer})'
    elif fluid := boundaries_of_fluids(case).get("z_max"):
        yield f'mechanics.tip.on: "{tip.on}" is a side of "{fluid}", a fluid; a tip presses on a mesh without it'
