"""Examples of the week of all teams."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from messages.pages.base import Page
from messages.pages.company import TEAMS_A_PAGE, Company
from policies.company import (
    CompanyDigest,
    CompanyTeam,
    CompanyWeek,
    outcomes_together,
    rest_as_closed,
    shown_together,
    usual_of,
)
from policies.metrics import OutcomeCounts, PersonWeek, TeamWeek, WeekSums, team_week
from policies.periods import IsoWeek
from policies.privacy import GroupRule, kept_back

Typed = Callable[[str], str]

WEEK = IsoWeek(2026, 47)
RULE = GroupRule()
NOT_YET = "its digest has not shown this week yet"


def week_of(people: int, verified: int, week: IsoWeek = WEEK, scale: int = 1) -> TeamWeek:
    usage = [PersonWeek(n, 40_000_000 * scale, Decimal(160 * scale)) for n in range(people)]
    counts = OutcomeCounts(verified + 2, verified + 1, verified)
    return team_week(week, counts, usage, RULE)


def teams(typed: Typed) -> tuple[CompanyTeam, ...]:
    late = week_of(6, 3)
    return (
        CompanyTeam(typed("Checkout"), week_of(6, 9)),
        CompanyTeam(typed("Data platform"), week_of(12, 0)),
        CompanyTeam(typed("Identity"), week_of(3, 4)),
        CompanyTeam(
            typed("Mobile"),
            TeamWeek(WEEK, late.outcomes, late.contributors, kept_back(NOT_YET)),
            is_open=True,
        ),
        CompanyTeam(typed("Payments"), week_of(6, 11)),
        CompanyTeam(typed("Quality"), week_of(0, 1)),
        CompanyTeam(typed("Search"), week_of(4, 2)),
    )


def company_week(lines: tuple[CompanyTeam, ...], week: IsoWeek = WEEK) -> CompanyWeek:
    weeks = [line.week for line in lines]
    return CompanyWeek(week, outcomes_together(w.outcomes for w in weeks), shown_together(weeks))


def company(typed: Typed, lines: tuple[CompanyTeam, ...]) -> CompanyDigest:
    history = tuple(
        company_week((CompanyTeam("", week_of(22 + n % 3, 17 + n % 4, week)),), week)
        for n, week in enumerate(WEEK.plus(-1).last(9))
    )
    this_week = company_week(lines)
    usual = usual_of(history, this_week, Random(1))
    return CompanyDigest(this_week, history, lines, len(lines), usual)


def with_rest(digest: CompanyDigest) -> CompanyDigest:
    sums = WeekSums(7, 280_000_000, Decimal(1120), None)
    week = digest.this_week
    told = CompanyWeek(week.week, week.outcomes, week.shown, rest_as_closed(sums, 2, 6, RULE))
    return replace(digest, this_week=told)


def company_pages(typed: Typed) -> dict[str, Page]:
    some = company(typed, teams(typed))
    many = tuple(
        CompanyTeam(typed(f"Team {n:04}"), week_of(6, n % 7)) for n in range(3 * TEAMS_A_PAGE)
    )
    first, *_, last = some.teams
    chosen = CompanyDigest(
        company_week((last, first)),
        (),
        (last, first),
        len(some.teams),
        chosen=True,
        unknown=(typed("Serach"),),
    )
    none = CompanyDigest(company_week(()), (), (), 0)
    return {
        "company": Company(some),
        "company_with_rest": Company(with_rest(some)),
        "company_of_many": Company(company(typed, many), number=2),
        "company_chosen": Company(chosen),
        "company_none": Company(none),
    }
