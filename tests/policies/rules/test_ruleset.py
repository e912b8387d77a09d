"""Rules of several files: in a stable order, each id once, and with a digest of their meaning."""

import pytest

from policies.rules.facts import SubjectKind
from policies.rules.reading import read_rules
from policies.rules.ruleset import RuleSet
from tests.policies.rules.written import SOUND, small


def digest(text: str) -> str:
    return read_rules(text, "file").rules[0].digest


def test_rules_are_in_the_order_of_their_ids_whatever_the_files() -> None:
    files = [("a", small("outcome.is_open", id_=name)) for name in ("zebra", "ant", "cow")]
    rules = RuleSet.of_texts(files)
    assert list(rules.judges) == ["ant", "cow", "zebra"]
    assert [one.id for one in rules.rules] == ["ant", "cow", "zebra"]


def test_rules_are_found_by_what_they_are_about() -> None:
    rules = RuleSet.of_texts(
        [
            ("a", small("outcome.is_open", id_="a")),
            ("b", small("session.is_over", subject="session", id_="b")),
        ]
    )
    assert [one.rule.id for one in rules.about(SubjectKind.SESSION)] == ["b"]


def test_the_second_file_with_an_id_is_refused_as_a_whole() -> None:
    second = small("outcome.is_open") + small("outcome.is_open", id_="b").partition("rules:\n")[2]
    rules = RuleSet.of_texts([("one", small("outcome.is_open")), ("two", second)])
    assert list(rules.judges) == ["small"]
    assert [str(one) for one in rules.problems] == [
        "two:3:5: The id small is taken by one:3:5. Choose another."
    ]


def test_an_inhibitor_that_is_no_rule_is_told_and_inhibits_nothing() -> None:
    rules = RuleSet.of_texts([("a", small("outcome.is_open", "inhibited_by: [smal]"))])
    assert rules.judges["small"].rule.inhibited_by == ()
    assert list(rules.judges) == ["small"]
    assert [str(one) for one in rules.problems] == [
        "a:3:5: “inhibited_by” names smal, which is no rule. Did you mean “small”?"
    ]


def inhibited(id_: str, by: str) -> tuple[str, str]:
    return (id_, small("outcome.is_open", f"inhibited_by: [{by}]", id_=id_))


@pytest.mark.parametrize(
    ("before", "last", "circle"),
    [
        ([inhibited("a", "b")], inhibited("b", "a"), "b waits for a waits for b"),
        (
            [inhibited("a", "b"), inhibited("b", "c")],
            inhibited("c", "a"),
            "c waits for a waits for b waits for c",
        ),
    ],
    ids=["of two", "of three"],
)
def test_the_file_that_closes_a_circle_of_inhibitors_is_refused(
    before: list[tuple[str, str]], last: tuple[str, str], circle: str
) -> None:
    rules = RuleSet.of_texts([*before, last])
    assert list(rules.judges) == [id_ for id_, _ in before]
    assert str(rules.problems[0]) == (
        f"{last[0]}:3:5: “inhibited_by” goes round in a circle: {circle}. Take one of them out."
    )


def test_a_circle_within_a_file_is_told_once() -> None:
    (_, first), (_, second) = inhibited("a", "b"), inhibited("b", "a")
    rules = RuleSet.of_texts([("file", first + second.partition("rules:\n")[2])])
    assert (len(rules.judges), len(rules.problems)) == (0, 1)


def test_rules_that_share_an_inhibitor_are_no_circle() -> None:
    texts = [inhibited("a", "b, c"), inhibited("b", "c"), ("c", small("outcome.is_open", id_="c"))]
    assert RuleSet.of_texts(texts).problems == ()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("default: 5.0", "default: 6.0"),
        ("min: 0.5", "min: 0.4"),
        ("for: 1h", "for: 2h"),
        ("keep: 1d", "keep: 2d"),
        ('"trivial" &&', '"hard" &&'),
        ("/ 2.0", "/ 3.0"),
        ("impact_usd: cheaper.saving_usd", "impact_usd: usage.cost_usd"),
        ("usage.requests: 20, cheaper", "usage.requests: 5, cheaper"),
        ("group_by: [outcome]", "group_by: [person]"),
        ("findings: 50", "findings: 51"),
    ],
)
def test_a_digest_changes_with_the_meaning(old: str, new: str) -> None:
    assert old in SOUND
    assert digest(SOUND.replace(old, new, 1)) != digest(SOUND)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: Frontier", "title: A frontier"),
        ("stage: coach", "stage: shadow"),
        ("version: 1", "version: 2"),
        ("could be saved", "could have been saved"),
        ("name: a hard outcome", "name: a very hard outcome"),
        ('"trivial" &&', '"trivial"   &&'),
        ("clear_when: usage.frontier_cost_usd <", "clear_when: (usage.frontier_cost_usd) <"),
    ],
)
def test_a_digest_stays_with_words(old: str, new: str) -> None:
    assert digest(SOUND.replace(old, new)) == digest(SOUND)
