"""What a rule says to people: its own sentence, with facts, thresholds and labels filled in.

The result is plain text; the page that shows it escapes it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from messages.rule_words import rounded_usd, value
from policies.rules.catalogue import CATALOGUE
from policies.rules.facts import Unit
from policies.rules.findings import Finding
from policies.rules.model import Rule

NOTHING_KNOWN: Final = "an unknown amount"
IMPACT: Final = "impact_usd"
_NAME: Final = re.compile(r"\{\s*([^{}]*?)\s*\}")


def coach_words(rule: Rule, finding: Finding, names: Mapping[str, str] | None = None) -> str:
    """`say.coach` as the person reads it; `names` says what labels are called, such as the team's."""
    return _filled(rule.say.coach, _words(rule, finding) | {"person": "you"} | dict(names or {}))


def lead_words(rule: Rule, finding: Finding, names: Mapping[str, str] | None = None) -> str:
    """`say.lead` as a lead reads it: of the facts, only those that a lead may read are filled in."""
    facts = CATALOGUE[rule.subject]
    words = {
        name: text
        for name, text in _words(rule, finding).items()
        if name not in facts or facts[name].for_leads
    }
    words.pop(IMPACT, None)  # what is at stake was used by the person
    return _filled(rule.say.lead, words | dict(names or {}))


def first_words(rule: Rule, finding: Finding) -> str:
    """What whoever is told first reads: the person, or the lead where it is about no one person."""
    return coach_words(rule, finding) if rule.say.coach else lead_words(rule, finding)


def _words(rule: Rule, finding: Finding) -> dict[str, str]:
    impact = finding.impact_usd
    return {
        **dict(_facts(rule, finding)),
        **{
            f"params.{name}": value(finding.params.get(name, param.default), param.unit)
            for name, param in rule.params.items()
        },
        IMPACT: NOTHING_KNOWN if impact is None else rounded_usd(impact),
        **finding.subject.labels,
    }


def _facts(rule: Rule, finding: Finding) -> Iterator[tuple[str, str]]:
    for name, fact in CATALOGUE[rule.subject].items():
        known = finding.facts.get(name, fact.without_data)
        unit = fact.unit if fact.type.holds(known) else Unit.NONE
        yield name, value(known, unit)


def _filled(template: str, words: Mapping[str, str]) -> str:
    """A name that is not known is left as it stands: a rule with one is refused when it is read."""
    return " ".join(_NAME.sub(lambda found: words.get(found[1], found[0]), template).split())
