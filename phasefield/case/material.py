"""From the table `material` of a case to coefficients, at its temperatures and compositions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from phasefield.case.axisymmetry import check_axial_material, check_axial_stiffness
from phasefield.case.carriers import check_bands
from phasefield.case.flexoelectricity import check_flexocoupling
from phasefield.case.profiles import extreme_values
from phasefield.case.schema import (
    Case,
    ConstantLoad,
    Flexoelectricity,
    LoadSpec,
    RampLoad,
    TableLoad,
)
from phasefield.errors import MaterialError
from phasefield.flexocoupling.indices import reorder
from phasefield.materials import Material, MaterialSet, resolve_set
from phasefield.materials.conventions import clamped_gradient
from phasefield.materials.overrides import with_semiconductor, without_flexo
from phasefield.tensors import Array, full_flexo

#: Keys of the table `material` that hold inline coefficients.
_INLINE = {
    "landau",
    "elastic",
    "electrostriction",
    "gradient",
    "background_permittivity",
    "kinetic",
    "semiconductor",
}
#: Compositions of a graded body, and temperatures of a run, at which the material is checked before it runs.
SAMPLES = 5


@dataclass(frozen=True)
class Ferroelectric:
    """The ferroelectric of a case, still a function of temperature (K) and composition."""

    case: Case
    set: MaterialSet

    @classmethod
    def of(cls, case: Case) -> Ferroelectric:
        """From the table `material`. Raises MaterialError: an unknown set or a wrong inline coefficient."""
        table = case.material
        given: dict[str, Any] = table.model_dump(include=_INLINE, exclude_none=True)
        inline = {key: value for key, value in given.items() if value != {}}
        try:
            chosen = resolve_set(table.name, flexo=_named_or_inline(case.flexoelectricity), overrides=inline)
        except MaterialError as error:
            raise MaterialError(f"material: {error}") from error
        if not case.flexoelectricity.enabled or case.flexoelectricity.tensor is not None:
            chosen = without_flexo(chosen)
        if case.electrostatics.carriers is not None:
            chosen = with_semiconductor(chosen)
        if case.flexoelectricity.gradient is not None:
            conventions = {**chosen.conventions, "gradient": case.flexoelectricity.gradient}
            chosen = replace(chosen, conventions=conventions)
        return cls(case, chosen)

    @property
    def gradient_kind(self) -> str:
        """ "clamped" or "free": what the gradient coefficients hold for, by the case or else the material file."""
        return self.set.conventions.get("gradient", "clamped")

    def at(self, temperature: float, composition: float | None = None, validate: bool = False) -> Material:
        """Coefficients at one temperature and composition; with `validate` only if they are physical.

        Raises MaterialError: incomplete, out of range or unphysical.
        """
        evaluate = self.set.at if validate else self.set.evaluated
        try:
            found = evaluate(temperature, composition)
        except MaterialError as error:
            raise MaterialError(f"material: {error}") from error
        return self._with_flexocoupling(found)

    def _with_flexocoupling(self, material: Material) -> Material:
        """The material with the tensor of the case, if it gives one. Raises MaterialError: nothing gives any."""
        flexo = self.case.flexoelectricity
        if not flexo.enabled:
            return material
        if flexo.tensor is not None:
            f = flexo_from(flexo)
            free = self.gradient_kind == "free"
            gradient = clamped_gradient(material.gradient, material.stiffness, f) if free else material.gradient
            return replace(material, flexo=f, gradient=gradient)
        if material.flexo is None:
            raise MaterialError(
                f"flexoelectricity: {material.name} has no flexocoupling coefficients;"
                " give a set, coefficients or a tensor"
            )
        return material

    def lattice_parameter(self, temperature: float, composition: float | None = None) -> float:
        """Stress-free lattice parameter (m). Raises MaterialError: out of range, or the set has none."""
        found = self.set.scalar("lattice_parameter", temperature, composition)
        if found is None:
            raise MaterialError(
                f"mechanics.reference_lattice: {self.set.name} has no lattice parameter to compare it with;"
                " give mechanics.misfit instead"
            )
        return found

    def samples(self) -> list[Material]:
        """Validated materials that span the temperatures and compositions of the case, the middle one first.

        Raises MaterialError: incomplete, out of range or unphysical, or a coefficient of a constant operator that
        changes with the temperature of a run.
        """
        points = [(T, x) for T in temperatures(self.case) for x in compositions(self.case)]
        found = [self.at(T, x, validate=True) for T, x in points]
        for other in found:
            first = next(m for m in found if m.composition == other.composition)
            for what, changes in _differences(first, other):
                if changes:
                    raise MaterialError(
                        f"material.temperature: follows a load, but the {what} of {other.name} depends on temperature,"
                        " and that may not change during a run; give a temperature, or constants over those of the set"
                    )
        return found


def _differences(a: Material, b: Material) -> Iterator[tuple[str, bool]]:
    """Whether those coefficients differ that the constant operators of the solvers hold."""
    pairs: dict[str, tuple[Any, Any]] = {
        "stiffness": (a.stiffness, b.stiffness),
        "gradient energy": (a.gradient, b.gradient),
        "flexocoupling": (a.flexo, b.flexo),
        "background permittivity": (a.background_permittivity, b.background_permittivity),
        "kinetic coefficient": (a.kinetic, b.kinetic),
    }
    for what, (one, other) in pairs.items():
        yield what, one is not None and not np.allclose(one, other, rtol=1e-9, atol=0.0)


def temperatures(case: Case) -> list[float]:
    """Temperatures (K) that span those of the run, the middle one first; one if it does not change."""
    given = case.material.temperature
    if not isinstance(given, str):
        return [given]
    lowest, highest = _extremes(case.loads[given])
    return _middle_first(lowest, highest)


def compositions(case: Case) -> list[float | None]:
    """Compositions that span those of the body, the middle one first; one if it is not graded."""
    if case.material.grading is None:
        return [case.material.composition]
    return [*_middle_first(*extreme_values(case.material.grading))]


def _middle_first(lowest: float, highest: float) -> list[float]:
    values = [float(v) for v in np.linspace(lowest, highest, SAMPLES)]
    middle = values.pop(SAMPLES // 2)
    return [middle, *values] if highest > lowest else [middle]


def _extremes(load: LoadSpec) -> tuple[float, float]:
    """Lowest and highest value of a load."""
    if isinstance(load, ConstantLoad):
        values = [load.value]
    elif isinstance(load, RampLoad):
        values = [load.start, load.stop]
    elif isinstance(load, TableLoad):
        values = list(load.values)
    else:
        values = [load.offset - abs(load.amplitude), load.offset + abs(load.amplitude)]
    return min(values), max(values)


def case_material(case: Case) -> Material:
    """The ferroelectric of a case, in the middle of its temperatures and compositions.

    Raises MaterialError: unknown, incomplete or unphysical, anywhere between them.
    """
    return Ferroelectric.of(case).samples()[0]


def _named_or_inline(flexo: Flexoelectricity) -> str | dict[str, float] | None:
    if not flexo.enabled or flexo.tensor is not None:
        return None
    return flexo.set or flexo.coefficients.model_dump(exclude_none=True) or None


def flexo_from(flexo: Flexoelectricity) -> Array:
    """The tensor f_ijkl (3, 3, 3, 3), V, crystal frame, that a case gives in any of its shapes."""
    given = np.asarray(flexo.tensor, dtype=float)
    if given.ndim == 4:
        return reorder(given, flexo.tensor_order, "energy")
    return full_flexo(given.reshape(6, 9))


def region_elastic(case: Case, name: str) -> tuple[float, float, float]:
    """C11, C12, C44 (Pa) of a region without polarization: inline, or else of its material set.

    At the middle of the temperatures of the run. Raises MaterialError: unknown set, or one without these constants.
    """
    region = case.material.regions[name]
    inline = region.elastic.model_dump(exclude_none=True)
    try:
        chosen = resolve_set(region.material, overrides={"elastic": inline} if inline else None)
        C11, C12, C44 = chosen.elastic(temperatures(case)[0])
    except MaterialError as error:
        raise MaterialError(f"material.regions.{name}: {error}") from error
    return C11, C12, C44


def check_materials(case: Case) -> Material:
    """The ferroelectric in the middle of the case, after checking it everywhere and the data of every other region.

    Raises MaterialError.
    """
    if case.mechanics.enabled:
        for name, region in case.material.regions.items():
            if not region.fluid:
                check_axial_stiffness(case, name, *region_elastic(case, name))
    return checked_samples(case)[0]


def checked_samples(case: Case) -> list[Material]:
    """Materials that span those of the case, the middle one first, each of which the case can run with.

    Raises MaterialError.
    """
    ferroelectric = Ferroelectric.of(case)
    found = ferroelectric.samples()
    for material in found:
        check_axial_material(case, material)
        check_flexocoupling(case, material)
        check_bands(case, material)
        if case.mechanics.reference_lattice is not None:
            ferroelectric.lattice_parameter(material.temperature, material.composition)
        if material.kinetic != found[0].kinetic and case.time.mode == "transient":
            raise MaterialError(
                f"material.grading: the kinetic coefficient of {material.name} depends on composition, and a body"
                " evolves with one; give material.kinetic"
            )
    return found
