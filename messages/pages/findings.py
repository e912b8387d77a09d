"""Pages about findings. What a rule found of a person is shown to that person alone."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar
from zoneinfo import ZoneInfo

from messages.metadata import FormContext
from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage, ModalPage
from messages.pages.rules import ParamLine
from policies.metrics import SourceFreshness
from policies.outcomes import Outcome, local_day_of
from policies.people import Person
from policies.rules.evaluation import Clause
from policies.rules.findings import Answer, Finding, FindingState
from policies.rules.lifecycle import StageNow, Verdicts
from policies.rules.model import Place, Rule, Severity

WAITS_FOR_ANSWER = frozenset({FindingState.OPEN, FindingState.COACHED, FindingState.REGRESSED})
ANSWERED = frozenset(one.state for one in Answer)


@dataclass(frozen=True, slots=True)
class CoachingTip(MessagePage):
    """To the person alone: what a rule found, what is at stake, and what to try; changed in place.

    `said` is the rule's own sentence with its numbers filled in, as plain text. The buttons carry
    `F-12`; after an answer the message says what was answered and when the rule speaks again. `is_muted`
    is whether the person stopped tips of its kind.
    """

    template: ClassVar[str] = "coaching_tip.json.j2"
    finding: Finding
    rule: Rule
    said: str
    zone: ZoneInfo
    today: date
    outcome: Outcome | None = None
    sources: tuple[SourceFreshness, ...] = ()
    price_basis: str = ""
    is_muted: bool = False
    commands: Commands = DEFAULT_COMMANDS

    @property
    def can_be_stopped(self) -> bool:
        """Whether the person may stop tips of this kind: never an alarm."""
        return self.rule.severity is not Severity.ALARM and not self.is_muted

    @property
    def waits_for_answer(self) -> bool:
        """Whether the buttons stand there."""
        return self.finding.state in WAITS_FOR_ANSWER

    @property
    def is_answered(self) -> bool:
        """Whether there is an answer that can be changed."""
        return self.finding.state in ANSWERED

    @property
    def last_silent_day(self) -> date | None:
        """The last day on which an answer holds."""
        return _last_day(self.finding, self.zone)

    @property
    def cheaper_model(self) -> str:
        """The model to try instead, where the rule is about matching models and one is known."""
        facts = self.finding.facts
        if self.rule.skill != "match-model" or facts.get("cheaper.known") is not True:
            return ""
        return str(facts.get("cheaper.model") or "")

    @property
    def asks_for_lead(self) -> bool:
        """Whether the person is offered to let their lead know."""
        can_say_so = self.waits_for_answer and bool(self.rule.say.lead)
        return can_say_so and not self.finding.lead_may_know and not self.finding.is_lead_told

    @property
    def can_keep_from_lead(self) -> bool:
        """Whether the person agreed that a lead hears of it, and can still take that back."""
        return self.finding.lead_may_know and not self.finding.is_lead_told

    @property
    def lead_will_hear(self) -> bool:
        """Whether a lead hears of it by itself, unless an answer keeps it from them."""
        goes_on = self.waits_for_answer or self.finding.state is FindingState.ACKNOWLEDGED
        return self.finding.lead_announced and goes_on


@dataclass(frozen=True, slots=True)
class WhyFinding(MessagePage):
    """To the person alone: the condition clause by clause, with values, and what would clear it.

    `clauses` are of the facts that the finding was last seen with.
    """

    template: ClassVar[str] = "why_finding.json.j2"
    finding: Finding
    rule: Rule
    clauses: tuple[Clause, ...]
    stage: StageNow
    params: tuple[ParamLine, ...]
    verdicts: Verdicts
    zone: ZoneInfo
    today: date
    outcome: Outcome | None = None
    commands: Commands = DEFAULT_COMMANDS

    @property
    def last_silent_day(self) -> date | None:
        """The last day on which an answer holds."""
        return _last_day(self.finding, self.zone)


@dataclass(frozen=True, slots=True)
class AnswerForm(ModalPage):
    """The form behind [Planned…], [Snooze…] and [Wrong…]; `context.finding_id` says of which finding."""

    template: ClassVar[str] = "answer_form.json.j2"
    context: FormContext
    answer: Answer
    rule_title: str
    last_day: date | None = None
    outcome: Outcome | None = None


class LeadReason(StrEnum):
    """Why a lead hears of a finding about somebody."""

    UNANSWERED = "unanswered"
    STILL_MATCHES = "still matches"
    AGREED = "agreed"
    BUDGET_USED_UP = "budget used up"


@dataclass(frozen=True, slots=True)
class LeadNotice(MessagePage):
    """To a lead: which rule spoke to whom, about which outcome, and when; nothing of what was used.

    `said` is the rule's sentence for leads, which holds only facts and labels that a lead may read.
    """

    template: ClassVar[str] = "finding_for_lead.json.j2"
    person: Person
    rule_title: str
    rule_id: str
    said: str
    why: LeadReason
    today: date
    told_on: date | None = None
    outcome: Outcome | None = None
    try_: tuple[str, ...] = ()
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class TeamFinding(MessagePage):
    """To the leads of a team, or a rule's owner: what a rule found of the team or of a source.

    `said` is the rule's sentence for leads; what it names of the team is published anyway.
    """

    template: ClassVar[str] = "finding_of_team.json.j2"
    rule_title: str
    rule_id: str
    about: str
    said: str
    try_: tuple[str, ...] = ()
    commands: Commands = DEFAULT_COMMANDS


class RuleTrouble(StrEnum):
    """What a rule's owner is told of."""

    HELD = "held"
    BROKEN_FILE = "broken file"
    DEMOTED = "demoted"
    FAILS = "fails"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class OwnerNotice(MessagePage):
    """To a rule's owner: it is held, fails, was taken down, its file is refused, or its tip does not help.

    `reason` is a whole sentence; `place` is where in a file.
    """

    template: ClassVar[str] = "rule_trouble.json.j2"
    trouble: RuleTrouble
    rule_id: str
    rule_title: str
    reason: str
    place: Place | None = None
    commands: Commands = DEFAULT_COMMANDS


def _last_day(finding: Finding, zone: ZoneInfo) -> date | None:
    if finding.until is None:
        return None
    return local_day_of(finding.until - timedelta(microseconds=1), zone)
