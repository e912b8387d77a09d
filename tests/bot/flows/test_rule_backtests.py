"""Backtests: facts of each day as its end saw them, counts alone, and all of it kept or nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from bot.flows.gathering import Gathering
from bot.flows.rule_backtests import Question, backtest, difference, save
from bot.flows.rule_facts import GATHERERS
from policies.people import Weekday
from policies.pricing import PriceBook
from policies.privacy import GroupRule
from policies.rules.catalogue import facts_without_data
from policies.rules.facts import SubjectKind
from policies.rules.passes import PassTerms
from policies.rules.previews import Change
from policies.rules.ruleset import RuleSet
from policies.rules.subjects import Subject, SubjectFacts
from policies.rules.summary import Difference, digest_with
from storage import audit, people, rule_backtests
from storage.database import Database
from storage.people import TeamDraft, ensure_person_by_email, save_team

NOW = datetime(2026, 6, 16, 9, tzinfo=UTC)  # a Tuesday
RULES = """
apiVersion: mileage/v1
rules:
  - id: costly-day
    version: 1
    title: A costly day
    owner: lead@example.com
    subject: engineer_day
    params:
      floor_usd: {default: 5.0, unit: USD, min: 0.5, max: 500.0, help: Least cost worth a word}
    when: usage.cost_usd >= params.floor_usd
    impact_usd: usage.cost_usd
    limit: {findings: 100, share: 1.0}
    say: {coach: "It cost {usage.cost_usd}."}
"""
LOWER = {"costly-day": {"floor_usd": 1.0}}


class NoClasses:
    """No model has a reviewed class."""

    def frontier_ids(self) -> frozenset[str]:
        return frozenset()

    def reviewed_ids(self) -> frozenset[str]:
        return frozenset()


GATHERING = Gathering(GroupRule(), PriceBook(), NoClasses())


@dataclass(slots=True)
class Days:
    """What each person costs every day, and at which moments that was asked for."""

    costs: dict[int, float]
    teams: dict[int, int | None]
    asked: list[tuple[datetime, Gathering]] = field(default_factory=list)

    def gather(self, _session: Session, as_of: datetime, by: Gathering) -> Iterator[SubjectFacts]:
        self.asked.append((as_of, by))
        for person, cost in self.costs.items():
            team = self.teams.get(person)
            if by.team_ids is not None and by.person_ids is None and team not in by.team_ids:
                continue
            if by.person_ids is not None and person not in by.person_ids:
                continue
            labels = {"person": str(person), "team": str(team or "")}
            subject = Subject(SubjectKind.ENGINEER_DAY, f"person:{person}", labels, person, team)
            values = facts_without_data(SubjectKind.ENGINEER_DAY) | {"usage.cost_usd": cost}
            yield SubjectFacts(subject, values)


@pytest.fixture
def days(monkeypatch: pytest.MonkeyPatch) -> Days:
    """Ten people who cost two to eleven dollars a day."""
    made = Days({n: 1.0 + n for n in range(1, 11)}, {})
    monkeypatch.setitem(GATHERERS, SubjectKind.ENGINEER_DAY, made.gather)
    return made


def rules(text: str = RULES) -> RuleSet:
    found = RuleSet.of_texts([("rules.yaml", text)])
    assert found.problems == ()
    return found


def team(database: Database, name: str, zone: str, *emails: str) -> int:
    draft = TeamDraft(name, "T0LIVE", f"C0{name.upper()}", zone, Weekday.MONDAY, 9, 30)
    with database.writing() as session:
        ids = [ensure_person_by_email(session, email).id for email in emails]
        return save_team(session, draft, [], ids, NOW).id


QUESTION = Question(rules(), ("costly-day",), days=7)


def test_the_last_full_days_are_replayed_and_counted(sqlite_database: Database, days: Days) -> None:
    seen: list[date] = []
    (found,) = backtest(sqlite_database, NOW, QUESTION, GATHERING, PassTerms(), seen.append)
    assert (found.summary.first, found.summary.last) == (date(2026, 6, 9), date(2026, 6, 15))
    assert seen == [date(2026, 6, 9) + timedelta(days=n) for n in range(7)]
    assert (found.summary.opened, found.summary.people, found.summary.told) == (7, 7, 7)
    assert found.digest == rules().judges["costly-day"].rule.digest
    assert found.summary.difference is None


def test_a_day_is_looked_at_as_its_last_instant_in_the_zone_of_each_team_knew_it(
    sqlite_database: Database, days: Days
) -> None:
    berlin = team(sqlite_database, "Payments", "Europe/Berlin", "ana@example.com")
    denver = team(sqlite_database, "Search", "America/Denver", "ben@example.com")
    with sqlite_database.writing() as session:
        alone = ensure_person_by_email(session, "chi@example.com").id
    question = replace(QUESTION, days=1)
    backtest(sqlite_database, NOW, question, GATHERING, PassTerms())
    assert [(as_of, by.team_ids, by.person_ids) for as_of, by in days.asked] == [
        (datetime(2026, 6, 15, 21, 59, 59, 999999, UTC), frozenset({berlin}), None),
        (datetime(2026, 6, 16, 5, 59, 59, 999999, UTC), frozenset({denver}), None),
        (datetime(2026, 6, 15, 23, 59, 59, 999999, UTC), None, frozenset({alone})),
    ]


def test_a_day_that_is_not_over_everywhere_is_left_out(
    sqlite_database: Database, days: Days
) -> None:
    team(sqlite_database, "Search", "America/Denver", "ben@example.com")
    early = datetime(2026, 6, 16, 3, tzinfo=UTC)
    (found,) = backtest(sqlite_database, early, QUESTION, GATHERING, PassTerms())
    assert found.summary.last == date(2026, 6, 14)


def test_other_parameters_are_compared_with_those_that_run_over_the_same_facts(
    sqlite_database: Database, days: Days
) -> None:
    question = replace(QUESTION, params=LOWER)
    (found,) = backtest(sqlite_database, NOW, question, GATHERING, PassTerms())
    assert found.summary.difference == Difference(only_new=3, only_running=0, both=7)
    assert len(days.asked) == 7
    rule = rules().judges["costly-day"].rule
    assert found.digest == digest_with(rule, LOWER["costly-day"]) != rule.digest


def test_a_new_text_is_compared_with_the_running_one(sqlite_database: Database, days: Days) -> None:
    new = rules(RULES.replace("default: 5.0", "default: 9.0"))
    question = replace(QUESTION, rules=new, against=rules())
    (found,) = backtest(sqlite_database, NOW, question, GATHERING, PassTerms())
    assert found.summary.difference == Difference(only_new=0, only_running=4, both=3)


def test_a_rule_that_does_not_run_yet_is_compared_with_nothing(
    sqlite_database: Database, days: Days
) -> None:
    question = replace(QUESTION, against=RuleSet())
    (found,) = backtest(sqlite_database, NOW, question, GATHERING, PassTerms())
    assert found.summary.difference is None


def test_what_is_set_for_a_team_holds_in_a_backtest(sqlite_database: Database, days: Days) -> None:
    days.teams = dict.fromkeys(days.costs, 3)
    terms = PassTerms(params={("costly-day", 3): {"floor_usd": 11.0}})
    (found,) = backtest(sqlite_database, NOW, QUESTION, GATHERING, terms)
    assert found.summary.opened == 1


def test_saved_backtests_are_found_again_and_audited(database: Database, days: Days) -> None:
    found = backtest(database, NOW, QUESTION, GATHERING, PassTerms())
    save(database, NOW, found)
    with database.reading() as session:
        stored = rule_backtests.latest(session, "costly-day")
        assert stored is not None
        assert stored.summary == found[0].summary
        (entry,) = audit.entries_about(session, "costly-day")
    assert (entry.action, entry.details) == ("rule.backtested", {"version": 1, "days": 7})


def test_what_is_broken_off_leaves_nothing(sqlite_database: Database, days: Days) -> None:
    def stop(day: date) -> None:
        if day == date(2026, 6, 12):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backtest(sqlite_database, NOW, QUESTION, GATHERING, PassTerms(), stop)
    with sqlite_database.reading() as session:
        assert rule_backtests.latest(session, "costly-day") is None
        assert people.all_teams(session) == []


def test_a_difference_that_concerns_enough_people_is_shown(
    sqlite_database: Database, days: Days
) -> None:
    preview = difference(
        *(sqlite_database, NOW, rules(), "costly-day", {"floor_usd": 10.0}, None),
        *(GATHERING, PassTerms(), 7),
    )
    assert preview.change.shown == Change(more=0, fewer=5)


def test_a_difference_that_concerns_a_few_is_not(sqlite_database: Database, days: Days) -> None:
    preview = difference(
        *(sqlite_database, NOW, rules(), "costly-day", {"floor_usd": 6.5}, None),
        *(GATHERING, PassTerms(), 7),
    )
    assert preview.now.shown is not None
    assert (preview.then.shown, preview.change.shown) == (None, None)


def test_a_difference_for_a_team_is_of_its_people_and_its_parameters(
    sqlite_database: Database, days: Days
) -> None:
    mine = team(sqlite_database, "Payments", "Europe/Berlin", "ana@example.com")
    days.teams = {person: mine if person > 4 else 99 for person in days.costs}
    preview = difference(
        *(sqlite_database, NOW, rules(), "costly-day", {"floor_usd": 500.0}, mine),
        *(GATHERING, PassTerms(), 7),
    )
    assert preview.change.shown == Change(more=0, fewer=5)
    assert {by.team_ids for _, by in days.asked} == {frozenset({mine})}
