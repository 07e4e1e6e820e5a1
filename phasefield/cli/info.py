"""What `phasefield info` prints: versions, machine, caches, and whether the parts work together."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from mpi4py import MPI

from phasefield import provenance
from phasefield.cli.lines import Line, print_lines

_PACKAGES = ("scipy", "pydantic", "pint", "typer", "rich", "h5py", "meshio", "pyvista", "gmsh")

#: Draws a few pixels; in a process of its own because a broken graphics library ends the process.
_RENDER = """
import pyvista
plotter = pyvista.Plotter(off_screen=True, window_size=(32, 32))
plotter.add_mesh(pyvista.Sphere())
plotter.screenshot(None, return_img=True)
"""


def print_info(comm: MPI.Comm) -> bool:
    """Print everything from rank 0; whether all checks passed. Collective."""
    checks = [(name, _outcome(check, comm)) for name, check in _CHECKS.items()]
    if comm.rank == 0:
        print_lines([*_versions(), *_machine(comm), *_caches(), _terminal()])
        print_lines((name, problem or "ok") for name, problem in checks)
    return not any(problem for _, problem in checks)


def installed(distribution: str) -> str:
    """Version of an installed distribution, or "not installed"."""
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "not installed"


def _versions() -> list[Line]:
    return [*provenance.versions().items(), *((package, installed(package)) for package in _PACKAGES)]


def _machine(comm: MPI.Comm) -> list[Line]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = os.environ.get("OMP_NUM_THREADS", "")
    rows = [("machine", f"{platform.node()}, {platform.platform()}, {cores} cores")]
    rows += [("ranks", f"{comm.size}, OMP_NUM_THREADS = {threads or 'not set'}")]
    warning = thread_warning(comm.size, threads, cores)
    return [*rows, ("warning", warning)] if warning else rows


def thread_warning(ranks: int, threads: str, cores: int) -> str:
    """What is wrong with this many ranks and threads on this many cores; empty if nothing is."""
    if not threads and ranks > 1:
        return "OMP_NUM_THREADS is not set: each rank may start a thread per core; set it to 1"
    if threads.isdigit() and ranks * int(threads) > cores:
        return f"{ranks} ranks x {threads} threads are more than {cores} cores"
    return ""


def _caches() -> list[Line]:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    forms, environment = home / "fenics", home / "phasefield"
    return [("compiled forms", _folder(forms)), ("environment", _folder(environment))]


def _folder(path: Path) -> str:
    return str(path) if path.is_dir() else f"{path} (not there yet)"


def _terminal() -> Line:
    width = shutil.get_terminal_size().columns
    kind = f"{width} columns" if sys.stderr.isatty() else "none: a run prints one line per step"
    return ("terminal", f"{kind}; {sys.stdout.encoding}")


# --- checks: each raises if something is wrong ----------------------------------------------------


def _outcome(check: Callable[[MPI.Comm], None], comm: MPI.Comm) -> str:
    """The problem that `check` finds on any rank, in words, or an empty string. Collective."""
    try:
        check(comm)
        problem = ""
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    return next(filter(None, comm.allgather(problem)), "")


def _check_dolfinx(comm: MPI.Comm) -> None:
    from phasefield import compat

    oldest, newest = (".".join(map(str, release)) for release in compat.SUPPORTED)
    if not compat.SUPPORTED[0] <= compat.VERSION <= compat.SUPPORTED[1]:
        found = ".".join(map(str, compat.VERSION))
        raise RuntimeError(f"DOLFINx {oldest} to {newest} is supported, found {found}")


def _check_petsc(comm: MPI.Comm) -> None:
    from petsc4py import PETSc

    if PETSc.ScalarType.__name__ != "float64":
        raise RuntimeError(f"PETSc of float64 is needed, found {PETSc.ScalarType.__name__}")
    if not PETSc.Sys.hasExternalPackage("hypre"):
        raise RuntimeError("PETSc was built without hypre, which preconditions the potential")


def _check_mpi(comm: MPI.Comm) -> None:
    expected = comm.size * (comm.size - 1) // 2
    if comm.allreduce(comm.rank) != expected:
        raise RuntimeError("a sum over the ranks is wrong")


def _check_mesh(comm: MPI.Comm) -> None:
    from phasefield.case.schema import BoxMesh
    from phasefield.mesh import build_domain

    side = 4e-9
    domain = build_domain(BoxMesh(kind="box", size=(side,) * 3, cells=(4, 4, 4)), comm)
    if abs(domain.volume / 64.0 - 1.0) > 1e-12:
        raise RuntimeError(f"a cube of 64 nm^3 has {domain.volume} nm^3")


def _check_figures(comm: MPI.Comm) -> None:
    if comm.rank == 0:
        command = [sys.executable, "-c", _RENDER]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError((done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1])


_CHECKS: dict[str, Callable[[MPI.Comm], None]] = {
    "DOLFINx release": _check_dolfinx,
    "PETSc build": _check_petsc,
    "messages": _check_mpi,
    "mesh and forms": _check_mesh,
    "figures": _check_figures,
}
