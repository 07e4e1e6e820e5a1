"""How forms are compiled: optimized for this processor, cached per kind of processor.

The flags give kernels 2 to 4 times as fast as the default -O2 (measured by scripts/bench/kernels.py). Machine code
for one processor may not run on another, so the cache folder is named after the processor's features: a home
directory shared by different nodes stays safe.

FFCx lets a process wait a fixed time for another one that compiles the same form, and on a busy machine that takes
longer than any time one would wait for a process that was killed. So here they queue for a lock, which the system takes
from a process that ends.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import ufl
from dolfinx import fem
from mpi4py import MPI
from ufl.core.expr import Expr
from ufl.domain import extract_unique_domain

T = TypeVar("T")

#: Fast arithmetic without the parts of -ffast-math that hide NaN or change the mode of the processor.
FLAGS = (
    "-O3",
    "-march=native",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fno-signed-zeros",
    "-fassociative-math",
    "-freciprocal-math",
)


#: Seconds to wait for a process that compiles the same form without the lock, on a file system that knows none.
PATIENCE = 120


@lru_cache(maxsize=1)
def options() -> dict:
    """JIT options for `fem.form` and `fem.Expression`."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    cache = root / "phasefield" / f"forms-{_processor()}"
    forget_interrupted(cache, 5.0 * PATIENCE)
    return {"cffi_extra_compile_args": list(FLAGS), "cache_dir": cache, "timeout": PATIENCE}


def options_for(expression: ufl.Form) -> dict:
    """Options for one form: little optimization, and nothing for debuggers, for integrals over interior facets.

    Those of strain-gradient elasticity in 3D are megabytes of straight-line code, which take the compiler half a minute
    with -O1, twice that with -g and several minutes with -O3; they are a small part of any run.
    """
    chosen = options()
    if not any(integral.integral_type() == "interior_facet" for integral in expression.integrals()):
        return chosen
    flags = ["-O1" if flag == "-O3" else flag for flag in chosen["cffi_extra_compile_args"]]
    return chosen | {"cffi_extra_compile_args": [*flags, "-g0"]}


def form(expression: ufl.Form) -> fem.Form:
    """The compiled form. Collective, as DOLFINx compiles on the first rank."""
    chosen = options_for(expression)
    comm = expression.ufl_domain().ufl_cargo().comm
    return _alone(expression.signature(), comm, lambda: fem.form(expression, jit_options=chosen))


def expression(values: Expr, points: np.ndarray) -> fem.Expression:
    """The compiled expression at points of the reference cell. Collective, as forms are."""
    comm = extract_unique_domain(values).ufl_cargo().comm
    return _alone("expressions", comm, lambda: fem.Expression(values, points, jit_options=options()))


def _alone(what: str, comm: MPI.Comm, compiled: Callable[[], T]) -> T:
    """What `compiled` gives, while no other process compiles the same, by its name `what`."""
    with _queue(options()["cache_dir"] / "locks", what, comm.rank == 0):
        try:
            return compiled()
        except (TimeoutError, RuntimeError) as error:
            # The first rank waited in vain for one that was killed, and has told the others.
            if "timed out" not in str(error):
                raise
            if comm.rank == 0:
                for source in re.findall(r"\S+libffcx_\w+\.c", str(error)):
                    Path(source).unlink(missing_ok=True)
            return compiled()


@contextmanager
def _queue(folder: Path, what: str, first: bool) -> Iterator[None]:
    """Hold the lock on a name in a folder on the `first` rank, which compiles for all."""
    if not first:
        yield
        return
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / hashlib.sha256(what.encode()).hexdigest()[:20]).open("ab") as file:
        with suppress(OSError):  # on a file system without locks FFCx's own waiting has to do
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def forget_interrupted(cache: Path, age: float) -> None:
    """Remove the marks of compilations begun more than `age` seconds ago and never ended.

    A process that was killed while compiling leaves its source file behind, for which all others would wait.
    """
    for source in cache.glob("libffcx_*.c"):
        ended = source.with_suffix(".c.cached")
        try:
            if not ended.exists() and time.time() - source.stat().st_mtime > age:
                source.unlink()
        except FileNotFoundError:
            continue  # another process was first


def _processor() -> str:
    """Short hash of the processor's instruction sets."""
    features = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        features += next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return hashlib.sha256(features.encode()).hexdigest()[:10]
