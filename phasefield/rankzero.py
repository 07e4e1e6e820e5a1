"""Work that rank 0 does for all: its result or its error reaches every rank; atomic files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from mpi4py import MPI

T = TypeVar("T")


def on_root(comm: MPI.Comm, action: Callable[[], T]) -> T:
    """Result of `action()`, called on rank 0 and broadcast; an exception is raised on every rank.

    Collective. Without it a full disk on rank 0 would leave the other ranks waiting for ever.
    """
    result: tuple[T | None, Exception | None] = (None, None)
    if comm.rank == 0:
        try:
            result = (action(), None)
        except Exception as exc:
            result = (None, exc)
    value, error = comm.bcast(result, root=0) if comm.size > 1 else result
    if error is not None:
        raise error
    return value  # type: ignore[return-value]


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
