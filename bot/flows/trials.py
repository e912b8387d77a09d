"""Measuring trials of tips once their days are over, and retiring tips that do not help.

One replica does it each hour, in bounded batches. What is measured is each person's own and leaves here
only as the published effect of a tip on everybody.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.flows.gathering import Gathering
from bot.flows.rule_notices import tell_owner
from bot.rulebook import Rulebook
from messages.coaching_words import effect_in_words
from messages.pages.findings import RuleTrouble
from policies.efficacy import Effect, Measured, published_effect
from policies.model_classes import ModelClasses
from policies.practices import Practice
from policies.privacy import GroupRule, Published
from policies.rules.model import Rule
from policies.skills import SkillWork
from policies.trials import DAYS, LATE_DAYS, Teaching, teaching_of, teaching_of_card
from storage import audit, coaching_retirements, coaching_trials, people, rule_passes
from storage.coaching_trials import Due
from storage.database import Database
from storage.facts.skills import skill_works

CADENCE: Final = "coaching_trials"
LEASE: Final = timedelta(minutes=30)
AT_ONCE: Final = 500
MOST_BATCHES: Final = 20
Practices = Callable[[], Sequence[Practice]]


@dataclass(frozen=True, slots=True)
class Trialled:
    """A tip in use that can be on trial, with its title, and its rule where it is one's."""

    teaching: Teaching
    title: str
    rule: Rule | None = None

    @property
    def key(self) -> tuple[str, int]:
        """The tip and its version."""
        return self.teaching.tip, self.teaching.version


@dataclass(frozen=True, slots=True)
class TrialMeasures:
    """The hourly look for trials whose days are over."""

    rulebook: Rulebook
    practices: Practices
    gathering: Callable[[], Gathering]

    def __call__(self, database: Database, now: datetime) -> int:
        """Measure what is due and retire what does not help; returns how many trials were measured."""
        slot = now.replace(minute=0, second=0, microsecond=0)
        with database.reading() as session:
            if not rule_passes.is_due(session, CADENCE, slot, now):
                return 0
        with database.writing() as session:
            claimed = rule_passes.claim(session, CADENCE, slot, now, LEASE)
        if claimed is None:
            return 0
        gathering = self.gathering()
        measured = measure_due(database, now, gathering.model_classes)
        if measured:
            tips = trialled(self.rulebook.current.rules, self.practices())
            retire_what_does_not_help(database, now, tips, gathering.group_rule)
        with database.writing() as session:
            rule_passes.finish(session, claimed, now)
        return measured


def trialled(rules: Iterable[Rule], practices: Iterable[Practice]) -> tuple[Trialled, ...]:
    """Every tip in use that can be on trial: those of rules, then cards."""
    of_rules = (
        Trialled(teaching, rule.title, rule)
        for rule in rules
        if (teaching := teaching_of(rule)) is not None
    )
    return (*of_rules, *(Trialled(teaching_of_card(one), one.title) for one in practices))


def measure_due(database: Database, now: datetime, classes: ModelClasses) -> int:
    """Keep the signal before and after of every trial that is over; returns how many were measured."""
    before = now.date() - timedelta(days=DAYS + LATE_DAYS)
    measured = 0
    for _ in range(MOST_BATCHES):
        with database.reading() as session:
            due = coaching_trials.due(session, before, AT_ONCE)
            works = _works(session, due, classes)
        with database.writing() as session:
            measured += coaching_trials.measure(session, works, now)
        if len(due) < AT_ONCE:
            break
    return measured


def effect_of_tip(
    key: tuple[str, int], measured: Sequence[Measured], rule: GroupRule
) -> Published[Effect]:
    """The effect of a tip's version as it may be shown; the same trials give the same figure."""
    tip, version = key
    return published_effect(measured, rule, lambda: Random(f"{tip}/{version}"))


def retire_what_does_not_help(
    database: Database, now: datetime, tips: Sequence[Trialled], rule: GroupRule
) -> list[str]:
    """Retire tips whose published effect is none, and tell their owners; returns which."""
    with database.reading() as session:
        gone = coaching_retirements.retired(session)
        standing = [one for one in tips if one.key not in gone]
        measured = coaching_trials.measured(session, [one.key for one in standing])
    retired = []
    for one in standing:
        effect = effect_of_tip(one.key, measured.get(one.key, ()), rule).shown
        if effect is not None and effect.speaks_for_retiring:
            with database.writing() as session:
                _retire(session, now, one, effect)
            retired.append(one.teaching.tip)
    return retired


def _retire(session: Session, now: datetime, one: Trialled, effect: Effect) -> None:
    tip, version = one.key
    if not coaching_retirements.retire(session, tip, version, effect_in_words(effect), now):
        return
    counts: dict[str, str | int] = {"version": version, "told": effect.told, "held": effect.held}
    audit.record(session, None, "coaching.retired", tip, counts, now)
    if one.rule is not None:
        tell_owner(session, one.rule, RuleTrouble.RETIRED, f"v{version}", now)


def _works(
    session: Session, due: Sequence[Due], classes: ModelClasses
) -> dict[int, tuple[SkillWork, SkillWork]]:
    """The work of the skill in the two weeks before and after each trial's day, by trial."""
    found: dict[int, tuple[SkillWork, SkillWork]] = {}
    for (zone, day), group in _together(session, due):
        ids = {one.person_id for one in group}
        length, a_day = timedelta(days=DAYS), timedelta(days=1)
        before = skill_works(session, ids, zone, day - length, day - a_day, classes)
        after = skill_works(session, ids, zone, day + a_day, day + length, classes)
        for one in group:
            works = before[one.person_id][one.skill], after[one.person_id][one.skill]
            found[one.id] = works
    return found


def _together(
    session: Session, due: Sequence[Due]
) -> Iterator[tuple[tuple[ZoneInfo, date], list[Due]]]:
    """Trials of the same day and zone: their work is read at once."""
    known = people.persons_of(session, {one.person_id for one in due})
    groups: Mapping[tuple[str, date], list[Due]] = defaultdict(list)
    for one in due:
        person = known.get(one.person_id)
        groups[person.time_zone if person else "UTC", one.decided_on].append(one)
    for (name, day), group in groups.items():
        yield (ZoneInfo(name), day), group
