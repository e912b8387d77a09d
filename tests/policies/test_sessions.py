"""The course of a session: each fact by example, and all of them against plain definitions."""

from statistics import median_low

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.rules.catalogue import CATALOGUE
from policies.rules.facts import FactValue, SubjectKind
from policies.sessions import (
    MOST_REMEMBERED,
    US_PER_HOUR,
    Request,
    SessionFold,
    origin_of,
    session_facts,
)

SECOND = 1_000_000
MINUTE = 60 * SECOND


def asked(at_us: int, sent: int = 1_000, written: int = 100, **changes: object) -> Request:
    base = Request(at_us, "sonnet", (sent, 0, 0, 0, 0), written, 1_000_000_000)
    return base._replace(**changes)


def facts(*requests: Request, as_of_us: int = 10 * US_PER_HOUR) -> dict[str, FactValue]:
    return session_facts(requests, as_of_us)


def test_every_fact_of_a_session_is_told_but_for_sums_and_attribution() -> None:
    found = facts(asked(0))
    elsewhere = {n for n in CATALOGUE[SubjectKind.SESSION] if n.startswith("usage.")}
    assert set(CATALOGUE[SubjectKind.SESSION]) - set(found) - elsewhere == {"session.is_attributed"}
    for name, value in found.items():
        assert CATALOGUE[SubjectKind.SESSION][name].type.holds(value), name


def test_nothing_is_made_of_no_requests() -> None:
    fold = SessionFold().facts(0)
    assert not any(value for name, value in fold.items() if name != "session.is_over")


def test_a_session_lasts_from_its_first_request_to_its_latest_and_is_over_after_an_hour() -> None:
    requests = (asked(0), asked(3 * US_PER_HOUR))
    assert facts(*requests)["session.hours"] == 3.0
    assert facts(*requests, as_of_us=4 * US_PER_HOUR)["session.is_over"] is True
    assert facts(*requests, as_of_us=4 * US_PER_HOUR - 1)["session.is_over"] is False


def test_a_turn_is_a_prompt_whatever_many_requests_follow_from_it() -> None:
    hours = (0, 1, 2, 3, 5)
    prompts = ("p1", "p1", "p2", None, "p1")
    requests = [
        asked(hour * US_PER_HOUR, prompt_id=prompt)
        for hour, prompt in zip(hours, prompts, strict=True)
    ]
    found = facts(*requests)
    assert (found["session.human_turns"], found["session.turns_known"]) == (2, True)
    assert found["session.hours_without_human"] == 3.0


def test_without_prompts_turns_are_unknown() -> None:
    found = facts(asked(0), asked(US_PER_HOUR))
    assert (found["session.turns_known"], found["session.hours_without_human"]) == (False, 0.0)


def test_the_context_is_the_middle_of_the_first_and_the_last_tenth() -> None:
    sizes = [10, 90, 20, *[500] * 27, 1_000, 3_000, 2_000]
    found = facts(*(asked(n * MINUTE, size) for n, size in enumerate(sizes)))
    assert found["session.context_first"] == 20
    assert found["session.context_last"] == 2_000
    assert found["session.context_peak"] == 3_000
    assert found["session.context_growth"] == 100.0


def test_thirds_tell_what_a_token_sent_yields_and_what_the_end_cost() -> None:
    requests = [asked(n * MINUTE, 1_000, written) for n, written in enumerate([200, 100, 50])]
    found = facts(*requests)
    assert found["session.output_share_first"] == 0.2
    assert found["session.output_share_last"] == 0.05
    assert found["session.late_cost_usd"] == 1.0


def test_sub_agents_do_not_disturb_the_context_of_the_session() -> None:
    main = [asked(n * MINUTE, 1_000 + n) for n in range(4)]
    aside = [asked(n * MINUTE + 1, 90_000, query_source="sidechain") for n in range(4)]
    together = sorted(main + aside)
    for name in ("session.context_first", "session.context_last", "session.context_peak"):
        assert facts(*together)[name] == facts(*main)[name]
    assert facts(*aside)["session.context_peak"] == 90_000


@pytest.mark.parametrize(
    ("second", "is_retry"),
    [
        (asked(2 * MINUTE, 1_000, 20), True),
        (asked(MINUTE, 1_010, 0), True),
        (asked(MINUTE, 990, 0), True),
        (asked(MINUTE, 1_011, 0), False),
        (asked(2 * MINUTE + 1, 1_000, 0), False),
        (asked(MINUTE, 1_000, 21), False),
        (asked(MINUTE, 1_000, 0, model_id="opus"), False),
        (asked(MINUTE, 1_000, 0, agent_name="helper"), False),
    ],
)
def test_a_retry_repeats_the_request_before_and_gets_next_to_nothing(
    second: Request, is_retry: bool
) -> None:
    assert facts(asked(0), second)["retries.requests"] == int(is_retry)


def test_retries_in_a_row_are_counted_until_an_answer_comes() -> None:
    answers = [0, 0, 0, 0, 500, 0, 0]
    found = facts(*(asked(n * MINUTE, 1_000, written) for n, written in enumerate(answers)))
    assert (found["retries.requests"], found["retries.longest_run"]) == (5, 3)
    assert found["retries.cost_usd"] == 5.0


def test_the_same_request_further_back_is_redundant_and_a_retry_is_not() -> None:
    again = asked(9 * MINUTE)
    found = facts(asked(0), asked(MINUTE, 5_000), again, asked(10 * MINUTE, 1_000, 0))
    assert (found["redundant.requests"], found["retries.requests"]) == (1, 1)
    assert (found["redundant.share"], found["redundant.cost_usd"]) == (0.25, 1.0)
    other_class = again._replace(sent=(0, 1_000, 0, 0, 0))
    assert facts(asked(0), other_class)["redundant.requests"] == 0
    assert facts(asked(0), again._replace(model_id="opus"))["redundant.requests"] == 0


@pytest.mark.parametrize(
    ("names", "thread", "is_check"),
    [
        ((None, None, "claude-code/2.1.310"), "", False),
        ((None, "main", None), "", False),
        ((None, "sidechain", None), "sidechain", False),
        (("code-reviewer", "sidechain", None), "code-reviewer", True),
        (("run_tests", None, None), "run_tests", True),
        (("testRunner", None, None), "testRunner", True),
        ((None, "verify", None), "", True),
        ((None, None, "eslint"), "", False),
        (("latest-news", None, None), "latest-news", False),
        ((None, "CHECK_types", None), "", True),
        (("checkout-service", None, None), "checkout-service", False),
    ],
)
def test_a_name_tells_the_thread_and_whether_it_is_for_checking(
    names: tuple[str | None, str | None, str | None], thread: str, is_check: bool
) -> None:
    assert origin_of(*names) == (thread, is_check)


def test_checking_is_told_as_a_share_of_tokens() -> None:
    found = facts(asked(0, 900, 100), asked(MINUTE, 2_900, 100, agent_name="verifier"))
    assert (found["verification.requests"], found["verification.share"]) == (1, 0.75)
    assert found["verification.cost_usd"] == 1.0


def test_a_session_of_many_requests_takes_bounded_memory() -> None:
    fold = SessionFold()
    for number in range(MOST_REMEMBERED + 500):
        fold.take(asked(number, number))
    assert len(fold.seen) == MOST_REMEMBERED
    assert fold.facts(0)["redundant.requests"] == 0


REQUESTS = st.lists(
    st.builds(
        asked,
        st.integers(0, 400).map(lambda n: n * 30 * SECOND),
        st.sampled_from([0, 1_000, 1_005, 1_020, 50_000]),
        st.sampled_from([0, 20, 21, 900]),
        model_id=st.sampled_from(["sonnet", "opus"]),
        prompt_id=st.sampled_from([None, "p1", "p2", "p3"]),
        agent_name=st.sampled_from([None, None, "verifier", "helper"]),
        cost_nusd=st.integers(0, 10**9),
    ),
    min_size=1,
    max_size=40,
).map(lambda found: sorted(found, key=lambda one: one.start_us))


@given(REQUESTS)
def test_the_fold_agrees_with_the_plain_definitions(requests: list[Request]) -> None:
    found = session_facts(requests, 10**12)
    retries = [place for place in range(len(requests)) if plainly_retry(requests, place)]
    assert found["retries.requests"] == len(retries)
    assert found["retries.longest_run"] == longest_run(requests, retries)
    redundant = [
        place
        for place, one in enumerate(requests)
        if place not in retries
        and any((b.model_id, b.sent) == (one.model_id, one.sent) for b in requests[:place])
    ]
    assert found["redundant.requests"] == len(redundant)
    assert found["redundant.cost_usd"] == sum(requests[n].cost_nusd for n in redundant) / 1e9
    main = [one for one in requests if one.agent_name is None] or requests
    sizes, third = [sum(one.sent) for one in main], len(main) // 3
    tenth = max(len(main) // 10, 1)
    assert found["session.context_first"] == median_low(sizes[:tenth])
    assert found["session.context_last"] == median_low(sizes[len(main) - tenth :])
    late = main[len(main) - third :] if third else []
    assert found["session.late_cost_usd"] == sum(one.cost_nusd for one in late) / 1e9
    assert found["session.human_turns"] == len({one.prompt_id for one in requests} - {None})


def plainly_retry(requests: list[Request], place: int) -> bool:
    one = requests[place]
    same = [b for b in requests[:place] if b.agent_name == one.agent_name]
    if not same:
        return False
    before = same[-1]
    return (
        before.model_id == one.model_id
        and one.start_us - before.start_us <= 2 * MINUTE
        and abs(sum(one.sent) - sum(before.sent)) * 100 <= sum(before.sent)
        and one.written <= 20
    )


def longest_run(requests: list[Request], retries: list[int]) -> int:
    longest = 0
    for thread in {one.agent_name for one in requests}:
        run = 0
        for place, one in enumerate(requests):
            if one.agent_name == thread:
                run = run + 1 if place in retries else 0
                longest = max(longest, run)
    return longest
