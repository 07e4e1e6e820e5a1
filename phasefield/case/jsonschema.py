"""The JSON Schema of case files, for completion and checking while typing in an editor.

It keeps to draft 4, which TOML editors understand; `load_case` checks what a schema cannot say.
"""

from __future__ import annotations

from typing import Any

from phasefield.case.reading import BASE
from phasefield.case.schema import Case

DIALECT = "http://json-schema.org/draft-04/schema#"


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 4) of a case file."""
    schema = draft4(Case.model_json_schema())
    schema["properties"][BASE] = {
        "type": "string",
        "description": "case file that this one is laid over, relative to this one",
    }
    return {"$schema": DIALECT, **schema, "title": "phasefield case file"}


def draft4(node: Any) -> Any:
    """`node` of a 2020-12 schema in draft 4, without titles and nulls (TOML has none)."""
    if isinstance(node, list):
        return [draft4(item) for item in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)  # bounds are 0 or 0.0 depending on the release of pydantic
    if not isinstance(node, dict):
        return node
    options = [option for option in node.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        rest = {key: value for key, value in node.items() if key != "anyOf"}
        return draft4({**options[0], **rest})
    result: dict[str, Any] = {}
    for key, value in node.items():
        result |= _keyword(key, value)
    return result


def _keyword(key: str, value: Any) -> dict[str, Any]:
    """One keyword of a schema, or one name of a table of schemas, in draft 4."""
    if key in ("properties", "$defs"):
        schemas = {name: draft4(schema) for name, schema in value.items()}
        return {"definitions" if key == "$defs" else key: schemas}
    if key in ("title", "discriminator") or (key == "default" and value is None):
        return {}
    if key == "const":
        return {"enum": [value]}
    if key == "$ref":
        return {key: value.replace("#/$defs/", "#/definitions/")}
    if key in ("exclusiveMinimum", "exclusiveMaximum"):
        return {"m" + key.removeprefix("exclusiveM"): draft4(value), key: True}
    if key == "prefixItems":
        return {"items": draft4(value), "additionalItems": False}
    if key == "description":
        return {key: " ".join(value.split())}
    return {key: draft4(value)}
