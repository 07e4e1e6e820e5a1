"""The three index orders of the literature for the same flexoelectric tensor.

==========  ============================  ========================  =========================
order       indices                       transverse f12            shear f44
==========  ============================  ========================  =========================
"energy"    strain ij, P k, gradient l    2211 (also 1122)          1212
"field"     P i, strain jk, gradient l    1221                      1122 (also 1212)
"hong"      P, gradient, strain           1122                      1221
==========  ============================  ========================  =========================

The same physical coefficient thus carries names that collide. This package uses "energy"
(`tensors.flexo_tensor`); Hong and Vanderbilt's g has "hong", and E_i = f_ijkl d_l eps_jk has "field".
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from phasefield.errors import MaterialError, nearest
from phasefield.tensors import Array

_TO_ENERGY = {
    "energy": "ijkl->ijkl",
    "field": "kijl->ijkl",
    "hong": "klij->ijkl",
}

ORDERS = tuple(_TO_ENERGY)
"""Names of the index orders."""


def reorder(tensor: ArrayLike, source: str, target: str) -> Array:
    """Tensor (3, 3, 3, 3) given in index order `source`, in index order `target`.

    Raises:
        MaterialError: an unknown order.
    """
    for name in (source, target):
        if name not in _TO_ENERGY:
            raise MaterialError(f'unknown index order "{name}"{nearest(name, ORDERS)}')
    energy = np.einsum(_TO_ENERGY[source], np.asarray(tensor))
    left, right = _TO_ENERGY[target].split("->")
    return np.asarray(np.einsum(f"{right}->{left}", energy))
