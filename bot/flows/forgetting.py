"""Forgetting the speaker: said beforehand what goes and what stays, then done in one transaction."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows import budget_notices
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages.metadata import FormContext
from messages.pages.privacy import ForgetForm, ForgottenNow
from policies.budget_requests import UNDECIDED, BudgetRequest
from policies.people import Person
from policies.personal_data import Forgotten
from storage import audit, budget_requests, budgets, forgetting, outcomes, people, personal_data
from storage.database import Database

FORGOTTEN: Final = "privacy.forgotten"
LOOKED_AFTER: Final = timedelta(days=2)
"""How long what a pass or an import had in hand may still arrive about somebody who was forgotten."""


def forget_form(database: Database, speaker: Speaker, channel_id: str | None) -> ForgetForm:
    """What would go and what would stay, to be confirmed."""
    person_id = speaker.person.id
    with database.reading() as session:
        return ForgetForm(
            context=FormContext(channel_id),
            kept=tuple(personal_data.kept_about(session, person_id)),
            open_outcomes=len(outcomes.open_outcomes_of(session, person_id)),
            waiting=len(budget_requests.all_undecided_of(session, person_id)),
            only_lead_of=tuple(_only_lead_of(session, person_id)),
        )


def forget_me(database: Database, now: datetime, speaker: Speaker) -> ForgottenNow:
    """Delete what is kept about the speaker; whose it is follows from who asks alone."""
    done = forget(database, now, speaker.person, speaker.person.id)
    if done is None:
        raise Refusal("There is nothing about you to delete.")
    return ForgottenNow(done)


def forget(
    database: Database, now: datetime, person: Person, actor_id: int | None
) -> Forgotten | None:
    """Forget somebody: all of it or, killed at any moment, nothing; None where they are gone already.

    `actor_id` is None for the operator. Requests that wait are withdrawn, so that no lead decides
    about nobody.
    """
    with database.writing() as session:
        waiting = budget_requests.all_undecided_of(session, person.id)
        _withdraw(session, waiting, now)
        done = forgetting.forget(session, person.id, now)
        if done is not None:
            details = {kind.value: rows for kind, rows in done.deleted.items()}
            subject = personal_data.subject_of(person.id)
            audit.record(session, actor_id, FORGOTTEN, subject, details, now)
        return done


def sweep_forgotten(database: Database, now: datetime) -> int:
    """Delete what was under way while somebody was forgotten and was stored after; how many people."""
    with database.reading() as session:
        recent = forgetting.forgotten_since(session, now - LOOKED_AFTER)
        left = [one for one in recent if forgetting.has_rows(session, one)]
    for person_id in left:
        with database.writing() as session:
            forgetting.delete_rows(session, person_id)
    return len(left)


def _withdraw(session: Session, waiting: Iterable[BudgetRequest], now: datetime) -> None:
    for asked in waiting:
        budgets.hold_terms(session, asked.team_id)
        current = budget_requests.request_of(session, asked.id)
        if current is None or current.state not in UNDECIDED:
            continue
        after = current.withdraw(current.person_id)
        if budget_requests.save_decision(session, current, after):
            budget_notices.tell_of_decision(session, after, now)


def _only_lead_of(session: Session, person_id: int) -> Iterable[str]:
    for team in people.teams_led_by(session, person_id):
        roster = people.roster_of(session, team.id)
        if roster is not None and [lead.id for lead in roster.leads] == [person_id]:
            yield team.name
