"""Named lines of text on standard output, never cut: they can be searched and piped."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

Line = tuple[str, str]


def print_lines(lines: Iterable[Line]) -> None:
    """Print each (name, text) with the names in a bold column."""
    lines = list(lines)
    width = max(len(name) for name, _ in lines) + 2
    console = Console(highlight=False, soft_wrap=True)
    for name, text in lines:
        console.print(Text.assemble((name.ljust(width), "bold"), text))
