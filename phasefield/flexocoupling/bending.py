"""Effective coefficients of bent bodies: polarization along the thickness z per curvature.

In each case all strains are proportional to z and the free stresses vanish; what is bent decides
which ratios of strains follow. The coefficient is f_eff = f_ij33 d(eps_ij)/d(kappa z), so that
E_z = f_eff kappa (with f in V) or P_z = g_eff kappa (with f replaced by the FEC in C/m).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from phasefield.tensors import Array, compliance, voigt_stiffness, voigt_to_strain

_IN_PLANE = [0, 1, 5]
_OUT_OF_PLANE = [2, 3, 4]


def beam(f: ArrayLike, C: ArrayLike) -> float:
    """Narrow beam along x, curvature of x: sigma_xx only, the cross-section is free (eq. 125).

    Strains S_ij11/S_1111. Cubic axes: f_eff = -t f11 + (1 - t) f12 with t = C12/(C11 + C12).

    Args:
        f: coupling tensor (3, 3, 3, 3) in the index order of `tensors.flexo_tensor`, lab axes.
        C: stiffness (3, 3, 3, 3), lab axes.
    """
    S = compliance(C)
    return _along_thickness(f, S[:, :, 0, 0] / S[0, 0, 0, 0])


def plate(f: ArrayLike, C: ArrayLike) -> float:
    """Wide plate bent to a cylinder about y: eps_yy = eps_xy = 0, faces free.

    Cubic axes: f_eff = f12 - (C12/C11) f11. Arguments as in `beam`.
    """
    return _along_thickness(f, _free_faces(C, (1.0, 0.0, 0.0)))


def biaxial(f: ArrayLike, C: ArrayLike) -> float:
    """Plate bent to a sphere: eps_xx = eps_yy, eps_xy = 0, faces free. Also a graded misfit.

    Cubic axes: f_eff = 2 (f12 - (C12/C11) f11). Arguments as in `beam`.
    """
    return _along_thickness(f, _free_faces(C, (1.0, 1.0, 0.0)))


def in_plane_coefficients(f: ArrayLike, C: ArrayLike) -> Array:
    """f_eff (3,) per curvature xx, yy and engineering xy of a plate with free faces. Arguments as in `beam`."""
    return np.array([_along_thickness(f, _free_faces(C, unit)) for unit in np.eye(3)])


def beam_cubic(f11: float, f12: float, t: float) -> float:
    """Beam along a cube axis: -t f11 + (1 - t) f12, t = C12/(C11 + C12) (eq. 125)."""
    return -t * f11 + (1.0 - t) * f12


def plate_cubic(f11: float, f12: float, t: float) -> float:
    """Plate with cube axes: f12 - t/(1 - t) f11, since C12/C11 = t/(1 - t)."""
    return f12 - t / (1.0 - t) * f11


def _free_faces(C: ArrayLike, in_plane: ArrayLike) -> Array:
    """Strain tensor with eps_xx, eps_yy, gamma_xy given and sigma_zz = sigma_yz = sigma_xz = 0."""
    c = voigt_stiffness(C)
    strain = np.zeros(6)
    strain[_IN_PLANE] = in_plane
    strain[_OUT_OF_PLANE] = -np.linalg.solve(
        c[np.ix_(_OUT_OF_PLANE, _OUT_OF_PLANE)],
        c[np.ix_(_OUT_OF_PLANE, _IN_PLANE)] @ strain[_IN_PLANE],
    )
    return voigt_to_strain(strain)


def _along_thickness(f: ArrayLike, strain: Array) -> float:
    return float(np.einsum("ij,ij->", np.asarray(f)[:, :, 2, 2], strain))
