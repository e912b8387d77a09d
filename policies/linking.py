"""Usage that counts for no outcome, in groups that its person can link with one tap."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from policies.attribution import UsageKeys, branch_name, caseless, pull_request_of
from policies.outcomes import KeyKind, OutcomeKey, parse_outcome_label

DAYS_BACK: Final = 14
MAX_KEY: Final = 200
SHARED_BRANCHES: Final = frozenset(
    {"main", "master", "trunk", "develop", "development", "dev", "staging", "production", "head"}
)
"""Everybody's work passes through these, so none of them names an outcome."""


@dataclass(frozen=True, slots=True)
class UnattributedUsage:
    """One person's usage of a local day that counts for nothing and is alike in its keys."""

    day: date
    keys: UsageKeys
    tokens: int
    tokens_unpriced: int = 0


@dataclass(frozen=True, slots=True)
class LinkGroup:
    """Usage that can be linked at once: all that carries `key`, or, without one, what a day leaves over.

    `repos` are those it was in, by name; `days` those it was on.
    """

    key: OutcomeKey | None
    days: tuple[date, ...]
    repos: tuple[str, ...]
    tokens: int

    @property
    def ref(self) -> str:
        """Short, and the same for the same group: what a button carries."""
        what = f"{self.key.kind}:{self.key.value}" if self.key else f"day:{self.days[0]}"
        return hashlib.blake2b(what.encode(), digest_size=8).hexdigest()


def groups_of(usage: Iterable[UnattributedUsage]) -> tuple[LinkGroup, ...]:
    """One person's own groups, what weighs most first."""
    found: dict[OutcomeKey | date, list[UnattributedUsage]] = {}
    for one in usage:
        found.setdefault(key_to_link(one.keys) or one.day, []).append(one)
    groups = [
        LinkGroup(
            key=what if isinstance(what, OutcomeKey) else None,
            days=tuple(sorted({one.day for one in ones})),
            repos=tuple(sorted({one.keys.repo for one in ones if one.keys.repo})),
            tokens=sum(one.tokens for one in ones),
        )
        for what, ones in found.items()
    ]
    return tuple(sorted(groups, key=lambda one: (-one.tokens, one.ref)))


def key_to_link(keys: UsageKeys) -> OutcomeKey | None:
    """The most explicit key by which an outcome would find the usage; None where a day has to do."""
    if keys.outcome_tag and _is_usable(keys.outcome_tag) and not _is_label(keys.outcome_tag):
        return OutcomeKey(KeyKind.TAG, caseless(keys.outcome_tag))
    if keys.ticket and _is_usable(keys.ticket):
        return OutcomeKey(
            KeyKind.TICKET, keys.ticket.upper() if keys.ticket.isascii() else keys.ticket
        )
    if keys.pull_request and _is_usable(keys.pull_request):
        return OutcomeKey(KeyKind.PULL_REQUEST, _pull_request(keys.pull_request, keys.repo))
    if keys.branch and _is_usable(keys.branch) and not _is_shared(keys.branch):
        return OutcomeKey(KeyKind.BRANCH, branch_name(keys.branch))
    return None


def link_value(group: LinkGroup, outcome_label: str) -> str:
    """What a button or an option carries to link the group to the outcome."""
    return f"{group.ref}:{outcome_label}"


def read_link_value(value: str) -> tuple[str, int] | None:
    """(ref of the group, id of the outcome) of such a value; None for any other text."""
    ref, _, label = value.partition(":")
    outcome_id = parse_outcome_label(label)
    return (ref, outcome_id) if ref and outcome_id is not None else None


def _pull_request(text: str, repo: str | None) -> str:
    """`github.com/acme/app#481`, as far as that much is told and can be read again."""
    found = pull_request_of(text, repo)
    if not found.number.isdecimal():
        return found.number
    full = f"{'/'.join(found.place)}#{found.number}"
    return full if pull_request_of(full) == found else f"#{found.number}"


def _is_usable(text: str) -> bool:
    return len(text) <= MAX_KEY and text.isprintable() and not text.isspace()


def _is_label(tag: str) -> bool:
    return tag[:1] in "oO" and parse_outcome_label(tag) is not None


def _is_shared(branch: str) -> bool:
    return branch_name(branch).casefold() in SHARED_BRANCHES
