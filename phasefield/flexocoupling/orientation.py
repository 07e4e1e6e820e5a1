"""Orientation of a bent crystal from text: the directions along the beam and through it."""

from __future__ import annotations

import re

from phasefield.errors import MaterialError
from phasefield.tensors import Array, rotation


def parse_orientation(text: str) -> Array:
    """Rotation R (v_crystal = R v_lab) from "110,001": crystal directions along lab x and lab z.

    x is the direction of the beam, z that of its thickness; digits may carry a minus: "1-10,001".

    Raises:
        MaterialError: not two directions of three digits.
        CaseError: directions that are not orthogonal.
    """
    directions = [re.fullmatch(r"\s*\[?((?:-?\d){3})\]?\s*", part) for part in text.split(",")]
    if len(directions) != 2 or not all(directions):
        raise MaterialError(
            f'orientation "{text}": write the crystal directions along x (the beam) and z (its'
            ' thickness) like "110,001"'
        )
    x, z = ([int(digit) for digit in re.findall(r"-?\d", d.group(1))] for d in directions if d)
    return rotation(x=x, z=z)
