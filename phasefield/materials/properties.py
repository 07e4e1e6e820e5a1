"""Everything a material set implies at one temperature and composition, gathered for a report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phasefield.errors import MaterialError
from phasefield.materials import stability, thermodynamics
from phasefield.materials.material_set import MaterialSet
from phasefield.materials.model import Material
from phasefield.materials.overrides import available_flexo, with_flexo
from phasefield.materials.thermodynamics import State, Wall
from phasefield.materials.validation import check_landau
from phasefield.tensors import Array, cubic_electrostriction, strain_to_voigt

COLDEST = 5.0
"""Lowest temperature (K) at which transitions are sought."""

HOTTEST = 1500.0
"""Highest temperature (K) at which transitions are sought."""


@dataclass(frozen=True)
class FlexoStability:
    """Stability of one flexocoupling set: its values (V) and the scales s* it allows.

    `all_scale` is for any polarization, `transverse_scale` for P normal to the wave vector only.
    """

    name: str
    values: tuple[float, ...]
    all_scale: float
    transverse_scale: float


@dataclass(frozen=True)
class Properties:
    """What a set implies; None where the set lacks the coefficients for it.

    Attributes:
        state: state of lowest energy at zero stress.
        strain: its spontaneous strain, Voigt with engineering shear (6,).
        susceptibility: principal relative susceptibilities of the soft mode, ascending (3,).
        coercive_field: thermodynamic coercive field along P, V/m; None for the cubic phase.
        transitions: (phase below, phase above, temperature in K) on heating.
        free_wall: 180-degree wall without elastic energy; None unless tetragonal.
        clamped_wall: the same wall with the in-plane strain of the domains kept.
        flexo: stability of every flexocoupling set for this compound.
        material: the validated material, or None if coefficients are missing.
        reason: why there is no `material`.
    """

    state: State
    strain: Array | None
    susceptibility: Array
    coercive_field: float | None
    transitions: list[tuple[str, str, float]]
    free_wall: Wall | None
    clamped_wall: Wall | None
    flexo: list[FlexoStability]
    material: Material | None
    reason: str


def implied(material_set: MaterialSet, T: float, x: float | None = None) -> Properties:
    """Properties of a set at temperature T (K) and composition x.

    Raises:
        MaterialError: T or x out of range, no Landau coefficients, or an unphysical set.
    """
    a = material_set.landau(T, x)
    check_landau(a, material_set.place)
    state = thermodynamics.ground_state(a)
    material, reason = _material(material_set, T, x)
    free_wall, clamped_wall = _walls(material_set, T, x, state)
    polar = state.magnitude > 0.0
    return Properties(
        state=state,
        strain=_strain(material_set, T, x, state),
        susceptibility=np.sort(np.linalg.eigvalsh(thermodynamics.susceptibility(a, state.polarization))),
        coercive_field=thermodynamics.coercive_field(a, state)[0] if polar else None,
        transitions=transitions(material_set, x),
        free_wall=free_wall,
        clamped_wall=clamped_wall,
        flexo=[] if material is None else flexo_stability(material_set, T, x),
        material=material,
        reason=reason,
    )


def transitions(material_set: MaterialSet, x: float | None = None) -> list[tuple[str, str, float]]:
    """Phase changes of a set on heating through its range of temperature."""
    low, high = material_set.temperature_range
    return thermodynamics.transitions(lambda T: material_set.landau(T, x), max(low, COLDEST), min(high, HOTTEST))


def flexo_stability(material_set: MaterialSet, T: float, x: float | None = None) -> list[FlexoStability]:
    """s* of every named flexocoupling set that exists for the compound."""
    found = []
    for name in available_flexo(material_set.formula):
        chosen = with_flexo(material_set, name)
        (C, f, G), values = chosen.gradient_tensors(T, x), chosen.flexo(T, x)
        assert f is not None and values is not None  # just chosen
        every, transverse = (stability.flexo_bound(C, f, G, transverse=flag).scale for flag in (False, True))
        found.append(FlexoStability(name, values, every, transverse))
    return found


def _material(material_set: MaterialSet, T: float, x: float | None) -> tuple[Material | None, str]:
    """The material, or why it cannot be made: a missing coefficient. Unphysical ones raise."""
    missing = material_set.missing()
    if missing:
        return None, f"missing for a simulation: {', '.join(missing)}"
    try:
        material_set.elastic(T, x)
    except MaterialError as error:
        return None, str(error)
    return material_set.at(T, x), ""


def _strain(material_set: MaterialSet, T: float, x: float | None, state: State) -> Array | None:
    if not material_set.section("electrostriction"):
        return None
    Q = cubic_electrostriction(*material_set.electrostriction(T, x))
    return strain_to_voigt(thermodynamics.spontaneous_strain(Q, state.polarization))


def _walls(material_set: MaterialSet, T: float, x: float | None, state: State) -> tuple[Wall | None, Wall | None]:
    if state.phase != "T" or not material_set.section("gradient"):
        return None, None
    a = material_set.landau(T, x)
    _, _, G44, G44p = material_set.gradient(T, x)
    stiffening = thermodynamics.wall_stiffening(material_set.elastic(T, x), material_set.electrostriction(T, x))
    return (
        thermodynamics.wall_180(a, G44 + G44p),
        thermodynamics.wall_180(a, G44 + G44p, stiffening),
    )
