"""What the made-up teams worked on: their outcomes, each with its days and its fate."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from bot.demo.organisation import DemoHabit, DemoMember, DemoTeam, Organisation
from policies.outcomes import (
    Complexity,
    KeyKind,
    OutcomeDraft,
    OutcomeKey,
    OutcomeKind,
    OutcomeSize,
    OutcomeState,
)
from policies.periods import IsoWeek
from policies.reviews import Impact, ImpactUnit, Review
from policies.skills import Skill

WEEKS = 14
"""How far the story goes back: twelve weeks to look at, and two to get going."""
WORKDAYS_BY_SIZE = {OutcomeSize.S: 5, OutcomeSize.M: 9, OutcomeSize.L: 15}
DAYS_UNTIL_VERIFIED = (1, 1, 2, 4)
DURABLE_AFTER = timedelta(days=30)
SENT_BACK_FOR = timedelta(days=14)
REWORKED_FOR = timedelta(hours=4)
"""From being sent back to being claimed again."""
DECLARED_LATE = (1, 2)
"""Workdays after which they declare who do not scope first."""
IN_HAND_FOR = 3
"""Workdays for which somebody has had the work of their habit in hand."""


@dataclass(frozen=True, slots=True)
class PlannedOutcome:
    """One outcome of the plan; moments that lie in the future have not happened."""

    team: DemoTeam
    owner: DemoMember
    verifier: DemoMember
    draft: OutcomeDraft
    branch: str
    repository: str
    evidence_url: str
    first_day: date
    last_day: date
    declared_at: datetime
    claimed_at: datetime
    verified_at: datetime
    fate: OutcomeState
    review: Review
    sent_back_at: datetime | None = None
    habit: DemoHabit | None = None

    def is_worked_on(self, day: date) -> bool:
        """Whether the owner works on it that day."""
        return self.first_day <= day <= self.last_day


def plan_outcomes(organisation: Organisation, now: datetime, seed: int = 7) -> list[PlannedOutcome]:
    """Plan every team's outcomes from WEEKS whole weeks ago until a little after `now`, by declaration."""
    planned = [
        outcome
        for number, team in enumerate(organisation.teams)
        for outcome in _plan_team(team, now, Random(seed + number))
    ]
    return sorted(planned, key=lambda outcome: outcome.declared_at)


def first_day(team: DemoTeam, now: datetime) -> date:
    """The Monday on which the story of a team begins."""
    return IsoWeek.containing(now, team.zone).plus(-WEEKS).monday


def week_of(team: DemoTeam, now: datetime, day: date) -> int:
    """Which week of the story a day lies in, from 0 on."""
    return (day - first_day(team, now)).days // 7


def _plan_team(team: DemoTeam, now: datetime, random: Random) -> Iterator[PlannedOutcome]:
    today = now.astimezone(team.zone).date()
    free_from = {
        member: _later(first_day(team, now), random.randint(0, 4)) for member in team.members
    }
    planned = _plan_all(team, now, today, free_from, random)
    for member in team.members:
        if member.habit is not None:
            planned = _ending_on(member, member.habit, planned, today)
    yield from planned


def _plan_all(
    team: DemoTeam,
    now: datetime,
    today: date,
    free_from: dict[DemoMember, date],
    random: Random,
) -> list[PlannedOutcome]:
    planned: list[PlannedOutcome] = []
    for number, title in enumerate(team.outcomes):
        owner = min(team.members, key=lambda member: free_from[member])
        start = free_from[owner]
        if start > today:
            break
        size = random.choices(list(OutcomeSize), weights=(45, 45, 10))[0]
        end = _later(start, max(1, WORKDAYS_BY_SIZE[size] + random.randint(-1, 3)))
        free_from[owner] = _later(end, 1)
        complexity = _complexity(team, [one for one in planned if one.last_day >= start], random)
        work = _Work(number, title, size, complexity, start, end)
        planned.append(_plan_one(team, owner, work, now, random))
    return planned


@dataclass(frozen=True, slots=True)
class _Work:
    """What somebody is to do, from its first day to its last; `number` is its place in the team's list."""

    number: int
    title: str
    size: OutcomeSize
    complexity: Complexity
    start: date
    end: date


def _complexity(team: DemoTeam, in_hand: list[PlannedOutcome], random: Random) -> Complexity:
    """Trivial while too little of the work in hand is."""
    trivial = sum(one.draft.complexity is Complexity.TRIVIAL for one in in_hand)
    if trivial < round(team.trivial * len(team.members)):
        return Complexity.TRIVIAL
    return random.choices([Complexity.STANDARD, Complexity.HARD], weights=(75, 25))[0]


def _plan_one(
    team: DemoTeam, owner: DemoMember, work: _Work, now: datetime, random: Random
) -> PlannedOutcome:
    ticket = f"{team.prefix}-{211 + 7 * work.number}"
    repository = random.choice(team.repositories)
    wait = random.choice(DAYS_UNTIL_VERIFIED)
    decided_at = _moment(team, _later(work.end, wait), random, hours=(10, 14))
    again_at = _moment(team, _later(work.end, wait + 2), random, hours=(10, 14))
    is_sent_back = random.random() < 0.12
    verified_at = again_at if is_sent_back else decided_at
    scopes_first = owner.shows(Skill.SCOPE_FIRST, week_of(team, now, work.start))
    late = 0 if scopes_first else random.randint(*DECLARED_LATE)
    return PlannedOutcome(
        team=team,
        owner=owner,
        verifier=team.members[(team.members.index(owner) + 1) % len(team.members)],
        draft=OutcomeDraft(
            title=work.title,
            kind=_kind_of(work.title, random),
            size=work.size,
            complexity=work.complexity,
            deadline=work.end,
            keys=(OutcomeKey(KeyKind.TICKET, ticket),),
        ),
        branch=_branch(owner, ticket, work.title),
        repository=repository,
        evidence_url=f"https://git.larkspur.example/{repository}/pull/{400 + 3 * work.number}",
        first_day=work.start,
        last_day=work.end,
        declared_at=_moment(team, min(_later(work.start, late), work.end), random, hours=(8, 10)),
        claimed_at=_moment(team, work.end, random, hours=(15, 17)),
        verified_at=verified_at,
        fate=_fate(verified_at, now, random),
        review=_review(work.size, random),
        sent_back_at=decided_at if is_sent_back else None,
    )


def _ending_on(
    member: DemoMember, habit: DemoHabit, planned: list[PlannedOutcome], today: date
) -> list[PlannedOutcome]:
    """The plan with the member's latest work made a trivial outcome that is still open."""
    first, end = _earlier(today, IN_HAND_FOR), _later(today, 2)
    own = [one for one in planned if one.owner is member]
    latest = [one for one in own if one.first_day <= first][-1]
    in_hand = replace(
        latest,
        draft=replace(
            latest.draft,
            title=habit.title,
            kind=OutcomeKind.FIX,
            size=OutcomeSize.S,
            complexity=Complexity.TRIVIAL,
            deadline=end,
        ),
        branch=_branch(member, latest.draft.keys[0].value, habit.title),
        first_day=first,
        last_day=end,
        declared_at=_on(latest.team, first, 8),
        claimed_at=_on(latest.team, end, 16),
        verified_at=_on(latest.team, _later(end, 1), 11),
        fate=OutcomeState.VERIFIED,
        sent_back_at=None,
        habit=habit,
    )
    others = [one for one in planned if one.owner is not member or one.last_day < first]
    return [*(one for one in others if one is not latest), in_hand]


def _branch(owner: DemoMember, ticket: str, title: str) -> str:
    slug = "-".join(title.lower().replace(",", "").split()[:4])
    return f"{owner.handle}/{ticket}-{slug}"


def _kind_of(title: str, random: Random) -> OutcomeKind:
    first = title.split(maxsplit=1)[0].lower()
    if first in ("move", "replace", "remove", "upgrade", "drop"):
        return OutcomeKind.MIGRATION
    if first in ("stop", "retry", "flaky", "clear"):
        return OutcomeKind.FIX
    return random.choice([OutcomeKind.FEATURE, OutcomeKind.FEATURE, OutcomeKind.CHORE])


def _fate(verified_at: datetime, now: datetime, random: Random) -> OutcomeState:
    chance = random.random()
    if chance < 0.04:
        return OutcomeState.DROPPED
    if chance < 0.20 and verified_at + SENT_BACK_FOR > now:
        return OutcomeState.REJECTED
    is_old = verified_at + DURABLE_AFTER <= now
    if chance < 0.08 and is_old:
        return OutcomeState.REVERTED
    return OutcomeState.DURABLE if is_old else OutcomeState.VERIFIED


def _review(size: OutcomeSize, random: Random) -> Review:
    hours = Impact(Decimal(random.randint(1, 9)) / 2, ImpactUnit.HOURS)
    points = Impact(Decimal(random.randint(1, 6)) / 10, ImpactUnit.ERROR_RATE)
    impact = random.choices([hours, points, None], weights=(30, 15, 55))[0]
    return Review(5 * random.randint(1, 4) * size.weight, impact)


def _later(day: date, workdays: int) -> date:
    while workdays:
        day += timedelta(days=1)
        workdays -= day.weekday() < 5
    return day


def _earlier(day: date, workdays: int) -> date:
    while workdays:
        day -= timedelta(days=1)
        workdays -= day.weekday() < 5
    return day


def _on(team: DemoTeam, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour, 40), team.zone).astimezone(UTC)


def _moment(team: DemoTeam, day: date, random: Random, hours: tuple[int, int]) -> datetime:
    clock = time(random.randint(*hours), random.randint(0, 59))
    return datetime.combine(day, clock, team.zone).astimezone(UTC)
