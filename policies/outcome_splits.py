"""Whether work that is one outcome was declared as several: by shared keys, or by titles that differ in a number."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from policies.attribution import branch_name, caseless, pull_request_of
from policies.outcomes import KeyKind, OutcomeKey

TITLE: Final = "title"


@dataclass(frozen=True, slots=True)
class Declared:
    """An outcome as it was declared."""

    title: str
    keys: tuple[OutcomeKey, ...] = ()


def most_alike(declared: Iterable[Declared]) -> int:
    """The most outcomes of which each shares a mark with another of them; 0 where none do."""
    groups: list[tuple[set[tuple[str, str]], int]] = []
    for one in declared:
        marks = set(_marks(one))
        alike = [group for group in groups if group[0] & marks]
        groups = [group for group in groups if not group[0] & marks]
        groups.append((marks.union(*(group[0] for group in alike)), 1 + sum(n for _, n in alike)))
    return max((size for _, size in groups if size > 1), default=0)


def bare_title(title: str) -> str:
    """A title without case, digits and punctuation: what is left when parts are numbered."""
    letters = (c if c.isalpha() else " " for c in title.casefold())
    return " ".join("".join(letters).split())


def _marks(one: Declared) -> Iterator[tuple[str, str]]:
    """What makes an outcome like another. A tag is often a team's own and says nothing."""
    if title := bare_title(one.title):
        yield TITLE, title
    for key in one.keys:
        if key.kind is KeyKind.TICKET:
            yield key.kind, caseless(key.value)
        elif key.kind is KeyKind.BRANCH:
            yield key.kind, branch_name(key.value)
        elif key.kind is KeyKind.PULL_REQUEST:
            yield key.kind, str(pull_request_of(key.value))
