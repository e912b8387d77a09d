"""The page in a real browser: live, by keyboard, and loading nothing from elsewhere."""

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from sandbox.model import Json
from tests.sandbox.page import gallery
from tests.sandbox.page.conftest import Visit
from tests.sandbox.page.stage import Stage

pytestmark = pytest.mark.browser


def send(page: Page, text: str) -> None:
    page.get_by_test_id("composer-input").fill(text)
    page.get_by_test_id("composer-send").click()


def test_two_people_read_each_other_live_and_hostile_text_stays_text(
    visit: Visit, context: BrowserContext, address: str
) -> None:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    ana, ben = visit("/as/U0ANA/C0GENERAL"), visit("/as/U0BEN/C0GENERAL")
    chi = visit("/as/U0CHI/app?tab=messages")
    hostile = "*hello* @ben <img src=x onerror=alert(1)> &amp; javascript:alert(1)"
    send(ana, hostile)
    message = ben.get_by_test_id("message")
    expect(message).to_contain_text(
        "hello @Ben Okafor <img src=x onerror=alert(1)> &amp; javascript:"
    )
    expect(message.locator(".blocks :is(img, a)")).to_have_count(0)
    expect(chi.get_by_test_id("channel-link").filter(has_text="general")).to_have_class("unread")
    expect(ana.get_by_test_id("composer-input")).to_have_value("")
    assert [url for url in asked if not url.startswith(address)] == []


def test_a_command_opens_a_form_that_is_refused_corrected_and_answered_privately(
    visit: Visit, staged: Stage
) -> None:
    def app(payload: Json) -> Json | None:
        if payload.get("command"):
            staged.workspace.views.open(payload["user_id"], gallery.MODAL)
            return None
        title = payload["view"]["state"]["values"]["in_plain_text_input"]["title"]["value"]
        if "ms" not in title:
            refusal = {"in_plain_text_input": "Say by how much."}
            return {"response_action": "errors", "errors": refusal}
        staged.post({"text": f"Noted: {title}"}, only=payload["user"]["id"])
        return None

    staged.app.answer = app
    ana, ben = visit("/as/U0ANA/C0GENERAL"), visit("/as/U0BEN/C0GENERAL")
    composer = ana.get_by_test_id("composer-input")
    composer.press_sequentially("/out")
    expect(ana.get_by_test_id("suggestion").locator("visible=true")).to_contain_text("/outcome")
    composer.press("Tab")
    expect(composer).to_have_value("/outcome ")
    composer.press("Enter")
    modal = ana.get_by_role("dialog", name="Declare an outcome")
    title = modal.get_by_label("Plain text input")
    expect(title).to_be_focused()
    title.fill("Cut checkout")
    ana.get_by_test_id("modal-submit").click()
    expect(ana.get_by_test_id("field-error")).to_have_count(2)
    expect(title).to_have_value("Cut checkout")
    modal.get_by_label("Static select").select_option("Small")
    modal.get_by_label("Feature").check()
    modal.get_by_test_id("picker").locator("summary").click()
    modal.get_by_role("searchbox").fill("chi")
    modal.get_by_label("Chi Nguyen").check()
    ana.get_by_test_id("modal-submit").click()
    expect(modal.locator("[data-block-id=in_plain_text_input]")).to_contain_text("Say by how much.")
    expect(modal.get_by_test_id("picker").locator("summary")).to_have_text("Chi Nguyen")
    title.fill("Cut checkout to 300 ms")
    title.press("Enter")
    expect(modal).to_have_count(0)
    expect(ana.get_by_test_id("only-visible-to-you")).to_be_visible()
    expect(ana.get_by_test_id("timeline")).to_contain_text("Noted: Cut checkout to 300 ms")
    expect(ana.get_by_test_id("composer-input")).to_be_focused()
    values = staged.app.heard[-1]["view"]["state"]["values"]
    assert values["in_multi_users_select"]["team"]["selected_users"] == ["U0CHI"]
    send(ben, "Morning")
    expect(ben.get_by_test_id("message")).to_have_count(1)
    expect(ben.get_by_test_id("timeline")).not_to_contain_text("Noted")


def test_escape_and_x_close_the_modal_and_a_lost_app_is_told(visit: Visit, staged: Stage) -> None:
    views = staged.workspace.views
    views.open("U0ANA", gallery.MODAL)
    views.push("U0ANA", gallery.EVERY_INPUT)
    ana = visit("/as/U0ANA/C0GENERAL")
    expect(ana.get_by_test_id("modal-title")).to_have_text("Every input")
    ana.get_by_test_id("modal-back").click()
    expect(ana.get_by_test_id("modal-title")).to_have_text("Declare an outcome")
    ana.keyboard.press("Escape")
    expect(ana.get_by_test_id("modal")).to_have_count(0)
    send(ana, "/nothing here")
    expect(ana.get_by_test_id("toast")).to_contain_text("/nothing is not a valid command")


def test_buttons_confirm_menus_and_pickers_act(visit: Visit, staged: Stage) -> None:
    blocks = [gallery.chart("line"), gallery.TABLE, gallery.ACTIONS, gallery.MULTI]
    staged.post({"text": "x", "blocks": blocks})
    ana = visit("/as/U0ANA/C0GENERAL")
    expect(ana.get_by_test_id("chart").get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("^Outcomes per million tokens. Line chart from W36 to W47")
    )
    message = ana.get_by_test_id("message")
    drop = message.get_by_role("button", name="Drop")
    drop.click()
    ana.get_by_role("button", name="Keep it").click()
    drop.click()
    with ana.expect_response("**/act/**"):
        ana.get_by_role("button", name="Drop it").click()
    message.get_by_test_id("overflow").locator("summary").click()
    with ana.expect_response("**/act/**"):
        message.get_by_role("menuitem", name="Mute").click()
    with ana.expect_response("**/act/**"):
        message.get_by_label("Size", exact=True).select_option("Large")
    message.get_by_test_id("picker").locator("summary").click()
    with ana.expect_response("**/act/**"):
        message.get_by_role("checkbox", name="Medium").check()
    acted = [payload["actions"][0] for payload in staged.app.heard]
    assert [action["action_id"] for action in acted] == ["drop", "more", "size", "sizes"]
    assert [option["value"] for option in acted[3]["selected_options"]] == ["medium"]
    assert (
        staged.app.heard[3]["state"]["values"]["acts"]["size"]["selected_option"]["value"]
        == "large"
    )
