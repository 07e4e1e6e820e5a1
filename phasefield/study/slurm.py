"""The script of a SLURM job array: one task per member that is left, requeued from its checkpoint at the wall time."""

from __future__ import annotations

import os
import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from phasefield.atomic import write_text
from phasefield.errors import EXIT_REQUEUE
from phasefield.study.plan import Plan
from phasefield.study.schema import RunSpec
from phasefield.study.session import How

#: Wait for the run with traps that make it stop with a checkpoint; only the wall time asks for another turn.
_WAIT = f"""\
run= requeue=1 signalled=1
trap 'signalled=1; kill -USR1 "$run"' USR1
trap 'signalled=1; requeue=0; kill -USR1 "$run"' TERM INT
{{command}} &
run=$!
while ((signalled)); do
    signalled=0
    wait "$run"
    code=$?
done
if ((code == {EXIT_REQUEUE} && requeue)); then
    scontrol requeue "${{{{SLURM_ARRAY_JOB_ID}}}}_$SLURM_ARRAY_TASK_ID"
fi
exit "$code"
"""


def write_array_script(plan: Plan, members: Sequence[int], how: How) -> Path:
    """Write array.sh to the result folder, with a task for each of the `members` (their numbers in the plan).

    What it runs is the plan in that folder, as it is now.
    """
    given = {"workers": how.workers, "ranks": how.ranks, "launcher": how.launcher}
    run = plan.study.run.model_copy(update={key: value for key, value in given.items() if value is not None})
    options = ["--overwrite"] if how.overwrite else []
    if how.max_hours is not None:
        options += ["--max-hours", str(how.max_hours)]
    script = plan.folder / "array.sh"
    write_text(script, array_script(plan, members, run, options))
    script.chmod(0o755)
    return script


def array_script(plan: Plan, members: Sequence[int], run: RunSpec, options: Iterable[str] = ()) -> str:
    """Text of the job script."""
    slurm = plan.study.slurm
    sbatch = {
        "job-name": plan.source.parent.name,
        "array": index_ranges(members) + (f"%{run.workers}" if run.workers > 1 else ""),
        "ntasks": run.ranks,
        "signal": f"B:USR1@{slurm.warning}",
        "requeue": True,
        "open-mode": "append",
        "output": str(plan.folder / "slurm-%A_%a.log"),
        **slurm.options,
    }
    how = ("--ranks", str(run.ranks), "--launcher", run.launcher, *options)
    command = shlex.join([*phasefield_command(), "study", str(plan.folder), *how])
    return "\n".join(
        [
            "#!/usr/bin/env bash",
            f"# Job array of {plan.source}; written by phasefield study --slurm.",
            *(f"#SBATCH {_option(name, value)}" for name, value in sbatch.items() if value is not False),
            "",
            *slurm.setup,
            "export OMP_NUM_THREADS=1",
            "",
            _WAIT.format(command=f'{command} --task "$SLURM_ARRAY_TASK_ID"'),
        ]
    )


def phasefield_command() -> tuple[str, ...]:
    """Command that a batch job starts phasefield with: the way into the environment if this runs inside one."""
    entry = Path(__file__).resolve().parents[2] / "scripts" / "env"
    if os.environ.get("PHASEFIELD_INSIDE") and entry.is_file():
        return (str(entry), "phasefield")
    return (sys.executable, "-m", "phasefield")


def index_ranges(indices: Sequence[int]) -> str:
    """Sorted numbers as SLURM writes them: 0, 1, 2, 5 is "0-2,5"."""
    parts: list[list[int]] = []
    for index in indices:
        if parts and index == parts[-1][-1] + 1:
            parts[-1].append(index)
        else:
            parts.append([index])
    return ",".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _option(name: str, value: str | int | bool) -> str:
    return f"--{name}" if value is True else f"--{name}={value}"
