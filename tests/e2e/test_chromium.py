from pathlib import Path

import pytest

from tests.e2e import chromium


def program(folder: Path, name: str) -> Path:
    made = folder / name
    made.write_text("#!/bin/sh\n")
    made.chmod(0o755)
    return made


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose PATH is one empty folder."""
    monkeypatch.delenv("MILEAGE_CHROMIUM", raising=False)
    monkeypatch.delenv("MILEAGE_TEST_STRICT", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_the_named_program_comes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(bare, "chromium")
    mine = program(bare, "mine")
    monkeypatch.setenv("MILEAGE_CHROMIUM", str(mine))
    assert chromium.find_chromium() == mine
    monkeypatch.setenv("MILEAGE_CHROMIUM", str(bare / "gone"))
    assert chromium.find_chromium() is None


@pytest.mark.parametrize("name", chromium.NAMES)
def test_each_usual_name_on_the_path_is_found(bare: Path, name: str) -> None:
    assert chromium.find_chromium() is None
    made = program(bare, name)
    assert chromium.find_chromium() == made


@pytest.mark.parametrize(("strict", "code"), [("", 0), ("1", 1)])
def test_a_machine_that_allows_no_chromium_is_told_in_one_loud_line(
    bare: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    strict: str,
    code: int,
) -> None:
    monkeypatch.setenv("MILEAGE_TEST_STRICT", strict)
    assert chromium.main() == code
    assert capfd.readouterr().err.strip() == chromium.MISSING
