"""Judging what the form showed, and nothing that two people wave through for each other."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from threading import Barrier, BrokenBarrierError

import pytest

from bot.flows import outcomes, reviews
from bot.flows.people import Speaker
from policies.outcomes import Complexity, NotAllowed, OutcomeDraft, OutcomeSize, OutcomeState
from storage import outcomes as stored
from storage.database import Database
from tests.bot.seeded import introduce, payments

NOW = datetime(2026, 11, 18, 12, tzinfo=UTC)
LINK = "https://git.example.com/shop/pull/"


@pytest.fixture
def ben(database: Database) -> Speaker:
    """A member of Payments, which ana leads."""
    payments(database)
    return introduce(database, "ben")


def claimed(database: Database, who: Speaker) -> int:
    draft = OutcomeDraft("Cut p95", size=OutcomeSize.S)
    outcome_id = outcomes.declare(database, NOW, who, draft).outcome.id
    outcomes.claim(database, NOW, who, outcome_id, f"{LINK}{outcome_id}")
    return outcome_id


def witness(database: Database, ben: Speaker, outcome_id: int) -> None:
    """What GitHub is found to say of the evidence."""
    with database.writing() as session:
        outcome = stored.outcome_of(session, outcome_id)
        assert outcome is not None
        stored.note_change(session, outcome, ben.person.id, "evidence", "GitHub: closed", NOW)


CHANGES: dict[str, Callable[[Database, Speaker, int], object]] = {
    "size": lambda db, ben, one: outcomes.assess(db, NOW, ben, one, OutcomeSize.L),
    "complexity": lambda db, ben, one: outcomes.assess(db, NOW, ben, one, Complexity.TRIVIAL),
    "evidence": witness,
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_form_over_which_something_changed_judges_nothing(
    database: Database, ben: Speaker, change: str
) -> None:
    outcome_id, chi = claimed(database, ben), introduce(database, "chi")
    seen = reviews.review_form(database, NOW, chi, outcome_id, None).context.event_id
    assert seen is not None
    CHANGES[change](database, ben, outcome_id)
    for judge in (
        lambda: reviews.verify(database, NOW, chi, outcome_id, seen=seen),
        lambda: reviews.reject(database, NOW, chi, outcome_id, "A draft", seen=seen),
    ):
        with pytest.raises(NotAllowed, match=r"O-1 has changed .* Open it again from the card"):
            judge()
    anew = reviews.review_form(database, NOW, chi, outcome_id, None).context.event_id
    page = reviews.verify(database, NOW, chi, outcome_id, seen=anew)
    assert page.outcome.state is OutcomeState.VERIFIED


def test_of_two_who_verify_each_other_at_once_one_is_refused(
    database: Database, ben: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    chi = introduce(database, "chi")
    of_ben, of_chi = claimed(database, ben), claimed(database, chi)
    both_have_looked = Barrier(2)
    look = stored.has_verified_between

    def look_and_wait(*args: object) -> bool:
        found = look(*args)  # type: ignore[arg-type]  # passed on as they came
        with suppress(BrokenBarrierError):  # where the other waits for this one to be done
            both_have_looked.wait(1)
        return found

    def verify(case: tuple[Speaker, int]) -> bool:
        try:
            reviews.verify(database, NOW, *case)
        except NotAllowed:
            return False
        return True

    monkeypatch.setattr(stored, "has_verified_between", look_and_wait)
    with ThreadPoolExecutor(2) as pool:
        heard = list(pool.map(verify, ((chi, of_ben), (ben, of_chi))))
    assert sorted(heard) == [False, True]
