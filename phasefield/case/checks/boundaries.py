"""Boundary conditions: names, data each kind needs, and conditions that contradict each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from phasefield.case.layout import boundaries_of, boundaries_of_fluids
from phasefield.case.schema import (
    CONDITION_VALUES,
    Case,
    ElectricalCondition,
    FileMesh,
    MechanicalCondition,
    PolarizationCondition,
    Table,
)
from phasefield.errors import nearest

Condition = MechanicalCondition | ElectricalCondition | PolarizationCondition

#: Keys each kind of condition uses; those of `_NEEDED` cannot be left out.
_USED: dict[type[Table], dict[str, tuple[str, ...]]] = {
    MechanicalCondition: {
        "clamped": (),
        "roller": (),
        "free": (),
        **dict.fromkeys(CONDITION_VALUES, ("value",)),
    },
    ElectricalCondition: {
        "electrode": ("potential", "work_function", "barrier"),
        "floating": ("charge",),
        "screened": ("potential", "thickness", "permittivity", "work_function", "barrier"),
        "free": ("charge_density",),
    },
    PolarizationCondition: {"free": (), "fixed": ("value",), "extrapolation": ("length",)},
}
_NEEDED = ("value", "thickness", "length")


def problems(case: Case) -> Iterator[str]:
    """Problems of the lists `boundary` of mechanics, electrostatics and polarization."""
    for table, conditions in tables(case).items():
        for i, condition in enumerate(conditions):
            path = f"{table}.boundary[{i}]"
            yield from _keys(path, condition)
            yield from unknown_names(path, condition.on, case)
        yield from _contradictions(table, conditions, case)
    yield from _on_fluids(case)


def tables(case: Case) -> dict[str, Sequence[Condition]]:
    """The conditions of each field, by the table whose key `boundary` holds them."""
    return {
        "mechanics": case.mechanics.boundary,
        "electrostatics": case.electrostatics.boundary,
        "polarization": case.polarization.boundary,
    }


def unknown_names(path: str, names: Sequence[str], case: Case) -> Iterator[str]:
    """What is wrong with the boundaries that the condition at `path` names."""
    known = boundaries_of(case.mesh)
    for name in names:
        if name not in known:
            where = "mesh.boundaries" if isinstance(case.mesh, FileMesh) else "the mesh"
            yield (
                f'{path}.on: "{name}" is not a boundary of {where}{nearest(name, known)}'
                f" (it has: {', '.join(known) or 'none'})"
            )
        elif not isinstance(case.mesh, FileMesh) and _axis(known[name]) in case.mesh.periodic:
            yield (f'{path}.on: "{name}": the mesh is periodic along {_axis(known[name])}, so it does not end there')


def _keys(path: str, condition: Condition) -> Iterator[str]:
    """Keys the kind needs and keys that mean nothing for it."""
    used = _USED[type(condition)][condition.kind]
    for key, field in type(condition).model_fields.items():
        if key in ("on", "kind"):
            continue
        value = getattr(condition, key)
        if key in used and key in _NEEDED and value is None:
            yield f'{path}.{key}: missing; kind = "{condition.kind}" needs it ({field.description})'
        if key not in used and value != field.default:
            others = ", ".join(used) or "nothing else"
            yield f'{path}.{key}: has no meaning for kind = "{condition.kind}" (it uses {others})'


def _on_fluids(case: Case) -> Iterator[str]:
    known, fluids = boundaries_of(case.mesh), boundaries_of_fluids(case)
    for i, condition in enumerate(case.mechanics.boundary):
        for name in condition.on:
            if condition.kind != "free" and (fluid := fluids.get(known.get(name, ""))):
                yield (
                    f'mechanics.boundary[{i}].on: "{name}" is a side of "{fluid}", a fluid, which carries no'
                    " load and is not held; use the side of a solid"
                )


# --- conditions that meet on one boundary ---------------------------------------------------------


def _contradictions(table: str, conditions: Sequence[Condition], case: Case) -> Iterator[str]:
    known = boundaries_of(case.mesh)
    for i, condition in enumerate(conditions):
        places = [known.get(name, name) for name in condition.on]
        for place in dict.fromkeys(p for p in places if places.count(p) > 1):
            names = " and ".join(f'"{name}"' for name in condition.on if known.get(name, name) == place)
            yield f"{table}.boundary[{i}].on: {names} are one boundary; name it once"
    for (i, first), (j, second) in combinations(enumerate(conditions), 2):
        for name in second.on:
            others = [n for n in first.on if known.get(n, n) == known.get(name, name)]
            if others and _clash(first, second, known.get(name, name), case):
                alias = f' (the same as "{others[0]}")' if others[0] != name else ""
                yield (
                    f'{table}.boundary[{j}]: "{second.kind}" on "{name}"{alias} contradicts'
                    f' "{first.kind}" of {table}.boundary[{i}]'
                )


def _clash(first: Condition, second: Condition, boundary: str, case: Case) -> bool:
    """Whether two conditions on one boundary exclude each other; only mechanical ones may not."""
    if not isinstance(first, MechanicalCondition) or not isinstance(second, MechanicalCondition):
        return True
    if "free" in (first.kind, second.kind):
        return True
    fixed_1, loaded_1 = _components(first, boundary, case)
    fixed_2, loaded_2 = _components(second, boundary, case)
    return bool(fixed_1 & (fixed_2 | loaded_2) or loaded_1 & (fixed_2 | loaded_2))


def _components(condition: MechanicalCondition, boundary: str, case: Case) -> tuple[set[str], set[str]]:
    """Components of u that a condition prescribes, and of the traction that it gives.

    The normal is a component of its own, "n", where only the mesh file knows its direction.
    """
    normal = _axis(boundary) if not isinstance(case.mesh, FileMesh) else "n"
    everything = {"x", "y", "z", normal}
    values = condition.value if isinstance(condition.value, tuple) else ()
    given = {axis for axis, value in zip("xyz", values, strict=False) if value is not None}
    if condition.kind == "clamped":
        return everything, set()
    if condition.kind == "roller":
        return {normal}, set()
    if condition.kind == "displacement":
        return everything if len(given) == 3 else given, set()
    if condition.kind == "pressure":
        return set(), {normal}
    return set(), {axis for axis in given if values["xyz".index(axis)] != 0.0}


def _axis(boundary: str) -> str:
    """Lab axis across a boundary of a box or film; interfaces, such as "film_top", cross z."""
    return boundary[0] if boundary[1] == "_" else "z"
