"""The published JSON Schema: in step with the code, with a word on each key, and true of files."""

import json
from pathlib import Path
from typing import Any

from policies.rules.nodes import Source, read_nodes
from policies.rules.schema import rule_json_schema
from tests.policies.rules.written import SOUND

PUBLISHED = Path(__file__).parents[3] / "docs" / "rules.schema.json"


def test_the_published_schema_is_in_step() -> None:
    said = "run: mileage rules schema > docs/rules.schema.json"
    assert json.loads(PUBLISHED.read_text("utf-8")) == rule_json_schema(), said


def test_every_key_is_explained() -> None:
    schema = rule_json_schema()
    objects = [schema, *schema["$defs"].values()]
    unexplained = [
        key
        for one in objects
        for key, value in one.get("properties", {}).items()
        if not value.get("description")
    ]
    assert unexplained == []


def test_the_keys_of_a_sound_file_are_those_of_the_schema() -> None:
    root: Any = read_nodes(Source("file", SOUND)).plain
    schema = rule_json_schema()
    assert set(root) == set(schema["properties"])
    assert set(root["rules"][0]) <= set(schema["$defs"]["RuleEntry"]["properties"])
    assert set(schema["$defs"]["RuleEntry"]["required"]) == {"id", "title", "subject", "when"}
