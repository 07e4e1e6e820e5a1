"""Material files and regions; completeness and stability of the coefficients: `case.material`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from phasefield.case.layout import passive_regions_of
from phasefield.case.schema import BoxMesh, Case, ElasticConstants, FilmMesh, Region, TipMesh
from phasefield.errors import nearest

_STIFFNESS = ("C11", "C12", "C44")


def problems(case: Case) -> Iterator[str]:
    """Missing material files, unknown regions, and regions without data."""
    yield from _file("material.name", case.material.name)
    known = passive_regions_of(case.mesh)
    for name, region in case.material.regions.items():
        path = f"material.regions.{name}"
        if name not in known:
            yield f"{path}: {_unknown(name, case, known)}"
        yield from _file(f"{path}.material", region.material)
        if region.fluid and (region.material or region.elastic != ElasticConstants()):
            yield f"{path}.fluid: a fluid has no stiffness; remove material and elastic"
        elif case.mechanics.enabled and not region.fluid:
            yield from _stiffness(path, region)
    if isinstance(case.mesh, FilmMesh | TipMesh):
        for name in known:
            if name not in case.material.regions:
                yield (
                    f"material.regions.{name}: missing; the mesh has a layer of that name: give"
                    " its material or elastic constants, or fluid = true, and its permittivity"
                )
    elif known and set(known) <= set(case.material.regions):
        yield "material.regions: every region of the mesh is here; none is left to be ferroelectric"


def _file(path: str, name: str | None) -> Iterator[str]:
    if name is not None and name.endswith(".toml") and not Path(name).is_file():
        yield f"{path}: no such file: {name}"


def _unknown(name: str, case: Case, known: tuple[str, ...]) -> str:
    if isinstance(case.mesh, BoxMesh):
        return "a box is ferroelectric everywhere and has no other regions"
    where = "mesh.regions" if case.mesh.kind == "file" else f"the {case.mesh.kind} mesh"
    return f"not a region of {where}{nearest(name, known)} (it has: {', '.join(known) or 'none'})"


def _stiffness(path: str, region: Region) -> Iterator[str]:
    missing = [key for key in _STIFFNESS if getattr(region.elastic, key) is None]
    if region.material is None and missing:
        yield (
            f"{path}.elastic: {', '.join(missing)} missing (Pa); give them or a material, since"
            " mechanics is computed in every region"
        )
