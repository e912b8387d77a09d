"""What a person says to a tip: whose it is, what it changes, twice pressed, too late, and taken back."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.flows.coaching import COACHING_SETTLED
from bot.flows.finding_answers import (
    answer,
    answer_form,
    keep_from_lead,
    let_lead_know,
    take_back,
    why,
)
from bot.flows.refusals import NotYours, Refusal
from bot.rulebook import Rulebook
from messages.pages.rules import SetBy
from messages.render import render
from policies.outcomes import NotAllowed
from policies.people import Team
from policies.rules.findings import Answer, Finding, FindingState
from policies.rules.ruleset import RuleSet
from storage import finding_reports, findings, rule_settings
from storage.database import Database
from storage.tables import AuditRow, DeliveryRow, FindingEventRow, FindingVerdictRow
from tests.bot.rule_scene import NOW, proven, rulebook, stands, told
from tests.bot.seeded import introduce, payments

HOUR = timedelta(hours=1)


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return rulebook(tmp_path / "rules")


@pytest.fixture
def team(database: Database) -> Team:
    return payments(database)


@pytest.fixture
def finding(database: Database, team: Team) -> Finding:
    return told(database, team)


def verdicts(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        return [(row.answer, row.reason) for row in session.exec(select(FindingVerdictRow))]


def audited(database: Database, action: str) -> int:
    with database.reading() as session:
        rows = session.exec(select(AuditRow).where(AuditRow.action == action))
        return len(rows.all())


def redraws(database: Database) -> int:
    with database.reading() as session:
        rows = session.exec(select(DeliveryRow).where(DeliveryRow.kind == COACHING_SETTLED))
        return len(rows.all())


@pytest.mark.parametrize(
    ("said", "state", "ends_on"),
    [
        (Answer.TRIED, FindingState.ACKNOWLEDGED, "2026-11-24T23:00"),
        (Answer.PLANNED, FindingState.PLANNED, "2026-11-24T23:00"),
        (Answer.SNOOZED, FindingState.SNOOZED, "2026-11-24T23:00"),
        (Answer.NOT_RELEVANT, FindingState.ACCEPTED, "2027-02-15T23:00"),
        (Answer.WRONG, FindingState.WRONG, None),
    ],
)
def test_an_answer_brings_the_finding_to_its_state_for_its_usual_time(
    database: Database, finding: Finding, said: Answer, state: FindingState, ends_on: str | None
) -> None:
    answer(database, NOW, introduce(database, "ben"), finding.id, said, reason="so")
    after = stands(database, finding.id)
    assert (after.state, after.reason) == (state, "so")
    assert (f"{after.until:%Y-%m-%dT%H:%M}" if after.until else None) == ends_on
    assert verdicts(database) == [(said.value, "so")]
    assert audited(database, f"finding.{said.value}") == 1
    assert redraws(database) == 1


def test_an_answer_lasts_through_its_last_day_where_the_person_is(
    database: Database, finding: Finding
) -> None:
    ben, last = introduce(database, "ben"), date(2026, 11, 20)
    answer(database, NOW, ben, finding.id, Answer.SNOOZED, last_day=last)
    until = stands(database, finding.id).until
    assert until is not None
    assert until.isoformat() == "2026-11-20T23:00:00+00:00"


@pytest.mark.parametrize(
    ("last", "sentence"), [(date(2026, 11, 17), "past"), (date(2027, 2, 17), "more than 90 days")]
)
def test_an_answer_that_is_to_last_too_long_is_refused(
    database: Database, finding: Finding, last: date, sentence: str
) -> None:
    with pytest.raises(Refusal, match=sentence):
        answer(
            *(database, NOW, introduce(database, "ben"), finding.id, Answer.PLANNED), last_day=last
        )
    assert stands(database, finding.id) == finding


Act = Callable[[Database, Rulebook, str, int], object]
ACTS: dict[str, Act] = {
    **{
        f"says {said.value}": (
            lambda database, _book, name, id_, said=said: answer(
                database, NOW, introduce(database, name), id_, said
            )
        )
        for said in Answer
    },
    "opens a form": lambda database, book, name, id_: answer_form(
        database, NOW, introduce(database, name), book.current, id_, Answer.WRONG, None
    ),
    "asks why": lambda database, book, name, id_: why(
        database, NOW, introduce(database, name), book.current, id_
    ),
    "lets a lead know": lambda database, _book, name, id_: let_lead_know(
        database, NOW, introduce(database, name), id_
    ),
    "takes it back": lambda database, _book, name, id_: take_back(
        database, NOW, introduce(database, name), id_
    ),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("name", ["ana", "chi", "nel"])
def test_nobody_but_its_person_touches_a_finding_not_even_a_lead_or_the_rule_s_owner(
    database: Database, book: Rulebook, finding: Finding, act: str, name: str
) -> None:
    with pytest.raises(NotYours, match="F-1 is no tip of yours"):
        ACTS[act](database, book, name, finding.id)
    assert stands(database, finding.id) == finding
    assert verdicts(database) == []
    assert audited(database, "rule.refused") == 1


@pytest.mark.parametrize("act", ACTS)
def test_what_was_never_told_is_no_tip_to_answer(
    database: Database, book: Rulebook, finding: Finding, act: str
) -> None:
    """Else somebody would count up ids, and call a rule wrong as often as they have findings."""
    with database.writing() as session:
        untold = replace(finding, state=FindingState.OPEN, coached_at=None)
        assert findings.change(session, finding, untold, NOW)
    with pytest.raises(NotYours, match="F-1 is no tip of yours"):
        ACTS[act](database, book, "ben", finding.id)
    assert verdicts(database) == []


@pytest.mark.parametrize("act", ACTS)
def test_an_id_of_nobody_s_is_refused_in_the_same_words(
    database: Database, book: Rulebook, finding: Finding, act: str
) -> None:
    with pytest.raises(NotYours, match="F-99 is no tip of yours"):
        ACTS[act](database, book, "ben", 99)


def test_an_answer_pressed_twice_is_given_once(database: Database, finding: Finding) -> None:
    ben = introduce(database, "ben")
    for _ in range(2):
        answer(database, NOW, ben, finding.id, Answer.TRIED)
    assert audited(database, "finding.tried") == 1
    with database.reading() as session:
        events = session.exec(
            select(FindingEventRow).where(FindingEventRow.after == "acknowledged")
        )
        assert len(events.all()) == 1


def test_another_answer_has_to_take_the_first_one_back(
    database: Database, finding: Finding
) -> None:
    ben = introduce(database, "ben")
    answer(database, NOW, ben, finding.id, Answer.NOT_RELEVANT)
    with pytest.raises(Refusal, match="You answered F-1 already"):
        answer(database, NOW, ben, finding.id, Answer.WRONG, reason="no")
    take_back(database, NOW + HOUR, ben, finding.id)
    take_back(database, NOW + HOUR, ben, finding.id)
    assert verdicts(database) == []
    back = stands(database, finding.id)
    assert (back.state, back.until) == (FindingState.COACHED, None)
    answer(database, NOW + HOUR, ben, finding.id, Answer.WRONG, reason="no")
    assert verdicts(database) == [("wrong", "no")]
    assert audited(database, "finding.taken_back") == 1


def test_a_tip_that_is_settled_says_so(
    database: Database, book: Rulebook, finding: Finding
) -> None:
    ben = introduce(database, "ben")
    with database.writing() as session:
        settled = replace(finding, state=FindingState.RESOLVED)
        assert findings.change(session, finding, settled, NOW)
    for act in ("says tried", "says wrong", "opens a form", "takes it back", "lets a lead know"):
        with pytest.raises(Refusal, match="F-1 is settled: it no longer holds"):
            ACTS[act](database, book, "ben", finding.id)
    assert why(database, NOW, ben, book.current, finding.id).clauses


def test_answers_change_a_rule_s_precision(database: Database, finding: Finding) -> None:
    answer(database, NOW, introduce(database, "ben"), finding.id, Answer.WRONG, reason="no")
    with database.reading() as session:
        judged = finding_reports.verdicts_of(session, {"big-day": 3})["big-day"]
        of_next = finding_reports.verdicts_of(session, {"big-day": 4})
    assert (judged.total, judged.wrong, judged.precision) == (1, 1, 0.0)
    assert of_next == {}


def test_letting_a_lead_know_is_said_once_and_shown(database: Database, finding: Finding) -> None:
    ben = introduce(database, "ben")
    for _ in range(2):
        let_lead_know(database, NOW, ben, finding.id)
    assert stands(database, finding.id).lead_may_know
    assert audited(database, "finding.lead_may_know") == 1


def test_what_a_lead_may_know_is_taken_back_while_no_lead_was_told(
    database: Database, finding: Finding
) -> None:
    ben = introduce(database, "ben")
    let_lead_know(database, NOW, ben, finding.id)
    keep_from_lead(database, NOW, ben, finding.id)
    assert not stands(database, finding.id).lead_may_know
    assert audited(database, "finding.kept_from_lead") == 1
    let_lead_know(database, NOW, ben, finding.id)
    agreed = stands(database, finding.id)
    with database.writing() as session:
        assert findings.change(session, agreed, replace(agreed, lead_told_at=NOW), NOW)
    with pytest.raises(Refusal, match="A lead was told of F-1 already"):
        keep_from_lead(database, NOW, ben, finding.id)


def test_why_shows_each_clause_with_its_values_and_what_would_clear_it(
    database: Database, book: Rulebook, team: Team, finding: Finding
) -> None:
    proven(database, book.current.judges["big-day"].rule)
    ana = introduce(database, "ana")
    with database.writing() as session:
        rule_settings.set_params(
            session, "big-day", team.id, {"floor_usd": 5.0}, NOW, actor_id=ana.person.id
        )
    page = why(database, NOW, introduce(database, "ben"), book.current, finding.id)
    assert [(one.text, one.holds) for one in page.clauses] == [
        ("usage.cost_usd >= params.floor_usd", True),
        ("usage.requests >= params.calls", True),
    ]
    assert page.clauses[0].named == {"usage.cost_usd": 6.5, "params.floor_usd": 5.0}
    assert [one.set_by for one in page.params] == [SetBy.TEAM, SetBy.FILE]
    assert page.stage.stage.value == "coach"
    text = str(render(page))
    assert "$6.50" in text
    assert "12 requests" in text
    assert "It would clear with: usage.cost_usd below" in text
    assert "<!channel>" not in text


def test_why_says_so_where_the_rule_is_gone(database: Database, finding: Finding) -> None:
    with pytest.raises(Refusal, match="There is no rule “big-day”"):
        why(database, NOW, introduce(database, "ben"), RuleSet(), finding.id)


def test_of_two_answers_at_once_one_counts(database: Database, finding: Finding) -> None:
    ben, outcomes = introduce(database, "ben"), []

    def say(said: Answer) -> None:
        try:
            answer(database, NOW, ben, finding.id, said, reason="so")
            outcomes.append(said)
        except (Refusal, NotAllowed):
            pass

    threads = [threading.Thread(target=say, args=[said]) for said in Answer]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1
    assert stands(database, finding.id).state is outcomes[0].state
    assert verdicts(database) == [(outcomes[0].value, "so")]
