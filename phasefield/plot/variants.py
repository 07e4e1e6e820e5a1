"""Domain variants: the six tetragonal directions of the lab frame, their names, colours and walls."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: Unit vectors +x, -x, +y, -y, +z, -z and their names; variant 6 is "no polarization".
DIRECTIONS = np.array([[1, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]], dtype=float)
NAMES = ("$+P_x$", "$-P_x$", "$+P_y$", "$-P_y$", "$+P_z$", "$-P_z$", r"$|P|\approx 0$")
#: Hue by axis, dark for + and light for -: told apart with colour-vision deficiencies and in grey.
COLOURS = np.array(
    [
        [0.76, 0.27, 0.08],
        [0.97, 0.72, 0.53],
        [0.00, 0.44, 0.35],
        [0.55, 0.83, 0.73],
        [0.06, 0.24, 0.55],
        [0.60, 0.77, 0.93],
        [0.90, 0.90, 0.90],
    ]
)
NONE = 6


def scale(P: npt.NDArray[np.float64]) -> float:
    """Size of the polarization in the domains (C/m^2): the 95 % quantile of |P|, or 0 without points."""
    return float(np.quantile(np.linalg.norm(P, axis=-1), 0.95)) if len(P) else 0.0


def variant(P: npt.NDArray[np.float64], threshold: float) -> npt.NDArray[np.intp]:
    """Number of the direction nearest to each row of P (n, 3); NONE where |P| is below `threshold`."""
    nearest = np.argmax(P @ DIRECTIONS.T, axis=1)
    return np.where(np.linalg.norm(P, axis=1) < max(threshold, 1e-300), NONE, nearest)


def angle(first: int, second: int) -> int:
    """Angle between two variants in degrees: 0, 90 or 180."""
    return round(np.degrees(np.arccos(DIRECTIONS[first] @ DIRECTIONS[second])))
