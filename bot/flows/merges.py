"""Making one outcome part of another, so that what was split to look like more counts once."""

from datetime import datetime

from bot.flows.outcome_steps import (
    attempts_audited,
    give_back,
    outcome_for,
    refresh_card,
    take_step,
)
from bot.flows.people import Speaker
from messages.pages.outcomes import OutcomeMoved
from messages.steps import Told
from policies.standing import Verb
from storage import attribution, audit, merges, outcomes
from storage.database import Database


def merge(
    database: Database, now: datetime, speaker: Speaker, outcome_id: int, into_id: int
) -> OutcomeMoved:
    """Drop an outcome in favour of another of its team, which its keys count for from now on.

    For who owns both, and for leads. Both are held, so that no two merges go in a circle.
    """
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        part, roster = outcome_for(session, speaker, outcome_id, Verb.MERGE)
        attribution.hold_team(session, roster.team.id)
        outcomes.hold(session, (outcome_id, into_id))
        part, _ = outcome_for(session, speaker, outcome_id, Verb.MERGE)
        whole, _ = outcome_for(session, speaker, into_id, Verb.MERGE)
        after = part.merge_into(whole)
        reason = f"merged into {whole.label}"
        event = take_step(session, part, after, speaker.person, now, reason)
        merges.add_merge(session, part.id, whole.id)
        outcomes.note_change(
            session, whole, speaker.person.id, "merge", f"{part.label} became part of it", now
        )
        give_back(session, after, speaker.person.id, now, reason)
        refresh_card(session, after, after.state, now)
        audit.record(
            session, speaker.person.id, "outcome.merged", part.label, {"into": whole.id}, now
        )
        return OutcomeMoved(after, Told(event, speaker.person))
