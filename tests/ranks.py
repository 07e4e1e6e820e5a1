"""Runs one of the programs of tests/programs on a number of MPI ranks and fails with its output."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parent
#: A launcher that finds these would take itself for a rank of the run that pytest may be.
_OF_A_RUN = ("PMIX_", "PMI_", "OMPI_COMM", "OMPI_UNIVERSE", "OMPI_WORLD", "PRTE_LAUNCHED")
_MORE_RANKS_THAN_CORES = {
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}


def run_on(ranks: int, program: str, *arguments: object) -> None:
    """Run tests/programs/`program` with `arguments` on `ranks` ranks; it must succeed."""
    launcher = shutil.which("mpiexec") or shutil.which("mpirun")
    assert launcher, "neither mpiexec nor mpirun is on the PATH"
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(_OF_A_RUN) or key.startswith("PMIX_MCA_")
    }
    environment |= _MORE_RANKS_THAN_CORES
    path = [str(TESTS), str(TESTS.parent), environment.get("PYTHONPATH", "")]
    environment["PYTHONPATH"] = os.pathsep.join(path)
    command = [launcher, "-n", str(ranks), sys.executable, str(TESTS / "programs" / program)]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, f"{program} failed on {ranks} ranks:\n{done.stdout}\n{done.stderr}"
