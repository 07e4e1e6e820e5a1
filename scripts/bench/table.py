"""The table of goals in the README, from the files that the benchmarks wrote with --json.

It replaces what stands between the markers `<!-- performance -->` and `<!-- /performance -->`; without them it is
printed.

    scripts/env python scripts/bench/table.py step_cost.json against_newton.json ranks.json overheads.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from common import Goal, shown

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- performance -->", "<!-- /performance -->"


def goals_of(result: dict[str, Any] | list[dict[str, Any]]) -> list[Goal]:
    """The goals of one file; those of step_cost, which holds rows only, are made here."""
    if isinstance(result, dict):
        return [Goal(**goal) for goal in result["goals"]]
    rows = [row for row in result if row["cell"] == "simplex" and row["ranks"] == 1 and not row.get("flexo")]
    if not rows:
        return []
    small, large = (choose(rows, key=lambda row: row["unknowns"]) for choose in (min, max))
    size = f"{large['unknowns']:,} unknowns"
    goals = [
        Goal(f"microseconds per unknown and step at {size}, one core", large["us_per_unknown_step"], at_most=2.5),
        Goal(f"bytes per unknown at {size}", large["bytes_per_unknown"], at_most=2000.0),
    ]
    if small is not large:
        sizes = f"from {small['unknowns']:,} to {size}"
        growth = {key: large[key] / small[key] for key in ("iterations", "us_per_unknown_step")}
        goals += [
            Goal(f"growth of Krylov iterations {sizes}", growth["iterations"], at_most=1.2),
            Goal(f"growth of the time per unknown {sizes}", growth["us_per_unknown_step"], at_most=1.3),
        ]
    return goals


def table(goals: list[Goal]) -> str:
    """Markdown table, and a sentence that names what is missed."""
    lines = ["| | measured | goal | |", "|---|---|---|---|"]
    lines += [
        f"| {goal.what} | {shown(float(goal.value))} | {goal.wanted} | {'met' if goal.met else '**missed**'} |"
        for goal in goals
    ]
    missed = [goal.what for goal in goals if not goal.met]
    lines += ["", f"Missed: {'; '.join(missed)}." if missed else "All of these goals are met."]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    files = parser.parse_args().files
    text = table([goal for file in files for goal in goals_of(json.loads(file.read_text(encoding="utf-8")))])
    readme = README.read_text(encoding="utf-8")
    if BEGIN not in readme or END not in readme:
        print(text)
        return
    before, after = readme.split(BEGIN)[0], readme.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
