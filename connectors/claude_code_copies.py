"""Counts each response once, however often a log tells of it.

One response is written several times: a line for each content block with the counts growing, again
in a session that resumes another, again by a side question that replays its parent. The rules are
those of ccusage 20.0.24, told here without regard to the order of files:

- lines with a request id are copies when message id and request id agree, in whatever session;
- lines without one, when message id, session and timestamp agree;
- a sidechain's line replays any line of its session with the same message id;
- of copies the line outside a sidechain stays, then the one with more tokens, then the dearer one;
- a line without a message id is a response of its own (and the same one in a copy of its file).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from typing import Final

from connectors.reading import Observation, StoredUsage

SOURCE: Final = "claude-code"
PERSONAL: Final = SOURCE.encode()
US_PER_HOUR: Final = 3_600_000_000

NOT_SIDECHAIN: Final = 1 << 62
TOTAL_AT: Final = 33
MOST_WORTH: Final = (1 << 32) - 1

HOUR_BYTES: Final = 4
MESSAGE: Final = slice(HOUR_BYTES, HOUR_BYTES + 6)
"""Where a usage key tells the message: a key is hour, message and the rest of its identity."""

Identity = bytes
"""What copies of a response have in common, sidechain replays aside: its key without the hour."""

Tokens = tuple[int, int, int, int, int, int]
"""In the order of `TokenCounts`, none unknown."""


def identity_of(message_id: str, request_id: str, session_id: str, start_us: int) -> Identity:
    """The identity of a response with a message id: of the message, then of the request."""
    rest = request_id or f"\0{session_id}\0{start_us}"
    return digest(message_id) + digest(rest)


def anonymous_identity(known: tuple[object, ...], ordinal: int) -> Identity:
    """The identity of a response without one: all that is known of it, and its place among equals."""
    return _digest(repr((known, ordinal)), 12)


def key_of(identity: Identity, start_us: int) -> bytes:
    """The 16-byte usage key."""
    return (start_us // US_PER_HOUR).to_bytes(HOUR_BYTES, "big") + identity


def revision_of(tokens: Tokens, sidechain: bool, stated_speed: bool) -> int:
    """Higher for the line that stays: not a sidechain, more tokens, dearer, its speed stated.

    Dearer by Anthropic's list price ratios, to which every Claude model keeps near: cache read 0.1,
    cache write 1.25 and 2, output 5 times the input price.
    """
    sent, read, short, long, other, written = tokens
    worth = 20 * sent + 2 * read + 25 * (short + other) + 40 * long + 100 * written
    total = sent + read + short + long + other + written
    ranked = total << TOTAL_AT | min(worth, MOST_WORTH) << 1 | stated_speed
    return ranked if sidechain else ranked | NOT_SIDECHAIN


@dataclass(slots=True)
class Copies:
    """Keeps the best line of each response while logs are read, in any order.

    `sessions` are those that tell of a response, where more than one does.
    """

    best: dict[Identity, Observation] = field(default_factory=dict)
    sessions: dict[Identity, set[str | None]] = field(default_factory=dict)
    lines: int = 0

    def wants(
        self, identity: Identity, revision: int, start_us: int, session_id: str | None
    ) -> bool:
        """Count a line, and say whether it tells of its response better than those before it.

        Of lines that tell the same, the earliest stays, so that the order of files is no matter.
        """
        self.lines += 1
        known = self.best.get(identity)
        if known is None:
            return True
        if known.session_id != session_id:
            self.sessions.setdefault(identity, {known.session_id}).add(session_id)
        if revision != known.revision:
            return revision > known.revision
        return (start_us, session_id) < (known.start_us, known.session_id)

    def merge(self, other: "Copies") -> None:
        """Take what was read elsewhere."""
        for identity, one in other.best.items():
            if self.wants(identity, one.revision, one.start_us, one.session_id):
                self.best[identity] = one
        for identity, sessions in other.sessions.items():
            self.sessions[identity] = sessions | self.sessions.get(identity, set())
        self.lines += other.lines - len(other.best)

    def responses(self) -> list[Observation]:
        """Each response once, sidechain replays left out, in order of time."""
        kept = self.best
        asides = {one.usage_key[MESSAGE] for one in kept.values() if is_sidechain(one)}
        if asides:
            replays = self._replays(
                one for one in kept.values() if one.usage_key[MESSAGE] in asides
            )
            kept = {identity: one for identity, one in kept.items() if identity not in replays}
        return sorted(kept.values(), key=attrgetter("start_us", "session_id", "revision"))

    def _replays(self, suspects: Iterable[Observation]) -> set[Identity]:
        by_message: defaultdict[bytes, list[Observation]] = defaultdict(list)
        for one in suspects:
            by_message[one.usage_key[MESSAGE]].append(one)
        return {
            replay
            for told in by_message.values()
            if len(told) > 1
            for replay in self._replays_among(told)
        }

    def _replays_among(self, told: list[Observation]) -> Iterator[Identity]:
        """Identities of sidechain lines that another line of their session tells better."""
        seen: set[str | None] = set()
        for one in sorted(told, key=_better_first):
            identity = one.usage_key[HOUR_BYTES:]
            sessions = self.sessions.get(identity, {one.session_id})
            if is_sidechain(one) and seen & sessions:
                yield identity
            seen |= sessions


def is_sidechain(one: Observation) -> bool:
    """Whether only sidechains tell of it."""
    return one.revision < NOT_SIDECHAIN


def settle(observations: Sequence[Observation], stored: Iterable[StoredUsage]) -> list[Observation]:
    """Give each fact the key of the stored record it is a copy of, by the rules above.

    A copy can have another key than the record has: it may begin in another hour, or replay it under
    another request id. It then takes the record's key and hour, so that storing it revises the
    record or changes nothing.
    """
    known: defaultdict[bytes, list[StoredUsage]] = defaultdict(list)
    wanted = {one.usage_key[MESSAGE] for one in observations}
    for record in stored:
        if record.usage_key[MESSAGE] in wanted:
            known[record.usage_key[MESSAGE]].append(record)
    return [_settled(one, known[one.usage_key[MESSAGE]]) for one in observations]


def _settled(one: Observation, candidates: list[StoredUsage]) -> Observation:
    same = next((record for record in candidates if record.usage_key == one.usage_key), None)
    same = same or next((record for record in candidates if _is_same(one, record)), None)
    same = same or next((record for record in candidates if _is_replay(one, record)), None)
    if same is None:
        return one
    if one.revision > same.revision:
        candidates.remove(same)
        candidates.append(
            StoredUsage(same.usage_key, same.start_us, one.session_id, one.request_id, one.revision)
        )
    if same.usage_key == one.usage_key:
        return one
    return one._replace(usage_key=same.usage_key, start_us=same.start_us)


def _is_same(one: Observation, record: StoredUsage) -> bool:
    if one.request_id != record.request_id:
        return False
    if one.request_id is not None:
        return True
    return one.session_id == record.session_id and one.start_us == record.start_us


def _is_replay(one: Observation, record: StoredUsage) -> bool:
    aside = min(one.revision, record.revision) < NOT_SIDECHAIN
    return aside and one.session_id == record.session_id


def _better_first(one: Observation) -> tuple[int, int, str | None]:
    return (-one.revision, one.start_us, one.session_id)


@lru_cache(maxsize=4096)
def digest(text: str) -> bytes:
    """Six bytes of a text; the lines of one response stand near each other."""
    return _digest(text, 6)


def _digest(text: str, size: int) -> bytes:
    return blake2b(text.encode(), digest_size=size, person=PERSONAL).digest()
