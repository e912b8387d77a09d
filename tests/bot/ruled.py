"""Rules over a team's people whose facts a test sets, without usage behind them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.flows import rule_facts
from bot.flows.coaching import Coaching
from bot.flows.gathering import Gathering
from bot.flows.people import Speaker
from bot.flows.rule_pass import pass_over
from bot.model_classes import library_classes
from bot.rulebook import Rulebook
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from policies.rules.catalogue import facts_without_data
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.findings import Finding, FindingState
from policies.rules.subjects import Subject, SubjectFacts
from storage import deliveries, findings
from storage.database import Database
from storage.deliveries import Claim
from tests.bot.rule_scene import proven
from tests.bot.seeded import introduce, payments

TUESDAY = datetime(2026, 11, 24, 9, tzinfo=UTC)
"""Ten o'clock in Berlin."""
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
GATHERING = Gathering(GroupRule(), PriceBook(), library_classes())

RULES = """
apiVersion: mileage/v1
rules:
  - id: big-day
    version: 1
    title: An expensive day
    owner: ana@example.com
    subject: engineer_day
    stage: lead
    when: usage.cost_usd >= 5.0
    impact_usd: usage.cost_usd
    inhibited_by: [burning]
    say: {coach: "You used {usage.cost_usd} today.", lead: "A day of {person} stands out."}
    try: ["Start with a smaller model."]
    tests:
      - name: five dollars are one finding
        every: 1d
        series: {a: {usage.cost_usd: 5.0}}
        expect: [{after: 0h, subject: a, becomes: open}]
      - name: less is none
        every: 1d
        series: {a: {usage.cost_usd: 2.0}}
        expect: []
  - id: burning
    version: 1
    title: Something burns
    owner: ana@example.com
    subject: engineer_day
    stage: coach
    severity: alarm
    when: burn.hour_multiple >= 14.4
    min_data: {burn.known: true}
    say: {coach: "The last hour used {burn.hour_multiple} of its share."}
    try: ["Look at what runs."]
    tests:
      - name: a burning hour is one finding
        every: 1h
        series: {a: {burn.known: true, burn.hour_multiple: 20.0}}
        expect: [{after: 0h, subject: a, becomes: open}]
      - name: an even hour is none
        every: 1h
        series: {a: {burn.known: true, burn.hour_multiple: 1.0}}
        expect: []
"""


@dataclass
class Ruled:
    """A team of six that ana leads, and two rules that have proved themselves."""

    database: Database
    rulebook: Rulebook
    facts: dict[int, Mapping[str, FactValue]] = field(default_factory=dict)

    def person(self, name: str) -> Speaker:
        return introduce(self.database, name)

    def uses(self, name: str, **facts: FactValue) -> None:
        """Set what is known of somebody's day; `usage__cost_usd=5.0`."""
        found = {key.replace("__", "."): value for key, value in facts.items()}
        self.facts[self.person(name).person.id] = found

    def nothing_of(self, name: str) -> None:
        """Let somebody have no day to look at."""
        del self.facts[self.person(name).person.id]

    def passes(self, now: datetime) -> int:
        """Run a pass of all rules."""
        judges = list(self.rulebook.current.judges.values())
        return pass_over(self.database, now, judges, GATHERING)

    def coaches(self, now: datetime) -> int:
        """Choose who is told."""
        return Coaching(self.rulebook)(self.database, now)

    def found(self, name: str) -> list[Finding]:
        with self.database.reading() as session:
            return findings.of_person(session, self.person(name).person.id)

    def state(self, name: str, rule: str = "big-day") -> FindingState | None:
        return next((one.state for one in self.found(name) if one.rule_id == rule), None)

    def due(self, kind: str, now: datetime) -> list[Claim]:
        """Claim what is to be posted, and return that of one kind."""
        with self.database.writing() as session:
            claims = deliveries.claim_due(session, now, HOUR, limit=100)
        return [one for one in claims if one.kind == kind]

    def gather(
        self, _session: Session, _as_of: datetime, gathering: Gathering
    ) -> Iterator[SubjectFacts]:
        """Stands in for the gatherer of days."""
        for person_id, facts in self.facts.items():
            if gathering.person_ids is None or person_id in gathering.person_ids:
                yield self._day(person_id, facts)
        for person_id in gathering.person_ids or ():
            if person_id not in self.facts:
                yield self._day(person_id, {})

    def _day(self, person_id: int, facts: Mapping[str, FactValue]) -> SubjectFacts:
        kind, team = SubjectKind.ENGINEER_DAY, self.person("ana").team.id
        labels = {"person": str(person_id), "team": str(team)}
        subject = Subject(kind, f"person:{person_id}", labels, person_id, team)
        return SubjectFacts(subject, facts_without_data(kind) | dict(facts))


def ruled(
    database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch, rules: str = RULES
) -> Ruled:
    """The team and the rules, with gatherers that read `Ruled.facts`."""
    payments(database)
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")
    world = Ruled(database, Rulebook.loaded(library=folder))
    assert world.rulebook.problems == ()
    for kind in SubjectKind:
        monkeypatch.setitem(rule_facts.GATHERERS, kind, lambda *_args: iter(()))
    monkeypatch.setitem(rule_facts.GATHERERS, SubjectKind.ENGINEER_DAY, world.gather)
    prove(world)
    return world


def prove(world: Ruled) -> None:
    """Keep a backtest of every rule as it is written."""
    for rule in world.rulebook.current.rules:
        proven(world.database, rule, now=TUESDAY)
