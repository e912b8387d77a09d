"""Declaring, listing, claiming, dropping and reverting outcomes."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.outcome_steps import (
    attempts_audited,
    give_back,
    outcome_for,
    refresh_card,
    take_step,
)
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from bot.flows.reviews import ask_for_review
from messages.metadata import FormContext
from messages.pages.outcomes import (
    DoneForm,
    OutcomeClaimed,
    OutcomeDeclared,
    OutcomeForm,
    OutcomeList,
    OutcomeMoved,
)
from messages.steps import Told
from policies.outcomes import (
    MAX_REASON,
    Complexity,
    NotAllowed,
    Outcome,
    OutcomeDraft,
    OutcomeEvent,
    OutcomeSize,
    OutcomeState,
    local_day_of,
    outcome_label,
    parse_outcome_label,
)
from policies.standing import Verb
from storage import attribution, audit, outcomes, people
from storage.database import Database
from storage.requests import settle_request, take_request

DURABLE_AT_ONCE: Final = 200


def outcome_form(
    speaker: Speaker, channel_id: str | None, title: str = "", origin_url: str = ""
) -> OutcomeForm:
    """The empty form; NoTeamYet before anybody types into a form that could not be taken."""
    _ = speaker.team
    context = FormContext(channel_id=channel_id)
    return OutcomeForm(context=context, title=title, origin_url=origin_url)


def declare(
    database: Database,
    now: datetime,
    speaker: Speaker,
    draft: OutcomeDraft,
    request_key: str | None = None,
) -> OutcomeDeclared:
    """Store an outcome of the speaker's team and tell them its id.

    A form that is sent twice and a command that Slack repeats carry the key of the first request,
    and are answered with the outcome that it declared.
    """
    team = speaker.team
    with database.writing() as session:
        outcome = _declared_before(session, now, speaker, request_key)
        if outcome is None:
            outcome = _declare(session, now, speaker, draft)
            if request_key is not None:
                settle_request(session, speaker.person.id, request_key, outcome.label)
    return OutcomeDeclared(outcome, local_day_of(now, team.zone))


def list_mine(database: Database, now: datetime, speaker: Speaker) -> OutcomeList:
    """The speaker's open outcomes."""
    with database.reading() as session:
        mine = outcomes.open_outcomes_of(session, speaker.person.id)
    return OutcomeList(tuple(mine), local_day_of(now, speaker.zone))


def done_form(
    database: Database, speaker: Speaker, outcome_id: int, channel_id: str | None
) -> DoneForm:
    """The form that asks for the evidence of one of the speaker's own open outcomes."""
    with database.reading() as session:
        outcome = _own_outcome(session, speaker, outcome_id)
        link = _likely_evidence(session, outcome)
    if outcome.state is OutcomeState.CLAIMED:
        raise Refusal(f"{outcome.label} is claimed already.", "A colleague can verify it now.")
    return DoneForm(outcome, FormContext(channel_id=channel_id, outcome_id=outcome.id), link)


def claim(
    database: Database, now: datetime, speaker: Speaker, outcome_id: int, url: str
) -> OutcomeClaimed:
    """Claim an own outcome with its evidence, and ask the team's channel to verify it."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        before = _own_outcome(session, speaker, outcome_id)
        if before.state is OutcomeState.CLAIMED and before.evidence_url == url:
            return OutcomeClaimed(before, _channel_of(session, before))  # the same request again
        after = before.claim(url, now)
        take_step(session, before, after, speaker.person, now, url)
        ask_for_review(session, after, now)
        return OutcomeClaimed(after, _channel_of(session, after))


def drop(
    database: Database, now: datetime, speaker: Speaker, outcome_id: int, reason: str
) -> OutcomeMoved:
    """Give an outcome up, as its owner or as a lead of its team."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        before, _ = outcome_for(session, speaker, outcome_id, Verb.DROP)
        attribution.hold_team(session, before.team_id)
        moved = _settle(session, now, speaker, before, before.drop(), reason)
        give_back(session, moved.outcome, speaker.person.id, now, reason)
        return moved


def revert(
    database: Database, now: datetime, speaker: Speaker, outcome_id: int, reason: str
) -> OutcomeMoved:
    """Take a verified outcome back, as its owner or as a lead of its team."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        return revert_in(session, now, speaker, outcome_id, reason)


def revert_in(
    session: Session, now: datetime, speaker: Speaker, outcome_id: int, reason: str
) -> OutcomeMoved:
    """The same, as a part of something larger."""
    before, _ = outcome_for(session, speaker, outcome_id, Verb.REVERT)
    return _settle(session, now, speaker, before, before.revert(), reason)


def assess(
    database: Database,
    now: datetime,
    speaker: Speaker,
    outcome_id: int,
    to: OutcomeSize | Complexity,
) -> OutcomeMoved:
    """Set the size or the complexity of an own outcome right; whoever verifies it sees the change."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        before, _ = outcome_for(session, speaker, outcome_id, Verb.ASSESS)
        if isinstance(to, OutcomeSize):
            change, was, after = "size", before.size.value, before.resize(to)
        else:
            change, was, after = "complexity", before.complexity.value, before.reassess(to)
        if after == before:
            raise Refusal(f"{before.label} has {change} {to} already.")
        if not outcomes.save_assessment(session, before, after):
            raise NotAllowed(f"{before.label} has just changed. Look at it again.")
        actor = speaker.person
        event = outcomes.note_change(session, after, actor.id, change, f"{was} to {to}", now)
        action = f"outcome.{change}_changed"
        audit.record(session, actor.id, action, after.label, {"from": was, "to": to.value}, now)
        refresh_card(session, after, f"{change}:{event.at:%Y%m%dT%H%M%S%f}", now)
        return OutcomeMoved(after, Told(event, actor))


def settle_durable(database: Database, now: datetime, days: int) -> int:
    """Let outcomes that were verified `days` days ago be durable; returns how many there were.

    Nothing is written when there are none, so that a quiet minute takes no write lock.
    """
    since = now - timedelta(days=days)
    with database.reading() as session:
        if not outcomes.verified_until(session, since, limit=1):
            return 0
    with database.writing() as session:
        settled = 0
        for before in outcomes.verified_until(session, since, DURABLE_AT_ONCE):
            after = before.endure(now, days)
            reason = f"{days} days without a revert"
            event = OutcomeEvent(before.id, before.owner_id, now, before.state, after.state, reason)
            if outcomes.save_transition(session, before, after, event):
                audit.record(session, None, "outcome.durable", after.label, {"days": days}, now)
                settled += 1
        return settled


def _settle(
    session: Session,
    now: datetime,
    speaker: Speaker,
    before: Outcome,
    after: Outcome,
    reason: str,
) -> OutcomeMoved:
    event = take_step(session, before, after, speaker.person, now, reason[:MAX_REASON])
    refresh_card(session, after, after.state, now)
    return OutcomeMoved(after, Told(event, speaker.person))


def _declared_before(
    session: Session, now: datetime, speaker: Speaker, request_key: str | None
) -> Outcome | None:
    if request_key is None:
        return None
    label = take_request(session, speaker.person.id, request_key, now)
    outcome_id = parse_outcome_label(label) if label else None
    return outcomes.outcome_of(session, outcome_id) if outcome_id else None


def _declare(session: Session, now: datetime, speaker: Speaker, draft: OutcomeDraft) -> Outcome:
    outcome = outcomes.add_outcome(session, draft, speaker.team.id, speaker.person.id, now)
    audit.record(
        session,
        speaker.person.id,
        "outcome.declared",
        outcome.label,
        {"size": outcome.size.value, "keys": len(outcome.keys)},
        now,
    )
    attribution.outcomes_changed(session, outcome)
    return outcome


def _likely_evidence(session: Session, outcome: Outcome) -> str:
    """The link of the last claim, else the one to where it was asked for, unless it shows another's."""
    origin = next((one.reason for one in outcomes.events_of(session, outcome.id)), "")
    link = outcome.evidence_url or origin
    owner = outcomes.evidence_owner(session, link) if link else None
    return link if owner is None or owner.id == outcome.id else ""


def _own_outcome(session: Session, speaker: Speaker, outcome_id: int) -> Outcome:
    outcome = outcomes.outcome_of(session, outcome_id)
    if outcome is None or outcome.owner_id != speaker.person.id:
        # The same words for both, so that ids tell nothing about other people's work.
        raise NotYours(
            f"You have no outcome {outcome_label(outcome_id)}.",
            "See your open outcomes with the list, and copy the id from there.",
        )
    return outcome


def _channel_of(session: Session, outcome: Outcome) -> str | None:
    team = people.team_of(session, outcome.team_id)
    return team.channel_id if team else None
