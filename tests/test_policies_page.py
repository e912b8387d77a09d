"""docs/policies.md keeps up with the catalogue, the library and the schema, and its rules hold."""

import re

import pytest

from messages.said import coach_words
from policies.rules.catalogue import CATALOGUE
from policies.rules.compiled import compile_rule
from policies.rules.findings import FindingState
from policies.rules.model import Stage
from policies.rules.reading import read_rules
from policies.rules.schema import RuleEntry
from policies.rules.testing import run_tests
from tests.policies_page import (
    GENERATED,
    PAGE,
    ROOT,
    SCHEMA,
    built_in_rules,
    schema_text,
    written_anew,
)

TEXT = PAGE.read_text("utf-8")
GUIDES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RULE_FILES = [
    (page.name, text)
    for page in GUIDES
    for text in YAML.findall(page.read_text("utf-8"))
    if text.startswith("apiVersion:")
]


def anchors_of(page: str) -> set[str]:
    """Where links into a page may lead, as GitHub makes them of headings."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}


def test_what_follows_from_the_catalogue_and_the_library_is_up_to_date() -> None:
    assert written_anew(TEXT) == TEXT, "Run: PYTHONPATH=. python tests/policies_page.py"


def test_the_published_schema_is_that_which_files_are_checked_by() -> None:
    assert SCHEMA.read_text("utf-8") == schema_text(), (
        "Run: PYTHONPATH=. python tests/policies_page.py"
    )


def test_every_subject_and_every_built_in_rule_is_on_the_page() -> None:
    named = [(kind, name) for kind, name, _ in GENERATED.findall(TEXT)]
    assert {name for kind, name in named if kind == "facts"} == {kind.value for kind in CATALOGUE}
    assert {name for kind, name in named if kind == "rule"} == set(built_in_rules())
    assert len(set(named)) == len(named)


def test_every_key_state_and_stage_is_explained() -> None:
    keys = [field.alias or name for name, field in RuleEntry.model_fields.items()]
    for key in keys:
        assert f"| `{key}` |" in TEXT, key
    for word in (*FindingState, *Stage):
        assert word.value in TEXT, word


def test_every_rule_says_why_and_gives_an_innocent_reason() -> None:
    for rule_id in built_in_rules():
        _, _, section = TEXT.partition(f"\n#### {rule_id}\n")
        body = section.split("\n#### ")[0]
        assert "*Why:*" in body, rule_id
        assert "*An innocent reason:*" in body, rule_id


def test_there_are_documented_rules_to_load() -> None:
    assert any(page == "policies.md" for page, _ in RULE_FILES)


@pytest.mark.parametrize(("page", "text"), RULE_FILES)
def test_every_documented_rule_is_sound_and_passes_its_own_tests(page: str, text: str) -> None:
    reading = read_rules(text, page)
    assert [str(problem) for problem in reading.problems] == []
    for rule in reading.rules:
        results = run_tests(compile_rule(rule), coach_words)
        assert results
        assert [one.failures for one in results if not one.passes] == []


def test_links_within_the_page_and_to_it_lead_to_headings() -> None:
    for page in GUIDES:
        inside = (
            r"\]\(#([^)]+)\)" if page == PAGE else r"\]\((?:\.\./)?(?:docs/)?policies\.md#([^)]+)\)"
        )
        for anchor in re.findall(inside, page.read_text("utf-8")):
            assert anchor in anchors_of(TEXT), f"{page.name} links to #{anchor}"
