"""The JSON Schema of a definition, by which an editor completes and checks the YAML files of a study.

It comes from `model`, with two changes for editors: a text may be written without quotes even where YAML would
read a number or a truth value, because the loader keeps every scalar as text; and no top field is required,
because a definition is spread over several files. The loader says what is missing from the whole.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from equipoise.study.model import Definition

IDENTIFIER = "urn:equipoise:definition-1"
SCALAR = ["string", "number", "boolean"]


def definition_schema() -> dict[str, Any]:
    """The schema as JSON values."""
    (reference,), parts = msgspec.json.schema_components([Definition], ref_template="#/$defs/{name}")
    parts = {name: _for_editors(part) for name, part in parts.items()}
    parts["Definition"].pop("required", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": IDENTIFIER,
        "title": "Study definition of Equipoise",
        **reference,
        "$defs": parts,
    }


def schema_text() -> str:
    """The schema as it is published."""
    return json.dumps(definition_schema(), indent=2, sort_keys=True) + "\n"


def _for_editors(part: Any) -> Any:
    if isinstance(part, list):
        return [_for_editors(one) for one in part]
    if not isinstance(part, dict):
        return part
    changed = {name: _for_editors(value) for name, value in part.items()}
    if changed.get("type") == "string":
        changed["type"] = SCALAR
    return changed
