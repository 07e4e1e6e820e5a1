"""One voice and one exit code from all MPI ranks, and no rank left waiting for one that failed.

A launcher may end all ranks as soon as one leaves with an error, so nobody leaves before rank 0 has
printed what is wrong.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from phasefield.errors import PhaseFieldError

if TYPE_CHECKING:
    from mpi4py import MPI

#: Seconds a failed rank waits for the others to fail too before it ends them.
PATIENCE = 30.0

#: What launchers of Open MPI, PMIx (srun), MPICH and Intel MPI tell a process of its rank.
_RANK_VARIABLES = ("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK")


def launched_rank() -> int | None:
    """Rank of this process as its launcher says, without starting MPI; None without a launcher."""
    ranks = (os.environ.get(name, "") for name in _RANK_VARIABLES)
    return next((int(rank) for rank in ranks if rank.isdigit()), None)


def hush() -> None:
    """Send what ranks above 0 print to nowhere until the command itself begins."""
    if launched_rank():
        sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def is_hushed() -> bool:
    """Whether this rank prints to nowhere."""
    return sys.stderr is not sys.__stderr__ and bool(launched_rank())


def _speak() -> None:
    if is_hushed():
        sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__


@contextmanager
def alone() -> Iterator[None]:
    """Body of a command that rank 0 does, while other ranks wait for its exit code."""
    comm = None
    if launched_rank() is not None:
        from mpi4py import MPI

        comm = MPI.COMM_WORLD
        if comm.rank > 0:
            _speak()
            raise typer.Exit(comm.bcast(None))
    code = 1
    try:
        yield
        code = 0
    except PhaseFieldError as error:
        print_error(error)
        code = error.exit_code
        raise typer.Exit(code) from error
    finally:
        if comm is not None:
            comm.bcast(code)


@contextmanager
def together(comm: MPI.Comm) -> Iterator[MPI.Comm]:
    """Body of a command that all ranks do.

    An error that all ranks raise is printed once and gives all the same exit code. An error of some
    ranks only, or an unexpected one, is printed by its rank and ends the others by `comm.Abort`.
    """
    _speak()
    private = comm.Dup()  # not mixed up with what other ranks may be waiting for
    try:
        yield comm
    except PhaseFieldError as error:
        if not _all_arrive(private):
            print_error(error, comm.rank)
            sys.stderr.flush()
            comm.Abort(error.exit_code)
        if comm.rank == 0:
            print_error(error)
        private.Barrier()
        raise typer.Exit(error.exit_code) from error
    except Exception:
        if comm.size > 1:
            print(f"[rank {comm.rank}] {traceback.format_exc()}", file=sys.stderr, flush=True)
            comm.Abort(1)
        raise
    finally:
        private.Free()


def _all_arrive(comm: MPI.Comm) -> bool:
    """Whether all ranks come here within `PATIENCE`."""
    request = comm.Ibarrier()
    deadline = time.monotonic() + PATIENCE
    while not request.Test():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def print_error(error: PhaseFieldError, rank: int = 0) -> None:
    """Print one line `error: …` per problem to standard error."""
    from rich.console import Console
    from rich.text import Text

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    name = f"[rank {rank}] " if rank else ""
    for line in str(error).splitlines():
        console.print(Text.assemble(name, ("error: ", "bold red"), line))
