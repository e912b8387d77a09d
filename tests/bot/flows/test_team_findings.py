"""What rules find of teams and sources: who hears of it, and how often."""

from pathlib import Path

import pytest

from bot.flows import rule_facts, team_findings
from bot.flows.team_findings import tell_of_teams
from messages.pages.findings import TeamFinding
from messages.render import render
from policies.rules.catalogue import facts_without_data
from policies.rules.facts import SubjectKind
from policies.rules.subjects import Subject, SubjectFacts
from storage.database import Database
from tests.bot.ruled import TUESDAY, ruled

OF_GROUPS = """
apiVersion: mileage/v1
rules:
  - id: silent
    version: 1
    title: A source has fallen silent
    owner: ben@example.com
    subject: source
    stage: lead
    when: source.hours_since_data > 48.0
    say: {lead: "{source} is silent for {source.hours_since_data}."}
    try: ["Look at its exporter."]
    tests:
      - name: two days are too long
        every: 1d
        series: {a: {source.hours_since_data: 50.0}}
        expect: [{after: 0h, subject: a, becomes: open}]
      - name: one is not
        every: 1d
        series: {a: {source.hours_since_data: 20.0}}
        expect: []
  - id: no-outcomes
    version: 1
    title: No outcomes were declared
    owner: ben@example.com
    subject: team_week
    stage: lead
    when: outcomes.declared == 0
    say: {lead: "{team} declared {outcomes.declared}."}
    try: ["Talk about it."]
    tests:
      - name: none is one finding
        every: 7d
        series: {a: {outcomes.declared: 0}}
        expect: [{after: 0h, subject: a, becomes: open}]
      - name: some are none
        every: 7d
        series: {a: {outcomes.declared: 4}}
        expect: []
"""


def test_leads_hear_of_their_team_and_an_owner_of_a_source_once_each_opening(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ruled(database, tmp_path, monkeypatch, OF_GROUPS)
    ana, ben = world.person("ana"), world.person("ben")
    team = Subject(SubjectKind.TEAM_WEEK, "team:1", {"team": "1"}, None, ana.team.id)
    source = Subject(SubjectKind.SOURCE, "source:claude-code", {"source": "claude-code"})
    for subject, facts in ((team, {}), (source, {"source.hours_since_data": 50.0})):
        seen = SubjectFacts(subject, facts_without_data(subject.kind) | facts)
        monkeypatch.setitem(rule_facts.GATHERERS, subject.kind, lambda *_, s=seen: iter([s]))
    world.passes(TUESDAY)
    judges = list(world.rulebook.current.judges.values())
    assert [tell_of_teams(database, TUESDAY, judges) for _ in range(2)] == [2, 0]
    said = {}
    for claim in world.due(team_findings.TEAM_FINDING, TUESDAY):
        post = team_findings.compose_team_finding(database, claim, world.rulebook)
        assert post is not None
        assert isinstance(post.page, TeamFinding)
        render(post.page)
        said[claim.audience] = post.page.said
    assert said == {
        f"person:{ana.person.id}": "Payments declared 0 outcomes.",
        f"person:{ben.person.id}": "claude-code is silent for 50 hours.",
    }
