"""Compilation of forms: what a killed process leaves behind must not stop the others."""

import os
import subprocess
import sys
import time
from pathlib import Path

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


def test_processes_wait_for_a_slow_compiler(tmp_path):
    """Three that need one form at the same time, whose compilation takes longer than their patience."""
    slow = tmp_path / "cc"
    slow.write_text('#!/bin/sh\nsleep 2\nexec gcc "$@"\n', encoding="utf-8")
    slow.chmod(0o755)
    program = Path(__file__).parent / "programs" / "compile_form.py"
    environment = os.environ | {"CC": str(slow)}
    command = [sys.executable, str(program), str(tmp_path / "forms")]
    processes = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    errors = [process.communicate(timeout=120)[1] for process in processes]
    assert all(process.returncode == 0 for process in processes), errors


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
