"""When a lead hears of a finding about somebody: never before that person has, and a day later at least.

The message names the person, the rule and the outcome, and only facts that a lead may read anyway.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.budget_rights import desk_unasked
from bot.flows.coaching import finding_id_of, has_read, redraw_tip
from bot.flows.ledgers import ledger_of
from bot.flows.posts import Post
from bot.flows.rule_terms import stages_of
from bot.rulebook import Rulebook
from messages.pages.findings import LeadNotice, LeadReason
from messages.said import lead_words
from policies.outcomes import local_day_of
from policies.people import Roster
from policies.personal_data import ReadKind
from policies.rules.evaluation import Judge
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Stage
from storage import deliveries, findings, outcomes, people, personal_reads, rule_settings
from storage.database import Database
from storage.deliveries import Claim
from storage.personal_reads import Look

FINDING_FOR_LEAD: Final = "finding_for_lead"
"""A direct message to a lead about a finding of somebody else; subject F-12, the period says why."""

TIME_TO_ANSWER: Final = timedelta(days=7)
USED_UP_TIME: Final = timedelta(days=1)
"""The same where nothing is left of the person's budget."""
LEAD_AGAIN: Final = timedelta(days=7)
"""How soon a lead hears of the same finding again, where it was settled and came back."""
THRESHOLDS_SETTLE: Final = timedelta(days=7)
"""How long after a threshold was changed leads hear nothing by themselves.

Who moves a threshold step by step and waits for a message would measure a person by it.
"""
CONCERNS_A_LEAD: Final = frozenset({FindingState.COACHED, FindingState.ACKNOWLEDGED})
"""States of which a lead may hear. An answer that holds, or that the rule is wrong, is respected."""


def tell_leads(database: Database, now: datetime, judges: Iterable[Judge]) -> int:
    """Note what leads are to be told of; returns how much of it is new."""
    by_id = {one.rule.id: one for one in judges if one.rule.say.lead}
    with database.reading() as session:
        stages = stages_of(session, by_id.values())
        speaking = [rule_id for rule_id, one in stages.items() if one.stage is Stage.LEAD]
        due = [
            (found, why)
            for found in findings.in_states(session, speaking, CONCERNS_A_LEAD)
            if (why := why_a_lead_hears(session, found, now))
        ]
    return sum(_note(database, now, found, why) for found, why in due)


def why_a_lead_hears(session: Session, finding: Finding, now: datetime) -> LeadReason | None:
    """Why a lead may hear of a finding now; None where it stays the person's own."""
    if not may_concern_a_lead(finding, now) or finding.is_lead_told:
        return None
    if finding.lead_may_know:
        return LeadReason.AGREED if has_read(session, finding) else None
    waited = now - finding.coached_at if finding.coached_at else timedelta(0)
    if waited < USED_UP_TIME or not _may_go_unasked(session, finding, now):
        return None
    if waited >= TIME_TO_ANSWER:
        is_unanswered = finding.state is FindingState.COACHED
        return LeadReason.UNANSWERED if is_unanswered else LeadReason.STILL_MATCHES
    return LeadReason.BUDGET_USED_UP if _has_used_up(session, finding, now) else None


def may_concern_a_lead(finding: Finding, now: datetime) -> bool:
    """Whether it can be a lead's to hear: the person was told since it opened, and no answer holds."""
    is_personal = finding.subject.person_id is not None
    is_open = finding.state in CONCERNS_A_LEAD and finding.is_told
    return is_personal and is_open and not finding.is_answered_at(now)


def _may_go_unasked(session: Session, finding: Finding, now: datetime) -> bool:
    """Whether a lead may hear without the person's word: they read that one may, and nothing was moved."""
    told = finding.lead_told_at
    if finding.clear_since is not None or not finding.lead_announced:
        return False
    if told is not None and now < told + LEAD_AGAIN:
        return False
    changed = rule_settings.params_changed_at(session, finding.rule_id, finding.subject.team_id)
    is_settled = changed is None or now >= changed + THRESHOLDS_SETTLE
    return is_settled and has_read(session, finding)


def compose_for_lead(database: Database, claim: Claim, rulebook: Rulebook) -> Post | None:
    """What a lead reads; None where it is over by now, or they lead the person's team no more."""
    with database.writing() as session:
        finding_id = finding_id_of(claim.subject)
        finding = findings.finding_of(session, finding_id) if finding_id else None
        judge = rulebook.current.judges.get(finding.rule_id) if finding else None
        lead = people.person_of(session, int(claim.audience.removeprefix("person:")))
        if finding is None or judge is None or lead is None or lead.slack is None:
            return None
        roster = _roster_of(session, finding)
        if roster is None or not roster.is_led_by(lead.id):
            return None
        if not may_concern_a_lead(finding, claim.due_at) or not finding.is_lead_told:
            return None
        if stages_of(session, [judge])[finding.rule_id].stage is not Stage.LEAD:
            return None
        page = _page(session, finding, judge, roster, claim)
        if page is None:
            return None
        look = Look(lead.id, ReadKind.FINDING, page.today, finding.label)
        personal_reads.note(session, look, [page.person.id], claim.due_at)
        return Post(lead.slack.user_id, page)


def _has_used_up(session: Session, finding: Finding, now: datetime) -> bool:
    team_id, person_id = finding.subject.team_id, finding.subject.person_id
    desk = desk_unasked(session, now, team_id) if team_id is not None else None
    if desk is None or person_id is None or not desk.roster.is_member(person_id):
        return False
    return ledger_of(session, desk.terms, person_id, desk.today).balance.has_used(1)


def _note(database: Database, now: datetime, before: Finding, why: LeadReason) -> int:
    """Mark the finding, and note the message to each lead but the person: all or nothing."""
    with database.writing() as session:
        roster = _roster_of(session, before)
        leads = [
            lead
            for lead in (roster.leads if roster else ())
            if lead.id != before.subject.person_id and lead.slack is not None
        ]
        told = replace(before, lead_told_at=now)
        if not leads or not findings.change(session, before, told, now):
            return 0
        period = f"{before.label}:{why.name}:{now:%Y%m%dT%H%M%S%f}"
        for lead in leads:
            audience = f"person:{lead.id}"
            deliveries.enqueue(session, FINDING_FOR_LEAD, audience, period, before.label, now)
        redraw_tip(session, before, now)
        return 1


def _roster_of(session: Session, finding: Finding) -> Roster | None:
    person_id = finding.subject.person_id
    team = people.home_team_of(session, person_id) if person_id is not None else None
    return people.roster_of(session, team.id) if team else None


def _page(
    session: Session, finding: Finding, judge: Judge, roster: Roster, claim: Claim
) -> LeadNotice | None:
    subject, rule, zone = finding.subject, judge.rule, roster.team.zone
    person = people.person_of(session, subject.person_id) if subject.person_id else None
    if person is None:
        return None
    names = {"person": person.name, "team": roster.team.name}
    return LeadNotice(
        person=person,
        rule_title=rule.title,
        rule_id=rule.id,
        said=lead_words(rule, finding, names),
        why=LeadReason[claim.period.split(":")[1]],
        today=local_day_of(claim.due_at, zone),
        told_on=local_day_of(finding.coached_at, zone) if finding.coached_at else None,
        outcome=outcomes.outcome_of(session, subject.outcome_id) if subject.outcome_id else None,
        try_=rule.try_,
    )
