"""Finds and loads the study.py of a case folder."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

from phasefield.errors import CaseError


def find_study(path: Path) -> Path:
    """The study file at `path`, a case folder or the file itself. Raises CaseError."""
    file = (path / "study.py" if path.is_dir() else path).resolve()
    if file.suffix != ".py" or not file.is_file():
        raise CaseError(f"{path}: expected a folder with a study.py, or that file")
    return file


def load_main(file: Path) -> Callable[[Path], object]:
    """The function `main(out: Path)` of a study file. Raises CaseError if there is none."""
    spec = importlib.util.spec_from_file_location(f"study_{file.parent.name}", file)
    assert spec is not None and spec.loader is not None  # the suffix is .py
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up there
    spec.loader.exec_module(module)
    function = getattr(module, "main", None)
    if not callable(function):
        raise CaseError(f"{file}: defines no function main(out)")
    return function  # type: ignore[no-any-return]
