"""The published tables (`data/README.md`), by crystal, with their misprints named."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

import numpy as np

from phasefield.errors import MaterialError, nearest
from phasefield.flexocoupling.conversions import (
    Cubic,
    coupling_from_fixed_displacement,
    fixed_displacement,
    symmetrized_cubic,
)
from phasefield.tensors import Array

ELEMENTARY_CHARGE = 1.602176634e-19
"""C."""

BOHR = 0.529177210903e-10
"""m."""

PATTERNS = ("even", "mass")
"""Force patterns of the tables."""

Row = dict[str, str]


@dataclass(frozen=True)
class Misprint:
    """An entry that contradicts the others: `printed`, and the value `expected` from them."""

    table: str
    crystal: str
    entry: str
    printed: float
    expected: float
    reason: str


MISPRINTS = (
    Misprint(
        "table6_FEC_fixedE_nC_per_m",
        "CsCl",
        "muL1_even_nC_per_m",
        -0.6,
        -0.79,
        "eps_r times Table 4, and the sum of the electronic and lattice parts beside it",
    ),
    Misprint(
        "table6_FEC_fixedE_nC_per_m",
        "CsCl",
        "Delta_even_nC_per_m",
        -0.4,
        -0.22,
        "follows the misprinted L1",
    ),
    Misprint(
        "table7_cartesian_FEC_fixedE_nC_per_m",
        "NaCl",
        "mu1111_eq_g1111_even",
        -0.2,
        -0.40,
        "eps_r times Table 4, and Table 6",
    ),
    Misprint(
        "table7_cartesian_FEC_fixedE_nC_per_m",
        "NaCl",
        "mu1111_eq_g1111_mass",
        -0.2,
        -0.33,
        "eps_r times Table 4, and Table 6",
    ),
)
"""Entries of Tables 6 and 7 that contradict the others."""


@dataclass(frozen=True)
class Modes:
    """Moments of Table 3 by mode (atoms; xi3, xi4 in perovskites), SI.

    Attributes:
        names: mode names.
        translation: components of a rigid translation: 1, and sqrt(2) for xi4.
        dipoles: Q(1) at fixed D, C.
        octupoles_L1: Q(3) of L1 as printed, C m^2 (see `data/README.md` on the weight of xi4).
        octupoles_L2: Q(3) of L2 as printed, C m^2.
        forces_L1: T of L1 at fixed D, J.
        forces_L2: T of L2 at fixed D, J.
        forces_1122: T of 1122 at fixed E, J.
    """

    names: tuple[str, ...]
    translation: Array
    dipoles: Array
    octupoles_L1: Array
    octupoles_L2: Array
    forces_L1: Array
    forces_L2: Array
    forces_1122: Array


@dataclass(frozen=True)
class Crystal:
    """One crystal of the tables.

    Attributes:
        key: short name in the tables, such as STO.
        compound: formula, such as SrTiO3.
        structure: diamond, rocksalt, CsCl or perovskite.
        volume: conventional cell, m^3.
        formula_units: in the conventional cell (atoms for diamond and silicon).
        permittivity: static eps_r of Table 1, measured at room temperature.
        coupling_permittivity: eps_r with which Table 5 was made (theoretical where there is one).
        electronic_permittivity: eps_inf (equal to eps_r for diamond and silicon).
        poisson: t = C12/(C11 + C12) of Table 7.
    """

    key: str
    compound: str
    structure: str
    volume: float
    formula_units: int
    permittivity: float
    coupling_permittivity: float
    electronic_permittivity: float
    poisson: float

    def entry(self, table: str, column: str) -> float:
        """Number of a table as printed, in the unit of its column name."""
        return float(_by_crystal(table)[self.key][column])

    def modes(self) -> Modes:
        """Moments of Table 3."""
        rows = [row for row in _rows("table3_Q_T") if row["mat"] == self.key]
        names = tuple(row["atom_or_mode"] for row in rows)

        def column(name: str, unit: float) -> Array:
            return unit * np.array([float(row[name]) for row in rows])

        octupole = ELEMENTARY_CHARGE * BOHR**2
        return Modes(
            names=names,
            translation=np.array([np.sqrt(2.0) if name == "xi4" else 1.0 for name in names]),
            dipoles=column("Q1_e", ELEMENTARY_CHARGE),
            octupoles_L1=column("Q3_L1_e_bohr2", octupole),
            octupoles_L2=column("Q3_L2_e_bohr2", octupole),
            forces_L1=column("T_D_L1_eV", ELEMENTARY_CHARGE),
            forces_L2=column("T_D_L2_eV", ELEMENTARY_CHARGE),
            forces_1122=column("T_E_1122_eV", ELEMENTARY_CHARGE),
        )

    def fixed_displacement(self, component: str, part: str) -> float:
        """FEC at fixed D (C/m) of Table 4: `component` L1 or L2, `part` el, ld_even, even, ..."""
        name = f"mu{component}_{part}_pC_per_m"
        return 1e-12 * self.entry("table4_FEC_fixedD_pC_per_m", name)

    def cartesian(self, pattern: str) -> Cubic:
        """mu at fixed E (C/m) of Table 7, with `MISPRINTS` replaced by eps_r times Table 4.

        Raises:
            MaterialError: an unknown force pattern.
        """
        check_pattern(pattern)
        table = "table7_cartesian_FEC_fixedE_nC_per_m"
        names = (f"mu1111_eq_g1111_{pattern}", f"mu1122_eq_g1221_{pattern}", f"mu1221_{pattern}")
        values = [1e-9 * self.entry(table, name) for name in names]
        if any((m.table, m.crystal, m.entry) == (table, self.key, names[0]) for m in MISPRINTS):
            values[0] = self.permittivity * self.fixed_displacement("L1", pattern)
        return Cubic(*values)

    def couplings(self, pattern: str) -> tuple[float, float, float]:
        """Flexocoupling (f11, f12, f44) in V from Table 7 (eqs. 103, 110).

        g_1122 is taken as printed; g_1221 = mu_1122.
        """
        g = symmetrized_cubic(self.cartesian(pattern))
        table = "table7_cartesian_FEC_fixedE_nC_per_m"
        g = g._replace(c1122=1e-9 * self.entry(table, f"g1122_{pattern}"))
        f11, f12, f44 = (
            coupling_from_fixed_displacement(
                fixed_displacement(component, self.permittivity), self.coupling_permittivity
            )
            for component in g
        )
        return f11, f12, f44


def check_pattern(pattern: str) -> None:
    """Raise MaterialError unless `pattern` is one of `PATTERNS`."""
    if pattern not in PATTERNS:
        raise MaterialError(
            f'unknown force pattern "{pattern}"{nearest(pattern, PATTERNS)} (tabulated: {", ".join(PATTERNS)})'
        )


def crystals() -> list[str]:
    """Short names of the crystals in the tables."""
    return [row["mat"] for row in _rows("table1_groundstate")]


def crystal(name: str) -> Crystal:
    """Crystal by short name (STO) or formula (SrTiO3).

    Raises:
        MaterialError: a crystal that is not in the tables.
    """
    rows = {row["mat"]: row for row in _rows("table1_groundstate")}
    compounds = {row["compound"].split()[0]: key for key, row in rows.items()}
    key = compounds.get(name, name)
    if key not in rows:
        known = sorted({*rows, *compounds})
        raise MaterialError(
            f'no first-principles flexoelectric data for "{name}"{nearest(name, known)} (known: {", ".join(known)})'
        )
    row = rows[key]
    permittivity = float(row["eps0_expt_RT"])
    return Crystal(
        key=key,
        compound=row["compound"].split()[0],
        structure=row["structure"],
        volume=(float(row["a_bohr"]) * BOHR) ** 3,
        formula_units={"diamond": 8, "rocksalt": 4}.get(row["structure"], 1),
        permittivity=permittivity,
        coupling_permittivity=float(row["eps0_theory_0K"] or permittivity),
        electronic_permittivity=float(row["eps_inf_theory"] or permittivity),
        poisson=float(_by_crystal("table7_cartesian_FEC_fixedE_nC_per_m")[key]["poisson_t_expt"]),
    )


def rigid_core_correction(atom: str) -> float:
    """Rigid-core correction of Table 2 to Q(3), C m^2."""
    rows = {row["atom_or_pseudopotential"]: row for row in _rows("table2_rigid_core_corrections")}
    return float(rows[atom]["RCC_e_bohr2"]) * ELEMENTARY_CHARGE * BOHR**2


def born_charges(key: str) -> dict[str, float]:
    """Born charges (in e) of a crystal by atom, Table 1; there is one O1 and two O3 per cell."""
    rows = _rows("table1_born_charges")
    return {row["atom"]: float(row["Z_born_e"]) for row in rows if row["mat"] == key}


@lru_cache(maxsize=16)
def _rows(table: str) -> list[Row]:
    file = resources.files(__package__) / "data" / f"{table}.csv"
    return list(csv.DictReader(file.read_text(encoding="utf-8").splitlines()))


def _by_crystal(table: str) -> dict[str, Row]:
    return {row["mat"]: row for row in _rows(table)}
