"""Misfit of a film on its substrate: coherent, relaxed towards the surface, and after cooling from growth.

With the coherent misfit m of the case, from `misfit` or `reference_lattice`, and the thermal expansion β of the film
less that of the substrate, the film is grown at T_g with m − β (T_g − T_0), of which relaxation leaves the part r(z);
on cooling to T no more relaxes, and it has r(z) [m − β (T_g − T_0)] + β (T_g − T).
"""

from __future__ import annotations

import numpy as np

from phasefield.case.material import Ferroelectric
from phasefield.case.profiles import profile
from phasefield.case.schema import Case, FilmMesh, Mechanics
from phasefield.errors import CaseError
from phasefield.tensors import Array, strain_to_voigt

#: The same strain along all axes.
ISOTROPIC = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])


def coherent_misfit(ferroelectric: Ferroelectric, temperature: float, composition: float | None) -> Array:
    """Voigt strain (6,) that fits the stress-free cubic lattice to the substrate, nothing relaxed.

    Raises MaterialError: out of range, or `mechanics.reference_lattice` and a set without lattice parameter.
    """
    mechanics = ferroelectric.case.mechanics
    if mechanics.reference_lattice is not None:
        own = ferroelectric.lattice_parameter(temperature, composition)
        return (mechanics.reference_lattice / own - 1.0) * ISOTROPIC
    strain = np.zeros((3, 3))
    for component, value in mechanics.misfit.items():
        i, j = ("xyz".index(letter) for letter in component)
        strain[i, j] = strain[j, i] = value
    return np.asarray(strain_to_voigt(strain))


def remaining_misfit(mechanics: Mechanics, coherent: Array, left: Array, temperature: float) -> Array:
    """Voigt misfit (n, 6) at a temperature (K).

    Args:
        mechanics: table of the case, for its `thermal`.
        coherent: misfit before relaxation (n, 6) or (1, 6).
        left: part of it that is left at each place (n), or (1,).
        temperature: K.
    """
    thermal = mechanics.thermal
    if thermal is None:
        return coherent * left[:, None]
    grown = coherent - thermal.expansion * (thermal.growth - thermal.reference) * ISOTROPIC
    return grown * left[:, None] + thermal.expansion * (thermal.growth - temperature) * ISOTROPIC


def film_misfit(case: Case, temperature: float, heights: Array) -> Array:
    """Voigt misfit (n, 6) of a film at heights (n) in m from its bottom. Raises CaseError: the mesh is no film."""
    if not isinstance(case.mesh, FilmMesh):
        raise CaseError(f'mesh.kind: found "{case.mesh.kind}"; the misfit through a film needs "film"')
    ferroelectric, thickness = Ferroelectric.of(case), case.mesh.thickness
    grading, relaxation = case.material.grading, case.mechanics.misfit_profile
    x = [case.material.composition] if grading is None else [float(v) for v in profile(grading, thickness)(heights)]
    coherent = np.array([coherent_misfit(ferroelectric, temperature, value) for value in x])
    left = np.ones(len(heights)) if relaxation is None else profile(relaxation, thickness)(heights)
    return remaining_misfit(case.mechanics, coherent, left, temperature)
