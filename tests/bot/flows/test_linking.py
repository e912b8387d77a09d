"""Focus and linking as flows: whose outcome, whose usage, and what becomes of it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.flows import focus, linking, me, outcome_keys, outcomes, reviews
from bot.flows.people import Speaker
from bot.flows.refusals import Refusal
from messages.pages.attribution import Linked
from policies.linking import LinkGroup, link_value
from policies.outcomes import MAX_KEYS, KeyKind, NotAllowed, Outcome, OutcomeDraft, OutcomeKey
from policies.pricing import PriceBook
from policies.rules.ruleset import RuleSet
from policies.usage import microseconds
from storage import attribution, audit
from storage import outcomes as stored
from storage.database import Database
from storage.people import TeamDraft, save_team
from storage.usage import store_usage
from tests.bot.seeded import MONDAY, introduce, payments
from tests.storage.records import usage_record

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
KEYLESS = {"ticket": None, "branch": None, "repo": None}
TOKENS = usage_record(1, "any").tokens.total


@pytest.fixture
def ben(database: Database) -> Speaker:
    """A member of Payments, which ana leads."""
    payments(database)
    return introduce(database, "ben")


def declared(database: Database, who: Speaker, *keys: OutcomeKey) -> Outcome:
    return outcomes.declare(database, NOW, who, OutcomeDraft("Cut p95", keys=keys)).outcome


def use(database: Database, who: Speaker, name: str, at: datetime = NOW, **changes: object) -> None:
    record = usage_record(who.person.id, name, microseconds(at), **changes)
    with database.writing() as session:
        store_usage(session, [record])


def unlinked(database: Database, who: Speaker) -> tuple[LinkGroup, ...]:
    return me.my_weeks(database, NOW, who, PriceBook(), RuleSet()).unlinked


def link(database: Database, who: Speaker, group: LinkGroup, outcome: Outcome) -> Linked:
    return linking.link(database, NOW, who, link_value(group, outcome.label))


def attributed(database: Database, outcome: Outcome) -> int:
    with database.reading() as session:
        return attribution.tokens_of_outcome(session, outcome.id).tokens // TOKENS


def actions(database: Database, label: str) -> list[tuple[str, int | None]]:
    with database.reading() as session:
        return [(one.action, one.actor_id) for one in audit.entries_about(session, label)]


def elsewhere(database: Database) -> Speaker:
    """Somebody of another team."""
    stranger = introduce(database, "stranger")
    with database.writing() as session:
        draft = TeamDraft("Other", "T0LIVE", "C0OTHER", "Europe/Berlin")
        save_team(session, draft, [], [stranger.person.id], MONDAY)
    return introduce(database, "stranger")


# Focus


def test_a_team_mates_outcome_takes_usage_while_it_is_in_focus(
    database: Database, ben: Speaker
) -> None:
    mates, own = declared(database, introduce(database, "chi")), declared(database, ben)
    assert focus.start(database, NOW, ben, mates.id).left is None
    assert focus.start(database, NOW + timedelta(minutes=5), ben, mates.id).since == NOW
    left = focus.start(database, NOW + timedelta(hours=1), ben, own.id).left
    assert left is not None
    assert left.id == mates.id
    stopped = focus.stop(database, NOW + timedelta(hours=2), ben)
    assert stopped.outcome.id == own.id
    for hour in range(4):
        use(database, ben, str(hour), NOW + timedelta(hours=hour - 0.5), **KEYLESS)
    assert (attributed(database, mates), attributed(database, own)) == (1, 1)
    deeds = [(action, actor == ben.person.id) for action, actor in actions(database, own.label)]
    assert deeds[1:] == [("focus.started", True), ("focus.stopped", True)]


def test_only_open_outcomes_of_ones_own_team_come_into_focus(
    database: Database, ben: Speaker
) -> None:
    other = elsewhere(database)
    theirs = declared(database, other)
    own = declared(database, ben)
    outcomes.claim(database, NOW, ben, own.id, "https://git.example.com/pull/1")
    reviews.verify(database, NOW, introduce(database, "chi"), own.id)
    for outcome_id in (theirs.id, 999):
        with pytest.raises(Refusal, match=f"Your team has no outcome O-{outcome_id}"):
            focus.start(database, NOW, ben, outcome_id)
    with pytest.raises(Refusal, match="is verified"):
        focus.start(database, NOW, ben, own.id)
    with pytest.raises(Refusal, match="No outcome of yours is in focus"):
        focus.stop(database, NOW, ben)


def test_a_finished_outcome_leaves_focus(database: Database, ben: Speaker) -> None:
    outcome = declared(database, ben)
    focus.start(database, NOW, introduce(database, "chi"), outcome.id)
    outcomes.claim(database, NOW + timedelta(hours=1), ben, outcome.id, "https://git.example/1")
    for minutes in (30, 90):
        at = NOW + timedelta(minutes=minutes)
        use(database, introduce(database, "chi"), str(minutes), at, **KEYLESS)
    assert attributed(database, outcome) == 1
    with pytest.raises(Refusal, match="No outcome of yours is in focus"):
        focus.stop(database, NOW + timedelta(hours=2), introduce(database, "chi"))


# Linking


def test_linking_a_ticket_takes_all_that_carries_it_now_and_later(
    database: Database, ben: Speaker
) -> None:
    chi, outcome = introduce(database, "chi"), declared(database, ben)
    use(database, ben, "1", ticket="PAY-9")
    use(database, ben, "2", NOW - timedelta(days=30), ticket="pay-9")
    use(database, chi, "3", ticket="PAY-9")
    use(database, ben, "4", ticket="PAY-10")
    [ticket] = [one for one in unlinked(database, ben) if one.key and one.key.value == "PAY-9"]
    assert ticket.tokens == TOKENS
    page = link(database, ben, ticket, outcome)
    assert page.tokens == 2 * TOKENS  # what the colleague used is theirs to know
    assert attributed(database, outcome) == 3
    use(database, ben, "5", ticket="PAY-9")
    assert attributed(database, outcome) == 4
    with database.reading() as session:
        changed = stored.outcome_of(session, outcome.id)
    assert changed is not None
    assert changed.keys == (OutcomeKey(KeyKind.TICKET, "PAY-9"),)
    assert [action for action, _ in actions(database, outcome.label)] == [
        "outcome.declared",
        "usage.linked",
    ]
    assert [one.key and one.key.value for one in unlinked(database, ben)] == ["PAY-10"]


def test_a_link_is_undone_by_changing_the_keys(database: Database, ben: Speaker) -> None:
    outcome = declared(database, ben)
    use(database, ben, "1", ticket="PAY-9")
    [group] = unlinked(database, ben)
    link(database, ben, group, outcome)
    page = outcome_keys.set_keys(database, NOW, ben, outcome.id, ())
    assert page.told.event.reason == "removed ticket PAY-9"
    assert (attributed(database, outcome), unlinked(database, ben)) == (0, (group,))
    with pytest.raises(Refusal, match="has these keys already"):
        outcome_keys.set_keys(database, NOW, ben, outcome.id, ())
    assert actions(database, outcome.label)[-1][0] == "outcome.keys_changed"


def test_linking_a_day_takes_what_no_outcome_has_of_it(database: Database, ben: Speaker) -> None:
    outcome = declared(database, ben)
    use(database, ben, "1", **KEYLESS)
    use(database, ben, "2", NOW - timedelta(hours=2), branch="main", ticket=None)
    use(database, ben, "3", NOW - timedelta(days=1), **KEYLESS)
    today, yesterday = sorted(unlinked(database, ben), key=lambda one: one.days[0], reverse=True)
    assert (today.key, today.tokens) == (None, 2 * TOKENS)
    assert link(database, ben, today, outcome).tokens == TOKENS  # the other is of this very moment
    assert link(database, ben, yesterday, outcome).tokens == TOKENS
    assert attributed(database, outcome) == 2


def test_what_is_linked_is_not_linked_twice(database: Database, ben: Speaker) -> None:
    one, two = declared(database, ben), declared(database, ben)
    use(database, ben, "1", ticket="PAY-9")
    [group] = unlinked(database, ben)
    link(database, ben, group, one)
    for outcome in (one, two):
        with pytest.raises(Refusal, match="linked already"):
            link(database, ben, group, outcome)
    assert (attributed(database, one), attributed(database, two)) == (1, 0)


def test_nobody_links_or_learns_of_what_somebody_else_used(
    database: Database, ben: Speaker
) -> None:
    chi, outcome = introduce(database, "chi"), declared(database, ben)
    use(database, chi, "1", ticket="PAY-9")
    [group] = unlinked(database, chi)
    with pytest.raises(Refusal, match="linked already"):
        link(database, ben, group, outcome)
    assert unlinked(database, ben) == ()
    assert attributed(database, outcome) == 0


def test_nothing_is_linked_to_an_outcome_of_another_team_or_one_that_is_over(
    database: Database, ben: Speaker
) -> None:
    theirs = declared(database, elsewhere(database))
    over = declared(database, ben)
    outcomes.claim(database, NOW, ben, over.id, "https://git.example.com/pull/1")
    reviews.verify(database, NOW, introduce(database, "chi"), over.id)
    use(database, ben, "1", ticket="PAY-9")
    [group] = unlinked(database, ben)
    with pytest.raises(Refusal, match="Your team has no outcome"):
        link(database, ben, group, theirs)
    assert actions(database, theirs.label)[-1] == ("outcome.refused", ben.person.id)
    with pytest.raises(Refusal, match="is verified"):
        link(database, ben, group, over)
    assert unlinked(database, ben) == (group,)


def test_a_key_is_linked_by_who_may_set_the_outcomes_keys_and_a_day_by_anybody_of_the_team(
    database: Database, ben: Speaker
) -> None:
    chi, ana = introduce(database, "chi"), introduce(database, "ana")
    outcome = declared(database, ben)
    use(database, introduce(database, "dee"), "1", branch="dee/work", ticket=None)
    for name, who in (("2", chi), ("3", ana)):
        use(database, who, name, branch="dee/work", ticket=None)
    [hers] = unlinked(database, chi)
    with pytest.raises(
        NotAllowed, match="Only its owner or a lead of the team can change the keys"
    ):
        link(database, chi, hers, outcome)
    assert actions(database, outcome.label)[-1] == ("outcome.refused", chi.person.id)
    assert attributed(database, outcome) == 0
    use(database, chi, "4", NOW - timedelta(days=1), **KEYLESS)
    [day] = [one for one in unlinked(database, chi) if one.key is None]
    link(database, chi, day, outcome)
    assert attributed(database, outcome) == 1
    link(database, ana, unlinked(database, ana)[0], outcome)
    assert attributed(database, outcome) == 4


def test_while_a_claim_waits_no_key_is_linked_and_no_way_to_it_offered(
    database: Database, ben: Speaker
) -> None:
    outcome = declared(database, ben)
    outcomes.claim(database, NOW, ben, outcome.id, "https://git.example.com/pull/1")
    use(database, ben, "1", ticket="PAY-9")
    use(database, ben, "2", NOW - timedelta(days=1), **KEYLESS)
    page = me.my_weeks(database, NOW, ben, PriceBook(), RuleSet())
    keyed, day = sorted(page.unlinked, key=lambda one: one.key is None)
    assert page.open_to(keyed) == ()
    assert [one.id for one in page.open_to(day)] == [outcome.id]
    with pytest.raises(NotAllowed, match="its keys do not change while the claim waits"):
        link(database, ben, keyed, outcome)
    link(database, ben, day, outcome)
    assert attributed(database, outcome) == 1
    reviews.reject(database, NOW, introduce(database, "chi"), outcome.id, "A draft")
    link(database, ben, keyed, outcome)
    assert attributed(database, outcome) == 2


@pytest.mark.parametrize("value", ["", "O-1", "x:O-x", "'; DROP TABLE usage;--"])
def test_a_forged_value_changes_nothing(sqlite_database: Database, value: str) -> None:
    payments(sqlite_database)
    with pytest.raises(Refusal, match="no longer works"):
        linking.link(sqlite_database, NOW, introduce(sqlite_database, "ben"), value)


def test_an_outcome_takes_only_so_many_keys(database: Database, ben: Speaker) -> None:
    keys = [OutcomeKey(KeyKind.TICKET, f"X-{number}") for number in range(MAX_KEYS)]
    outcome = declared(database, ben, *keys)
    use(database, ben, "1", ticket="PAY-9")
    [group] = unlinked(database, ben)
    with pytest.raises(Refusal, match="20 keys already"):
        link(database, ben, group, outcome)


def test_usage_older_than_two_weeks_is_not_offered(database: Database, ben: Speaker) -> None:
    use(database, ben, "1", NOW - timedelta(days=13), ticket="PAY-1")
    use(database, ben, "2", NOW - timedelta(days=14), ticket="PAY-2")
    assert [one.key and one.key.value for one in unlinked(database, ben)] == ["PAY-1"]
