"""Lab axes of a mesh and which of them are periodic, read from the letters of a case file."""

from __future__ import annotations

from typing import TypeVar

from phasefield.errors import MeshError

T = TypeVar("T", int, float)


def lab_axes(letters: str | None, default: str) -> tuple[int, ...]:
    """Lab axes (0, 1, 2) of the mesh coordinates from letters such as "xz" (`default` if None).

    Raises MeshError if the number of letters is not that of `default` or one comes twice.
    """
    letters = default if letters is None else letters
    if len(letters) != len(default) or len(set(letters)) != len(letters) or not set(letters) <= set("xyz"):
        raise MeshError(
            f'mesh.axes = "{letters}": expected {len(default)} different letters of x, y, z, '
            f'one for each mesh coordinate, such as "{default}"'
        )
    return tuple("xyz".index(letter) for letter in letters)


def periodic_flags(letters: str, axes: tuple[int, ...], allowed: str = "xyz") -> tuple[bool, ...]:
    """Whether each mesh coordinate is periodic, from letters such as "xy".

    Raises MeshError for a letter that the mesh does not resolve or that is not in `allowed`.
    """
    resolved = "".join("xyz"[axis] for axis in axes)
    usable = "".join(letter for letter in resolved if letter in allowed)
    wrong = sorted(set(letters) - set(usable))
    if wrong:
        raise MeshError(
            f'mesh.periodic = "{letters}": direction {", ".join(wrong)} cannot be periodic here; '
            f"this mesh can be periodic along {', '.join(usable) or 'no direction'}"
        )
    return tuple(letter in letters for letter in resolved)


def per_axis(value: T | tuple[T, ...], count: int, what: str) -> tuple[T, ...]:
    """`value` for every axis, or as it is if it has `count` entries; MeshError otherwise."""
    values = value if isinstance(value, tuple) else (value,) * count
    if len(values) != count:
        raise MeshError(f"mesh.{what} has {len(values)} entries, expected {count}: one for each mesh axis")
    return values
