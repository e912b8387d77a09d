"""Exceptions to rules: objects of their own, with a reason, an end and whoever made them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from bot.flows.rule_rights import (
    mover_of,
    refusals_audited,
    require_team_led,
    rule_meant,
    team_led_by,
)
from bot.intents.rule_forms import ExceptionWanted
from messages.metadata import FormContext
from messages.pages.rules import ExceptionForm, ExceptionLine, ExceptionSet
from policies.outcomes import MAX_REASON, Outcome, local_day_of, outcome_label
from policies.rules.exceptions import (
    LONGEST_EXCEPTION,
    RuleException,
    parse_exception_label,
)
from policies.rules.facts import SubjectKind
from policies.rules.lifecycle import Mover
from policies.rules.model import Rule
from policies.rules.ruleset import RuleSet
from storage import audit, outcomes, people, rule_exceptions
from storage.database import Database
from storage.requests import settle_request, take_request

USUAL: Final = timedelta(days=29)
"""How far ahead the form proposes to end an exception."""
A_PERSON: Final = "one person"


def exception_form(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    rule_id: str,
    channel_id: str | None,
) -> ExceptionForm:
    """The form, with what the speaker may except from the rule."""
    rule = rule_meant(rules, rule_id).rule
    with refusals_audited(database, now, speaker, rule.id), database.reading() as session:
        led = team_led_by(session, speaker) if rule.subject is not SubjectKind.SOURCE else None
        own = rule.subject is SubjectKind.OUTCOME
        mine = outcomes.open_outcomes_of(session, speaker.person.id) if own else []
        if led is None and not rule.subject.is_personal:
            raise Refusal(f"{rule.title} looks at nothing of yours.", "A lead can except the team.")
        return ExceptionForm(
            FormContext(channel_id, rule_id=rule.id),
            rule,
            local_day_of(now, speaker.zone) + USUAL,
            tuple(mine),
            led.team.name if led else "",
            covers_person=rule.subject.is_personal,
        )


def make(
    database: Database,
    now: datetime,
    speaker: Speaker,
    rules: RuleSet,
    rule_id: str,
    wanted: ExceptionWanted,
    request_key: str | None = None,
) -> ExceptionSet:
    """Except one outcome, the speaker or their team; a form that is sent twice makes one exception."""
    rule = rule_meant(rules, rule_id).rule
    with refusals_audited(database, now, speaker, rule.id), database.writing() as session:
        today = local_day_of(now, speaker.zone)
        made = _made_before(session, now, speaker, request_key)
        if made is None:
            _require_sound(wanted.last_day, today)
            made = rule_exceptions.add(session, _draft(session, speaker, rule, wanted, now))
            if request_key is not None:
                settle_request(session, speaker.person.id, request_key, made.label)
            audit.record(session, speaker.person.id, "rule.excepted", made.label, _ids(made), now)
        line = _line(session, made, shows_person=True, may_end=True)
        return ExceptionSet(rule, line, today)


def end(
    database: Database, now: datetime, speaker: Speaker, rules: RuleSet, exception_id: int
) -> ExceptionSet:
    """End an exception before its day: by whoever it covers or who made it, a lead of it, or an owner."""
    label = f"E-{exception_id}"
    with refusals_audited(database, now, speaker, label), database.writing() as session:
        made = rule_exceptions.exception_of(session, exception_id)
        judge = rules.judges.get(made.rule_id) if made else None
        mover = mover_of(speaker, judge.rule) if judge else None
        if made is None or judge is None or mover is None:
            raise _not_yours(label)
        if not _may_end(session, speaker, made, mover):
            raise _not_yours(label)
        if rule_exceptions.end(session, made.id, now, actor_id=speaker.person.id):
            audit.record(session, speaker.person.id, "rule.exception_ended", label, _ids(made), now)
        shows = speaker.person.id in (made.person_id, made.created_by)
        line = _line(session, made, shows_person=shows, may_end=False)
        return ExceptionSet(judge.rule, line, local_day_of(now, speaker.zone), is_ended=True)


def lines_for(
    session: Session, now: datetime, speaker: Speaker, rule: Rule, mover: Mover
) -> tuple[ExceptionLine, ...]:
    """The exceptions of a rule that hold, as far as the speaker may know of them.

    That somebody excepts themselves is told to them, and, without name and reason, to leads of their
    team and to those who decide about the rule.
    """
    today = local_day_of(now, speaker.zone)
    return tuple(
        _line(
            session,
            one,
            shows_person=speaker.person.id in (one.person_id, one.created_by),
            may_end=_may_end(session, speaker, one, mover),
        )
        for one in rule_exceptions.in_force(session, now, rule.id)
        if one.last_day >= today and _may_know(session, speaker, one, mover)
    )


def others_excepted(
    session: Session, now: datetime, speaker: Speaker, rule: Rule, mover: Mover
) -> set[int]:
    """The people but the speaker who except themselves from the rule, as far as the speaker is told."""
    return {
        one.person_id
        for one in rule_exceptions.in_force(session, now, rule.id)
        if one.person_id is not None
        and one.person_id != speaker.person.id
        and one.last_day >= local_day_of(now, speaker.zone)
        and _may_know(session, speaker, one, mover)
    }


def _draft(
    session: Session, speaker: Speaker, rule: Rule, wanted: ExceptionWanted, now: datetime
) -> RuleException:
    """The exception, if what it covers is the speaker's to except."""
    plain = RuleException(
        id=0,
        rule_id=rule.id,
        reason=wanted.reason[:MAX_REASON],
        last_day=wanted.last_day,
        created_by=speaker.person.id,
        created_at=now,
    )
    if wanted.outcome_id is not None:
        outcome = _outcome_meant(session, speaker, wanted.outcome_id)
        return replace(plain, outcome_id=outcome.id)
    if wanted.covers_team:
        return replace(plain, team_id=require_team_led(session, speaker).team.id)
    return replace(plain, person_id=speaker.person.id)


def _outcome_meant(session: Session, speaker: Speaker, outcome_id: int) -> Outcome:
    """An outcome of the speaker's own, or of a team they lead; NotYours for any other."""
    outcome = outcomes.outcome_of(session, outcome_id)
    roster = people.roster_of(session, outcome.team_id) if outcome else None
    is_own = outcome is not None and outcome.owner_id == speaker.person.id
    if outcome is None or not (is_own or (roster is not None and speaker.may_lead(roster))):
        raise NotYours(
            f"{outcome_label(outcome_id)} is no outcome of yours.",
            "Its owner, or a lead of its team, can except it.",
        )
    return outcome


def _may_end(session: Session, speaker: Speaker, made: RuleException, mover: Mover) -> bool:
    is_own = speaker.person.id in (made.person_id, made.created_by)
    return is_own or mover.may_move_stages or _leads(session, speaker, made)


def _may_know(session: Session, speaker: Speaker, made: RuleException, mover: Mover) -> bool:
    home = people.home_team_of(session, made.person_id) if made.person_id is not None else None
    roster = people.roster_of(session, home.id) if home else None
    if roster is not None and speaker.may_lead(roster):
        return True
    return _may_end(session, speaker, made, mover) or (
        made.team_id is not None
        and speaker.roster is not None
        and speaker.roster.team.id == made.team_id
    )


def _leads(session: Session, speaker: Speaker, made: RuleException) -> bool:
    """Whether it covers a team that the speaker leads, or an outcome of one."""
    outcome = outcomes.outcome_of(session, made.outcome_id) if made.outcome_id else None
    team_id = outcome.team_id if outcome else made.team_id
    roster = people.roster_of(session, team_id) if team_id is not None else None
    return roster is not None and speaker.may_lead(roster)


def _line(
    session: Session, made: RuleException, *, shows_person: bool, may_end: bool
) -> ExceptionLine:
    """An exception in words. Of one that covers a person, only that person reads who and why."""
    covers = _covers(session, made)
    if made.person_id is not None:
        covers = "you" if shows_person else A_PERSON
    is_told = made.person_id is None or shows_person
    return ExceptionLine(
        made.label,
        covers,
        made.last_day,
        made.reason if is_told else "",
        people.person_of(session, made.created_by) if made.person_id is None else None,
        may_end,
    )


def _covers(session: Session, made: RuleException) -> str:
    if made.outcome_id is not None:
        outcome = outcomes.outcome_of(session, made.outcome_id)
        return f"{outcome.label} {outcome.title}" if outcome else outcome_label(made.outcome_id)
    team = people.team_of(session, made.team_id) if made.team_id is not None else None
    return f"the team {team.name}" if team else ""


def _made_before(
    session: Session, now: datetime, speaker: Speaker, request_key: str | None
) -> RuleException | None:
    if request_key is None:
        return None
    answered = take_request(session, speaker.person.id, request_key, now)
    exception_id = parse_exception_label(answered) if answered else None
    return rule_exceptions.exception_of(session, exception_id) if exception_id else None


def _require_sound(last_day: date, today: date) -> None:
    if not today <= last_day <= today + LONGEST_EXCEPTION:
        raise Refusal(
            f"{last_day} is {'past' if last_day < today else 'more than 180 days ahead'}.",
            "Choose a day from today on, at most 180 days ahead.",
        )


def _ids(made: RuleException) -> dict[str, str | int]:
    return {
        "rule": made.rule_id,
        "person": made.person_id or 0,
        "outcome": made.outcome_id or 0,
        "team": made.team_id or 0,
    }


def _not_yours(label: str) -> NotYours:
    return NotYours(f"{label} is not yours to end.", "Who made it, or a lead of the team, can.")
