"""Bodies of revolution: meshes, loads and conditions that are the same at every angle about the axis."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from phasefield import tensors
from phasefield.case.checks.boundaries import Condition, tables
from phasefield.case.defects import diffusion_factors, vegard_tensor
from phasefield.case.layout import axes_of, axis_boundary
from phasefield.case.schema import BoxMesh, Case, Component, DefectCondition, TipMesh
from phasefield.materials.axial import ROUND_OFF


def problems(case: Case) -> Iterator[str]:
    """What `mesh.axisymmetric` excludes; the material is checked with its coefficients."""
    if not case.mesh.axisymmetric:
        if case.crystal.axial_average:
            yield "crystal.axial_average: has a meaning with mesh.axisymmetric = true only; remove it"
        return
    yield from _mesh(case)
    yield from _conditions(case)
    yield from _fields(case)
    yield from _defects(case)


def _mesh(case: Case) -> Iterator[str]:
    axes = axes_of(case.mesh)
    if axes is not None and axes != "xz":
        yield (
            f'mesh.axes: found "{axes}"; an axisymmetric mesh has the axes "xz", x the distance from the axis:'
            ' give axes = "xz"'
        )
    if "x" in case.mesh.periodic:
        yield f'mesh.periodic: found "{case.mesh.periodic}"; an axisymmetric mesh can be periodic along z only'
    if isinstance(case.mesh, TipMesh) and case.mesh.half != "x":
        yield f'mesh.half: found "{case.mesh.half}"; an axisymmetric mesh begins at the axis: give half = "x"'
    if isinstance(case.mesh, BoxMesh) and case.mesh.origin and case.mesh.origin[0] < 0.0:
        yield f"mesh.origin: found x = {case.mesh.origin[0]:g} m; the distance from the axis is 0 or more"


def _conditions(case: Case) -> Iterator[str]:
    """The axis is no boundary: P, u and the field have no component across it there."""
    species = {f"defects.species.{name}": spec.boundary for name, spec in case.defects.species.items()}
    everything: dict[str, Sequence[Condition | DefectCondition]] = {**tables(case), **species}
    for table, conditions in everything.items():
        for i, condition in enumerate(conditions):
            if axis_boundary(case.mesh) in condition.on:
                yield (
                    f'{table}.boundary[{i}].on: "{axis_boundary(case.mesh)}" is the axis of revolution, where'
                    " symmetry says all there is to say; remove it"
                )


def _fields(case: Case) -> Iterator[str]:
    if across := [kind for kind in case.output.response if kind != "pyroelectric"]:
        yield (
            f"output.response: {' and '.join(across)} need fields across the axis; use a mesh in three dimensions, or"
            ' ask for "pyroelectric" only'
        )
    for axis, value in zip("xyz", case.electrostatics.applied_field, strict=True):
        if axis != "z" and value != 0.0:
            yield f"electrostatics.applied_field: its component along {axis} has a direction across the axis; use z"
    for table in ("strain", "stress", "curvature"):
        for component in getattr(case.mechanics, table):
            if table == "curvature" or component != "zz":
                yield (
                    f"mechanics.{table}.{component}: follows from the displacement in a body of revolution;"
                    " prescribe it by mechanics.boundary"
                )
    misfit = case.mechanics.misfit
    shears: tuple[Component, ...] = ("yz", "xz", "xy")
    if misfit.get("xx", 0.0) != misfit.get("yy", 0.0) or any(misfit.get(shear, 0.0) != 0.0 for shear in shears):
        yield "mechanics.misfit: must be the same in all directions across the axis: xx = yy and no shear"


def _defects(case: Case) -> Iterator[str]:
    """Diffusion and Vegard strain must be the same at every angle about the axis."""
    if case.crystal.axial_average:
        return
    lab = tensors.rotation(x=case.crystal.x, z=case.crystal.z)
    for name, spec in case.defects.species.items():
        coefficients = {"anisotropy": diffusion_factors(spec), "vegard": vegard_tensor(spec)}
        for key, t in coefficients.items():
            if t is not None and not _is_axial(tensors.rotate2(t, lab)):
                yield (
                    f"defects.species.{name}.{key}: changes under rotation about z, and in a body of revolution it may"
                    " not: set crystal.axial_average = true to take its mean, or make it the same across the axis"
                )


def _is_axial(t: tensors.Array) -> bool:
    return bool(np.abs(tensors.axial_average2(t) - t).max() <= ROUND_OFF * np.abs(t).max())
