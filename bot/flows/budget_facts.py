"""What rules know of people's budgets, of whoever used anything in the week: as of a moment.

What was granted or voided later counts for nothing yet, nor does what was used later that day. Days
before are as the ledger has them: usage of theirs that arrived after the moment counts too.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement
from sqlmodel import Session

from bot.flows.ledgers import Ledger, ledgers_of
from policies.budgets import BudgetTerms, Spend
from policies.rules.facts import FactValue
from storage import budgets, spends
from storage.facts.engineer_weeks import spends_today
from storage.facts.homes import Homes
from storage.facts.windows import RunningWeek


@dataclass(frozen=True, slots=True)
class BudgetFacts:
    """One person's budget. `chance` is None without a budget, or with too few days to tell."""

    chance: float | None
    used_share: float
    is_used_up: bool
    days_left: int

    @classmethod
    def of(cls, ledger: Ledger) -> "BudgetFacts":
        """The facts of a ledger."""
        balance = ledger.balance
        if not balance.is_granted_anything:
            return NO_BUDGET
        granted = balance.granted
        return cls(
            ledger.forecast().chance,
            (balance.used - balance.over) / granted if granted else 1.0,
            balance.left == 0,
            (balance.period.last - balance.day).days + 1,
        )

    def facts(self) -> dict[str, FactValue]:
        """Every `budget.…` fact."""
        return {
            "budget.known": self.chance is not None,
            "budget.chance_used_up": self.chance or 0.0,
            "budget.used_share": self.used_share,
            "budget.is_used_up": self.is_used_up,
            "budget.days_left": self.days_left,
        }


NO_BUDGET: Final = BudgetFacts(None, 0.0, is_used_up=False, days_left=0)


def budget_facts(
    session: Session,
    as_of: datetime,
    homes: Homes,
    week: RunningWeek,
    known: ColumnElement[bool],
) -> dict[int, BudgetFacts]:
    """By person of these homes who used anything in the week, where their team keeps budgets."""
    terms_by_team = {one.team_id: one for one in budgets.all_terms(session)}
    active = spends.users_between(session, homes.ids, week.days[0][0], week.today)
    people = _by_team(homes, active, terms_by_team)
    today = {
        unit: spends_today(session, homes, as_of, known, unit)
        for unit in {terms_by_team[team_id].unit for team_id in people}
    }
    found: dict[int, BudgetFacts] = {}
    for team_id, person_ids in sorted(people.items()):
        terms = terms_by_team[team_id]
        ledgers = _ledgers(session, as_of, terms, person_ids, week, today[terms.unit])
        found |= {ledger.person_id: BudgetFacts.of(ledger) for ledger in ledgers}
    return found


def _by_team(homes: Homes, active: Iterable[int], terms: Collection[int]) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for person_id in sorted(active):
        team_id = homes.teams.get(person_id)
        if team_id is not None and team_id in terms:
            found[team_id].append(person_id)
    return dict(found)


def _ledgers(
    session: Session,
    as_of: datetime,
    terms: BudgetTerms,
    person_ids: Collection[int],
    week: RunningWeek,
    today: Mapping[int, Sequence[Spend]],
) -> list[Ledger]:
    """The ledgers of a team's people as they were at the moment."""
    held = ledgers_of(session, terms, person_ids, week.today)
    return [one.as_of(as_of, today.get(one.person_id, ())) for one in held.values()]
