"""A tip and a threshold, in the browser: told, explained, called wrong; adjusted, compared, saved."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import CHECKOUT, Visit
from tests.e2e.slack_page import SlackPage

pytestmark = pytest.mark.browser

MISMATCH = "Frontier model on trivial work"


def rule_page(who: SlackPage, rule: str, says: str) -> Locator:
    """The newest page of a rule that says so."""
    who.open_channel(CHECKOUT)
    who.say(f"/mileage policies {rule}")
    page = who.private_reply(says)
    expect(page).to_be_visible()
    return page


def answers_on(page: Locator) -> tuple[int, int]:
    """How many answers say that the rule is right, of how many."""
    found = re.search(r"Answers: (\d+) of (\d+)", page.inner_text())
    assert found is not None, page.inner_text()
    return int(found[1]), int(found[2])


def test_an_engineer_is_told_once_asks_why_and_the_rule_s_precision_follows_the_answer(
    visit: Visit,
) -> None:
    ben, ada = visit("U0BEN", CHECKOUT), visit("U0ADA", CHECKOUT)
    right, said = answers_on(rule_page(ada, "model-task-mismatch", "Thresholds"))
    assert said == right >= 5

    ben.open_app("Messages")
    tips = ben.page.get_by_test_id("message").filter(has_text=MISMATCH)
    tip = ben.message(MISMATCH, "What you could try")
    expect(tip).to_contain_text("would have cost")
    expect(tip).to_contain_text("at list price")
    expect(tips).to_have_count(1)

    ben.press(tip, "Why this?")
    reason = ben.private_reply("usage.frontier_cost_usd >= params.floor_usd")
    expect(reason).to_contain_text("It would clear with")

    ben.press(tip, "Wrong…")
    form = ben.modal("It is wrong")
    form.get_by_label("What is wrong?").fill("The receipt has four time zones <!channel>")
    form.get_by_test_id("modal-submit").click()
    answered = ben.message(MISMATCH, "You: it is wrong.")
    expect(answered).to_contain_text("<!channel>")
    expect(answered.get_by_role("button", name="Wrong…")).to_have_count(0)

    after = rule_page(ada, "model-task-mismatch", f"{right} of {said + 1}")
    assert "time zones" not in after.inner_text(), "only the rule's owner and admins read why"


def test_a_lead_sees_what_a_threshold_would_have_changed_before_it_is_saved(visit: Visit) -> None:
    ada = visit("U0ADA", CHECKOUT)
    page = rule_page(ada, "unattributed-share", "Half of the usage")
    ada.press(page, "Adjust for my team…")
    form = ada.modal("Adjust thresholds")
    share, least = form.locator("input[type=text]").all()
    share.fill("9")
    form.get_by_test_id("modal-submit").click()
    expect(form).to_contain_text("It has to be from 0.2 to 0.95.")

    share.fill("0.2")
    least.fill("100000")
    form.get_by_test_id("modal-submit").click()
    expect(form).to_contain_text("The last 60 days, played again", timeout=60_000)
    expect(form).to_contain_text("findings would be new")
    form.get_by_test_id("modal-submit").click()
    expect(ada.page.get_by_test_id("modal")).to_have_count(0)

    saved = rule_page(ada, "unattributed-share", "share is 20%")
    expect(saved).to_contain_text("100k tokens")
