"""The made-up teams' budgets: terms, a few months of base grants, and requests in every stage."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.demo.organisation import DemoTeam, Organisation
from bot.demo.seed import Speakers
from bot.flows import budget_moves, budget_requests, budget_setup
from bot.flows.budget_sweep import sweep_base_grants
from bot.flows.people import Speaker
from messages.metadata import FormContext
from policies.amounts import Amount, BudgetUnit
from policies.budget_requests import RequestDraft, TermsDraft
from policies.budgets import BudgetPeriod
from policies.outcomes import Outcome, local_day_of
from storage import outcomes
from storage.database import Database

MONTHS: Final = 3
BASE: Final = 12_000_000
AUTO_APPROVE: Final = 500_000
TO_SPARE: Final = 5_000_000
"""What a team's pool holds for each member beside the base."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """Somebody asking for more, a while before the demo begins, and what a lead then does."""

    amount: int
    days: int
    reason: str
    hours_ago: int
    then: Callable[[Database, datetime, Speaker, int], object] | None = None


def _counter(database: Database, now: datetime, lead: Speaker, request_id: int) -> None:
    offer = Amount(3_000_000, BudgetUnit.TOKENS)
    budget_requests.counter(database, now, lead, request_id, offer, None, "Start with half of it.")


WISHES: Final = (
    _Wish(6_000_000, 5, "the load test has to run again", 3),
    _Wish(4_000_000, 9, "two more services to migrate", 26, budget_requests.approve),
    _Wish(6_000_000, 7, "a second opinion on each case", 20, _counter),
    _Wish(400_000, 3, "one more review round", 28),
)


def seed_budgets(
    database: Database, organisation: Organisation, speakers: Speakers, now: datetime
) -> int:
    """Set every team's terms some months back, and live on from there; returns how many requests there are."""
    asked = 0
    for team in organisation.teams:
        lead = next(speakers[member] for member in team.members if member.lead)
        others = [speakers[member] for member in team.members if not member.lead]
        _set_terms(database, team, lead, _month_starts(team, now)[0])
        asked += _ask(database, lead, others, now)
    for month in sorted({one for team in organisation.teams for one in _month_starts(team, now)}):
        sweep_base_grants(database, month)
    return asked


def _month_starts(team: DemoTeam, now: datetime) -> list[datetime]:
    """The mornings on which the team's last months began, oldest first."""
    firsts: list[date] = []
    day = local_day_of(now, team.zone)
    for _ in range(MONTHS):
        firsts.append(BudgetPeriod.MONTH.containing(day).first)
        day = firsts[-1] - timedelta(days=1)
    return [datetime.combine(first, time(0, 30), team.zone) for first in reversed(firsts)]


def _set_terms(database: Database, team: DemoTeam, lead: Speaker, at: datetime) -> None:
    def tokens(count: int) -> Amount:
        return Amount(count, BudgetUnit.TOKENS)

    draft = TermsDraft(
        unit=BudgetUnit.TOKENS,
        period=BudgetPeriod.MONTH,
        base=tokens(BASE),
        pool=tokens((BASE + TO_SPARE) * len(team.members)),
        auto_approve=tokens(AUTO_APPROVE),
    )
    context = FormContext(channel_id=team.channel_id, team_id=lead.team.id)
    budget_setup.set_terms(database, at, lead, context, draft)


def _ask(database: Database, lead: Speaker, others: Sequence[Speaker], now: datetime) -> int:
    """Let members with open work ask, each for their own outcome; the first sets some aside for it."""
    with database.reading() as session:
        work = {one.person.id: outcomes.open_outcomes_of(session, one.person.id) for one in others}
    busy = [(one, work[one.person.id][0]) for one in others if work[one.person.id]]
    for (speaker, outcome), wish in zip(busy, WISHES, strict=False):
        _wish(database, lead, speaker, outcome, wish, now)
    for speaker, outcome in busy[:1]:
        amount = Amount(4_000_000, BudgetUnit.TOKENS)
        budget_moves.earmark(database, now, speaker, outcome.id, amount)
    return min(len(busy), len(WISHES))


def _wish(
    database: Database,
    lead: Speaker,
    speaker: Speaker,
    outcome: Outcome,
    wish: _Wish,
    now: datetime,
) -> None:
    at = now - timedelta(hours=wish.hours_ago)
    until = local_day_of(now, speaker.zone) + timedelta(days=wish.days)
    amount = Amount(wish.amount, BudgetUnit.TOKENS)
    draft = RequestDraft(amount, until, outcome.id, wish.reason)
    asked = budget_requests.request(database, at, speaker, draft).request
    if wish.then is not None:
        wish.then(database, at + timedelta(hours=1), lead, asked.id)
