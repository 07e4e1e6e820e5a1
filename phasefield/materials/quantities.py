"""What a material file may contain: every coefficient's SI unit, and the conversion of units to SI."""

from __future__ import annotations

from functools import lru_cache

import pint

from phasefield.errors import MaterialError

LANDAU_UNITS: dict[str, str] = {
    "alpha_1": "J m/C^2",
    "alpha_11": "J m^5/C^4",
    "alpha_12": "J m^5/C^4",
    "alpha_111": "J m^9/C^6",
    "alpha_112": "J m^9/C^6",
    "alpha_123": "J m^9/C^6",
    "alpha_1111": "J m^13/C^8",
    "alpha_1112": "J m^13/C^8",
    "alpha_1122": "J m^13/C^8",
    "alpha_1123": "J m^13/C^8",
}
"""Landau coefficients and their SI units, in the order of materials files and reports."""

SECTION_UNITS: dict[str, dict[str, str]] = {
    "landau": LANDAU_UNITS,
    "elastic": {
        **dict.fromkeys(("C11", "C12", "C44"), "Pa"),
        **dict.fromkeys(("s11", "s12", "s44"), "1/Pa"),
    },
    "electrostriction": {
        **dict.fromkeys(("Q11", "Q12", "Q44"), "m^4/C^2"),
        **dict.fromkeys(("q11", "q12", "q44"), "J m/C^2"),
    },
    "gradient": dict.fromkeys(("G11", "G12", "G44", "G44p"), "J m^3/C^2"),
    "flexo": dict.fromkeys(("f11", "f12", "f44"), "V"),
}
"""Tables of coefficients: key -> SI unit."""

SCALAR_UNITS: dict[str, str] = {
    "background_permittivity": "",
    "kinetic": "C^2/(J m s)",
    "lattice_parameter": "m",
}
"""Single coefficients at the top level of a file: key -> SI unit."""


@lru_cache(maxsize=1)
def _registry() -> pint.UnitRegistry:
    return pint.UnitRegistry()


@lru_cache(maxsize=256)
def unit_factor(unit: str, si_unit: str) -> float:
    """Factor that turns a number in `unit` into `si_unit`.

    Raises:
        MaterialError: an unknown unit or one of another dimension.
    """
    ureg = _registry()
    try:
        return float(
            ureg.Quantity(1.0, unit or "dimensionless").to(si_unit or "dimensionless").magnitude
        )
    except pint.DimensionalityError as error:
        raise MaterialError(
            f'unit "{unit}" has the wrong dimension: "{si_unit or "1"}" is expected'
        ) from error
    except (
        pint.UndefinedUnitError,
        pint.errors.DefinitionSyntaxError,
        ValueError,
        TypeError,
    ) as error:
        raise MaterialError(f'"{unit}" is not a unit: write it like "{si_unit or "1"}"') from error


def parse_quantity(text: str, si_unit: str) -> float:
    """SI value of a quantity with unit, such as "178 GPa".

    Raises:
        MaterialError: not a number with a unit of the right dimension.
    """
    number, _, unit = text.strip().partition(" ")
    try:
        value = float(number)
    except ValueError as error:
        raise MaterialError(
            f'"{text}" is not a number with a unit, such as "1.0 {si_unit}"'
        ) from error
    return value * unit_factor(unit.strip() or si_unit, si_unit)
