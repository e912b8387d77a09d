"""One example of every page about rules and what they find."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TypeVar
from zoneinfo import ZoneInfo

from messages.metadata import FormContext
from messages.pages.base import Page
from messages.pages.findings import (
    AnswerForm,
    CoachingTip,
    LeadNotice,
    LeadReason,
    OwnerNotice,
    RuleTrouble,
    TeamFinding,
    WhyFinding,
)
from messages.pages.rules import (
    BacktestLine,
    ExceptionForm,
    ExceptionLine,
    ExceptionSet,
    ParamLine,
    ParamsForm,
    ParamsSet,
    Reckoning,
    RuleLine,
    RuleList,
    RulePage,
    SetBy,
    StageForm,
    StageSet,
)
from policies.metrics import SourceFreshness
from policies.outcomes import Outcome
from policies.people import Person
from policies.privacy import GroupRule, Published, publish
from policies.rules.evaluation import Clause
from policies.rules.facts import FactType, SubjectKind, Unit
from policies.rules.findings import Answer, Finding, FindingState
from policies.rules.lifecycle import StageNow, Verdicts
from policies.rules.model import Param, Place, Rule, RuleProblem, Say, Severity, Stage
from policies.rules.previews import Change, Findings, Preview
from policies.rules.reports import FindingCounts
from policies.rules.subjects import Subject
from policies.rules.summary import BacktestSummary

T = TypeVar("T")
Typed = Callable[[str], str]
BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = dict.fromkeys(range(6), 2)
FEW = dict.fromkeys(range(3), 2)


def shown(value: T) -> Published[T]:
    return publish(value, PEOPLE, GroupRule())


def withheld(value: T) -> Published[T]:
    return publish(value, FEW, GroupRule())


def judged(answers: int, wrong: int) -> Verdicts:
    return Verdicts({Answer.TRIED: answers - wrong, Answer.WRONG: wrong})


def floor(typed: Typed) -> Param:
    return Param(
        "floor_usd", FactType.DOUBLE, 5.0, Unit.USD, 0.5, 500.0, typed("Least cost worth a word")
    )


def mismatch(typed: Typed, **changes: object) -> Rule:
    plain = Rule(
        id="model-task-mismatch",
        version=2,
        place=Place("library/models.yaml", 4, 5),
        subject=SubjectKind.OUTCOME,
        when='outcome.complexity == "trivial" && usage.frontier_cost_usd >= params.floor_usd',
        title=typed("Frontier model on trivial work"),
        owner=typed("platform@example.com"),
        stage=Stage.COACH,
        params={"floor_usd": floor(typed)},
        clear_when="usage.frontier_cost_usd < params.floor_usd",
        for_=timedelta(hours=1),
        keep=timedelta(days=1),
        say=Say(typed("a tip"), typed("a word to a lead")),
        try_=(
            typed("Start the next trivial task on the smaller model."),
            typed("Set it as the default for this repository."),
        ),
        links=("https://docs.example/models?a=1&b=2",),
        skill="match-model",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's keyword arguments


def finding(now: datetime, **changes: object) -> Finding:
    labels = {"outcome": "O-12", "person": "1", "team": "1"}
    plain = Finding(
        id=7,
        rule_id="model-task-mismatch",
        rule_version=2,
        fingerprint="model-task-mismatch|O-12",
        subject=Subject(SubjectKind.OUTCOME, "outcome:12", labels, 1, 1, 12),
        state=FindingState.COACHED,
        since=now - timedelta(hours=5),
        seen_at=now - timedelta(hours=1),
        opened_at=now - timedelta(hours=4),
        coached_at=now - timedelta(hours=1),
        impact_usd=Decimal("8.73"),
        facts={"cheaper.known": True, "cheaper.model": "claude-haiku-4-5"},
        params={"floor_usd": 5.0},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # a test's keyword arguments


def rule_pages(
    typed: Typed,
    now: datetime,
    people: Sequence[Person],
    outcomes: Sequence[Outcome],
    sources: tuple[SourceFreshness, ...],
) -> dict[str, Page]:
    """Every page about rules and findings by the name of its golden file."""
    return {
        **_tips(typed, now, outcomes, sources),
        **_notices(typed, now, people, outcomes),
        **_lists(typed, now, people),
        **_forms(typed, now, people, outcomes),
    }


def _tips(
    typed: Typed,
    now: datetime,
    outcomes: Sequence[Outcome],
    sources: tuple[SourceFreshness, ...],
) -> dict[str, Page]:
    found, rule, first = finding(now), mismatch(typed), outcomes[0]
    tip = CoachingTip(
        found,
        rule,
        typed("$8.73 of frontier models went into O-12, which was declared trivial."),
        BERLIN,
        now.date(),
        first,
        sources,
        typed("genai-prices of 2026-11-01"),
    )
    until = now + timedelta(days=7)

    def after(state: FindingState, **changes: object) -> CoachingTip:
        return replace(tip, finding=finding(now, state=state, **changes))

    clauses = (
        Clause(
            'outcome.complexity == "trivial"',
            holds=True,
            named={"outcome.complexity": typed("trivial")},
            clears=typed("another complexity than trivial"),
        ),
        Clause(
            "usage.frontier_cost_usd >= params.floor_usd",
            holds=True,
            named={"usage.frontier_cost_usd": 8.73, "params.floor_usd": 5.0},
            clears="usage.frontier_cost_usd below $5.00",
        ),
        Clause("usage.cost_known", holds=False, named={"usage.cost_known": False}),
    )
    why = WhyFinding(
        found,
        rule,
        clauses,
        StageNow(Stage.COACH, typed("It was set here."), Stage.COACH),
        (ParamLine(floor(typed), 2.5, SetBy.TEAM),),
        judged(12, 1),
        BERLIN,
        now.date(),
        first,
    )
    session = Subject(SubjectKind.SESSION, "session:1:abc", {"session": typed("abc")}, 1, 1)
    return {
        "coaching_tip": tip,
        "coaching_tip_alarm": replace(
            tip,
            rule=mismatch(typed, severity=Severity.ALARM, skill="", say=Say("a tip"), try_=()),
            finding=finding(now, subject=session, impact_usd=None),
            outcome=None,
            sources=(),
            price_basis="",
        ),
        "coaching_tip_for_lead": after(FindingState.COACHED, lead_announced=True),
        "coaching_tip_agreed": after(FindingState.COACHED, lead_may_know=True),
        "coaching_tip_lead_told": after(
            FindingState.COACHED, lead_announced=True, opened_at=now, lead_told_at=now
        ),
        "coaching_tip_tried": after(FindingState.ACKNOWLEDGED, until=until, lead_announced=True),
        "coaching_tip_planned": after(
            FindingState.PLANNED, until=until, reason=typed("the move is next week")
        ),
        "coaching_tip_snoozed": after(FindingState.SNOOZED, until=until),
        "coaching_tip_not_relevant": after(FindingState.ACCEPTED, until=until),
        "coaching_tip_stopped": replace(after(FindingState.ACCEPTED, until=until), is_muted=True),
        "coaching_tip_wrong": after(FindingState.WRONG, reason=typed("it was not trivial")),
        "coaching_tip_resolved": after(FindingState.RESOLVED, resolved_at=now),
        "coaching_tip_exempted": after(FindingState.EXEMPTED, lead_may_know=True),
        "why_finding": why,
        "why_finding_bare": replace(
            why,
            finding=finding(now, subject=session),
            outcome=None,
            clauses=(),
            params=(),
            verdicts=judged(3, 3),
            rule=mismatch(typed, links=(), for_=timedelta(0), keep=timedelta(0)),
            stage=StageNow(
                Stage.SHADOW, typed("It is held: it went over its limit in one pass."), Stage.COACH
            ),
        ),
        "why_finding_long": replace(why, clauses=clauses * 12, params=why.params * 20),
    }


def _notices(
    typed: Typed, now: datetime, people: Sequence[Person], outcomes: Sequence[Outcome]
) -> dict[str, Page]:
    rule, today = mismatch(typed), now.date()
    lead = LeadNotice(
        people[0],
        rule.title,
        rule.id,
        typed("O-12 was declared trivial and may need another size."),
        LeadReason.UNANSWERED,
        today,
        today - timedelta(days=8),
        outcomes[0],
        rule.try_,
    )
    held = OwnerNotice(
        RuleTrouble.HELD, rule.id, rule.title, typed("60 findings among 80 subjects; 20 are meant.")
    )
    retired = OwnerNotice(
        RuleTrouble.RETIRED,
        rule.id,
        rule.title,
        "Told (640 people) against waiting (155): 0 points, likely -2 to +2.",
    )
    return {
        "rule_trouble_retired": retired,
        "finding_for_lead": lead,
        "finding_for_lead_still": replace(lead, why=LeadReason.STILL_MATCHES),
        "finding_for_lead_agreed": replace(lead, why=LeadReason.AGREED, told_on=None, said=""),
        "finding_for_lead_used_up": replace(
            lead, why=LeadReason.BUDGET_USED_UP, outcome=None, try_=()
        ),
        "finding_of_team": TeamFinding(
            rule.title,
            rule.id,
            typed("Payments"),
            typed("62 % of last week's tokens count for no outcome."),
            rule.try_,
        ),
        "rule_trouble_held": held,
        "rule_trouble_broken": replace(
            held,
            trouble=RuleTrouble.BROKEN_FILE,
            rule_id="",
            rule_title="",
            reason=typed("“usage.cots_usd” is no fact of an outcome. Did you mean usage.cost_usd?"),
            place=Place(typed("own.yaml"), 12, 7),
        ),
        "rule_trouble_demoted": replace(
            held,
            trouble=RuleTrouble.DEMOTED,
            reason=typed("12 of 21 answers say that it is wrong."),
        ),
        "rule_trouble_fails": replace(
            held,
            trouble=RuleTrouble.FAILS,
            reason=typed("Version 2 fails for some of 80 subjects."),
        ),
    }


def summary(now: datetime) -> BacktestSummary:
    first = now.date() - timedelta(days=60)
    return BacktestSummary(
        rule_id="model-task-mismatch",
        version=2,
        first=first,
        last=first + timedelta(days=59),
        opened=100,
        opened_by_week={first: 100},
        people=14,
        told=53,
        impact_usd=Decimal("412.60"),
        flapping=3,
        exempted=0,
        errors=0,
        judged=9000,
        thin_days=0,
        held_days=0,
    )


def backtest(now: datetime) -> BacktestLine:
    return BacktestLine(60, now - timedelta(days=1), is_current=True, summary=shown(summary(now)))


def exception_line(typed: Typed, now: datetime, person: Person) -> ExceptionLine:
    covers, reason = typed("O-12 Cut checkout p95"), typed("The load test is meant to cost")
    day = now.date() + timedelta(days=30)
    return ExceptionLine("E-3", covers, day, reason, person, may_end=True)


def _lists(typed: Typed, now: datetime, people: Sequence[Person]) -> dict[str, Page]:
    first = RuleLine(
        mismatch(typed),
        StageNow(Stage.COACH, typed("Its file says so."), Stage.COACH),
        shown(FindingCounts(12, 3)),
        judged(12, 1),
        backtest(now),
    )
    few = replace(
        first,
        rule=mismatch(typed, id="retry-storm", title=typed("The same request again and again")),
        stage=StageNow(Stage.SHADOW, typed("It has no tests."), Stage.COACH),
        findings=withheld(FindingCounts(3)),
        verdicts=judged(2, 0),
        backtest=None,
    )
    old = replace(
        few,
        rule=mismatch(typed, id="stale-source", title=typed("A source fell silent")),
        findings=publish(FindingCounts(), {}, GroupRule()),
        backtest=replace(
            backtest(now),
            is_current=False,
            summary=withheld(summary(now)),
        ),
    )
    problem = RuleProblem(Place(typed("own.yaml"), 12, 7), typed("Write 5.0, not 5."), "own-rule")
    fifty = tuple(
        replace(few, rule=mismatch(typed, id=f"rule-{n:02}", title=typed("A long title " * 12)))
        for n in range(50)
    )
    page = RulePage(
        first,
        (
            ParamLine(floor(typed), 2.5, SetBy.TEAM, people[1], now),
            ParamLine(replace(floor(typed), name="most_usd", meaning=""), 9.0),
        ),
        now.date(),
        of_team=typed("Payments"),
        exceptions=(
            exception_line(typed, now, people[0]),
            replace(exception_line(typed, now, people[0]), may_end=False),
        ),
        wrong_reasons=(typed("It was not trivial at all"), typed("The price is wrong")),
        next_stage=Stage.LEAD,
        may_demote=True,
        may_adjust_team=True,
        may_adjust_all=True,
        may_except=True,
    )
    return {
        "rule_list": RuleList((first, old, few), of_team=typed("Payments")),
        "rule_list_of_member": RuleList(
            (replace(first, findings=None, verdicts=None, backtest=None),)
        ),
        "rule_list_of_300": RuleList(fifty * 6, 3, problems=(problem,) * 30),
        "rule_list_last_long": RuleList(fifty, 99, problems=(problem,)),
        "rule_list_empty": RuleList(()),
        "rule_page": page,
        "rule_page_new": replace(
            page,
            line=few,
            params=(),
            exceptions=(),
            wrong_reasons=(),
            problems=(problem,),
            next_stage=Stage.DIGEST,
            missing=typed("Run “mileage rules backtest --days 60 retry-storm” first."),
            may_run_backtest=True,
            may_release=True,
            held_reason=typed("It matched 60 of 80 in one pass."),
        ),
        "rule_page_of_member": RulePage(
            replace(
                first,
                findings=None,
                verdicts=None,
                backtest=None,
                rule=mismatch(typed, owner="", clear_when="", skill="", links=()),
            ),
            (),
            now.date(),
            may_except=True,
        ),
        "rule_page_long": replace(
            page,
            line=replace(first, rule=mismatch(typed, when="usage.cost_known && " * 200)),
            params=page.params * 10,
            exceptions=page.exceptions * 10,
            wrong_reasons=page.wrong_reasons * 10,
            problems=(problem,) * 30,
        ),
    }


def _forms(
    typed: Typed, now: datetime, people: Sequence[Person], outcomes: Sequence[Outcome]
) -> dict[str, Page]:
    rule, today = mismatch(typed), now.date()
    about_finding = FormContext("D0ADA", finding_id=7)
    about_rule = FormContext("C0PAY", team_id=1, rule_id=rule.id)
    plan = AnswerForm(
        about_finding, Answer.PLANNED, rule.title, today + timedelta(days=6), outcomes[0]
    )
    params = ParamsForm(
        about_rule,
        rule,
        (ParamLine(floor(typed), 5.0),),
        (typed("5"),),
        typed("Payments"),
    )
    effect = Preview(
        60,
        shown(Findings(100, 14, Decimal(410))),
        shown(Findings(59, 9, Decimal(99))),
        shown(Change(0, 41)),
    )
    small = replace(effect, then=withheld(Findings(99, 14, None)), change=withheld(Change(0, 1)))
    few = Preview(60, *(withheld(Findings(1, 1, None)),) * 2, withheld(Change(0, 0)))
    line = exception_line(typed, now, people[0])
    return {
        "answer_form_planned": plan,
        "answer_form_snoozed": replace(plan, answer=Answer.SNOOZED, outcome=None),
        "answer_form_wrong": replace(plan, answer=Answer.WRONG, last_day=None),
        "stage_form": StageForm(about_rule, rule, Stage.COACH, (Stage.LEAD,)),
        "stage_form_down": StageForm(about_rule, rule, Stage.COACH, (Stage.DIGEST, Stage.SHADOW)),
        "stage_set": StageSet(rule, Stage.DIGEST, Stage.COACH),
        "params_form": params,
        "params_form_under_way": replace(params, reckoning=Reckoning.UNDER_WAY, team_name=""),
        "params_form_done": replace(params, reckoning=Reckoning.DONE, effect=effect),
        "params_form_done_small": replace(params, reckoning=Reckoning.DONE, effect=small),
        "params_form_done_few": replace(params, reckoning=Reckoning.DONE, effect=few),
        "params_form_no_more": replace(params, reckoning=Reckoning.NO_MORE),
        "params_form_refused": replace(params, refusal=typed("You lead no team.")),
        "params_set": ParamsSet(rule, params.params, typed("Payments")),
        "params_set_for_all": ParamsSet(rule, params.params),
        "exception_form": ExceptionForm(
            about_rule, rule, today + timedelta(days=29), tuple(outcomes), typed("Payments")
        ),
        "exception_form_bare": ExceptionForm(about_rule, rule, today),
        "exception_set": ExceptionSet(rule, line, today),
        "exception_ended": ExceptionSet(rule, line, today, is_ended=True),
    }
