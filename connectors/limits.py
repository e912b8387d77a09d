"""Systems that can enforce a person's limit: a new one is a file of its own and a line here.

Mileage itself is in nobody's request path; its ledger stays the truth, and what is set elsewhere is
a copy. Setting a limit again changes nothing, so a call whose answer was lost is simply made again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import httpx

from connectors.cursor_limits import CursorLimits
from connectors.litellm_limits import LiteLlmLimits
from connectors.services import Failure


class LimitTarget(Protocol):
    """Sets spend limits in one system. Safe to share between threads."""

    def set_limit(self, email: str, limit_nusd: int) -> Failure | None:
        """Let a person spend so many nano-dollars a period; None when it holds, else why it does not."""

    def check(self) -> Failure | None:
        """Why the credential does not work, or None."""

    def close(self) -> None:
        """Let go of the connections."""


Connect = Callable[[str, str, httpx.BaseTransport | None], LimitTarget]
"""From an address, a key and, in tests, a transport."""


@dataclass(frozen=True, slots=True)
class TargetKind:
    """A kind of system: its name for people, and how it is connected to."""

    title: str
    connect: Connect


TARGETS: Final[dict[str, TargetKind]] = {
    "litellm": TargetKind("LiteLLM", LiteLlmLimits.at),
    "cursor": TargetKind("Cursor", CursorLimits.at),
}
