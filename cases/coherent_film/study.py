"""Coherent PbTiO3 films: polarization of the phases against misfit, beside the minimum of the clamped potential."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize

from phasefield import tensors
from phasefield.case import Case
from phasefield.case.material import case_material
from phasefield.comparison import Comparison, comparison_table
from phasefield.materials.landau import density
from phasefield.study import StudyResults

#: Voigt components that the substrate holds: xx, yy, xy.
IN_PLANE = [0, 1, 5]
#: Directions of the phases c, aa, r, a and ac, from which the closed form descends.
STARTS = ([0, 0, 1], [1, 1, 0], [1, 1, 1], [1, 0, 0], [1, 0, 1])
#: A component below this (C/m²) is zero.
ZERO = 1e-4


def closed_form(case: Case) -> np.ndarray:
    """|P| by component (C/m²) in the minimum of f_landau(P) + ½ (ε − ε°) C̄ (ε − ε°).

    ε is the in-plane strain of the substrate, C̄ the in-plane stiffness of a film without stress across (Pertsev,
    Zembilgotov, Tagantsev, Phys. Rev. Lett. 80, 1988 (1998)).
    """
    material = case_material(case)
    compliance = np.linalg.inv(tensors.voigt_stiffness(material.stiffness))
    stiffness = np.linalg.inv(compliance[np.ix_(IN_PLANE, IN_PLANE)])
    strain = np.array([case.mechanics.strain["xx"], case.mechanics.strain["yy"], 0.0])

    def potential(P: np.ndarray) -> float:
        free = tensors.strain_to_voigt(np.einsum("ijkl,k,l", material.electrostriction, P, P))[IN_PLANE]
        return 1e-8 * float(density(material.landau, P) + 0.5 * (strain - free) @ stiffness @ (strain - free))

    options = {"xatol": 1e-9, "fatol": 1e-15, "maxiter": 4000, "maxfev": 4000}
    found = [minimize(potential, 0.5 * np.array(start), method="Nelder-Mead", options=options) for start in STARTS]
    return ordered(min(found, key=lambda result: float(result.fun)).x)


def ordered(P: np.ndarray) -> np.ndarray:
    """|P| by component, the smaller of those in plane first: one of the equal variants."""
    x, y, z = np.abs(P)
    return np.array([min(x, y), max(x, y), z])


def phase(P: np.ndarray) -> str:
    """Name of the phase with `ordered` P."""
    in_plane, across = int((P[:2] > ZERO).sum()), bool(P[2] > ZERO)
    names = {(0, True): "c", (2, True): "r", (2, False): "aa", (1, False): "a", (1, True): "ac", (0, False): "cubic"}
    return names[in_plane, across]


def analyse(results: StudyResults) -> list[Comparison]:
    """Print |P| of every film (C/m², returned) beside that of the closed form, with the phases' names."""
    rows = []
    for member in results:
        exact = closed_form(member.case)
        found = ordered(np.array([member.final[f"mean_P_{axis}"] for axis in "xyz"]))
        place = f"misfit {member.choices['misfit']:+.3f}, {member.choices['temperature']:.0f} K"
        sizes = (float(np.linalg.norm(P)) for P in (found, exact))
        rows.append(Comparison(f"{place}: |P| (C/m²)", *sizes, f"{phase(found)} phase, closed form {phase(exact)}"))
    print(comparison_table(rows, "closed form", digits=6))
    return rows
