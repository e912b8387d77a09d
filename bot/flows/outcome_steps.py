"""What every step of an outcome's life shares: finding it, judging who asks, storing, telling."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final

from sqlmodel import Session

from bot.flows.attempts import attempts_noted
from bot.flows.budget_moves import release_earmarks
from bot.flows.people import Speaker, person_of
from bot.flows.posts import Post
from bot.flows.refusals import NotYours, Refusal
from messages.pages.outcomes import OwnerTold
from messages.steps import Told
from policies.outcomes import (
    NotAllowed,
    Outcome,
    OutcomeEvent,
    OutcomeState,
    outcome_label,
    parse_outcome_label,
)
from policies.people import Person, Roster
from policies.standing import Standing, Verb, require, standings_of
from storage import attribution, audit, deliveries, focus, outcomes, people
from storage.database import Database
from storage.deliveries import Claim

OWNER_NEWS: Final = "owner_news"
"""A direct message to an owner about what somebody else did to their outcome; subject O-12."""

WORKED_ON: Final = (OutcomeState.DECLARED, OutcomeState.REJECTED)

REFUSED: Final = "outcome.refused"

TOLD_TO_OWNERS: Final = (OutcomeState.REJECTED, OutcomeState.DROPPED, OutcomeState.REVERTED)

VERIFICATION_SETTLED: Final = "verification_settled"
"""The team's card about a claim, drawn anew in its place; subject O-12."""


def attempts_audited(
    database: Database, now: datetime, speaker: Speaker, outcome_id: int
) -> AbstractContextManager[None]:
    """Note it when somebody reaches for an outcome that is not theirs to touch; it changes nothing."""
    return attempts_noted(database, now, speaker, REFUSED, outcome_label(outcome_id))


def outcome_and_roster(session: Session, outcome_id: int) -> tuple[Outcome, Roster]:
    """An outcome and the people of its team; Refusal where there is none."""
    outcome = outcomes.outcome_of(session, outcome_id)
    roster = people.roster_of(session, outcome.team_id) if outcome else None
    if outcome is None or roster is None:
        raise Refusal(f"There is no outcome {outcome_label(outcome_id)}.")
    return outcome, roster


def outcome_for(
    session: Session, speaker: Speaker, outcome_id: int, verb: Verb
) -> tuple[Outcome, Roster]:
    """The outcome, if the speaker may do this to it.

    For people of other teams it looks like none, so that ids tell nothing about their work.
    """
    outcome = outcomes.outcome_of(session, outcome_id)
    roster = people.roster_of(session, outcome.team_id) if outcome else None
    if outcome is None or roster is None:
        raise _no_outcome(outcome_id)
    standings = standings_in(speaker, outcome, roster)
    if not standings:
        raise _no_outcome(outcome_id)
    require(verb, outcome, standings)
    return outcome, roster


def standings_in(speaker: Speaker, outcome: Outcome, roster: Roster) -> frozenset[Standing]:
    """What the speaker is to the outcome."""
    return standings_of(speaker.person.id, outcome, roster, may_lead=speaker.may_lead(roster))


def take_step(
    session: Session,
    before: Outcome,
    after: Outcome,
    actor: Person,
    now: datetime,
    reason: str = "",
) -> OutcomeEvent:
    """Move an outcome on, audit it, and tell its owner where another did it. Finished, it leaves focus.

    NotAllowed where somebody else was first.
    """
    if after.state not in WORKED_ON:
        focus.end_focus_on(session, before.id, now)
    event = OutcomeEvent(before.id, actor.id, now, before.state, after.state, reason)
    if not outcomes.save_transition(session, before, after, event):
        raise NotAllowed(f"{before.label} has just changed. Look at it again.")
    audit.record(session, actor.id, f"outcome.{after.state}", after.label, {}, now)
    if after.state is OutcomeState.DROPPED:
        release_earmarks(session, after, actor.id, now, f"{after.label} was dropped.")
    if actor.id != after.owner_id and after.state in TOLD_TO_OWNERS:
        deliveries.enqueue(
            session, OWNER_NEWS, f"person:{after.owner_id}", _stamp(event), after.label, now
        )
    return event


def compose_owner_news(database: Database, claim: Claim) -> Post | None:
    """What an owner reads; None where they are not in Slack, or have claimed it anew since."""
    with database.reading() as session:
        outcome, _ = outcome_and_roster(session, outcome_id_of(claim))
        owner = person_of(session, outcome.owner_id)
        events = outcomes.events_of(session, outcome.id)
        event = next((one for one in events if _stamp(one) == claim.period), None)
        if event is None or owner.slack is None or outcome.state is not event.after:
            return None
        page = OwnerTold(outcome, Told(event, person_of(session, event.actor_id)))
        return Post(owner.slack.user_id, page)


def refresh_card(session: Session, outcome: Outcome, why: str, now: datetime) -> None:
    """Have the card of the outcome's last claim drawn anew, once for each `why`."""
    if outcome.claimed_at is not None:
        period = f"{claim_period(outcome)}/{why}"
        deliveries.enqueue(
            session, VERIFICATION_SETTLED, audience_of(outcome), period, outcome.label, now
        )


def give_back(
    session: Session, outcome: Outcome, actor_id: int, now: datetime, reason: str
) -> None:
    """Let a dropped outcome keep nothing: neither usage nor what was set aside for it.

    The people of its team are held before anything is changed, as whoever stores usage does.
    """
    attribution.outcomes_changed(session, outcome)
    release_earmarks(session, outcome, actor_id, now, reason)


def told_of(session: Session, events: Iterable[OutcomeEvent]) -> tuple[Told, ...]:
    """Events as pages show them, each with who did it."""
    return tuple(Told(one, person_of(session, one.actor_id)) for one in events)


def outcome_id_of(claim: Claim) -> int:
    """The id of the outcome that a delivery is about."""
    outcome_id = parse_outcome_label(claim.subject)
    if outcome_id is None:
        raise LookupError(f"{claim.subject} is no outcome.")
    return outcome_id


def audience_of(outcome: Outcome) -> str:
    """The audience of the deliveries to the outcome's team."""
    return f"team:{outcome.team_id}"


def claim_period(outcome: Outcome) -> str:
    """One card a claim: an outcome that is sent back and claimed again gets another."""
    return claim_stamp(outcome.id, outcome.claimed_at) if outcome.claimed_at else outcome.label


def claim_stamp(outcome_id: int, claimed_at: datetime) -> str:
    """`O-12@20261118T120000000000`."""
    return f"{outcome_label(outcome_id)}@{claimed_at:%Y%m%dT%H%M%S%f}"


def _stamp(event: OutcomeEvent) -> str:
    return f"{claim_stamp(event.outcome_id, event.at)}/{event.after}"


def _no_outcome(outcome_id: int) -> NotYours:
    return NotYours(
        f"There is no outcome {outcome_label(outcome_id)} in a team of yours.",
        "See your open outcomes with the list, and copy the id from there.",
    )
