"""Payments with a few rules, and a finding of ben's that he was told of, stored without a pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from bot.flows.coaching import COACHING
from bot.rulebook import Rulebook
from policies.people import Team
from policies.rules.facts import SubjectKind
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Rule
from policies.rules.passes import Step
from policies.rules.reasons import Reason, Why
from policies.rules.subjects import Subject
from policies.rules.summary import BacktestSummary
from storage import deliveries, findings, rule_backtests
from storage.database import Database
from tests.bot.seeded import introduce

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
"""A Wednesday, 13:00 in Berlin."""

RULES = """
apiVersion: mileage/v1
rules:
  - id: big-day
    version: 3
    title: An expensive <!channel> day
    owner: chi@example.com
    subject: engineer_day
    stage: coach
    params:
      floor_usd: {default: 5.0, unit: USD, min: 0.5, max: 500.0, help: Least cost worth a word}
      calls: {default: 10, unit: requests, min: 1, max: 1000}
    min_data: {usage.requests: 1}
    when: usage.cost_usd >= params.floor_usd && usage.requests >= params.calls
    impact_usd: usage.cost_usd
    say: {coach: "You used {usage.cost_usd} today.", lead: "A day of {person} stands out."}
    try: ["Start with a smaller model."]
    links: ["https://docs.example/big-day"]
    tests:
      - name: five dollars are one finding
        every: 1d
        series: {a: {usage.cost_usd: 5.0, usage.requests: 10}}
        expect: [{after: 0h, subject: a, becomes: open}]
      - name: less is none
        every: 1d
        series: {a: {usage.cost_usd: 2.0, usage.requests: 10}}
        expect: []
  - id: quiet-source
    version: 1
    title: A source fell silent
    subject: source
    when: source.hours_since_data >= 48.0
    tests:
      - name: two days of silence
        every: 1d
        series: {a: {source.hours_since_data: 50.0}}
        expect: [{after: 0h, subject: a, becomes: open}]
  - id: untested
    version: 1
    title: Nobody tested this
    subject: outcome
    when: usage.cost_usd >= 5.0
"""
BROKEN = """
apiVersion: mileage/v1
rules:
  - id: broken
    subject: outcome
    when: usage.cost_usd > 5
"""


def rulebook(folder: Path, text: str = RULES) -> Rulebook:
    """The rules in a folder of their own, with a file beside them that is refused."""
    folder.mkdir(exist_ok=True)
    (folder / "rules.yaml").write_text(text, encoding="utf-8")
    (folder / "broken.yaml").write_text(BROKEN, encoding="utf-8")
    return Rulebook.loaded(library=folder)


def proven(
    database: Database,
    rule: Rule,
    people: int = 8,
    now: datetime = NOW,
    *,
    is_lopsided: bool = False,
) -> None:
    """Keep a backtest of the rule as it is written."""
    first = now.date() - timedelta(days=60)
    summary = BacktestSummary(
        rule_id=rule.id,
        version=rule.version,
        first=first,
        last=first + timedelta(days=59),
        opened=60,
        opened_by_week={first: 60},
        people=people,
        told=30,
        impact_usd=Decimal(410),
        flapping=0,
        exempted=0,
        errors=0,
        judged=600,
        thin_days=0,
        held_days=0,
        is_lopsided=is_lopsided,
    )
    with database.writing() as session:
        rule_backtests.add(session, rule.digest, summary, now)


def told(
    database: Database,
    team: Team,
    name: str = "ben",
    rule_id: str = "big-day",
    now: datetime = NOW,
) -> Finding:
    """A finding of somebody's, of which their message stands in Slack."""
    finding = due(database, team, name, rule_id, now)
    with database.writing() as session:
        (claim,) = deliveries.claim_due(session, now, timedelta(minutes=3))
        assert deliveries.confirm(session, claim, "D0BEN", "1.0", now)
    return finding


def due(
    database: Database,
    team: Team,
    name: str = "ben",
    rule_id: str = "big-day",
    now: datetime = NOW,
) -> Finding:
    """The same, while the message is still to be posted."""
    person_id = introduce(database, name).person.id
    labels = {"person": str(person_id), "team": str(team.id)}
    subject = Subject(SubjectKind.ENGINEER_DAY, f"person:{person_id}", labels, person_id, team.id)
    opened = Finding(
        id=0,
        rule_id=rule_id,
        rule_version=3,
        fingerprint=f"{rule_id}|{person_id}",
        subject=subject,
        state=FindingState.OPEN,
        since=now - timedelta(hours=2),
        seen_at=now,
        opened_at=now - timedelta(hours=1),
        impact_usd=Decimal("6.5"),
        facts={"usage.cost_usd": 6.5, "usage.requests": 12},
        params={"floor_usd": 5.0, "calls": 10},
    )
    with database.writing() as session:
        step = Step(None, opened, Reason(Why.OPENED, "It matches."))
        (stored,) = findings.save_steps(session, [step], now)
        before = stored.after
        after = replace(before, state=FindingState.COACHED, coached_at=now)
        assert findings.change(session, before, after, now)
        period = f"{after.label}@{after.coached_at:%Y%m%dT%H%M%S%f}"
        audience = f"person:{person_id}"
        deliveries.enqueue(session, COACHING, audience, period, after.label, now)
    return after


def stands(database: Database, finding_id: int) -> Finding:
    with database.reading() as session:
        found = findings.finding_of(session, finding_id)
    assert found is not None
    return found
