"""A purge in a process of its own: `python -m tests.bot.purge_killed URL`. It says when a batch is under way."""

import sys
import time
from datetime import timedelta

from sqlmodel import Session

from bot.flows.retention import Purge
from policies.usage import microseconds
from storage import people, retention, rollups
from storage.database import Database
from storage.retention import Cutoff, PurgedDays
from storage.usage import store_usage
from tests.bot.seeded import LAST_WEEK, MONDAY
from tests.storage.records import usage_record

PEOPLE, DAYS, DAYS_OLD = 8, 20, 400


def old_usage(database: Database) -> None:
    """Some records of each of eight people on twenty days."""
    with database.writing() as session:
        for number in range(PEOPLE):
            one = people.ensure_person_by_email(session, f"p{number}@example.org").id
            moments = (
                LAST_WEEK - timedelta(days=back, hours=hour)
                for back in range(DAYS)
                for hour in range(3)
            )
            store_usage(session, [usage_record(one, f"{at}", microseconds(at)) for at in moments])


if __name__ == "__main__":
    retention.PEOPLE_AT_ONCE = 2  # type: ignore[misc]
    retention.DAYS_AT_ONCE = 15  # type: ignore[misc]
    purge_days, zones = retention.purge_days, rollups.zones_by_person

    def saying(session: Session, cutoff: Cutoff, after_person: int) -> PurgedDays:
        """Say in the midst of a batch's transaction that it is under way, and give time to be killed."""
        done = purge_days(session, cutoff, after_person)
        sys.stdout.write("batch\n")
        sys.stdout.flush()
        time.sleep(0.3)
        return done

    retention.purge_days = saying
    Purge(100)(Database.open(sys.argv[1]), MONDAY + timedelta(days=DAYS_OLD))
