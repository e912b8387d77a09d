"""Which outcome usage counts for: by tag, then ticket, pull request and branch, then the focus window.

A usage counts for one outcome at most. What its keys say follows from the outcomes as a set: neither
their order nor that of their keys matters.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Final, NamedTuple

from policies.outcomes import KeyKind, OutcomeKey

_LABEL = re.compile(r"o-?([1-9]\d{0,8})", re.IGNORECASE | re.ASCII)
_PULL_REQUEST_URL = re.compile(
    r"https?://(?P<place>[^\s?#]+?)(?:/-)?/(?:pull|merge_requests)/(?P<number>\d+)(?:[/?#]\S*)?",
    re.IGNORECASE | re.ASCII,
)
_PULL_REQUEST = re.compile(r"(?P<place>[^\s#!]*)[#!](?P<number>\d+)|(?P<bare>\d+)", re.ASCII)
_REPO_PREFIX = re.compile(r"^(?:\w+://)?(?:[^@/\s]+@)?", re.ASCII)
_HEADS: Final = "refs/heads/"


class AttributionMethod(StrEnum):
    """What tied usage to its outcome. In order of precedence."""

    TAG = "tag"
    TICKET = "ticket"
    PULL_REQUEST = "pull_request"
    BRANCH = "branch"
    FOCUS = "focus"
    NONE = "none"


class Confidence(StrEnum):
    """How sure it is that the usage was for the outcome."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"

    @property
    def lowered(self) -> "Confidence":
        """One step less sure; what is tied to an outcome at all keeps the lowest step."""
        return Confidence.MEDIUM if self is Confidence.HIGH else Confidence.LOW


CONFIDENCE: Final[Mapping[AttributionMethod, Confidence]] = {
    AttributionMethod.TAG: Confidence.HIGH,
    AttributionMethod.TICKET: Confidence.HIGH,
    AttributionMethod.PULL_REQUEST: Confidence.HIGH,
    AttributionMethod.BRANCH: Confidence.MEDIUM,
    AttributionMethod.FOCUS: Confidence.LOW,
}


class UsageKeys(NamedTuple):
    """What usage carries that can tie it to an outcome.

    `focus_id` is the outcome of the focus window that it lies in.
    """

    repo: str | None = None
    outcome_tag: str | None = None
    ticket: str | None = None
    pull_request: str | None = None
    branch: str | None = None
    focus_id: int | None = None


class Share(NamedTuple):
    """What usage counts for, by what, and how sure that is. Without an outcome: nothing."""

    outcome_id: int | None
    method: AttributionMethod
    confidence: Confidence


UNATTRIBUTED: Final = Share(None, AttributionMethod.NONE, Confidence.NONE)


@dataclass(frozen=True, slots=True)
class Attributable:
    """An outcome as far as usage can count for it. `declared_on` is a local day of its team."""

    id: int
    declared_on: date
    keys: tuple[OutcomeKey, ...] = ()
    is_dropped: bool = False
    merged_into: int | None = None


class PullRequest(NamedTuple):
    """A pull request by its number, and by the parts of where its repository is, if they are told."""

    number: str
    place: tuple[str, ...]

    def may_be(self, other: "PullRequest") -> bool:
        """Whether both can be the same: one may tell less of the place, but nothing else."""
        told = min(len(self.place), len(other.place))
        return self.number == other.number and (
            not told or self.place[-told:] == other.place[-told:]
        )


class OutcomeIndex:
    """A team's outcomes, by the keys under which usage finds them."""

    def __init__(self, outcomes: Iterable[Attributable]) -> None:
        in_order = sorted(outcomes, key=attrgetter("declared_on", "id"))
        self._by_id = {one.id: one for one in in_order}
        self._ends = {one.id: self._end_of(one) for one in in_order}
        self._by_key: dict[tuple[KeyKind, str], list[Attributable]] = defaultdict(list)
        self._by_number: dict[str, list[tuple[PullRequest, Attributable]]] = defaultdict(list)
        for one in in_order:
            self._enter(one)

    def found_by(
        self, keys: UsageKeys
    ) -> Iterator[tuple[AttributionMethod, Sequence[Attributable]]]:
        """The outcomes that each of the usage's keys names, in order of declaration, by precedence."""
        tag, ticket, branch = keys.outcome_tag, keys.ticket, keys.branch
        if tag:
            yield AttributionMethod.TAG, self._numbered(labelled_id(tag))
            yield AttributionMethod.TAG, self._by_key.get((KeyKind.TAG, caseless(tag)), ())
        if ticket:
            found = self._by_key.get((KeyKind.TICKET, caseless(ticket)), ())
            yield AttributionMethod.TICKET, found
        if keys.pull_request:
            yield AttributionMethod.PULL_REQUEST, self._in_pull_request(keys)
        if branch:
            found = self._by_key.get((KeyKind.BRANCH, branch_name(branch)), ())
            yield AttributionMethod.BRANCH, found
        yield AttributionMethod.FOCUS, self._numbered(keys.focus_id)

    def end_of(self, outcome: Attributable) -> int | None:
        """What usage of the outcome counts for: itself, what it was merged into, or nothing."""
        return self._ends[outcome.id]

    def _enter(self, one: Attributable) -> None:
        pull_requests = {pull_request_of(k.value) for k in one.keys if _is_pull_request(k)}
        marks = {(k.kind, _mark(k)) for k in one.keys if not _is_pull_request(k)}
        for mark in marks:
            self._by_key[mark].append(one)
        for pull_request in pull_requests:
            self._by_number[pull_request.number].append((pull_request, one))

    def _numbered(self, outcome_id: int | None) -> Sequence[Attributable]:
        found = self._by_id.get(outcome_id) if outcome_id is not None else None
        return () if found is None else (found,)

    def _in_pull_request(self, keys: UsageKeys) -> Sequence[Attributable]:
        wanted = pull_request_of(keys.pull_request or "", keys.repo)
        same_number = self._by_number.get(wanted.number, ())
        return [one for pull_request, one in same_number if pull_request.may_be(wanted)]

    def _end_of(self, outcome: Attributable) -> int | None:
        seen = {outcome.id}
        while outcome.merged_into is not None:
            target = self._by_id.get(outcome.merged_into)
            if target is None or target.id in seen:  # a circle has no end
                return None
            seen.add(target.id)
            outcome = target
        return None if outcome.is_dropped else outcome.id


def attribute(keys: UsageKeys, day: date, index: OutcomeIndex) -> Share:
    """What usage of a local day counts for: the first of its keys that names a live outcome decides.

    Of several outcomes with the key it is the one declared last up to that day, else the first that
    was declared at all; and it is less sure.
    """
    for method, found in index.found_by(keys):
        live = [one for one in found if index.end_of(one) is not None]
        if live:
            declared = bisect_right(live, day, key=attrgetter("declared_on"))
            chosen = live[max(declared - 1, 0)]
            is_clear = len({index.end_of(one) for one in live}) == 1
            sure = CONFIDENCE[method]
            return Share(index.end_of(chosen), method, sure if is_clear else sure.lowered)
    return UNATTRIBUTED


def labelled_id(tag: str) -> int | None:
    """12 for the tag `O-12` (any case, dash optional), None for every other."""
    match = _LABEL.fullmatch(tag)
    return int(match[1]) if match else None


def caseless(text: str) -> str:
    """A ticket or tag as it is compared: without case, as far as every database folds it alike."""
    return text.lower() if text.isascii() else text


def branch_name(text: str) -> str:
    """A branch as it is compared: without git's own prefix."""
    return text.removeprefix(_HEADS)


def pull_request_of(text: str, repo: str | None = None) -> PullRequest:
    """`#481`, `481`, `acme/app#481`, `!481` or a URL; other text stands for itself.

    `repo` is where it is, in any form, unless the text says so.
    """
    match = _PULL_REQUEST_URL.fullmatch(text) or _PULL_REQUEST.fullmatch(text)
    if match is None:
        return PullRequest(caseless(text), ())
    told = match.groupdict()
    return PullRequest(told.get("bare") or told["number"], _place(told["place"] or repo or ""))


def _place(repo: str) -> tuple[str, ...]:
    """The parts of a repository's address: `git@github.com:Acme/App.git` is github.com, acme, app."""
    path = _REPO_PREFIX.sub("", repo.casefold().strip()).replace(":", "/").strip("/")
    return tuple(path.removesuffix(".git").split("/")) if path else ()


def _is_pull_request(key: OutcomeKey) -> bool:
    return key.kind is KeyKind.PULL_REQUEST


def _mark(key: OutcomeKey) -> str:
    return branch_name(key.value) if key.kind is KeyKind.BRANCH else caseless(key.value)
