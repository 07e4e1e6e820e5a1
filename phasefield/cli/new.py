"""Begins a case from a template."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from phasefield.case.jsonschema import json_schema
from phasefield.errors import CaseError, nearest

#: Folder of the templates inside the package.
_TEMPLATES = resources.files("phasefield.case") / "templates"


def templates() -> list[str]:
    """Names of the templates."""
    return sorted(entry.name.removesuffix(".toml") for entry in _TEMPLATES.iterdir())


def write_case(folder: Path, template: str) -> Path:
    """Write the template to `folder`/case.toml and the JSON Schema beside it; the case's path.

    Raises CaseError: unknown template, or a case that is there already.
    """
    if template not in templates():
        raise CaseError(
            f'no template is named "{template}"{nearest(template, templates())} (templates: {", ".join(templates())})'
        )
    case = folder / "case.toml"
    if case.exists():
        raise CaseError(f"{case}: exists already; choose another name")
    text = (_TEMPLATES / f"{template}.toml").read_text(encoding="utf-8")
    schema = json.dumps(json_schema(), indent=1) + "\n"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "case.schema.json").write_text(schema, encoding="utf-8")
        case.write_text(text, encoding="utf-8")
    except OSError as exc:
        raise CaseError(f"{case}: cannot be written: {exc.strerror}") from exc
    return case
