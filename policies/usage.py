"""The normalised usage record: what one request, or one vendor bucket, consumed.

Token classes are disjoint: a token is counted in exactly one of them, whatever the vendor's own
convention is. `None` means unknown and is never the same as zero.
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import NamedTuple

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NANOS_PER_USD = 1_000_000_000


class Granularity(StrEnum):
    """What a record stands for: one request, or a vendor's bucket of many."""

    REQUEST = "request"
    BUCKET = "bucket"


class ActorKind(StrEnum):
    """Who consumed: a person, a service or agent, an API key, or nobody known."""

    USER = "user"
    SERVICE = "service"
    KEY = "key"
    UNKNOWN = "unknown"


class ModelClass(StrEnum):
    """How capable, and how dear, a model is."""

    FRONTIER = "frontier"
    MID = "mid"
    SMALL = "small"
    UNKNOWN = "unknown"


class CostBasis(StrEnum):
    """Where a cost comes from."""

    REPORTED = "reported"
    CHARGED = "charged"
    RATE_CARD = "rate_card"
    NONE = "none"


class Trust(IntEnum):
    """How hard a figure is to inflate by the person it measures; higher counts for more."""

    LOCAL_FILE = 0
    CLIENT_TELEMETRY = 1
    GATEWAY = 2
    PROVIDER = 3


class UsageRecord(NamedTuple):
    """One usage fact, shaped as the row that is stored, so that bulk paths copy nothing.

    Times are microseconds since the epoch in UTC (`started_at` and `ended_at` give datetimes),
    costs are nano-dollars (`cost_list` gives a Decimal), and `usage_key` is the 16-byte
    idempotency key of `usage_key_of`: hour first, so that keys grow with time.
    """

    person_id: int
    usage_key: bytes
    source: str
    granularity: str
    start_us: int
    end_us: int
    provider: str
    model_raw: str
    model_id: str
    model_class: str
    actor_kind: str
    actor_ref: str
    api_key_ref: str | None
    workspace_ref: str | None
    session_id: str | None
    request_id: str | None
    prompt_id: str | None
    workflow_id: str | None
    tool: str | None
    agent_name: str | None
    query_source: str | None
    repo: str | None
    branch: str | None
    commit_sha: str | None
    pull_request: str | None
    ticket: str | None
    outcome_tag: str | None
    input_uncached: int | None
    cache_read: int | None
    cache_write_5m: int | None
    cache_write_1h: int | None
    cache_write_other: int | None
    output_total: int | None
    output_reasoning: int | None
    requests: int | None
    cost_reported_nusd: int | None
    cost_list_nusd: int | None
    cost_basis: str
    price_version: str
    trust: int
    revision: int
    is_final: bool
    data_as_of_us: int
    ingested_at_us: int

    @property
    def started_at(self) -> datetime:
        """The start, as an aware UTC datetime."""
        return from_microseconds(self.start_us)

    @property
    def ended_at(self) -> datetime:
        """The end, as an aware UTC datetime; equal to the start for a single request."""
        return from_microseconds(self.end_us)

    @property
    def tokens(self) -> "TokenCounts":
        """The disjoint token classes of this record."""
        return TokenCounts(
            self.input_uncached,
            self.cache_read,
            self.cache_write_5m,
            self.cache_write_1h,
            self.cache_write_other,
            self.output_total,
        )

    @property
    def cost_list(self) -> Decimal | None:
        """The cost in USD at list price, or None where no price is known."""
        return None if self.cost_list_nusd is None else usd_from_nanos(self.cost_list_nusd)


class TokenCounts(NamedTuple):
    """Tokens by disjoint class. Reasoning tokens are part of `output_total`, not a class beside it."""

    input_uncached: int | None = None
    cache_read: int | None = None
    cache_write_5m: int | None = None
    cache_write_1h: int | None = None
    cache_write_other: int | None = None
    output_total: int | None = None

    @property
    def total(self) -> int:
        """All known tokens of all classes."""
        return sum(count for count in self if count is not None)

    @property
    def input_total(self) -> int:
        """All known tokens sent to the model, cached or not."""
        return self.total - (self.output_total or 0)


def sum_tokens(counts: Iterable[TokenCounts]) -> TokenCounts:
    """Add up by class; a class that is unknown everywhere stays unknown."""
    totals: list[int | None] = [None] * len(TokenCounts._fields)
    for count in counts:
        for place, tokens in enumerate(count):
            if tokens is not None:
                totals[place] = (totals[place] or 0) + tokens
    return TokenCounts(*totals)


def usage_key_of(source: str, source_key: str, started_at_us: int) -> bytes:
    """The 16-byte idempotency key: 4 bytes of hours since the epoch, then 12 bytes of hash.

    Time-ordered keys keep inserts at the right edge of the index; a random key costs SQLite 6x
    (reference figures in docs/decisions). `source_key` is the vendor's own identity of the record.
    """
    hour = started_at_us // 3_600_000_000
    digest = hashlib.blake2b(f"{source}\0{source_key}".encode(), digest_size=12).digest()
    return hour.to_bytes(4, "big") + digest


def first_key_of_hour(moment: datetime) -> bytes:
    """The smallest usage key that a record of `moment`'s hour can have."""
    return (microseconds(moment) // 3_600_000_000).to_bytes(4, "big") + bytes(12)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since the epoch of an aware datetime."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def from_microseconds(us: int) -> datetime:
    """The aware UTC datetime of microseconds since the epoch."""
    return EPOCH + timedelta(microseconds=us)


def usd_from_nanos(nanos: int) -> Decimal:
    """Nano-dollars as an exact Decimal of USD."""
    return Decimal(nanos).scaleb(-9)


def nanos_from_usd(usd: Decimal) -> int:
    """USD as whole nano-dollars, rounded half to even."""
    return int((usd * NANOS_PER_USD).to_integral_value())
