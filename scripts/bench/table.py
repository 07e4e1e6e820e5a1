"""The table of goals in the README, from the files that the benchmarks wrote with --json.

It replaces what stands between the markers `<!-- performance -->` and `<!-- /performance -->`; without them it is
printed.

    scripts/env python scripts/bench/table.py step_cost.json against_newton.json ranks.json overheads.json
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from common import Goal

README = Path(__file__).parents[2] / "README.md"
BEGIN, END = "<!-- performance -->", "<!-- /performance -->"


def table(goals: list[Goal]) -> str:
    """Markdown table, and a sentence that counts what is missed."""
    lines = ["| | measured | goal | |", "|---|---|---|---|"]
    lines += [
        f"| {goal.what} | {shown(goal.value)} | {goal.wanted} | {'met' if goal.met else '**missed**'} |"
        for goal in goals
    ]
    missed = sum(not goal.met for goal in goals)
    lines += ["", f"{missed} of {len(goals)} goals are missed." if missed else "All of these goals are met."]
    return "\n".join(lines)


def shown(value: float) -> str:
    """Three digits, and no powers of ten."""
    return f"{value:,.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+")
    files = parser.parse_args().files
    results = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    text = table([Goal(**goal) for result in results for goal in result["goals"]])
    readme = README.read_text(encoding="utf-8")
    if BEGIN not in readme or END not in readme:
        print(text)
        return
    before, after = readme.split(BEGIN)[0], readme.split(END)[1]
    README.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
