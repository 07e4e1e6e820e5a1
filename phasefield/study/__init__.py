"""Studies: a base case run over axes and named members, each in a folder of its own.

A member is a process that runs `phasefield run`; nothing here starts MPI. What is done stays done: a study that was
interrupted goes on where it was when it is started again.
"""

from __future__ import annotations

from phasefield.study.gathering import gather
from phasefield.study.plan import Plan, make_plan, read_plan
from phasefield.study.reading import read_study
from phasefield.study.results import MemberResults, StudyResults
from phasefield.study.session import Session, load_module, run_study

__all__ = [
    "MemberResults",
    "Plan",
    "Session",
    "StudyResults",
    "gather",
    "load_module",
    "make_plan",
    "read_plan",
    "read_study",
    "run_study",
]
