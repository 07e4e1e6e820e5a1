"""A rigid sphere of a case: where it is, and the force or the indentation that it is held at; the contact is solved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phasefield.case.schema import IndenterTip
from phasefield.errors import CaseError
from phasefield.loads.path import Path
from phasefield.loads.waveforms import Waveform


@dataclass(frozen=True)
class FoundContact:
    """A contact that was found. In a section forces are per length.

    Attributes: force (N), place [x, y] (m), contact radius (m; half the width in a section), indentation (m) since the
    first touch, largest pressure (Pa) and cells per contact radius.
    """

    force: float
    place: np.ndarray
    radius: float
    indentation: float
    peak: float
    cells: float


class Indenter:
    """A rigid sphere at a time.

    Args:
        spec: the tip.
        images: how many times the mesh, with its mirror images, makes up the body that carries the force.
        demand: force (N; N/m in a section) or indentation (m) as a function of time (s).

    Attributes: path, place (m), force or indentation (the present one; the other is None), contact (the last one
    found, by the solver), column (radius in m of what is reported below the tip).
    """

    def __init__(self, spec: IndenterTip, images: int, demand: Waveform):
        self.spec, self.images, self.demand = spec, images, demand
        self.path = Path.of(spec)
        self.column = spec.column or spec.reach
        self.place = self.path.corners[0]
        self.force: float | None = 0.0 if spec.force is not None else None
        self.indentation: float | None = None if spec.force is not None else 0.0
        self.contact = FoundContact(0.0, self.place, 0.0, 0.0, 0.0, 0.0)

    def update(self, t: float) -> None:
        """Place, and force or indentation, of the time `t` (s). Raises CaseError for a negative force."""
        self.place = self.path(t)
        if self.indentation is not None:
            self.indentation = self.demand(t)
            return
        self.force = self.demand(t)
        if self.force < 0.0:
            raise CaseError(
                f"mechanics.tip.force: found {self.force:g} N at t = {t:g} s; a tip presses, it does not pull"
            )
