"""What is kept about the speaker and who looked. Only their own listeners call this, with their own id."""

from datetime import datetime, timedelta
from typing import Final

from sqlmodel import Session

from bot.flows.digest import DIGEST
from bot.flows.people import Speaker
from bot.flows.team_weeks import WEEKS_BEFORE
from messages.pages.privacy import LookLine, OrganisationPrivacy, Privacy
from policies.outcomes import local_day_of
from policies.privacy import GroupRule
from storage import audit, people, personal_data, personal_reads, privacy_reports
from storage.database import Database

EXPORTED: Final = "privacy.exported"
"""In the audit trail: what is kept about somebody was exported, by them or, without an actor, by the operator."""

LOOKS_SHOWN: Final = 10


def my_privacy(
    database: Database,
    now: datetime,
    speaker: Speaker,
    group_rule: GroupRule,
    retention_days: int | None,
) -> Privacy:
    """What is kept about the speaker, who was shown something of it, and, for admins, what holds for all."""
    with database.reading() as session:
        looks = _looks(session, speaker)
        return Privacy(
            kept=tuple(personal_data.kept_about(session, speaker.person.id)),
            looks=looks[:LOOKS_SHOWN],
            today=local_day_of(now, speaker.zone),
            more_looks=max(0, len(looks) - LOOKS_SHOWN),
            retention_days=retention_days,
            organisation=organisation(session, now, group_rule) if speaker.is_admin else None,
        )


def organisation(session: Session, now: datetime, group_rule: GroupRule) -> OrganisationPrivacy:
    """What holds for everybody, in counts of digests and people alone."""
    since = now - timedelta(weeks=WEEKS_BEFORE + 1)
    digests = privacy_reports.digests_posted(session, DIGEST, since)
    known, forgotten = privacy_reports.people_known(session)
    return OrganisationPrivacy(group_rule, digests.posted, digests.withheld, known, forgotten)


def _looks(session: Session, speaker: Speaker) -> tuple[LookLine, ...]:
    """Others' looks and the operator's, latest first."""
    reads = personal_reads.reads_of(session, speaker.person.id)
    readers = people.persons_of(session, {one.reader_id for one in reads})
    found = [
        LookLine(
            local_day_of(one.at, speaker.zone), readers.get(one.reader_id), one.what, one.subject
        )
        for one in reads
    ]
    about = audit.entries_about(session, personal_data.subject_of(speaker.person.id))
    found += [
        LookLine(local_day_of(one.at, speaker.zone))
        for one in about
        if one.action == EXPORTED and one.actor_id is None
    ]
    return tuple(sorted(found, key=lambda one: one.day, reverse=True))
