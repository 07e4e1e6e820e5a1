"""Registry of fields and observables: symbol, label, SI unit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldInfo:
    """A field as it appears in output, figures and documentation; `shape` is () for a scalar."""

    name: str
    symbol: str
    label: str
    unit: str
    shape: tuple[int, ...]


#: Every field that can be written, by name. Symmetric tensors have six components, 11, 22, 33, 23, 13, 12.
FIELDS: dict[str, FieldInfo] = {
    info.name: info
    for info in (
        FieldInfo("P", "P", "polarization", "C/m^2", (3,)),
        FieldInfo("phi", "φ", "electric potential", "V", ()),
        FieldInfo("conduction_band", "(E_c − E_F)/e", "edge of the conduction band over the Fermi level", "V", ()),
        FieldInfo("u", "u", "displacement", "m", (3,)),
        FieldInfo("E", "E", "electric field", "V/m", (3,)),
        FieldInfo("D", "D", "electric displacement", "C/m^2", (3,)),
        FieldInfo("E_flexo", "E^fl", "flexoelectric field", "V/m", (3,)),
        FieldInfo("bound_charge", "−∇·P", "bound charge density", "C/m^3", ()),
        FieldInfo("strain", "ε", "strain", "", (6,)),
        *(
            FieldInfo(f"strain_gradient_{axis}", f"∂{axis}ε", f"strain gradient along {axis}", "1/m", (6,))
            for axis in "xyz"
        ),
        FieldInfo("stress", "σ", "stress", "Pa", (6,)),
    )
}


#: Prefix of the concentrations of defects, which users name.
CONCENTRATION = "c_"


def field_info(name: str) -> FieldInfo:
    """A field by name, concentrations c_<species> among them. Raises KeyError for others."""
    if name.startswith(CONCENTRATION):
        return FieldInfo(name, name, f"concentration of {name.removeprefix(CONCENTRATION)}", "1/m^3", ())
    return FIELDS[name]


@dataclass(frozen=True)
class ObservableInfo:
    """A column of observables.csv."""

    name: str
    symbol: str
    label: str
    unit: str


_ENERGIES = {
    "landau": "Landau energy",
    "gradient": "gradient energy",
    "elastic": "elastic energy",
    "flexo": "flexocoupling energy",
    "electric": "electric enthalpy",
    "surface": "surface energy",
    "defect": "defect energy",
    "carrier": "grand potential of electrons and holes",
    "load": "work of tractions and applied stress, negative; energy of space charge",
    "total": "total energy",
}

_FIXED = (
    ObservableInfo("step", "n", "step", ""),
    ObservableInfo("time", "t", "time", "s"),
    ObservableInfo("dt", "Δt", "time step", "s"),
)

#: What runs with a tip report: symbol, label and unit in three dimensions.
_TIP = {
    "tip_force": ("F", "force of the tip", "N"),
    "tip_contact_radius": ("a", "contact radius", "m"),
    "tip_x": ("x", "place of the tip", "m"),
    "tip_y": ("y", "place of the tip", "m"),
    "tip_indentation": ("δ", "deepest displacement of the surface", "m"),
    "tip_approach": ("δ", "how far the indenter has come down since it first touched", "m"),
    "tip_peak_pressure": ("p", "largest pressure of the contact", "Pa"),
    "tip_cells": ("n", "cells per contact radius", ""),
    "tip_P_z": ("⟨P_z⟩", "mean polarization below the tip", "C/m^2"),
    "tip_reversed": ("x", "part below the tip that points away from it", ""),
    "electric_tip_potential": ("V", "potential of the tip", "V"),
    "electric_tip_x": ("x", "place of the tip at a potential", "m"),
    "electric_tip_y": ("y", "place of the tip at a potential", "m"),
    "strain_peak": ("max |ε|", "largest principal strain", ""),
    "strain_gradient_peak": ("max |∇ε|", "largest strain gradient", "1/m"),
    "strain_large_volume": ("V", "volume in which strain is not small", "m^3"),
    "strain_large_depth": ("d", "depth to which strain is not small", "m"),
}

#: Suffixes of the components of vectors and of symmetric tensors (Voigt order).
VECTOR_COMPONENTS = ("x", "y", "z")
VOIGT_COMPONENTS = ("xx", "yy", "zz", "yz", "xz", "xy")

_STATISTICS = ("mean", "rms", "min", "max")

#: Columns of `output.response` by what is asked for, then by their prefix: symbol, label, unit and suffixes.
_RESPONSES: dict[str, dict[str, tuple[str, str, str, tuple[str, ...]]]] = {
    "permittivity": {
        "permittivity": ("ε", "relative permittivity", "", tuple(i + j for i in "xyz" for j in "xyz")),
    },
    "piezoelectric": {
        "piezoelectric": (
            "d",
            "piezoelectric coefficient, field and strain (engineering shear)",
            "m/V",
            tuple(f"{j}_{p}" for j in VECTOR_COMPONENTS for p in VOIGT_COMPONENTS),
        ),
    },
    "pyroelectric": {
        "pyroelectric": ("π", "pyroelectric coefficient", "C/(m^2 K)", VECTOR_COMPONENTS),
        "primary_pyroelectric": ("π_ε", "pyroelectric coefficient at constant strain", "C/(m^2 K)", VECTOR_COMPONENTS),
    },
}

#: Columns that end in a name chosen by the user, by prefix: symbol, label and what is measured.
_NAMED = {
    "fraction": ("x", "volume fraction of", ""),
    "charge": ("Q", "free charge of", "C"),
    "potential": ("V", "potential of", "V"),
    "force": ("F", "force on", "N"),
    "curvature": ("κ", "curvature of the plate,", "1/m"),
    "barrier": ("Φ", "height of the conduction band over the Fermi level of the metal at", "V"),
    "load": ("", "load", ""),
    "number": ("N", "number of", ""),
}


def response_columns(kind: str) -> tuple[str, ...]:
    """Columns of "permittivity" (D, E), "piezoelectric" (E, strain) or "pyroelectric" (whole, at constant strain)."""
    return tuple(f"{prefix}_{suffix}" for prefix, entry in _RESPONSES[kind].items() for suffix in entry[3])


def _response(name: str) -> ObservableInfo | None:
    for prefixes in _RESPONSES.values():
        for prefix, (symbol, what, unit, suffixes) in prefixes.items():
            suffix = name.removeprefix(f"{prefix}_")
            if name.startswith(f"{prefix}_") and suffix in suffixes:
                return ObservableInfo(name, f"{symbol}_{suffix}", f"{what}, {suffix.replace('_', ' ')}", unit)
    return None


def named_observables() -> tuple[str, ...]:
    """Names that `observable` knows, without those that end in a name chosen by the user."""
    components = {(): (), (3,): VECTOR_COMPONENTS, (6,): VOIGT_COMPONENTS}
    statistics = (
        f"{kind}_{name}"
        for info in FIELDS.values()
        for name in (info.name, *(f"{info.name}_{component}" for component in components[info.shape]))
        for kind in _STATISTICS
    )
    responses = (name for kind in _RESPONSES for name in response_columns(kind))
    energies = (f"energy_{term}" for term in _ENERGIES)
    return (*(info.name for info in _FIXED), *_TIP, *energies, *statistics, *responses)


def extensive_unit(unit: str, dim: int) -> str:
    """Unit of an integral over `dim` mesh coordinates: per metre of each axis not resolved."""
    if unit == "m^3":
        return f"m^{dim}" if dim > 1 else "m"
    return {3: unit, 2: f"{unit or '1'}/m", 1: f"{unit or '1'}/m^2"}[dim]


def observable(name: str, dim: int) -> ObservableInfo:
    """What the column `name` of observables.csv holds on a mesh of `dim` coordinates.

    Known are step, time, dt, those of tips, energy_<term>, <mean, rms, min or max>_<field>[_<component>], those of
    `response_columns`, and fraction_, charge_, potential_, force_, load_, barrier_ and number_ followed by a name.
    Raises KeyError for others.
    """
    if response := _response(name):
        return response
    for info in _FIXED:
        if info.name == name:
            return info
    if name in _TIP:
        symbol, label, unit = _TIP[name]
        return ObservableInfo(name, symbol, label, extensive_unit(unit, dim) if unit in ("N", "m^3") else unit)
    kind, _, rest = name.partition("_")
    if kind == "energy" and rest in _ENERGIES:
        return ObservableInfo(name, f"H_{rest}", _ENERGIES[rest], extensive_unit("J", dim))
    if kind in _STATISTICS:
        return _statistic(name, kind, rest)
    if kind in _NAMED and rest:
        symbol, label, unit = _NAMED[kind]
        unit = extensive_unit(unit, dim) if kind in ("charge", "force", "number") else unit
        return ObservableInfo(name, f"{symbol}_{rest}".lstrip("_"), f"{label} {rest}", unit)
    raise KeyError(name)


def _statistic(name: str, kind: str, rest: str) -> ObservableInfo:
    # Names of fields hold underscores too.
    whole = rest in FIELDS or rest.startswith(CONCENTRATION)
    field, _, component = (rest, "", "") if whole else rest.rpartition("_")
    info = field_info(field)
    components = {(): (), (3,): VECTOR_COMPONENTS, (6,): VOIGT_COMPONENTS}[info.shape]
    if component and component not in components:
        raise KeyError(name)
    symbol = f"{info.symbol}_{component}" if component else info.symbol
    size = symbol if component or not info.shape else f"|{symbol}|"
    bracket = {"mean": f"⟨{symbol}⟩", "rms": f"rms {symbol}"}.get(kind, f"{kind} {size}")
    what = f"{kind} {info.label}" + (f", {component}" if component else "")
    return ObservableInfo(name, bracket, what, info.unit)
