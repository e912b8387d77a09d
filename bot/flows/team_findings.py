"""What rules find of teams and of sources: leads hear of their team, a rule's owner of a source.

Facts of a team's week are published before a rule sees them; nothing here is about one person.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.coaching import finding_id_of
from bot.flows.posts import Post
from bot.flows.rule_terms import stages_of
from bot.rulebook import Rulebook
from messages.pages.findings import TeamFinding
from messages.said import lead_words
from policies.people import Person
from policies.rules.evaluation import Judge
from policies.rules.facts import SubjectKind
from policies.rules.findings import TELLABLE, Finding, FindingState
from policies.rules.model import Rule, Stage
from storage import deliveries, findings, people
from storage.database import Database
from storage.deliveries import Claim

TEAM_FINDING: Final = "finding_of_team"
"""A direct message to a lead or a rule's owner; subject F-12, the period says which opening."""


def tell_of_teams(database: Database, now: datetime, judges: Iterable[Judge]) -> int:
    """Note what is new of teams and sources, for rules at stage lead; returns how much that is."""
    by_id = {
        one.rule.id: one for one in judges if one.rule.say.lead and not one.rule.subject.is_personal
    }
    with database.reading() as session:
        stages = stages_of(session, by_id.values())
        speaking = [rule_id for rule_id, one in stages.items() if one.stage is Stage.LEAD]
        due = findings.in_states(session, speaking, TELLABLE) if speaking else []
    return sum(_note(database, now, by_id[one.rule_id].rule, one) for one in due)


def compose_team_finding(database: Database, claim: Claim, rulebook: Rulebook) -> Post | None:
    """What they read; None where it is over by now, or they are not who should hear of it any more."""
    with database.reading() as session:
        finding_id = finding_id_of(claim.subject)
        finding = findings.finding_of(session, finding_id) if finding_id else None
        judge = rulebook.current.judges.get(finding.rule_id) if finding else None
        if finding is None or judge is None or finding.state is FindingState.RESOLVED:
            return None
        rule, audience = judge.rule, int(claim.audience.removeprefix("person:"))
        reader = next((p for p in _readers(session, rule, finding) if p.id == audience), None)
        if reader is None or reader.slack is None:
            return None
        return Post(reader.slack.user_id, _page(session, rule, finding))


def _note(database: Database, now: datetime, rule: Rule, before: Finding) -> int:
    """Mark the finding, and note the message to each: all or nothing."""
    with database.writing() as session:
        readers = _readers(session, rule, before)
        told = replace(before, state=FindingState.COACHED, coached_at=now, lead_told_at=now)
        if not readers or not findings.change(session, before, told, now, reason="It was told."):
            return 0
        period = f"{before.label}@{before.opened_at:%Y%m%dT%H%M%S%f}"
        for one in readers:
            audience = f"person:{one.id}"
            deliveries.enqueue(session, TEAM_FINDING, audience, period, before.label, now)
        return 1


def _readers(session: Session, rule: Rule, finding: Finding) -> list[Person]:
    """The leads of the team in name order; of a source, the owner of the rule."""
    if finding.subject.kind is SubjectKind.SOURCE:
        owner = people.find_person_by_email(session, rule.owner) if rule.owner else None
        known = [owner] if owner else []
    else:
        team_id = finding.subject.team_id
        roster = people.roster_of(session, team_id) if team_id is not None else None
        known = list(roster.leads) if roster else []
    return [one for one in known if one.slack is not None]


def _page(session: Session, rule: Rule, finding: Finding) -> TeamFinding:
    team_id = finding.subject.team_id
    team = people.team_of(session, team_id) if team_id is not None else None
    about = team.name if team else finding.subject.labels.get("source", "")
    said = lead_words(rule, finding, {"team": team.name} if team else None)
    return TeamFinding(rule.title, rule.id, about, said, rule.try_)
