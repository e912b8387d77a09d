"""The practice cards that a running bot has."""

from pathlib import Path

from bot.practices import library_practices, load_practices

CARD = """\
apiVersion: mileage/v1
practices:
  - id: house-rule
    version: 1
    skill: curate-context
    title: Ask the house index first
    text: It knows.
    try: [Ask it.]
    source: "The platform team, handbook"
"""


def test_without_a_file_of_its_own_the_library_holds(tmp_path: Path) -> None:
    for folder in (None, tmp_path, tmp_path / "missing"):
        assert load_practices(folder) == library_practices()
    assert library_practices().problems == ()


def test_a_file_in_the_policies_folder_adds_to_it(tmp_path: Path) -> None:
    (tmp_path / "practices.yaml").write_text(CARD)
    cards = load_practices(tmp_path).practices
    assert cards[:-1] == library_practices().practices
    assert cards[-1].id == "house-rule"


def test_a_broken_file_leaves_the_library_and_says_why(tmp_path: Path) -> None:
    for content in (b"practices: [", b"\xff\xfe\x00"):
        (tmp_path / "practices.yaml").write_bytes(content)
        reading = load_practices(tmp_path)
        assert reading.practices == library_practices().practices
        assert str(reading.problems[0]).startswith("practices.yaml:")
