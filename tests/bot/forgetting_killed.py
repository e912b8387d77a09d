"""Forgetting somebody in a process of its own: `python -m tests.bot.forgetting_killed URL PERSON`.

It says when rows are deleted and before their name is, and waits to be killed there.
"""

import sys
import time

from bot.flows import forgetting as flows
from storage import forgetting, people
from storage.database import Database
from storage.usage import store_usage
from tests.bot.seeded import MONDAY
from tests.storage.records import NOON_US, usage_record

RECORDS = 5_000
HOUR_US = 3_600_000_000


def much_usage(database: Database, person_id: int) -> None:
    """Records of a month."""
    with database.writing() as session:
        store_usage(
            session,
            [
                usage_record(person_id, str(one), NOON_US - (one % 700) * HOUR_US)
                for one in range(RECORDS)
            ],
        )


if __name__ == "__main__":

    def stop_here(*_: object) -> None:
        """Half is done now."""
        sys.stdout.write("deleted\n")
        sys.stdout.flush()
        time.sleep(60)

    forgetting._blank_reasons = stop_here
    database = Database.open(sys.argv[1])
    with database.reading() as session:
        person = people.person_of(session, int(sys.argv[2]))
    assert person is not None
    flows.forget(database, MONDAY, person, person.id)
