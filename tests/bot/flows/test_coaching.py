"""What people are told: once, in working hours, within their attention, and changed in place."""

import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flows import coaching, finding_answers, rule_facts, rule_notices
from bot.flows.coaching import Coaching
from bot.flows.posts import NotYet, Post
from bot.flows.rule_pass import ALARMS, RulePasses
from bot.flows.rule_stages import release
from messages.pages.findings import CoachingTip, OwnerNotice
from messages.render import render
from policies.rules.exceptions import RuleException
from policies.rules.facts import SubjectKind
from policies.rules.findings import Answer, FindingState
from policies.rules.model import Stage
from storage import audit, deliveries, finding_reports, rule_exceptions, rule_settings
from storage.database import Database
from storage.deliveries import Claim
from tests.bot.ruled import DAY, GATHERING, HOUR, RULES, TUESDAY, Ruled, prove, ruled


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Payments, and the rules big-day (a tip, at stage lead) and burning (an alarm)."""
    return ruled(database, tmp_path, monkeypatch)


def composed(world: Ruled, claim: Claim) -> Post | None:
    if claim.kind == coaching.COACHING:
        return coaching.compose_coaching(world.database, claim, world.rulebook)
    return coaching.compose_coaching_settled(world.database, claim, world.rulebook)


def posted(world: Ruled, claim: Claim) -> None:
    with world.database.writing() as session:
        deliveries.confirm(session, claim, "D0BEN", "1700000000.000100", TUESDAY)


def a_told_tip(world: Ruled) -> Claim:
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    assert world.coaches(TUESDAY) == 1
    (claim,) = world.due(coaching.COACHING, TUESDAY)
    return claim


# Telling.


def test_who_a_rule_finds_something_of_is_told_once_and_alone(world: Ruled) -> None:
    claim = a_told_tip(world)
    post = composed(world, claim)
    assert post is not None
    assert post.channel_id == "U0BEN"
    assert isinstance(post.page, CoachingTip)
    assert post.page.said == "You used $7.50 today."
    render(post.page)
    assert world.state("ben") is FindingState.COACHED
    world.passes(TUESDAY + HOUR)
    assert world.coaches(TUESDAY + HOUR) == 0
    assert world.state("chi") is None


@pytest.mark.parametrize("hour", [-2, 9])
def test_a_tip_waits_for_working_hours_and_is_told_then(world: Ruled, hour: int) -> None:
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY + hour * HOUR)
    assert world.coaches(TUESDAY + hour * HOUR) == 0
    assert world.state("ben") is FindingState.OPEN
    assert world.coaches(TUESDAY + DAY) == 1


def test_an_alarm_is_told_at_night_and_takes_no_tip(world: Ruled) -> None:
    night = TUESDAY - 7 * HOUR
    world.uses("ben", burn__known=True, burn__hour_multiple=20.0)
    world.passes(night)
    assert world.coaches(night) == 1
    world.uses("ben", usage__cost_usd=7.5, burn__known=True, burn__hour_multiple=1.0)
    world.passes(TUESDAY)
    assert world.coaches(TUESDAY) == 1


def test_nothing_is_told_of_what_another_finding_says_more_about(world: Ruled) -> None:
    world.uses("ben", usage__cost_usd=7.5, burn__known=True, burn__hour_multiple=20.0)
    world.passes(TUESDAY)
    assert world.state("ben") is FindingState.PENDING
    assert world.state("ben", "burning") is FindingState.OPEN


def test_what_says_more_to_nobody_keeps_nothing_from_being_told(world: Ruled) -> None:
    with world.database.writing() as session:
        rule_settings.set_stage(session, "burning", Stage.SHADOW, "watch it", TUESDAY)
    world.uses("ben", usage__cost_usd=7.5, burn__known=True, burn__hour_multiple=20.0)
    world.passes(TUESDAY)
    assert world.state("ben", "burning") is FindingState.OPEN
    assert world.coaches(TUESDAY) == 1
    assert world.state("ben") is FindingState.COACHED


def test_two_replicas_tell_one_tip(world: Ruled) -> None:
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    told: list[int] = []

    def tell() -> None:
        told.append(Coaching(world.rulebook)(world.database, TUESDAY))

    threads = [threading.Thread(target=tell) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(told) == 1
    assert len(world.due(coaching.COACHING, TUESDAY)) == 1


def test_a_rule_without_a_backtest_tells_nobody(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ruled(database, tmp_path, monkeypatch)
    changed = RULES.replace("usage.cost_usd >= 5.0", "usage.cost_usd >= 4.0")
    (tmp_path / "rules.yaml").write_text(changed, encoding="utf-8")
    assert world.rulebook.refresh() == 1
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    assert world.coaches(TUESDAY) == 0
    prove(world)
    assert world.coaches(TUESDAY) == 1


def test_what_is_over_before_it_could_be_posted_is_not(world: Ruled) -> None:
    claim = a_told_tip(world)
    world.uses("ben", usage__cost_usd=1.0)
    world.passes(TUESDAY + HOUR)
    assert composed(world, claim) is None


# The message follows the finding.


def test_the_message_follows_what_becomes_of_the_finding(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    world.uses("ben", usage__cost_usd=1.0)
    world.passes(TUESDAY + HOUR)
    (settled,) = world.due(coaching.COACHING_SETTLED, TUESDAY + HOUR)
    post = composed(world, settled)
    assert post is not None
    assert post.replaces_ts == "1700000000.000100"
    assert isinstance(post.page, CoachingTip)
    assert post.page.finding.state is FindingState.RESOLVED


def test_what_matches_again_is_told_anew(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    for day, cost in ((1, 1.0), (2, 7.0)):
        world.uses("ben", usage__cost_usd=cost)
        world.passes(TUESDAY + day * DAY)
    assert world.state("ben") is FindingState.REGRESSED
    assert world.coaches(TUESDAY + 2 * DAY) == 1
    assert len(world.due(coaching.COACHING, TUESDAY + 2 * DAY)) == 1


def test_a_message_is_not_changed_before_it_is_posted(world: Ruled) -> None:
    a_told_tip(world)
    world.uses("ben", usage__cost_usd=1.0)
    world.passes(TUESDAY + HOUR)
    (settled,) = world.due(coaching.COACHING_SETTLED, TUESDAY + HOUR)
    with pytest.raises(NotYet):
        composed(world, settled)


# What waited too long, or speaks no more.


def test_a_tip_that_comes_too_late_waits_for_working_hours_again(world: Ruled) -> None:
    claim = a_told_tip(world)
    saturday = TUESDAY + 4 * DAY + 17 * HOUR
    assert composed(world, replace(claim, lease_until=saturday)) is None
    assert world.state("ben") is FindingState.OPEN
    assert world.coaches(saturday) == 0
    assert world.coaches(TUESDAY + HOUR) == 1


@pytest.mark.parametrize("then", ["taken down", "excepted"])
def test_nothing_is_told_of_a_rule_that_fell_silent_before_it_was_posted(
    world: Ruled, then: str
) -> None:
    claim = a_told_tip(world)
    ben = world.person("ben").person.id
    with world.database.writing() as session:
        if then == "taken down":
            rule_settings.set_stage(session, "big-day", Stage.SHADOW, "Often wrong", TUESDAY)
        else:
            day = (TUESDAY + 9 * DAY).date()
            draft = RuleException(0, "big-day", "A move", day, ben, TUESDAY, person_id=ben)
            rule_exceptions.add(session, draft)
    world.passes(TUESDAY + HOUR)
    assert composed(world, claim) is None


def test_what_was_tried_is_not_told_again_within_a_week(world: Ruled) -> None:
    posted(world, a_told_tip(world))
    (found,) = world.found("ben")
    ben = world.person("ben")
    finding_answers.answer(world.database, TUESDAY, ben, found.id, Answer.TRIED)
    told = []
    for day in range(1, 10):
        world.uses("ben", usage__cost_usd=1.0 if day % 2 else 7.5)
        world.passes(TUESDAY + day * DAY)
        told.append(world.coaches(TUESDAY + day * DAY))
    assert told == [0, 0, 0, 0, 0, 0, 0, 1, 0]


# The owner.


def _owner_notices(world: Ruled) -> list[OwnerNotice]:
    pages = []
    for claim in world.due(rule_notices.RULE_NOTICE, TUESDAY + 9 * DAY):
        assert claim.audience == f"person:{world.person('ana').person.id}"
        post = rule_notices.compose_owner_notice(world.database, claim, world.rulebook)
        assert post is not None
        assert isinstance(post.page, OwnerNotice)
        render(post.page)
        pages.append(post.page)
    return pages


def test_a_rule_that_matches_everyone_is_held_and_its_owner_told_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = '    limit: {findings: 2, share: 0.2}\n    say: {coach: "You used'
    rules = RULES.replace('    say: {coach: "You used', limit)
    world = ruled(database, tmp_path, monkeypatch, rules)
    for name in ("ana", "ben", "chi", "dev"):
        world.uses(name, usage__cost_usd=9.0)
    world.passes(TUESDAY)
    world.passes(TUESDAY + HOUR)
    assert world.coaches(TUESDAY) == 0
    assert world.found("ben") == []
    (notice,) = _owner_notices(world)
    assert notice.reason.startswith("It matched a few in one pass.")
    with database.reading() as session:
        assert [one.action for one in audit.entries_about(session, "big-day")] == ["rule.held"]


def test_a_rule_that_people_call_wrong_is_taken_down_to_shadow(world: Ruled) -> None:
    _many_say_wrong(world)
    world.passes(TUESDAY + HOUR)
    world.passes(TUESDAY + 2 * HOUR)
    with world.database.reading() as session:
        assert rule_settings.settings(session)["big-day"].stage is Stage.SHADOW
        assert [one.action for one in audit.entries_about(session, "big-day")] == ["rule.demoted"]
    (notice,) = _owner_notices(world)
    assert "20 of 20" in notice.reason
    ana = world.person("ana").person.id
    with world.database.writing() as session:
        rule_settings.set_stage(session, "big-day", Stage.COACH, "mended", TUESDAY, actor_id=ana)
    world.passes(TUESDAY + 3 * HOUR)
    with world.database.reading() as session:
        assert rule_settings.settings(session)["big-day"].stage is Stage.SHADOW
    with world.database.writing() as session:
        later = TUESDAY + 3 * HOUR
        rule_settings.set_stage(session, "big-day", Stage.COACH, "mended", later, actor_id=ana)
    world.passes(TUESDAY + 4 * HOUR)
    with world.database.reading() as session:
        assert rule_settings.settings(session)["big-day"].stage is Stage.COACH


def test_releasing_a_held_rule_wipes_no_answer(world: Ruled) -> None:
    a_told_tip(world)
    (found,) = world.found("ben")
    people = [world.person(f"p{number}").person.id for number in range(20)]
    with world.database.writing() as session:
        for person_id in people:
            finding_reports.save_verdict(
                session, found.id, person_id, ("big-day", 1), Answer.WRONG, "", TUESDAY
            )
        rule_settings.hold(session, "big-day", "It matched 9 of 9.", TUESDAY)
    ana, later = world.person("ana"), TUESDAY + HOUR
    release(world.database, later, ana, world.rulebook.current, "big-day")
    world.passes(later)
    with world.database.reading() as session:
        assert rule_settings.settings(session)["big-day"].stage is Stage.SHADOW


def _many_say_wrong(world: Ruled) -> None:
    a_told_tip(world)
    (found,) = world.found("ben")
    people = [world.person(f"p{number}").person.id for number in range(20)]
    with world.database.writing() as session:
        for person_id in people:
            finding_reports.save_verdict(
                session, found.id, person_id, ("big-day", 1), Answer.WRONG, "", TUESDAY
            )


def test_the_owner_reads_why_a_rule_was_taken_down_whatever_was_set_since(world: Ruled) -> None:
    _many_say_wrong(world)
    world.passes(TUESDAY + HOUR)
    ana, later = world.person("ana").person.id, TUESDAY + 2 * HOUR
    with world.database.writing() as session:
        rule_settings.set_stage(session, "big-day", Stage.DIGEST, "My words", later, actor_id=ana)
    (notice,) = _owner_notices(world)
    assert "20 of 20" in notice.reason


def test_a_rule_taken_down_and_up_by_hand_forgets_no_answer(world: Ruled) -> None:
    _many_say_wrong(world)
    ana = world.person("ana").person.id
    with world.database.writing() as session:
        for stage in (Stage.SHADOW, Stage.COACH):
            rule_settings.set_stage(session, "big-day", stage, "so", TUESDAY + HOUR, actor_id=ana)
    world.passes(TUESDAY + 2 * HOUR)
    with world.database.reading() as session:
        assert rule_settings.settings(session)["big-day"].stage is Stage.SHADOW


def test_the_owner_is_told_once_that_a_rule_fails_for_some_and_never_for_whom(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = RULES.replace("impact_usd: usage.cost_usd", "impact_usd: 0.0 - usage.cost_usd")
    world = ruled(
        database, tmp_path, monkeypatch, rules.replace("usage.cost_usd: 5.0", "usage.tokens: 5")
    )
    world.uses("ben", usage__cost_usd=9.0)
    world.passes(TUESDAY)
    world.passes(TUESDAY + HOUR)
    assert world.found("ben") == []
    (notice,) = _owner_notices(world)
    assert notice.reason == "Version 1 cannot be reckoned for some of what it looks at."


def test_the_owner_is_told_once_that_a_file_is_refused(world: Ruled, tmp_path: Path) -> None:
    broken = RULES.replace("usage.cost_usd >= 5.0", "usage.cots_usd >= 5.0")
    (tmp_path / "rules.yaml").write_text(broken, encoding="utf-8")
    world.rulebook.refresh()
    told = [
        rule_notices.sweep_refused_files(world.database, TUESDAY, world.rulebook) for _ in range(2)
    ]
    assert told == [1, 0]
    (notice,) = _owner_notices(world)
    assert notice.place is not None
    assert notice.place.line > 1


# The sweep.


def test_the_pass_runs_once_an_hour_in_one_replica(world: Ruled) -> None:
    world.uses("ben", usage__cost_usd=7.5)
    ran: list[int] = []
    replicas = [RulePasses(world.rulebook, lambda: GATHERING) for _ in range(4)]
    threads = [
        threading.Thread(target=lambda one=one: ran.append(one(world.database, TUESDAY)))
        for one in replicas
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == [0, 0, 0, 1]
    world.uses("ben", usage__cost_usd=1.0)
    half_an_hour = TUESDAY + HOUR / 2
    assert replicas[0](world.database, half_an_hour) == 0
    assert world.state("ben") is FindingState.OPEN
    assert replicas[1](world.database, TUESDAY + HOUR) == 1
    assert world.state("ben") is FindingState.RESOLVED


def test_alarms_are_looked_at_every_five_minutes_and_tips_are_not(world: Ruled) -> None:
    sweep = RulePasses(world.rulebook, lambda: GATHERING, ALARMS)
    world.uses("ben", usage__cost_usd=7.5, burn__known=True, burn__hour_multiple=20.0)
    assert sweep(world.database, TUESDAY) == 1
    assert world.state("ben", "burning") is FindingState.OPEN
    assert world.state("ben") is None
    world.uses("ben", burn__known=True, burn__hour_multiple=1.0)
    assert sweep(world.database, TUESDAY + timedelta(minutes=4)) == 0
    assert sweep(world.database, TUESDAY + timedelta(minutes=5)) == 1


def test_whoever_uses_nothing_any_more_is_looked_at_while_a_finding_stands(world: Ruled) -> None:
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    world.nothing_of("ben")
    world.passes(TUESDAY + HOUR)
    assert world.state("ben") is FindingState.RESOLVED


def test_a_fault_in_one_kind_stops_no_other(
    world: Ruled, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fails(*_args: object) -> None:
        raise RuntimeError("a bug")

    other = RULES.replace("id: big-day", "id: aaa").replace("id: burning", "id: bbb")
    other = other.replace("inhibited_by: [burning]", "inhibited_by: [bbb]")
    extra = other.replace("subject: engineer_day", "subject: engineer_week").split("  - id: bbb")[0]
    extra = extra.replace("    inhibited_by: [bbb]\n", "")
    (tmp_path / "more.yaml").write_text(extra, encoding="utf-8")
    world.rulebook.refresh()
    assert world.rulebook.problems == ()
    for kind in (SubjectKind.ENGINEER_WEEK, SubjectKind.OUTCOME):
        monkeypatch.setitem(rule_facts.GATHERERS, kind, fails)
    world.uses("ben", usage__cost_usd=7.5)
    world.passes(TUESDAY)
    assert world.state("ben") is FindingState.OPEN
