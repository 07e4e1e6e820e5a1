"""The figures of the documentation: there, and drawn by the scripts beside them."""

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *DOCS.glob("*.md"), *ROOT.glob("cases/*/README.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_images_and_pages_that_are_linked_exist(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert not [link for link in links if "://" not in link and not (page.parent / link).exists()]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("bound", (11,)),
        ("gauge", ()),
        pytest.param("forms", (), marks=pytest.mark.long),
        pytest.param("surface_mode", (), marks=pytest.mark.long),
    ],
)
def test_figure_is_drawn(name: str, arguments: tuple, tmp_path: Path) -> None:
    runpy.run_path(str(DOCS / "figures" / f"{name}.py"))["main"](tmp_path / "figure.png", *arguments)
    assert (tmp_path / "figure.png").stat().st_size > 10_000
    assert (DOCS / "figures" / f"{name}.png").stat().st_size > 10_000
