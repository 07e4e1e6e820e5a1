"""How forms are compiled: optimized for this processor, cached per kind of processor.

The flags give kernels 2 to 4 times as fast as the default -O2 (measured by scripts/bench/kernels.py). Machine code
for one processor may not run on another, so the cache folder is named after the processor's features: a home
directory shared by different nodes stays safe.
"""

from __future__ import annotations

import hashlib
import os
import platform
from functools import lru_cache
from pathlib import Path

import ufl
from dolfinx import fem

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


@lru_cache(maxsize=1)
def options() -> dict:
    """JIT options for `fem.form` and `fem.Expression`."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return {
        "cffi_extra_compile_args": list(FLAGS),
        "cache_dir": root / "phasefield" / f"forms-{_processor()}",
    }


def form(expression: ufl.Form) -> fem.Form:
    """The compiled form."""
    return fem.form(expression, jit_options=options())


def _processor() -> str:
    """Short hash of the processor's instruction sets."""
    features = platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        lines = cpuinfo.read_text(encoding="utf-8").splitlines()
        features += next((line for line in lines if line.startswith(("flags", "Features"))), "")
    return hashlib.sha256(features.encode()).hexdigest()[:10]
