"""Rules that are read again while the program runs: what is sound is taken, the last good ones stay."""

import os
from itertools import count
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.rule_files import LARGEST_FILE
from bot.rulebook import Rulebook
from tests.policies.rules.written import small

SOUND = small("usage.tokens > 5")
TICKS = count(1)
BROKEN = small("usage.tokens > 5.0")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("library", "own"):
        (tmp_path / name).mkdir()
    return tmp_path


def book_of(folder: Path) -> Rulebook:
    return Rulebook.loaded(folder / "own", folder / "library")


def put(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
    os.utime(path, ns=(0, next(TICKS)))


def ids(book: Rulebook) -> list[str]:
    return list(book.current.judges)


def sentences(book: Rulebook) -> list[str]:
    return [str(one) for one in book.problems]


def test_rules_are_taken_from_both_folders(folder: Path) -> None:
    put(folder / "library" / "a.yaml", SOUND)
    put(folder / "own" / "b.yml", small("usage.tokens > 6", id_="mine"))
    put(folder / "own" / ".b.yml.swp", "no rules")
    put(folder / "own" / "README.md", "no rules")
    book = book_of(folder)
    assert (ids(book), sentences(book)) == (["mine", "small"], [])


def test_a_file_that_breaks_leaves_its_last_good_rules_running_and_is_logged_once(
    folder: Path,
) -> None:
    file = folder / "own" / "a.yaml"
    put(file, SOUND)
    book = book_of(folder)
    before = book.current.judges["small"].rule
    put(file, BROKEN)
    with capture_logs() as logged:
        assert [book.refresh(), book.refresh()] == [1, 0]
    assert book.current.judges["small"].rule == before
    problem = "own/a.yaml:6:24: usage.tokens is a whole number, so write 5."
    assert sentences(book) == [problem]
    refusals = [one for one in logged if one["event"] == "rule_refused"]
    assert [f"{one['at']}: {one['says']}" for one in refusals] == [problem]
    put(file, SOUND.replace("> 5", "> 7"))
    book.refresh()
    assert (book.current.judges["small"].rule.when, sentences(book)) == ("usage.tokens > 7", [])


def test_a_broken_file_at_the_start_keeps_no_other_from_running(folder: Path) -> None:
    put(folder / "own" / "a.yaml", BROKEN)
    put(folder / "own" / "b.yaml", small("usage.tokens > 6", id_="other"))
    assert ids(book_of(folder)) == ["other"]


def test_a_file_that_is_gone_takes_its_rules_with_it(folder: Path) -> None:
    file = folder / "own" / "a.yaml"
    put(file, SOUND)
    book = book_of(folder)
    file.unlink()
    assert book.refresh() == 1
    assert ids(book) == []


def test_a_folder_that_is_lost_keeps_its_rules_until_it_is_there_again(folder: Path) -> None:
    put(folder / "own" / "a.yaml", SOUND)
    book = book_of(folder)
    (folder / "own").rename(folder / "away")
    book.refresh()
    assert ids(book) == ["small"]
    assert sentences(book) == [
        f"{folder / 'own'}:1:1: This folder of rules cannot be read: No such file or directory."
    ]
    (folder / "away").rename(folder / "own")
    book.refresh()
    assert (ids(book), sentences(book)) == (["small"], [])


def test_an_id_of_the_library_is_not_taken_over(folder: Path) -> None:
    put(folder / "library" / "a.yaml", SOUND)
    put(folder / "own" / "b.yaml", small("usage.tokens > 6"))
    book = book_of(folder)
    assert book.current.judges["small"].rule.place.file == "library/a.yaml"
    assert sentences(book) == [
        "own/b.yaml:3:5: The id small is taken by library/a.yaml:3:5. Choose another."
    ]
    (folder / "library" / "a.yaml").unlink()
    book.refresh()
    assert (book.current.judges["small"].rule.place.file, sentences(book)) == ("own/b.yaml", [])


def test_a_newcomer_takes_no_id_of_a_rule_that_runs_whatever_its_name(folder: Path) -> None:
    put(folder / "own" / "b.yaml", SOUND)
    book = book_of(folder)
    put(folder / "own" / "a.yaml", small("usage.tokens > 6"))
    book.refresh()
    assert book.current.judges["small"].rule.place.file == "own/b.yaml"
    assert sentences(book) == [
        "own/a.yaml:3:5: The id small is taken by own/b.yaml:3:5. Choose another."
    ]
    put(folder / "own" / "b.yaml", small("usage.tokens > 6", id_="other"))
    book.refresh()
    assert (ids(book), sentences(book)) == (["other", "small"], [])


def test_a_file_that_has_to_keep_its_rules_takes_them_back_from_a_newcomer(folder: Path) -> None:
    for name in ("x", "y"):
        put(folder / "own" / f"{name}.yaml", small("usage.tokens > 5", id_=name))
    book = book_of(folder)
    put(folder / "own" / "a.yaml", small("usage.tokens > 6", id_="x"))
    put(folder / "own" / "x.yaml", small("usage.tokens > 6", id_="y"))
    book.refresh()
    assert {one.id: one.place.file for one in book.current.rules} == {
        "x": "own/x.yaml",
        "y": "own/y.yaml",
    }
    assert [one.place.file for one in book.problems] == ["own/a.yaml", "own/x.yaml"]


def test_a_change_that_keeps_size_and_time_is_seen(folder: Path) -> None:
    file = folder / "own" / "a.yaml"
    put(file, SOUND)
    book = book_of(folder)
    before = file.stat()
    file.write_text(SOUND.replace("> 5", "> 7"), "utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert book.refresh() == 1
    assert book.current.judges["small"].rule.when == "usage.tokens > 7"


def test_two_files_swap_an_id_in_one_look(folder: Path) -> None:
    put(folder / "own" / "a.yaml", SOUND)
    put(folder / "own" / "b.yaml", small("usage.tokens > 6", id_="other"))
    book = book_of(folder)
    put(folder / "own" / "a.yaml", small("usage.tokens > 6", id_="other"))
    put(folder / "own" / "b.yaml", SOUND)
    assert book.refresh() == 2
    assert (ids(book), sentences(book)) == (["other", "small"], [])


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"apiVersion: x\n# caf\xe9", "own/a.yaml:2:6: The file is not UTF-8 text. Save it as UTF-8."),
        (b"\xff\xfea\x00", "own/a.yaml:1:1: The file is not UTF-8 text. Save it as UTF-8."),
        (b"# x\n" * LARGEST_FILE, "own/a.yaml:1:1: The file is larger than 256 KB. Split it."),
    ],
)  # fmt: skip
def test_bytes_that_are_no_rules_are_a_problem(folder: Path, content: bytes, problem: str) -> None:
    (folder / "own" / "a.yaml").write_bytes(content)
    assert sentences(book_of(folder)) == [problem]


def test_a_byte_order_mark_is_no_problem(folder: Path) -> None:
    (folder / "own" / "a.yaml").write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert ids(book_of(folder)) == ["small"]
