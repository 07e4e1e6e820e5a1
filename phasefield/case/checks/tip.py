"""The tip that presses on the body: what each kind needs, where it can be, and whether the mesh resolves it."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.checks.place import problems_of_place
from phasefield.case.layout import boundaries_of
from phasefield.case.schema import Case, FileMesh, PunchTip, SphereTip, TipSpec
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
    yield from _kind(tip)
    yield from _boundary(tip, case)
    yield from problems_of_place("mechanics.tip", tip, case)


def _kind(tip: TipSpec) -> Iterator[str]:
    if isinstance(tip, SphereTip):
        hertz = (tip.radius, tip.modulus)
        if tip.contact_radius is None and None in hertz:
            yield "mechanics.tip: a sphere needs its radius and the reduced modulus, or contact_radius"
        if tip.contact_radius is not None and hertz != (None, None):
            yield "mechanics.tip.contact_radius: radius and modulus give it already; remove it or them"
    if isinstance(tip, PunchTip) and tip.rim is not None and tip.rim >= tip.contact_radius:
        yield f"mechanics.tip.rim: found {tip.rim:g} m; expected less than contact_radius = {tip.contact_radius:g} m"


def _boundary(tip: TipSpec, case: Case) -> Iterator[str]:
    known = boundaries_of(case.mesh)
    if isinstance(case.mesh, FileMesh):
        if tip.on not in known:
            yield f'mechanics.tip.on: "{tip.on}" is not a boundary of mesh.boundaries{nearest(tip.on, known)}'
    elif known.get(tip.on) != "z_max":
        outer = ", ".join(name for name, place in known.items() if place == "z_max") or "none"
        yield f'mechanics.tip.on: found "{tip.on}"; a tip presses on the upper side of the mesh ({outer})'
