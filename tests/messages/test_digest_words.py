import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from messages.digest.behaviours import NAMES, skill_figures
from messages.digest.impact import impact_facts, impact_figures
from messages.digest.words import DigestWords, words_of
from messages.digest.workflows import course_in_words, curves, workflows_kept_back
from messages.digest_text import digest_text
from messages.pages.digest import Digest, DigestDetails, DigestWorkflows
from messages.render import render
from policies.digest import TeamDigest, UsualRange, WeekImpact
from policies.metrics import PersonWeek
from policies.reviews import ImpactUnit
from policies.rules.reports import FindingCounts
from policies.skills import Reach, Skill, SkillShare
from policies.workflows import Course, TeamCurve
from tests.messages.digest_examples import (
    USUAL,
    curve,
    dominated,
    full,
    kept_back,
    many,
    stale,
    told,
    unpriced,
    with_usage,
)
from tests.messages.examples import WEEK, as_typed, team_digest


def whole() -> TeamDigest:
    return full(as_typed, team_digest())


def text_of(digest: TeamDigest) -> str:
    """What the channel reads, as JSON."""
    return json.dumps(render(Digest(digest, ())), ensure_ascii=False)


def said(digest: TeamDigest) -> str:
    """The whole digest as a terminal shows it, in one line."""
    return " ".join(digest_text(digest).split())


# What comes in badly, and the sentence that it gets in Slack and in the terminal.
BAD_INPUT: list[tuple[str, Callable[[], TeamDigest], str]] = [
    (
        "too few people",
        lambda: team_digest(people=3, gap=None),
        (
            "Figures are withheld this week: fewer than 5 people used AI tools, so tokens and cost stay "
            "private. Outcomes are listed below, without ratios."
        ),
    ),
    (
        "one huge contributor",
        lambda: dominated(team_digest()),
        (
            "Figures are withheld this week: one person's share is too large, so tokens and cost stay "
            "private."
        ),
    ),
    (
        "outcomes without tokens",
        lambda: with_usage(team_digest(), []),
        "Payments had 9 verified outcomes. No usage has arrived for this week yet.",
    ),
    (
        "tokens without outcomes",
        lambda: with_usage(team_digest(), [PersonWeek(n, 10**7, Decimal(4)) for n in range(6)], 0),
        "Payments used 60M tokens; no outcome was verified this week.",
    ),
    (
        "a week without data",
        lambda: team_digest(verified=0, claimed=0, tokens=0, weeks=1),
        "Payments had no verified outcome this week, and no usage of it has arrived.",
    ),
    (
        "prices missing",
        lambda: unpriced(team_digest()),
        "No price is known for the models that were used, so there is no cost.",
    ),
    (
        "a price missing",
        team_digest,
        "2% of the tokens have no known price and are not in the cost.",
    ),
    (
        "a source that stopped",
        lambda: stale(team_digest(), as_typed, WEEK),
        "The end of the week may be missing from claude-code.",
    ),
    (
        "no split by class",
        team_digest,
        "Tokens by class are not told: too few people used one of the classes.",
    ),
    (
        "no skills",
        team_digest,
        "Not told this week, as there was too little of it, or it would say too much of single people: the four skills.",
    ),
]


@pytest.mark.parametrize(
    ("what", "digest", "sentence"), BAD_INPUT, ids=[row[0] for row in BAD_INPUT]
)
def test_what_comes_in_badly_is_said_in_a_sentence(
    what: str, digest: Callable[[], TeamDigest], sentence: str
) -> None:
    assert sentence in said(digest()), what
    assert sentence in text_of(digest()), what


def test_without_a_price_no_outcome_is_told_to_cost_nothing() -> None:
    assert "$0" not in said(unpriced(team_digest())).replace("$0.", "")
    costs = [one.value for one in impact_figures(unpriced(team_digest())) if "Cost" in one.name]
    assert costs == ["not known"]


def test_an_outcome_whose_owner_was_deleted_is_listed_without_a_name() -> None:
    assert "O-1, size M, owner no longer known" in text_of(team_digest())


def test_a_digest_of_a_team_below_the_minimum_lists_its_outcomes_and_holds_no_ratio() -> None:
    digest = many(full(as_typed, team_digest(people=3, gap=None)), 8)
    words = words_of(digest)
    assert [one.name for one in words.impact] == ["Verified outcomes", "Durable outcomes"]
    assert (words.skills, words.usage) == ((), ())
    assert "O-7, size M" in text_of(digest)


# Impact


@pytest.mark.parametrize(
    ("usual", "sentence"),
    [
        (USUAL, "0.025 outcomes per million tokens, within its usual range (0.017 to 0.031)"),
        (
            UsualRange(Decimal("0.03"), Decimal("0.04"), 11, "below"),
            "below its usual range (0.030 to 0.040)",
        ),
        (
            UsualRange(Decimal("0.01"), Decimal("0.01"), 8, "above"),
            "above its usual range (0.010)",
        ),
    ],
)
def test_the_headline_sets_the_ratio_beside_the_usual_range(
    usual: UsualRange, sentence: str
) -> None:
    words = words_of(replace(team_digest(), usual=told(usual)))
    assert sentence in words.headline
    assert "Usual range" in (words.chart.in_words if words.chart else "")


def test_a_usual_range_is_not_claimed_where_none_is_known_or_told() -> None:
    unknown, private = team_digest(), replace(team_digest(), usual=kept_back(USUAL))
    assert words_of(unknown).headline.endswith("0.025 outcomes per million tokens.")
    (per_million,) = (one for one in impact_figures(unknown) if "per million" in one.name)
    assert per_million.against == "last week 0.020; median of 10 earlier weeks 0.023"
    (per_million,) = (one for one in impact_figures(private) if "per million" in one.name)
    assert per_million.against.startswith("its usual range is withheld: fewer than 5 people")
    chart = words_of(private).chart
    assert chart is not None
    assert chart.band == ""


@pytest.mark.parametrize(
    ("impact", "line"),
    [
        (WeekImpact(), ""),
        (WeekImpact(rejected=1, decided=4), "Sent back: 1 of 4 reviews."),
        (WeekImpact(rejected=3, decided=12), "Sent back: 3 of 12 reviews (25%)."),
        (WeekImpact(decided=12), "Sent back: none of 12 reviews."),
        (WeekImpact(decided=1), "Sent back: none of 1 review."),
        (WeekImpact(days_to_verify=1.0), "Declared to verified: 1 day (median)."),
        (WeekImpact(days_to_verify=2.46), "Declared to verified: 2.5 days (median)."),
        (
            WeekImpact(decided=3, review_minutes=50, reviews_timed=2),
            "Sent back: none of 3 reviews. Reviewing took 50 minutes in 2 of 3 reviews.",
        ),
        (
            WeekImpact(decided=1, review_minutes=1, reviews_timed=1),
            "Sent back: none of 1 review. Reviewing took 1 minute in 1 review.",
        ),
    ],
)
def test_what_became_of_claims_is_said_as_far_as_it_is_known(impact: WeekImpact, line: str) -> None:
    assert list(impact_facts(replace(team_digest(), impact=impact))) == [line]


def test_impacts_of_several_units_are_never_added_up() -> None:
    noted = {ImpactUnit.HOURS: Decimal("3.5"), ImpactUnit.CYCLE_TIME: Decimal(2)}
    first, *_ = impact_facts(replace(team_digest(), impact=WeekImpact(impacts=noted)))
    assert first == (
        "Impact, as reviewers noted it: 2 days off the cycle time and 3.5 hours saved a week."
    )


# Behaviours


def with_shares(now: float, before: tuple[float, ...], reach: Reach | None = None) -> TeamDigest:
    """A digest in which one skill moved; `before` is oldest first."""
    plain = team_digest(weeks=len(before), gap=None)
    weeks = [
        replace(
            week,
            figures=week.figures.then(
                lambda one, share=share: replace(  # type: ignore[misc]  # bound in the loop
                    one, skills=(SkillShare(Skill.MATCH_MODEL, share, reach),)
                )
            ),
        )
        for week, share in zip((*plain.history, plain.this_week), (*before, now), strict=True)
    ]
    return replace(plain, this_week=weeks[-1], history=tuple(weeks[:-1]))


@pytest.mark.parametrize(
    ("now", "before", "reach", "sentence"),
    [
        (0.71, (0.58,), None, "of the cost of outcomes, up from 58%"),
        (0.71, (0.9,) * 3, None, "of the cost of outcomes, down from 90%"),
        (0.71, (0.7,) * 3, None, "of the cost of outcomes, level with 70%"),
        (0.71, (0.56, 0.58, 0.58, 0.6, *(0.7,) * 7), None, "of the cost of outcomes, up from 58%"),
        (0.71, (), Reach.FEW, "of the cost of outcomes; in the work of few people"),
        (
            0.71,
            (0.58,),
            Reach.MOST,
            "of the cost of outcomes, up from 58%; in the work of most people",
        ),
    ],
)
def test_a_skill_is_set_beside_the_oldest_weeks(
    now: float, before: tuple[float, ...], reach: Reach | None, sentence: str
) -> None:
    (figure,) = skill_figures(with_shares(now, before, reach))
    assert (figure.name, figure.value, figure.against) == (
        "Model matched to task",
        "71%",
        sentence,
    )


def test_which_weeks_shares_are_compared_with_is_said_once() -> None:
    words = words_of(with_shares(0.71, (0.58,) * 11))
    assert "Shares are compared with the weeks of 31 Aug to 21 Sep." in words.behaviours
    words = words_of(with_shares(0.71, (0.58,)))
    assert "Shares are compared with the week of 9 Nov." in words.behaviours


def test_skills_that_are_not_told_are_named() -> None:
    words = words_of(with_shares(0.71, (0.58,)))
    assert words.behaviours[-1] == (
        "Not told this week, as there was too little of it, or it would say too much of single people: "
        "scope set first, context curated and restarted clean."
    )


def test_what_rules_found_is_told_as_counts() -> None:
    words = words_of(replace(team_digest(), findings=FindingCounts(12, 7)))
    assert "33% of the tokens are linked to no outcome. Rules: 12 findings, 7 resolved." in (
        words.behaviours
    )


def test_tips_that_were_told_are_said_where_nothing_else_of_rules_may_be() -> None:
    words = words_of(replace(team_digest(), findings=FindingCounts(0, 0, coached=10)))
    assert any(line.endswith("Rules: 10 tips told.") for line in words.behaviours)


def test_every_skill_has_its_name() -> None:
    assert set(NAMES) == set(Skill)


# Workflows


@pytest.mark.parametrize(
    ("shown", "sentence"),
    [
        (
            curve("x"),
            (
                "a run costs less: $1.20 at first, $0.84 by now (12% to 41% less); "
                "34 runs with claude-opus-4-6"
            ),
        ),
        (
            curve("x", Course.RISING, 12),
            (
                "a run costs more: $1.20 at first, $1.54 by now (8% to 55% more); "
                "12 runs with claude-opus-4-6"
            ),
        ),
        (
            curve("x", Course.LEVEL, 18),
            "a run stays level at $1.20; 18 runs with claude-opus-4-6",
        ),
        (
            replace(curve("x", Course.UNCLEAR, 9), per_unit=True),
            "no clear trend in the cost of a unit of work; 9 runs with claude-opus-4-6",
        ),
        (curve("x", Course.TOO_FEW_RUNS, 1), "not enough runs yet; 1 run with claude-opus-4-6"),
        (TeamCurve("x", "m", 5, Course.LEVEL), "a run stays level; 5 runs with m"),
    ],
)
def test_a_workflow_s_course_claims_no_more_than_its_runs_tell(
    shown: TeamCurve, sentence: str
) -> None:
    assert course_in_words(shown) == sentence


def test_workflows_that_are_kept_back_are_counted_and_never_named() -> None:
    assert workflows_kept_back(whole()) == (
        "1 other workflow stays private: too few people run it, or one of them most of it."
    )
    pages = (Digest(whole(), ()), DigestWorkflows(whole(), ()), DigestDetails(whole(), ()))
    assert "secret" not in str([render(page) for page in pages]) + digest_text(whole())


def test_the_two_curves_with_a_trend_and_the_most_runs_are_drawn() -> None:
    titles = [chart.title for chart in curves(whole())]
    assert titles == ["Cost of a run: nightly triage", "Cost of a run: schema review"]


def test_a_team_without_a_workflow_has_no_second_reply() -> None:
    assert DigestWorkflows(team_digest(), ()).is_empty
    assert not DigestWorkflows(whole(), ()).is_empty


def test_every_section_stands_in_the_terminal_too() -> None:
    words: DigestWords = words_of(whole())
    shown = said(whole())
    for figure in (*words.impact, *words.skills, *words.usage):
        assert " ".join(f"{figure.name}: {figure.value} {figure.against}".split()) in shown
    for fact in (*words.impact_facts, *words.behaviours, *words.usage_facts):
        assert fact in shown
    assert "nightly triage: a run costs less" in shown
    assert "Tip of the week: Start trivial work on a small model" in shown
    assert "From: https://docs.example.com/choosing-a-model" in shown
