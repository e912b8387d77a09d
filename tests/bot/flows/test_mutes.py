"""What somebody stops is silent for them alone, stays stopped until they let it speak, and is theirs."""

from pathlib import Path

import pytest

from bot.flows import coaching, mutes
from bot.flows.posts import Post
from bot.flows.refusals import NotYours, Refusal
from messages.pages.coaching import Mutes
from messages.pages.findings import CoachingTip
from messages.render import render
from policies.rules.findings import FindingState
from storage import audit, deliveries
from storage.database import Database
from storage.deliveries import Claim
from tests.bot.ruled import DAY, HOUR, TUESDAY, Ruled, ruled


@pytest.fixture
def world(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ruled:
    """Payments, and the rules big-day (a tip) and burning (an alarm)."""
    return ruled(database, tmp_path, monkeypatch)


def mute(world: Ruled, kind: str, name: str = "ben") -> Mutes:
    return mutes.mute(world.database, TUESDAY, world.person(name), world.rulebook.current, kind)


def unmute(world: Ruled, kind: str) -> Mutes:
    return mutes.unmute(world.database, TUESDAY, world.person("ben"), world.rulebook.current, kind)


def stop(world: Ruled, finding_id: int, name: str = "ben") -> None:
    speaker, rules = world.person(name), world.rulebook.current
    mutes.stop_kind_of(world.database, TUESDAY, speaker, rules, finding_id)


def told_of(world: Ruled, name: str = "ben") -> int:
    """A tip that somebody was told; the id of its finding."""
    world.uses(name, usage__cost_usd=7.5)
    world.passes(TUESDAY)
    assert world.coaches(TUESDAY) == 1
    return world.found(name)[0].id


def drawn_anew(world: Ruled) -> CoachingTip:
    first, *settled = _due(world)
    with world.database.writing() as session:
        assert deliveries.confirm(session, first, "D0BEN", "1.0", TUESDAY)
    post = coaching.compose_coaching_settled(world.database, settled[0], world.rulebook)
    assert isinstance(post, Post)
    assert isinstance(post.page, CoachingTip)
    return post.page


def _due(world: Ruled) -> list[Claim]:
    with world.database.writing() as session:
        return deliveries.claim_due(session, TUESDAY, HOUR)


@pytest.mark.parametrize("kind", ["all", "big-day"])
def test_who_stops_a_kind_is_told_nothing_of_it(world: Ruled, kind: str) -> None:
    mute(world, kind)
    for name in ("ben", "chi"):
        world.uses(name, usage__cost_usd=7.5)
    world.passes(TUESDAY)
    assert world.coaches(TUESDAY) == 1
    assert (world.state("ben"), world.state("chi")) == (FindingState.OPEN, FindingState.COACHED)
    unmute(world, kind)
    assert world.coaches(TUESDAY + DAY) == 1


def test_alarms_come_whatever_is_stopped(world: Ruled) -> None:
    mute(world, "all")
    world.uses("ben", burn__known=True, burn__hour_multiple=20.0)
    world.passes(TUESDAY)
    assert world.coaches(TUESDAY) == 1


def test_what_is_stopped_is_listed_with_its_day_and_its_rule(world: Ruled) -> None:
    mute(world, "match-model")
    page = mute(world, "big-day")
    assert [(one.kind, one.title) for one in page.kinds] == [
        ("big-day", "An expensive day"),
        ("match-model", ""),
    ]
    render(page)
    assert mute(world, "big-day") == page
    assert unmute(world, "big-day").kinds == page.kinds[1:]


def test_each_change_is_audited_once_and_without_a_figure(world: Ruled) -> None:
    mute(world, "big-day")
    mute(world, "big-day")
    unmute(world, "big-day")
    with world.database.reading() as session:
        entries = audit.entries_about(session, "big-day")
    assert [(one.action, one.details) for one in entries] == [
        ("coaching.muted", {}),
        ("coaching.unmuted", {}),
    ]


@pytest.mark.parametrize(
    ("kind", "sentence", "next_step"),
    [
        ("bg-day", "There are no tips called “bg-day”.", "Did you mean “big-day”?"),
        ("burning", "An alarm cannot be stopped for good.", "Make an exception with an end"),
        ("everything", "There are no tips called “everything”.", "Stop all, cards, scope-first"),
    ],
)
def test_what_is_no_kind_is_refused_with_what_was_meant(
    world: Ruled, kind: str, sentence: str, next_step: str
) -> None:
    with pytest.raises(Refusal) as refused:
        mute(world, kind)
    assert refused.value.sentence == sentence
    assert refused.value.next_step.startswith(next_step)


def test_what_was_not_stopped_cannot_be_resumed(world: Ruled) -> None:
    mute(world, "big-day")
    with pytest.raises(Refusal, match=r"“bg-day” is not stopped\.") as refused:
        unmute(world, "bg-day")
    assert refused.value.next_step == "Did you mean “big-day”?"


# The button on a tip.


def test_stopping_a_kind_on_its_tip_answers_the_tip_and_says_so_in_its_place(
    world: Ruled,
) -> None:
    finding_id = told_of(world)
    stop(world, finding_id)
    assert world.state("ben") is FindingState.ACCEPTED
    page = drawn_anew(world)
    assert page.is_muted
    assert "You stopped tips of this kind." in str(render(page))
    stop(world, finding_id)


def test_hearing_them_again_leaves_the_answer(world: Ruled) -> None:
    finding_id = told_of(world)
    stop(world, finding_id)
    ben, rules = world.person("ben"), world.rulebook.current
    mutes.resume_kind_of(world.database, TUESDAY, ben, rules, finding_id)
    assert mutes.show_mutes(world.database, TUESDAY, ben, rules).kinds == ()
    assert world.state("ben") is FindingState.ACCEPTED


def test_a_wider_mute_is_not_lifted_by_one_tip(world: Ruled) -> None:
    finding_id = told_of(world)
    mute(world, "all")
    ben, rules = world.person("ben"), world.rulebook.current
    with pytest.raises(Refusal, match=r"You stopped all tips\."):
        mutes.resume_kind_of(world.database, TUESDAY, ben, rules, finding_id)


def test_nobody_stops_or_resumes_on_the_tip_of_another(world: Ruled) -> None:
    finding_id = told_of(world)
    chi, rules = world.person("chi"), world.rulebook.current
    with pytest.raises(NotYours):
        stop(world, finding_id, "chi")
    with pytest.raises(NotYours):
        mutes.resume_kind_of(world.database, TUESDAY, chi, rules, finding_id)
    assert mutes.show_mutes(world.database, TUESDAY, chi, rules).kinds == ()


def test_an_alarm_has_no_such_button_and_refuses_it(world: Ruled) -> None:
    world.uses("ben", burn__known=True, burn__hour_multiple=20.0)
    world.passes(TUESDAY)
    world.coaches(TUESDAY)
    (claim,) = world.due(coaching.COACHING, TUESDAY)
    post = coaching.compose_coaching(world.database, claim, world.rulebook)
    assert post is not None
    assert "Stop this kind" not in str(render(post.page))
    with pytest.raises(Refusal, match="An alarm cannot be stopped"):
        stop(world, world.found("ben")[0].id)


def test_what_is_stopped_before_it_was_posted_is_not_posted(world: Ruled) -> None:
    told_of(world)
    (claim,) = world.due(coaching.COACHING, TUESDAY)
    mute(world, "all")
    assert coaching.compose_coaching(world.database, claim, world.rulebook) is None
    assert world.state("ben") is FindingState.OPEN
