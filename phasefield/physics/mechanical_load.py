"""Work of surface tractions: −t·u."""

from __future__ import annotations

import ufl


def energy_density(u, traction):
    """−t·u per area."""
    return -ufl.inner(traction, u)
