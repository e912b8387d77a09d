"""The whole way through, as people go it: the demo, a browser each, one outcome, one digest."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import CHECKOUT, MOBILE, Visit

pytestmark = pytest.mark.browser

EVIDENCE = "https://git.larkspur.example/storefront/pull/901"


def test_an_outcome_is_declared_by_form_claimed_and_verified_by_a_colleague(visit: Visit) -> None:
    ben, ada = visit("U0BEN", CHECKOUT), visit("U0ADA", CHECKOUT)

    ben.say("/outcome")
    form = ben.modal("Log an outcome")
    form.get_by_label("What will be true when it is done?").fill(
        "Warn before a card expires <!channel>"
    )
    form.get_by_label("S: up to a day").check()
    form.get_by_label("Keys that find its usage").fill("PAY-990")
    form.get_by_test_id("modal-submit").click()
    declared = ben.private_reply("Warn before a card expires <!channel>")
    expect(declared).to_be_visible()
    outcome = ben.outcome_id_in(declared)

    ben.say(f"/outcome done {outcome} {EVIDENCE}")
    expect(ben.private_reply(f"{outcome}")).to_be_visible()
    card = ada.message(outcome, "claims it is done")
    expect(card).to_be_visible()
    ada.press(card, "Review…")
    review = ada.modal(f"Review {outcome}")
    expect(review).to_contain_text(EVIDENCE)
    review.get_by_label("Verify: I looked, and it is done").check()
    review.get_by_label("Minutes your review took").fill("10")
    review.get_by_test_id("modal-submit").click()
    expect(ada.message(outcome, "verified it")).to_be_visible()
    expect(ben.message(outcome, "verified it")).to_be_visible()
    expect(ada.message(outcome, "verified it").get_by_role("button", name="Review…")).to_have_count(
        0
    )


def test_another_persons_private_reply_is_not_visible(visit: Visit) -> None:
    ben, ada = visit("U0BEN", CHECKOUT), visit("U0ADA", CHECKOUT)
    ben.say("/mileage me")
    reply = ben.private_reply("you alone")
    expect(reply).to_be_visible()
    ada.say("/outcome list")
    expect(ada.private_reply("O-").or_(ada.private_reply("no open outcome"))).to_be_visible()
    expect(ada.message("Who can see this")).to_have_count(0)
    ada.open_channel(CHECKOUT)
    expect(ada.message("Who can see this")).to_have_count(0)


def test_the_channel_reads_its_digest_with_the_chart(visit: Visit) -> None:
    ben = visit("U0BEN", CHECKOUT)
    digest = ben.message("Verified", "Teams are never ranked")
    expect(digest).to_be_visible()
    expect(digest.get_by_test_id("chart")).to_be_visible()
    expect(digest).to_contain_text("per million tokens")
    expect(digest).to_contain_text("per verified outcome")
    expect(digest).to_contain_text("list price")


def test_a_team_of_four_reads_its_outcomes_without_tokens_or_cost(visit: Visit) -> None:
    ravi = visit("U0RAVI", MOBILE)
    digest = ravi.message("Teams are never ranked")
    expect(digest).to_contain_text("fewer than 5 people")
    expect(digest).not_to_contain_text("$")


def test_a_mistyped_command_is_answered_privately_with_the_nearest_right_form(visit: Visit) -> None:
    cleo = visit("U0CLEO", CHECKOUT)
    cleo.say("/mileage tema")
    expect(cleo.private_reply("/mileage team")).to_be_visible()
