"""Files that readers find complete or not at all, written by one process."""

from __future__ import annotations

import os
from pathlib import Path


def replace_durably(temporary: Path, target: Path) -> None:
    """Rename `temporary` to `target`; after a power cut the old or the whole new file is there."""
    to_disk(temporary)
    os.replace(temporary, target)
    to_disk(target.parent)


def to_disk(path: Path) -> None:
    """Wait until what was written to a file or folder outlives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(target: Path, text: str, durably: bool = False) -> None:
    """Write `text` to `target` so that a reader finds the old or the new contents, never a part.

    `durably`: after a power cut too, which costs the time to reach the disk.
    """
    temporary = target.with_name(target.name + ".tmp")
    temporary.write_text(text, encoding="utf-8")
    if durably:
        replace_durably(temporary, target)
    else:
        os.replace(temporary, target)
