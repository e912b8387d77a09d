"""What counts for the four skills: a session that drags on, how far a skill has spread, whose numbers they are."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rule_files import files_in_use
from policies import skills
from policies.rules.ruleset import RuleSet
from policies.skills import (
    COMPARED,
    Reach,
    SessionRequest,
    Skill,
    SkillWork,
    added_up,
    cost_of_dragging_on,
    reach,
)

HOUR_US = 3_600_000_000
WHOLE, NONE = SkillWork(1, 1), SkillWork(0, 1)


def stretch(
    hour: float, count: int, sent: int = 10_000, written: int = 500
) -> list[SessionRequest]:
    """Requests one microsecond apart, of one nano-dollar each."""
    start = int(hour * HOUR_US)
    return [SessionRequest(start + n, sent, written, 1) for n in range(count)]


@pytest.mark.parametrize(
    ("later", "cost"),
    [
        pytest.param(stretch(4, 40, sent=30_000), 40 - 9, id="from the tenth large request on"),
        pytest.param(stretch(4, 40, sent=29_999), 0, id="less than three times the context"),
        pytest.param(stretch(3.99, 40, sent=30_000), 0, id="less than four hours"),
        pytest.param(stretch(4, 40, 30_000, 750), 31, id="exactly half the yield"),
        pytest.param(stretch(4, 40, 30_000, 751), 0, id="more than half the yield"),
        pytest.param(stretch(4, 40, 30_000, 0), 31, id="no yield at all"),
        pytest.param(stretch(4, 9, sent=30_000), 0, id="nine large requests are too few"),
        pytest.param(stretch(4, 10, 30_000) + stretch(5, 20), 1, id="a compaction ends it"),
    ],
)
def test_a_session_drags_on_when_it_is_long_and_sends_much_more_for_less(
    later: list[SessionRequest], cost: int
) -> None:
    assert cost_of_dragging_on([*stretch(0, 20), *later], 0) == cost


def test_a_session_of_fewer_than_thirty_requests_does_not_drag_on() -> None:
    short = [*stretch(0, COMPARED), *stretch(5, 19, sent=40_000)]
    assert cost_of_dragging_on(short, 0) == 0
    assert cost_of_dragging_on([*short, *stretch(6, 1, sent=40_000)], 0) == 1


@pytest.mark.parametrize(("sent", "written"), [(0, 500), (10_000, 0), (0, 0)])
def test_a_session_whose_beginning_says_nothing_does_not_drag_on(sent: int, written: int) -> None:
    requests = [*stretch(0, 30, sent, written), *stretch(5, 30, sent=90_000)]
    assert cost_of_dragging_on(requests, 0) == 0


def test_only_what_came_since_the_moment_counts() -> None:
    requests = [*stretch(0, 30), *stretch(5, 20, sent=40_000), *stretch(9, 7, sent=40_000)]
    assert cost_of_dragging_on(requests, 0) == 14 + 7
    assert cost_of_dragging_on(requests, 9 * HOUR_US) == 7
    assert cost_of_dragging_on(requests, 10 * HOUR_US) == 0
    assert cost_of_dragging_on([], 0) == 0


REQUESTS = st.lists(
    st.builds(
        SessionRequest,
        st.integers(0, 8 * HOUR_US),
        st.sampled_from((0, 5_000, 20_000, 60_000)),
        st.sampled_from((0, 20, 500)),
        st.integers(0, 9),
    ),
    max_size=90,
).map(sorted)


@given(REQUESTS, st.integers(0, 8 * HOUR_US))
def test_it_is_what_a_naive_reckoning_says(requests: list[SessionRequest], since_us: int) -> None:
    def totals(ones: list[SessionRequest]) -> tuple[int, int]:
        return sum(one.sent for one in ones), sum(one.written for one in ones)

    cost = 0
    for n, one in enumerate(requests):
        (sent, written), (now_sent, now_written) = (
            totals(requests[:10]),
            totals(requests[n - 9 : n + 1]),
        )
        if n < 29 or one.start_us - requests[0].start_us < 4 * HOUR_US or one.start_us < since_us:
            continue
        if sent and written and now_sent >= 3 * sent:
            cost += one.cost_nusd if now_written / now_sent <= 0.5 * written / sent else 0
    assert cost_of_dragging_on(requests, since_us) == cost


@pytest.mark.parametrize(
    ("works", "expected"),
    [
        ([], None),
        ([SkillWork(0, 0)], None),
        ([NONE] * 5, Reach.FEW),
        ([WHOLE] * 1 + [NONE] * 3, Reach.FEW),
        ([WHOLE] * 2 + [NONE] * 4, Reach.ABOUT_HALF),
        ([WHOLE] * 3 + [NONE] * 2, Reach.ABOUT_HALF),
        ([WHOLE] * 4 + [NONE] * 2, Reach.MOST),
        ([WHOLE] * 6, Reach.MOST),
        ([WHOLE] * 4 + [NONE] * 2 + [SkillWork(0, 0)] * 9, Reach.MOST),
        ([SkillWork(4, 5)] * 5, Reach.MOST),
        ([SkillWork(79, 100)] * 5, Reach.FEW),
    ],
)
def test_reach_is_told_in_thirds_of_those_who_could_show_it(
    works: list[SkillWork], expected: Reach | None
) -> None:
    assert reach(works) is expected


def test_works_add_up() -> None:
    assert added_up([]) == SkillWork(0, 0)
    assert added_up([SkillWork(1, 2), SkillWork(3, 4)]) == SkillWork(4, 6)
    assert (SkillWork(1, 4).share, SkillWork(0, 0).share) == (0.25, None)


def test_the_numbers_are_those_of_the_rules_that_teach_the_skill() -> None:
    judges = RuleSet.of((one.name, one.read()) for one in files_in_use(None)).judges
    large, dragging = judges["oversized-context"].rule, judges["degraded-session"].rule
    assert large.defaults["context_tokens"] == skills.LARGE_CONTEXT
    assert dragging.defaults["hours"] == skills.DRAGS_AFTER / timedelta(hours=1)
    assert dragging.defaults["growth"] == skills.DRAGS_GROWTH
    assert dragging.defaults["yield_left"] == skills.YIELD_LEFT
    assert dragging.min_data["usage.requests"] == skills.DRAGS_FROM_REQUEST


def test_every_skill_that_a_rule_names_is_one_of_the_four() -> None:
    rules = RuleSet.of((one.name, one.read()) for one in files_in_use(None)).rules
    assert {rule.skill for rule in rules} - {""} == {*Skill}
