"""The practice cards: the library's, and an organisation's own on top of them."""

from functools import cache
from pathlib import Path
from typing import Final

from policies.practices import FILE, PracticesReading, read_practices
from policies.rules.model import Place, RuleProblem

LIBRARY: Final = Path(__file__).parent.parent / "policies" / "library" / FILE


def load_practices(policies_dir: Path | None = None) -> PracticesReading:
    """The cards, with those of the file in MILEAGE_POLICIES_DIR where there is one.

    A file with a problem adds nothing: the library's cards go on, and the problems say why.
    """
    before = library_practices()
    path = policies_dir / FILE if policies_dir is not None else None
    if path is None or not path.is_file():
        return before
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        problem = RuleProblem(Place(FILE, 1, 1), "The file cannot be read as UTF-8 text.")
        return PracticesReading(before.practices, (problem,))
    return read_practices(text, FILE, before.practices)


@cache
def library_practices() -> PracticesReading:
    """Those that Mileage comes with; a test holds that they are sound."""
    return read_practices(LIBRARY.read_text("utf-8"), LIBRARY.name)
