"""Reads case files: TOML, the file they are based on, and overrides from the command line.

The result is a plain dictionary, not validated yet. Paths in it are absolute: each was relative
to the file in which it stands.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

from phasefield.errors import CaseError

#: Key at the top of a case file that names the file it is based on.
BASE = "base"

_KEY = re.compile(r"([A-Za-z0-9_-]+)((?:\[\d+\])*)")
Data = dict[str, Any]


def read_file(path: Path, seen: tuple[Path, ...] = ()) -> Data:
    """Contents of a case file merged over those of its `base`, with absolute paths.

    Raises CaseError: no such file, not UTF-8, not TOML (with line and column), or a base of itself.
    """
    place = path.resolve()
    if place in seen:
        raise CaseError(f"{path}: a case file cannot be its own base")
    data = read_toml(path)
    make_paths_absolute(data, path.absolute().parent)
    base = data.pop(BASE, None)
    if base is None:
        return data
    if not isinstance(base, str):
        raise CaseError(f"{path}: {BASE}: found {base!r}; expected the name of a case file")
    return merged(read_file(path.parent / base, (*seen, place)), data)


def read_toml(path: Path) -> Data:
    """Contents of a TOML file. Raises CaseError: no such file, not UTF-8, not TOML."""
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise CaseError(f"{path}: no such file") from None
    except OSError as exc:
        raise CaseError(f"{path}: cannot be read: {exc.strerror}") from exc
    except UnicodeDecodeError as exc:
        raise CaseError(f"{path}: not a text in UTF-8: {exc.reason} at byte {exc.start}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise CaseError(f"{path}: not valid TOML: {exc}") from exc


def merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> Data:
    """`above` laid over `below`, table by table; lists, and tables of another kind, are replaced
    as a whole."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        if isinstance(value, Mapping) and isinstance(under, Mapping) and _same_kind(under, value):
            value = merged(under, value)
        result[key] = value
    return result


def _same_kind(below: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
    return "kind" not in above or above["kind"] == below.get("kind")


# --- paths ----------------------------------------------------------------------------------------


def make_paths_absolute(data: Data, folder: Path) -> None:
    """Make the paths of mesh, initial state, profile and material files in `data` absolute, in place."""
    for table, key in _path_keys(data):
        value = table.get(key)
        if isinstance(value, str) and (key == "path" or value.endswith(".toml")):
            table[key] = str((folder / Path(value).expanduser()).resolve())


def _path_keys(data: Data) -> Iterator[tuple[Data, str]]:
    """The tables and keys of a case that hold paths; misplaced values are left to validation."""
    yield from ((data[name], "path") for name in ("mesh", "initial") if isinstance(data.get(name), dict))
    profiles = (("material", "grading"), ("mechanics", "misfit_profile"), ("electrostatics", "space_charge"))
    for table, key in (*profiles, ("mechanics", "prescribed")):
        parent = data.get(table)
        if isinstance(parent, dict) and isinstance(parent.get(key), dict):
            yield parent[key], "path"
    defects = data.get("defects")
    species = defects.get("species") if isinstance(defects, dict) else None
    for spec in species.values() if isinstance(species, dict) else ():
        if isinstance(spec, dict) and isinstance(spec.get("profile"), dict):
            yield spec["profile"], "path"
    material = data.get("material")
    if isinstance(material, dict):
        yield material, "name"
        regions = material.get("regions")
        if isinstance(regions, dict):
            yield from ((region, "material") for region in regions.values() if isinstance(region, dict))


# --- overrides ------------------------------------------------------------------------------------


def apply_overrides(data: Data, overrides: Iterable[str]) -> list[str]:
    """Set `key=value` texts such as "time.max_steps=10" or "loads.bias.values[2]=5 V" in `data`, in
    place.

    Values are TOML; what is not TOML is a text, so "mesh.spacing=2 nm" needs no quotes. An empty
    value removes the key. Returns one sentence per override that cannot be applied.
    """
    problems = []
    for text in overrides:
        try:
            _apply(data, text)
        except ValueError as exc:
            problems.append(f"--set {text}: {exc}")
    return problems


def _apply(data: Data, text: str) -> None:
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError("expected key=value")
    set_key(data, name.strip(), _value(value) if value.strip() else None)


def set_key(data: Data, name: str, value: Any) -> None:
    """Set the key `name`, such as "loads.bias.values[2]", of `data` in place; None removes it.

    Raises ValueError: not a name of a key, a list or entry that is not there.
    """
    place = split_key(name)
    parent: Any = data
    for position, (key, following) in enumerate(pairwise(place)):
        if isinstance(parent, dict) and isinstance(key, str):
            if key not in parent and isinstance(following, int):
                raise ValueError(f'there is no list "{key}"')
            parent = parent.setdefault(key, {})
        else:
            parent = parent[_index(parent, key, place[:position])]
    last: Any = place[-1]
    if not (isinstance(parent, dict) and isinstance(last, str)):
        last = _index(parent, last, place[:-1])
    if value is not None:
        parent[last] = value
    elif isinstance(parent, list) or last in parent:
        del parent[last]


def get_key(data: Any, name: str) -> Any:
    """The value of the key `name` of `data`, None if there is none. Raises ValueError like `set_key`."""
    for key in split_key(name):
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def lay_over(data: Data, changes: Mapping[str, Any], above: str = "") -> None:
    """Lay `changes` over `data` in place: keys are names as in `set_key`, tables are laid over tables
    as in `merged`, an empty text removes a key. Raises ValueError like `set_key`."""
    for key, value in changes.items():
        name = f"{above}{key}"
        under = get_key(data, name)
        if isinstance(value, Mapping) and isinstance(under, Mapping) and _same_kind(under, value):
            lay_over(data, value, f"{name}.")
        else:
            set_key(data, name, None if value == "" else copy.deepcopy(value))


def split_key(name: str) -> list[str | int]:
    """`electrostatics.boundary[0].potential` as ["electrostatics", "boundary", 0, "potential"]."""
    place: list[str | int] = []
    for part in name.split("."):
        match = _KEY.fullmatch(part)
        if match is None:
            raise ValueError(f'"{part}" is not a key; write table.key or table.list[0].key')
        place += [match[1], *(int(index) for index in re.findall(r"\d+", match[2]))]
    return place


def _index(parent: Any, key: str | int, place: list[str | int]) -> int:
    """`key` if it is a valid index of the list `parent`, which stands at `place`."""
    name = place[-1]
    if not isinstance(parent, list):
        raise ValueError(f'"{name}" holds {"a table" if isinstance(parent, dict) else "a value"}, not a list')
    if not isinstance(key, int):
        raise ValueError(f'"{name}" is a list; write {name}[0].{key}')
    if key >= len(parent):
        raise ValueError(f'"{name}" has {len(parent)} entries, counted from 0')
    return key


def _value(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except tomllib.TOMLDecodeError:
        return text.strip()
    return parsed["value"] if len(parsed) == 1 else text
