"""What one person is told now: the second half of the order of decisions, after `pipeline.ORDER`.

Attention is a budget: one tip a workday and three a week. What is left over waits, and what is worth
more goes first. Only one person's own findings are ever compared with each other.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from policies.mutes import kinds_of, named
from policies.outcomes import local_day_of
from policies.periods import IsoWeek
from policies.rules.findings import TELLABLE, Finding
from policies.rules.model import Rule, Severity, Stage
from policies.rules.reasons import Reason, Why
from policies.trials import Teaching, Trials, teaching_of

TIPS_A_WEEK: Final = 3
FROM: Final = time(9)
UNTIL: Final = time(17)
FRIDAY: Final = 5
ALARM_AGAIN: Final = timedelta(days=1)
"""So long after an alarm of a rule another one of the same rule waits, whatever it is about."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A finding that might be told, its rule, and the rule's stage in effect."""

    rule: Rule
    finding: Finding
    stage: Stage

    @property
    def is_alarm(self) -> bool:
        """Whether it does not wait its turn."""
        return self.rule.severity is Severity.ALARM

    @property
    def teaching(self) -> Teaching | None:
        """What it teaches, where it can be on trial."""
        return teaching_of(self.rule)


@dataclass(frozen=True, slots=True)
class Attention:
    """One person at a moment: the days on which tips were told, and the rules that have a finding.

    `standing` are the rules of the person's findings that are open, coached or answered; only those
    that speak to people. `told_lately` are those of which something was told less than `ALARM_AGAIN` ago.
    `muted` are the kinds that the person stopped (`mutes.kinds_of`), `retired` the tips that do not help,
    each with its version. Without `trials` nothing is held back.
    """

    zone: ZoneInfo
    now: datetime
    tip_days: Collection[date] = ()
    standing: Collection[str] = ()
    told_lately: Collection[str] = ()
    muted: Collection[str] = ()
    retired: Collection[tuple[str, int]] = ()
    trials: Trials | None = None

    @property
    def today(self) -> date:
        """The person's own day."""
        return local_day_of(self.now, self.zone)

    @property
    def is_at_work(self) -> bool:
        """Whether it is a workday between nine and five where the person is."""
        local = self.now.astimezone(self.zone)
        return local.isoweekday() <= FRIDAY and FROM <= local.time() < UNTIL

    @property
    def tips_this_week(self) -> int:
        """How many tips were told in the running week."""
        week = IsoWeek.of(self.today)
        return sum(IsoWeek.of(day) == week for day in self.tip_days)


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether a finding is told now, and why or why not."""

    candidate: Candidate
    reason: Reason

    @property
    def is_told(self) -> bool:
        """Whether it is told."""
        return self.reason.why is Why.TOLD

    @property
    def is_held_back(self) -> bool:
        """Whether it would be told, were it not on trial."""
        return self.reason.why is Why.HELD_OUT


Decision = Callable[[Candidate, Attention], Reason | None]


def route(one: Candidate, _attention: Attention) -> Reason | None:
    """Whom the stage lets hear of it."""
    if one.stage is Stage.SHADOW:
        return Reason(Why.IN_SHADOW, "The rule is in shadow: it only watches.")
    if one.stage is Stage.DIGEST:
        return Reason(Why.IN_DIGEST, "The rule is at digest: its findings are counted, not told.")
    if one.finding.subject.person_id is None:
        return Reason(Why.NOBODY, "It concerns no single person.")
    if not one.rule.say.coach:
        return Reason(Why.NOBODY, "The rule has nothing to say to the person.")
    return None


def tell_once(one: Candidate, attention: Attention) -> Reason | None:
    """A finding is told when it opens, and not again while it goes on or an answer holds."""
    finding = one.finding
    if finding.state not in TELLABLE:
        return Reason(Why.NOT_TELLABLE, f"It is {finding.state}: there is nothing new to tell.")
    if finding.is_answered_at(attention.now):
        return Reason(Why.ANSWERED, "The answer to it holds still.")
    if one.is_alarm and one.rule.id in attention.told_lately:
        return Reason(Why.TOLD_TODAY, "An alarm of the rule was told less than a day ago.")
    return None


def let_what_says_more_speak(one: Candidate, attention: Attention) -> Reason | None:
    """A finding that another one of the person's inhibits is not told."""
    others = (name for name in one.rule.inhibited_by if name in attention.standing)
    more = next((name for name in others if name != one.rule.id), None)
    return Reason(Why.INHIBITED, f"The rule {more} says more about it now.") if more else None


def tell_alarms_at_once(one: Candidate, _attention: Attention) -> Reason | None:
    """An alarm waits for nothing and takes nothing from the week's tips."""
    return Reason(Why.TOLD, "It is an alarm, told at once.") if one.is_alarm else None


def respect_a_mute(one: Candidate, attention: Attention) -> Reason | None:
    """What the person stopped is not told. An alarm was decided on before."""
    kind = next((kind for kind in kinds_of(one.rule) if kind in attention.muted), None)
    return Reason(Why.MUTED, f"The person stopped {named(kind)}.") if kind else None


def leave_out_what_does_not_help(one: Candidate, attention: Attention) -> Reason | None:
    """A tip whose trials showed no effect is told no more, until it has a new version."""
    if (one.rule.id, one.rule.version) in attention.retired:
        return Reason(Why.RETIRED, "Its trials showed no effect: this version is told no more.")
    return None


def keep_quiet_hours(_one: Candidate, attention: Attention) -> Reason | None:
    """Tips come between nine and five on workdays, where the person is."""
    if attention.is_at_work:
        return None
    return Reason(Why.OUTSIDE_HOURS, "It waits for a workday between 09:00 and 17:00.")


def spend_attention(_one: Candidate, attention: Attention) -> Reason | None:
    """One tip a day, three a week."""
    if attention.today in attention.tip_days:
        return Reason(Why.DAY_IS_TAKEN, "One tip was told today. It waits for another day.")
    if attention.tips_this_week >= TIPS_A_WEEK:
        return Reason(Why.WEEK_IS_TAKEN, "Three tips were told this week. It waits for the next.")
    return None


LET_WAIT: Final[tuple[Decision, ...]] = (
    respect_a_mute,
    leave_out_what_does_not_help,
    keep_quiet_hours,
    spend_attention,
)
"""Those that ask nothing of the person's other findings."""
ORDER: Final[tuple[Decision, ...]] = (
    route,
    tell_once,
    let_what_says_more_speak,
    tell_alarms_at_once,
    *LET_WAIT,
)
"""The first that decides ends the list; of what is left, that which is worth most is told.

What is held back of that for a trial takes no tip of the day: the next is told instead.
"""


def hold_back(one: Candidate, attention: Attention) -> Reason | None:
    """What would be told now waits for two weeks, where that is the person's part in its trial."""
    teaching, trials = one.teaching, attention.trials
    if teaching is None or trials is None or not trials.hold_back(teaching, attention.today):
        return None
    return Reason(Why.HELD_OUT, "It waits for two weeks, to find out whether telling it helps.")


def may_be_told(one: Candidate, attention: Attention) -> bool:
    """Whether it can be told now, whatever else there is of the person: `choose` tells nothing else."""
    return one.is_alarm or all(ask(one, attention) is None for ask in LET_WAIT)


def choose(candidates: Sequence[Candidate], attention: Attention) -> tuple[Choice, ...]:
    """Decide on every finding of one person, what is worth most first."""
    choices: list[Choice] = []
    is_free = True
    for one in sorted(candidates, key=_worth):
        reason = next((why for ask in ORDER if (why := ask(one, attention)) is not None), None)
        if reason is None and is_free:
            reason = hold_back(one, attention)
            is_free = reason is not None
            reason = reason or Reason(Why.TOLD, "Of what waits, it is worth most.")
        told_instead = Reason(Why.WORTH_LESS, "Another tip is worth more today. It waits.")
        choices.append(Choice(one, reason or told_instead))
        if choices[-1].is_told:
            attention = replace(attention, told_lately={*attention.told_lately, one.rule.id})
    return tuple(choices)


def _worth(one: Candidate) -> tuple[Decimal, bool, str, str]:
    """Money at stake first, then alarms; the rest keeps the order the same every time."""
    stake = one.finding.impact_usd or Decimal(0)
    return -stake, not one.is_alarm, one.rule.id, one.finding.fingerprint
