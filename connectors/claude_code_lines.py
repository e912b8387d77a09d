"""Reads one line of a Claude Code log: what it used, that it used nothing, or why it is refused.

Only the fields named here are decoded; prompts, answers and tool output are skipped as bytes. What
counts as usage, and what makes a line unusable, is as in ccusage 20.0.24 (see docs/sources.md).
"""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Final, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Meta, Raw, Struct, UnsetType

MOST_TOKENS: Final = 100_000_000
TOO_DEEP: Final = "JSON nested too deeply"
"""No single request comes near this many tokens of one class; a larger count is damage."""

NO_COST: Final = -1.0
NO_TIME: Final = datetime(1, 1, 1, tzinfo=UTC)

Count = Annotated[int, Meta(ge=0, le=MOST_TOKENS)]
Name = Annotated[str, Meta(min_length=1)]


class CacheCreation(Struct, frozen=True, gc=False):
    """Cache writes by lifetime."""

    ephemeral_5m_input_tokens: Count = 0
    ephemeral_1h_input_tokens: Count = 0


class Usage(Struct, frozen=True, gc=False):
    """Token counts as the API reports them: input excludes cache. Rounds are not decoded here."""

    input_tokens: Count
    output_tokens: Count
    cache_creation_input_tokens: Count = 0
    cache_read_input_tokens: Count = 0
    cache_creation: CacheCreation | None = None
    speed: Literal["standard", "fast"] | UnsetType = UNSET
    iterations: Raw | UnsetType = UNSET


class Iteration(Usage, frozen=True, kw_only=True):
    """One round within a response; rounds of an advisor are billed beside the response itself."""

    type: str
    model: str | None = None


NO_USAGE: Final = Usage(0, 0)


class Message(Struct, frozen=True, gc=False):
    """The API's answer, or a person's prompt, without its content."""

    usage: Usage = NO_USAGE
    id: Name = ""
    model: Name = ""


NO_MESSAGE: Final = Message()


class Line(Struct):
    """A line of a log. A name that is absent is "", and present it is never empty nor null."""

    timestamp: datetime = NO_TIME
    message: Message = NO_MESSAGE
    type: str = ""
    sessionId: Name = ""  # noqa: N815 - the log's own name
    requestId: Name = ""  # noqa: N815
    version: Name = ""
    cwd: str = ""
    gitBranch: str | None = None  # noqa: N815
    isSidechain: bool | None = None  # noqa: N815
    costUSD: float = NO_COST  # noqa: N815
    data: Raw | UnsetType = UNSET


class ProgressData(Struct):
    """Where a sub-agent's progress line holds the answer."""

    message: Line


class ProgressLine(Struct):
    """A sub-agent's answer, wrapped in a line of its parent's log."""

    data: ProgressData
    sessionId: Name = ""  # noqa: N815


class Shape(Struct):
    """Enough of any line to tell that Claude Code wrote it."""

    type: str | None = None
    message: Raw | UnsetType = UNSET
    data: Raw | UnsetType = UNSET
    sessionId: Raw | UnsetType = UNSET  # noqa: N815
    uuid: Raw | UnsetType = UNSET
    leafUuid: Raw | UnsetType = UNSET  # noqa: N815
    messageId: Raw | UnsetType = UNSET  # noqa: N815


class MessageShape(Struct):
    """Whether a message has token counts at all."""

    usage: Raw | UnsetType = UNSET
    message: Raw | UnsetType = UNSET


class Refused(NamedTuple):
    """Why a line is left out."""

    reason: str


decode_line: Final = msgspec.json.Decoder(Line).decode
decode_progress: Final = msgspec.json.Decoder(ProgressLine).decode
decode_iterations: Final = msgspec.json.Decoder(list[Iteration]).decode
decode_shape: Final = msgspec.json.Decoder(Shape).decode
decode_message_shape: Final = msgspec.json.Decoder(MessageShape).decode

ADVISOR: Final = "advisor_message"
FOREIGN: Final = Refused("not a line of a Claude Code log")
VERSION: Final = re.compile(r"[0-9]+\.[0-9]+\.[0-9]")
KNOWN_TYPES: Final = frozenset({"user", "assistant", "system", "summary", "progress"})
PLACE: Final = re.compile(r" - at `\$\.?(.*)`$")
SECOND_LOOK_LIMIT: Final = 8 << 20


def are_text(lines: Iterable[bytes | None]) -> bool:
    """Whether all of these lines are UTF-8, which is told far faster of many at once."""
    try:
        b"\n".join(lines).decode()  # type: ignore[arg-type]  # None, an endless line, is no text
    except (TypeError, UnicodeDecodeError):
        return False
    return True


def read_doubtful_line(line: bytes) -> Line | Refused | None:
    """The same of a line that need not be UTF-8."""
    try:
        line.decode()
    except UnicodeDecodeError:
        return Refused("binary data" if b"\0" in line else "not UTF-8")
    return read_line(line)


def read_line(line: bytes) -> Line | Refused | None:
    """A line with usage, None for a line of the log that has none, or why it is refused.

    Strings that are not kept are not looked into, so the line must be UTF-8.
    """
    try:
        found = decode_line(line)
    except (msgspec.DecodeError, RecursionError) as error:
        return _second_look(line, error)
    if found.message.usage is not NO_USAGE:
        return _why_not(found) or found
    if found.data is not UNSET and (wrapped := _wrapped_answer(line, found.data)) is not None:
        return wrapped
    if found.sessionId and found.type in KNOWN_TYPES:
        return None
    return None if _is_claude_code(decode_shape(line)) else FOREIGN


def advisors_of(usage: Usage) -> list[Iteration]:
    """The rounds of advisors within a response; none when any round cannot be read."""
    if isinstance(usage.iterations, UnsetType) or ADVISOR.encode() not in bytes(usage.iterations):
        return []
    try:
        rounds = decode_iterations(usage.iterations)
    except msgspec.DecodeError:
        return []
    return [one for one in rounds if one.type == ADVISOR and one.model]


@lru_cache(maxsize=1024)
def is_version(text: str) -> bool:
    """Whether it begins like 2.0.1."""
    return VERSION.match(text) is not None


def _why_not(found: Line) -> Refused | None:
    """What makes a line with usage unusable."""
    if found.timestamp is NO_TIME:
        return Refused("timestamp is missing")
    if found.version and not is_version(found.version):
        return Refused("version is not like 2.0.1")
    message = found.message
    names = (
        message.id,
        message.model,
        found.sessionId,
        found.requestId,
        found.cwd,
        found.gitBranch or "",
    )
    if "\0" in "".join(names):
        return Refused("a name holds a NUL character")
    return None


def _second_look(line: bytes, error: Exception) -> Line | Refused | None:
    """Tell damage from a line without usage, from a wrapped answer and from a foreign file."""
    if isinstance(error, RecursionError):
        return Refused(TOO_DEEP)
    if not isinstance(error, msgspec.ValidationError):
        return _second_reading(line, error)
    try:
        msgspec.json.decode(line, type=Raw)
        shape = decode_shape(line)
    except RecursionError:
        return Refused(TOO_DEEP)
    except msgspec.ValidationError:
        return FOREIGN
    except msgspec.DecodeError as damage:
        return Refused(_not_json(line, damage))
    if not isinstance(shape.data, UnsetType) and (wrapped := _wrapped_answer(line, shape.data)):
        return wrapped
    if _has_counts(shape.message):
        return Refused(_what_is_wrong(error))
    return None if _is_claude_code(shape) else FOREIGN


def _second_reading(line: bytes, error: Exception) -> Line | Refused | None:
    """Python's own reader takes half a surrogate pair, which Claude Code writes in cut-off text."""
    if b"\\u" not in line or len(line) > SECOND_LOOK_LIMIT:
        return Refused(_not_json(line, error))
    try:
        plain = msgspec.json.encode(_without_halves(json.loads(line)))
    except (ValueError, RecursionError):
        return Refused(_not_json(line, error))
    return read_line(plain)


def _without_halves(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_without_halves(key): _without_halves(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_without_halves(one) for one in value]
    return value


def _wrapped_answer(line: bytes, data: Raw) -> Line | Refused | None:
    """The answer that a progress line wraps; None when it wraps none."""
    shape = _message_shape(data)
    if shape is None or not _has_counts(shape.message):
        return None
    try:
        progress = decode_progress(line)
    except msgspec.DecodeError:
        return Refused("the wrapped answer's usage cannot be read")
    answer = progress.data.message
    answer.sessionId, answer.version = progress.sessionId, ""
    return _why_not(answer) or answer


def _has_counts(message: Raw | UnsetType) -> bool:
    """Whether a message, or the message within it, has token counts."""
    shape = _message_shape(message)
    if shape is None:
        return False
    return not isinstance(shape.usage, UnsetType) or _has_counts(shape.message)


def _message_shape(message: Raw | UnsetType) -> MessageShape | None:
    if isinstance(message, UnsetType):
        return None
    try:
        return decode_message_shape(message)
    except msgspec.DecodeError:
        return None


def _is_claude_code(shape: Shape) -> bool:
    marks = (shape.sessionId, shape.uuid, shape.leafUuid, shape.messageId)
    if shape.type in KNOWN_TYPES or any(mark is not UNSET for mark in marks):
        return True
    return _message_shape(shape.message) is not None


def _what_is_wrong(error: Exception) -> str:
    """A short reason that names the field and never repeats what stands in it."""
    said = str(error)
    place = PLACE.search(said)
    where = place[1] if place else ""
    if "missing required field" in said:
        named = said.split("`")[1]
        return f"{where}.{named} is missing" if where else f"{named} is missing"
    if where.endswith("_tokens"):
        return f"{where} is not a sensible number of tokens"
    if where == "timestamp":
        return "timestamp is not a date and time"
    if "got `null`" in said:
        return f"{where} is null"
    if "length >= 1" in said:
        return f"{where} is empty"
    return f"{where} is not what Claude Code writes there"


def _not_json(line: bytes, error: Exception) -> str:
    if b"\0" in line:
        return "binary data"
    if line.lstrip()[:1] not in (b"{", b"["):
        return "not JSON"
    return "JSON that breaks off" if "truncated" in str(error) else "damaged JSON"
