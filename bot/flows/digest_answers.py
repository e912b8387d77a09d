"""What people say of a digest: useful or not. Answers are taken until the week after it has ended everywhere.

Leads then read how many found it useful, where enough people answered; nobody reads who said what.
"""

from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.due import next_digest_for
from bot.flows.attempts import attempts_noted
from bot.flows.people import Speaker
from bot.flows.refusals import NotYours, Refusal
from messages.pages.digest_answers import DigestAnswered
from policies.digest_answers import DigestOpinion, digest_meant, opinion_of
from policies.people import Team
from policies.periods import IsoWeek
from policies.privacy import GroupRule, Published, publish_answers
from storage import audit, digest_answers, people
from storage.database import Database

ANSWERED: Final = "digest.answered"
REFUSED: Final = "digest.refused"
LAST_ZONE: Final = ZoneInfo("Etc/GMT+12")
"""Where a week ends last on earth."""
NO_LONGER: Final = "This button no longer works."


def answer(
    database: Database, now: datetime, speaker: Speaker, value: str, *, is_useful: bool
) -> DigestAnswered:
    """Take somebody's word on the latest digest of their team; said again, it stands as said last."""
    meant = digest_meant(value)
    if meant is None:
        raise Refusal(NO_LONGER, "The next digest has buttons of its own.")
    team_id, week = meant
    subject = f"team:{team_id}"
    with (
        attempts_noted(database, now, speaker, REFUSED, subject),
        database.writing() as session,
    ):
        team = _own_team(session, speaker, team_id)
        _require_open(team, week, now)
        person_id = speaker.person.id
        if digest_answers.save_answer(
            session, team_id, week, person_id, is_useful=is_useful, now=now
        ):
            audit.record(session, person_id, ANSWERED, subject, {"week": str(week)}, now)
    return DigestAnswered(week, is_useful)


def latest_answers(
    session: Session, now: datetime, team: Team, rule: GroupRule
) -> Published[DigestOpinion] | None:
    """What was said of the latest digest that takes no more answers; None where nobody said anything."""
    week = IsoWeek.containing(now, team.zone).plus(-1)
    while not _is_over(week, now):
        week = week.plus(-1)
    found = digest_answers.answers_to(session, team.id, week)
    return publish_answers(opinion_of(found), found.answered, rule) if found.answered else None


def _own_team(session: Session, speaker: Speaker, team_id: int) -> Team:
    """The team of a digest, to its own people alone."""
    roster = people.roster_of(session, team_id)
    if roster is None or not roster.is_member(speaker.person.id):
        raise NotYours(
            "Only the people of a team say whether its digest is useful.",
            "Your own team's digest has the same buttons.",
        )
    return roster.team


def _require_open(team: Team, week: IsoWeek, now: datetime) -> None:
    if now < next_digest_for(team, week):  # nobody can have read it
        raise Refusal(NO_LONGER, "The next digest has buttons of its own.")
    if _is_over(week, now):
        raise Refusal(
            f"The answers about the digest of {week} are counted already.",
            "The latest digest takes yours.",
        )


def _is_over(week: IsoWeek, now: datetime) -> bool:
    """Whether no more answers are taken about the week's digest.

    Nothing that a lead sets plays a part: whoever could close and open it again would see one answer come.
    """
    return now >= week.plus(1).bounds(LAST_ZONE)[1]
