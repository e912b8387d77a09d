"""What one person is told: rows that tell why each finding is told or waits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.periods import IsoWeek
from policies.rules.attention import Attention, Candidate, Choice, choose
from policies.rules.facts import SubjectKind
from policies.rules.findings import Finding, FindingState
from policies.rules.model import Say, Severity, Stage
from policies.rules.reasons import Why
from policies.rules.subjects import Subject
from policies.trials import Drawn, Trials
from tests.policies.rules.judged import DAY, a_rule, an_outcome

BERLIN = ZoneInfo("Europe/Berlin")
TUESDAY = datetime(2026, 6, 2, 10, tzinfo=BERLIN)


def a_finding(
    number: int = 7,
    state: FindingState = FindingState.OPEN,
    impact: str | None = None,
    **changes: object,
) -> Finding:
    subject = an_outcome(number)
    stake = None if impact is None else Decimal(impact)
    found = Finding(number, "waste", 1, subject.key, subject, state, TUESDAY, TUESDAY)
    return replace(found, impact_usd=stake, **changes)  # type: ignore[arg-type]


def a_candidate(
    finding: Finding | None = None,
    stage: Stage = Stage.COACH,
    severity: Severity = Severity.TIP,
    **changes: object,
) -> Candidate:
    rule = a_rule(**{"say": Say(coach="…"), "severity": severity, **changes})
    return Candidate(rule, finding or a_finding(), stage)


def at(now: datetime = TUESDAY, *tip_days: date, standing: tuple[str, ...] = ()) -> Attention:
    return Attention(BERLIN, now, tip_days, standing)


def whys(choices: tuple[Choice, ...]) -> list[tuple[int, Why]]:
    return [(one.candidate.finding.id, one.reason.why) for one in choices]


SKILL = "match-model"


def on_trial(share: float = 0.5, days: int = 0) -> Attention:
    """A moment of somebody who has been held out of the rule waste for some days."""
    drawn = {("waste", 1): Drawn(is_held=True, on=TUESDAY.date() - days * DAY)}
    return replace(at(), trials=Trials(7, share, drawn))


MONDAY_DAY, TUESDAY_DAY = date(2026, 6, 1), date(2026, 6, 2)
ALARM = Severity.ALARM
TEAM = Subject(SubjectKind.TEAM_WEEK, "team:3", {"team": "3"}, None, 3)


@pytest.mark.parametrize(
    ("sentence", "candidate", "attention", "why"),
    [
        ("a tip is told in working hours", a_candidate(), at(), Why.TOLD),
        ("shadow says nothing", a_candidate(stage=Stage.SHADOW), at(), Why.IN_SHADOW),
        ("digest only counts", a_candidate(stage=Stage.DIGEST), at(), Why.IN_DIGEST),
        ("a team is nobody", a_candidate(a_finding(subject=TEAM)), at(), Why.NOBODY),
        ("nothing to say", a_candidate(say=Say()), at(), Why.NOBODY),
        (
            "what waits is never told",
            a_candidate(a_finding(state=FindingState.PENDING)),
            at(),
            Why.NOT_TELLABLE,
        ),
        (
            "what was told is not told again",
            a_candidate(a_finding(state=FindingState.COACHED)),
            at(),
            Why.NOT_TELLABLE,
        ),
        (
            "an answer holds over a regression",
            a_candidate(a_finding(state=FindingState.REGRESSED, until=TUESDAY + DAY)),
            at(),
            Why.ANSWERED,
        ),
        (
            "what regressed is told again",
            a_candidate(a_finding(state=FindingState.REGRESSED)),
            at(),
            Why.TOLD,
        ),
        (
            "one that says more goes first",
            a_candidate(inhibited_by=("burn",)),
            at(standing=("burn",)),
            Why.INHIBITED,
        ),
        ("not before nine", a_candidate(), at(TUESDAY.replace(hour=8)), Why.OUTSIDE_HOURS),
        ("not from five on", a_candidate(), at(TUESDAY.replace(hour=17)), Why.OUTSIDE_HOURS),
        ("not on a Saturday", a_candidate(), at(TUESDAY + 4 * DAY), Why.OUTSIDE_HOURS),
        (
            "hours are the person's own",
            a_candidate(),
            at(datetime(2026, 6, 2, 15, 30, tzinfo=UTC)),
            Why.OUTSIDE_HOURS,
        ),
        ("one a day", a_candidate(), at(TUESDAY, TUESDAY_DAY), Why.DAY_IS_TAKEN),
        (
            "three a week",
            a_candidate(),
            at(TUESDAY + 2 * DAY, MONDAY_DAY, TUESDAY_DAY, date(2026, 6, 3)),
            Why.WEEK_IS_TAKEN,
        ),
        (
            "a new week is a new week",
            a_candidate(),
            at(TUESDAY + 6 * DAY, MONDAY_DAY, TUESDAY_DAY, date(2026, 6, 3)),
            Why.TOLD,
        ),
        (
            "an alarm is told at night",
            a_candidate(severity=ALARM),
            at(TUESDAY.replace(hour=3), TUESDAY_DAY),
            Why.TOLD,
        ),
        (
            "an alarm is told once a day",
            a_candidate(severity=ALARM),
            replace(at(), told_lately={"waste"}),
            Why.TOLD_TODAY,
        ),
        ("a stopped rule is silent", a_candidate(), replace(at(), muted={"waste"}), Why.MUTED),
        ("all may be stopped", a_candidate(), replace(at(), muted={"all"}), Why.MUTED),
        (
            "a skill may be stopped",
            a_candidate(skill="match-model"),
            replace(at(), muted={"match-model"}),
            Why.MUTED,
        ),
        (
            "what is stopped stops nothing else",
            a_candidate(skill="match-model"),
            replace(at(), muted={"cards", "restart-clean", "other"}),
            Why.TOLD,
        ),
        (
            "an alarm is not stopped",
            a_candidate(severity=ALARM),
            replace(at(), muted={"all", "waste"}),
            Why.TOLD,
        ),
        (
            "what does not help is told no more",
            a_candidate(),
            replace(at(), retired={("waste", 1)}),
            Why.RETIRED,
        ),
        (
            "its next version is",
            a_candidate(version=2),
            replace(at(), retired={("waste", 1)}),
            Why.TOLD,
        ),
        ("what is on trial waits", a_candidate(skill=SKILL), on_trial(), Why.HELD_OUT),
        ("at its end it is told", a_candidate(skill=SKILL), on_trial(days=15), Why.TOLD),
        ("what teaches nothing is no trial", a_candidate(), on_trial(), Why.TOLD),
        (
            "an alarm is no trial",
            a_candidate(severity=ALARM, skill=SKILL),
            on_trial(),
            Why.TOLD,
        ),
        (
            "a budget is no trial",
            a_candidate(when="budget.used_share > 0.5", skill=SKILL),
            on_trial(),
            Why.TOLD,
        ),
    ],
)
def test_each_finding_is_told_or_waits_with_a_reason(
    sentence: str, candidate: Candidate, attention: Attention, why: Why
) -> None:
    (choice,) = choose([candidate], attention)
    assert choice.reason.why is why, sentence
    assert choice.reason.sentence.endswith(".")


def test_what_is_worth_most_is_told_and_the_rest_waits() -> None:
    found = [a_candidate(a_finding(n, impact=usd)) for n, usd in ((1, "3"), (2, "9"), (3, None))]
    assert whys(choose(found, at())) == [(2, Why.TOLD), (1, Why.WORTH_LESS), (3, Why.WORTH_LESS)]


def test_what_is_on_trial_takes_no_tip_of_the_day_and_the_next_is_told() -> None:
    held = a_candidate(a_finding(1, impact="9"), skill=SKILL)
    others = [a_candidate(a_finding(n, impact=str(5 - n))) for n in (2, 3)]
    assert whys(choose([held, *others], on_trial())) == [
        (1, Why.HELD_OUT),
        (2, Why.TOLD),
        (3, Why.WORTH_LESS),
    ]


def test_what_would_not_be_told_anyway_is_not_put_on_trial() -> None:
    first = a_candidate(a_finding(1, impact="9"))
    held = a_candidate(a_finding(2), skill=SKILL)
    assert whys(choose([first, held], on_trial())) == [(1, Why.TOLD), (2, Why.WORTH_LESS)]


def test_an_alarm_takes_nothing_from_the_tips() -> None:
    alarm = a_candidate(a_finding(1, impact="500"), severity=ALARM)
    assert whys(choose([alarm, a_candidate(a_finding(2))], at())) == [(1, Why.TOLD), (2, Why.TOLD)]


def test_of_many_alarms_of_a_rule_one_is_told_a_day() -> None:
    burst = [a_candidate(a_finding(n, impact=str(n)), severity=ALARM) for n in range(1, 31)]
    told = [choice for choice in choose(burst, at(TUESDAY.replace(hour=3))) if choice.is_told]
    assert [one.candidate.finding.id for one in told] == [30]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.sampled_from(list(Severity))), max_size=9),
    st.integers(1, 24 * 14),
)
def test_nobody_is_told_more_than_one_tip_a_workday_and_three_a_week(
    found: list[tuple[int, Severity]], hours: int
) -> None:
    waiting = {
        n: a_candidate(a_finding(n, impact=str(usd)), severity=severity)
        for n, (usd, severity) in enumerate(found)
    }
    days: list[date] = []
    for hour in range(hours):
        now = TUESDAY + timedelta(hours=hour)
        for choice in choose(list(waiting.values()), at(now, *days)):
            if choice.is_told:
                del waiting[choice.candidate.finding.id]
                if not choice.candidate.is_alarm:
                    days.append(now.astimezone(BERLIN).date())
    assert len(days) == len(set(days))
    weeks = [IsoWeek.of(day) for day in days]
    assert all(weeks.count(week) <= 3 for week in weeks)
    assert all(day.isoweekday() <= 5 for day in days)
