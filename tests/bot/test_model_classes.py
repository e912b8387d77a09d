"""The classes that a running bot goes by."""

from pathlib import Path

from bot.model_classes import library_classes, load_model_classes


def test_without_a_file_of_its_own_the_library_holds(tmp_path: Path) -> None:
    for folder in (None, tmp_path, tmp_path / "missing"):
        reading = load_model_classes(folder)
        assert reading.classes == library_classes()
        assert reading.problems == ()
    assert "claude-opus-4-5" in library_classes().frontier_ids()


def test_a_file_in_the_policies_folder_adds_to_it(tmp_path: Path) -> None:
    (tmp_path / "model_classes.yaml").write_text(
        "apiVersion: mileage/v1\nmodels:\n  house: {class: frontier, cheaper: claude-haiku-4-5}\n"
    )
    reading = load_model_classes(tmp_path)
    assert reading.problems == ()
    assert reading.classes.cheaper_than("house") == "claude-haiku-4-5"
    assert "claude-opus-4-5" in reading.classes.frontier_ids()


def test_a_broken_file_leaves_the_library_and_says_why(tmp_path: Path) -> None:
    path = tmp_path / "model_classes.yaml"
    for content in (b"models: [", b"\xff\xfe\x00"):
        path.write_bytes(content)
        reading = load_model_classes(tmp_path)
        assert reading.classes == library_classes()
        assert len(reading.problems) == 1
        assert str(reading.problems[0]).startswith("model_classes.yaml:")
