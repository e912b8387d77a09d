"""What a pass over the facts is given and what it comes to: plain data for the pass, tests and reports."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from policies.outcomes import local_day_of
from policies.rules.exceptions import RuleException
from policies.rules.facts import FactValue
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Rule, Stage
from policies.rules.reasons import Reason
from policies.rules.subjects import Subject

EVERYBODY: None = None
"""The team under which `PassTerms.params` holds what is set for all teams."""
UTC_ZONE = ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class PassTerms:
    """How the rules are set here and now.

    `stages` holds each rule's stage in effect (shadow where left out). `params` holds, by rule and
    team, what differs from the rule's defaults; under team None what holds for everybody. `held`
    holds the rules whose breaker tripped, with the reason: they are not judged at all.
    """

    stages: Mapping[str, Stage] = field(default_factory=dict)
    params: Mapping[tuple[str, int | None], Mapping[str, FactValue]] = field(default_factory=dict)
    exceptions: Sequence[RuleException] = ()
    held: Mapping[str, str] = field(default_factory=dict)
    team_names: Mapping[int, str] = field(default_factory=dict)
    zones: Mapping[int, ZoneInfo] = field(default_factory=dict)

    def params_of(self, rule: Rule, team_id: int | None) -> dict[str, FactValue]:
        """Every parameter of a rule as it is for a team; one that the rule no longer has is left out."""
        found = rule.defaults
        for key in dict.fromkeys((EVERYBODY, team_id)):
            given = self.params.get((rule.id, key), {})
            found |= {name: value for name, value in given.items() if _fits(rule, name, value)}
        return found

    def takes_in(self, rule: Rule, team_id: int | None) -> bool:
        """Whether a rule looks at subjects of a team."""
        return rule.scope.takes_in(None if team_id is None else self.team_names.get(team_id))

    def may_inhibit(self, inhibitor: str, rule_id: str) -> bool:
        """Whether one rule may keep another silent: only where somebody hears it instead."""
        if inhibitor in self.held:
            return False
        audible = min(self.stages.get(rule_id, Stage.SHADOW), Stage.COACH)
        return self.stages.get(inhibitor, Stage.SHADOW) >= audible

    def exception_for(self, rule_id: str, subject: Subject, now: datetime) -> RuleException | None:
        """The exception that covers a subject, that which lasts longest where several do."""
        today = self.today_of(subject, now)
        covering = [
            one for one in self.exceptions if one.rule_id == rule_id and one.covers(subject, today)
        ]
        return max(covering, key=lambda one: (one.last_day, one.id), default=None)

    def today_of(self, subject: Subject, now: datetime) -> date:
        """The day that it is in the subject's team."""
        zone = self.zones.get(subject.team_id) if subject.team_id is not None else None
        return local_day_of(now, zone or UTC_ZONE)


@dataclass(frozen=True, slots=True)
class Step:
    """What a pass makes of one fingerprint, and why. `before` is None for what is seen first.

    A finding that waits and is clear again (`is_forgotten`) is not kept in storage.
    """

    before: Finding | None
    after: Finding
    reason: Reason

    @property
    def is_change(self) -> bool:
        """Whether there is anything to write."""
        return self.before != self.after

    @property
    def is_turn(self) -> bool:
        """Whether it came to another state, or began."""
        return self.before is None or self.before.state is not self.after.state

    @property
    def is_forgotten(self) -> bool:
        """Whether it was clear before it ever was a finding."""
        waits = self.after.state is FindingState.PENDING
        return waits and self.after.clear_since is not None


@dataclass(frozen=True, slots=True)
class RuleErrors:
    """How often a rule failed in a pass, and what it said the first time."""

    count: int
    first: str


@dataclass(frozen=True, slots=True)
class RuleCounts:
    """What became of the subjects that a rule looked at in one pass."""

    looked_at: int = 0
    matched: int = 0
    waiting: int = 0
    exempted: int = 0
    inhibited: int = 0
    standing: int = 0
    opened: int = 0
    resolved: int = 0
    errors: int = 0

    def __str__(self) -> str:
        """`412 looked at -> 31 matched -> 4 waiting, 2 exempted, 1 inhibited -> 24 findings (3 new)`."""
        aside = (
            f"{self.waiting} waiting, {self.exempted} exempted, {self.inhibited} inhibited"
            f"{f', {self.errors} failed' if self.errors else ''}"
        )
        return (
            f"{self.looked_at} looked at -> {self.matched} matched -> {aside} -> "
            f"{self.standing} findings ({self.opened} new, {self.resolved} resolved)"
        )


@dataclass(frozen=True, slots=True)
class PassResult:
    """What one pass came to: `held` are the rules whose breaker tripped in it, with the sentence."""

    steps: tuple[Step, ...]
    held: Mapping[str, str]
    errors: Mapping[str, RuleErrors]
    counts: Mapping[str, RuleCounts]

    @property
    def changes(self) -> tuple[Step, ...]:
        """The steps that there is something to write of."""
        return tuple(step for step in self.steps if step.is_change)


def _fits(rule: Rule, name: str, value: FactValue) -> bool:
    param = rule.params.get(name)
    return param is not None and param.type.holds(value)
