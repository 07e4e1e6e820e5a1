"""Settings that all tests share."""

import gc
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A busy machine is no failure, and every run draws the same examples.
settings.register_profile("reproducible", deadline=None, derandomize=True)
settings.load_profile("reproducible")


TESTS = Path(__file__).parent
LONG = {line for line in (TESTS / "long_tests.txt").read_text().splitlines() if not line.startswith("#")}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of long_tests.txt, before -m selects. UsageError for a name that no test has."""
    found = {item.nodeid.removeprefix("tests/"): item for item in items}
    for name in LONG & found.keys():
        found[name].add_marker("long")
    unknown = LONG - found.keys()
    if unknown and config.args == config.getini("testpaths") and not config.getoption("keyword"):
        raise pytest.UsageError(f"tests/long_tests.txt: no such test: {', '.join(sorted(unknown))}")


def pytest_collection_finish() -> None:
    """Spare the collector the modules, which stay: a collection after every test then takes little."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _collect_petsc_objects() -> Iterator[None]:
    """Free the PETSc objects of a test on all ranks together: their destructors are collective.

    Python collects garbage when it likes, on each rank at another moment, which hangs or exhausts communicators.
    Tests that do not load PETSc are left alone.
    """
    yield
    if "petsc4py.PETSc" in sys.modules:
        from petsc4py import PETSc

        gc.collect()
        PETSc.garbage_cleanup()
        PETSc.COMM_WORLD.barrier()
