import pytest

from policies.outcome_splits import Declared, bare_title, most_alike
from policies.outcomes import KeyKind, OutcomeKey

TICKET, BRANCH, PR, TAG = KeyKind.TICKET, KeyKind.BRANCH, KeyKind.PULL_REQUEST, KeyKind.TAG


def declared(title: str, *keys: tuple[KeyKind, str]) -> Declared:
    return Declared(title, tuple(OutcomeKey(*key) for key in keys))


@pytest.mark.parametrize(
    ("sentence", "outcomes", "expected"),
    [
        ("nothing is like nothing", [], 0),
        ("one alone is like no other", [declared("Cut p95")], 0),
        ("two of different names", [declared("Cut p95"), declared("Drop a table")], 0),
        (
            "numbered parts are one piece of work",
            [declared("Fix test 1"), declared("fix test #2"), declared("Fix  test (3)")],
            3,
        ),
        ("numbers alone are no name", [declared("1"), declared("2")], 0),
        (
            "names in any script",
            [declared("Исправить тест 1"), declared("исправить тест 2")],
            2,
        ),
        (
            "one ticket in any case",
            [declared("A", (TICKET, "PAY-1")), declared("B", (TICKET, "pay-1"))],
            2,
        ),
        (
            "one branch however it is written",
            [declared("A", (BRANCH, "x")), declared("B", (BRANCH, "refs/heads/x"))],
            2,
        ),
        (
            "one pull request",
            [declared("A", (PR, "acme/app#7")), declared("B", (PR, "acme/app#7"))],
            2,
        ),
        (
            "a tag is a team's own",
            [declared("A", (TAG, "x")), declared("B", (TAG, "x"))],
            0,
        ),
        (
            "like by one mark and another",
            [
                declared("A", (TICKET, "PAY-1")),
                declared("B", (BRANCH, "x")),
                declared("C", (TICKET, "PAY-2")),
                declared("D", (TICKET, "PAY-1"), (BRANCH, "x")),
            ],
            3,
        ),
        (
            "the largest of several groups",
            [declared("A 1"), declared("A 2"), declared("B 1"), declared("B 2"), declared("B 3")],
            3,
        ),
    ],
)
def test_the_most_that_are_alike(sentence: str, outcomes: list[Declared], expected: int) -> None:
    assert most_alike(outcomes) == expected, sentence
    assert most_alike(reversed(outcomes)) == expected, sentence


def test_a_bare_title_keeps_letters_alone() -> None:
    assert bare_title("Fix: test #12 (part 3/4)!") == "fix test part"
