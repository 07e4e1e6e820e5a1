"""The JSON Schema of study files, for completion and checking while typing in an editor."""

from __future__ import annotations

from typing import Any

from phasefield.case.jsonschema import DIALECT, draft4
from phasefield.study.schema import Study


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 4) of a study file."""
    schema = draft4(Study.model_json_schema())
    values = {"type": "array", "minItems": 1, "description": "values of the key of this name"}
    # Dotted keys without quotes are tables in tables.
    schema["definitions"]["Values"] = {
        "type": "object",
        "additionalProperties": {"anyOf": [values, {"$ref": "#/definitions/Values"}]},
    }
    schema["properties"]["axes"]["additionalProperties"] = {
        "anyOf": [values, {"$ref": "#/definitions/Axis"}, {"$ref": "#/definitions/Values"}]
    }
    return {"$schema": DIALECT, **schema, "title": "phasefield study file"}
