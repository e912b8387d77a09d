"""Reviewing a claim: the private form, the verdict, and the team's card about it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.outcome_steps import (
    attempts_audited,
    audience_of,
    claim_period,
    claim_stamp,
    outcome_and_roster,
    outcome_id_of,
    refresh_card,
    standings_in,
    take_step,
    told_of,
)
from bot.flows.outcome_usage import is_retro, is_used_by_others, own_usage_of
from bot.flows.people import Speaker, person_of
from bot.flows.posts import Post
from bot.flows.redraws import redrawn
from bot.flows.refusals import NotYours
from messages.metadata import FormContext
from messages.pages.outcomes import OutcomeMoved, ReviewForm, VerificationCard, Verified
from messages.steps import Told
from policies.outcomes import (
    MAX_REASON,
    NotAllowed,
    Outcome,
    OutcomeEvent,
    OutcomeState,
    local_day_of,
)
from policies.people import Roster
from policies.periods import day_bounds
from policies.personal_data import ReadKind
from policies.reviews import NO_REVIEW, Review
from policies.standing import Verb, require
from storage import audit, deliveries, focus, outcomes, personal_reads, reviews, rollups
from storage.database import Database
from storage.deliveries import Claim
from storage.personal_reads import Look

VERIFICATION: Final = "verification"
"""A card in the team's channel that asks for a verification; audience is the team, subject O-12."""

TOKENS_READ: Final = "outcome.tokens_read"
ASSESSMENTS: Final = ("size", "complexity")


def review_form(
    database: Database,
    now: datetime,
    speaker: Speaker,
    outcome_id: int,
    channel_id: str | None,
) -> ReviewForm:
    """The form for a colleague's claim; Refusal or NotAllowed where the speaker may not judge it.

    It tells what the owner used for the outcome, so that it was opened is audited, and noted for the owner.
    """
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        outcome, roster = _reviewable(session, speaker, outcome_id, Verb.VERIFY)
        _require_claimed(outcome)
        # Before the history is read: what comes between the two is then shown, and refused once more.
        last_event = outcomes.last_event_of(session, outcome.id)
        history = _history(session, outcome, claim_period(outcome))
        audit.record(session, speaker.person.id, TOKENS_READ, outcome.label, {}, now)
        today = local_day_of(now, roster.team.zone)
        look = Look(speaker.person.id, ReadKind.REVIEW_TOKENS, today, outcome.label)
        personal_reads.note(session, look, [outcome.owner_id], now)
        return ReviewForm(
            outcome=outcome,
            owner=person_of(session, outcome.owner_id),
            context=FormContext(channel_id, outcome.id, event_id=last_event),
            changes=history.changes,
            evidence=history.evidence,
            usage=own_usage_of(session, outcome),
            is_shared=is_used_by_others(session, outcome),
            is_retro=is_retro(session, outcome, roster.team),
        )


def verify(
    database: Database,
    now: datetime,
    speaker: Speaker,
    outcome_id: int,
    review: Review = NO_REVIEW,
    seen: int | None = None,
) -> Verified:
    """Verify a colleague's claim; `seen` is the last event that the form showed, where one was."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        before, roster = _held_for_verdict(session, speaker, outcome_id, Verb.VERIFY, seen)
        start, end = day_bounds(local_day_of(now, roster.team.zone), roster.team.zone)
        is_mutual = outcomes.has_verified_between(
            session, before.owner_id, speaker.person.id, start, end
        )
        after = before.verify(speaker.person.id, now, verified_for_me_today=is_mutual)
        take_step(session, before, after, speaker.person, now)
        reviews.save_review(session, after.id, review)
        refresh_card(session, after, after.state, now)
        return Verified(after, person_of(session, after.owner_id), review)


def reject(
    database: Database,
    now: datetime,
    speaker: Speaker,
    outcome_id: int,
    reason: str,
    seen: int | None = None,
) -> OutcomeMoved:
    """Send a colleague's claim back with a reason; its owner is told, and may claim again."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        before, _ = _held_for_verdict(session, speaker, outcome_id, Verb.REJECT, seen)
        event = take_step(
            session, before, before.reject(), speaker.person, now, reason[:MAX_REASON]
        )
        refresh_card(session, before, event.after, now)
        return OutcomeMoved(before.reject(), Told(event, speaker.person))


def compose_verification(database: Database, claim: Claim) -> Post | None:
    """The card to post; None when the claim no longer waits for anybody."""
    with database.reading() as session:
        card, team = _card_of(session, claim, claim.period)
        return Post(team.team.channel_id, card) if card is not None and card.waiting else None


def compose_verification_settled(database: Database, claim: Claim) -> Post | None:
    """The posted card as it looks now; None when it was never posted, NotYet while it is under way."""
    period = claim.period.split("/")[0]
    with database.reading() as session:
        card, _ = _card_of(session, claim, period)
        posted = deliveries.delivery_of(session, VERIFICATION, claim.audience, period)
        return redrawn(session, claim, posted, f"{period}/", card)


def ask_for_review(session: Session, outcome: Outcome, now: datetime) -> None:
    """Have the team's channel asked to verify what was claimed."""
    period = claim_period(outcome)
    deliveries.enqueue(session, VERIFICATION, audience_of(outcome), period, outcome.label, now)


@dataclass(frozen=True, slots=True)
class _History:
    """One claim of an outcome: the event itself, assessments up to its end, and the steps after it.

    `evidence` is what an outside witness said last about its link.
    """

    claimed: OutcomeEvent
    changes: tuple[Told, ...]
    steps: tuple[Told, ...]
    evidence: str


def _card_of(session: Session, claim: Claim, period: str) -> tuple[VerificationCard | None, Roster]:
    """The card of one claim, whatever has been claimed since."""
    outcome, roster = outcome_and_roster(session, outcome_id_of(claim))
    history = _find_history(session, outcome, period)
    if history is None:
        return None, roster
    evidence = history.claimed.reason or outcome.evidence_url
    card = VerificationCard(
        outcome=replace(outcome, claimed_at=history.claimed.at, evidence_url=evidence),
        owner=person_of(session, outcome.owner_id),
        steps=history.steps,
        changes=history.changes,
        evidence=history.evidence,
    )
    return card, roster


def _history(session: Session, outcome: Outcome, period: str) -> _History:
    history = _find_history(session, outcome, period)
    if history is None:
        raise LookupError(f"{outcome.label} has no claim {period}.")
    return history


def _find_history(session: Session, outcome: Outcome, period: str) -> _History | None:
    events = outcomes.events_of(session, outcome.id)
    claims = [place for place, one in enumerate(events) if _is_claim(one)]
    for place, following in zip(claims, [*claims[1:], len(events)], strict=True):
        if claim_stamp(outcome.id, events[place].at) == period:
            after = events[place + 1 : following]
            said = [one.reason for one in after if one.change == "evidence"]
            return _History(
                claimed=events[place],
                changes=told_of(
                    session, [e for e in events[:following] if e.change in ASSESSMENTS]
                ),
                steps=told_of(session, [one for one in after if one.is_step]),
                evidence=said[-1] if said else "",
            )
    return None


def _is_claim(event: OutcomeEvent) -> bool:
    return event.is_step and event.after is OutcomeState.CLAIMED


def _reviewable(
    session: Session, speaker: Speaker, outcome_id: int, verb: Verb
) -> tuple[Outcome, Roster]:
    outcome, roster = outcome_and_roster(session, outcome_id)
    standings = standings_in(speaker, outcome, roster)
    if not roster.is_member(speaker.person.id) and speaker.person.id != outcome.owner_id:
        raise NotYours(
            f"Only people of {roster.team.name} verify its outcomes.",
            "Ask a lead of the team to add you in its set-up.",
        )
    require(verb, outcome, standings)
    return outcome, roster


def _require_claimed(outcome: Outcome) -> None:
    if outcome.state is not OutcomeState.CLAIMED:
        raise NotAllowed(f"{outcome.label} is {outcome.state}; no claim of it waits for a review.")


def _held_for_verdict(
    session: Session, speaker: Speaker, outcome_id: int, verb: Verb, seen: int | None
) -> tuple[Outcome, Roster]:
    """The outcome as it is judged, which nobody changes meanwhile; NotAllowed where it was seen otherwise.

    The people are held before it, as everywhere: its owner and the speaker, so that of two who
    verify each other's at once the second sees what the first did, and who has it in focus.
    """
    outcome, _ = _reviewable(session, speaker, outcome_id, verb)
    in_focus = focus.people_on(session, outcome_id)
    rollups.hold_people(session, {outcome.owner_id, speaker.person.id} | in_focus)
    outcomes.hold(session, [outcome_id])
    outcome, roster = _reviewable(session, speaker, outcome_id, verb)
    _require_unchanged(session, outcome, seen)
    return outcome, roster


def _require_unchanged(session: Session, outcome: Outcome, seen: int | None) -> None:
    """A form that stayed open judges what it showed: no later claim, size, part or evidence."""
    is_claimed = outcome.state is OutcomeState.CLAIMED
    if is_claimed and seen is not None and seen != outcomes.last_event_of(session, outcome.id):
        raise NotAllowed(
            f"{outcome.label} has changed since you opened its review. "
            "Open it again from the card, and look at what is new."
        )
