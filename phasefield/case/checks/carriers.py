"""Electrons and holes: what they need of other tables, and keys that mean nothing without them."""

from __future__ import annotations

from collections.abc import Iterator

from phasefield.case.carriers import ELECTRONS, HOLES
from phasefield.case.schema import Case


def problems(case: Case) -> Iterator[str]:
    """Contradictions of the table `electrostatics.carriers` and of the bands of electrodes."""
    yield from _contacts(case)
    if case.electrostatics.carriers is None:
        if case.material.semiconductor.model_dump(exclude_none=True):
            yield "material.semiconductor: has no meaning without electrostatics.carriers; remove it, or give both"
        if "conduction_band" in case.output.fields:
            yield 'output.fields: "conduction_band" needs electrostatics.carriers'
        return
    path = "electrostatics.carriers"
    if not case.electrostatics.enabled:
        yield f"{path}: needs electrostatics, which is not enabled"
    if case.material.grading is not None:
        yield f"{path}: bands of one composition only; found material.grading, use material.composition"
    holding = {"electrode", "screened"} & {condition.kind for condition in case.electrostatics.boundary}
    if not holding and case.electrostatics.tip is None:
        yield (
            f"{path}: the Fermi level is that of a contact, and nothing has a potential; give an electrode or a"
            " screened surface in electrostatics.boundary"
        )
    for name in (ELECTRONS, HOLES):
        if name in case.defects.species:
            yield f"defects.species.{name}: the name is that of carriers in electrostatics.carriers; use another one"


def _contacts(case: Case) -> Iterator[str]:
    for i, condition in enumerate(case.electrostatics.boundary):
        given = [key for key in ("work_function", "barrier") if getattr(condition, key) is not None]
        path = f"electrostatics.boundary[{i}]"
        if len(given) > 1:
            yield f"{path}.barrier: work_function and barrier are both given; remove one of them"
        if given and case.electrostatics.carriers is None:
            yield (
                f"{path}.{given[0]}: has no meaning without electrostatics.carriers; give that table, or a built-in"
                " voltage as part of the potential"
            )
