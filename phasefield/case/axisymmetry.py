"""Whether the materials of a case may fill a body of revolution: their coefficients must not change around its axis."""

from __future__ import annotations

from phasefield import tensors
from phasefield.case.schema import Case
from phasefield.errors import MaterialError
from phasefield.materials import Material
from phasefield.materials.axial import changing, is_axial

_WAYS_OUT = (
    "set crystal.axial_average = true to take their means over all rotations about z (docs/axisymmetry.md says what"
    " that leaves out), or use a mesh in three dimensions"
)


def check_axial_material(case: Case, material: Material) -> None:
    """Raise MaterialError if the ferroelectric of an axisymmetric case changes under rotations about lab z."""
    if not case.mesh.axisymmetric or case.crystal.axial_average:
        return
    unused = () if case.mechanics.enabled else ("stiffness", "electrostriction")
    found = changing(material, tensors.rotation(x=case.crystal.x, z=case.crystal.z))
    if found := [name for name in found if name not in unused]:
        raise MaterialError(
            f"mesh.axisymmetric: the {', '.join(found)} of {material.name} change under rotation about z, and those of"
            f" a body of revolution may not: {_WAYS_OUT}"
        )


def check_axial_stiffness(case: Case, region: str, C11: float, C12: float, C44: float) -> None:
    """The same for the cubic stiffness (Pa) of a region without polarization."""
    if not case.mesh.axisymmetric or case.crystal.axial_average:
        return
    R = tensors.rotation(x=case.crystal.x, z=case.crystal.z)
    if not is_axial(tensors.rotate4(tensors.cubic_stiffness(C11, C12, C44), R)):
        raise MaterialError(
            f"material.regions.{region}: its stiffness changes under rotation about z, and that of a body of revolution"
            f" may not: {_WAYS_OUT}, or give elastic constants with C11 - C12 = 2 C44"
        )
