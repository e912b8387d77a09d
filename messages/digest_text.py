"""The digest for a terminal: the same words as in Slack, in plain text."""

from collections.abc import Iterable, Mapping
from textwrap import fill

from messages.digest_words import words_of
from messages.escape import clip
from policies.digest import TeamDigest
from policies.outcomes import Outcome
from policies.people import Person

LINE = 88


def digest_text(digest: TeamDigest, people: Iterable[Person] = ()) -> str:
    """The whole digest, ending in a newline; all outcomes, since a terminal scrolls."""
    words = words_of(digest)
    names = {person.id: clip(person.name, 60) for person in people}
    parts = [
        f"{clip(words.team, 80)}, {words.dates}",
        fill(clip(words.headline, 400), LINE),
        "\n".join(f"  {one.name + ':':39} {one.value:>8}   {one.against}" for one in words.figures),
        fill(words.withheld, LINE),
        fill(words.caution, LINE),
        words.unlinked,
        words.findings,
        fill(words.chart.in_words, LINE) if words.chart else "",
        _outcomes("Verified", digest.verified, names) or "Verified: none this week.",
        _outcomes("Claimed, waiting for a colleague", digest.claimed, names),
        _outcomes("Reverted", digest.reverted, names),
        fill(" ".join(clip(one, 400) for one in (words.sources, words.price) if one), LINE),
        "Teams are never ranked. Personal figures are private.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _outcomes(heading: str, outcomes: Iterable[Outcome], names: Mapping[int, str]) -> str:
    lines = [_line(one, names) for one in sorted(outcomes, key=lambda one: one.id)]
    return "\n".join([f"{heading} ({len(lines)})", *lines]) if lines else ""


def _line(outcome: Outcome, names: Mapping[int, str]) -> str:
    facts = [f"size {outcome.size}", names.get(outcome.owner_id, "")]
    facts.append("exploration" if outcome.exploration else "")
    link = f"\n          {clip(outcome.evidence_url, 1000)}" if outcome.evidence_url else ""
    said = ", ".join(fact for fact in facts if fact)
    return f"  {outcome.label:7} {clip(outcome.title, 120)} ({said}){link}"
