"""Where and with what a run was made: versions, git state, host, batch job, memory."""

from __future__ import annotations

import os
import platform
import resource
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from mpi4py import MPI
from petsc4py import PETSc

from phasefield import __version__

#: Environment variables of SLURM worth keeping, and their name in run.json.
_SLURM = {
    "SLURM_JOB_ID": "job",
    "SLURM_ARRAY_JOB_ID": "array_job",
    "SLURM_ARRAY_TASK_ID": "array_task",
    "SLURM_RESTART_COUNT": "restarts",
    "SLURM_CLUSTER_NAME": "cluster",
    "SLURM_JOB_NODELIST": "nodes",
}


def versions() -> dict[str, str]:
    """Versions of the package and of what computes underneath."""
    return {
        "phasefield": __version__,
        "dolfinx": _installed("fenics-dolfinx"),
        "petsc": ".".join(map(str, PETSc.Sys.getVersion())),  # type: ignore[attr-defined]
        "mpi": MPI.Get_library_version().strip("\x00 \n").splitlines()[0],
        "python": platform.python_version(),
        "numpy": _installed("numpy"),
    }


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"


def git_state(package: Path | None = None) -> dict[str, Any] | None:
    """Commit of the checkout that holds `package`, and whether tracked files differ from it."""
    root = (package or Path(__file__)).resolve().parents[1]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, "rev-parse", "HEAD")
        dirty = bool(_git(root, "status", "--porcelain", "--untracked-files=no"))
    except (OSError, subprocess.SubprocessError):
        return None
    return {"commit": commit, "dirty": dirty}


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", f"safe.directory={root}", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    return done.stdout.strip()


def slurm_ids() -> dict[str, str]:
    """Ids of the batch job, empty outside SLURM."""
    return {name: os.environ[key] for key, name in _SLURM.items() if key in os.environ}


def hosts(comm: MPI.Comm) -> list[str]:
    """Names of the machines the ranks run on, sorted. Collective."""
    return sorted(set(comm.allgather(MPI.Get_processor_name())))


def peak_memory(comm: MPI.Comm) -> int:
    """Largest resident memory of each rank so far, summed over the ranks (bytes). Collective."""
    unit = 1 if platform.system() == "Darwin" else 1024  # getrusage counts in kB on Linux
    return int(comm.allreduce(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit))
