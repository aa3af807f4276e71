"""The JSON Schema for editors is current, valid, and accepts what the loader accepts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from equipoise.study.schema import definition_schema, schema_text
from equipoise.study.source import files

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = [
    *sorted(path for path in (ROOT / "studies").iterdir() if path.is_dir()),
    *sorted((ROOT / "tests" / "definitions" / "good").iterdir()),
]


class EditorLoader(yaml.SafeLoader):
    """Reads YAML as the language servers of editors do (version 1.2): yes and dates are text."""

    yaml_implicit_resolvers = {
        first: [
            (tag, pattern)
            for tag, pattern in resolvers
            if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
        ]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


EditorLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def faults(content: Any) -> list[str]:
    """What an editor would underline."""
    validator = jsonschema.Draft202012Validator(definition_schema())
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(content)]


def test_the_published_schema_is_current() -> None:
    """After a change of the model: `python -c "from equipoise.study.schema import schema_text; ..."`."""
    assert (ROOT / "docs/reference/definition.schema.json").read_text(encoding="utf-8") == schema_text()


def test_it_is_a_valid_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_accepts_every_file_of_every_study(folder: Path) -> None:
    for path in files(folder):
        assert faults(yaml.load(path.read_text(encoding="utf-8"), EditorLoader)) == [], path.name  # noqa: S506


@pytest.mark.parametrize(
    "content",
    [
        {"arms": {"a": {"label": "A", "type": "experimentel", "ratio": 1}}},
        {"arms": {"a": {"label": "A", "type": "other"}}},
        {"armes": {}},
        {"forms": {"f": {"label": "F", "kind": "log", "items": {"i": {"label": "I", "type": "colour"}}}}},
    ],
)
def test_it_underlines_what_the_loader_refuses(content: Any) -> None:
    assert faults(content)
