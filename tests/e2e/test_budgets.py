"""A budget negotiated in chat, in two browsers: asked for, countered, accepted; asked for, approved."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.conftest import CHECKOUT, Visit
from tests.e2e.slack_page import SlackPage

pytestmark = pytest.mark.browser


def ask(who: SlackPage, line: str) -> str:
    """The id of a request made by command."""
    who.say(f"/budget request {line}")
    reply = who.private_reply("R-")
    expect(reply).to_be_visible()
    found = re.search(r"R-\d+", reply.inner_text())
    assert found is not None
    return found[0]


def card_of(who: SlackPage, request: str) -> Locator:
    """The card about a request in the app's messages."""
    who.open_app("Messages")
    card = who.message(request)
    expect(card).to_be_visible()
    return card


def test_a_request_is_countered_and_accepted_and_both_see_it(visit: Visit) -> None:
    hugo, ada = visit("U0HUGO", CHECKOUT), visit("U0ADA", CHECKOUT)
    request = ask(hugo, "6M until +5d because the trial needs a second run")

    card = card_of(ada, request)
    expect(card).to_contain_text("6M tokens")
    expect(card).to_contain_text("Status without it")
    ada.press(card, "Counter…")
    form = ada.modal(f"Counter {request}")
    form.get_by_label("What do you offer?").fill("2500k")
    form.get_by_label("Why?").fill("Half first <!channel>")
    form.get_by_test_id("modal-submit").click()
    expect(ada.message(request, "Countered by")).to_be_visible()

    offer = card_of(hugo, request)
    expect(offer).to_contain_text("2.5M tokens")
    expect(offer).to_contain_text("Half first <!channel>")
    hugo.press(offer, "Accept")
    expect(ada.message(request, "Approved by")).to_be_visible()
    decided = ada.message(request, "Approved by")
    expect(decided.get_by_role("button", name="Approve")).to_have_count(0)

    hugo.open_channel(CHECKOUT)
    hugo.say("/budget")
    expect(hugo.private_reply("2.5M tokens")).to_be_visible()


def test_a_request_waits_in_the_lead_s_home_and_is_approved_from_its_card(visit: Visit) -> None:
    finn, ada = visit("U0FINN", CHECKOUT), visit("U0ADA", CHECKOUT)
    request = ask(finn, "3M because the migration has one more service")
    ada.open_app("Home")
    home = ada.page.get_by_test_id("home")
    expect(home).to_contain_text(request)
    expect(home).to_contain_text("Status without it")
    card = card_of(ada, request)
    ada.press(card, "Approve")
    expect(ada.message(request, "Approved by")).to_be_visible()
    told = card_of(finn, request)
    expect(told).to_contain_text("3M tokens")


def test_a_lead_sees_bands_by_name_and_nobody_s_usage(visit: Visit) -> None:
    ada = visit("U0ADA", CHECKOUT)
    ada.say("/budget team")
    reply = ada.private_reply("by name")
    expect(reply).to_be_visible()
    text = reply.inner_text()
    names = [
        name for name in ("Ada Birch", "Ben Cedar", "Cleo Alder", "Hugo Linden") if name in text
    ]
    assert names == sorted(names, key=text.index)
    assert "used in this period" not in text.lower()


def test_a_line_with_several_mistakes_is_answered_with_all_of_them_at_once(visit: Visit) -> None:
    ada = visit("U0ADA", CHECKOUT)
    ada.say("/budget grant @ben ten until yesterday for O-99999")
    reply = ada.private_reply("3 things are wrong")
    for said in ("ten", "yesterday", "O-99999", "/budget grant @person 10M until Fri for O-12"):
        expect(reply).to_contain_text(said)
