"""What `phasefield run` does before the simulation: options, the case, the result folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from phasefield.case import Case, load_case
from phasefield.case.material import check_materials
from phasefield.errors import CaseError

if TYPE_CHECKING:
    from mpi4py import MPI


def default_out(case: Path) -> Path:
    """Result folder of a case file: `results/<stem>` beside it."""
    return case.parent / "results" / case.stem


def read_case(comm: MPI.Comm, path: Path, overrides: Sequence[str]) -> Case:
    """The case with its materials checked, read on rank 0; the case or the error on every rank."""
    from phasefield.rankzero import on_root

    def read() -> Case:
        case = load_case(path, overrides)
        check_materials(case)
        return case

    return on_root(comm, read)


def petsc_options(words: Sequence[str]) -> dict[str, str | None]:
    """`-name value -flag …` as a dictionary without dashes; a flag is None. Raises CaseError."""
    options: dict[str, str | None] = {}
    name = None
    for word in words:
        if word.startswith("-") and not _is_number(word):
            name = word.lstrip("-")
            options[name] = None
        elif name is None or options[name] is not None:
            raise CaseError(f'"{word}" is one too many: one case file is run, and PETSc options are -name value')
        else:
            options[name] = word
    return options


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
