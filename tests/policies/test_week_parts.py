"""Parts of a week: which may be told, whatever people used, and what of them stands when a week is stated anew."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.digest.behaviours import share_words
from policies.metrics import (
    PersonWeek,
    WeekSums,
    has_grown,
    sums_to_close,
    sums_to_close_anew,
    week_figures,
)
from policies.privacy import GroupRule, reason_to_withhold
from policies.skills import Reach, Skill, SkillShare, SkillWork
from policies.week_parts import (
    CACHE_READ,
    CACHE_WRITE,
    CLASSES,
    INPUT,
    OUTPUT,
    SPLITS,
    Parts,
    cache_share_of,
    good_of,
    other_of,
    parts_of_work,
    parts_to_tell,
    parts_to_tell_anew,
    reach_of,
    rough_of,
    skills_told,
)

RULE = GroupRule()
MATCH = Skill.MATCH_MODEL

AMOUNTS = st.one_of(st.just(0), st.integers(0, 50), st.integers(0, 10**13))
NAMES = tuple(name for split in SPLITS for name in split)
USED = st.lists(st.fixed_dictionaries(dict.fromkeys(NAMES, AMOUNTS)), min_size=5, max_size=9)


def week_of(used: Sequence[Parts]) -> list[PersonWeek]:
    """People with these parts; their tokens are those of all classes, and their cost follows them."""
    tokens = [sum(one[name] for name in CLASSES) for one in used]
    return [
        PersonWeek(n, amount, Decimal(amount) / 1_000_000, parts=one)
        for n, (one, amount) in enumerate(zip(used, tokens, strict=True))
    ]


def work(*amounts: tuple[int, int]) -> dict[int, dict[str, int]]:
    """Work on one skill: what shows it and what does not, a person each."""
    return {
        n: parts_of_work({MATCH: SkillWork(good, good + other)})
        for n, (good, other) in enumerate(amounts)
    }


@pytest.mark.parametrize(
    ("amounts", "share"),
    [
        ([(3, 1)] * 5, 0.75),
        ([(3, 1)] * 4, None),
        ([(3, 0)] * 5, 1.0),
        ([(0, 3)] * 5, 0.0),
        ([(3, 0)] * 5 + [(0, 3)], None),
        ([(3, 1)] * 5 + [(0, 90)], None),
        ([(3, 1)] * 5 + [(90, 0)], None),
        ([(30, 0)] * 5 + [(30, 3)], "over 90%"),
        ([(0, 30)] * 5 + [(3, 30)], "under 10%"),
        ([(9, 0)] * 3 + [(4, 5)] * 3, "about 70%"),
        ([(9, 0)] * 4 + [(4, 5)] * 2, None),
        ([(9, 0)] * 3 + [(8, 1)] * 2 + [(0, 9)], None),
        ([(0, 0)] * 5, None),
        ([(1_999, 8_001)] * 5, 0.2),
    ],
    ids=[
        "enough people on both sides",
        "four people",
        "everything shows it",
        "nothing shows it",
        "one person on one side",
        "one above all on one side",
        "one above all on the other",
        "nearly all shows it, whoever the rest is from",
        "nearly nothing shows it, whoever the rest is from",
        "three people on one side",
        "two people on one side",
        "one of three above all on one side",
        "no such work",
        "tenths of a percent",
    ],
)
def test_a_skill_is_told_where_both_sides_of_its_share_may_be(
    amounts: list[tuple[int, int]], share: float | str | None
) -> None:
    told = skills_told(parts_to_tell(work(*amounts), RULE))
    said = [share_words(one) if one.is_rough else one.share for one in told]
    assert said == ([] if share is None else [share])


def test_a_rough_share_stands_as_it_was_told_when_the_week_is_stated_anew() -> None:
    before = work(*[(30, 0)] * 5, (30, 3))
    told = parts_to_tell(before, RULE)
    after = {
        one: {name: 2 * amount for name, amount in parts.items()} for one, parts in before.items()
    }
    assert parts_to_tell_anew(told, before, after, RULE) == told


def test_a_share_that_was_told_in_full_does_not_become_a_rough_one() -> None:
    before = work(*[(30, 3)] * 5)
    told = parts_to_tell(before, RULE)
    after = {**before, 5: parts_of_work({MATCH: SkillWork(30, 33)})}
    assert parts_to_tell_anew(told, before, after, RULE) == {}


def test_how_far_a_skill_has_spread_goes_with_its_share_and_without_a_count() -> None:
    told = skills_told(parts_to_tell(work(*[(9, 1)] * 3, *[(1, 9)] * 2, (5, 5)), RULE))
    assert told == (SkillShare(MATCH, 0.567, Reach.ABOUT_HALF),)


def test_tokens_by_class_add_up_and_give_the_share_from_the_cache() -> None:
    one = {INPUT: 10, CACHE_READ: 70, CACHE_WRITE: 20, OUTPUT: 5}
    sums = sums_to_close(week_of([{**dict.fromkeys(NAMES, 0), **one}] * 5), RULE)
    assert sums is not None
    figures = week_figures(sums, scored=1)
    assert figures.by_class == {name: 5 * amount for name, amount in one.items()}
    assert figures.cache_share == 0.7
    assert cache_share_of({**one, CACHE_READ: 0, CACHE_WRITE: 0}) is None


@given(USED)
def test_whatever_is_told_is_fit_to_be_told_by_itself(used: list[Parts]) -> None:
    week = dict(enumerate(used))
    told = parts_to_tell(week, RULE)
    for split in SPLITS:
        assert len({name in told for name in split}) == 1, "a split is told whole or not at all"
    for name in set(NAMES) & set(told):
        assert told[name] == sum(one[name] for one in used)
        assert reason_to_withhold({n: one[name] for n, one in week.items()}, RULE) is None
    for skill in Skill:
        assert reach_of(skill) not in told or {good_of(skill), rough_of(skill)} & told.keys()
        assert not {good_of(skill), rough_of(skill)} <= told.keys()


@given(USED, st.lists(USED, min_size=1, max_size=4))
def test_two_statements_of_a_week_differ_in_each_part_by_what_may_be_told(
    first: list[Parts], later: list[list[Parts]]
) -> None:
    stated = [week_of(first)]
    sums = sums_to_close(stated[0], RULE)
    told = [sums] if sums else []
    for more in later if sums else []:
        after = week_of(_grown([one.parts for one in stated[-1]], more))
        anew = sums_to_close_anew(told[-1], stated[-1], after, RULE)
        if anew is not None:
            stated.append(after)
            told.append(anew)
    for after in range(len(told)):
        for before in range(after):
            _assert_fit(told[before], told[after], stated[before], stated[after])


def _grown(before: Sequence[Parts], more: Sequence[Parts]) -> list[dict[str, int]]:
    none = dict.fromkeys(NAMES, 0)
    added = [*more, *[none] * len(before)][: len(before)]
    return [
        {name: one[name] + plus[name] for name in NAMES}
        for one, plus in zip(before, added, strict=True)
    ]


def _assert_fit(
    before: WeekSums, after: WeekSums, used_before: list[PersonWeek], used_after: list[PersonWeek]
) -> None:
    assert before.parts is not None
    assert after.parts is not None
    assert set(after.parts) <= set(before.parts), "what was kept back stays so"
    for name in set(NAMES) & set(after.parts):
        change = {
            now.person_id: now.parts[name] - was.parts[name]
            for was, now in zip(used_before, used_after, strict=True)
        }
        assert after.parts[name] - before.parts[name] == sum(change.values())
        assert reason_to_withhold(change, RULE) is None
        assert min(change.values()) >= 0
    for skill in Skill:
        name = reach_of(skill)
        assert after.parts.get(name) in (None, before.parts.get(name)), "one person could move it"


ALL = {**dict.fromkeys(NAMES, 0), INPUT: 90, OUTPUT: 10, good_of(MATCH): 60, other_of(MATCH): 40}
MORE = {name: 2 * amount for name, amount in ALL.items()}


def test_a_part_that_fell_for_anybody_is_kept_back_from_then_on() -> None:
    before = week_of([ALL] * 6)
    relinked = {**MORE, good_of(MATCH): 20, other_of(MATCH): 180}
    after = week_of([*[MORE] * 5, relinked])
    closed = sums_to_close(before, RULE)
    assert closed is not None
    anew = sums_to_close_anew(closed, before, after, RULE)
    assert anew is not None
    assert anew.parts is not None
    assert skills_told(closed.parts)
    assert not skills_told(anew.parts)
    assert anew.parts[INPUT] == 2 * 540
    again = sums_to_close_anew(anew, after, week_of([{n: 4 * a for n, a in ALL.items()}] * 6), RULE)
    assert again is not None
    assert not skills_told(again.parts)


def test_what_was_linked_since_is_no_reason_to_state_a_week_anew() -> None:
    before = week_of([ALL] * 6)
    closed = sums_to_close(before, RULE)
    assert closed is not None
    linked = [replace(one, parts={**one.parts, good_of(MATCH): 100}) for one in before]
    assert not has_grown(closed, before, linked, RULE)


def test_a_week_closed_before_there_were_parts_never_tells_any() -> None:
    before, after = week_of([ALL] * 6), week_of([MORE] * 6)
    closed = sums_to_close(before, RULE)
    assert closed is not None
    old = replace(closed, parts=None)
    unkept = [replace(one, parts={}) for one in before]
    anew = sums_to_close_anew(old, unkept, after, RULE)
    assert anew is not None
    assert (anew.tokens, anew.parts) == (1200, None)
    figures = week_figures(anew, scored=1)
    assert (figures.by_class, figures.cache_share, figures.skills) == (None, None, ())


def test_a_week_stands_for_good_once_somebody_in_it_was_forgotten() -> None:
    before, after = week_of([ALL] * 7), week_of([MORE] * 7)
    closed = sums_to_close(before, RULE)
    assert closed is not None
    assert sums_to_close_anew(closed, before, after, RULE) is not None
    assert sums_to_close_anew(closed, before[1:], after[1:], RULE) is None
