"""Rule files on disk: which there are, and what was read of each. Nothing here raises for a bad file."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import policies.rules
from policies.model_classes import FILE as MODEL_CLASSES
from policies.practices import FILE as PRACTICES
from policies.rules.model import Place, RuleProblem
from policies.rules.nodes import LARGEST_FILE
from policies.rules.reading import Reading, read_rules

LIBRARY: Final = Path(policies.rules.__file__).parent.parent / "library"
"""The rules that come with Mileage."""
LIBRARY_NAME: Final = "library"
NO_RULES: Final = (MODEL_CLASSES, PRACTICES)
"""Files beside rules that hold something else, and are read by themselves."""
SUFFIXES: Final = (".yaml", ".yml")
MOST_FILES: Final = 500


@dataclass(frozen=True, slots=True, order=True)
class RuleFile:
    """A file, and what problems call it."""

    name: str
    path: Path

    @property
    def signature(self) -> tuple[int, ...]:
        """What changes when the file does; empty where it cannot be looked at."""
        try:
            found = self.path.stat()
        except OSError:
            return ()
        # Copying over a file can keep its size and its mtime, never its ctime.
        return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def read(self) -> Reading:
        """Its rules, or its problems; one that cannot be read is a problem too."""
        try:
            with self.path.open("rb") as file:
                content = file.read(4 * LARGEST_FILE)
        except OSError as problem:
            return refused(self.name, f"The file cannot be read: {problem.strerror}.")
        try:
            return read_rules(content.decode("utf-8-sig"), self.name)
        except UnicodeDecodeError as problem:
            sentence = "The file is not UTF-8 text. Save it as UTF-8."
            return refused(self.name, sentence, content[: problem.start])


class NoFolder(Exception):
    """A folder of rules that is none, or cannot be read; the message is a sentence."""


def files_in(folder: Path, name: str) -> tuple[RuleFile, ...]:
    """The rule files right in a folder, by name; hidden ones, and those of NO_RULES, are left out.

    NoFolder where it is none.
    """
    try:
        found = sorted(_named(folder))
    except OSError as problem:
        raise NoFolder(f"This folder of rules cannot be read: {problem.strerror}.") from None
    if len(found) > MOST_FILES:
        raise NoFolder(f"This folder holds more than {MOST_FILES} rule files.")
    return tuple(RuleFile(f"{name}/{one}", folder / one) for one in found)


def files_in_use(organisation: Path | None) -> tuple[RuleFile, ...]:
    """The library's files, and the organisation's own. NoFolder where a folder is none."""
    own = files_in(organisation, str(organisation)) if organisation else ()
    return (*files_in(LIBRARY, LIBRARY_NAME), *own)


def refused(file: str, sentence: str, before: bytes = b"") -> Reading:
    """What was read of a file that is no text: nothing, and why. `before` is the text up to there."""
    line = before.count(b"\n") + 1
    column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
    return Reading(problems=(RuleProblem(Place(file, line, column), sentence),))


def passed_over(folder: Path) -> list[str]:
    """The names of folders in a folder that hold rule files: nobody looks into them."""
    inner = [one for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")]
    return sorted(one.name for one in inner if any(_named(one)))


def _named(folder: Path) -> Iterator[str]:
    for path in folder.iterdir():
        is_rules = path.suffix in SUFFIXES and path.name not in NO_RULES
        if is_rules and not path.name.startswith(".") and path.is_file():
            yield path.name
