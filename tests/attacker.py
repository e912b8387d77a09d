"""The attacker of the privacy tests: a lead who sets teams up, lets people use tokens, and looks.

They know everybody's usage but one person's. Everything runs through the real flows.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.flows import digest, teams
from bot.flows.people import Introduction, Speaker, recognise
from bot.flows.teams import TeamChannel
from bot.intents.forms import SetUp
from policies.digest import digest_json
from policies.people import SlackIdentity, Weekday
from policies.periods import IsoWeek
from policies.privacy import GroupRule
from policies.usage import microseconds
from storage import people
from storage.database import Database
from storage.deliveries import Claim
from storage.usage import store_usage
from tests.bot.facts import DIGEST_TERMS
from tests.storage.records import usage_record

RULE = GroupRule()
MONDAY = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
WEEK = IsoWeek(2026, 46)
IN_WEEK = datetime(2026, 11, 11, 12, tzinfo=UTC)
ALL = ("ana", "ben", "chi", "dee", "eli", "fay")
SUMS = ("tokens", "cost_list_usd", "tokens_unpriced", "unattributed_share")
Figures = Mapping[str, Any]


def introduction(name: str) -> Introduction:
    identity = SlackIdentity("", "T1", f"U0{name.upper()}")
    return Introduction(identity, name.capitalize(), f"{name}@example.com", "UTC")


def speaker(database: Database, name: str, channel: str = "C1") -> Speaker:
    return recognise(database, introduction(name), channel)


def person_id(database: Database, name: str) -> int:
    return speaker(database, name).person.id


def set_up(
    database: Database,
    *names: str,
    channel: str = "C1",
    lead: str = "ana",
    now: datetime = MONDAY,
    zone: str = "UTC",
) -> None:
    ids = tuple(f"U0{name.upper()}" for name in names)
    wanted = SetUp(f"Team {channel}", (f"U0{lead.upper()}",), ids, zone, Weekday.MONDAY, 8, 0)
    known = [introduction(name) for name in {lead, *names}]
    place = TeamChannel("T1", channel, channel)
    teams.set_up(database, now, speaker(database, lead, channel), place, wanted, known)


def use(
    database: Database, name: str, key: str, tokens: int, at: datetime = IN_WEEK, **changes: object
) -> None:
    """Usage of one person that arrives now; its cost follows the tokens."""
    plain = {"input_uncached": tokens, "cache_read": 0, "cache_write_5m": 0, "output_total": 0}
    plain["cost_list_nusd"] = 1_000 * tokens
    person = person_id(database, name)
    record = usage_record(person, f"{name}-{key}", microseconds(at), **{**plain, **changes})
    with database.writing() as session:
        store_usage(session, [record])


def everybody_uses(database: Database, *names: str, weeks: int = 3) -> None:
    for place, name in enumerate(names or ALL):
        for back in range(weeks):
            use(database, name, f"w{back}", 10_000 + 100 * place, IN_WEEK - timedelta(weeks=back))


def preview(
    database: Database,
    week: IsoWeek | None = None,
    *,
    now: datetime = MONDAY,
    lead: str = "ana",
    channel: str = "C1",
) -> Figures:
    page = digest.preview(database, now, speaker(database, lead, channel), week, DIGEST_TERMS)
    return digest_json(page.digest)


def posted(database: Database, now: datetime, channel: str = "C1") -> Figures:
    with database.reading() as session:
        team = people.team_of_channel(session, "T1", channel)
    assert team is not None
    week = IsoWeek.containing(now, team.zone).plus(-1)
    claim = Claim(1, "digest", f"team:{team.id}", str(week), str(week), now, now, 1, now)
    post = digest.compose_digest(database, claim, lambda: DIGEST_TERMS)
    assert post is not None
    return digest_json(post.page.digest)  # type: ignore[attr-defined]  # a digest is what it composes


def sums(figures: Figures) -> dict[str, tuple[Any, ...]]:
    """The published sums of every week of a digest."""
    weeks = [*figures["history"], figures]
    return {week["week"]: tuple(week[key] for key in SUMS) for week in weeks}


def differences(before: Figures, after: Figures) -> dict[str, tuple[Any, Any]]:
    """Weeks that both show, with different sums."""
    one, two = sums(before), sums(after)
    return {
        week: (one[week], two[week])
        for week in one.keys() & two.keys()
        if one[week][0] is not None and two[week][0] is not None and one[week] != two[week]
    }
