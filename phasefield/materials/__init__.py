"""Material library: published Landau sets with unit, source and status of every number."""

from phasefield.materials.loader import (
    MaterialSet,
    available,
    available_flexo,
    load_material,
    read_set,
    with_flexo,
    with_overrides,
)
from phasefield.materials.model import Material

__all__ = [
    "Material",
    "MaterialSet",
    "available",
    "available_flexo",
    "load_material",
    "read_set",
    "with_flexo",
    "with_overrides",
]
