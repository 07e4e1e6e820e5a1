"""Profiles of composition, misfit and charge: their own consistency, and what else a graded body needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from phasefield.case.layout import axes_of, body_length
from phasefield.case.profiles import extreme_values, points_of
from phasefield.case.schema import Case, FileProfile, PointsProfile, ProfileSpec, StepProfile
from phasefield.errors import CaseError


def problems(case: Case) -> Iterator[str]:
    """Contradictions of the profiles of a case, and of `mechanics.reference_lattice`."""
    profiles = {
        "material.grading": case.material.grading,
        "mechanics.misfit_profile": case.mechanics.misfit_profile,
        "electrostatics.space_charge": case.electrostatics.space_charge,
    }
    usable = {}
    for path, spec in profiles.items():
        if spec is not None:
            found = list(_profile(path, spec, case))
            yield from found
            usable[path] = not found
    yield from _composition(case, usable.get("material.grading", False))
    yield from _misfit(case)
    yield from _space_charge(case)


def _composition(case: Case, usable: bool) -> Iterator[str]:
    grading = case.material.grading
    if grading is None:
        return
    if case.material.composition is not None:
        yield "material.composition: material.grading is given too; remove one of them"
    if usable:
        lowest, highest = extreme_values(grading)
        if lowest < 0.0 or highest > 1.0:
            yield f"material.grading: found compositions from {lowest:g} to {highest:g}; expected 0 to 1"
    if case.mechanics.enabled and case.mechanics.reference_lattice is None and not case.mechanics.misfit:
        yield (
            "mechanics.reference_lattice: missing; the lattice parameter of a graded body varies: give that of the"
            " coherent substrate (m), or the body's own mean where its mean strain is free; or mechanics.misfit,"
            " with xx = 0 for no misfit anywhere"
        )


def _misfit(case: Case) -> Iterator[str]:
    mechanics = case.mechanics
    if mechanics.misfit and mechanics.reference_lattice is not None:
        yield "mechanics.misfit: mechanics.reference_lattice is given too; remove one of them"
    if mechanics.misfit_profile is not None and not mechanics.misfit and mechanics.reference_lattice is None:
        yield "mechanics.misfit_profile: has no meaning without mechanics.misfit or mechanics.reference_lattice"


def _space_charge(case: Case) -> Iterator[str]:
    electrostatics = case.electrostatics
    if electrostatics.space_charge is None:
        return
    if not electrostatics.enabled:
        yield "electrostatics.space_charge: has no meaning without the potential (electrostatics.enabled)"
    elif not any(condition.kind in ("electrode", "screened") for condition in electrostatics.boundary):
        yield "electrostatics.space_charge: needs an electrode or screened surface, whose charge balances it"


def _profile(path: str, spec: ProfileSpec, case: Case) -> Iterator[str]:
    axes = axes_of(case.mesh)
    if axes is not None and spec.axis not in axes:
        yield f'{path}.axis: found "{spec.axis}"; the mesh resolves "{axes}"'
    length = body_length(case.mesh, spec.axis)
    if isinstance(spec, StepProfile):
        if len(spec.at) != len(spec.values) - 1:
            yield f"{path}.at: found {len(spec.at)} interfaces of {len(spec.values)} layers; expected one less"
        yield from _increasing(f"{path}.at", spec.at)
        if length is not None and spec.at[-1] >= length:
            yield f"{path}.at: found {spec.at[-1]:g} m; expected less than the thickness of the body, {length:g} m"
    elif isinstance(spec, PointsProfile):
        if len(spec.positions) != len(spec.values):
            yield f"{path}.values: found {len(spec.values)} of them for {len(spec.positions)} positions"
        yield from _increasing(f"{path}.positions", spec.positions)
    elif isinstance(spec, FileProfile):
        yield from _file(f"{path}.path", spec)


def _increasing(path: str, numbers: Sequence[float]) -> Iterator[str]:
    if any(later <= earlier for earlier, later in pairwise(numbers)):
        yield f"{path}: expected increasing distances"


def _file(path: str, spec: FileProfile) -> Iterator[str]:
    if not Path(spec.path).is_file():
        yield f"{path}: no such file: {spec.path}"
        return
    try:
        points_of(spec)
    except CaseError as error:
        yield f"{path}: {error}"
