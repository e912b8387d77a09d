"""Practice cards: short advice on one of the four skills, with where it comes from."""

from dataclasses import dataclass

from policies.skills import Skill


@dataclass(frozen=True, slots=True)
class Practice:
    """A card of the library. `text` says why in a sentence or two, `try_` what to do, `source` where it is from.

    `id` is [a-z0-9-]; `version` goes up when its meaning changes.
    """

    id: str
    version: int
    skill: Skill
    title: str
    text: str
    try_: tuple[str, ...]
    source: str
