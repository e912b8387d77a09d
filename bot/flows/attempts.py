"""Attempts at what is others' are noted, whatever they reach for: an outcome, a budget, a rule."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from bot.flows.people import Speaker
from bot.flows.refusals import NotYours
from policies.standing import NotTheirs
from storage import audit
from storage.database import Database


@contextmanager
def attempts_noted(
    database: Database,
    now: datetime,
    speaker: Speaker,
    action: str,
    subject: str,
    details: dict[str, int] | None = None,
) -> Iterator[None]:
    """Write an audit row where the block is refused as not the speaker's; the attempt changes nothing."""
    try:
        yield
    except (NotTheirs, NotYours):
        with database.writing() as session:
            audit.record(session, speaker.person.id, action, subject, details or {}, now)
        raise
