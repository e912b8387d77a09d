"""Linking one's own usage to an outcome afterwards: by its key, or day by day."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.flows.focus import teams_open_outcome
from bot.flows.outcome_steps import attempts_audited, outcome_for
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages.pages.attribution import Linked
from policies.linking import DAYS_BACK, LinkGroup, groups_of, read_link_value
from policies.outcomes import MAX_KEYS, Outcome, local_day_of
from policies.standing import Verb
from storage import attribution, audit, focus, outcome_keys, outcomes, rollups
from storage.database import Database


def link(database: Database, now: datetime, speaker: Speaker, value: str) -> Linked:
    """Link a group of the speaker's own usage to an open outcome of their team.

    `value` is what the button or option carries. It names a group, and one that is not among the
    speaker's own is not found: nobody links, or learns of, what somebody else used. A key takes the
    usage of everybody that carries it, so it is for who may set the outcome's keys; what a day
    leaves over is the speaker's own, and goes to a team mate's outcome too.
    """
    wanted = read_link_value(value)
    if wanted is None:
        raise Refusal("This button no longer works.", "Ask for your own view again.")
    ref, outcome_id = wanted
    person_id = speaker.person.id
    audited = attempts_audited(database, now, speaker, outcome_id)
    with audited, database.writing() as session:
        seen = teams_open_outcome(session, speaker, outcome_id)
        attribution.hold_team(session, seen.team_id)
        outcomes.hold(session, [outcome_id])
        outcome = teams_open_outcome(session, speaker, outcome_id)
        group = _own_group(session, now, person_id, ref)
        before = attribution.tokens_of_person(session, person_id, outcome.id)
        if group.key is not None:
            outcome_for(session, speaker, outcome_id, Verb.SET_KEYS)
        details = _link(session, now, person_id, group, outcome)
        after = attribution.tokens_of_person(session, person_id, outcome.id)
        audit.record(session, person_id, "usage.linked", outcome.label, details, now)
    return Linked(outcome, group, after - before)


def unlinked_of(session: Session, person_id: int, now: datetime) -> tuple[LinkGroup, ...]:
    """What the person used in the last two weeks that counts for no outcome; for this person alone."""
    first, last = _days_of(session, person_id, now)
    return groups_of(attribution.unattributed_of(session, person_id, first, last))


def _link(
    session: Session, now: datetime, person_id: int, group: LinkGroup, outcome: Outcome
) -> dict[str, str | int]:
    """Do it; returns what the audit keeps of it: kinds and numbers, no text of anybody's."""
    if group.key is None:
        focus.add_window(session, person_id, outcome.id, group.days[0], now)
        return {"by": "day", "days": 1}
    if len(outcome.keys) >= MAX_KEYS:
        raise Refusal(
            f"{outcome.label} has {MAX_KEYS} keys already, and no more fit.",
            "Declare another outcome, and link this usage to that one.",
        )
    linked = outcome.with_keys((*outcome.keys, group.key))
    outcome_keys.set_keys(session, outcome, linked, person_id, now)
    return {"by": group.key.kind.value, "days": len(group.days)}


def _own_group(session: Session, now: datetime, person_id: int, ref: str) -> LinkGroup:
    for group in unlinked_of(session, person_id, now):
        if group.ref == ref:
            return group
    raise Refusal(
        f"That usage is linked already, or it is older than {DAYS_BACK} days.",
        "Ask for your own view again to see what is left.",
    )


def _days_of(session: Session, person_id: int, now: datetime) -> tuple[date, date]:
    """The first and the last of the days, in the zone in which the person's days begin."""
    zone = rollups.zones_by_person(session, {person_id})[person_id]
    today = local_day_of(now, zone)
    return today - timedelta(days=DAYS_BACK - 1), today
