"""What a person says to a tip, and why it speaks. Only the person of a finding may do any of it."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.coaching import redraw_tip
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from bot.flows.rule_rights import refusals_audited, rule_meant, standing_of
from bot.flows.rule_values import lines_of_finding
from bot.intents.rule_forms import LONGEST_SILENCE
from messages.metadata import FormContext
from messages.pages.findings import ANSWERED, WAITS_FOR_ANSWER, AnswerForm, WhyFinding
from policies.outcomes import MAX_REASON, NotAllowed, Outcome, local_day_of
from policies.rules.catalogue import facts_without_data
from policies.rules.findings import Answer, Finding, FindingState
from policies.rules.lifecycle import Verdicts
from policies.rules.ruleset import RuleSet
from policies.rules.subjects import SubjectFacts
from storage import audit, finding_reports, findings, outcomes, rule_reports
from storage.database import Database

USUAL_DAYS: Final = {
    Answer.TRIED: 7,
    Answer.PLANNED: 7,
    Answer.SNOOZED: 7,
    Answer.NOT_RELEVANT: 90,
}
"""For how many days an answer holds where nothing else is said, today included."""
DAY: Final = timedelta(days=1)
LOOK_AGAIN: Final = "The tip shows how it stands now."


def answer(
    database: Database,
    now: datetime,
    speaker: Speaker,
    finding_id: int,
    said: Answer,
    *,
    last_day: date | None = None,
    reason: str = "",
) -> None:
    """Take what a person says to their finding. Said twice it is said once; what is settled is refused.

    `last_day` counts in full, in the person's own zone.
    """
    label = _label(finding_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        before = own_finding(session, speaker, finding_id, is_held=True)
        if before.state is said.state:
            return
        _require_unanswered(before)
        until = _until(said, last_day, now, speaker.person.zone)
        take_answer(session, now, speaker, before, said, until=until, reason=reason)


def take_answer(
    session: Session,
    now: datetime,
    speaker: Speaker,
    before: Finding,
    said: Answer,
    *,
    until: datetime | None,
    reason: str = "",
) -> None:
    """Store the answer to a finding that waits for one, in the caller's transaction."""
    kept = reason[:MAX_REASON]
    after = replace(before, state=said.state, until=until, reason=kept)
    _change(session, before, after, speaker, now)
    finding_reports.save_verdict(
        session,
        before.id,
        speaker.person.id,
        (before.rule_id, before.rule_version),
        said,
        kept,
        now,
    )
    _note(session, speaker, f"finding.{said.value}", before, now)


def take_back(database: Database, now: datetime, speaker: Speaker, finding_id: int) -> None:
    """Take an answer back, so that another can be given; without one there is nothing to do."""
    label = _label(finding_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        before = own_finding(session, speaker, finding_id, is_held=True)
        if before.state in WAITS_FOR_ANSWER:
            return
        if before.state not in ANSWERED:
            raise _settled(before)
        after = replace(before, state=FindingState.COACHED, until=None, reason="")
        _change(session, before, after, speaker, now)
        rule_reports.forget_verdict(session, before.id, speaker.person.id)
        _note(session, speaker, "finding.taken_back", before, now)


def let_lead_know(database: Database, now: datetime, speaker: Speaker, finding_id: int) -> None:
    """Allow the leads of the person's team to hear of the finding, by name, without what was used."""
    label = _label(finding_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        before = own_finding(session, speaker, finding_id, is_held=True)
        if before.lead_may_know:
            return
        if before.state in (FindingState.RESOLVED, FindingState.WRONG):
            raise _settled(before)
        _change(session, before, replace(before, lead_may_know=True), speaker, now)
        _note(session, speaker, "finding.lead_may_know", before, now)


def keep_from_lead(database: Database, now: datetime, speaker: Speaker, finding_id: int) -> None:
    """Take that back, as long as no lead was told."""
    label = _label(finding_id)
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        before = own_finding(session, speaker, finding_id, is_held=True)
        if not before.lead_may_know:
            return
        if before.is_lead_told:
            raise Refusal(f"A lead was told of {before.label} already.", LOOK_AGAIN)
        _change(session, before, replace(before, lead_may_know=False), speaker, now)
        _note(session, speaker, "finding.kept_from_lead", before, now)


def answer_form(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    finding_id: int,
    said: Answer,
    channel_id: str | None,
) -> AnswerForm:
    """The form of an answer that needs a day or a reason."""
    label = _label(finding_id)
    with refusals_audited(database, now, speaker, label), database.reading() as session:
        finding = own_finding(session, speaker, finding_id)
        _require_unanswered(finding)
        judge = rules.judges.get(finding.rule_id)
        today = local_day_of(now, speaker.person.zone)
        days = USUAL_DAYS.get(said)
        return AnswerForm(
            FormContext(channel_id, finding_id=finding.id),
            said,
            judge.rule.title if judge else finding.rule_id,
            None if days is None else today + (days - 1) * DAY,
            _outcome(session, finding),
        )


def why(
    database: Database, now: datetime, speaker: Speaker, rules: RuleSet, finding_id: int
) -> WhyFinding:
    """Each clause of the condition with the values that the finding was last seen with."""
    label = _label(finding_id)
    with refusals_audited(database, now, speaker, label), database.reading() as session:
        finding = own_finding(session, speaker, finding_id)
        judge = rule_meant(rules, finding.rule_id)
        rule, zone = judge.rule, speaker.person.zone
        is_same = rule.subject is finding.subject.kind
        values = facts_without_data(rule.subject) | dict(finding.facts)
        params = rule.defaults | {k: v for k, v in finding.params.items() if k in rule.params}
        seen = SubjectFacts(finding.subject, values)
        judged = finding_reports.verdicts_of(session, {rule.id: rule.version})
        return WhyFinding(
            finding=finding,
            rule=rule,
            clauses=judge.clauses(seen, params) if is_same else (),
            stage=standing_of(session, judge).stage,
            params=lines_of_finding(session, rule, finding),
            verdicts=judged.get(rule.id, Verdicts()),
            zone=zone,
            today=local_day_of(now, zone),
            outcome=_outcome(session, finding),
        )


def own_finding(
    session: Session, speaker: Speaker, finding_id: int, *, is_held: bool = False
) -> Finding:
    """The speaker's finding, once they were told of it; NotYours for any other id, in the same words.

    Of what was never told nobody can have a word: answers would be given by counting up ids.
    """
    read = findings.hold_finding if is_held else findings.finding_of
    finding = read(session, finding_id)
    is_theirs = finding is not None and finding.subject.person_id == speaker.person.id
    if finding is None or not is_theirs or finding.coached_at is None:
        raise NotYours(
            f"{_label(finding_id)} is no tip of yours.", "A tip is for one person alone."
        )
    return finding


def _require_unanswered(finding: Finding) -> None:
    if finding.state in ANSWERED:
        raise Refusal(
            f"You answered {finding.label} already.",
            "“Change my answer” in the tip takes that back.",
        )
    if finding.state not in WAITS_FOR_ANSWER:
        raise _settled(finding)


def _settled(finding: Finding) -> Refusal:
    if finding.state is FindingState.RESOLVED:
        return Refusal(f"{finding.label} is settled: it no longer holds.", LOOK_AGAIN)
    return Refusal(f"{finding.label} waits for no answer now.", LOOK_AGAIN)


def _change(
    session: Session, before: Finding, after: Finding, speaker: Speaker, now: datetime
) -> None:
    """Store what the person said if the finding stands as it was read, and have its tip drawn anew."""
    if not findings.change(session, before, after, now, actor_id=speaker.person.id):
        raise NotAllowed(f"{before.label} has just changed. Look at it again.")
    redraw_tip(session, before, now)


def _note(session: Session, speaker: Speaker, action: str, finding: Finding, now: datetime) -> None:
    details: dict[str, str | int] = {"rule": finding.rule_id, "version": finding.rule_version}
    audit.record(session, speaker.person.id, action, finding.label, details, now)


def until_usually(said: Answer, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When an answer ends where nothing else is said."""
    return _until(said, None, now, zone)


def _until(said: Answer, last_day: date | None, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When the answer ends: at the end of its last day where the person is; None for no end."""
    days = USUAL_DAYS.get(said)
    if days is None:
        return None
    today = local_day_of(now, zone)
    last = last_day or today + (days - 1) * DAY
    if not today <= last <= today + LONGEST_SILENCE:
        raise Refusal(
            f"{last} is {'past' if last < today else 'more than 90 days ahead'}.",
            "Choose a day from today on, at most 90 days ahead.",
        )
    return datetime.combine(last + DAY, time(), zone)


def _outcome(session: Session, finding: Finding) -> Outcome | None:
    outcome_id = finding.subject.outcome_id
    return outcomes.outcome_of(session, outcome_id) if outcome_id is not None else None


def _label(finding_id: int) -> str:
    return f"F-{finding_id}"
