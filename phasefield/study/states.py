"""What became of a member so far, told by its result folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from phasefield.case import Case, resolved
from phasefield.errors import ResultError
from phasefield.record import differences, identity, read_record

Kind = Literal["new", "done", "unfinished", "changed"]


@dataclass(frozen=True)
class State:
    """Whether a member is done.

    Attributes:
        kind: "new" (nothing there), "done" (this very case, to its end), "unfinished" (this case, interrupted or
            failed), "changed" (the folder holds the run of another case).
        detail: why it is unfinished, or what differs, one line each.
        status: of run.json.
        has_checkpoint: whether an unfinished run can be continued.
    """

    kind: Kind
    detail: tuple[str, ...] = ()
    status: str = ""
    has_checkpoint: bool = False

    def goes_on(self, overwrite: bool) -> bool:
        """Whether the run continues from its checkpoint; with `overwrite` a failed one begins anew."""
        return self.has_checkpoint and not (overwrite and self.status == "failed")


def state_of(folder: Path, case: Case) -> State:
    """State of the member with results in `folder`.

    A finished run counts if its case is equal but for the title; an unfinished one may differ in what a restart may
    change.
    """
    if not (folder / "run.json").exists():
        return State("new")
    try:
        record = read_record(folder)
    except ResultError as error:
        return State("changed", (str(error),))
    then, now = record.get("case", {}), json.loads(json.dumps(resolved(case)))
    done = record["status"] == "done"
    part = _without_title if done else identity
    if changed := differences(part(then), part(now)):
        return State("changed", tuple(changed), record["status"])
    if done:
        return State("done", status="done")
    reason = record.get("reason") or record["status"]
    return State("unfinished", (reason,), record["status"], any((folder / "checkpoint").glob("step_*.h5")))


def _without_title(case: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in case.items() if key != "title"}
