"""What a backtest came to: counts alone, kept with the digest of the rule's text and parameters."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final, Self

from policies.privacy import GroupRule, Published, publish_again
from policies.rules.facts import FactValue
from policies.rules.model import Rule

LEAST_DAYS: Final = 14
"""A backtest of fewer days proves nothing: two weeks hold every weekday twice."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Findings of two versions of a rule over the same facts, by which of them opened each."""

    only_new: int
    only_running: int
    both: int


@dataclass(frozen=True, slots=True)
class BacktestSummary:
    """Counts of what a rule would have found and said in the days from `first` to `last`.

    opened        findings opened, those that came back included; `opened_by_week` the same, by the
                  Monday of the ISO week (weeks without any are 0)
    people        distinct people that these concern
    told          direct messages after the attention budget, as if no other rule spoke
    impact_usd    money at stake in what opened, None where the rule reckons none
    flapping      came back within seven days of being resolved
    exempted      matched, and an exception covers it
    errors        evaluations in which the rule failed
    judged        evaluations in all
    thin_days     days on which no subject had enough data to be judged
    held_days     days on which it found more than its limit, so that nothing opened
    is_lopsided   one person has most of what opened, or of the money: not to be shown to a lead
    """

    rule_id: str
    version: int
    first: date
    last: date
    opened: int
    opened_by_week: Mapping[date, int]
    people: int
    told: int
    impact_usd: Decimal | None
    flapping: int
    exempted: int
    errors: int
    judged: int
    thin_days: int
    held_days: int
    is_lopsided: bool = False
    difference: Difference | None = None

    @property
    def days(self) -> int:
        """How many days were replayed."""
        return (self.last - self.first).days + 1

    @property
    def shortfall(self) -> str:
        """Why it is no proof that the rule may speak, as a sentence; "" where it is one."""
        if self.days < LEAST_DAYS:
            length = "1 day" if self.days == 1 else f"{self.days} days"
            return f"Its backtest is of {length}. It takes {LEAST_DAYS} at least."
        if self.judged == 0:
            return "Its backtest had nobody to judge. Run it again once there is usage."
        if self.errors:
            return "It failed in its backtest. Mend the rule and run the backtest again."
        if self.held_days:
            return "It went over its limit in its backtest. Change the rule and run the backtest again."
        return ""

    @property
    def opened_a_week(self) -> float:
        """Findings in seven days."""
        return self.opened * 7 / self.days

    @property
    def told_a_week(self) -> float:
        """Direct messages in seven days."""
        return self.told * 7 / self.days

    def published(self, rule: GroupRule, *, is_personal: bool) -> "Published[BacktestSummary]":
        """The counts as others than the person may read them; of people, none is withheld like few."""
        contributors = 0 if self.is_lopsided else self.people
        return publish_again(self, contributors if is_personal else rule.minimum, rule)

    def as_json(self) -> dict[str, Any]:
        """As it is stored, and as `--json` writes it: days as ISO dates, money as text."""
        return asdict(self) | {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "opened_by_week": {day.isoformat(): n for day, n in self.opened_by_week.items()},
            "impact_usd": str(self.impact_usd) if self.impact_usd is not None else None,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """As it was stored."""
        impact, difference = stored["impact_usd"], stored["difference"]
        weeks = stored["opened_by_week"].items()
        read = dict(stored) | {
            "first": date.fromisoformat(stored["first"]),
            "last": date.fromisoformat(stored["last"]),
            "opened_by_week": {date.fromisoformat(day): count for day, count in weeks},
            "impact_usd": Decimal(impact) if impact is not None else None,
            "difference": Difference(**difference) if difference is not None else None,
        }
        return cls(**read)


def digest_with(rule: Rule, params: Mapping[str, FactValue]) -> str:
    """What names a rule's text with parameters other than those set: its own digest without any."""
    if not params:
        return rule.digest
    written = "\n".join([rule.digest, *(f"{name}={params[name]!r}" for name in sorted(params))])
    return sha256(written.encode()).hexdigest()
