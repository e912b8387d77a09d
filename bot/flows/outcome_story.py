"""`/outcome show O-12`: what happened to an outcome, for the people of its team."""

from datetime import datetime

from sqlmodel import Session

from bot.flows.outcome_steps import attempts_audited, outcome_for, standings_in, told_of
from bot.flows.outcome_usage import own_usage_of
from bot.flows.people import Speaker, person_of
from messages.pages.outcome_story import OutcomeStory
from policies.outcomes import Outcome, OutcomeState, local_day_of
from policies.standing import MAY, Standing, Verb
from storage import merges, outcomes, reviews
from storage.database import Database


def show(database: Database, now: datetime, speaker: Speaker, outcome_id: int) -> OutcomeStory:
    """The story, with what the speaker may do next."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.reading() as session:
        outcome, roster = outcome_for(session, speaker, outcome_id, Verb.SHOW)
        standings = standings_in(speaker, outcome, roster)
        is_claimed = outcome.state is OutcomeState.CLAIMED
        is_unfinished = outcome.state in (OutcomeState.DECLARED, OutcomeState.REJECTED)
        return OutcomeStory(
            outcome=outcome,
            owner=person_of(session, outcome.owner_id),
            events=told_of(session, outcomes.events_of(session, outcome.id)),
            today=local_day_of(now, roster.team.zone),
            review=reviews.review_of(session, outcome.id),
            parts=_existing(session, merges.parts_of(session, outcome.id)),
            whole=next(iter(_existing(session, [merges.merged_into(session, outcome.id)])), None),
            usage=own_usage_of(session, outcome) if Standing.OWNER in standings else None,
            can_review=is_claimed and bool(MAY[Verb.VERIFY] & standings),
            can_finish=is_unfinished and bool(MAY[Verb.CLAIM] & standings),
        )


def _existing(session: Session, outcome_ids: list[int] | list[int | None]) -> tuple[Outcome, ...]:
    found = (outcomes.outcome_of(session, one) for one in outcome_ids if one is not None)
    return tuple(one for one in found if one is not None)
