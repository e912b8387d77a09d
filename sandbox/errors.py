"""What the Web API says when it refuses.

SlackError                 {"ok": false, "error": code, ...}, HTTP 200
└── RateLimited            HTTP 429 with Retry-After
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.model import Json


@dataclass(frozen=True, slots=True)
class Problem:
    """One complaint; `pointer` is relative to the document checked ("/0/text")."""

    message: str
    pointer: str


class SlackError(Exception):
    """A refusal in Slack's own words; `extra` are further fields of the response."""

    def __init__(self, code: str, extra: Json | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra or {}

    @classmethod
    def of_problems(cls, code: str, problems: Sequence[Problem], root: str) -> "SlackError":
        """Return a refusal that lists problems with JSON pointers below `root`."""
        lines = [f"{one.message} [json-pointer:{root}{one.pointer}]" for one in problems]
        extra: Json = {"response_metadata": {"messages": [f"[ERROR] {line}" for line in lines]}}
        if code == "invalid_blocks":
            extra["errors"] = lines
        return cls(code, extra)

    def body(self) -> Json:
        """Return the response body."""
        return {"ok": False, "error": self.code, **self.extra}


class RateLimited(SlackError):
    """HTTP 429; the app should wait `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("ratelimited")
        self.retry_after = retry_after
