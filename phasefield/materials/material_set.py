"""A published set as functions of temperature and composition; evaluated, it is a `Material`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from phasefield.errors import MaterialError
from phasefield.materials.coefficient import Coefficient
from phasefield.materials.conventions import (
    Q44_FACTORS,
    Constants,
    clamped_gradient,
    electrostriction_from_stress_form,
    stress_free_landau,
)
from phasefield.materials.model import Material
from phasefield.materials.quantities import (
    ALTERNATIVES,
    LANDAU_UNITS,
    OPTIONAL,
    SCALAR_UNITS,
    SECTION_UNITS,
    SEMICONDUCTOR,
)
from phasefield.materials.semiconductor import Semiconductor
from phasefield.materials.validation import validated
from phasefield.tensors import (
    Array,
    cubic_compliance,
    cubic_electrostriction,
    cubic_gradient,
    cubic_stiffness,
    flexo_tensor,
)
from phasefield.units import EPSILON_0

ZERO_CELSIUS = 273.15
"""K."""

REQUIRED_SECTIONS = ("elastic", "electrostriction", "gradient")
REQUIRED_SCALARS = ("background_permittivity", "kinetic")


@dataclass(frozen=True)
class Composition:
    """Composition variable x of a series, from `low` to `high`, with its meaning."""

    meaning: str
    low: float
    high: float

    def __str__(self) -> str:
        return f"x = {self.low:g} to {self.high:g} ({self.meaning})"


@dataclass(frozen=True)
class MaterialSet:
    """A set as read from its file: coefficients as functions of temperature and composition.

    The methods take T in K and the composition x (None unless the set is a series) and return SI
    values in the package's conventions; they raise `MaterialError` for a missing coefficient or an
    argument out of range.

    Attributes:
        name: name of the set.
        place: file, or "inline material", for messages.
        title: one line that says what the set is.
        formula: chemical formula of the parent; named flexocoupling sets are chosen by it.
        warnings: what the set is not good for.
        temperature_range: lowest and highest temperature (K) at which the set holds.
        composition: the composition variable of a series.
        conventions: conventions of the numbers in the file (Q44, quartics, gradient).
        sources: citations by key.
        parameters: named quantities for formulas, evaluated in order.
        coefficients: "section.key", or a top-level key, to its coefficient.
    """

    name: str
    place: str
    title: str = ""
    formula: str = ""
    warnings: tuple[str, ...] = ()
    temperature_range: tuple[float, float] = (0.0, math.inf)
    composition: Composition | None = None
    conventions: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Coefficient] = field(default_factory=dict)
    coefficients: Mapping[str, Coefficient] = field(default_factory=dict)

    def landau(self, T: float, x: float | None = None) -> dict[str, float]:
        """The ten stress-free Landau coefficients; those the set does not have are 0."""
        names = self._names(T, x)
        given = self.section("landau")
        if "alpha_1" not in given:
            raise self._missing("landau.alpha_1")
        values: dict[str, float] = {}
        for key, coefficient in given.items():
            values[key] = coefficient.at(names | values)
        values = {key: values.get(key, 0.0) for key in LANDAU_UNITS}
        if self.conventions.get("quartics") == "clamped":
            return stress_free_landau(values, self.elastic(T, x), self.electrostriction(T, x))
        return values

    def elastic(self, T: float, x: float | None = None) -> Constants:
        """(C11, C12, C44) in Pa, from stiffnesses or compliances."""
        constants = self._group("elastic", T, x)
        return cubic_compliance(*constants) if self._uses("elastic", "s11") else constants

    def electrostriction(self, T: float, x: float | None = None) -> Constants:
        """(Q11, Q12, Q44) in m^4/C^2 with the engineering Q44, from Q or from q = C : Q."""
        a, b, c = self._group("electrostriction", T, x)
        c *= Q44_FACTORS[self.conventions.get("Q44", "engineering")]
        if self._uses("electrostriction", "q11"):
            return electrostriction_from_stress_form((a, b, c), self.elastic(T, x))
        return a, b, c

    def gradient(self, T: float, x: float | None = None) -> Constants:
        """(G11, G12, G44, G44') in J m^3/C^2 as quoted, free or clamped (see `conventions`)."""
        return self._group("gradient", T, x)

    def flexo(self, T: float, x: float | None = None) -> Constants | None:
        """(f11, f12, f44) in V, or None if no flexocoupling was chosen."""
        return self._group("flexo", T, x) if self.section("flexo") else None

    def semiconductor(self, T: float, x: float | None = None) -> Semiconductor | None:
        """Bands of electrons and holes, or None if the set does not have all that they need."""
        given = self.section("semiconductor")
        if not set(SEMICONDUCTOR) <= set(given):
            return None
        names = self._names(T, x)
        return Semiconductor(**{key: coefficient.at(names) for key, coefficient in given.items()})

    def scalar(self, key: str, T: float, x: float | None = None) -> float | None:
        """Value of one of `SCALAR_UNITS`, or None if the set has none."""
        coefficient = self.coefficients.get(key)
        return None if coefficient is None else coefficient.at(self._names(T, x))

    def at(self, temperature: float = 298.15, composition: float | None = None) -> Material:
        """Validated `Material` at one temperature (K) and composition.

        Raises:
            MaterialError: a missing coefficient, an argument out of range, or an unphysical result.
        """
        return validated(self.evaluated(temperature, composition), self.place)

    def evaluated(self, temperature: float, composition: float | None = None) -> Material:
        """Like `at`, without asking whether the result is physical, which takes much longer than the evaluation.

        For the many compositions or temperatures between some that `at` has validated.
        """
        T, x = float(temperature), composition
        for name in self.missing():
            raise self._missing(name)
        C, f, G = self.gradient_tensors(T, x)
        permittivity, kinetic, lattice = (self.scalar(key, T, x) for key in SCALAR_UNITS)
        assert permittivity is not None and kinetic is not None  # checked by missing()
        return Material(
            name=self.name,
            temperature=T,
            composition=x,
            landau=self.landau(T, x),
            stiffness=C,
            electrostriction=cubic_electrostriction(*self.electrostriction(T, x)),
            gradient=G,
            flexo=f,
            background_permittivity=permittivity,
            kinetic=kinetic,
            lattice_parameter=lattice,
            citations=self.citations(),
            warnings=(*self.warnings, *self.doubts()),
            semiconductor=self.semiconductor(T, x),
        )

    def gradient_tensors(self, T: float, x: float | None = None) -> tuple[Array, Array | None, Array]:
        """Stiffness, flexocoupling (or None) and clamped gradient tensor, each (3, 3, 3, 3), SI."""
        C = cubic_stiffness(*self.elastic(T, x))
        flexo = self.flexo(T, x)
        f = None if flexo is None else flexo_tensor(*flexo)
        G = cubic_gradient(*self.gradient(T, x))
        if self.conventions.get("gradient") == "free" and f is not None:
            G = clamped_gradient(G, C, f)
        return C, f, G

    def missing(self) -> list[str]:
        """Coefficients a simulation needs and this set does not have, as "section.key"."""
        names = [] if "landau.alpha_1" in self.coefficients else ["landau.alpha_1"]
        for section in REQUIRED_SECTIONS:
            lacking = set(self._chosen(section)) - set(self.section(section)) - OPTIONAL
            names += [f"{section}.{key}" for key in self._chosen(section) if key in lacking]
        return names + [key for key in REQUIRED_SCALARS if key not in self.coefficients]

    def section(self, section: str) -> dict[str, Coefficient]:
        """Coefficients of one table of the file by key."""
        prefix = section + "."
        return {k.removeprefix(prefix): c for k, c in self.coefficients.items() if k.startswith(prefix)}

    def numbers(self) -> dict[str, Coefficient]:
        """Every number of the set: parameters ("parameters.key") and coefficients."""
        return {f"parameters.{k}": c for k, c in self.parameters.items()} | dict(self.coefficients)

    def citations(self) -> tuple[str, ...]:
        """Full citations of the origins of all numbers, in order of appearance."""
        keys = dict.fromkeys(c.source for c in self.numbers().values() if c.source)
        return tuple(self.sources[key] for key in keys)

    def doubts(self) -> tuple[str, ...]:
        """One line for the numbers without a source and one for those that were recalled."""
        lines = []
        for status, text in (("assumed", "without a source"), ("recalled", "recalled, to be re-read")):
            keys = [key for key, number in self.numbers().items() if number.status == status]
            if keys:
                lines.append(f"{text}: {', '.join(keys)}")
        return tuple(lines)

    def _names(self, T: float, x: float | None) -> dict[str, float]:
        """Names a formula may use, after the range checks."""
        low, high = self.temperature_range
        if not (math.isfinite(T) and T > 0.0 and low <= T <= high):
            raise MaterialError(f"{self.name} holds from {low:g} K to {high:g} K; temperature {T:g} K is outside")
        names = {"T": T, "T_celsius": T - ZERO_CELSIUS, "eps0": EPSILON_0}
        if self.composition is not None:
            if x is None:
                raise MaterialError(f"{self.name} is a series: give the composition {self.composition}")
            if not self.composition.low <= x <= self.composition.high:
                raise MaterialError(f"{self.name} holds for {self.composition}; composition {x:g} is outside")
            names["x"] = x
        elif x is not None:
            raise MaterialError(f"{self.name} is no composition series: leave out composition {x:g}")
        for key, parameter in self.parameters.items():
            names[key] = parameter.at(names)
        return names

    def _chosen(self, section: str) -> tuple[str, ...]:
        """The group of constants of which the file has most; the first if it has none."""
        given = self.section(section)
        return max(ALTERNATIVES[section], key=lambda keys: len(given.keys() & set(keys)))

    def _uses(self, section: str, key: str) -> bool:
        return key in self._chosen(section)

    def _group(self, section: str, T: float, x: float | None) -> Constants:
        given, names = self.section(section), self._names(T, x)
        values = []
        for key in self._chosen(section):
            if key in given:
                values.append(given[key].at(names))
            elif key in OPTIONAL:
                values.append(0.0)
            else:
                raise self._missing(f"{section}.{key}")
        return tuple(values)

    def _missing(self, name: str) -> MaterialError:
        section, _, key = name.rpartition(".")
        unit = SECTION_UNITS[section][key] if section else SCALAR_UNITS[key]
        return MaterialError(
            f"{self.place}: {name} ({unit or 'no unit'}) is missing: add it to the file, or give it"
            " inline in the [material] table of the case"
        )
