"""How many of a person's API keys others used on the same day."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlmodel import Session

from policies.usage import from_microseconds
from storage.facts.windows import between
from storage.tables import PersonRow, table_of
from storage.usage_ranges import usage_table

_raw, _person = usage_table.c, table_of(PersonRow).c


class KeyUse:
    """Who used which key, and when last, among all people of all zones since a moment."""

    def __init__(self, latest: Mapping[str, Mapping[int, datetime]]) -> None:
        self._latest = {key: users for key, users in latest.items() if len(users) > 1}

    def shared_since(self, starts: datetime) -> Counter[int]:
        """By person, how many keys they used since then that somebody else did too."""
        found: Counter[int] = Counter()
        for users in self._latest.values():
            lately = [one for one, moment in users.items() if moment >= starts]
            if len(lately) > 1:
                found.update(lately)
        return found


NO_KEY_USE: Final = KeyUse({})


def key_use(
    session: Session, first: datetime, as_of: datetime, known: ColumnElement[bool]
) -> KeyUse:
    """The use of keys from `first`, when the earliest day looked at begins, to the moment."""
    query = (
        select(_raw.api_key_ref, _raw.person_id, func.max(_raw.start_us))
        .where(_raw.person_id.in_(select(_person.id)), between(first, as_of), known)
        .where(_raw.api_key_ref.is_not(None))
        .group_by(_raw.api_key_ref, _raw.person_id)
    )
    latest: defaultdict[str, dict[int, datetime]] = defaultdict(dict)
    for key, person_id, start_us in session.connection().execute(query):
        latest[key][person_id] = from_microseconds(start_us)
    return KeyUse(latest)
