"""Templates for people: names in braces. Anything else in braces is a fault, never guessed at."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_BRACES: Final = re.compile(r"\{([^{}]*)\}|[{}]")
IMPACT: Final = "impact_usd"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A name in braces, and the offset of the name in its template. "" is a brace without a name."""

    name: str
    at: int


def placeholders(template: str) -> Iterator[Placeholder]:
    """Every pair of braces of a template, and every brace that stands alone."""
    for found in _BRACES.finditer(template):
        yield Placeholder((found[1] or "").strip(), found.start() + (found[1] is not None))
