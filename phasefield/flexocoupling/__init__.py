"""Flexoelectric and flexocoupling coefficients: conversions, first-principles tables, bending.

After J. Hong and D. Vanderbilt, Phys. Rev. B 88, 174107 (2013); docstrings give their equation numbers.
"""

from phasefield.flexocoupling.bending import beam, biaxial, plate
from phasefield.flexocoupling.conversions import (
    Cubic,
    Longitudinal,
    coefficient,
    coupling,
    coupling_from_fixed_displacement,
    deformation_potential,
    fixed_displacement,
    fixed_field,
    from_longitudinal,
    longitudinal,
    rotated_about_cube_axis,
    symmetrized,
    symmetrized_cubic,
    unsymmetrized,
    unsymmetrized_cubic,
)
from phasefield.flexocoupling.indices import reorder
from phasefield.flexocoupling.laminate import Laminate, Layer
from phasefield.flexocoupling.moments import (
    electronic_part,
    even_pattern,
    force_pattern_inverse,
    lattice_part,
    mass_pattern,
    single_pattern,
    stiffness_from_forces,
)
from phasefield.flexocoupling.tables import Crystal, crystal, crystals

__all__ = [
    "Crystal",
    "Cubic",
    "Laminate",
    "Layer",
    "Longitudinal",
    "beam",
    "biaxial",
    "coefficient",
    "coupling",
    "coupling_from_fixed_displacement",
    "crystal",
    "crystals",
    "deformation_potential",
    "electronic_part",
    "even_pattern",
    "fixed_displacement",
    "fixed_field",
    "force_pattern_inverse",
    "from_longitudinal",
    "lattice_part",
    "longitudinal",
    "mass_pattern",
    "plate",
    "reorder",
    "rotated_about_cube_axis",
    "single_pattern",
    "stiffness_from_forces",
    "symmetrized",
    "symmetrized_cubic",
    "unsymmetrized",
    "unsymmetrized_cubic",
]
