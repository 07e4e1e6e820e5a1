"""Meshes and initial states are the same on any number of ranks."""

from pathlib import Path

import pytest
from ranks import run_on


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_meshes_do_not_depend_on_ranks(tmp_path: Path, ranks: int) -> None:
    run_on(ranks, "compare_meshes.py", tmp_path)
