"""Errors with an exit code, and the nearest-name suggestion they share.

Every message names the thing found, the place, the allowed range and what to do. The exit codes are the
command's contract with batch systems: 2 wrong case or usage, 3 not converged, 75 stopped with a checkpoint.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

EXIT_USAGE = 2
EXIT_NOT_CONVERGED = 3
EXIT_REQUEUE = 75


class PhaseFieldError(Exception):
    """Base of all errors that a user can cause and mend."""

    exit_code = EXIT_USAGE


class CaseError(PhaseFieldError):
    """The case file or its overrides are wrong; `problems` holds one sentence each."""

    def __init__(self, problems: str | Iterable[str]):
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return CaseError, (self.problems,)


class MaterialError(PhaseFieldError):
    """A material set is unknown, incomplete, out of range or unphysical."""


class MeshError(PhaseFieldError):
    """A mesh cannot be made or read as described."""


class ResultError(PhaseFieldError):
    """A result folder or checkpoint cannot be used."""


class ConvergenceError(PhaseFieldError):
    """The solver gave up; `reason` is the short name written to run.json."""

    exit_code = EXIT_NOT_CONVERGED

    def __init__(self, reason: str, detail: str):
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason}: {detail}")

    def __reduce__(self):  # type: ignore[no-untyped-def]
        return ConvergenceError, (self.reason, self.detail)


def nearest(name: str, choices: Iterable[str]) -> str:
    """Sentence part `; did you mean "x"?` for the closest of `choices`, or an empty string."""
    matches = difflib.get_close_matches(name, list(choices), n=1, cutoff=0.6)
    return f'; did you mean "{matches[0]}"?' if matches else ""
