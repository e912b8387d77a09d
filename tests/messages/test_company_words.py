"""What the week of all teams says where there is no cost to tell."""

from decimal import Decimal

import pytest

from messages.company_words import team_line, words_of_company
from messages.wording import usd
from policies.company import CompanyDigest, CompanyTeam, company_json
from policies.metrics import OutcomeCounts, PersonWeek, team_week
from tests.messages.company_examples import RULE, WEEK, company_week


def one_team(cost: Decimal, unpriced: int, verified: int, explored: int = 0) -> CompanyTeam:
    usage = [PersonWeek(n, 40_000_000, cost, unpriced) for n in range(6)]
    counts = OutcomeCounts(verified, verified, verified, explored)
    return CompanyTeam("Payments", team_week(WEEK, counts, usage, RULE))


@pytest.mark.parametrize(
    ("team", "said"),
    [
        (one_team(Decimal(0), 40_000_000, 8), "not known"),
        (one_team(Decimal(160), 0, 0), "none verified"),
        (one_team(Decimal(160), 0, 1, explored=1), "only exploration"),
        (one_team(Decimal(160), 0, 8), usd(Decimal(120))),
    ],
    ids=["no price is known", "nothing verified", "only exploration", "a cost"],
)
def test_a_team_s_cost_per_outcome_or_why_there_is_none(team: CompanyTeam, said: str) -> None:
    assert team_line(team).cost == said


def test_outcomes_at_unknown_prices_do_not_cost_nothing() -> None:
    team = one_team(Decimal(0), 40_000_000, 8)
    digest = CompanyDigest(company_week((team,)), (), (team,), 1)
    *_, cost = words_of_company(digest).figures
    assert (cost.value, cost.against) == ("not known", "no price is known for what was used")
    together = company_json(digest)["together"]
    assert isinstance(together, dict)
    assert together["cost_per_verified_outcome_usd"] is None
