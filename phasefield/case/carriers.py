"""The levels of electrons and holes in a case: where the Fermi level is, and how bands meet metals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from phasefield.case.schema import Case, ElectricalCondition
from phasefield.errors import MaterialError
from phasefield.materials import Material
from phasefield.materials.semiconductor import Semiconductor, Statistics
from phasefield.units import ELEMENTARY_CHARGE

#: Names that electrons and holes have in results, as mobile defects have theirs.
ELECTRONS, HOLES = "electrons", "holes"
#: Distance (J) outside the gap in which a Fermi level may be given.
OUTSIDE = 1.0 * ELEMENTARY_CHARGE
#: Carriers per effective state above which Boltzmann's limit is off by more than about 4 %.
FULL = 0.1


@dataclass(frozen=True)
class Levels:
    """Bands of a case and their place.

    Attributes: bands; statistics; fermi_level: E_F − E_c (J) where φ = 0 and the contact is at zero potential.
    """

    bands: Semiconductor
    statistics: Statistics
    fermi_level: float

    def built_in(self, condition: ElectricalCondition) -> float:
        """φ (V) over the potential of a metal where the body meets it; 0 if nothing is said about its bands."""
        barrier = condition.barrier
        if condition.work_function is not None:
            assert self.bands.electron_affinity is not None  # checked by `check_bands`
            barrier = condition.work_function - self.bands.electron_affinity
        return 0.0 if barrier is None else -(barrier + self.fermi_level) / ELEMENTARY_CHARGE

    def concentrations(self, temperature: float) -> tuple[float, float]:
        """n and p (1/m^3) where φ = 0."""
        return self.bands.concentrations(self.fermi_level, temperature, self.statistics)


def doping(case: Case) -> float:
    """Charge density (C/m^3) of all defects in the concentrations of the case, profiles aside."""
    defects = case.defects
    if defects.background == "neutralizing":
        return 0.0
    mobile = [spec.charge * spec.concentration for spec in defects.species.values()]
    immobile = [spec.charge * spec.concentration for spec in defects.fixed.values()]
    return ELEMENTARY_CHARGE * math.fsum(mobile + immobile)


def levels(case: Case, material: Material) -> Levels | None:
    """Levels of electrons and holes at the temperature of the material, None without carriers."""
    spec, bands = case.electrostatics.carriers, material.semiconductor
    if spec is None or bands is None:
        return None
    level = spec.fermi_level
    if isinstance(level, str):
        level = bands.neutral_level(doping(case), material.temperature, spec.statistics)
    return Levels(bands, spec.statistics, level)


def debye_number(case: Case, material: Material) -> float:
    """n + p (1/m^3) where φ = 0: what electrons and holes add to Σ z² c of a Debye length."""
    found = levels(case, material)
    return sum(found.concentrations(material.temperature)) if found else 0.0


def check_bands(case: Case, material: Material) -> None:
    """Raise MaterialError for a material or a Fermi level that the carriers of the case cannot have."""
    spec, bands = case.electrostatics.carriers, material.semiconductor
    if spec is None:
        return
    if bands is None:
        raise MaterialError(
            f"electrostatics.carriers: {material.name} has no bands of electrons and holes; give band_gap,"
            " conduction_states and valence_states in material.semiconductor"
        )
    for i, condition in enumerate(case.electrostatics.boundary):
        if condition.work_function is not None and bands.electron_affinity is None:
            raise MaterialError(
                f"electrostatics.boundary[{i}].work_function: {material.name} has no electron affinity; give"
                " material.semiconductor.electron_affinity, or the barrier instead"
            )
    if isinstance(spec.fermi_level, str):
        levels(case, material)
    elif not -bands.band_gap - OUTSIDE <= spec.fermi_level <= OUTSIDE:
        lowest, highest = (f"{value / ELEMENTARY_CHARGE:.3g} eV" for value in (-bands.band_gap - OUTSIDE, OUTSIDE))
        raise MaterialError(
            f"electrostatics.carriers.fermi_level: found {spec.fermi_level / ELEMENTARY_CHARGE:.3g} eV; expected"
            f" {lowest} to {highest}, E_F - E_c in the gap or near it"
        )


def degenerate(case: Case, material: Material) -> str:
    """A warning where Boltzmann statistics do not hold for the carriers of the case, else ""."""
    found = levels(case, material)
    if found is None or found.statistics != "boltzmann":
        return ""
    n, p = found.concentrations(material.temperature)
    filling = max(n / found.bands.conduction_states, p / found.bands.valence_states)
    if filling < FULL:
        return ""
    return (
        f"electrostatics.carriers: {filling:.2g} carriers per effective state where phi = 0, which Boltzmann statistics"
        ' overestimate; use statistics = "fermi-dirac"'
    )
