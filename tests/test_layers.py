"""The order of imports, and the one place that knows DOLFINx versions: read from the source, nothing is imported."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "phasefield"
SOURCES = sorted(PACKAGE.rglob("*.py"))

#: From top to bottom. A module imports from its own layer (without cycles) and from those below.
LAYERS = (
    {"__main__"},
    {"cli"},
    {"study", "measure"},
    {"simulation"},
    {"runfiles", "response"},
    {"build"},
    {"stepping", "output", "checkpoint", "observables", "tipreport", "carrierreport", "runfolder", "progress", "plot"},
    {"solvers"},
    {"ferroelectric", "ions", "physics", "loads", "boundary", "initial", "displacement"},
    {"mesh", "fields", "compat", "jit", "rankzero", "provenance"},
    {"case", "materials", "flexocoupling", "scaling", "nodaldata", "interpolation", "tensors"}
    | {"record", "registry", "atomic", "comparison", "loops", "signals", "units", "errors", "log"},
)
LEVEL = {component: level for level, layer in enumerate(LAYERS) for component in layer}

#: What the lowest layer and plots do without, so that they serve where no DOLFINx is.
SOLVER_PACKAGES = {"dolfinx", "ufl", "basix", "ffcx", "petsc4py", "mpi4py"}
WITHOUT_SOLVER = LAYERS[-1] | {"plot", "study"}
#: Plots read result folders, not the objects of a run.
FOR_PLOTS = {"plot", "errors", "units", "log"}


def component(source: Path) -> str:
    """The module or sub-package at the top of the package that a file belongs to."""
    return source.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST) -> Iterator[str]:
    """Dotted names of everything imported, wherever it stands: `from a.b import c` gives "a.b.c"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def own_components(tree: ast.AST) -> set[str]:
    """Components of this package that are imported; its version is no component."""
    names = (name.split(".") for name in imported(tree))
    return {parts[1] if len(parts) > 1 else "__init__" for parts in names if parts[0] == "phasefield"} - {"__version__"}


def version_tests(tree: ast.AST) -> list[str]:
    """Where the code compares a version with a number, or asks DOLFINx, its modules and objects what they have."""
    names = {name.split(".")[0] for name in imported(tree)}
    harmless = bound_names(tree) if names & SOLVER_PACKAGES else None
    return [
        f"line {node.lineno}: {what}" for node in ast.walk(tree) if (what := comparison(node) or probe(node, harmless))
    ]


def comparison(node: ast.AST) -> str:
    """Whether a node compares a version with something written out; bounds that `compat` names are none."""
    if not isinstance(node, ast.Compare) or not any(is_version(part) for part in ast.walk(node)):
        return ""
    return "compares a version" if any(map(is_literal, (node.left, *node.comparators))) else ""


def is_version(node: ast.AST) -> bool:
    """Whether a node is `x.__version__`, `VERSION` or `version("…")`."""
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in {"__version__", "VERSION", "version", "Version"}


def is_literal(node: ast.expr) -> bool:
    """Whether a node is a constant, a tuple of constants or a call with constants, like `Version("0.10")`."""
    parts = node.args if isinstance(node, ast.Call) else node.elts if isinstance(node, ast.Tuple) else [node]
    return all(isinstance(part, ast.Constant) for part in parts)


def bound_names(tree: ast.AST) -> set[str]:
    """Names that `import` binds to modules other than those of DOLFINx and its relatives."""
    aliases = [alias for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    return {alias.asname or alias.name for alias in aliases if alias.name.split(".")[0] not in SOLVER_PACKAGES}


def probe(node: ast.AST, harmless: set[str] | None) -> str:
    """What a node asks about an object or module that may lack something; empty where DOLFINx is not used."""
    if harmless is None:
        return ""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        asks = node.func.id == "hasattr" or (node.func.id == "getattr" and len(node.args) == 3)
        return node.func.id if asks and ast.unparse(node.args[0]) not in harmless else ""
    if isinstance(node, ast.ExceptHandler) and node.type is not None:
        caught = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)}
        return ", ".join(sorted(caught & {"ImportError", "AttributeError"}))
    return ""


def parse(source: Path) -> ast.Module:
    return ast.parse(source.read_text(encoding="utf-8"), filename=str(source))


def test_every_component_has_one_layer() -> None:
    listed = [name for layer in LAYERS for name in layer]
    assert sorted(listed) == sorted({component(source) for source in SOURCES} - {"__init__"})


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(PACKAGE)))
def test_imports_point_down(source: Path) -> None:
    tree = parse(source)
    names = list(imported(tree))
    assert not [name for name in names if name.startswith(".")], "imports are absolute"
    own = component(source)
    if own == "__init__":
        assert not own_components(tree), "the package imports its parts when they are first used"
        return
    higher = {other for other in own_components(tree) if LEVEL.get(other, -1) < LEVEL[own]}
    assert not higher, f"{own} must not import {sorted(higher)}"
    if own in WITHOUT_SOLVER:
        assert not {name.split(".")[0] for name in names} & SOLVER_PACKAGES
    if own == "plot":
        assert own_components(tree) <= FOR_PLOTS


def test_no_cycles() -> None:
    graph: dict[str, set[str]] = {}
    for source in SOURCES:
        own = component(source)
        graph.setdefault(own, set()).update(own_components(parse(source)) - {own})
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.relative_to(PACKAGE)))
def test_only_compat_tests_versions(source: Path) -> None:
    if component(source) != "compat":
        assert not version_tests(parse(source))


def test_compat_does_test_versions() -> None:
    assert version_tests(parse(PACKAGE / "compat.py"))


@pytest.mark.parametrize(
    "code",
    [
        "import dolfinx\nif dolfinx.__version__ < '0.10': pass",
        "from phasefield import compat\nnew = compat.VERSION >= (0, 10)",
        "from importlib.metadata import version\nold = version('fenics-dolfinx') < '0.10'",
        "import dolfinx\nfrom packaging.version import Version\nVersion(dolfinx.__version__) >= Version('0.10')",
        "from dolfinx import fem\nfem.x if hasattr(fem, 'x') else None",
        "import dolfinx\ngetattr(dolfinx, 'x', None)",
        "import dolfinx\ntry:\n    dolfinx.x\nexcept (ValueError, AttributeError):\n    pass",
    ],
)
def test_version_tests_are_found(code: str) -> None:
    assert version_tests(ast.parse(code))


@pytest.mark.parametrize(
    "code",
    [
        "import dolfinx\nreport = {'dolfinx': dolfinx.__version__}",
        "import os, dolfinx\nhasattr(os, 'sched_getaffinity')",
        "from phasefield import compat\nknown = compat.OLDEST <= compat.VERSION <= compat.NEWEST",
        "import dolfinx\ngetattr(dolfinx, 'fem')",
    ],
)
def test_other_code_is_left_alone(code: str) -> None:
    assert not version_tests(ast.parse(code))


def test_imports_are_found_everywhere() -> None:
    code = "import phasefield\ndef f():\n    from phasefield.mesh import box\n    from phasefield import units"
    assert own_components(ast.parse(code)) == {"__init__", "mesh", "units"}
