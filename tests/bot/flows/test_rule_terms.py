"""How the rules are set: what a rule has shown of itself is that of its file as it is now."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.flows.rule_terms import proof_of
from storage import rule_backtests
from storage.database import Database
from tests.bot.rule_scene import NOW, proven
from tests.policies.rules.written import SOUND, judge_of

PASSES = SOUND.replace("    for: 1h\n", "").replace(
    "usage.requests: 20}\n        expect",
    "usage.requests: 20, cheaper.known: true, cheaper.saving_usd: 4.5}\n        expect",
)


@pytest.mark.parametrize(
    ("sound", "unsound"),
    [("{after: 1d", "{after: 2d"), ("could be saved.", "could be spared.")],
)
def test_tests_are_run_again_where_they_or_the_words_that_they_read_change(
    sound: str, unsound: str
) -> None:
    good, broken = judge_of(PASSES), judge_of(PASSES.replace(sound, unsound, 1))
    assert good.rule.digest == broken.rule.digest
    assert proof_of(good, {}).passes_tests
    assert not proof_of(broken, {}).passes_tests


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first": date(2026, 11, 23)}, "is of 1 day. It takes 14"),
        ({"first": date(2026, 11, 11)}, "is of 13 days. It takes 14"),
        ({"judged": 0}, "had nobody to judge"),
        ({"errors": 1}, "failed in its backtest"),
        ({"held_days": 1}, "over its limit in its backtest"),
        ({"thin_days": 60}, ""),
        ({"first": date(2026, 11, 10)}, ""),
    ],
)
def test_a_backtest_is_a_proof_only_where_it_judged_people_for_two_weeks_in_peace(
    database: Database, change: dict[str, Any], sentence: str
) -> None:
    judge = judge_of(PASSES)
    proven(database, judge.rule)
    with database.writing() as session:
        kept = rule_backtests.latest(session, judge.rule.id)
        assert kept is not None
        summary = replace(kept.summary, last=date(2026, 11, 23), **change)
        rule_backtests.add(session, "changed", summary, NOW)
        backtested = rule_backtests.shortfalls(session)
    assert backtested[judge.rule.digest] == ""
    assert sentence in backtested["changed"]
    assert bool(sentence) == bool(backtested["changed"])


def test_a_backtest_that_counts_is_not_undone_by_one_that_does_not(database: Database) -> None:
    judge = judge_of(PASSES)
    proven(database, judge.rule)
    with database.writing() as session:
        kept = rule_backtests.latest(session, judge.rule.id)
        assert kept is not None
        short = replace(kept.summary, first=kept.summary.last)
        rule_backtests.add(session, judge.rule.digest, short, NOW)
        proof = proof_of(judge, rule_backtests.shortfalls(session))
    assert (proof.is_backtested, proof.lacks) == (True, "")
