"""One call from a name (or inline coefficients) to a validated `Material`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phasefield.materials.material_set import MaterialSet
from phasefield.materials.model import Material
from phasefield.materials.overrides import with_flexo, with_overrides
from phasefield.materials.reading import read_set


def resolve_set(
    name_or_path: str | Path | None = None,
    *,
    flexo: str | Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> MaterialSet:
    """The set behind `load_material`, still a function of temperature and composition.

    A graded film evaluates it with `set.at(temperature, x)` at each composition.

    Raises:
        MaterialError: an unknown name, a wrong file, or a wrong inline coefficient.
    """
    inline = MaterialSet(name="inline", place="inline material")
    chosen = inline if name_or_path is None else read_set(name_or_path)
    if flexo is not None:
        chosen = with_flexo(chosen, flexo)
    return with_overrides(chosen, overrides) if overrides else chosen


def load_material(
    name_or_path: str | Path | None = None,
    *,
    temperature: float = 298.15,
    composition: float | None = None,
    flexo: str | Mapping[str, Any] | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Material:
    """Material at one temperature and composition: library, user's file, or inline coefficients.

    Args:
        name_or_path: name of a set (`available()`), path of a .toml file, or None if
            `overrides` holds all.
        temperature: K.
        composition: x of a composition series.
        flexo: name of a flexocoupling set (`available_flexo()`), {"f11", "f12", "f44"} in V, or
            None.
        overrides: inline coefficients by table, such as {"gradient": {"G11": 2e-10}, "kinetic":
            4e4}: SI numbers, quantities ("178 GPa"), or tables with value, formula or table and a
            unit, in the package's conventions (stress-free alphas, Q44 engineering).

    Raises:
        MaterialError: unknown name, wrong file, missing coefficient, out of range, or unphysical.
    """
    chosen = resolve_set(name_or_path, flexo=flexo, overrides=overrides)
    return chosen.at(temperature, composition)
