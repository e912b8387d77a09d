"""Saying which outcome one works on, so that usage without a key of its own counts for it."""

from datetime import datetime

from sqlmodel import Session

from bot.flows.outcome_steps import attempts_audited
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from messages.pages.attribution import FocusStarted, FocusStopped
from policies.outcomes import OPEN_STATES, Outcome, outcome_label
from storage import audit, focus, outcomes, people
from storage.database import Database


def start(database: Database, now: datetime, speaker: Speaker, outcome_id: int) -> FocusStarted:
    """Put an open outcome of the speaker's team in focus; the one before it is left."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        outcome = teams_open_outcome(session, speaker, outcome_id)
        before = focus.focus_of(session, speaker.person.id)
        if focus.start_focus(session, speaker.person.id, outcome.id, now):
            audit.record(session, speaker.person.id, "focus.started", outcome.label, {}, now)
            left = outcomes.outcome_of(session, before.outcome_id) if before else None
            return FocusStarted(outcome, now, left)
        return FocusStarted(outcome, before.started_at if before else now)


def stop(database: Database, now: datetime, speaker: Speaker) -> FocusStopped:
    """Leave the outcome in focus; Refusal where there is none."""
    with database.writing() as session:
        window = focus.stop_focus(session, speaker.person.id, now)
        outcome = outcomes.outcome_of(session, window.outcome_id) if window else None
        if window is None or outcome is None:
            raise Refusal(
                "No outcome of yours is in focus.",
                "Put one in focus when you begin to work on it: start, and its id.",
            )
        audit.record(session, speaker.person.id, "focus.stopped", outcome.label, {}, now)
    return FocusStopped(outcome, window.started_at)


def teams_open_outcome(session: Session, speaker: Speaker, outcome_id: int) -> Outcome:
    """An open outcome of a team that the speaker belongs to, their own or a team mate's."""
    outcome = outcomes.outcome_of(session, outcome_id)
    roster = people.roster_of(session, outcome.team_id) if outcome else None
    if outcome is None or roster is None or not roster.is_member(speaker.person.id):
        # The same words for both, so that ids tell nothing about other teams' work.
        raise NotYours(
            f"Your team has no outcome {outcome_label(outcome_id)}.",
            "Copy the id from the list of your outcomes or from the team's view.",
        )
    if outcome.state not in OPEN_STATES:
        raise Refusal(
            f"{outcome.label} is {outcome.state}, so no more usage is linked to it by hand.",
            "Choose one that is open.",
        )
    return outcome
