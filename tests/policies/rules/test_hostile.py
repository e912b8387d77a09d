"""Hostile rule files: whatever the text, there are rules or problems, and within two seconds."""

import time
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from policies.rules.compiled import compile_rule
from policies.rules.nodes import LARGEST_FILE
from policies.rules.reading import LONGEST_SENTENCE, MOST_PROBLEMS, Reading, read_rules
from tests.policies.rules.written import SOUND, small

IN_TIME = 2.0
FUZZED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)


def read(text: str) -> Reading:
    """The reading of a text, found to be within its bounds."""
    reading = read_rules(text, "file")
    assert not (reading.rules and reading.problems)
    assert reading.rules or reading.problems
    assert len(reading.problems) <= MOST_PROBLEMS + 1
    lines = text.count("\n") + 1
    for one in reading.problems:
        assert one.sentence.endswith((".", "?", "…"))
        assert "\n" not in one.sentence
        assert len(one.sentence) <= LONGEST_SENTENCE
        assert 1 <= one.place.line <= lines
        assert one.place.column >= 1
    for rule in reading.rules:
        compile_rule(rule)
    return reading


def repeated(part: str) -> str:
    return part * (LARGEST_FILE // len(part))


def misspelt_keys() -> str:
    keys = (
        f"{letter}ag_er_teh_{n}: 1" for letter in "abcdefghijklmnopqrstuvwxyz" for n in range(7)
    )
    return f"  - {{id: a, title: A, subject: outcome, when: 'true', {', '.join(keys)}}}\n"


def long_rule(number: int) -> str:
    quotients = " && ".join(["usage.cost_usd / cheaper.cost_usd > 1.0"] * 45)
    return small(quotients, id_=f"rule-{number}").partition("rules:\n")[2]


HOSTILE: dict[str, Callable[[], str]] = {
    "a bomb of anchors": lambda: "a: &a [x,x]\n" + "".join(f"b{n}: &b{n} [*a,*a]\n" for n in range(99)),
    "open lists": lambda: repeated("["),
    "open maps": lambda: repeated("{a: "),
    "lists below lists": lambda: repeated("- "),
    "questions": lambda: repeated("? "),
    "steps": lambda: "".join(" " * n + "a:\n" for n in range(700)),
    "many keys": lambda: "".join(f"k{n}: 1\n" for n in range(20_000)),
    "many values": lambda: "a: [" + repeated("1,"),
    "one word": lambda: repeated("x"),
    "one quoted text": lambda: '"' + repeated("x "),
    "escapes": lambda: '"' + repeated("\\x41")[:-9] + '"',
    "line breaks": lambda: repeated("\n"),
    "comments": lambda: repeated("#\n"),
    "colons": lambda: repeated(":"),
    "directives": lambda: repeated("%A b\n"),
    "a block": lambda: "a: |\n" + repeated(" x\n")[:-9],
    "folds": lambda: "a: >\n" + repeated("  x\n\n")[:-9],
    "tags": lambda: "!<" + repeated("%41")[:-9] + "> a",
    "many rules": lambda: "apiVersion: mileage/v1\nrules:\n" + "- {id: a, when: usage.x > 5}\n" * 5_000,
    "many faults": lambda: small("usage.cost_usd > 5" + " || usage.cost_usd > 5" * 80),
    "many tests": lambda: SOUND + SOUND[SOUND.index("      - name: a hard") :] * 1_000,
    "parentheses": lambda: small("(" * 10_000 + "true" + ")" * 10_000),
    "short parentheses": lambda: small("(" * 900 + "true" + ")" * 900),
    "exclamation marks": lambda: small("'" + "!" * 1_900 + "true'"),
    "minus signs": lambda: small("'" + "-" * 1_900 + "1 > 0'"),
    "questions in CEL": lambda: small("'" + "true ? true : " * 130 + "true'"),
    "quotients": lambda: small("'" + "usage.cost_usd / (" * 10 + "usage.cost_usd" + ")" * 10 + " > 1.0'"),
    "a long sum": lambda: small("'" + "usage.tokens + " * 120 + "1 > 0'"),
    "a pattern": lambda: small("""'outcome.kind.matches("(a+)+(b|c|d)*((x{100}){100}){100}$")'"""),
    "many patterns": lambda: small("'" + " && ".join(['outcome.kind.matches("a{900}(b|c){30}")'] * 40) + "'"),
    "misspelt keys": lambda: "apiVersion: mileage/v1\nrules:\n" + misspelt_keys() * 50,
    "long rules": lambda: "apiVersion: mileage/v1\nrules:\n" + "".join(long_rule(n) for n in range(50)),
    "a long pattern": lambda: small("'outcome.kind.matches(\"" + "a?" * 400 + "\")'"),
    "a big number": lambda: small("9" * 1_900 + " > usage.tokens"),
    "a big exponent": lambda: small("1e" + "9" * 1_000 + " > usage.cost_usd"),
    "a big version": lambda: SOUND.replace("version: 1", "version: " + "9" * 3_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_in_time(name: str) -> None:
    text = HOSTILE[name]()
    start = time.process_time()
    read(text)
    assert time.process_time() - start < IN_TIME


@FUZZED
@given(st.text(max_size=300))
@example("\ufeff")
@example("a: \r\r\n b")
def test_any_text_is_read(text: str) -> None:
    read(text)


@FUZZED
@given(st.text(alphabet="[]{}:,-?!&*#|>'\"%@`~ \n\tab1.", max_size=120))
def test_any_punctuation_is_read(text: str) -> None:
    read(text)


@FUZZED
@given(st.data())
def test_any_change_of_a_sound_file_is_read(data: st.DataObject) -> None:
    text = SOUND
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        until = min(len(text), at + data.draw(st.integers(0, 40)))
        put = data.draw(
            st.text(max_size=12) | st.sampled_from([SOUND[10:60], "\n", "  ", ": ", "- ", '"'])
        )
        text = text[:at] + put + text[until:]
    read(text)


WORDS = st.sampled_from(
    ["usage.cost_usd", "usage.tokens", "outcome.size", "outcome.is_open", "params.a", "nobody.knows",
     "5", "5.0", '"S"', "true", "null", ">", "<=", "==", "&&", "||", "!", "-", "+", "/", "%", "?", ":",
     "(", ")", "[", "]", ",", "in", "size(", ".matches(", "double(", "int(", " ", "\u00e9", "'"]
)  # fmt: skip


@FUZZED
@given(st.lists(WORDS, max_size=14), st.sampled_from(["|", ">-", ">"]))
def test_any_words_make_a_condition_or_problems(words: list[str], style: str) -> None:
    read(small(f"{style}\n      {' '.join(words)}"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8) | st.sampled_from(["default", "coach", "after"]), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip
KEYS = [
    "version",
    "params",
    "min_data",
    "scope",
    "limit",
    "say",
    "tests",
    "for",
    "group_by",
    "when",
    "links",
]


@FUZZED
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4))
def test_any_values_of_keys_are_read(values: dict[str, object]) -> None:
    import json

    lines = [f"{key}: {json.dumps(value)}" for key, value in values.items()]
    read(small("outcome.is_open", *(one for one in lines if not one.startswith("when"))))
