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

import marshal
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final, NamedTuple, Self, cast

from connectors.reading import Observation, StoredUsage
from policies.usage import TokenCounts

SOURCE: Final = "claude-code"
PERSONAL: Final = SOURCE.encode()
US_PER_HOUR: Final = 3_600_000_000

NOT_SIDECHAIN: Final = 1 << 62
TOTAL_AT: Final = 33
MOST_WORTH: Final = (1 << 32) - 1


Identity = tuple[object, ...]
"""What copies of a response have in common, sidechain replays aside."""


class Response(NamedTuple):
    """One response as its best line tells it. Empty ids are absent ones.

    `revision` orders the lines that tell of the same response; `ordinal` tells apart equal ones
    without a message id.
    """

    revision: int
    message_id: str
    request_id: str
    session_id: str
    start_us: int
    model: str
    fast: bool
    owner: str
    cwd: str
    branch: str | None
    version: str
    cost_usd: float
    tokens: TokenCounts
    ordinal: int = 0

    @property
    def identity(self) -> Identity:
        """Equal for copies."""
        if not self.message_id:
            return anonymous_identity(
                self.request_id, self.start_us, self.model, self.tokens, self.ordinal
            )
        return identity_of(self.message_id, self.request_id, self.session_id, self.start_us)

    @property
    def is_sidechain(self) -> bool:
        """Whether only sidechains tell of it."""
        return self.revision < NOT_SIDECHAIN

    @property
    def usage_key(self) -> bytes:
        """Hour, message, then the rest of the identity: 4, 6 and 6 bytes (see `settle`)."""
        hour = (self.start_us // US_PER_HOUR).to_bytes(4, "big")
        if not self.message_id:
            return hour + _digest(repr(self.identity), 12)
        rest = self.request_id or f"\0{self.session_id}\0{self.start_us}"
        return hour + _digest(self.message_id, 6) + _digest(rest, 6)


TOKENS_AT: Final = Response._fields.index("tokens")


def identity_of(message_id: str, request_id: str, session_id: str, start_us: int) -> Identity:
    """The identity of a response with a message id."""
    return (message_id, request_id) if request_id else (message_id, session_id, start_us)


def anonymous_identity(
    request_id: str, start_us: int, model: str, tokens: TokenCounts, ordinal: int
) -> Identity:
    """The identity of a response without one: all that is known of it, and its place among equals."""
    return (None, request_id, start_us, model, tokens, ordinal)


def revision_of(tokens: TokenCounts, sidechain: bool, stated_speed: bool) -> int:
    """Higher for the line that stays: not a sidechain, more tokens, dearer, its speed stated.

    Dearer by Anthropic's list price ratios, to which every Claude model keeps near: cache read 0.1,
    cache write 1.25 and 2, output 5 times the input price. No class may be unknown.
    """
    sent, read, short, long, other, written = cast("tuple[int, int, int, int, int, int]", tokens)
    worth = 20 * sent + 2 * read + 25 * (short + other) + 40 * long + 100 * written
    total = sent + read + short + long + other + written
    ranked = total << TOTAL_AT | min(worth, MOST_WORTH) << 1 | stated_speed
    return ranked if sidechain else ranked | NOT_SIDECHAIN


class Copies:
    """Keeps the best line of each response while logs are read, in any order."""

    def __init__(self) -> None:
        self.best: dict[Identity, Response] = {}
        self.sessions: defaultdict[Identity, set[str]] = defaultdict(set)
        self.lines = 0

    def wants(self, identity: Identity, revision: int, start_us: int, session_id: str) -> bool:
        """Count a line, and say whether it tells of its response better than those before it.

        Of lines that tell the same, the earliest stays, so that the order of files is no matter.
        """
        self.lines += 1
        known = self.best.get(identity)
        if known is None:
            return True
        if known.session_id != session_id:
            self.sessions[identity] |= {known.session_id, session_id}
        if revision != known.revision:
            return revision > known.revision
        return (start_us, session_id) < (known.start_us, known.session_id)

    def keep(self, identity: Identity, response: Response) -> None:
        """Take a line that is wanted."""
        self.best[identity] = response

    def merge(self, other: "Copies") -> None:
        """Take what was read elsewhere."""
        for identity, response in other.best.items():
            if self.wants(identity, response.revision, response.start_us, response.session_id):
                self.best[identity] = response
        for identity, sessions in other.sessions.items():
            self.sessions[identity] |= sessions
        self.lines += other.lines - len(other.best)

    def packed(self) -> bytes:
        """The same as bytes for another process, which are made and read fast."""
        best = [_plain(one) for one in self.best.values()]
        sessions = [
            (_plain(self.best[identity]), sorted(ids)) for identity, ids in self.sessions.items()
        ]
        return marshal.dumps((best, sessions, self.lines))

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """What `packed` made."""
        best, sessions, lines = marshal.loads(packed)  # noqa: S302 - from a process of our own
        copies = cls()
        for plain in best:
            one = _response(plain)
            copies.best[one.identity] = one
        copies.sessions.update({_response(plain).identity: set(ids) for plain, ids in sessions})
        copies.lines = lines
        return copies

    def responses(self) -> list[Response]:
        """Each response once, sidechain replays left out, in order of time."""
        kept = self.best
        asides = {one.message_id for one in kept.values() if one.revision < NOT_SIDECHAIN} - {""}
        if asides:
            replays = self._replays(one for one in kept.values() if one.message_id in asides)
            kept = {identity: one for identity, one in kept.items() if identity not in replays}
        return sorted(kept.values(), key=attrgetter("start_us", "session_id", "revision"))

    def _replays(self, suspects: Iterable[Response]) -> set[Identity]:
        by_message: defaultdict[str, list[Response]] = defaultdict(list)
        for one in suspects:
            by_message[one.message_id].append(one)
        return {
            replay
            for told in by_message.values()
            if len(told) > 1
            for replay in self._replays_among(told)
        }

    def _replays_among(self, told: list[Response]) -> Iterator[Identity]:
        """Identities of sidechain lines that another line of their session tells better."""
        seen: set[str] = set()
        for one in sorted(told, key=_better_first):
            sessions = self.sessions.get(one.identity, {one.session_id})
            if one.is_sidechain and seen & sessions:
                yield one.identity
            seen |= sessions


def _plain(one: Response) -> tuple[Any, ...]:
    return (*one[:TOKENS_AT], tuple(one.tokens), one.ordinal)


def _response(plain: tuple[Any, ...]) -> Response:
    *fields, tokens, ordinal = plain
    return Response._make((*fields, TokenCounts(*tokens), ordinal))


def settle(observations: Sequence[Observation], stored: Iterable[StoredUsage]) -> list[Observation]:
    """Give each fact the key of the stored record it is a copy of, by the rules above.

    A copy can have another key than the record has: it may begin in another hour, or replay it under
    another request id. It then takes the record's key and hour, so that storing it revises the
    record or changes nothing.
    """
    known: defaultdict[bytes, list[StoredUsage]] = defaultdict(list)
    wanted = {one.usage_key[4:10] for one in observations}
    for record in stored:
        if record.usage_key[4:10] in wanted:
            known[record.usage_key[4:10]].append(record)
    return [_settled(one, known[one.usage_key[4:10]]) for one in observations]


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


def _better_first(one: Response) -> tuple[int, int, str]:
    return (-one.revision, one.start_us, one.session_id)


def _digest(text: str, size: int) -> bytes:
    return blake2b(text.encode(), digest_size=size, person=PERSONAL).digest()
