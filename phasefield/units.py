"""Units at the edge: case and material files take SI numbers or texts such as "5 nm"; the code is
SI inside.

`Annotated[float, Unit("m")]` is the type of such a key in a pydantic model.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import core_schema

if TYPE_CHECKING:
    import pint

#: Metres per unit of mesh coordinates: meshes are always in nanometres, in memory and in result
#: files.
LENGTH = 1e-9

#: Vacuum permittivity (F/m), CODATA 2018.
EPSILON_0 = 8.8541878128e-12

#: Boltzmann's constant (J/K) and the elementary charge (C), exact in SI.
BOLTZMANN = 1.380649e-23
ELEMENTARY_CHARGE = 1.602176634e-19

_QUANTITY = re.compile(r"\s*([-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)\s*(.*?)\s*")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@lru_cache(maxsize=1)
def registry() -> pint.UnitRegistry:
    """The unit registry; pint is imported and its definitions read on first use, which takes
    half a second."""
    import pint

    ureg: pint.UnitRegistry = pint.UnitRegistry(autoconvert_offset_to_baseunit=True)
    ureg.formatter.default_format = "~C"
    return ureg


def to_si(value: Any, unit: str) -> float:
    """Float in the SI unit `unit` ("" for a plain number) from a number (already SI) or a text like
    "5 nm".

    Raises ValueError with what was found and what is expected.
    """
    number = _read(value, unit)
    if not math.isfinite(number):
        raise ValueError(f"found {value!r}; expected a finite number")
    return number


def _read(value: Any, unit: str) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    # A text without a number is a name (of a load, say), never a unit: "V" must not read as 1 volt.
    parts = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if parts is None:
        raise ValueError(f"found {shown(value)}; expected {expected(unit)}")
    number, found = parts[1], parts[2]
    if unit and not found:
        raise ValueError(f'found {shown(value)} without a unit; write {number} or "{number} {unit}"')
    try:
        return _convert(float(number), found, unit)
    except ValueError as exc:
        raise ValueError(f"found {shown(value)}, {exc}; expected {expected(unit)}") from None


def _convert(number: float, found: str, unit: str) -> float:
    ureg, target = registry(), unit or "dimensionless"
    try:
        quantity = ureg.Quantity(number, ureg.parse_units(found))
    except Exception as exc:  # pint lets several kinds through, tokenize's and arithmetic ones among them
        raise ValueError(f'but "{found}" is not a known unit') from exc
    if not quantity.is_compatible_with(target):
        raise ValueError(f'but "{found}" has another dimension')
    # Conversion factors are rounded: without this "14 nm" would not be the same number as 14e-9.
    return float(f"{quantity.to(target).magnitude:.15g}")


def shown(value: Any) -> str:
    """`value` as it would stand in a case file: texts in double quotes, true and false in lower
    case."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    return str(value).lower() if isinstance(value, bool) else repr(value)


def expected(unit: str) -> str:
    """What `to_si` takes, in words."""
    return f'a number in {unit} or a text such as "1 {unit}"' if unit else "a number"


def convertible(text: Any, unit: str) -> bool:
    """Whether `text` is a quantity with a unit of the dimension of `unit`."""
    try:
        to_si(text, unit)
    except ValueError:
        return False
    return isinstance(text, str)


def to_si_or_name(value: Any, unit: str) -> float | str:
    """Like `to_si`, but a text that is an identifier is taken as the name of a load."""
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    try:
        return to_si(value, unit)
    except ValueError as exc:
        raise ValueError(f"{exc} (or the name of a load)") from None


def pretty(value: float, unit: str, digits: int = 5) -> str:
    """`value` in the SI unit `unit` with the prefix that suits it, e.g. "5 nm"."""
    return f"{registry().Quantity(value, unit).to_compact():.{digits}g~P}"


class NumberOrText:
    """Marks a value whose JSON Schema is a number or a text."""

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        inner = handler(schema)
        inner.pop("anyOf", None)
        return {**inner, "type": ["number", "string"]}  # with the range of the number, if any


class Unit(NumberOrText):
    """Marks a float of a pydantic model as a quantity: `Annotated[float, Unit("m")]`.

    The value may be a bare number in the SI unit or a text with a unit of the right dimension; with
    `or_load`, on `float | str`, also the name of a load.
    """

    def __init__(self, si_unit: str, *, or_load: bool = False):
        self.si_unit, self.or_load = si_unit, or_load

    def read(self, value: Any) -> float | str:
        """The value in the SI unit, or the name of a load; ValueError if it is neither."""
        read = to_si_or_name if self.or_load else to_si
        return read(value, self.si_unit)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(self.read, handler(source))


Number = Annotated[float, Unit("")]
Length = Annotated[float, Unit("m")]
Time = Annotated[float, Unit("s")]
Temperature = Annotated[float, Unit("K")]
Polarization = Annotated[float, Unit("C/m^2")]
Pressure = Annotated[float, Unit("Pa")]
SurfaceCharge = Annotated[float, Unit("C/m^2")]
Charge = Annotated[float, Unit("C")]
