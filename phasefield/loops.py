"""What a polarization–field loop says: coercive fields, imprint, remanence, loss."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from phasefield.errors import ResultError
from phasefield.tensors import Array


@dataclass(frozen=True)
class Loop:
    """One cycle of a loop, SI.

    Attributes:
        coercive_fields: fields (V/m) at which P crosses zero on the way down and on the way up.
        half_steps: half the steps of the field around them: at a jump they are not known better.
        remanences: P (C/m²) at zero field on the way down and on the way up.
        largest: largest and smallest P.
        loss: area of the loop, energy turned into heat per volume and cycle (J/m³).
    """

    coercive_fields: tuple[float, float]
    half_steps: tuple[float, float]
    remanences: tuple[float, float]
    largest: tuple[float, float]
    loss: float

    @property
    def coercive_field(self) -> float:
        """Half the width of the loop at P = 0 (V/m)."""
        down, up = self.coercive_fields
        return 0.5 * (up - down)

    @property
    def imprint(self) -> float:
        """Field of the middle of the loop (V/m): minus the internal field that shifts it."""
        return 0.5 * sum(self.coercive_fields)

    @property
    def remanence(self) -> float:
        """Half the height of the loop at zero field (C/m²)."""
        down, up = self.remanences
        return 0.5 * (down - up)

    @property
    def offset(self) -> float:
        """Polarization of the middle of the loop at zero field (C/m²)."""
        return 0.5 * sum(self.remanences)

    def centred(self, field: Array) -> Array:
        """The field without the imprint (V/m): the loop over it crosses P = 0 at ± the coercive field."""
        return np.asarray(field) - self.imprint


def analyse_loop(field: Array, P: Array) -> Loop:
    """The last full cycle, up and down or down and up, of a field (n) in V/m with the polarization (n) in C/m².

    Straight lines between the points. Raises ResultError if the field does not go both ways, or if P or the field
    has no zero on one of them.
    """
    field, P = np.asarray(field, dtype=float), np.asarray(P, dtype=float)
    branches = _branches(field)
    pair = _last_pair(field, branches)
    names = ("down", "up")
    coercive = [_crossing(P[b], field[b], f"P is nowhere zero on the way {name}") for b, name in _named(pair, names)]
    remanent = [
        _crossing(field[b], P[b], f"the field is nowhere zero on the way {name}") for b, name in _named(pair, names)
    ]
    cycle = slice(min(b.start for b in pair), max(b.stop for b in pair))
    return Loop(
        coercive_fields=(coercive[0][0], coercive[1][0]),
        half_steps=(coercive[0][1], coercive[1][1]),
        remanences=(remanent[0][0], remanent[1][0]),
        largest=(float(P[cycle].max()), float(P[cycle].min())),
        loss=abs(_closed_area(field[cycle], P[cycle])),
    )


def branch_imprint(field: Array, P: Array, level: float) -> float:
    """Imprint (V/m) from the branches, known better than the jumps: half the sum of the fields at which P falls
    through `level` on the way down and rises through −`level` on the way up (C/m², positive).

    Raises ResultError if P does not reach them.
    """
    field, P = np.asarray(field, dtype=float), np.asarray(P, dtype=float)
    down, up = _last_pair(field, _branches(field))
    falls = _crossing(P[down] - level, field[down], f"P does not pass {level:g} on the way down", first=True)[0]
    rises = _crossing(P[up] + level, field[up], f"P does not pass {-level:g} on the way up", first=True)[0]
    return 0.5 * (falls + rises)


def _named(pair: tuple[slice, slice], names: tuple[str, str]) -> zip[tuple[slice, str]]:
    return zip(pair, names, strict=True)


def _branches(field: Array) -> list[slice]:
    """Maximal stretches on which the field only rises or only falls, turning points included in both."""
    direction = np.sign(np.diff(field))
    turns = np.flatnonzero(np.diff(direction) != 0) + 1
    edges = np.concatenate([[0], turns, [len(field) - 1]])
    return [slice(int(a), int(b) + 1) for a, b in pairwise(edges) if b > a]


def _last_pair(field: Array, branches: list[slice]) -> tuple[slice, slice]:
    """The last branch on which the field falls through zero, and the last on which it rises through zero."""
    found: dict[bool, slice] = {}
    for branch in branches:
        first, last = field[branch][0], field[branch][-1]
        if first * last < 0.0:
            found[bool(last > first)] = branch
    if len(found) < 2:
        raise ResultError("no loop: the field does not pass through zero both up and down")
    return found[False], found[True]


def _crossing(values: Array, at: Array, message: str, first: bool = False) -> tuple[float, float]:
    """`at` where `values` change their sign for the last (first) time, and half the step of `at` there."""
    changes = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) <= 0)
    if not len(changes):
        raise ResultError(f"no loop: {message}")
    i = changes[0 if first else -1]
    share = 0.0 if values[i] == values[i + 1] else values[i] / (values[i] - values[i + 1])
    return float(at[i] + share * (at[i + 1] - at[i])), 0.5 * abs(float(at[i + 1] - at[i]))


def _closed_area(field: Array, P: Array) -> float:
    """∮ E dP of the polygon through the points."""
    return 0.5 * float(np.dot(field, np.roll(P, -1)) - np.dot(P, np.roll(field, -1)))
