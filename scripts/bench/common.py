"""What the benchmarks share: clocks, rows measured in processes of their own, goals, and files of results.

Nothing of MPI is imported here: an MPI process cannot start another.
"""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Clock:
    """Wall time and time of this process on its core (s): the second says more where others compute too."""

    wall: float = 0.0
    cpu: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Add the time of a block."""
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.wall += time.perf_counter() - wall
            self.cpu += time.process_time() - cpu


@dataclass(frozen=True)
class Goal:
    """A figure and what it should be at least or at most."""

    what: str
    value: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return f"at least {self.at_least:g}" if self.at_least is not None else f"at most {self.at_most:g}"

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.at_most is not None and self.value <= self.at_most


@dataclass
class Report:
    """Result of one benchmark: what it compares, the rows measured, the goals."""

    benchmark: str
    compares: str
    rows: list[dict[str, Any]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)

    def add(self, row: dict[str, Any]) -> None:
        """Keep a row and print it."""
        self.rows.append(row)
        print("  ".join(f"{key} {shown(value)}" for key, value in row.items()), flush=True)

    def finish(self, path: Path | None) -> None:
        """Print what is compared and the goals; write everything to `path`."""
        print(self.compares)
        for goal in self.goals:
            print(f"  {goal.what}: {goal.value:.3g}, wanted {goal.wanted}: {'met' if goal.met else 'MISSED'}")
        if path:
            path.write_text(json.dumps(asdict(self) | {"machine": platform.machine()}, indent=1), encoding="utf-8")


def shown(value: Any) -> str:
    """A number in few digits, anything else as it is."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def arguments(documentation: str, **defaults: Any) -> argparse.Namespace:
    """Options `--name` for the defaults (lists take several values), `--json FILE`, and the hidden `--row`."""
    parser = argparse.ArgumentParser(description=documentation.splitlines()[0])
    for name, default in defaults.items():
        several = isinstance(default, list)
        kind = type(default[0]) if several else type(default)
        parser.add_argument(f"--{name}", type=kind, nargs="+" if several else None, default=default)
    parser.add_argument("--json", type=Path, help="write the results to this file")
    parser.add_argument("--row", type=json.loads, help=argparse.SUPPRESS)
    return parser.parse_args()


def in_own_process(script: str, row: dict[str, Any], ranks: int = 1) -> dict[str, Any]:
    """What `script --row` prints last, as JSON, for a row to be measured on `ranks` ranks."""
    launcher = [shutil.which("mpiexec") or "mpirun", "-n", str(ranks)] if ranks > 1 else []
    command = [*launcher, sys.executable, script, "--row", json.dumps(row)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def cube(unknowns: int, cell: str = "simplex", **tables: Any) -> dict[str, Any]:
    """A periodic PbTiO3 cube of 0.4 nm cells from noise, with about that many unknowns (seven per node)."""
    n = max(4, round((unknowns / 7) ** (1 / 3)))
    return {
        "version": 1,
        "material": {"name": "PbTiO3_Pertsev1998"},
        "mesh": {"kind": "box", "size": [n * 4e-10] * 3, "cells": [n] * 3, "cell": cell, "periodic": "xyz"},
        "initial": {"kind": "noise", "amplitude": 0.02},
        **tables,
    }


def square(cells: int, **tables: Any) -> dict[str, Any]:
    """A periodic section of PbTiO3, stress-free on average, with cells of 0.4 nm."""
    free = dict.fromkeys(("xx", "yy", "zz", "yz", "xz", "xy"), "free")
    box = {"kind": "box", "size": [cells * 4e-10] * 2, "cells": [cells] * 2, "periodic": "xy"}
    return cube(0) | {"mesh": box, "mechanics": {"strain": free}} | tables
