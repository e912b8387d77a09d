"""Who hears of a finding beside its person: a lead, after that person did and had time to answer."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.flows import coaching, finding_answers, findings_for_leads
from bot.flows.finding_answers import let_lead_know
from bot.flows.findings_for_leads import tell_leads
from messages.pages.findings import LeadNotice, LeadReason
from messages.render import render
from policies.rules.findings import Answer, FindingState
from policies.rules.model import Stage
from storage import findings, rule_settings
from storage.database import Database
from tests.bot.flows.test_coaching import a_told_tip, composed, posted
from tests.bot.ruled import DAY, RULES, TUESDAY, Ruled, ruled

WITH_A_THRESHOLD = RULES.replace(
    "    when: usage.cost_usd >= 5.0\n",
    "    params: {floor_usd: {default: 5.0, unit: USD, min: 0.5, max: 500.0}}\n"
    "    when: usage.cost_usd >= params.floor_usd\n",
    1,
)


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Payments, and the rules big-day (a tip, at stage lead) and burning (an alarm)."""
    return ruled(database, tmp_path, monkeypatch)


def _set_stage(world: Ruled, stage: Stage) -> None:
    ana = world.person("ana").person.id
    with world.database.writing() as session:
        rule_settings.set_stage(session, "big-day", stage, "Tried out", TUESDAY, actor_id=ana)


def _to_leads(world: Ruled, days: float) -> list[LeadReason]:
    now = TUESDAY + timedelta(days=days)
    tell_leads(world.database, now, world.rulebook.current.judges.values())
    told = []
    for claim in world.due(findings_for_leads.FINDING_FOR_LEAD, now):
        assert claim.audience == f"person:{world.person('ana').person.id}"
        post = findings_for_leads.compose_for_lead(world.database, claim, world.rulebook)
        assert post is not None
        assert isinstance(post.page, LeadNotice)
        assert "7.5" not in str(render(post.page))
        told.append(post.page.why)
    return told


def _agrees(world: Ruled) -> None:
    (found,) = world.found("ben")
    let_lead_know(world.database, TUESDAY, world.person("ben"), found.id)


def _comes_back(world: Ruled, days: int) -> datetime:
    """The day's finding is settled, and opens anew so many days later."""
    world.uses("ben", usage__cost_usd=1.0)
    world.passes(TUESDAY + DAY)
    assert world.state("ben") is FindingState.RESOLVED
    world.uses("ben", usage__cost_usd=8.0)
    world.passes(TUESDAY + days * DAY)
    assert world.state("ben") is FindingState.REGRESSED
    return TUESDAY + days * DAY


def _lead_sets(world: Ruled, now: datetime, floor: float | None) -> None:
    ana = world.person("ana")
    with world.database.writing() as session:
        rule_settings.set_params(
            session, "big-day", ana.team.id, {"floor_usd": floor}, now, actor_id=ana.person.id
        )


def test_a_lead_hears_of_it_a_week_after_the_person_and_once(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    assert _to_leads(world, 6.9) == []
    assert _to_leads(world, 7.1) == [LeadReason.UNANSWERED]
    assert _to_leads(world, 9) == []


def test_a_lead_hears_at_once_where_the_person_agreed(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    _agrees(world)
    assert _to_leads(world, 0) == [LeadReason.AGREED]


def test_a_lead_hears_at_a_used_up_budget_a_day_after_the_person(
    world: Ruled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(findings_for_leads, "_has_used_up", lambda *_: True)
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    assert _to_leads(world, 3) == []
    assert world.coaches(TUESDAY) == 1
    (claim,) = world.due(coaching.COACHING, TUESDAY)
    assert _to_leads(world, 3) == []
    posted(world, claim)
    assert _to_leads(world, 0.9) == []
    assert _to_leads(world, 1) == [LeadReason.BUDGET_USED_UP]


def test_a_lead_hears_of_no_opening_before_the_person(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    now = _comes_back(world, 20)
    assert _to_leads(world, 20.5) == []
    assert world.coaches(now) == 1
    (claim,) = world.due(coaching.COACHING, now)
    posted(world, claim)
    assert _to_leads(world, 26.9) == []
    assert _to_leads(world, 27) == [LeadReason.UNANSWERED]


@pytest.mark.parametrize("said", [Answer.SNOOZED, Answer.PLANNED, Answer.NOT_RELEVANT])
def test_an_answer_that_holds_keeps_it_from_leads_also_where_it_comes_back(
    world: Ruled, said: Answer
) -> None:
    posted(world, a_told_tip(world))
    (found,) = world.found("ben")
    ben, last = world.person("ben"), TUESDAY.date() + 30 * DAY
    finding_answers.answer(world.database, TUESDAY, ben, found.id, said, last_day=last)
    now = _comes_back(world, 8)
    assert world.coaches(now) == 0
    assert _to_leads(world, 8) == []


def test_that_a_lead_may_know_is_said_of_one_opening(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    _agrees(world)
    now = _comes_back(world, 62)
    assert world.coaches(now) == 1
    (claim,) = world.due(coaching.COACHING, now)
    posted(world, claim)
    assert _to_leads(world, 62) == []


def test_the_tip_says_when_a_lead_hears_and_then_that_one_did(world: Ruled) -> None:
    claim = a_told_tip(world)
    first = composed(world, claim)
    assert first is not None
    assert "your lead hears of the rule" in str(render(first.page))
    posted(world, claim)
    assert _to_leads(world, 0) == []
    now = TUESDAY + 8 * DAY
    assert tell_leads(world.database, now, world.rulebook.current.judges.values()) == 1
    (redrawn,) = world.due(coaching.COACHING_SETTLED, now)
    post = composed(world, redrawn)
    assert post is not None
    assert "Your lead was told" in str(render(post.page))


def test_no_lead_hears_of_what_was_told_before_the_rule_spoke_to_leads(world: Ruled) -> None:
    _set_stage(world, Stage.COACH)
    claim = a_told_tip(world)
    post = composed(world, claim)
    assert post is not None
    assert "Only you see this." in str(render(post.page))
    posted(world, claim)
    _set_stage(world, Stage.LEAD)
    assert _to_leads(world, 30) == []


def test_no_lead_hears_within_a_week_of_a_threshold_that_was_moved(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ruled(database, tmp_path, monkeypatch, WITH_A_THRESHOLD)
    posted(world, a_told_tip(world))
    _lead_sets(world, TUESDAY + 6 * DAY, 7.0)
    assert _to_leads(world, 8) == []
    _lead_sets(world, TUESDAY + 9 * DAY, None)
    assert _to_leads(world, 14) == []
    assert _to_leads(world, 16) == [LeadReason.UNANSWERED]


@pytest.mark.parametrize("answer", [Answer.WRONG, Answer.SNOOZED, Answer.NOT_RELEVANT])
def test_no_lead_hears_of_what_was_answered(world: Ruled, answer: Answer) -> None:
    posted(world, a_told_tip(world))
    (found,) = world.found("ben")
    with world.database.writing() as session:
        assert findings.change(session, found, replace(found, state=answer.state), TUESDAY)
    assert _to_leads(world, 30) == []


def test_nothing_goes_to_a_lead_of_a_rule_that_went_silent_meanwhile(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    now = TUESDAY + 8 * DAY
    tell_leads(world.database, now, world.rulebook.current.judges.values())
    _set_stage(world, Stage.COACH)
    (claim,) = world.due(findings_for_leads.FINDING_FOR_LEAD, now)
    assert findings_for_leads.compose_for_lead(world.database, claim, world.rulebook) is None


def test_nobody_hears_of_their_own_finding_as_a_lead(world: Ruled) -> None:
    world.uses("ana", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    world.coaches(TUESDAY)
    (claim,) = world.due(coaching.COACHING, TUESDAY)
    posted(world, claim)
    assert _to_leads(world, 8) == []
