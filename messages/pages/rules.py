"""Pages about rules: the list, one rule, and the forms that change how it is set.

Counts of findings about people reach them as Published alone.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Final

from messages.metadata import FormContext
from messages.pages.base import DEFAULT_COMMANDS, Commands, MessagePage, ModalPage
from policies.outcomes import Outcome
from policies.people import Person
from policies.privacy import MINIMUM_GROUP, Published
from policies.rules.facts import FactValue
from policies.rules.lifecycle import StageNow, Verdicts
from policies.rules.model import Param, Rule, RuleProblem, Stage
from policies.rules.previews import Preview
from policies.rules.reports import FindingCounts
from policies.rules.summary import BacktestSummary

RULES_A_PAGE: Final = 8
MOST_CHOICES: Final = 90
ME, TEAM = "me", "team"
"""Values of ids.EXCEPTION_WHAT beside the outcomes'."""


class SetBy(StrEnum):
    """Where a threshold's value comes from."""

    FILE = "file"
    EVERYBODY = "everybody"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class ParamLine:
    """A threshold with the value that holds, and who set it; None for the file."""

    param: Param
    value: FactValue
    set_by: SetBy = SetBy.FILE
    person: Person | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BacktestLine:
    """What the latest backtest of a rule came to; `is_current` is whether it is of the text as it is."""

    days: int
    made_at: datetime
    is_current: bool
    summary: Published[BacktestSummary]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule as the list shows it. None is what the reader is not shown at all."""

    rule: Rule
    stage: StageNow
    findings: Published[FindingCounts] | None = None
    verdicts: Verdicts | None = None
    backtest: BacktestLine | None = None


@dataclass(frozen=True, slots=True)
class RuleList(MessagePage):
    """To one person: a page of the rules, in the order of their ids.

    `of_team` names the team whose findings are counted, "" for everybody's; counts of fewer people than
    `minimum` are not shown. `problems` are of files
    that are refused, for admins and owners.
    """

    template: ClassVar[str] = "rule_list.json.j2"
    lines: tuple[RuleLine, ...]
    page: int = 1
    of_team: str = ""
    problems: tuple[RuleProblem, ...] = ()
    minimum: int = MINIMUM_GROUP
    commands: Commands = DEFAULT_COMMANDS

    @property
    def pages(self) -> int:
        """How many pages there are, one at least."""
        return max(1, -(-len(self.lines) // RULES_A_PAGE))

    @property
    def number(self) -> int:
        """The page shown: the one asked for, or the nearest there is."""
        return min(max(self.page, 1), self.pages)

    @property
    def shown(self) -> tuple[RuleLine, ...]:
        """The rules of this page."""
        in_order = sorted(self.lines, key=lambda one: one.rule.id)
        first = (self.number - 1) * RULES_A_PAGE
        return tuple(in_order[first : first + RULES_A_PAGE])


@dataclass(frozen=True, slots=True)
class ExceptionLine:
    """An exception that holds. `covers` says what, as a reader may know it; `may_end` is of the reader."""

    label: str
    covers: str
    last_day: date
    reason: str
    created_by: Person | None
    may_end: bool = False


@dataclass(frozen=True, slots=True)
class RulePage(MessagePage):
    """To one person: a rule, what it looks for, how it is set here, and what they may change of it.

    `wrong_reasons` are what people said is wrong, without names, for its owner and admins alone, and so
    is `held_reason`, how far it went over its limit.
    """

    template: ClassVar[str] = "rule_page.json.j2"
    line: RuleLine
    params: tuple[ParamLine, ...]
    today: date
    of_team: str = ""
    exceptions: tuple[ExceptionLine, ...] = ()
    wrong_reasons: tuple[str, ...] = ()
    problems: tuple[RuleProblem, ...] = ()
    held_reason: str = ""
    next_stage: Stage | None = None
    missing: str = ""
    may_demote: bool = False
    may_release: bool = False
    may_run_backtest: bool = False
    may_adjust_team: bool = False
    may_adjust_all: bool = False
    may_except: bool = False
    minimum: int = MINIMUM_GROUP
    commands: Commands = DEFAULT_COMMANDS

    @property
    def rule(self) -> Rule:
        """The rule itself."""
        return self.line.rule


@dataclass(frozen=True, slots=True)
class StageForm(ModalPage):
    """Asks to confirm another stage, says what will change, and takes the reason.

    `choices` are the stages to choose from: one up, or all below.
    """

    template: ClassVar[str] = "stage_form.json.j2"
    context: FormContext
    rule: Rule
    stage: Stage
    choices: tuple[Stage, ...]

    @property
    def is_up(self) -> bool:
        """Whether the rule is to speak louder."""
        return self.choices[0] > self.stage


@dataclass(frozen=True, slots=True)
class StageSet(MessagePage):
    """To who changed it: the stage that a rule has now."""

    template: ClassVar[str] = "stage_set.json.j2"
    rule: Rule
    before: Stage
    after: Stage
    commands: Commands = DEFAULT_COMMANDS


class Reckoning(StrEnum):
    """Where the effect of other thresholds stands."""

    NOT_ASKED = "not asked"
    UNDER_WAY = "under way"
    DONE = "done"
    NO_MORE = "no more this week"


@dataclass(frozen=True, slots=True)
class ParamsForm(ModalPage):
    """The form for a rule's thresholds: first to change them, then with their effect, to save them.

    `typed` holds what stands in each field, in the order of the rule's thresholds. The context's mark
    is of the values whose effect is shown; only those are saved.
    """

    template: ClassVar[str] = "params_form.json.j2"
    context: FormContext
    rule: Rule
    params: tuple[ParamLine, ...]
    typed: tuple[str, ...]
    team_name: str = ""
    reckoning: Reckoning = Reckoning.NOT_ASKED
    effect: Preview | None = None
    refusal: str = ""

    @property
    def is_ready_to_save(self) -> bool:
        """Whether sending the form saves, rather than compares."""
        return self.reckoning in (Reckoning.DONE, Reckoning.NO_MORE) and not self.refusal


@dataclass(frozen=True, slots=True)
class ParamsSet(MessagePage):
    """To who changed them: the thresholds that hold from the next pass on."""

    template: ClassVar[str] = "params_set.json.j2"
    rule: Rule
    params: tuple[ParamLine, ...]
    team_name: str = ""
    commands: Commands = DEFAULT_COMMANDS


@dataclass(frozen=True, slots=True)
class ExceptionForm(ModalPage):
    """The form for an exception: one of the person's outcomes, they themselves, or a lead's team."""

    template: ClassVar[str] = "exception_form.json.j2"
    context: FormContext
    rule: Rule
    last_day: date
    outcomes: tuple[Outcome, ...] = ()
    team_name: str = ""
    covers_person: bool = True

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(what is read, value) of everything that can be excepted."""
        team = [(f"The team {self.team_name}", TEAM)] if self.team_name else []
        mine = [(f"{one.label} {one.title}", one.label) for one in self.outcomes[:MOST_CHOICES]]
        return (*([("Me", ME)] if self.covers_person else []), *team, *mine)


@dataclass(frozen=True, slots=True)
class ExceptionSet(MessagePage):
    """To who made or ended it: an exception that holds until its last day, or no more."""

    template: ClassVar[str] = "exception_set.json.j2"
    rule: Rule
    line: ExceptionLine
    today: date
    is_ended: bool = False
    commands: Commands = DEFAULT_COMMANDS
