"""Outside systems through the real bot and the sandbox: GitHub on the card, a limit on its way."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from messages import ids
from tests.bot.conftest import set_up_payments
from tests.bot.listeners.test_outcomes_in_slack import (
    card_of,
    declared,
    direct,
    privately,
    verified,
)
from tests.bot.live import Json, Live, text_of
from tests.connectors.outside import (
    CLOSED_AT,
    FAULTS,
    GITHUB_TOKEN,
    LITELLM_KEY,
    FakeGitHub,
    FakeLiteLlm,
    Outside,
    mention,
    merged_pull,
    pull,
)

WEDNESDAY = "2026-11-18T12:00:00+00:00"


@pytest.fixture
def github() -> Iterator[Outside]:
    outside = Outside(FakeGitHub({12: pull(12)}))
    with outside.running():
        yield outside


@pytest.fixture
def litellm() -> Iterator[Outside]:
    outside = Outside(FakeLiteLlm({"u-ben": {"user_email": "ben@example.com"}}))
    with outside.running():
        yield outside


@pytest.fixture
def live(tmp_path: Path, github: Outside, litellm: Outside) -> Iterator[Live]:
    """As everywhere, with a GitHub and a LiteLLM that the bot may talk to."""
    settings = {
        "MILEAGE_CLOCK_START": WEDNESDAY,
        "MILEAGE_GITHUB_API_URL": f"{github.url}/api/v3",
        "MILEAGE_GITHUB_TOKEN": GITHUB_TOKEN,
        "MILEAGE_LITELLM_URL": litellm.url,
        "MILEAGE_LITELLM_KEY": LITELLM_KEY,
    }
    with Live.started(tmp_path, **settings) as live:
        set_up_payments(live)
        yield live


def time_passes(live: Live, days: int = 0) -> None:
    """The bot looks at once when it starts, so its next minute need not be waited for."""
    live.stop_bot()
    started = datetime.fromisoformat(live.settings["MILEAGE_CLOCK_START"])
    later = started + timedelta(days=days, minutes=5)
    live.settings["MILEAGE_CLOCK_START"] = later.isoformat()
    live.start_bot()


def dm_of(live: Live, user: str) -> str:
    """The channel in which the bot writes to somebody directly."""
    channels = live.http.get("/sandbox/workspace").json()["channels"]
    found = (one for one in channels if one["is_im"] and f"U0{user.upper()}" in one["members"])
    return str(next(found)["id"])


def direct_with(live: Live, user: str, words: str) -> Json:
    """What the bot wrote to somebody directly with these words in it, once it is there."""

    def found() -> list[Json]:
        return [one for one in direct(live, user) if words in text_of(one)]

    live.wait_for(lambda: bool(found()), f"{user} was never told “{words}”")
    return found()[-1]


def test_github_says_on_the_card_that_it_is_merged_and_a_lead_decides_about_its_revert(
    live: Live, github: Outside
) -> None:
    fake = github.answer
    assert isinstance(fake, FakeGitHub)
    label = declared(live, "ben", "Cut checkout p95")
    live.reply("ben", f"/outcome done {label} {github.url}/shop/checkout/pull/12")
    card = card_of(live, label)

    fake.pulls[12] = merged_pull(12)
    time_passes(live)
    live.wait_for(lambda: "GitHub: merged on 2026-11-20" in text_of(card_of(live, label)))
    assert card_of(live, label)["ts"] == card["ts"]
    verified(live, "chi", card)
    privately(live, "chi", f"You verified {label}")

    fake.pulls[14] = merged_pull(14, merged_at=CLOSED_AT)
    fake.timelines[12] = [mention(14, "Reverts shop/checkout#12")]
    time_passes(live, days=1)
    asked = direct_with(live, "ana", "reverted by shop/checkout#14 on 2026-11-21")
    assert not [one for one in direct(live, "ben") if "shop/checkout#14" in text_of(one)]

    assert live.presses("ana", asked, ids.KEEP_OUTCOME, dm_of(live, "ana"))["ok"]
    settled = direct_with(live, "ana", "Kept by")
    assert settled["ts"] == asked["ts"]
    assert ids.MARK_REVERTED not in text_of(settled)
    assert GITHUB_TOKEN not in live.log_text


def test_a_lead_takes_a_reverted_outcome_back_and_its_owner_is_told(
    live: Live, github: Outside
) -> None:
    fake = github.answer
    assert isinstance(fake, FakeGitHub)
    fake.pulls[12] = merged_pull(12)
    fake.pulls[14] = merged_pull(14, merged_at=CLOSED_AT)
    label = declared(live, "ben", "Cut checkout p95")
    live.reply("ben", f"/outcome done {label} {github.url}/shop/checkout/pull/12")
    verified(live, "chi", card_of(live, label))
    privately(live, "chi", f"You verified {label}")
    fake.timelines[12] = [mention(14, "Reverts shop/checkout#12")]
    time_passes(live)
    asked = direct_with(live, "ana", "reverted by shop/checkout#14")
    assert live.presses("ana", asked, ids.MARK_REVERTED, dm_of(live, "ana"))["ok"]
    direct_with(live, "ana", "It is reverted now")
    assert direct_with(live, "ana", "It is reverted now")["ts"] == asked["ts"]
    assert label in text_of(direct_with(live, "ben", "reverted by shop/checkout#14"))


def test_a_new_limit_that_does_not_arrive_stands_on_the_card_until_it_does(
    live: Live, litellm: Outside
) -> None:
    proxy = litellm.answer
    assert isinstance(proxy, FakeLiteLlm)
    assert live.says("ana", "/budget setup", messages=0)["ok"]
    assert live.form("ana")["callback_id"] == ids.TERMS_FORM
    submitted = live.submits("ana", terms_unit="usd", terms_period="month", terms_base="$40")
    assert submitted["ok"], submitted
    privately(live, "ana", "$40")
    time_passes(live)
    live.wait_for(lambda: proxy.users["u-ben"].get("max_budget") == 40, "the base never arrived")

    litellm.fail(FAULTS["a missing right"])
    live.reply("ben", "/budget request $10 because load test")
    asked = direct_with(live, "ana", "load test")
    assert live.presses("ana", asked, ids.APPROVE_REQUEST, dm_of(live, "ana"))["ok"]
    direct_with(live, "ben", "$10")
    time_passes(live)
    noted = direct_with(live, "ana", "The new limit did not reach LiteLLM")
    assert noted["ts"] == asked["ts"]
    assert "LiteLLM does not allow it: 403. It is tried again at " in text_of(noted)

    litellm.fail(None)
    time_passes(live, days=1)
    live.wait_for(lambda: proxy.users["u-ben"].get("max_budget") == 50, "it never arrived")
    live.wait_for(
        lambda: "did not reach" not in text_of(direct_with(live, "ana", "load test")),
        "the card still says so",
    )
    assert LITELLM_KEY not in live.log_text
