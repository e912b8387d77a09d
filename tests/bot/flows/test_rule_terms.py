"""How the rules are set: what a rule has shown of itself is that of its file as it is now."""

import pytest

from bot.flows.rule_terms import proof_of
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
    assert proof_of(good, set()).passes_tests
    assert not proof_of(broken, set()).passes_tests
