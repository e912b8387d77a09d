"""Writes Claude Code logs as they are found in `projects/`: a seeded, believable year of work.

Each session holds prompts, tool results, summaries and snapshots beside the assistant's lines. One
response is written as several lines (one a content block, the token counts growing), sub-agents
write sidechains, side questions replay their parent's messages, and resumed sessions copy what came
before them. Nothing here is taken from a real log.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MODELS = (
    ("claude-sonnet-4-5-20250929", 46),
    ("claude-opus-4-5-20251101", 26),
    ("claude-haiku-4-5-20251001", 20),
    ("claude-opus-4-1-20250805", 6),
    ("claude-experimental-owl-1", 2),
)
VERSIONS = ("1.0.128", "2.0.14", "2.0.55", "2.1.7")
REPOSITORIES = ("checkout", "ledger", "search-api", "mobile-app", "infra")
BRANCHES = ("main", "PAY-123-retry-queue", "feature/LED-42-close-books", "fix/flaky-login", "HEAD")
WORDS = (
    "the handler returns early when a cart is empty so the retry never runs; "
    "def settle(order): return ledger.post(order.total, order.currency)  # naïve rounding\n"
    'const total = items.reduce((sum, item) => sum + item.price, 0) // "usage": see docs\n'
)
PROSE = WORDS * 400


@dataclass(slots=True)
class Session:
    """One session being written: where it runs and what it has said so far."""

    id: str
    cwd: str
    branch: str
    version: str
    clock: datetime
    lines: list[str] = field(default_factory=list)
    responses: list[list[dict[str, object]]] = field(default_factory=list)


class ClaudeCodeLogs:
    """Generates sessions from a seed; the same seed and arguments give the same bytes."""

    def __init__(self, seed: int = 1, start: datetime = START, prose: int = 1) -> None:
        """`prose` scales the length of prompts and tool results; 0 leaves them almost empty."""
        self.random = random.Random(seed)
        self.start = start
        self.prose = prose

    def write(self, root: Path, lines: int) -> list[Path]:
        """Write at least `lines` lines under `root`/projects, one file a session; return the files."""
        written, number, files = 0, 0, []
        for name, content in self.sessions(lines):
            path = root / "projects" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            rows = content[: lines - written]
            path.write_text("\n".join(rows) + "\n", encoding="utf-8")
            files.append(path)
            written, number = written + len(rows), number + 1
        return files

    def sessions(self, lines: int) -> Iterator[tuple[str, list[str]]]:
        """File names under `projects/` and their lines, until there are `lines` of them."""
        made = 0
        moment = self.start
        previous: Session | None = None
        while made < lines:
            moment += timedelta(minutes=self.random.randint(3, 90))
            session = self.session(moment)
            if previous is not None and self.random.random() < 0.12:
                self.resume(previous, session)
            self.talk(session, self.random.randint(8, 60))
            folder = "-home-dev-src-" + Path(session.cwd).name
            made += len(session.lines)
            yield f"{folder}/{session.id}.jsonl", session.lines
            if made < lines and self.random.random() < 0.25:
                aside = self.side_question(session)
                made += len(aside)
                yield f"{folder}/{session.id}/subagents/agent-{self.token(8)}.jsonl", aside
            previous = session

    def session(self, moment: datetime) -> Session:
        """A new session, with nothing said yet."""
        repository = self.random.choice(REPOSITORIES)
        return Session(
            id=self.uuid(),
            cwd=f"/home/dev/src/{repository}",
            branch=self.random.choice(BRANCHES),
            version=self.random.choice(VERSIONS),
            clock=moment,
        )

    def resume(self, previous: Session, session: Session) -> None:
        """Copy the earlier lines, as resuming does: a new session id, the same messages."""
        for line in previous.lines[-40:]:
            copied = json.loads(line)
            if "sessionId" in copied:
                copied["sessionId"] = session.id
            session.lines.append(dump(copied))

    def talk(self, session: Session, turns: int) -> None:
        """Prompts, responses of one to four lines each, and the results of the tools they call."""
        self.say(session, {"type": "summary", "summary": "Retry queue", "leafUuid": self.uuid()})
        for _ in range(turns):
            self.prompt(session)
            for _ in range(self.random.randint(1, 4)):
                self.respond(session, sidechain=False)
                self.tool_result(session)
            if self.random.random() < 0.15:
                for _ in range(self.random.randint(2, 6)):
                    self.respond(session, sidechain=True)
                    self.tool_result(session)

    def respond(self, session: Session, *, sidechain: bool) -> None:
        """One API response: several lines with one message id and request id, the last one complete."""
        blocks = self.random.choices((1, 2, 3, 4), (40, 35, 18, 7))[0]
        usage = self.usage()
        message, request = "msg_01" + self.token(22), "req_011C" + self.token(20)
        model = self.random.choices([m for m, _ in MODELS], [w for _, w in MODELS])[0]
        response = []
        for block in range(blocks):
            session.clock += timedelta(seconds=self.random.uniform(0.4, 25))
            partial = dict(usage)
            if block < blocks - 1 and self.random.random() < 0.7:
                partial["output_tokens"] = self.random.randint(1, 8)
            line = self.envelope(session, "assistant", sidechain) | {
                "requestId": request,
                "message": {
                    "model": model,
                    "id": message,
                    "type": "message",
                    "role": "assistant",
                    "content": [self.block(block, blocks)],
                    "stop_reason": None if block < blocks - 1 else "tool_use",
                    "stop_sequence": None,
                    "usage": partial,
                },
            }
            response.append(line)
            self.say(session, line)
        session.responses.append(response)

    def usage(self) -> dict[str, object]:
        """Token counts as the API reports them: input excludes cache, writes split by lifetime."""
        five, hour = self.random.choice(((1, 0), (1, 0), (0, 1), (1, 1)))
        short, long = five * self.random.randint(0, 9_000), hour * self.random.randint(0, 30_000)
        counts: dict[str, object] = {
            "input_tokens": self.random.randint(1, 60),
            "cache_creation_input_tokens": short + long,
            "cache_read_input_tokens": self.random.randint(8_000, 190_000),
            "output_tokens": self.random.randint(20, 3_000),
            "service_tier": "standard",
        }
        if self.random.random() < 0.9:
            counts["cache_creation"] = {
                "ephemeral_5m_input_tokens": short,
                "ephemeral_1h_input_tokens": long,
            }
        if self.random.random() < 0.04:
            counts["speed"] = "fast"
        return counts

    def side_question(self, session: Session) -> list[str]:
        """A side question's own file: it replays parent messages under new request ids, then answers."""
        aside = Session(session.id, session.cwd, session.branch, session.version, session.clock)
        for response in session.responses[-6:]:
            replay = json.loads(dump(response[-1]))
            aside.clock += timedelta(milliseconds=self.random.randint(1, 900))
            replay |= {
                "isSidechain": True,
                "requestId": "req_011C" + self.token(20),
                "uuid": self.uuid(),
                "timestamp": stamp(aside.clock),
            }
            self.say(aside, replay)
        self.respond(aside, sidechain=True)
        return aside.lines

    def prompt(self, session: Session) -> None:
        """What the person typed, and now and then the bookkeeping lines around it."""
        session.clock += timedelta(seconds=self.random.uniform(5, 240))
        line = self.envelope(session, "user", sidechain=False)
        self.say(session, line | {"message": {"role": "user", "content": self.text(80, 900)}})
        if self.random.random() < 0.1:
            self.say(
                session,
                {
                    "type": "file-history-snapshot",
                    "messageId": self.uuid(),
                    "snapshot": {"trackedFileBackups": {}},
                    "isSnapshotUpdate": False,
                },
            )
        if self.random.random() < 0.03:
            self.say(session, self.api_error(session))

    def api_error(self, session: Session) -> dict[str, object]:
        """The line that Claude Code itself writes when the API failed: no model, no tokens."""
        zero = {
            "input_tokens": 0,
            "output_tokens": 0,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
        }
        return self.envelope(session, "assistant", sidechain=False) | {
            "isApiErrorMessage": True,
            "message": {
                "id": self.uuid(),
                "model": "<synthetic>",
                "role": "assistant",
                "usage": zero,
                "content": [{"type": "text", "text": "API Error: 529"}],
            },
        }

    def tool_result(self, session: Session) -> None:
        """What a tool gave back: the bulk of a log."""
        session.clock += timedelta(seconds=self.random.uniform(0.1, 9))
        text = self.text(60, self.random.choice((400, 1_200, 2_500, 9_000)))
        content = [
            {"tool_use_id": "toolu_01" + self.token(22), "type": "tool_result", "content": text}
        ]
        line = self.envelope(session, "user", sidechain=False)
        self.say(
            session,
            line
            | {
                "message": {"role": "user", "content": content},
                "toolUseResult": {"stdout": text[:200], "interrupted": False},
            },
        )

    def block(self, number: int, of: int) -> dict[str, object]:
        """One content block: words, then a tool call."""
        if number < of - 1:
            return {"type": "text", "text": self.text(20, 700)}
        return {
            "type": "tool_use",
            "id": "toolu_01" + self.token(22),
            "name": "Edit",
            "input": {
                "file_path": "/home/dev/src/checkout/retry.py",
                "new_string": self.text(40, 900),
            },
        }

    def envelope(self, session: Session, kind: str, sidechain: bool) -> dict[str, object]:
        """The fields that every line of a conversation carries."""
        return {
            "parentUuid": self.uuid(),
            "isSidechain": sidechain,
            "userType": "external",
            "cwd": session.cwd,
            "sessionId": session.id,
            "version": session.version,
            "gitBranch": session.branch,
            "type": kind,
            "uuid": self.uuid(),
            "timestamp": stamp(session.clock),
        }

    def say(self, session: Session, line: dict[str, object]) -> None:
        """Write one line."""
        session.lines.append(dump(line))

    def text(self, shortest: int, longest: int) -> str:
        """Words of a length between the bounds."""
        length = self.random.randint(shortest, longest) * self.prose
        offset = self.random.randrange(len(WORDS))
        return PROSE[offset : offset + length]

    def token(self, length: int) -> str:
        """Random letters and digits."""
        return f"{self.random.getrandbits(length * 4):0{length}x}"

    def uuid(self) -> str:
        """A random UUID's text."""
        digits = self.token(32)
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def dump(line: dict[str, object]) -> str:
    """Compact JSON, as Claude Code writes it."""
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False)


def stamp(moment: datetime) -> str:
    """A timestamp as Claude Code writes it: UTC, milliseconds, Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
