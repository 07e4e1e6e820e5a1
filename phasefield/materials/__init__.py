"""Material library: published Landau sets with unit, source and status of every number."""

from phasefield.materials.loader import load_material, resolve_set
from phasefield.materials.material_set import MaterialSet
from phasefield.materials.model import Material
from phasefield.materials.overrides import available_flexo, with_flexo, with_overrides
from phasefield.materials.reading import available, read_set

__all__ = [
    "Material",
    "MaterialSet",
    "available",
    "available_flexo",
    "load_material",
    "read_set",
    "resolve_set",
    "with_flexo",
    "with_overrides",
]
