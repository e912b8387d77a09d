"""What of the documentation follows from the code: tables of docs/policies.md, docs/rules.schema.json.

`PYTHONPATH=. python tests/policies_page.py` writes them anew; tests/test_policies_page.py holds that they agree.
"""

import json
import re
from pathlib import Path

from messages.finding_words import duration
from messages.rule_words import skill_words, subject_words, value
from policies.rules.catalogue import CATALOGUE, LABELS
from policies.rules.facts import SubjectKind
from policies.rules.model import Rule
from policies.rules.reading import read_rules
from policies.rules.schema import rule_json_schema

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "policies.md"
SCHEMA = ROOT / "docs" / "rules.schema.json"
LIBRARY = ROOT / "policies" / "library"
GENERATED = re.compile(r"<!-- (rule|facts): ([\w-]+) -->\n(.*?)<!-- end -->\n", re.DOTALL)


def built_in_rules() -> dict[str, Rule]:
    """The library by id."""
    texts = [path.read_text("utf-8") for path in sorted(LIBRARY.glob("*.yaml"))]
    return {rule.id: rule for text in texts for rule in read_rules(text, "library").rules}


def written_anew(page: str) -> str:
    """The page with every generated part as it has to be."""
    rules = built_in_rules()

    def part(found: re.Match[str]) -> str:
        kind, name, _ = found.groups()
        text = rule_lines(rules[name]) if kind == "rule" else fact_table(SubjectKind(name))
        return f"<!-- {kind}: {name} -->\n{text}<!-- end -->\n"

    return GENERATED.sub(part, page)


def schema_text() -> str:
    """The JSON Schema of rule files, as it is published."""
    return json.dumps(rule_json_schema(), indent=2, ensure_ascii=False) + "\n"


def rule_lines(rule: Rule) -> str:
    """What a rule is, and its thresholds, as a line and a table."""
    teaches = f" Teaches: {skill_words(rule.skill)}." if rule.skill else ""
    wait = f" Holds for {duration(rule.for_)} first." if rule.for_ else ""
    kind = "An alarm" if rule.severity == "alarm" else "A tip"
    head = f"**{rule.title}.** {kind} about {subject_words(rule.subject)}.{wait}{teaches}"
    rows = [
        f"| `{name}` | {value(param.default, param.unit)} "
        f"| {value(param.at_least or 0, param.unit)} to {value(param.at_most or 0, param.unit)} "
        f"| {param.meaning} |"
        for name, param in rule.params.items()
    ]
    table = ["| threshold | default | bounds | meaning |", "|---|---|---|---|", *rows]
    return "\n".join(["", head, "", *table, "", ""])


def fact_table(kind: SubjectKind) -> str:
    """A subject's facts and labels."""
    rows = [
        f"| `{fact.name}` | {fact.type}{f', {fact.unit}' if fact.unit else ''} | {fact.meaning} "
        f"| {f'`{fact.known_by}`' if fact.known_by else ''} | {'yes' if fact.for_leads else ''} |"
        for fact in CATALOGUE[kind].values()
    ]
    labels = ", ".join(f"`{label}`" for label in LABELS[kind])
    table = ["| fact | type, unit | meaning | known by | leads |", "|---|---|---|---|---|", *rows]
    return "\n".join(["", f"Labels: {labels}.", "", *table, "", ""])


if __name__ == "__main__":
    PAGE.write_text(written_anew(PAGE.read_text("utf-8")), "utf-8")
    SCHEMA.write_text(schema_text(), "utf-8")
