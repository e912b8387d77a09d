"""What every source hands inwards, and how a source is asked for it.

A source reads files into a `Reading`: usage facts without a person, a price or a row yet, and a list
of what was refused. Reading keeps tokens, ids and names; prompts and tool output are never kept.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from policies.usage import TokenCounts

OnBytes = Callable[[int], None]
"""Told how many more bytes have been read; a progress bar listens."""


EMAIL: Final = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+")


class Refusal(NamedTuple):
    """A line that was left out: where it stands (1 is the first line) and why, in plain words."""

    file: str
    line: int
    reason: str


class CannotRead(Exception):
    """The path is missing or is nothing this source reads; the message says what to give instead."""


class Observation(NamedTuple):
    """One usage fact as a source tells it.

    `owner` says whose it is in the source's own terms: an e-mail address in a CSV ("" for a row that
    names nobody), the folder of a log. A bucket stands for many requests until `end_us`.
    `usage_key` is the record's 16-byte key; a source whose copies carry other ids than the original
    keeps a part of it for finding them (see `Source.settle`).
    """

    owner: str
    usage_key: bytes
    start_us: int
    model: str
    input_uncached: int | None
    cache_read: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    cache_write_other: int | None
    output_total: int | None
    revision: int
    fast: bool = False
    session_id: str | None = None
    request_id: str | None = None
    tool: str | None = None
    query_source: str | None = None
    repo: str | None = None
    branch: str | None = None
    commit_sha: str | None = None
    pull_request: str | None = None
    ticket: str | None = None
    outcome_tag: str | None = None
    requests: int | None = 1
    cost_reported_nusd: int | None = None
    end_us: int | None = None
    is_bucket: bool = False
    api_key_ref: str | None = None
    prompt_id: str | None = None
    workflow_id: str | None = None
    agent_name: str | None = None

    @property
    def tokens(self) -> TokenCounts:
        """The disjoint token classes."""
        return TokenCounts(
            self.input_uncached,
            self.cache_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.cache_write_other,
            self.output_total,
        )


class StoredUsage(NamedTuple):
    """As much of a stored record as is needed to recognise a copy of it."""

    usage_key: bytes
    start_us: int
    session_id: str | None
    request_id: str | None
    revision: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read: counts for people, refusals, and the facts in order of time.

    `lines` counts those that are not blank; `duplicates` are the lines with usage that told of a fact
    which is counted already.
    """

    files: int
    lines: int
    duplicates: int
    refused: Sequence[Refusal]
    observations: Iterable[Observation] = field(repr=False)


Finish = Callable[[OnBytes], Reading]


class Begin(Protocol):
    """Begins to read a path; raises CannotRead. `now` is what timestamps are judged by.

    Other processes may read from then on; calling the result waits for them and gives everything
    under the path. Leaving the block stops what still goes on.
    """

    def __call__(self, path: Path, now: datetime) -> AbstractContextManager[Finish]:
        """The way to the reading."""


Settle = Callable[[Sequence[Observation], Iterable[StoredUsage]], list[Observation]]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of usage: its name on the command line and in the records, and how it is read.

    `files` are those that will be read. `settle` gives facts the key
    of the stored record that they are a copy of, where their own key cannot show it. `owner_is_email`
    says that facts name their person themselves; their owner is empty where one does not.
    """

    name: str
    title: str
    files: Callable[[Path], list[Path]]
    begin: Begin
    settle: Settle | None = None
    owner_is_email: bool = False


def is_email(text: str) -> bool:
    """Whether the text has the form of one e-mail address."""
    return len(text) <= 254 and EMAIL.fullmatch(text) is not None


def nothing_listens(_more: int) -> None:
    """The listener of a reading that nobody watches."""
