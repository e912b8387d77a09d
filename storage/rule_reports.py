"""What is known of rules beside people: counts about teams and sources, and what is said to be wrong."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, delete, func, select

from policies.rules.findings import Answer
from policies.rules.reports import FindingCounts
from storage.finding_reports import OPENED
from storage.tables import FindingEventRow, FindingRow, FindingVerdictRow


def counts_about_nobody(
    session: Session,
    start: datetime,
    end: datetime,
    rule_ids: Collection[str],
    team_id: int | None = None,
) -> dict[str, FindingCounts]:
    """By rule: findings about teams and sources that opened from `start` until before `end`.

    With a team those of other teams are left out.
    """
    query = (
        select(FindingEventRow.rule_id, func.count(func.distinct(FindingEventRow.finding_id)))
        .join(FindingRow, col(FindingRow.id) == FindingEventRow.finding_id)
        .where(
            FindingEventRow.at >= start,
            FindingEventRow.at < end,
            col(FindingEventRow.rule_id).in_(rule_ids),
            col(FindingEventRow.after).in_(OPENED),
            col(FindingRow.person_id).is_(None),
        )
        .group_by(col(FindingEventRow.rule_id))
    )
    if team_id is not None:
        query = query.where(col(FindingRow.team_id).is_(None) | (FindingRow.team_id == team_id))
    found: dict[str, FindingCounts] = defaultdict(FindingCounts)
    for rule_id, opened in session.exec(query):
        found[rule_id] = FindingCounts(opened)
    return found


def wrong_reasons(session: Session, rule_id: str, version: int, limit: int) -> list[str]:
    """What people say is wrong with a version of a rule, latest first, without who says it."""
    query = (
        select(FindingVerdictRow.reason)
        .where(
            FindingVerdictRow.rule_id == rule_id,
            FindingVerdictRow.rule_version == version,
            FindingVerdictRow.answer == Answer.WRONG.value,
            FindingVerdictRow.reason != "",
        )
        .order_by(col(FindingVerdictRow.at).desc(), col(FindingVerdictRow.finding_id))
        .limit(limit)
    )
    return list(session.exec(query))


def forget_verdict(session: Session, finding_id: int, person_id: int) -> None:
    """Take back what a person said to a finding."""
    session.exec(
        delete(FindingVerdictRow).where(
            col(FindingVerdictRow.finding_id) == finding_id,
            col(FindingVerdictRow.person_id) == person_id,
        )
    )
