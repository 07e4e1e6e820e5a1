"""Logging: one standard-library logger, quiet on all ranks but the first.

Ranks above 0 pass warnings and errors only, with their rank in front. Importing the package
attaches nothing to the logger but a `NullHandler`; the command line (or a script that wants
messages) calls `setup`.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TextIO

from phasefield.errors import CaseError, nearest

#: Environment variable with the level of messages on the terminal: DEBUG, INFO, WARNING, ERROR.
LEVEL_VARIABLE = "PHASEFIELD_LOG_LEVEL"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

logger = logging.getLogger("phasefield")
logger.addHandler(logging.NullHandler())

#: `logger.info(text, extra=ON_BAR)`: for run.log only, the terminal shows it on the progress bar.
ON_BAR = {"on_bar": True}


class RankFilter(logging.Filter):
    """Drops records below WARNING on ranks above 0 and marks the rest with `record.rank`."""

    def __init__(self, rank: int):
        super().__init__()
        self.rank = rank

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` is to be written on this rank."""
        record.rank = f"[rank {self.rank}] " if self.rank else ""
        return self.rank == 0 or record.levelno >= logging.WARNING


class _TerminalFormatter(logging.Formatter):
    """Bare messages; warnings and errors start with their level in lower case."""

    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        return text if record.levelno < logging.WARNING else f"{record.levelname.lower()}: {text}"


class _StderrHandler(logging.StreamHandler):
    """Writes to what `sys.stderr` is at that moment, so that a progress bar can take it over."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)
        self.addFilter(lambda record: not getattr(record, "on_bar", False))

    @property
    def stream(self) -> TextIO:  # type: ignore[override]
        """The current standard error."""
        return sys.stderr

    def flush(self) -> None:
        """Nothing: lines are written at once; a progress bar turns a flush into a blank line."""


def level_from(text: str | None) -> int:
    """Level of `text`, else of the environment variable, else INFO. CaseError if unknown."""
    name = (text or os.environ.get(LEVEL_VARIABLE) or "INFO").upper()
    if name not in LEVELS:
        raise CaseError(f'log level "{name}" is not one of {", ".join(LEVELS)}{nearest(name, LEVELS)}')
    return int(getattr(logging, name))


def setup(rank: int = 0, level: str | None = None) -> None:
    """Send messages of at least `level` to standard error; a second call replaces the first."""
    threshold = level_from(level)
    for handler in [h for h in logger.handlers if isinstance(h, _StderrHandler)]:
        logger.removeHandler(handler)
    handler = _StderrHandler()
    handler.setLevel(threshold)
    handler.addFilter(RankFilter(rank))
    handler.setFormatter(_TerminalFormatter("%(rank)s%(message)s"))
    logger.addHandler(handler)
    logger.setLevel(min(threshold, logging.INFO))
    logger.propagate = False


def open_file(path: Path, rank: int = 0) -> logging.Handler:
    """Append messages of INFO and above to `path` until `close_file`.

    Ranks above 0 open the file when they have a warning to write.
    """
    handler = logging.FileHandler(path, mode="a", encoding="utf-8", delay=rank > 0)
    handler.setLevel(logging.INFO)
    handler.addFilter(RankFilter(rank))
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)-7s %(rank)s%(message)s"))
    logger.addHandler(handler)
    if logger.getEffectiveLevel() > logging.INFO:
        logger.setLevel(logging.INFO)
    return handler


def close_file(handler: logging.Handler) -> None:
    """Detach and close what `open_file` returned."""
    logger.removeHandler(handler)
    handler.close()
