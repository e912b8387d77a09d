"""The declared outcome: the root object that budgets, findings and tips refer to."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

MAX_TITLE = 200
MAX_KEYS = 20
MAX_URL = 1000
MAX_REASON = 500
DURABLE_DAYS = 30


class OutcomeKind(StrEnum):
    """What sort of work an outcome is."""

    FEATURE = "feature"
    FIX = "fix"
    MIGRATION = "migration"
    INCIDENT = "incident"
    RESEARCH = "research"
    CHORE = "chore"


class OutcomeSize(StrEnum):
    """How large, set before the work; `weight` is its share in weighted outcomes."""

    S = "S"
    M = "M"
    L = "L"

    @property
    def weight(self) -> int:
        """1, 3 or 8."""
        return {OutcomeSize.S: 1, OutcomeSize.M: 3, OutcomeSize.L: 8}[self]


class Complexity(StrEnum):
    """How demanding the work is, as its owner declares it."""

    TRIVIAL = "trivial"
    STANDARD = "standard"
    HARD = "hard"


class OutcomeState(StrEnum):
    """Where an outcome stands in its life."""

    DECLARED = "declared"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    DURABLE = "durable"
    DROPPED = "dropped"
    REJECTED = "rejected"
    REVERTED = "reverted"


class KeyKind(StrEnum):
    """The kinds of key by which usage finds its outcome."""

    TICKET = "ticket"
    BRANCH = "branch"
    PULL_REQUEST = "pr"
    TAG = "tag"


ALLOWED_TRANSITIONS: dict[OutcomeState, frozenset[OutcomeState]] = {
    OutcomeState.DECLARED: frozenset({OutcomeState.CLAIMED, OutcomeState.DROPPED}),
    OutcomeState.CLAIMED: frozenset(
        {OutcomeState.VERIFIED, OutcomeState.REJECTED, OutcomeState.DROPPED}
    ),
    OutcomeState.VERIFIED: frozenset({OutcomeState.DURABLE, OutcomeState.REVERTED}),
    OutcomeState.DURABLE: frozenset({OutcomeState.REVERTED}),
    OutcomeState.REJECTED: frozenset({OutcomeState.CLAIMED, OutcomeState.DROPPED}),
    OutcomeState.DROPPED: frozenset(),
    OutcomeState.REVERTED: frozenset(),
}


OPEN_STATES = frozenset({OutcomeState.DECLARED, OutcomeState.CLAIMED, OutcomeState.REJECTED})
"""Work that is not finished; its size can still be set right."""

KEYED_STATES = frozenset({OutcomeState.DECLARED, OutcomeState.REJECTED})
"""Where keys may change. Not while a claim waits: its reviewer is told what the keys found."""


class NotAllowed(Exception):
    """A step that the rules of outcomes forbid; the message says why and what to do instead."""


@dataclass(frozen=True, slots=True)
class OutcomeKey:
    """A ticket, branch, pull request or tag that usage may carry."""

    kind: KeyKind
    value: str


@dataclass(frozen=True, slots=True)
class OutcomeDraft:
    """What a person declares, before it has an id."""

    title: str
    kind: OutcomeKind = OutcomeKind.FEATURE
    size: OutcomeSize = OutcomeSize.M
    complexity: Complexity = Complexity.STANDARD
    exploration: bool = False
    deadline: date | None = None
    keys: tuple[OutcomeKey, ...] = ()
    origin_url: str = ""
    """Where it was asked for, or "" where nobody said."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A declared piece of work and where it stands. `deadline` is a day in the team's zone."""

    id: int
    team_id: int
    owner_id: int
    title: str
    kind: OutcomeKind
    size: OutcomeSize
    complexity: Complexity
    exploration: bool
    state: OutcomeState
    keys: tuple[OutcomeKey, ...]
    deadline: date | None
    evidence_url: str | None
    declared_at: datetime
    claimed_at: datetime | None
    verified_at: datetime | None
    verified_by: int | None

    @property
    def label(self) -> str:
        """The id as people type it: `O-12`."""
        return outcome_label(self.id)

    def claim(self, evidence_url: str, now: datetime) -> "Outcome":
        """The outcome as claimed done with its evidence; NotAllowed says why not."""
        self._require_step_to(OutcomeState.CLAIMED)
        return replace(self, state=OutcomeState.CLAIMED, evidence_url=evidence_url, claimed_at=now)

    def verify(self, verifier_id: int, now: datetime, verified_for_me_today: bool) -> "Outcome":
        """The outcome as verified by somebody else.

        `verified_for_me_today` is whether the owner verified one of the verifier's outcomes on the
        same local day: two people may not wave each other's work through.
        """
        if verifier_id == self.owner_id:
            raise NotAllowed(f"{self.label} is your own. A colleague has to verify it.")
        self._require_step_to(OutcomeState.VERIFIED)
        if verified_for_me_today:
            raise NotAllowed(
                f"The owner of {self.label} verified an outcome of yours today. "
                "Ask another colleague, or verify it tomorrow."
            )
        return replace(self, state=OutcomeState.VERIFIED, verified_at=now, verified_by=verifier_id)

    def reject(self) -> "Outcome":
        """The outcome as sent back to its owner, who may claim it again; it keeps its evidence."""
        self._require_step_to(OutcomeState.REJECTED)
        return replace(self, state=OutcomeState.REJECTED)

    def drop(self) -> "Outcome":
        """The outcome as given up; its evidence may then stand for another."""
        self._require_step_to(OutcomeState.DROPPED)
        return replace(self, state=OutcomeState.DROPPED)

    def revert(self) -> "Outcome":
        """The outcome as undone after it was verified."""
        self._require_step_to(OutcomeState.REVERTED)
        return replace(self, state=OutcomeState.REVERTED)

    def endure(self, now: datetime, days: int) -> "Outcome":
        """The outcome as durable: verified at least `days` days ago and not reverted since."""
        self._require_step_to(OutcomeState.DURABLE)
        if self.verified_at is None or now < self.verified_at + timedelta(days=days):
            raise NotAllowed(f"{self.label} has not stood for {days} days yet.")
        return replace(self, state=OutcomeState.DURABLE)

    def resize(self, size: OutcomeSize) -> "Outcome":
        """The outcome with another size; NotAllowed once it is verified or over."""
        self._require_open()
        return replace(self, size=size)

    def reassess(self, complexity: Complexity) -> "Outcome":
        """The outcome with another complexity; NotAllowed once it is verified or over."""
        self._require_open()
        return replace(self, complexity=complexity)

    def with_keys(self, keys: tuple[OutcomeKey, ...]) -> "Outcome":
        """The outcome with exactly these keys, each once; NotAllowed while a claim waits, and once it is over."""
        self._require_open()
        _require_no_claim_waits(self)
        return replace(self, keys=tuple(dict.fromkeys(keys)))

    def merge_into(self, parent: "Outcome") -> "Outcome":
        """The outcome as dropped in favour of another of its team, which its keys count for then."""
        if parent.id == self.id:
            raise NotAllowed(f"{self.label} cannot be merged into itself.")
        if parent.team_id != self.team_id:
            raise NotAllowed(f"{self.label} and {parent.label} belong to different teams.")
        if parent.state in (OutcomeState.DROPPED, OutcomeState.REVERTED):
            raise NotAllowed(f"{parent.label} is {parent.state}; nothing can be merged into it.")
        _require_no_claim_waits(parent)
        return self.drop()

    def _require_open(self) -> None:
        if self.state not in OPEN_STATES:
            raise NotAllowed(f"{self.label} is {self.state}; its size, complexity and keys stand.")

    def _require_step_to(self, target: OutcomeState) -> None:
        if target not in ALLOWED_TRANSITIONS[self.state]:
            raise NotAllowed(f"{self.label} is {self.state} and cannot become {target}.")


@dataclass(frozen=True, slots=True)
class OutcomeEvent:
    """Something that happened to an outcome: who did it, when and why.

    `change` is "" for a step from one state to another; else it says what changed while the state
    stayed: `size`, `complexity`, `keys`, `merge` or `evidence`. The reason of a claim is the link
    to its evidence, and that of a declaration the link to where it was asked for.
    """

    outcome_id: int
    actor_id: int
    at: datetime
    before: OutcomeState | None
    after: OutcomeState
    reason: str = ""
    change: str = ""

    @property
    def is_step(self) -> bool:
        """Whether the outcome went from one state to another."""
        return not self.change


def _require_no_claim_waits(outcome: Outcome) -> None:
    if outcome.state is OutcomeState.CLAIMED:
        raise NotAllowed(
            f"{outcome.label} is claimed, and its keys do not change while the claim waits. "
            "They can change again if the claim is sent back."
        )


def outcome_label(outcome_id: int) -> str:
    """`O-12` for 12."""
    return f"O-{outcome_id}"


def parse_outcome_label(text: str) -> int | None:
    """12 for `O-12` (any case, dash optional, or bare `12`), None where it is no such id."""
    match = re.fullmatch(r"(?:o-?)?(\d{1,9})", text.strip().lower(), re.ASCII)
    return int(match[1]) if match else None


def parse_key(text: str) -> OutcomeKey | None:
    """Recognise `PAY-123`, `#481`, a pull request URL, `branch:name` or `tag:name`; None for other words."""
    word = text.strip()
    if not word.isprintable():
        return None
    if match := re.fullmatch(r"(branch|tag|ticket|pr):(\S{1,200})", word):
        return OutcomeKey(KeyKind(match[1]), match[2])
    if re.fullmatch(r"[A-Z][A-Z0-9]{1,9}-\d{1,7}", word, re.ASCII):
        return OutcomeKey(KeyKind.TICKET, word)
    if re.fullmatch(r"#\d{1,7}", word, re.ASCII) or _is_pull_request_url(word):
        return OutcomeKey(KeyKind.PULL_REQUEST, word)
    return None


def _is_pull_request_url(word: str) -> bool:
    shape = r"https?://\S+/(?:pull|merge_requests)/\d+\S*"
    return re.fullmatch(shape, word, re.ASCII) is not None and is_evidence_url(word)


def is_evidence_url(text: str) -> bool:
    """Whether the text is a plain http(s) link with a host, within the stored length.

    A link that could show one host and open another is none: one with a user's name before the
    host, a backslash (which browsers take for a slash), or characters that reorder or hide text.
    """
    if len(text) > MAX_URL or not text.isprintable() or any(c in ' <>|"\\' for c in text):
        return False
    try:
        parts = urlsplit(text)
        is_host_alone = "@" not in parts.netloc and parts.port != 0  # ValueError for port “abc”
        return parts.scheme in ("http", "https") and bool(parts.hostname) and is_host_alone
    except ValueError:
        return False


def local_day_of(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day of a moment in a zone."""
    return moment.astimezone(zone).date()
