"""What holds for a team's budgets: the form, and what a change of terms does to the running period."""

import hashlib
from datetime import datetime

from sqlmodel import Session

from bot.flows.allowances import come_to, ensure_base_grants
from bot.flows.budget_rights import Desk, granted_from_pool, refusals_audited, roster_to_lead
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from messages import wording
from messages.metadata import FormContext
from messages.pages.budget_forms import BudgetSetupForm
from messages.pages.budgets import TermsSet
from policies.amounts import Amount, as_typed
from policies.budget_requests import TermsDraft
from policies.budgets import BudgetTerms
from policies.outcomes import local_day_of
from storage import audit, budgets, people
from storage.database import Database

CHANGED = "The team's terms were changed."


def setup_form(
    database: Database, now: datetime, speaker: Speaker, channel_id: str | None
) -> BudgetSetupForm:
    """The form for the team's terms, filled with what holds; for its leads."""
    subject = f"team:{speaker.team.id}"
    with refusals_audited(database, now, speaker, subject), database.reading() as session:
        roster = roster_to_lead(session, speaker)
        terms = budgets.terms_of(session, roster.team.id)
    context = FormContext(channel_id=channel_id, team_id=roster.team.id, terms=_mark(terms))
    if terms is None:
        return BudgetSetupForm(context, roster.team.name)
    return BudgetSetupForm(
        context=context,
        team_name=roster.team.name,
        unit=terms.unit,
        period=terms.period,
        base=_typed(terms.base, terms),
        pool=_typed(terms.pool, terms),
        auto_approve=_typed(terms.auto_approve, terms),
    )


def set_terms(
    database: Database, now: datetime, speaker: Speaker, context: FormContext, draft: TermsDraft
) -> TermsSet:
    """Let these terms hold from today on; the running period's base grants come to them.

    The team's id comes from the form and is user input: it has to be the team that the speaker leads
    and means.
    """
    subject = f"team:{context.team_id or 0}"
    with refusals_audited(database, now, speaker, subject), database.writing() as session:
        roster = roster_to_lead(session, speaker)
        if context.team_id != roster.team.id:
            raise NotYours("This form is about another team.", "Open it again in its channel.")
        before = budgets.hold_first_terms(session, roster.team.id)
        if context.terms not in {None, _mark(before)}:
            raise Refusal(
                "Somebody else has set other terms since you opened this form.",
                "Open it again with “/budget setup”.",
            )
        terms = _terms(roster.team.id, draft)
        desk = Desk(roster, terms, local_day_of(now, roster.team.zone))
        at_home = people.home_members_of(session, roster.team.id)
        budgets.save_terms(session, terms)
        ensure_base_grants(session, desk, now)
        if before is not None:
            _apply(session, before, desk, speaker, now)
        _require_room(session, desk)
        audit.record(
            session,
            speaker.person.id,
            "budget.terms_set",
            subject,
            {
                "unit": terms.unit.value,
                "period": terms.period.value,
                "base": terms.base,
                "pool": terms.pool or 0,
                "auto_approve": terms.auto_approve,
            },
            now,
        )
        return TermsSet(roster.team, terms, len(at_home))


def _mark(terms: BudgetTerms | None) -> str:
    """What tells these terms from others."""
    return hashlib.sha256(repr(terms).encode()).hexdigest()[:16]


def _terms(team_id: int, draft: TermsDraft) -> BudgetTerms:
    amounts = (draft.base, draft.pool, draft.auto_approve)
    if any(one is not None and one.unit is not draft.unit for one in amounts):
        raise Refusal(
            "The amounts are not all in the unit that was chosen.",
            "Write tokens as 40M, or US dollars as $50, and choose that unit.",
        )
    return BudgetTerms(
        team_id=team_id,
        unit=draft.unit,
        period=draft.period,
        base=draft.base.value,
        pool=draft.pool.value if draft.pool else None,
        auto_approve=draft.auto_approve.value if draft.auto_approve else 0,
    )


def _apply(
    session: Session, before: BudgetTerms, desk: Desk, speaker: Speaker, now: datetime
) -> None:
    """Make what runs already come to the new terms; grants in another unit end today."""
    at_home = people.home_members_of(session, desk.team_id)
    actor_id = speaker.person.id
    own = budgets.allowances_of(session, desk.team_id)
    if before.unit is not desk.terms.unit:
        _end_all(session, before, desk, actor_id, now)
        own = {}
    for person_id in sorted(at_home):
        was = own[person_id].base if person_id in own else before.base
        wanted = own[person_id].base if person_id in own else desk.terms.base
        is_same = (before.unit, before.period, was) == (desk.terms.unit, desk.terms.period, wanted)
        if not is_same:
            come_to(session, desk, person_id, wanted, None, now)


def _end_all(
    session: Session, before: BudgetTerms, desk: Desk, actor_id: int, now: datetime
) -> None:
    """Void what anybody holds in the old unit, and forget the allowances that were in it."""
    holders = budgets.holders_on(session, desk.team_id, before.unit, desk.today)
    for grants in budgets.grants_of(session, desk.team_id, holders, before.unit).values():
        for one in grants:
            if one.last_day is None or one.last_day >= desk.today:
                budgets.void(session, one.id, desk.today, actor_id, CHANGED, now)
    for person_id in budgets.allowances_of(session, desk.team_id):
        budgets.save_allowance(session, desk.team_id, person_id, None)


def _require_room(session: Session, desk: Desk) -> None:
    """Refuse, and so undo, a pool that is smaller than what is granted already."""
    granted = granted_from_pool(session, desk)
    if desk.terms.pool is not None and granted > desk.terms.pool:
        raise Refusal(
            f"The pool of {wording.budget(desk.amount(desk.terms.pool))} is less than what is "
            f"granted for this period already: {wording.budget(desk.amount(granted))}.",
            "Make the pool larger, or the base allowance smaller.",
        )


def _typed(value: int | None, terms: BudgetTerms) -> str:
    return as_typed(Amount(value, terms.unit)) if value else ""
