"""Counts of many weeks, and of many teams, are those of one team's week by itself."""

from datetime import timedelta

import pytest

from bot.flows import outcomes as flows
from bot.flows.digest import shown_digest_of
from policies.periods import IsoWeek
from storage import outcomes, team_weeks
from storage.database import Database
from storage.outcome_counts import counts_by_team, counts_by_week
from tests.bot.facts import DIGEST_TERMS
from tests.bot.seeded import (
    LAST_WEEK,
    MONDAY,
    introduce,
    payments,
    twelve_weeks_of_usage,
    verified_outcome,
)

WEEK = IsoWeek(2026, 46)
WEEKS = list(WEEK.plus(1).last(4))


@pytest.mark.parametrize("is_fixed", [False, True], ids=["open", "fixed before the last revert"])
def test_counts_of_weeks_and_of_teams_are_those_of_each_week(
    database: Database, is_fixed: bool
) -> None:
    team = payments(database)
    ids = [
        verified_outcome(database, f"Number {n}", at=LAST_WEEK - timedelta(weeks=n % 3))
        for n in range(6)
    ]
    ben = introduce(database, "ben")
    flows.revert(database, MONDAY - timedelta(minutes=5), ben, ids[0], "it broke")
    if is_fixed:
        twelve_weeks_of_usage(database)
        shown_digest_of(database, MONDAY, team, WEEK, DIGEST_TERMS)
    flows.revert(database, MONDAY + timedelta(minutes=5), ben, ids[3], "it broke too")
    with database.reading() as session:
        closed = team_weeks.closed_weeks(session, team.id, WEEKS)
        assert bool(closed) is is_fixed
        known_at = {week: one.closed_at for week, one in closed.items()}
        each = {
            week: outcomes.counts_between(
                session, team.id, *week.bounds(team.zone), known_at.get(week)
            )
            for week in WEEKS
        }
        assert counts_by_week(session, team.id, WEEKS, team.zone, known_at) == each
        for week, counts in each.items():
            found = counts_by_team(session, [team.id], week, team.zone)
            assert (
                found.get(team.id, counts_by_week(session, 0, [week], team.zone, {})[week])
                == counts
            )
    assert each[WEEK].verified == (1 if is_fixed else 0)
