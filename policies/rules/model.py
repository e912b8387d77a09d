"""A rule as it was read and found sound: plain data. `reading` makes it from YAML, `compiled` runs it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from policies.rules.facts import FactType, FactValue, SubjectKind, Unit
from policies.rules.findings import FindingState


class Stage(StrEnum):
    """How loudly a rule may speak, from quietest to loudest.

    shadow   findings are recorded, and nobody is told
    digest   counted in the team's digest, never with a name
    coach    the person concerned is told, privately
    lead     a lead is told too, after the person was, or the person agreed, or a budget is used up

    All four comparisons are written out: a text has its own, which go by the alphabet.
    """

    SHADOW = "shadow"
    DIGEST = "digest"
    COACH = "coach"
    LEAD = "lead"

    @property
    def rank(self) -> int:
        """0 for shadow to 3 for lead."""
        return list(Stage).index(self)

    def __lt__(self, other: object) -> bool:
        return self.rank < other.rank if isinstance(other, Stage) else NotImplemented

    def __le__(self, other: object) -> bool:
        return self.rank <= other.rank if isinstance(other, Stage) else NotImplemented

    def __gt__(self, other: object) -> bool:
        return self.rank > other.rank if isinstance(other, Stage) else NotImplemented

    def __ge__(self, other: object) -> bool:
        return self.rank >= other.rank if isinstance(other, Stage) else NotImplemented


class Severity(StrEnum):
    """Whether a finding is a tip, which waits its turn, or an alarm, which does not.

    An alarm is told at once and takes nothing from the week's tips, at most once a day for a finding.
    """

    TIP = "tip"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """Why a file is refused: a sentence that a lead understands, and where. `rule_id` where known."""

    place: Place
    sentence: str
    rule_id: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Param:
    """A threshold that a team or an admin may set within its bounds. Only numbers have bounds."""

    name: str
    type: FactType
    default: FactValue
    unit: Unit = Unit.NONE
    at_least: int | float | None = None
    at_most: int | float | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which teams a rule looks at, by name; no `teams` is every team."""

    teams: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def takes_in(self, team: str | None) -> bool:
        """Whether a subject of this team is looked at; None is one without a team."""
        folded = {one.casefold() for one in self.teams}
        left_out = {one.casefold() for one in self.exclude}
        name = team.casefold() if team is not None else None
        return name not in left_out and (not folded or name in folded)


@dataclass(frozen=True, slots=True)
class Limit:
    """The breaker: with more findings than this in one pass, a rule holds its tongue.

    `share` is of the subjects looked at; of the two, the larger counts.
    """

    findings: int = 20
    share: float = 0.2

    def is_passed(self, findings: int, subjects: int) -> bool:
        """Whether so many findings among so many subjects are more than a sound rule has."""
        return findings > max(self.findings, self.share * subjects)


@dataclass(frozen=True, slots=True)
class Say:
    """Templates for people, with `{fact}`, `{params.name}`, `{impact_usd}` and labels in braces.

    `lead` names only facts and labels that a lead may read.
    """

    coach: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class ExpectedChange:
    """What a rule test expects: at a time after the start, a subject's finding comes to a state."""

    after: timedelta
    subject: str
    becomes: FindingState
    impact_usd: Decimal | None = None
    says: str = ""


@dataclass(frozen=True, slots=True)
class RuleTest:
    """A clock and series of facts, and every change of a finding that must follow; no other may.

    `series` holds, by subject and fact, one value per step, each `every` apart; the last value goes
    on. Facts that are not named are without data.
    """

    name: str
    place: Place
    every: timedelta
    series: Mapping[str, Mapping[str, tuple[FactValue, ...]]]
    expect: tuple[ExpectedChange, ...]
    params: Mapping[str, FactValue] = field(default_factory=dict)

    @property
    def steps(self) -> int:
        """How many times the rule is evaluated: the longest series, or until the last expected change."""
        longest = max((len(v) for one in self.series.values() for v in one.values()), default=1)
        last = max((int(e.after / self.every) + 1 for e in self.expect), default=1)
        return max(longest, last)


WITHOUT_WAIT: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class Rule:
    """A sound rule: everything in it was checked against the catalogue.

    `when`, `clear_when` and `impact_usd` are CEL texts over the facts of `subject` and `params.*`.
    `min_data` holds the least value that facts must have (True for a boolean) before the rule judges
    at all. `for_` is how long it must match before it is a finding, `keep` how long it must be clear
    before that is resolved. `fingerprint` of the text in `digest` changes with any change of meaning.
    """

    id: str
    version: int
    place: Place
    subject: SubjectKind
    when: str
    title: str
    owner: str = ""
    stage: Stage = Stage.SHADOW
    severity: Severity = Severity.TIP
    scope: Scope = Scope()
    params: Mapping[str, Param] = field(default_factory=dict)
    clear_when: str = ""
    min_data: Mapping[str, int | float | bool] = field(default_factory=dict)
    for_: timedelta = WITHOUT_WAIT
    keep: timedelta = WITHOUT_WAIT
    impact_usd: str = ""
    group_by: tuple[str, ...] = ()
    inhibited_by: tuple[str, ...] = ()
    limit: Limit = Limit()
    say: Say = Say()
    try_: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    skill: str = ""
    tests: tuple[RuleTest, ...] = ()
    digest: str = ""

    @property
    def defaults(self) -> dict[str, FactValue]:
        """Every parameter at its default."""
        return {name: one.default for name, one in self.params.items()}
