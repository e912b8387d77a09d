"""Practice cards: the library's are sound and sourced, files with problems are refused with a place."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.periods import IsoWeek
from policies.practices import FILE, Practice, in_turn, practice_of_week, read_practices
from policies.skills import Skill, SkillShare

LIBRARY = Path(__file__).parents[2] / "policies" / "library" / FILE
CARDS = read_practices(LIBRARY.read_text("utf-8"), FILE)
WEEK = IsoWeek(2026, 47)
SOUND = """\
apiVersion: mileage/v1
practices:
  - id: a
    version: 2
    skill: match-model
    title: A title
    text: A reason.
    try: [Do this.]
    source: "Somebody, A guide"
"""
VENDORS = ("Anthropic", "OpenAI", "GitHub", "Google")


def test_the_library_is_sound_and_has_three_cards_for_each_skill() -> None:
    assert [str(one) for one in CARDS.problems] == []
    for skill in Skill:
        assert sum(one.skill is skill for one in CARDS.practices) >= 3, skill


def test_every_card_says_from_whose_public_guide_it_is() -> None:
    for card in CARDS.practices:
        for source in card.source.split("; "):
            vendor, _, guide = source.partition(", ")
            assert vendor in VENDORS, card.id
            assert guide, card.id


def test_a_card_is_read_with_everything_it_says() -> None:
    (card,) = read_practices(SOUND, FILE).practices
    assert card == Practice(
        "a", 2, Skill.MATCH_MODEL, "A title", "A reason.", ("Do this.",), "Somebody, A guide"
    )


def test_a_file_of_ones_own_replaces_cards_by_their_ids_and_adds_others() -> None:
    own = SOUND.replace("id: a", "id: one-task-one-session") + SOUND.partition("practices:\n")[2]
    cards = read_practices(own, FILE, CARDS.practices).practices
    assert len(cards) == len(CARDS.practices) + 1
    assert [one.title for one in cards if one.id == "one-task-one-session"] == ["A title"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "practices.yaml:1:1: The file is empty"),
        ("- a", "practices.yaml:1:1: A file of practice cards begins with"),
        ("apiVersion: mileage/v1", "practices.yaml:1:1: “practices” has to hold a list"),
        (
            SOUND.replace("source:", "sauce:"),
            "practices.yaml:3:5: “source” is missing here.",
        ),
        (SOUND.replace("match-model", "typing"), "practices.yaml:5:12: “skill” has to be one of"),
        (SOUND.replace("version: 2", "version: two"), "practices.yaml:4:14: “version” has to be"),
        (SOUND.replace("version: 2", "version: 0"), "practices.yaml:4:14: “version” has to be"),
        (SOUND.replace("[Do this.]", "[]"), "practices.yaml:8:10: “try” has to be a list of one"),
        (SOUND.replace("Do this.", "x" * 201), "practices.yaml:8:11: A step is a text of at most"),
        (SOUND.replace("id: a", "id: A b"), "practices.yaml:3:9: “id” has to be lower-case"),
        (
            SOUND + SOUND.partition("practices:\n")[2],
            "practices.yaml:10:9: “a” stands here twice. Rename one.",
        ),
        (SOUND.replace("A reason.", "x" * 501), "practices.yaml:7:11: “text” is longer than 500"),
        (SOUND + "  - b\n", "practices.yaml:10:5: A card has the keys id, version"),
    ],
)
def test_a_file_with_a_problem_adds_nothing_and_says_where_it_is(text: str, problem: str) -> None:
    reading = read_practices(text, FILE, CARDS.practices)
    assert reading.practices == CARDS.practices
    assert str(reading.problems[0]).startswith(problem)


def test_a_wrong_key_comes_with_the_one_that_was_meant() -> None:
    (first, *_) = read_practices(SOUND.replace("source:", "sorce:"), FILE).problems
    assert "is missing here" in first.sentence
    (_, second) = read_practices(SOUND.replace("source:", "sorce:"), FILE).problems
    assert second.sentence == "There is no key “sorce” here. Did you mean “source”?"


@given(st.text(max_size=400))
def test_no_text_makes_reading_raise(text: str) -> None:
    assert read_practices(text, FILE).practices == ()
    read_practices(SOUND + text, FILE)


def test_the_documented_file_is_sound() -> None:
    page = (LIBRARY.parents[2] / "docs" / "policies.md").read_text("utf-8")
    (text,) = re.findall(r"^```yaml\n(# practices\.yaml\n.*?)^```$", page, re.MULTILINE | re.DOTALL)
    reading = read_practices(text, FILE)
    assert (reading.problems, len(reading.practices)) == ((), 1)


# The tip of the week.


def test_the_tip_of_the_week_is_about_the_skill_that_shows_least() -> None:
    skills = (SkillShare(Skill.MATCH_MODEL, 0.7), SkillShare(Skill.RESTART_CLEAN, 0.4))
    card = practice_of_week(CARDS.practices, WEEK, skills)
    assert card is not None
    assert card.skill is Skill.RESTART_CLEAN


@pytest.mark.parametrize("skills", [(), (SkillShare(Skill.MATCH_MODEL, 0.95),)])
def test_without_a_skill_to_grow_in_all_cards_take_turns(skills: tuple[SkillShare, ...]) -> None:
    shown = {
        practice_of_week(CARDS.practices, week, skills) for week in WEEK.last(len(CARDS.practices))
    }
    assert shown == set(CARDS.practices)


def test_a_week_has_one_card_and_the_next_week_another() -> None:
    skills = (SkillShare(Skill.MATCH_MODEL, 0.2),)
    first = practice_of_week(CARDS.practices, WEEK, skills)
    assert practice_of_week(CARDS.practices, WEEK, skills) == first
    assert practice_of_week(CARDS.practices, WEEK.plus(1), skills) != first


def test_turns_go_on_over_the_end_of_a_year() -> None:
    turns = [in_turn(CARDS.practices, week) for week in IsoWeek(2027, 3).last(8)]
    assert len(set(turns)) == 8


def test_without_cards_there_is_no_tip() -> None:
    assert practice_of_week((), WEEK, ()) is None
