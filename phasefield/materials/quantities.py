"""What a material file may contain: the SI unit of every coefficient, and conversion to it."""

from __future__ import annotations

from functools import lru_cache

import pint

from phasefield.errors import MaterialError
from phasefield.units import registry, to_si

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
"""Landau coefficients and their SI units, in the order of files and reports."""

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
    "semiconductor": {
        **dict.fromkeys(("band_gap", "electron_affinity"), "J"),
        **dict.fromkeys(("conduction_states", "valence_states"), "1/m^3"),
    },
}
"""Tables of coefficients: key -> SI unit."""

ALTERNATIVES: dict[str, tuple[tuple[str, ...], ...]] = {
    "elastic": (("C11", "C12", "C44"), ("s11", "s12", "s44")),
    "electrostriction": (("Q11", "Q12", "Q44"), ("q11", "q12", "q44")),
    "gradient": (("G11", "G12", "G44", "G44p"),),
    "flexo": (("f11", "f12", "f44"),),
}
"""Complete groups of constants by table; a file gives one group of each."""

SEMICONDUCTOR = ("band_gap", "conduction_states", "valence_states")
"""Keys of the table `semiconductor` that electrons and holes need."""

OPTIONAL = frozenset({"G44p"})
"""Constants of a group that are 0 when they are not given."""

SCALAR_UNITS: dict[str, str] = {
    "background_permittivity": "",
    "kinetic": "C^2/(J m s)",
    "lattice_parameter": "m",
}
"""Single coefficients at the top level of a file: key -> SI unit."""


@lru_cache(maxsize=256)
def unit_factor(unit: str, si_unit: str) -> float:
    """Factor that turns a number in `unit` into `si_unit` ("" or "1": no unit).

    Raises:
        MaterialError: an unknown unit or one of another dimension.
    """
    expected = si_unit or "1"
    unit = "" if unit == "1" else unit
    try:
        quantity = registry().Quantity(1.0, unit or "dimensionless")
        return float(quantity.to(si_unit or "dimensionless").magnitude)
    except pint.DimensionalityError as error:
        raise MaterialError(f'unit "{unit}" is of the wrong kind: "{expected}" is needed') from error
    except Exception as error:  # pint raises many kinds for text that is no unit
        raise MaterialError(f'"{unit}" is not a unit: write it like "{expected}"') from error


def parse_quantity(text: str, si_unit: str) -> float:
    """SI value of a quantity with unit, such as "178 GPa".

    Raises:
        MaterialError: not a number with a unit of the right dimension.
    """
    try:
        return to_si(text, si_unit)
    except ValueError as error:
        raise MaterialError(str(error)) from error
