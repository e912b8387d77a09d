"""Whether a tip helps: an effect that is there is found, none is not, and no look tells of few people."""

from collections.abc import Sequence
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.efficacy import (
    LEAST_PEOPLE,
    Effect,
    Measured,
    Verdict,
    effect_of,
    published_effect,
    whole_batches,
)
from policies.privacy import GroupRule
from policies.skills import SkillWork

RULE = GroupRule()
BASE = 1_000_000


def work(share: float) -> SkillWork:
    return SkillWork(round(min(1.0, max(0.0, share)) * BASE), BASE)


def simulated(
    effect: float, people: int, chance: Random, share: float = 0.2, trend: float = 0.05
) -> list[Measured]:
    """People whose skill rises by itself, and by `effect` more with those who were told."""
    found = []
    for person in range(people):
        is_held = chance.random() < share
        before = chance.betavariate(2, 4)
        change = trend + chance.gauss(0, 0.1) + (0 if is_held else effect)
        found.append(Measured(person, is_held, work(before), work(before + change)))
    return found


def effect(trials: Sequence[Measured], seed: int = 1) -> Effect:
    return effect_of(trials, Random(seed))


def test_an_effect_that_is_there_is_found() -> None:
    found = [effect(simulated(0.15, 400, Random(seed))) for seed in range(20)]
    assert all(one.verdict is Verdict.HELPS for one in found)
    assert sum(one.low <= 0.15 <= one.high for one in found) >= 16
    assert abs(sum(one.change for one in found) / 20 - 0.15) < 0.01


def test_where_there_is_none_it_stays_silent() -> None:
    found = [effect(simulated(0.0, 150, Random(seed))) for seed in range(100)]
    said = [one for one in found if one.verdict in (Verdict.HELPS, Verdict.HARMS)]
    assert len(said) <= 18
    assert not any(one.verdict is Verdict.HELPS and one.change > 0.15 for one in found)


def test_that_all_get_better_is_no_effect_of_the_tip() -> None:
    found = effect(simulated(0.0, 600, Random(3), trend=0.3))
    assert found.low < 0 < found.high


def test_with_enough_trials_no_effect_is_said_to_be_none() -> None:
    found = effect(simulated(0.0, 4_000, Random(5)))
    assert found.verdict is Verdict.NO_EFFECT


def test_a_tip_that_does_harm_is_said_to() -> None:
    assert effect(simulated(-0.15, 400, Random(2))).verdict is Verdict.HARMS


def test_few_people_are_too_few_to_conclude_from() -> None:
    trials = simulated(0.4, LEAST_PEOPLE - 1, Random(1), share=0.5)
    assert effect(trials).verdict is Verdict.OPEN


def test_one_persons_trials_are_alike_and_make_the_interval_no_narrower() -> None:
    alone = simulated(0.1, 60, Random(4))
    repeated = [one for one in alone for _ in range(20)]
    narrow, wide = effect(alone), effect(repeated)
    assert wide.high - wide.low > 0.8 * (narrow.high - narrow.low)


def test_the_same_trials_give_the_same_figure() -> None:
    trials = simulated(0.1, 80, Random(9))
    looks = {published_effect(trials, RULE, lambda: Random(7)) for _ in range(3)}
    assert len(looks) == 1


def test_no_one_persons_work_weighs_more_than_anothers() -> None:
    trials = simulated(0.1, 60, Random(4))
    first, *others = trials
    huge = first._replace(
        before=SkillWork(first.before.good * 10**6, first.before.base * 10**6),
        after=SkillWork(first.after.good * 10**6, first.after.base * 10**6),
    )
    assert effect([huge, *others]) == effect(trials)


# What may be shown.


@pytest.mark.parametrize(("told", "held"), [(4, 5), (5, 4), (0, 9), (40, 4)])
def test_with_fewer_than_the_minimum_in_an_arm_nothing_is_shown(told: int, held: int) -> None:
    trials = [Measured(n, n < held, work(0.3), work(0.5)) for n in range(told + held)]
    found = published_effect(trials, RULE, lambda: Random(1))
    assert found.shown is None
    assert found.withheld is not None


def test_with_the_minimum_in_both_arms_it_is_shown_and_concludes_nothing() -> None:
    trials = [Measured(n, n < 5, work(0.3), work(0.3 if n < 5 else 0.5)) for n in range(10)]
    found = published_effect(trials, RULE, lambda: Random(1)).shown
    assert found is not None
    assert (found.told, found.held, found.verdict) == (5, 5, Verdict.OPEN)
    assert found.change == pytest.approx(0.2)


def test_work_that_was_not_there_before_or_after_is_no_trial() -> None:
    nothing = SkillWork(0, 0)
    trials = [Measured(n, n < 5, work(0.3), work(0.5) if n else nothing) for n in range(10)]
    assert published_effect(trials, RULE, lambda: Random(1)).shown is None


TRIALS = st.lists(
    st.builds(
        Measured,
        st.integers(1, 40),
        st.booleans(),
        st.floats(0, 1).map(work),
        st.one_of(st.floats(0, 1).map(work), st.just(SkillWork(0, 0))),
    ),
    max_size=150,
)


@given(TRIALS, st.integers(3, 6))
def test_two_looks_never_differ_by_fewer_people_than_the_minimum(
    trials: list[Measured], minimum: int
) -> None:
    rule = GroupRule(minimum)
    looks = [whole_batches(trials[:n], rule) for n in range(len(trials) + 1)]
    for before, after in pairwise(looks):
        assert after[: len(before)] == before
        added = after[len(before) :]
        for is_held in (False, True):
            people = {one.person_id for one in added if one.is_held is is_held}
            assert not added or len(people) >= minimum
