"""Claude Code's local logs: `projects/**/*.jsonl`, read as ccusage 20.0.24 reads them.

Lines are parsed by claude_code_lines, copies are told apart by claude_code_copies; this file walks
the folders, keeps the count, and turns responses into facts for the core. Large imports are read by
two processes side by side.
"""

import gc
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import msgspec
from msgspec import UNSET

from connectors.claude_code_copies import (
    SOURCE,
    Copies,
    Identity,
    Tokens,
    anonymous_identity,
    identity_of,
    key_of,
    revision_of,
    settle,
)
from connectors.claude_code_lines import (
    Line,
    Refused,
    Usage,
    advisors_of,
    are_text,
    read_doubtful_line,
    read_line,
)
from connectors.lines import LONGEST_LINE, blocks_of_lines, files_under
from connectors.reading import (
    Finish,
    Observation,
    OnBytes,
    Reading,
    Refusal,
    Source,
    nothing_listens,
)
from policies.usage import microseconds

SUFFIX: Final = ".jsonl"
MOST_REFUSALS_OF_A_FILE: Final = 1000
EARLIEST_US: Final = microseconds(datetime(2020, 1, 1, tzinfo=UTC))
AHEAD: Final = timedelta(days=366)
"""A clock may be wrong, but a timestamp beyond this is damage."""

SYNTHETIC: Final = "<synthetic>"
NO_MODEL: Final = "unknown"
PROCESSES: Final = 2
WORTH_A_PROCESS: Final = 48 << 20
BYTES_A_TASK: Final = 12 << 20

TICKET: Final = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]{1,9}-[1-9][0-9]{0,6}(?![A-Za-z0-9])")


@dataclass(slots=True)
class Logs:
    """What some files told: the responses, and the counts and refusals along the way."""

    files: int = 0
    lines: int = 0
    refused: list[Refusal] = field(default_factory=list)
    copies: Copies = field(default_factory=Copies)

    def merge(self, other: "Logs") -> None:
        """Take what other files told."""
        self.files += other.files
        self.lines += other.lines
        self.refused += other.refused
        self.copies.merge(other.copies)


encode_logs: Final = msgspec.msgpack.Encoder().encode
decode_logs: Final = msgspec.msgpack.Decoder(Logs).decode


@dataclass(slots=True)
class LogFile:
    """One file being read. `name` is its path below the given folder; `owner` the folder it is in."""

    name: str
    owner: str
    session_id: str
    latest_us: int
    lines: int = 0
    refused: list[Refusal] = field(default_factory=list)
    not_listed: int = 0
    copies: Copies = field(default_factory=Copies)
    anonymous: Counter[tuple[object, ...]] = field(default_factory=Counter)

    def read(self, blocks: Iterable[list[bytes | None]]) -> Logs:
        """Read the lines, wherever they come from."""
        before = 0
        for block in blocks:
            read = read_line if are_text(block) else read_doubtful_line
            for number, line in enumerate(block, before + 1):
                if line is None:
                    self.lines += 1
                    self.refuse(number, f"longer than {LONGEST_LINE >> 20} MB")
                elif line and not line.isspace():
                    self.lines += 1
                    found = read(line)
                    if found is not None:
                        self.take(found, number)
            before += len(block)
        return Logs(1, self.lines, self.all_refused(), self.copies)

    def take(self, found: Line | Refused, number: int) -> None:
        """Take the response of one line and those of its advisors, or refuse the line."""
        if isinstance(found, Refused):
            self.refuse(number, found.reason)
            return
        if found.timestamp.tzinfo is None:
            self.refuse(number, "timestamp has no time zone")
            return
        start_us = round(found.timestamp.timestamp() * 1_000_000)
        if not EARLIEST_US <= start_us <= self.latest_us:
            self.refuse(number, "timestamp is in no sensible year")
            return
        message = found.message
        self.take_usage(found, start_us, message.id, message.model, message.usage)
        if message.usage.iterations is not UNSET:
            self.take_advice(found, start_us)

    def take_advice(self, found: Line, start_us: int) -> None:
        """The rounds of advisors, each like a response of its own."""
        message = found.message
        for index, advisor in enumerate(advisors_of(message.usage)):
            message_id = message.id and f"{message.id}:advisor:{index}"
            self.take_usage(found, start_us, message_id, advisor.model or "", advisor)

    def take_usage(
        self, line: Line, start_us: int, message_id: str, model: str, usage: Usage
    ) -> None:
        """Keep what the line tells of a response, unless another line tells it better."""
        tokens = tokens_of(usage)
        if model == SYNTHETIC and not any(tokens):
            return  # Claude Code's own words, such as an API error: no model, no tokens
        session_id = line.sessionId or self.session_id
        revision = revision_of(tokens, line.isSidechain is True, usage.speed is not UNSET)
        if message_id:
            identity = identity_of(message_id, line.requestId, session_id, start_us)
        else:
            identity = self.numbered((line.requestId, start_us, model, tokens))
        if self.copies.wants(identity, revision, start_us, session_id):
            branch, ticket = branch_and_ticket(line.gitBranch)
            self.copies.best[identity] = Observation(
                self.owner,
                key_of(identity, start_us),
                start_us,
                model or NO_MODEL,
                *tokens,
                revision,
                usage.speed == "fast",
                session_id,
                line.requestId or None,
                tool_of(line.version),
                "sidechain" if line.isSidechain is True else "main",
                last_part(line.cwd),
                branch,
                None,  # commit
                None,  # pull request
                ticket,
                None,  # outcome
                1,
                nanos(line.costUSD) if usage is line.message.usage else None,
            )

    def numbered(self, known: tuple[object, ...]) -> Identity:
        """The identity of a response without an id: what is known, and its place among equals."""
        self.anonymous[known] += 1
        return anonymous_identity(known, self.anonymous[known])

    def refuse(self, number: int, reason: str) -> None:
        """Leave a line out, and say so; beyond a thousand a file they are only counted."""
        if len(self.refused) < MOST_REFUSALS_OF_A_FILE:
            self.refused.append(Refusal(self.name, number, reason))
        else:
            self.not_listed += 1

    def all_refused(self) -> list[Refusal]:
        """The refusals, and how many more there were."""
        if not self.not_listed:
            return self.refused
        more = f"and {self.not_listed} more lines of this file"
        return [*self.refused, Refusal(self.name, self.refused[-1].line + 1, more)]


@contextmanager
def begin(path: Path, now: datetime) -> Iterator[Finish]:
    """Begin to read a folder of logs, or one log; CannotRead where there is none.

    Where that pays, two processes start at once, so that the caller can get ready meanwhile.
    """
    files = log_files(path)
    read = partial(
        read_files, root=path if path.is_dir() else path.parent, latest_us=microseconds(now + AHEAD)
    )
    sizes = {file: file.stat().st_size for file in files}
    if sum(sizes.values()) < WORTH_A_PROCESS or len(files) == 1 or (os.cpu_count() or 1) < 2:
        yield lambda on_bytes: reading_of([read(files, on_bytes=on_bytes)])
        return
    from connectors.processes import begun_in_processes

    tasks = _tasks(files, sizes)
    with begun_in_processes(partial(_packed, read), tasks, PROCESSES) as results:
        yield lambda on_bytes: reading_of(_unpacked(results, tasks, sizes, on_bytes))


def reading_of(parts: Iterable[Logs]) -> Reading:
    """What all parts tell together."""
    logs = Logs()
    for part in parts:
        logs.merge(part)
    responses = logs.copies.responses()
    return Reading(
        files=logs.files,
        lines=logs.lines,
        duplicates=logs.copies.lines - len(responses),
        refused=logs.refused,
        observations=responses,
    )


def log_files(path: Path) -> list[Path]:
    """The logs under a path, sorted; links are not followed. CannotRead where there is none.

    Of Claude Code's own folder, `~/.claude`, only `projects` holds logs.
    """
    projects = path / "projects"
    return files_under(
        projects if projects.is_dir() else path,
        SUFFIX,
        "Claude Code's logs are in ~/.claude/projects.",
    )


def read_files(files: list[Path], root: Path, latest_us: int, on_bytes: OnBytes) -> Logs:
    """Read some files in this process. A file that cannot be opened is refused as a whole."""
    logs = Logs()
    for path in files:
        relative = path.relative_to(root)
        log = LogFile(str(relative), relative.parent.as_posix(), session_of(path), latest_us)
        try:
            with path.open("rb", buffering=0) as file:
                logs.merge(log.read(blocks_of_lines(file, on_bytes)))
        except OSError as error:
            reason = f"cannot be read: {error.strerror or 'unknown error'}"
            logs.merge(Logs(files=1, refused=[Refusal(log.name, 1, reason)]))
    return logs


def session_of(path: Path) -> str:
    """The session that a file's name or folder tells of, for lines that name none."""
    parts = path.absolute().parts
    if parts[-2:-1] == ("subagents",):
        return parts[-3]
    below = parts[::-1].index("projects") if "projects" in parts else 2
    return path.stem if below <= 2 else parts[-2]


def tokens_of(usage: Usage) -> Tokens:
    """Disjoint classes: writes by lifetime where the log tells it, else of unknown lifetime."""
    split = usage.cache_creation
    return (
        usage.input_tokens,
        usage.cache_read_input_tokens,
        split.ephemeral_5m_input_tokens if split else 0,
        split.ephemeral_1h_input_tokens if split else 0,
        0 if split else usage.cache_creation_input_tokens,
        usage.output_tokens,
    )


@lru_cache(maxsize=1024)
def branch_and_ticket(branch: str | None) -> tuple[str | None, str | None]:
    """The branch, None where no branch was out, and the ticket that its name tells."""
    if branch in (None, "", "HEAD"):
        return None, None
    ticket = TICKET.search(branch)
    return branch, ticket[0] if ticket else None


@lru_cache(maxsize=1024)
def tool_of(version: str) -> str:
    """The tool and its version."""
    return f"claude-code/{version}" if version else "claude-code"


@lru_cache(maxsize=1024)
def last_part(path: str) -> str | None:
    """The name of the folder, of a path in either notation."""
    parts = [part for part in re.split(r"[\\/]", path) if part]
    return parts[-1] if parts else None


def nanos(usd: float) -> int | None:
    """Nano-dollars of what the log says a response cost; None where it says nothing sensible."""
    return round(usd * 1e9) if 0 <= usd < 1e6 else None


def _packed(read: Callable[..., Logs], files: list[Path]) -> bytes:
    gc.disable()  # this process makes a million tuples, no cycles, and ends
    return encode_logs(read(files, on_bytes=nothing_listens))


def _unpacked(
    results: Iterable[bytes],
    tasks: list[list[Path]],
    sizes: dict[Path, int],
    on_bytes: OnBytes,
) -> Iterator[Logs]:
    for task, packed in zip(tasks, results, strict=True):
        on_bytes(sum(sizes[file] for file in task))
        yield decode_logs(packed)


def _tasks(files: list[Path], sizes: dict[Path, int]) -> list[list[Path]]:
    tasks: list[list[Path]] = [[]]
    held = 0
    for file in files:
        if held > BYTES_A_TASK:
            tasks.append([])
            held = 0
        tasks[-1].append(file)
        held += sizes[file]
    return tasks


CLAUDE_CODE: Final = Source(
    name=SOURCE,
    title="Claude Code's local logs",
    files=log_files,
    begin=begin,
    settle=settle,
)
