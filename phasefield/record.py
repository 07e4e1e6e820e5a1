"""What run.json says of a run, and whether two cases are the same; read without starting MPI."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from phasefield.errors import ResultError

#: Version of the layout of run.json.
FORMAT = 1
#: Tables of the case that may change between a run and its continuation; the rest is physics.
MAY_DIFFER = ("title", "time", "solver", "output")


def json_ready(value: Any) -> Any:
    """NumPy numbers and arrays, and paths, as JSON knows them: the `default` of `json.dumps`."""
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be written to JSON")


def case_hash(case: Mapping[str, Any]) -> str:
    """SHA-256 of a resolved case, independent of the order of its keys."""
    text = json.dumps(case, sort_keys=True, separators=(",", ":"), default=json_ready)
    return hashlib.sha256(text.encode()).hexdigest()


def physics(case: Mapping[str, Any]) -> dict[str, Any]:
    """The tables of a resolved case that a run shares with its continuation: all but `MAY_DIFFER`."""
    return {key: value for key, value in case.items() if key not in MAY_DIFFER}


def identity(case: Mapping[str, Any]) -> dict[str, Any]:
    """What a checkpoint and the resolved case that continues from it must have in common.

    The physics, and how time advances: mode, scheme, and the distance of load points. Ends, tolerances and the
    solver may change.
    """
    time = case.get("time", {})
    load_step = time["end"] / time["points"] if time.get("points") else None
    advance = {key: time.get(key) for key in ("mode", "scheme")}
    advance["load_step"] = load_step and float(f"{load_step:.12g}")
    return {"case": physics(case), "time": advance}


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """One line per leaf in which two JSON trees differ: `material.temperature: 300 -> 350`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return [
            line
            for key in sorted({*old, *new})
            for line in differences(old.get(key), new.get(key), f"{path}.{key}" if path else key)
        ]
    return [] if old == new else [f"{path}: {json.dumps(old)} -> {json.dumps(new)}"]


def read_record(folder: Path) -> dict[str, Any]:
    """Contents of `folder`/run.json. Raises ResultError if it is missing or unreadable."""
    file = folder / "run.json"
    try:
        record = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ResultError(f"{folder} holds no run.json, so it is not a result folder") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as exc:
        raise ResultError(f"{file} is not readable as JSON: {exc}") from exc
    if record.get("format") != FORMAT:
        raise ResultError(f"{file} has layout {record.get('format')!r}; this version reads {FORMAT}")
    return dict(record)
