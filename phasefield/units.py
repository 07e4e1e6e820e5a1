"""Units at the edge: case and material files take SI numbers or strings such as "5 nm"; the code is SI inside.

`Quantity("m")` makes an annotated float type for pydantic models whose value may be a bare number (SI) or a
string with a unit of the right dimension.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Annotated, Any

import pint
from pydantic import BeforeValidator, WithJsonSchema

#: Metres per unit of mesh coordinates: meshes are always in nanometres, in memory and in result files.
LENGTH = 1e-9

#: Vacuum permittivity (F/m), CODATA 2018.
EPSILON_0 = 8.8541878128e-12


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry:
    """The unit registry; made on first use because reading pint's definitions takes a noticeable time."""
    ureg: pint.UnitRegistry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    ureg.formatter.default_format = "~C"
    return ureg


def to_si(value: Any, unit: str) -> float:
    """Float in the SI unit `unit` from a number (already SI) or a string such as "5 nm".

    Raises ValueError with the found text and the expected unit.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise ValueError(
            f'expected a number in {unit or "no unit"} or a text such as "1 {unit}", found {value!r}'
        )
    if not isinstance(value, str):
        return float(value)
    # A text without a number is a name (of a load, say), never a unit: "V" must not read as 1 volt.
    if not re.match(r"\s*[-+]?\.?\d", value):
        raise ValueError(
            f'expected a number in {unit or "no unit"} or a text such as "1 {unit}", found "{value}"'
        )
    try:
        quantity = registry().Quantity(value)
    except Exception as exc:
        raise ValueError(f'cannot read "{value}" as a quantity in {unit or "plain numbers"}') from exc
    if quantity.dimensionless and unit:
        raise ValueError(f'"{value}" has no unit; write a bare number for {unit} or add the unit')
    try:
        return float(quantity.to(unit or "dimensionless").magnitude)
    except pint.DimensionalityError as exc:
        raise ValueError(f'"{value}" is not convertible to {unit or "a plain number"}') from exc


def Quantity(unit: str) -> Any:
    """Annotated float type of the SI unit `unit`, for pydantic models."""
    schema = {
        "anyOf": [{"type": "number"}, {"type": "string"}],
        "description": f"number in {unit or 'no unit'} or text with unit",
    }
    return Annotated[float, BeforeValidator(lambda v: to_si(v, unit)), WithJsonSchema(schema)]


Length = Quantity("m")
Time = Quantity("s")
Temperature = Quantity("K")
Potential = Quantity("V")
ElectricField = Quantity("V/m")
Polarization = Quantity("C/m^2")
Pressure = Quantity("Pa")
SurfaceCharge = Quantity("C/m^2")
Charge = Quantity("C")
