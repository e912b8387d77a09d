"""`mileage rules`: files checked before they run, and what there is, as text and as JSON."""

import json
from pathlib import Path

import pytest

from tests.bot.cli.test_conventions import run
from tests.policies.rules.written import small


@pytest.fixture(autouse=True)
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is also that of the organisation's rules."""
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own"
    own.mkdir()
    monkeypatch.setenv("MILEAGE_POLICIES_DIR", str(own))
    return own


def test_what_is_wrong_is_said_with_its_place(own: Path) -> None:
    (own / "a.yaml").write_text(small("usage.tokens > 5.0"))
    line = "own/a.yaml:6:24: usage.tokens is a whole number, so write 5.\n"
    assert run("rules", "check", "own") == (1, line, "")
    assert run("rules", "check", "own/a.yaml") == (1, line, "")
    code, said, _ = run("rules", "check", "own", "--json")
    assert code == 1
    assert json.loads(said) == [
        {
            "file": "own/a.yaml",
            "line": 6,
            "column": 24,
            "rule": "small",
            "says": "usage.tokens is a whole number, so write 5.",
        }
    ]


def test_a_sound_file_is_said_to_be(own: Path) -> None:
    (own / "a.yaml").write_text(small("usage.tokens > 5"))
    assert run("rules", "check", "own") == (0, "1 file is sound.\n", "")


@pytest.mark.parametrize("path", ["own", "own/model_classes.yaml", None])
def test_the_file_of_model_classes_is_checked_too(own: Path, path: str | None) -> None:
    (own / "a.yaml").write_text(small("usage.tokens > 5"))
    (own / "model_classes.yaml").write_text("models: {}\n")
    line = "model_classes.yaml:1:1: Write “apiVersion: mileage/v1”.\n"
    assert run("rules", "check", *([path] if path else [])) == (1, line, "")


@pytest.mark.parametrize("path", ["own", "own/practices.yaml", None])
def test_the_file_of_practice_cards_is_checked_too(own: Path, path: str | None) -> None:
    (own / "a.yaml").write_text(small("usage.tokens > 5"))
    (own / "practices.yaml").write_text("practices: []\n")
    line = "practices.yaml:1:1: Write “apiVersion: mileage/v1”.\n"
    assert run("rules", "check", *([path] if path else [])) == (1, line, "")


def test_a_file_is_checked_beside_the_others(own: Path) -> None:
    (own / "a.yaml").write_text(small("usage.tokens > 5"))
    Path("b.yaml").write_text(small("usage.tokens > 6"))
    code, said, _ = run("rules", "check", "b.yaml")
    assert (code, said.startswith("b.yaml:3:5: The id small is taken by ")) == (1, True)


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("nowhere", "There is nothing at nowhere.\n"),
        ("empty", "empty holds no rule file. Their names end in .yaml.\n"),
    ],
)
def test_nothing_to_check_is_one_sentence(path: str, sentence: str) -> None:
    Path("empty").mkdir()
    assert run("rules", "check", path) == (2, "", sentence)


def test_rules_are_listed(own: Path) -> None:
    (own / "a.yaml").write_text(small("usage.tokens > 5", "stage: shadow"))
    code, said, _ = run("rules", "list")
    assert code == 0
    (line,) = [one for one in said.splitlines() if one.startswith("small ")]
    assert line.split() == ["small", "outcome", "shadow", "0", "tests", "Small"]
    listed = {one["id"]: one for one in json.loads(run("rules", "list", "--json")[1])}
    assert listed["small"]["place"] == f"{own}/a.yaml:3:5"


def test_facts_are_listed_with_what_they_are_without_data() -> None:
    code, said, _ = run("rules", "facts", "outcome")
    assert code == 0
    (line,) = [one for one in said.splitlines() if one.startswith("  cheaper.saving_usd ")]
    assert line.split() == [
        *("cheaper.saving_usd", "double", "USD", "0.0"),
        *["What", "that", "would", "have", "saved."],
    ]
    assert list(json.loads(run("rules", "facts", "--json")[1])) == [
        *("engineer_day", "engineer_week", "outcome", "session", "workflow", "team_week", "source")
    ]


def test_an_unknown_subject_is_one_sentence() -> None:
    code, _, complained = run("rules", "facts", "people")
    assert code == 2
    assert complained.startswith("There is no subject “people”. There are: engineer_day, ")


def test_folders_in_a_folder_are_said_not_to_be_looked_into(own: Path) -> None:
    (own / "a.yaml").write_text(small("usage.tokens > 5"))
    (own / "old").mkdir()
    (own / "old" / "b.yaml").write_text("no rules")
    (own / "notes").mkdir()
    said = "own/old is not looked into: rules lie right in their folder.\n"
    assert run("rules", "check", "own") == (0, "1 file is sound.\n", said)
