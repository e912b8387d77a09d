"""The reviewed model classes: the library's, and an organisation's own on top of them."""

from functools import cache
from pathlib import Path
from typing import Final

from policies.model_classes import FILE, ClassesReading, ModelClasses, read_model_classes
from policies.rules.model import Place, RuleProblem

LIBRARY: Final = Path(__file__).parent.parent / "policies" / "library" / FILE


def load_model_classes(policies_dir: Path | None = None) -> ClassesReading:
    """The classes, with those of the file in MILEAGE_POLICIES_DIR where there is one.

    A file with a problem adds nothing: the library's classes go on, and the problems say why.
    """
    before = library_classes()
    path = policies_dir / FILE if policies_dir is not None else None
    if path is None or not path.is_file():
        return ClassesReading(before)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        problem = RuleProblem(Place(FILE, 1, 1), "The file cannot be read as UTF-8 text.")
        return ClassesReading(before, (problem,))
    return read_model_classes(text, FILE, before)


@cache
def library_classes() -> ModelClasses:
    """Those that Mileage comes with; a test holds that they are sound."""
    return read_model_classes(LIBRARY.read_text("utf-8"), LIBRARY.name).classes
