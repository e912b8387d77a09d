"""`mileage rules explain`: a rule in words, and what it makes of one subject."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.problems import Unusable, explained
from bot.cli.rule_sets import rule_named, rules_at

if TYPE_CHECKING:
    from bot.flows.rule_explanations import Explanation
    from policies.rules.compiled import CompiledRule
    from policies.rules.model import Rule


def explain_rule(
    name: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id.")],
    subject: Annotated[
        str | None,
        typer.Option(
            metavar="KEY", help="A subject such as person:12 or outcome:7, to judge it now."
        ),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Judge it as of then (ISO 8601 with a zone) rather than now."
        ),
    ] = None,
) -> None:
    """Say in words what a rule asks, and with a subject what it makes of it, clause by clause.

    With a subject it reads what a person used, so the audit trail says that it was looked at. Without
    one no database is needed.
    """
    with explained():
        if as_of is not None and subject is None:
            raise Unusable("--as-of is for a subject: add --subject KEY.")
        judge = rule_named(rules_at(None), name)
        lines = list(lines_of(judge))
        if subject is not None:
            lines += ["", *_lines_of_subject(judge, subject, as_of)]
    for line in lines:
        typer.echo(line)


def lines_of(judge: "CompiledRule") -> Iterator[str]:
    """A rule in words: what it looks at, what has to hold, how long, and its thresholds."""
    from messages.rule_words import subject_words
    from policies.rules.catalogue import facts_without_data
    from policies.rules.subjects import Subject, SubjectFacts

    rule = judge.rule
    nobody = SubjectFacts(Subject(rule.subject, "", {}), facts_without_data(rule.subject))
    yield f"{rule.id} v{rule.version}: {rule.title}"
    yield f"It looks at {subject_words(rule.subject)}. Its file asks for {rule.stage}, as a {rule.severity}."
    yield "It matches when all of this holds:"
    for clause in judge.clauses(nobody, rule.defaults):
        yield f"  {clause.text}"
    if rule.clear_when:
        yield f"It is clear when: {' '.join(rule.clear_when.split())}"
    if rule.min_data:
        least = ", ".join(f"{name} {_least(value)}" for name, value in rule.min_data.items())
        yield f"It judges only with enough data: {least}."
    yield _timers(rule)
    if rule.inhibited_by:
        yield f"It is silent while one of these says more: {', '.join(rule.inhibited_by)}."
    yield from _params(rule)
    yield from _facts(judge)


def _least(value: bool | int | float) -> str:
    return "is true" if isinstance(value, bool) else f"at least {value}"


def _timers(rule: "Rule") -> str:
    from policies.rules.durations import duration_text

    before = f"for {duration_text(rule.for_)} before it is a finding" if rule.for_ else "once"
    after = f"for {duration_text(rule.keep)}" if rule.keep else "once"
    return f"It has to hold {before}, and to be clear {after} before that is resolved."


def _params(rule: "Rule") -> Iterator[str]:
    from messages.rule_words import param_hint, sentence

    if rule.params:
        yield "Its thresholds:"
    for param in rule.params.values():
        yield f"  {param_hint(param)} {sentence(param.meaning)}".rstrip()


def _facts(judge: "CompiledRule") -> Iterator[str]:
    from policies.rules.catalogue import CATALOGUE

    facts = CATALOGUE[judge.rule.subject]
    yield "The facts in it:"
    for name in judge.names:
        if name in facts:
            yield f"  {name}: {facts[name].meaning}"


def _lines_of_subject(judge: "CompiledRule", key: str, as_of: str | None) -> Iterator[str]:
    from bot.clock import Clock
    from bot.flows.refusals import Refusal
    from bot.flows.rule_explanations import explain
    from bot.settings import load_settings
    from bot.wiring import gathering_of
    from storage.database import Database

    settings = load_settings()
    now = Clock.starting_at(settings.clock_start).now()
    moment = _moment(as_of) if as_of is not None else now
    database = Database.open(settings.database_url.get_secret_value())
    try:
        database.require_current()
        found = explain(database, now, judge, key, moment, gathering_of(settings))
    except Refusal as refusal:
        raise Unusable(f"{refusal.sentence} {refusal.next_step}") from None
    finally:
        database.dispose()
    yield from lines_about(key, moment, found)


def lines_about(key: str, moment: datetime, found: "Explanation") -> Iterator[str]:
    """What a rule makes of a subject: each clause with its values, and where its finding stands."""
    from policies.rules.testing import written

    note = f" ({found.evaluation.note})" if found.evaluation.note else ""
    yield f"{key} as of {moment:%Y-%m-%d %H:%M %Z}: {found.evaluation.verdict}{note}"
    for clause in found.clauses:
        yield f"  {'holds         ' if clause.holds else 'does not hold '} {clause.text}"
        for name, value in clause.named.items():
            yield f"      {name} is {written(value)}"
        if clause.holds and clause.clears:
            yield f"      It would clear with: {clause.clears}"
    if found.evaluation.impact_usd is not None:
        yield f"  At stake: ${found.evaluation.impact_usd:,.2f}"
    if found.finding is None:
        yield "  There is no finding of it."
    else:
        yield f"  Its finding {found.finding.label} is {found.finding.state}, since {found.finding.since:%Y-%m-%d %H:%M} UTC."
    yield f"  The rule is at {found.stage.stage}. {found.stage.reason}"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Unusable(f"“{text}” is no time with a zone, such as 2026-11-16T09:29:50+01:00.")
    return moment
