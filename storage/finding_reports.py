"""What findings came to over a time, each count by person: fit to be told to nobody before `publish`."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlmodel import Session, and_, col, func, not_, select

from policies.rules.findings import Answer, FindingState
from policies.rules.lifecycle import Verdicts
from policies.rules.reports import FindingCounts
from storage.tables import FindingEventRow, FindingRow, FindingVerdictRow

OPENED: Final = (FindingState.OPEN.value, FindingState.REGRESSED.value)
RESOLVED: Final = FindingState.RESOLVED.value
COACHED: Final = FindingState.COACHED.value


def counts_by_person(
    session: Session,
    start: datetime,
    end: datetime,
    rule_ids: Collection[str],
    team_id: int | None = None,
    person_ids: Collection[int] | None = None,
) -> dict[str, dict[int, FindingCounts]]:
    """By rule and person: findings that opened, were told and were resolved from `start` until before `end`.

    Only of people, of one team where it is named, and of these people where they are given.
    """
    query = (
        select(
            FindingEventRow.rule_id,
            FindingRow.person_id,
            FindingEventRow.after,
            func.count(func.distinct(FindingEventRow.finding_id)),
        )
        .join(FindingRow, col(FindingRow.id) == FindingEventRow.finding_id)
        .where(
            FindingEventRow.at >= start,
            FindingEventRow.at < end,
            col(FindingEventRow.rule_id).in_(rule_ids),
            col(FindingEventRow.after).in_((*OPENED, COACHED, RESOLVED)),
            col(FindingRow.person_id).is_not(None),
            *([FindingRow.team_id == team_id] if team_id is not None else []),
            *([col(FindingRow.person_id).in_(person_ids)] if person_ids is not None else []),
        )
        .group_by(
            col(FindingEventRow.rule_id), col(FindingRow.person_id), col(FindingEventRow.after)
        )
    )
    found: dict[str, dict[int, FindingCounts]] = defaultdict(dict)
    for rule_id, person_id, after, count in session.exec(query):
        if person_id is None:
            continue
        so_far = found[rule_id].get(person_id, FindingCounts())
        found[rule_id][person_id] = _with(so_far, after, count)
    return dict(found)


def _with(counts: FindingCounts, after: str, more: int) -> FindingCounts:
    match after:
        case FindingState.RESOLVED.value:
            return replace(counts, resolved=counts.resolved + more)
        case FindingState.COACHED.value:
            return replace(counts, coached=counts.coached + more)
        case _:
            return replace(counts, opened=counts.opened + more)


def standing_by_person(
    session: Session, rule_id: str, states: Collection[FindingState], team_id: int | None = None
) -> dict[int, int]:
    """How many findings of a rule each person has in these states."""
    query = (
        select(FindingRow.person_id, func.count())
        .where(
            FindingRow.rule_id == rule_id,
            col(FindingRow.state).in_([state.value for state in states]),
            *([FindingRow.team_id == team_id] if team_id is not None else []),
        )
        .group_by(col(FindingRow.person_id))
    )
    return {person_id: count for person_id, count in session.exec(query) if person_id is not None}


def verdicts_of(
    session: Session,
    versions: Mapping[str, int],
    since: Mapping[str, datetime] | None = None,
) -> dict[str, Verdicts]:
    """What people said of these versions of rules, by rule; a rule without a word is left out.

    Everybody has one vote on a rule, their latest word: who has many findings is not heard more often.
    Of the rules in `since`, only what was said from that moment on.
    """
    too_early = [
        and_(col(FindingVerdictRow.rule_id) == rule_id, col(FindingVerdictRow.at) < moment)
        for rule_id, moment in (since or {}).items()
    ]
    query = (
        select(
            FindingVerdictRow.rule_id,
            FindingVerdictRow.rule_version,
            FindingVerdictRow.person_id,
            FindingVerdictRow.answer,
        )
        .where(col(FindingVerdictRow.rule_id).in_(versions), *(not_(one) for one in too_early))
        .order_by(col(FindingVerdictRow.at), col(FindingVerdictRow.finding_id))
    )
    votes: dict[str, dict[int, Answer]] = defaultdict(dict)
    answers: Counter[str] = Counter()
    for rule_id, version, person_id, answer in session.exec(query):
        if versions[rule_id] == version:
            votes[rule_id][person_id] = Answer(answer)
            answers[rule_id] += 1
    return {
        rule_id: Verdicts(Counter(of_people.values()), answers[rule_id])
        for rule_id, of_people in votes.items()
    }


def save_verdict(
    session: Session,
    finding_id: int,
    person_id: int,
    rule: tuple[str, int],
    answer: Answer,
    reason: str,
    now: datetime,
) -> None:
    """Keep what a person says to a finding of a rule (id, version), in place of what they said before."""
    rule_id, version = rule
    session.merge(
        FindingVerdictRow(
            finding_id=finding_id,
            person_id=person_id,
            rule_id=rule_id,
            rule_version=version,
            answer=answer.value,
            reason=reason,
            at=now,
        )
    )
    session.flush()
