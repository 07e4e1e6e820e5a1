"""Runs programs and commands on a number of MPI ranks."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parent
#: A launcher that finds these would take itself for a rank of the run that pytest may be.
_OF_A_RUN = ("PMIX_", "PMI_", "OMPI_COMM", "OMPI_UNIVERSE", "OMPI_WORLD", "PRTE_LAUNCHED")
_MORE_RANKS_THAN_CORES = {
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}


def python_on(ranks: int, *arguments: object, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """What `python` with `arguments` gives on `ranks` ranks, in the working directory `folder`."""
    launcher = shutil.which("mpiexec") or shutil.which("mpirun")
    assert launcher, "neither mpiexec nor mpirun is on the PATH"
    environment = {
        key: value for key, value in os.environ.items() if not key.startswith(_OF_A_RUN) or key.startswith("PMIX_MCA_")
    }
    environment |= _MORE_RANKS_THAN_CORES
    path = [str(TESTS), str(TESTS.parent), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path)
    return subprocess.run(
        [launcher, "-n", str(ranks), sys.executable, *map(str, arguments)],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
    )


def run_on(ranks: int, program: str, *arguments: object) -> None:
    """Run tests/programs/`program` with `arguments` on `ranks` ranks; AssertionError if it fails."""
    done = python_on(ranks, TESTS / "programs" / program, *arguments)
    assert done.returncode == 0, f"{program} failed on {ranks} ranks:\n{done.stdout}\n{done.stderr}"


def on_one_and_two(program: str, folder: Path, *arguments: object) -> tuple[Any, Any]:
    """What tests/programs/`program` writes as JSON to the file that it is given first, on one rank and on two."""
    results = []
    for ranks in (1, 2):
        path = folder / f"{ranks}.json"
        run_on(ranks, program, path, *arguments)
        results.append(json.loads(path.read_text(encoding="utf-8")))
    return results[0], results[1]
