"""Changing the keys by which usage finds an outcome."""

from datetime import datetime

from bot.flows.outcome_steps import attempts_audited, outcome_for
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages.pages.outcomes import OutcomeMoved
from messages.steps import Told
from policies.outcomes import OutcomeKey
from policies.standing import Verb
from storage import attribution, audit, outcome_keys, outcomes
from storage.database import Database


def set_keys(
    database: Database,
    now: datetime,
    speaker: Speaker,
    outcome_id: int,
    keys: tuple[OutcomeKey, ...],
) -> OutcomeMoved:
    """Let an outcome have exactly these keys; all usage concerned counts anew, also what was before."""
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        seen, _ = outcome_for(session, speaker, outcome_id, Verb.SET_KEYS)
        attribution.hold_team(session, seen.team_id)
        outcomes.hold(session, [outcome_id])
        before, _ = outcome_for(session, speaker, outcome_id, Verb.SET_KEYS)
        after = before.with_keys(keys)
        if set(after.keys) == set(before.keys):
            raise Refusal(f"{before.label} has these keys already.")
        actor = speaker.person
        event = outcome_keys.set_keys(session, before, after, actor.id, now)
        details = {"from": len(before.keys), "to": len(after.keys)}
        audit.record(session, actor.id, "outcome.keys_changed", after.label, details, now)
        return OutcomeMoved(after, Told(event, actor))
