"""Declaring, listing, claiming and verifying outcomes."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.people import Speaker
from bot.flows.posts import NotYet, Post
from bot.flows.refusals import Refusal
from messages.metadata import FormContext
from messages.pages.outcomes import (
    DoneForm,
    OutcomeClaimed,
    OutcomeDeclared,
    OutcomeForm,
    OutcomeList,
    VerificationCard,
    Verified,
)
from policies.outcomes import (
    NotAllowed,
    Outcome,
    OutcomeDraft,
    OutcomeEvent,
    OutcomeState,
    local_day_of,
    outcome_label,
    parse_outcome_label,
)
from policies.people import Person, Roster
from policies.periods import day_bounds
from storage import attribution, audit, deliveries, outcomes, people
from storage.database import Database
from storage.deliveries import Claim, DeliveryState
from storage.requests import settle_request, take_request

VERIFICATION: Final = "verification"
"""A card in the team's channel that asks for a verification; audience is the team, subject O-12."""

VERIFICATION_SETTLED: Final = "verification_settled"
"""The same card, changed in place once somebody has verified."""

UNDER_WAY = (DeliveryState.DUE, DeliveryState.CLAIMED)


def outcome_form(speaker: Speaker, channel_id: str | None, title: str = "") -> OutcomeForm:
    """The empty form; NoTeamYet before anybody types into a form that could not be taken."""
    _ = speaker.team
    return OutcomeForm(context=FormContext(channel_id=channel_id), title=title)


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
    if outcome.state is OutcomeState.CLAIMED:
        raise Refusal(f"{outcome.label} is claimed already.", "A colleague can verify it now.")
    return DoneForm(outcome, FormContext(channel_id=channel_id, outcome_id=outcome.id))


def claim(
    database: Database, now: datetime, speaker: Speaker, outcome_id: int, url: str
) -> OutcomeClaimed:
    """Claim an own outcome with its evidence, and ask the team's channel to verify it."""
    with database.writing() as session:
        before = _own_outcome(session, speaker, outcome_id)
        if before.state is OutcomeState.CLAIMED and before.evidence_url == url:
            return OutcomeClaimed(before, _channel_of(session, before))  # the same request again
        after = before.claim(url, now)
        _transit(session, before, after, speaker.person.id, now)
        deliveries.enqueue(
            session, VERIFICATION, _audience(after), _claim_period(after), after.label, now
        )
        audit.record(session, speaker.person.id, "outcome.claimed", after.label, {}, now)
        return OutcomeClaimed(after, _channel_of(session, after))


def verify(database: Database, now: datetime, speaker: Speaker, outcome_id: int) -> Verified:
    """Verify a colleague's claimed outcome; a second press finds it done and says so."""
    with database.writing() as session:
        before, roster = _outcome_and_roster(session, outcome_id)
        _require_colleague(speaker, roster)
        owner = _person(session, before.owner_id)
        start, end = day_bounds(local_day_of(now, roster.team.zone), roster.team.zone)
        is_mutual = outcomes.has_verified_between(
            session, before.owner_id, speaker.person.id, start, end
        )
        after = before.verify(speaker.person.id, now, verified_for_me_today=is_mutual)
        _transit(session, before, after, speaker.person.id, now)
        deliveries.enqueue(
            session, VERIFICATION_SETTLED, _audience(after), _claim_period(after), after.label, now
        )
        audit.record(session, speaker.person.id, "outcome.verified", after.label, {}, now)
    return Verified(after, owner)


def compose_verification(database: Database, claim: Claim) -> Post | None:
    """The card to post; None when the outcome no longer waits for anybody."""
    with database.reading() as session:
        card, team = _card_of(session, claim)
        if not card.waiting or _claim_period(card.outcome) != claim.period:
            return None
        return Post(team.team.channel_id, card)


def compose_verification_settled(database: Database, claim: Claim) -> Post | None:
    """The posted card as it looks now; None when it was never posted, NotYet while it is under way."""
    with database.reading() as session:
        card, _ = _card_of(session, claim)
        posted = deliveries.delivery_of(session, VERIFICATION, claim.audience, claim.period)
        if posted is not None and posted.state in UNDER_WAY:
            raise NotYet
        if posted is None or posted.channel_id is None or posted.message_ts is None:
            return None
        return Post(posted.channel_id, card, replaces_ts=posted.message_ts)


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


def _card_of(session: Session, claim: Claim) -> tuple[VerificationCard, Roster]:
    outcome, roster = _outcome_and_roster(session, int(claim.subject.removeprefix("O-")))
    verifier = _person(session, outcome.verified_by) if outcome.verified_by else None
    return VerificationCard(outcome, _person(session, outcome.owner_id), verifier), roster


def _own_outcome(session: Session, speaker: Speaker, outcome_id: int) -> Outcome:
    outcome = outcomes.outcome_of(session, outcome_id)
    if outcome is None or outcome.owner_id != speaker.person.id:
        # The same words for both, so that ids tell nothing about other people's work.
        raise Refusal(
            f"You have no outcome {outcome_label(outcome_id)}.",
            "See your open outcomes with the list, and copy the id from there.",
        )
    return outcome


def _channel_of(session: Session, outcome: Outcome) -> str | None:
    team = people.team_of(session, outcome.team_id)
    return team.channel_id if team else None


def _outcome_and_roster(session: Session, outcome_id: int) -> tuple[Outcome, Roster]:
    outcome = outcomes.outcome_of(session, outcome_id)
    roster = people.roster_of(session, outcome.team_id) if outcome else None
    if outcome is None or roster is None:
        raise Refusal(f"There is no outcome {outcome_label(outcome_id)}.")
    return outcome, roster


def _require_colleague(speaker: Speaker, roster: Roster) -> None:
    if not roster.is_member(speaker.person.id):
        raise Refusal(
            f"Only people of {roster.team.name} verify its outcomes.",
            "Ask a lead of the team to add you in its set-up.",
        )


def _transit(
    session: Session, before: Outcome, after: Outcome, actor_id: int, now: datetime
) -> None:
    event = OutcomeEvent(before.id, actor_id, now, before.state, after.state)
    if not outcomes.save_transition(session, before, after, event):
        raise NotAllowed(f"{before.label} has just changed. Look at it again.")


def _person(session: Session, person_id: int) -> Person:
    person = people.person_of(session, person_id)
    if person is None:
        raise LookupError(f"There is no person {person_id}.")
    return person


def _audience(outcome: Outcome) -> str:
    return f"team:{outcome.team_id}"


def _claim_period(outcome: Outcome) -> str:
    """One card a claim: an outcome that is rejected and claimed again gets another."""
    claimed = f"{outcome.claimed_at:%Y%m%dT%H%M%S%f}" if outcome.claimed_at else ""
    return f"{outcome.label}@{claimed}"
