"""Backtests: each day's facts gathered once for all rules and versions, and replayed in memory.

Nothing is written but, at the end and in one transaction, what all rules came to.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.rule_facts import Gathering, facts_of
from policies.outcomes import local_day_of
from policies.people import Team
from policies.rules.backtest import Replay, summary_of
from policies.rules.evaluation import Judge
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.passes import UTC_ZONE, PassTerms
from policies.rules.previews import Preview, preview_of
from policies.rules.ruleset import RuleSet
from policies.rules.subjects import SubjectFacts
from policies.rules.summary import BacktestSummary, digest_with
from storage import audit, people, rule_backtests
from storage.database import Database

DAYS: Final = 60
LONGEST: Final = 366
DAY: Final = timedelta(days=1)
LAST_INSTANT: Final = timedelta(microseconds=1)

Params = Mapping[str, FactValue]
OnDay = Callable[[date], None]
"""Is told of each day before it is replayed."""


def nobody_listens(_day: date) -> None:
    """For callers that show no progress."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which rules to replay over how many days, with which parameters for everybody instead of those set.

    `against` are the rules that run now, where `rules` are others; a rule is compared with its running
    version, which has its present parameters.
    """

    rules: RuleSet
    chosen: tuple[str, ...]
    days: int = DAYS
    params: Mapping[str, Params] = field(default_factory=dict)
    against: RuleSet | None = None


@dataclass(frozen=True, slots=True)
class Backtest:
    """What a rule came to, under the digest of its text and parameters."""

    digest: str
    summary: BacktestSummary


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a backtest replays, and the teams by whose zones each of them ends."""

    first: date
    last: date
    teams: tuple[Team, ...]

    def __iter__(self) -> Iterator[date]:
        """Every day in order."""
        return (self.first + n * DAY for n in range((self.last - self.first).days + 1))


@dataclass(frozen=True, slots=True)
class _Version:
    """Rules, and the terms by which they are judged."""

    judges: tuple[Judge, ...]
    terms: PassTerms


def backtest(
    database: Database,
    now: datetime,
    question: Question,
    gathering: Gathering,
    terms: PassTerms,
    on_day: OnDay = nobody_listens,
) -> tuple[Backtest, ...]:
    """Replay the last full days of the chosen rules, beside their running versions where these differ.

    A rule that is held now is judged all the same, to see whether it may be released.
    """
    terms = replace(terms, held={})
    days = days_until(database, now, question.days, gathering.team_ids)
    new = _Version(_with_inhibitors(question.rules, question.chosen), _with(terms, question.params))
    versions = [new]
    if question.params or question.against:
        running = question.against or question.rules
        versions.append(_Version(_with_inhibitors(running, question.chosen), terms))
    replays = replayed(database, days, versions, gathering, on_day)
    return tuple(_backtest_of(question, rule_id, days, replays) for rule_id in question.chosen)


def save(database: Database, now: datetime, backtests: Iterable[Backtest]) -> None:
    """Keep what the rules came to: all of it, or nothing."""
    with database.writing() as session:
        for one in backtests:
            rule_backtests.add(session, one.digest, one.summary, now)
            audit.record(
                session,
                None,
                "rule.backtested",
                one.summary.rule_id,
                {"version": one.summary.version, "days": one.summary.days},
                now,
            )


def difference(
    database: Database,
    now: datetime,
    rules: RuleSet,
    rule_id: str,
    params: Params,
    team_id: int | None,
    gathering: Gathering,
    terms: PassTerms,
    days: int = DAYS,
) -> Preview:
    """What other parameters would change for a team, or for everybody; fit to be shown to its leads.

    Exceptions are left out: comparing before and after one is made would tell of whom it covers.
    """
    scoped = gathering
    if team_id is not None:
        scoped = replace(gathering, team_ids=frozenset({team_id}))
    span = days_until(database, now, days, scoped.team_ids)
    terms = replace(terms, held={}, exceptions=())
    judges = _with_inhibitors(rules, (rule_id,))
    versions = [
        _Version(judges, terms),
        _Version(judges, _with(terms, {rule_id: params}, team_id)),
    ]
    present, new = replayed(database, span, versions, scoped)
    return preview_of(
        present.tally_of(rule_id),
        new.tally_of(rule_id),
        days,
        gathering.group_rule,
        is_personal=rules.judges[rule_id].rule.subject.is_personal,
    )


def days_until(
    database: Database, now: datetime, days: int, team_ids: Collection[int] | None
) -> Days:
    """The last days that are over in every team's zone."""
    with database.reading() as session:
        teams = people.all_teams(session)
    kept = tuple(one for one in teams if team_ids is None or one.id in team_ids)
    zones = [UTC_ZONE, *(team.zone for team in kept)]
    last = min(local_day_of(now, zone) for zone in zones) - DAY
    return Days(last - (days - 1) * DAY, last, kept)


def replayed(
    database: Database,
    days: Days,
    versions: Sequence[_Version],
    gathering: Gathering,
    on_day: OnDay = nobody_listens,
) -> list[Replay]:
    """Replay the days for every version, with the facts of a day and kind gathered once for all.

    Where there is one version alone, facts pass by one at a time; else a day of a kind is held.
    """
    replays = [Replay(one.judges, one.terms) for one in versions]
    kinds = dict.fromkeys(judge.rule.subject for one in versions for judge in one.judges)
    for day in days:
        on_day(day)
        with database.reading() as session:
            gathered = {
                kind: _facts_of_day(session, kind, day, days.teams, gathering) for kind in kinds
            }
            if len(replays) > 1:
                gathered = {kind: list(facts) for kind, facts in gathered.items()}
            for replay in replays:
                replay.take(day, gathered)
    return replays


def _facts_of_day(
    session: Session, kind: SubjectKind, day: date, teams: Sequence[Team], gathering: Gathering
) -> Iterable[SubjectFacts]:
    """Everybody's facts as of the end of their own day; those of people without a team as UTC has it."""
    zones: dict[ZoneInfo, set[int]] = defaultdict(set)
    for team in teams:
        zones[team.zone].add(team.id)
    if kind is SubjectKind.SOURCE or len(zones) <= 1:
        zone = next(iter(zones), UTC_ZONE)
        return facts_of(session, kind, last_instant(day, zone), gathering)
    parts = [
        facts_of(
            session, kind, last_instant(day, zone), replace(gathering, team_ids=frozenset(ids))
        )
        for zone, ids in zones.items()
    ]
    if gathering.team_ids is None and kind.is_personal:
        homeless = frozenset(people.people_without_team(session))
        alone = replace(gathering, person_ids=homeless)
        parts.append(facts_of(session, kind, last_instant(day, UTC_ZONE), alone))
    return chain.from_iterable(parts)


def last_instant(day: date, zone: ZoneInfo) -> datetime:
    """The end of a day, which still belongs to it."""
    return datetime.combine(day + DAY, time(), zone).astimezone(UTC) - LAST_INSTANT


def _backtest_of(
    question: Question, rule_id: str, days: Days, replays: Sequence[Replay]
) -> Backtest:
    judge = question.rules.judges[rule_id]
    new, *others = replays
    is_there = question.against is None or rule_id in question.against.judges
    running = others[0] if others and is_there else None
    return Backtest(
        digest_with(judge.rule, question.params.get(rule_id, {})),
        summary_of(judge, new, days.first, days.last, running=running),
    )


def _with_inhibitors(rules: RuleSet, chosen: Iterable[str]) -> tuple[Judge, ...]:
    """The chosen rules that there are, and all that may keep them from opening."""
    found: dict[str, Judge] = {}
    wanted = list(chosen)
    while wanted:
        judge = rules.judges.get(wanted.pop())
        if judge is not None and judge.rule.id not in found:
            found[judge.rule.id] = judge
            wanted += judge.rule.inhibited_by
    return tuple(found[rule_id] for rule_id in sorted(found))


def _with(terms: PassTerms, params: Mapping[str, Params], team_id: int | None = None) -> PassTerms:
    """The terms with other parameters of some rules, for a team or, without one, for everybody."""
    changed = {
        (rule_id, team_id): {**terms.params.get((rule_id, team_id), {}), **given}
        for rule_id, given in params.items()
    }
    return replace(terms, params={**terms.params, **changed})
