"""Files that readers find complete or not at all, written by one process."""

from __future__ import annotations

import os
from pathlib import Path


def replace_durably(temporary: Path, target: Path) -> None:
    """Rename `temporary` to `target`; after a power cut the old or the whole new file is there."""
    _fsync(temporary)
    os.replace(temporary, target)
    _fsync(target.parent)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(target: Path, text: str) -> None:
    """Write `text` to `target` so that a reader finds the old or the new contents, never a part."""
    temporary = target.with_name(target.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    os.replace(temporary, target)
