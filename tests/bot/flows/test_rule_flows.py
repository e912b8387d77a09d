"""The list of rules, stages, thresholds and exceptions: what each reader sees, and what each change takes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from bot.flows import rule_facts
from bot.flows.finding_answers import answer
from bot.flows.gathering import Gathering
from bot.flows.people import Introduction, Speaker, recognise
from bot.flows.refusals import NotYours, Refusal
from bot.flows.rule_exceptions import end, exception_form, make
from bot.flows.rule_stages import release, run_backtest, set_stage, stage_form
from bot.flows.rule_thresholds import compare, mark_of, params_form, set_params
from bot.flows.rule_views import list_rules, show_rule
from bot.intents.rule_forms import ExceptionWanted, StageWanted
from bot.model_classes import library_classes
from bot.rulebook import Rulebook
from messages.metadata import FormContext
from messages.pages.rules import Reckoning, SetBy, StageSet
from messages.render import render
from policies.people import SlackIdentity, Team
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from policies.rules.catalogue import facts_without_data
from policies.rules.facts import FactValue, SubjectKind
from policies.rules.findings import Answer
from policies.rules.model import Rule, Stage
from policies.rules.subjects import Subject, SubjectFacts
from storage import audit, rule_backtests, rule_exceptions, rule_settings
from storage.database import Database
from storage.tables import AuditRow
from tests.bot.live import PEOPLE
from tests.bot.rule_scene import NOW, proven, rulebook, told
from tests.bot.seeded import introduce, payments

GROUP = GroupRule()
GATHERING = Gathering(GROUP, PriceBook(), library_classes())
WEEK = timedelta(days=7)


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return rulebook(tmp_path / "rules")


@pytest.fixture
def team(database: Database) -> Team:
    return payments(database)


@pytest.fixture
def big_day(book: Rulebook) -> Rule:
    return book.current.judges["big-day"].rule


def admin(database: Database) -> Speaker:
    return replace(introduce(database, "admin"), is_admin=True)


def actions(database: Database) -> list[str]:
    with database.reading() as session:
        return [row.action for row in session.exec(select(AuditRow)) if "rule." in row.action]


def listed(database: Database, book: Rulebook, who: Speaker, now: datetime = NOW) -> str:
    page = list_rules(database, now, who, book.current, book.problems, GROUP)
    return str(render(page))


# The list


def test_members_see_stages_and_texts_and_no_count_at_all(
    database: Database, book: Rulebook, team: Team, big_day: Rule
) -> None:
    proven(database, big_day)
    for name in PEOPLE:
        told(database, team, name)
    page = list_rules(database, NOW, introduce(database, "ben"), book.current, book.problems, GROUP)
    assert [one.rule.id for one in page.lines] == ["big-day", "quiet-source", "untested"]
    assert page.problems == ()
    assert {(one.findings, one.verdicts, one.backtest) for one in page.lines} == {
        (None, None, None)
    }


def test_a_lead_sees_how_many_findings_their_team_has_once_they_are_of_enough_people(
    database: Database, book: Rulebook, team: Team
) -> None:
    ana = introduce(database, "ana")
    for name in PEOPLE[:4]:
        told(database, team, name)
    few = listed(database, book, ana, NOW + timedelta(minutes=1))
    for name in PEOPLE[4:]:
        told(database, team, name)
    many = listed(database, book, ana, NOW + timedelta(minutes=1))
    assert "findings in 28 days not shown" in few
    assert "about 5 findings in 28 days" in many
    assert "no findings in 28 days" in many  # of the source, which is nobody's
    assert "Tester" not in few + many


def test_no_finding_and_a_few_read_the_same(database: Database, book: Rulebook, team: Team) -> None:
    ana = introduce(database, "ana")
    none = listed(database, book, ana, NOW + timedelta(minutes=1))
    told(database, team, "ben")
    assert listed(database, book, ana, NOW + timedelta(minutes=1)) == none


def test_a_backtest_that_is_mostly_one_person_s_is_not_shown(
    database: Database, book: Rulebook, team: Team, big_day: Rule
) -> None:
    proven(database, big_day, is_lopsided=True)
    ana = introduce(database, "ana")
    page = show_rule(database, NOW, ana, book.current, (), GROUP, "big-day")
    text = str(render(page))
    assert "findings are not shown: too few people have any" in text
    assert "410" not in text + listed(database, book, ana)


@pytest.mark.parametrize(
    ("who", "is_told"), [("ben", False), ("ana", False), ("chi", True), ("admin", True)]
)
def test_how_far_a_held_rule_went_over_its_limit_is_for_its_owner_and_admins(
    database: Database, book: Rulebook, team: Team, who: str, is_told: bool
) -> None:
    with database.writing() as session:
        rule_settings.hold(session, "big-day", "It matched 30 of 40.", NOW)
    speaker = admin(database) if who == "admin" else introduce(database, who)
    page = show_rule(database, NOW, speaker, book.current, (), GROUP, "big-day")
    text = str(render(page)) + listed(database, book, speaker)
    assert "It is held: it went over its limit in one pass." in text
    assert ("30 of 40" in text) is is_told


def test_files_that_are_refused_are_for_admins_and_their_owners(
    database: Database, book: Rulebook, team: Team
) -> None:
    assert "broken.yaml" in listed(database, book, admin(database))
    assert "broken.yaml" not in listed(database, book, introduce(database, "ana"))


def test_a_rule_that_is_not_there_names_the_nearest(database: Database, book: Rulebook) -> None:
    ana = introduce(database, "ana")
    with pytest.raises(Refusal, match="no rule") as refused:
        show_rule(database, NOW, ana, book.current, (), GROUP, "big-days")
    assert "Did you mean big-day?" in refused.value.next_step


def test_what_people_say_is_wrong_is_for_the_owner_and_admins_without_names(
    database: Database, book: Rulebook, team: Team
) -> None:
    found = told(database, team)
    ben = introduce(database, "ben")
    answer(database, NOW, ben, found.id, Answer.WRONG, reason="<!here> a load test")

    def reasons(who: Speaker) -> tuple[str, ...]:
        page = show_rule(database, NOW, who, book.current, (), GROUP, "big-day")
        text = str(render(page))
        assert "<!here>" not in text
        assert "Ben" not in text
        return page.wrong_reasons

    assert reasons(introduce(database, "chi")) == ("<!here> a load test",)
    assert reasons(admin(database)) == ("<!here> a load test",)
    assert reasons(introduce(database, "ana")) == ()
    assert reasons(ben) == ()


@pytest.mark.parametrize(
    ("who", "flags"),
    [
        ("ben", (False, False, False, False, True)),
        ("ana", (False, False, True, False, True)),
        ("chi", (True, True, False, True, True)),
        ("admin", (True, True, False, True, True)),
    ],
)
def test_each_is_offered_what_they_may_do(
    database: Database, book: Rulebook, team: Team, big_day: Rule, who: str, flags: object
) -> None:
    proven(database, big_day)
    speaker = admin(database) if who == "admin" else introduce(database, who)
    page = show_rule(database, NOW, speaker, book.current, (), GROUP, "big-day")
    offered = (
        page.next_stage is Stage.LEAD,
        page.may_demote,
        page.may_adjust_team,
        page.may_adjust_all,
        page.may_except,
    )
    assert offered == flags


# Stages


def promote(
    database: Database, book: Rulebook, who: Speaker, to: Stage, rule: str = "big-day"
) -> StageSet:
    return set_stage(database, NOW, who, book.current, rule, StageWanted(to, "so"))


def test_a_rule_goes_up_one_stage_at_a_time_once_it_has_proved_itself(
    database: Database, book: Rulebook, team: Team, big_day: Rule
) -> None:
    boss = admin(database)
    with pytest.raises(Refusal, match="has no backtest") as refused:
        promote(database, book, boss, Stage.DIGEST)
    assert "mileage rules backtest --days 60 big-day" in refused.value.next_step
    proven(database, big_day)
    promote(database, book, boss, Stage.SHADOW)
    with pytest.raises(Refusal, match="one step at a time"):
        promote(database, book, boss, Stage.COACH)
    assert promote(database, book, boss, Stage.DIGEST).before is Stage.SHADOW
    promote(database, book, boss, Stage.DIGEST)
    page = promote(database, book, introduce(database, "chi"), Stage.COACH)
    assert (page.before, page.after) == (Stage.DIGEST, Stage.COACH)
    assert actions(database) == ["rule.demoted", "rule.promoted", "rule.promoted"]


def test_a_rule_without_tests_stays_in_shadow(
    database: Database, book: Rulebook, team: Team
) -> None:
    untested = book.current.judges["untested"].rule
    proven(database, untested)
    with pytest.raises(Refusal, match="It has no tests"):
        promote(database, book, admin(database), Stage.DIGEST, "untested")


def test_the_form_says_what_will_change(
    database: Database, book: Rulebook, team: Team, big_day: Rule
) -> None:
    proven(database, big_day)
    boss = admin(database)
    up = stage_form(database, NOW, boss, book.current, "big-day", None, is_up=True)
    down = stage_form(database, NOW, boss, book.current, "big-day", None, is_up=False)
    assert (up.choices, down.choices) == ((Stage.LEAD,), (Stage.DIGEST, Stage.SHADOW))
    assert "From now on the person is told first" in str(render(up))


def test_a_held_rule_is_released_once(database: Database, book: Rulebook, team: Team) -> None:
    with database.writing() as session:
        rule_settings.hold(session, "big-day", "It matched 9 of 10.", NOW)
    boss = admin(database)
    page = show_rule(database, NOW, boss, book.current, (), GROUP, "big-day")
    assert page.may_release
    assert "It is held" in str(render(page))
    for _ in range(2):
        release(database, NOW, boss, book.current, "big-day")
    assert actions(database) == ["rule.released"]


def test_a_backtest_is_run_from_chat_and_kept(
    database: Database,
    book: Rulebook,
    team: Team,
    big_day: Rule,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plays(database, monkeypatch, dict.fromkeys(PEOPLE, 9.0))
    run_backtest(database, NOW, introduce(database, "chi"), book.current, "big-day", GATHERING)
    with pytest.raises(Refusal, match="has its backtest already"):
        run_backtest(database, NOW, admin(database), book.current, "big-day", GATHERING)
    with database.reading() as session:
        kept = rule_backtests.latest(session, "big-day", big_day.digest)
    assert kept is not None
    assert kept.summary.people == 6
    page = show_rule(database, NOW, admin(database), book.current, (), GROUP, "big-day")
    assert page.missing == ""
    assert "*Backtest:* 60 days" in str(render(page))


def test_a_backtest_that_fails_can_be_run_again(
    database: Database, book: Rulebook, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    chi = introduce(database, "chi")

    def breaks(_session: Session, _as_of: datetime, _of: Gathering) -> Iterator[SubjectFacts]:
        raise RuntimeError

    monkeypatch.setitem(rule_facts.GATHERERS, SubjectKind.ENGINEER_DAY, breaks)
    with pytest.raises(RuntimeError):
        run_backtest(database, NOW, chi, book.current, "big-day", GATHERING)
    plays(database, monkeypatch, dict.fromkeys(PEOPLE, 9.0))
    run_backtest(database, NOW, chi, book.current, "big-day", GATHERING)
    assert "rule.backtest_asked" in actions(database)


# Thresholds


def plays(database: Database, monkeypatch: pytest.MonkeyPatch, costs: Mapping[str, float]) -> None:
    """Let each of these people have cost so much on every day."""
    team_id = introduce(database, "ana").team.id
    ids = {introduce(database, name).person.id: cost for name, cost in costs.items()}

    def gather(_session: Session, _as_of: datetime, _of: Gathering) -> Iterator[SubjectFacts]:
        kind = SubjectKind.ENGINEER_DAY
        for person_id, cost in ids.items():
            labels = {"person": str(person_id), "team": str(team_id)}
            subject = Subject(kind, f"person:{person_id}", labels, person_id, team_id)
            facts = {"usage.cost_usd": cost, "usage.requests": 20}
            yield SubjectFacts(subject, facts_without_data(kind) | facts)

    monkeypatch.setitem(rule_facts.GATHERERS, SubjectKind.ENGINEER_DAY, gather)


def wanted(floor: float = 8.0, calls: int = 10) -> dict[str, FactValue]:
    return {"floor_usd": floor, "calls": calls}


def test_the_effect_is_shown_before_values_are_saved(
    database: Database, book: Rulebook, team: Team, big_day: Rule, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = introduce(database, "ana")
    plays(database, monkeypatch, dict.fromkeys(PEOPLE, 6.0))
    form = params_form(database, NOW, ana, book.current, "big-day", "C0PAY", is_for_team=True)
    assert (form.typed, form.team_name) == (("5", "10"), "Payments")
    with pytest.raises(Refusal, match="was not shown yet"):
        set_params(database, NOW, ana, book.current, form.context, wanted())
    shown = compare(database, NOW, ana, book.current, form.context, wanted(), GATHERING)
    assert shown.reckoning is Reckoning.DONE
    assert shown.effect is not None
    assert shown.effect.now.shown is not None
    assert shown.effect.now.shown.people == 5
    assert shown.effect.then.shown is None
    assert "About 5 findings would go." in str(render(shown))
    page = set_params(database, NOW, ana, book.current, shown.context, wanted())
    assert [(one.value, one.set_by) for one in page.params] == [
        (8.0, SetBy.TEAM),
        (10, SetBy.FILE),
    ]
    assert actions(database) == ["rule.previewed", "rule.params_set"]
    with database.reading() as session:
        assert rule_settings.params(session) == {("big-day", team.id): {"floor_usd": 8.0}}
        (noted,) = (one for one in audit.entries_about(session, "big-day") if "set" in one.action)
    assert noted.details == {"team": team.id, "floor_usd": "8", "calls": "10"}


def test_going_back_to_the_file_s_value_leaves_nothing_set(
    database: Database, book: Rulebook, team: Team, big_day: Rule
) -> None:
    ana = introduce(database, "ana")
    for values in (wanted(8.0), wanted(5.0)):
        context = FormContext(team_id=team.id, rule_id="big-day")
        marked = replace(context, terms=mark_of(big_day, team.id, values))
        set_params(database, NOW, ana, book.current, marked, values)
    with database.reading() as session:
        assert rule_settings.params(session) == {}


def test_no_more_than_six_comparisons_a_team_rule_and_week(
    database: Database, book: Rulebook, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = introduce(database, "ana")
    plays(database, monkeypatch, dict.fromkeys(PEOPLE, 6.0))
    context = FormContext(team_id=team.id, rule_id="big-day")

    def compared(floor: float, now: datetime = NOW, who: Speaker = ana) -> Reckoning:
        form = compare(database, now, who, book.current, context, wanted(floor), GATHERING)
        assert (form.effect is None) is (form.reckoning is Reckoning.NO_MORE)
        assert form.is_ready_to_save
        return form.reckoning

    tried = [compared(20.0 + n) for n in range(7)]
    assert tried == [Reckoning.DONE] * 6 + [Reckoning.NO_MORE]
    assert compared(50.0, who=admin(database)) is Reckoning.NO_MORE
    assert compared(50.0, NOW + WEEK) is Reckoning.DONE


def test_thresholds_are_set_three_times_a_team_rule_and_week(
    database: Database, book: Rulebook, team: Team, big_day: Rule
) -> None:
    def set_to(floor: float, now: datetime = NOW, team_id: int | None = team.id) -> None:
        context = FormContext(team_id=team_id, rule_id="big-day")
        marked = replace(context, terms=mark_of(big_day, team_id, wanted(floor)))
        who = introduce(database, "ana") if team_id else admin(database)
        set_params(database, now, who, book.current, marked, wanted(floor))

    for floor in (6.0, 7.0, 8.0):
        set_to(floor)
    with pytest.raises(Refusal, match="changed three times this week already"):
        set_to(9.0)
    with database.reading() as session:
        assert rule_settings.params(session)["big-day", team.id] == {"floor_usd": 8.0}
    set_to(9.0, NOW + WEEK)
    set_to(9.0, team_id=None)


def test_a_comparison_does_not_tell_whom_an_exception_covers(
    database: Database, book: Rulebook, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = introduce(database, "ana")
    plays(database, monkeypatch, dict.fromkeys([*PEOPLE, "gus", "hal"], 6.0))
    context = FormContext(team_id=team.id, rule_id="big-day")

    def effect() -> object:
        return compare(database, NOW, ana, book.current, context, wanted(400.0), GATHERING).effect

    before = effect()
    me = ExceptionWanted(None, covers_team=False, last_day=date(2026, 12, 1), reason="so")
    make(database, NOW, introduce(database, "hal"), book.current, "big-day", me)
    assert effect() == before


def test_values_that_hold_already_are_no_comparison(
    database: Database, book: Rulebook, team: Team
) -> None:
    context = FormContext(team_id=team.id, rule_id="big-day")
    with pytest.raises(Refusal, match="hold already"):
        compare(
            *(database, NOW, introduce(database, "ana"), book.current, context, wanted(5.0)),
            GATHERING,
        )


def test_an_admin_of_another_workspace_sets_nothing_for_a_team(
    database: Database, book: Rulebook, team: Team, big_day: Rule
) -> None:
    identity = SlackIdentity("", "T0OTHER", "U0EVE")
    eve = recognise(database, Introduction(identity, "Eve", None, "UTC", is_admin=True), None)
    context = FormContext(team_id=team.id, rule_id="big-day")
    marked = replace(context, terms=mark_of(big_day, team.id, wanted()))
    with pytest.raises(NotYours):
        set_params(database, NOW, eve, book.current, marked, wanted())
    with pytest.raises(NotYours):
        compare(database, NOW, eve, book.current, marked, wanted(), GATHERING)


def test_pages_name_the_minimum_group_that_is_set(
    database: Database, book: Rulebook, team: Team
) -> None:
    ana, ten = introduce(database, "ana"), GroupRule(minimum=10)
    for name in PEOPLE:
        told(database, team, name)
    page = show_rule(database, NOW, ana, book.current, (), ten, "big-day")
    shown = list_rules(database, NOW, ana, book.current, (), ten)
    text = str(render(page)) + str(render(shown))
    assert "fewer than 10 people" in text
    assert "fewer than 5" not in text


@pytest.mark.parametrize("who", ["ben", "nel"])
def test_a_forged_form_sets_nothing_for_a_team_or_for_everybody(
    database: Database, book: Rulebook, team: Team, big_day: Rule, who: str
) -> None:
    speaker = introduce(database, who)
    for team_id in (team.id, None, 999):
        mark = mark_of(big_day, team_id, wanted())
        context = FormContext(team_id=team_id, rule_id="big-day", terms=mark)
        with pytest.raises(NotYours):
            set_params(database, NOW, speaker, book.current, context, wanted())
        with pytest.raises(NotYours):
            compare(database, NOW, speaker, book.current, context, wanted(), GATHERING)
    with database.reading() as session:
        assert rule_settings.params(session) == {}


# Exceptions


def test_a_person_excepts_their_own_outcome_or_themselves_and_ends_it(
    database: Database, book: Rulebook, team: Team
) -> None:
    ben = introduce(database, "ben")
    me = ExceptionWanted(None, covers_team=False, last_day=date(2026, 12, 1), reason="a load test")
    page = make(database, NOW, ben, book.current, "big-day", me, "view:1")
    again = make(database, NOW, ben, book.current, "big-day", me, "view:1")
    assert page.line == again.line
    assert (page.line.label, page.line.covers) == ("E-1", "you")

    def covers(who: Speaker) -> list[tuple[str, str, bool]]:
        shown = show_rule(database, NOW, who, book.current, (), GROUP, "big-day")
        return [(one.covers, one.reason, one.may_end) for one in shown.exceptions]

    assert covers(ben) == [("you", "a load test", True)]
    assert covers(introduce(database, "dee")) == []
    assert covers(introduce(database, "ana")) == [("one person", "", False)]
    assert covers(introduce(database, "chi")) == [("one person", "", True)]
    with pytest.raises(NotYours, match="not yours to end"):
        end(database, NOW, introduce(database, "dee"), book.current, 1)
    for _ in range(2):
        assert end(database, NOW, ben, book.current, 1).is_ended
    assert actions(database) == ["rule.excepted", "rule.refused", "rule.exception_ended"]
    assert covers(ben) == []


def test_a_lead_excepts_the_team_and_nobody_else_does(
    database: Database, book: Rulebook, team: Team
) -> None:
    all_of_us = ExceptionWanted(None, covers_team=True, last_day=date(2026, 12, 1), reason="so")
    with pytest.raises(NotYours, match="Only a lead"):
        make(database, NOW, introduce(database, "ben"), book.current, "big-day", all_of_us)
    page = make(database, NOW, introduce(database, "ana"), book.current, "big-day", all_of_us)
    assert page.line.covers == "the team Payments"
    with database.reading() as session:
        (kept,) = rule_exceptions.in_force(session, NOW, "big-day")
    assert (kept.team_id, kept.person_id, kept.outcome_id) == (team.id, None, None)


@pytest.mark.parametrize("last", [date(2026, 11, 17), date(2027, 5, 18)])
def test_an_exception_ends_within_180_days(
    database: Database, book: Rulebook, team: Team, last: date
) -> None:
    me = ExceptionWanted(None, covers_team=False, last_day=last, reason="so")
    with pytest.raises(Refusal, match=str(last)):
        make(database, NOW, introduce(database, "ben"), book.current, "big-day", me)


def test_an_outcome_of_somebody_else_is_not_excepted(
    database: Database, book: Rulebook, team: Team
) -> None:
    other = ExceptionWanted(99, covers_team=False, last_day=date(2026, 12, 1), reason="so")
    with pytest.raises(NotYours, match="O-99 is no outcome of yours"):
        make(database, NOW, introduce(database, "ben"), book.current, "untested", other)


def test_a_rule_about_sources_has_nothing_of_a_person_to_except(
    database: Database, book: Rulebook, team: Team
) -> None:
    with pytest.raises(Refusal, match="looks at nothing of yours"):
        exception_form(
            database, NOW, introduce(database, "ana"), book.current, "quiet-source", None
        )
