"""Work that rank 0 does for all: its result or its error reaches every rank."""

from __future__ import annotations

from collections.abc import Callable
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
