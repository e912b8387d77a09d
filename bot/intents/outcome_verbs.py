"""What `/outcome` does to an outcome that there is already, by its id.

/outcome show O-12
/outcome drop O-12 because REASON
/outcome revert O-12 because REASON
/outcome size O-12 S|M|L
/outcome complexity O-12 trivial|standard|hard
/outcome keys O-12 PAY-123 branch:faster-checkout    all of them; `none` for none
/outcome merge O-15 into O-12

`Drop the beta flag`, `Drop 12 servers` and `Drop o3 from the router` are titles. So each verb is one
only before an id with its dash, or before a bare number that ends the line.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from bot.intents.words import NotUnderstood, shortened
from policies.outcomes import (
    MAX_KEYS,
    MAX_REASON,
    Complexity,
    OutcomeKey,
    OutcomeSize,
    outcome_label,
    parse_key,
    parse_outcome_label,
)

SIZES: Final = {
    "s": OutcomeSize.S,
    "small": OutcomeSize.S,
    "m": OutcomeSize.M,
    "medium": OutcomeSize.M,
    "l": OutcomeSize.L,
    "large": OutcomeSize.L,
}
_BECAUSE = re.compile(r"^(?:because\b|since\b|[:,;-]|–|—)[\s:,]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ShowOutcome:
    """Show an outcome's story."""

    outcome_id: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Give an outcome up, for a reason."""

    outcome_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Revert:
    """Take a verified outcome back, for a reason."""

    outcome_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Assess:
    """Say that an outcome has another size, or another complexity."""

    outcome_id: int
    to: OutcomeSize | Complexity


@dataclass(frozen=True, slots=True)
class SetKeys:
    """Let an outcome have exactly these keys."""

    outcome_id: int
    keys: tuple[OutcomeKey, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Make an outcome part of another."""

    outcome_id: int
    into_id: int


VerbIntent: TypeAlias = ShowOutcome | Drop | Revert | Assess | SetKeys | Merge
_Read: TypeAlias = Callable[[int, list[str], str], VerbIntent]


def parse_verb(words: list[str], command: str) -> VerbIntent | None:
    """The intent of a line that begins with one of the verbs and an id; None for any other line."""
    verb, *rest = words
    read = READERS.get(verb.lower())
    if read is None or not names_outcome(rest):
        return None
    outcome_id = parse_outcome_label(_bare(rest[0]))
    return None if outcome_id is None else read(outcome_id, rest[1:], command)


def names_outcome(rest: list[str]) -> bool:
    """Whether what follows a verb begins with an id, and not with a number of a title."""
    if not rest or parse_outcome_label(_bare(rest[0])) is None:
        return False
    return "-" in rest[0] or (len(rest) == 1 and rest[0].isdecimal())


def _bare(word: str) -> str:
    """The id in `O-12:`."""
    return word.rstrip(":,;")


def _show(outcome_id: int, rest: list[str], command: str) -> VerbIntent:
    if rest:
        said = shortened(" ".join(rest))
        nearest = f"{command} show {outcome_label(outcome_id)}"
        raise NotUnderstood(f"“{said}” after the id was not understood.", nearest)
    return ShowOutcome(outcome_id)


def _drop(outcome_id: int, rest: list[str], command: str) -> VerbIntent:
    example = f"{command} drop {outcome_label(outcome_id)} because it is no longer needed"
    return Drop(outcome_id, _reason(rest, example))


def _revert(outcome_id: int, rest: list[str], command: str) -> VerbIntent:
    example = f"{command} revert {outcome_label(outcome_id)} because it broke the nightly run"
    return Revert(outcome_id, _reason(rest, example))


def _reason(rest: list[str], example: str) -> str:
    reason = _BECAUSE.sub("", " ".join(rest))
    if not any(sign.isalnum() for sign in reason):
        raise NotUnderstood("Say why, in a few words.", example)
    if len(reason) > MAX_REASON:
        raise NotUnderstood(f"The reason has {len(reason)} characters; {MAX_REASON} fit.", example)
    return reason


def _size(outcome_id: int, rest: list[str], command: str) -> VerbIntent:
    size = SIZES.get(" ".join(rest).lower())
    if size is None:
        raise NotUnderstood(
            f"{_said(rest)} is not a size. Sizes are S, M and L.",
            f"{command} size {outcome_label(outcome_id)} L",
        )
    return Assess(outcome_id, size)


def _complexity(outcome_id: int, rest: list[str], command: str) -> VerbIntent:
    said = " ".join(rest).lower()
    if said not in set(Complexity):
        raise NotUnderstood(
            f"{_said(rest)} is not a complexity. It is trivial, standard or hard.",
            f"{command} complexity {outcome_label(outcome_id)} hard",
        )
    return Assess(outcome_id, Complexity(said))


def _keys(outcome_id: int, rest: list[str], command: str) -> VerbIntent:
    nearest = f"{command} keys {outcome_label(outcome_id)} PAY-123 branch:faster-checkout"
    if [word.lower() for word in rest] == ["none"]:
        return SetKeys(outcome_id, ())
    keys = {word: parse_key(word) for word in (one.rstrip(",") for one in rest)}
    if not keys:
        raise NotUnderstood("Say which keys it has, all of them; “none” for none.", nearest)
    unknown = next((word for word, key in keys.items() if key is None), None)
    if unknown is not None:
        said = shortened(unknown)
        raise NotUnderstood(
            f"“{said}” is no key: a ticket, #481, branch:name or tag:name.", nearest
        )
    if len(keys) > MAX_KEYS:
        raise NotUnderstood(f"{len(keys)} keys; {MAX_KEYS} fit.", nearest)
    return SetKeys(outcome_id, tuple(key for key in keys.values() if key is not None))


def _merge(outcome_id: int, rest: list[str], command: str) -> VerbIntent:
    into_id = parse_outcome_label(rest[-1]) if rest else None
    is_said_so = len(rest) == 1 or (len(rest) == 2 and rest[0].lower() in ("into", "with", "to"))
    if into_id is None or not is_said_so:
        raise NotUnderstood(
            f"Say which outcome {outcome_label(outcome_id)} becomes a part of.",
            f"{command} merge {outcome_label(outcome_id)} into O-12",
        )
    return Merge(outcome_id, into_id)


def _said(rest: list[str]) -> str:
    return f"“{shortened(' '.join(rest))}”" if rest else "Nothing"


READERS: Final[dict[str, _Read]] = {
    "show": _show,
    "drop": _drop,
    "revert": _revert,
    "size": _size,
    "complexity": _complexity,
    "keys": _keys,
    "merge": _merge,
}
