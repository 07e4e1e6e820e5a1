"""Compilation of forms: what a killed process leaves behind must not stop the others."""

import os
import time

import pytest
import ufl
from dolfinx import fem, mesh
from mpi4py import MPI

from phasefield import jit


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache folder of its own, with little patience."""
    options = {**jit.options(), "cache_dir": tmp_path, "timeout": 2}
    monkeypatch.setattr(jit, "options", lambda: options)
    monkeypatch.setattr(jit, "PATIENCE", 1)
    return tmp_path


def length():
    """A form that is quick to compile."""
    domain = mesh.create_unit_interval(MPI.COMM_SELF, 2)
    return fem.Constant(domain, 2.0) * ufl.dx


def test_compilation_that_was_killed_is_done_again(cache):
    assert fem.assemble_scalar(jit.form(length())) == pytest.approx(2.0)
    (source,) = cache.glob("libffcx_*.c")
    for leftover in cache.glob("libffcx_*"):
        if leftover != source:
            leftover.unlink()
    assert fem.assemble_scalar(jit.form(length())) == pytest.approx(2.0)


def test_only_old_marks_without_an_end_are_forgotten(tmp_path):
    old = time.time() - 100.0
    for name, ended, when in (("ended", True, old), ("killed", False, old), ("running", False, time.time())):
        source = tmp_path / f"libffcx_forms_{name}.c"
        source.touch()
        os.utime(source, (when, when))
        if ended:
            source.with_suffix(".c.cached").touch()
    jit.forget_interrupted(tmp_path, 50.0)
    assert {p.name for p in tmp_path.glob("*.c")} == {"libffcx_forms_ended.c", "libffcx_forms_running.c"}
