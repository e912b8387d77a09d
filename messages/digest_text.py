"""The digest for a terminal: the same words as in Slack, in plain text."""

from collections.abc import Iterable, Mapping
from textwrap import fill

from messages.digest.figures import Figure
from messages.digest.tables import weeks_table
from messages.digest.words import DigestWords, words_of
from messages.escape import clip
from messages.lines import NO_OWNER
from messages.tables import table_in_text
from policies.digest import TeamDigest
from policies.outcomes import Outcome
from policies.people import Person
from policies.practices import Practice

LINE = 88


def digest_text(digest: TeamDigest, people: Iterable[Person] = ()) -> str:
    """The whole digest, ending in a newline; all outcomes, since a terminal scrolls."""
    words = words_of(digest)
    names = {person.id: clip(person.name, 60) for person in people}
    parts = [
        f"{clip(words.team, 80)}, {words.dates}",
        fill(clip(words.headline, 400), LINE),
        fill(words.withheld, LINE),
        _chapter("Impact", words.impact, *words.impact_facts),
        _outcomes("Verified", digest.verified, names) or "Verified: none this week.",
        _outcomes("Durable", digest.impact.durable, names),
        _outcomes("Claimed, waiting for a colleague", digest.claimed, names),
        _outcomes("Reverted", digest.reverted, names),
        _chapter("Behaviours", words.skills, *words.behaviours),
        _chapter("Usage", words.usage, *words.usage_facts),
        _weeks(digest, words),
        _workflows(words),
        _tip(digest.tip),
        "Teams are never ranked. Personal figures are private.",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _chapter(title: str, figures: Iterable[Figure], *facts: str) -> str:
    rows = [f"  {one.name + ':':39} {one.value:>8}   {one.against}".rstrip() for one in figures]
    said = [fill(clip(fact, 2000), LINE) for fact in facts if fact]
    return "\n".join([title, *rows, *said]) if rows or said else ""


def _weeks(digest: TeamDigest, words: DigestWords) -> str:
    """The numbers behind the chart, and its band."""
    if words.chart is None:
        return ""
    said = " ".join(part for part in (words.chart.band_in_words, words.chart.left_out) if part)
    table = table_in_text(weeks_table(digest))
    return "\n".join(part for part in ("The weeks so far", table, fill(said, LINE)) if part)


def _workflows(words: DigestWords) -> str:
    lines = [
        fill(f"{one.name}: {one.in_words}", LINE, initial_indent="  ", subsequent_indent="    ")
        for one in words.workflows
    ]
    lines += [words.workflows_kept_back] if words.workflows_kept_back else []
    return "\n".join(["Learning workflows", *lines]) if lines else ""


def _tip(tip: Practice | None) -> str:
    if tip is None:
        return ""
    lines = [f"Tip of the week: {clip(tip.title, 120)}", fill(clip(tip.text, 600), LINE)]
    lines += [f"  - {clip(one, 200)}" for one in tip.try_]
    return "\n".join([*lines, f"From: {clip(tip.source, 300)}"])


def _outcomes(heading: str, outcomes: Iterable[Outcome], names: Mapping[int, str]) -> str:
    lines = [_line(one, names) for one in sorted(outcomes, key=lambda one: one.id)]
    return "\n".join([f"{heading} ({len(lines)})", *lines]) if lines else ""


def _line(outcome: Outcome, names: Mapping[int, str]) -> str:
    facts = [f"size {outcome.size}", names.get(outcome.owner_id, NO_OWNER if names else "")]
    facts.append("exploration" if outcome.exploration else "")
    link = f"\n          {clip(outcome.evidence_url, 1000)}" if outcome.evidence_url else ""
    said = ", ".join(fact for fact in facts if fact)
    return f"  {outcome.label:7} {clip(outcome.title, 120)} ({said}){link}"
