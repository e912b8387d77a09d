"""A team with people, outcomes and usage, stored without Slack."""

from datetime import UTC, datetime, timedelta

from bot.flows import outcomes, reviews
from bot.flows.people import Introduction, Speaker, recognise
from policies.outcomes import OutcomeDraft
from policies.people import SlackIdentity, Team, Weekday
from policies.usage import microseconds
from storage.database import Database
from storage.people import TeamDraft, save_team
from storage.usage import store_usage
from tests.bot.live import PEOPLE
from tests.storage.records import usage_record

MONDAY = datetime(2026, 11, 16, 8, 30, tzinfo=UTC)
"""Monday 2026-11-16, 09:30 in Berlin: when the digest of 2026-W46 is due."""
LAST_WEEK = datetime(2026, 11, 11, 12, tzinfo=UTC)


def introduce(database: Database, name: str, channel_id: str | None = None) -> Speaker:
    """Somebody of the live workspace, as the bot would get to know them."""
    identity = SlackIdentity("", "T0LIVE", f"U0{name.upper()}")
    introduction = Introduction(
        identity, f"{name.capitalize()} Tester", f"{name}@example.com", "Europe/Berlin"
    )
    return recognise(database, introduction, channel_id)


def payments(
    database: Database, channel_id: str = "C0PAY", *, people: tuple[str, ...] = PEOPLE
) -> Team:
    """The team of these people, led by the first, its digest on Mondays at 09:30 in Berlin."""
    ids = [introduce(database, name).person.id for name in people]
    draft = TeamDraft("Payments", "T0LIVE", channel_id, "Europe/Berlin", Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        return save_team(session, draft, ids[:1], ids, MONDAY)


def twelve_weeks_of_usage(database: Database, people: tuple[str, ...] = PEOPLE) -> None:
    """Some tokens of everybody in each of the twelve weeks up to 2026-W46."""
    ids = [introduce(database, name).person.id for name in people]
    with database.writing() as session:
        for back in range(12):
            at = LAST_WEEK - timedelta(weeks=back)
            records = [
                usage_record(one, f"{one}-{back}", microseconds(at), input_uncached=10_000 * one)
                for one in ids
            ]
            store_usage(session, records)


def verified_outcome(
    database: Database,
    title: str,
    owner: str = "ben",
    verifier: str = "chi",
    at: datetime = LAST_WEEK,
) -> int:
    """An outcome lived through up to its verification; returns its id."""
    page = outcomes.declare(database, at, introduce(database, owner), OutcomeDraft(title))
    link = f"https://git.example.com/shop/pull/{page.outcome.id}"
    outcomes.claim(database, at, introduce(database, owner), page.outcome.id, link)
    reviews.verify(database, at, introduce(database, verifier), page.outcome.id)
    return page.outcome.id
