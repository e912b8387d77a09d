"""What a team achieved for its tokens: figures of a week, always as ratios of sums."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from policies.periods import IsoWeek
from policies.privacy import (
    GroupRule,
    Published,
    can_be_restated,
    can_be_split,
    publish,
    publish_again,
)
from policies.skills import SkillShare
from policies.usage import Trust
from policies.week_parts import (
    Parts,
    cache_share_of,
    classes_told,
    parts_to_tell,
    parts_to_tell_anew,
    skills_told,
)

MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class PersonWeek:
    """One person's usage in one week. Never leaves the flows except to that person.

    `cost_list` is USD at list price over the records with a known price; `tokens_unpriced` are the
    tokens it leaves out. `tokens_unattributed` count for no outcome. `parts` are by the names of
    policies/week_parts.py, without those that were not measured.
    """

    person_id: int
    tokens: int
    cost_list: Decimal
    tokens_unpriced: int = 0
    tokens_unattributed: int = 0
    parts: Parts = field(default_factory=dict)


BY_PRICE: Final[tuple[Callable[[PersonWeek], int], ...]] = (
    lambda one: one.tokens_unpriced,
    lambda one: one.tokens - one.tokens_unpriced,
)
BY_OUTCOME: Final[tuple[Callable[[PersonWeek], int], ...]] = (
    lambda one: one.tokens_unattributed,
    lambda one: one.tokens - one.tokens_unattributed,
)


@dataclass(frozen=True, slots=True)
class OutcomeCounts:
    """Outcomes that reached each state within a week; `explored` of the verified were exploration.

    What was reverted before the week's figures were fixed is not among the verified.
    """

    declared: int
    claimed: int
    verified: int
    explored: int = 0
    reverted: int = 0

    @property
    def scored(self) -> int:
        """The verified outcomes that ratios count: exploration is never scored."""
        return self.verified - self.explored


@dataclass(frozen=True, slots=True)
class WeekSums:
    """What a group used in a week. `tokens_unpriced` is None where there are some, and how many would
    tell of too few people; so is `tokens_unattributed`, which count for no outcome. `parts` are those
    that may be told; None where none were kept yet.
    """

    contributors: int
    tokens: int
    cost_list: Decimal
    tokens_unpriced: int | None
    tokens_unattributed: int | None = None
    parts: Parts | None = None

    @property
    def has_cost(self) -> bool:
        """Whether anything was used at a known price, be it nil; a cost of nothing is no other."""
        return self.tokens > 0 and (self.cost_list > 0 or self.tokens_unpriced == 0)


@dataclass(frozen=True, slots=True)
class WeekFigures:
    """A team's consumption in a week and what it bought. None where there is nothing to divide.

    `tokens_unpriced` is None where there are some, and how many is not told. `unattributed_share` is
    the part of the tokens, 0 to 1, that count for no outcome; None where it is not told. `by_class` has
    the tokens by the names of `week_parts.CLASSES`, None where they are not told; `cache_share` is the
    part of what was sent to models that came from the cache. `skills` are those that may be told.
    """

    tokens: int
    cost_list_usd: Decimal
    tokens_unpriced: int | None
    outcomes_per_million_tokens: Decimal | None
    cost_per_verified_outcome_usd: Decimal | None
    unattributed_share: float | None = None
    by_class: Mapping[str, int] | None = None
    cache_share: float | None = None
    skills: tuple[SkillShare, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamWeek:
    """One week of a team, fit to be shown to it. `fixed_on` is since when the figures stand."""

    week: IsoWeek
    outcomes: OutcomeCounts
    contributors: int
    figures: Published[WeekFigures]
    fixed_on: date | None = None

    @property
    def suppressed(self) -> bool:
        """Whether tokens, cost and ratios are withheld."""
        return self.figures.withheld is not None


@dataclass(frozen=True, slots=True)
class SourceFreshness:
    """A person's usage source, how hard it is to inflate, and up to when it has delivered (UTC)."""

    source: str
    trust: Trust
    as_of: datetime


def team_week(
    week: IsoWeek, outcomes: OutcomeCounts, usage: Sequence[PersonWeek], rule: GroupRule
) -> TeamWeek:
    """Add up a team's week and publish it under the group rule."""
    sums = week_sums(usage, rule)
    return TeamWeek(
        week=week,
        outcomes=outcomes,
        contributors=sums.contributors,
        figures=publish(week_figures(sums, outcomes.scored), _tokens(usage), rule, _costs(usage)),
    )


def closed_team_week(
    week: IsoWeek, outcomes: OutcomeCounts, sums: WeekSums, fixed_on: date, rule: GroupRule
) -> TeamWeek:
    """A week whose sums stand since they were first shown."""
    return TeamWeek(
        week=week,
        outcomes=outcomes,
        contributors=sums.contributors,
        figures=publish_again(week_figures(sums, outcomes.scored), sums.contributors, rule),
        fixed_on=fixed_on,
    )


def week_sums(usage: Sequence[PersonWeek], rule: GroupRule) -> WeekSums:
    """Sums over the people of one team, not yet found fit to publish."""
    unpriced = sum(one.tokens_unpriced for one in usage)
    unattributed = sum(one.tokens_unattributed for one in usage)
    return WeekSums(
        contributors=sum(one.tokens > 0 for one in usage),
        tokens=sum(one.tokens for one in usage),
        cost_list=sum((one.cost_list for one in usage), Decimal(0)),
        tokens_unpriced=unpriced if _can_split(BY_PRICE, (), usage, rule) else None,
        tokens_unattributed=unattributed if _can_split(BY_OUTCOME, (), usage, rule) else None,
        parts=parts_to_tell(_parts(usage), rule),
    )


def week_figures(sums: WeekSums, scored: int) -> WeekFigures:
    """The sums, and ratios of sums; `scored` is how many outcomes were verified and count."""
    tokens, cost, loose = sums.tokens, sums.cost_list, sums.tokens_unattributed
    classes = classes_told(sums.parts)
    return WeekFigures(
        tokens=tokens,
        cost_list_usd=cost,
        tokens_unpriced=sums.tokens_unpriced,
        outcomes_per_million_tokens=Decimal(scored) * MILLION / tokens if tokens else None,
        cost_per_verified_outcome_usd=cost / scored if scored and sums.has_cost else None,
        unattributed_share=loose / tokens if tokens and loose is not None else None,
        by_class=classes,
        cache_share=cache_share_of(classes),
        skills=skills_told(sums.parts),
    )


def sums_to_close(usage: Sequence[PersonWeek], rule: GroupRule) -> WeekSums | None:
    """The sums of a week that is shown, to be fixed; None where it is empty or withheld."""
    sums = week_sums(usage, rule)
    if not sums.tokens:
        return None
    return publish(sums, _tokens(usage), rule, _costs(usage)).shown


def sums_to_close_anew(
    closed: WeekSums, before: Sequence[PersonWeek], after: Sequence[PersonWeek], rule: GroupRule
) -> WeekSums | None:
    """New sums for a closed week; None where they would not differ, or the difference tells of a person.

    `before` is the usage that the closed sums were made of. A share without a price, or without an
    outcome, that was once kept back stays so, and so do other parts. What was linked since is no reason
    to state anything anew, and where it changes the parts, they are kept back from then on.
    """
    if not has_grown(closed, before, after, rule):
        return None
    sums = sums_to_close(after, rule)
    if sums is None:
        return None
    if closed.tokens_unpriced is None or not _can_split(BY_PRICE, before, after, rule):
        sums = replace(sums, tokens_unpriced=None)
    if closed.tokens_unattributed is None or not _can_split(BY_OUTCOME, before, after, rule):
        sums = replace(sums, tokens_unattributed=None)
    parts = parts_to_tell_anew(closed.parts, _parts(before), _parts(after), rule)
    return replace(sums, parts=parts)


def has_grown(
    closed: WeekSums, before: Sequence[PersonWeek], after: Sequence[PersonWeek], rule: GroupRule
) -> bool:
    """Whether a closed week has usage to be added that may be: its parts need not be measured to know.

    A week stands for good once what its sums were made of is not kept for everybody any more, as when
    somebody was forgotten: what is missing would show.
    """
    return (
        _used(before) != _used(after)
        and (sum(_tokens(before).values()), sum(_costs(before).values()))
        == (closed.tokens, closed.cost_list)
        and can_be_restated(_tokens(before), _tokens(after), rule)
        and can_be_restated(_costs(before), _costs(after), rule)
    )


def _can_split(
    parts: Sequence[Callable[[PersonWeek], int]],
    before: Sequence[PersonWeek],
    after: Sequence[PersonWeek],
    rule: GroupRule,
) -> bool:
    """Whether each of the parts of the tokens may be told, and told anew."""
    return can_be_split(
        (
            (
                {one.person_id: part(one) for one in before},
                {one.person_id: part(one) for one in after},
            )
            for part in parts
        ),
        rule,
    )


def _used(usage: Sequence[PersonWeek]) -> Mapping[int, PersonWeek]:
    """What was used, whatever it counts for."""
    return {one.person_id: replace(one, tokens_unattributed=0, parts={}) for one in usage}


def _parts(usage: Sequence[PersonWeek]) -> Mapping[int, Parts]:
    return {one.person_id: one.parts for one in usage}


def _tokens(usage: Sequence[PersonWeek]) -> Mapping[int, int]:
    return {one.person_id: one.tokens for one in usage}


def _costs(usage: Sequence[PersonWeek]) -> Mapping[int, Decimal]:
    return {one.person_id: one.cost_list for one in usage}
