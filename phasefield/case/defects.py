"""From the table `defects` to coefficients, and the lengths and times that they imply."""

from __future__ import annotations

import math

import numpy as np

from phasefield import tensors
from phasefield.case.carriers import debye_number
from phasefield.case.schema import Case, DefectSpecies
from phasefield.materials import Material
from phasefield.materials.landau import hessian
from phasefield.materials.thermodynamics import ground_state
from phasefield.units import BOLTZMANN, ELEMENTARY_CHARGE, EPSILON_0

#: Cells per Debye length below which a screening layer at a face counts as unresolved.
FEWEST_CELLS = 2.0


def diffusivity(spec: DefectSpecies, temperature: float) -> float:
    """Diffusion coefficient (m^2/s) at a temperature (K), without the factors of `anisotropy`."""
    if spec.diffusivity is not None:
        return spec.diffusivity
    assert spec.D0 is not None and spec.activation_energy is not None
    return spec.D0 * math.exp(-spec.activation_energy / (BOLTZMANN * temperature))


def diffusion_factors(spec: DefectSpecies) -> tensors.Array:
    """D over `diffusivity` (3, 3) in the crystal frame."""
    return np.diag(spec.anisotropy)


def vegard_tensor(spec: DefectSpecies) -> tensors.Array | None:
    """Strain per concentration (3, 3; m^3) in the crystal frame, None without."""
    if spec.vegard is not None:
        return tensors.voigt_to_strain(np.asarray(spec.vegard) * [1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
    if spec.excess_volume:
        return spec.excess_volume / 3.0 * np.eye(3)
    return None


def static_permittivity(material: Material) -> float:
    """Smallest relative permittivity of the stress-free single domain, background included.

    From the largest curvature of its energy: along others, which may cost nothing, it has no inverse.
    """
    curvatures = np.linalg.eigvalsh(hessian(material.landau, ground_state(material.landau).polarization))
    largest = float(curvatures.max())
    return material.background_permittivity + 1.0 / (EPSILON_0 * largest) if largest > 0.0 else math.inf


def debye_length(case: Case, material: Material) -> float:
    """sqrt(ε kT / Σ z² e² c (1 − c/c_max)) (m) of the defects at the start, with electrons and holes where φ = 0.

    Infinite where nothing is charged.
    """
    number = debye_number(case, material) + sum(
        s.charge**2 * s.concentration * (1.0 - s.concentration / s.site_density) for s in case.defects.species.values()
    )
    if number == 0.0 or not case.electrostatics.enabled:
        return math.inf
    permittivity = EPSILON_0 * static_permittivity(material)
    return math.sqrt(permittivity * BOLTZMANN * material.temperature / number) / ELEMENTARY_CHARGE
