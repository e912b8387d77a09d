"""Who may do what with budgets. Asked at every command, button and form, in the transaction itself."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.attempts import attempts_noted
from bot.flows.people import Introduction, Speaker
from bot.flows.refusals import NotYours, Refusal
from messages import wording
from policies.amounts import Amount, BudgetUnit
from policies.budget_requests import RequestDraft
from policies.budgets import BudgetTerms, PeriodDays
from policies.outcomes import OPEN_STATES, Outcome, local_day_of, outcome_label
from policies.people import Person, Roster
from storage import budgets, outcomes, people
from storage.database import Database

REFUSED: Final = "budget.refused"
LONGEST: Final = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Desk:
    """A team whose budgets are being changed: its people, its terms, and which days it is about."""

    roster: Roster
    terms: BudgetTerms
    today: date

    @property
    def period(self) -> PeriodDays:
        """The running period."""
        return self.terms.period.containing(self.today)

    @property
    def team_id(self) -> int:
        """The team's id."""
        return self.roster.team.id

    def amount(self, value: int) -> Amount:
        """So much in the team's unit."""
        return Amount(value, self.terms.unit)


def refusals_audited(
    database: Database, now: datetime, speaker: Speaker, subject: str
) -> AbstractContextManager[None]:
    """Note it when somebody reaches for what is not theirs: the attempt itself changes nothing."""
    team = {"team": speaker.roster.team.id} if speaker.roster else {}
    return attempts_noted(database, now, speaker, REFUSED, subject, team)


def leads(speaker: Speaker, roster: Roster) -> bool:
    """Whether they act as a lead of the team: its leads, and admins of its own workspace."""
    return speaker.may_lead(roster)


def desk_to_lead(session: Session, now: datetime, speaker: Speaker) -> Desk:
    """The speaker's team, held, for one of its leads; NotYours for anybody else."""
    roster = roster_to_lead(session, speaker)
    return _desk(session, now, speaker, roster)


def desk_of_member(session: Session, now: datetime, speaker: Speaker) -> Desk:
    """The speaker's team, held, for one of its people who hold budgets of it."""
    desk = desk_of_anybody_in_it(session, now, speaker)
    require_own_budget(session, desk.roster, speaker)
    return desk


def desk_of_anybody_in_it(session: Session, now: datetime, speaker: Speaker) -> Desk:
    """The speaker's team, held, for one of its people or of its leads who are at home elsewhere."""
    roster = current_roster(session, speaker)
    _require_in_it(roster, speaker)
    return _desk(session, now, speaker, roster)


def require_own_budget(session: Session, roster: Roster, speaker: Speaker) -> None:
    """Refuse who holds no budget of the team: who leads it and is at home elsewhere has theirs there.

    What a person uses is charged to one team, and so to one budget.
    """
    _require_in_it(roster, speaker)
    home = people.home_team_of(session, speaker.person.id)
    if home is None:
        raise Refusal(
            f"You lead {roster.team.name}, and are in no team as one who works there.",
            "Add yourself to its people in its set-up to have a budget in it.",
        )
    if home.id != roster.team.id:
        raise Refusal(
            f"Your budget is in {home.name}: you lead {roster.team.name}, and hold none in it.",
            f"Ask in the channel of {home.name}.",
        )


def desk_of_team(session: Session, now: datetime, speaker: Speaker, team_id: int) -> Desk | None:
    """Any team, held; None where there is none. The caller asks who the speaker is to it."""
    roster = people.roster_of(session, team_id)
    return _desk(session, now, speaker, roster) if roster else None


def current_roster(session: Session, speaker: Speaker) -> Roster:
    """The speaker's team as it is in this transaction."""
    roster = people.roster_of(session, speaker.team.id)
    if roster is None:
        raise Refusal("Your team is gone.")
    return roster


def roster_to_lead(session: Session, speaker: Speaker) -> Roster:
    """The same, for one of its leads; NotYours for anybody else."""
    roster = current_roster(session, speaker)
    if not leads(speaker, roster):
        names = ", ".join(lead.name for lead in roster.leads)
        raise NotYours(
            f"Only leads of {roster.team.name} do that.",
            f"Ask {names}." if names else "Ask an admin of the workspace.",
        )
    return roster


def desk_unasked(
    session: Session, now: datetime, team_id: int, *, held: bool = False
) -> Desk | None:
    """A team's budgets for the program itself; None where it keeps none."""
    roster = people.roster_of(session, team_id)
    read = budgets.hold_terms if held else budgets.terms_of
    terms = read(session, team_id) if roster else None
    if roster is None or terms is None:
        return None
    return Desk(roster, terms, local_day_of(now, roster.team.zone))


def require_terms(terms: BudgetTerms | None, speaker: Speaker, roster: Roster) -> BudgetTerms:
    """The terms; a Refusal that says what to do first while there are none."""
    if terms is None:
        raise Refusal(
            f"{roster.team.name} keeps no budgets yet.",
            "Set them up with “/budget setup”."
            if leads(speaker, roster)
            else "Ask a lead to set them up with “/budget setup”.",
        )
    return terms


def member_meant(session: Session, desk: Desk, whom: Introduction) -> Person:
    """The person with a budget in the team who was mentioned; NotYours for people of other teams."""
    person = people.find_person_by_slack(session, whom.identity)
    if person is None or not desk.roster.is_member(person.id):
        raise NotYours(
            f"{whom.name} is not in {desk.roster.team.name}.",
            "Mention somebody of the team; its set-up says who that is.",
        )
    if person.id not in people.home_members_of(session, desk.team_id):
        home = people.home_team_of(session, person.id)
        raise Refusal(
            f"{person.name} leads {desk.roster.team.name}, and holds no budget in it.",
            f"A lead of {home.name} can grant it there." if home else "",
        )
    return person


def pool_left(session: Session, desk: Desk) -> Amount | None:
    """What may still be granted to the team in the running period; None without a limit."""
    if desk.terms.pool is None:
        return None
    return desk.amount(max(0, desk.terms.pool - granted_from_pool(session, desk)))


def granted_from_pool(session: Session, desk: Desk) -> int:
    """What was granted to the team for the running period: allowances in force, and what is beside them.

    It follows from what leads granted alone, so that no usage can be told from it.
    """
    own = budgets.allowances_of(session, desk.team_id)
    given = budgets.with_base_grant(session, desk.team_id, desk.period.first)
    base = sum(own[one].base if one in own else desk.terms.base for one in given)
    return base + budgets.extra_granted_in(session, desk.team_id, desk.terms.unit, desk.period)


def require_pool(session: Session, desk: Desk, amount: int) -> None:
    """Refuse what is more than the pool has left; an exact fit is none."""
    left = pool_left(session, desk)
    if left is not None and amount > left.value:
        raise Refusal(
            f"The pool of {desk.roster.team.name} has {wording.budget(left)} left until "
            f"{wording.day(desk.period.last, desk.today)}, and this takes {wording.budget(desk.amount(amount))}.",
            "Grant less, or raise the pool with “/budget setup”.",
        )


def require_sound(session: Session, desk: Desk, draft: RequestDraft) -> None:
    """Refuse a draft in one reply that names each thing that is wrong with it."""
    outcome_ids = [draft.outcome_id] if draft.outcome_id is not None else []
    problems = list(problems_of(session, desk, [draft.amount], outcome_ids))
    if draft.last_day is not None and draft.last_day < desk.today:
        problems.append(f"{draft.last_day} is past.")
    if draft.last_day is not None and draft.last_day > desk.today + LONGEST:
        problems.append(f"{draft.last_day} is more than a year away.")
    if problems:
        raise Refusal(" ".join(problems), "Try: /budget request 15M until Fri for O-12")


def problems_of(
    session: Session, desk: Desk, amounts: Sequence[Amount], outcome_ids: Sequence[int]
) -> Iterator[str]:
    """Whole sentences about amounts in the other unit, and outcomes that are not the team's or not open."""
    if any(amount.unit is not desk.terms.unit for amount in amounts):
        yield wrong_unit(desk)
    for outcome_id in outcome_ids:
        outcome = outcomes.outcome_of(session, outcome_id)
        if outcome is None or outcome.team_id != desk.team_id:
            yield f"{desk.roster.team.name} has no outcome {outcome_label(outcome_id)}."
        elif outcome.state not in OPEN_STATES:
            yield f"{outcome.label} is {outcome.state} already."


def wrong_unit(desk: Desk) -> str:
    """What to write instead of the other unit."""
    name = desk.roster.team.name
    if desk.terms.unit is BudgetUnit.TOKENS:
        return f"{name} reckons in tokens: write 40M, not dollars."
    return f"{name} reckons in US dollars: write $50, not tokens."


def outcome_meant(session: Session, desk: Desk, outcome_id: int | None) -> Outcome | None:
    """The team's outcome with this id; None for none, or another team's."""
    outcome = outcomes.outcome_of(session, outcome_id) if outcome_id is not None else None
    return outcome if outcome is not None and outcome.team_id == desk.team_id else None


def _require_in_it(roster: Roster, speaker: Speaker) -> None:
    if not roster.is_member(speaker.person.id):
        raise NotYours(
            f"You are not in {roster.team.name}.", "Ask a lead to add you in its set-up."
        )


def _desk(session: Session, now: datetime, speaker: Speaker, roster: Roster) -> Desk:
    terms = require_terms(budgets.hold_terms(session, roster.team.id), speaker, roster)
    return Desk(roster, terms, local_day_of(now, roster.team.zone))
