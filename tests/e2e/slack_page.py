"""The sandbox's page as a person uses it: who they are, what they type, press and read."""

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect


@dataclass(frozen=True, slots=True)
class SlackPage:
    """One person's browser tab."""

    page: Page
    base: str
    user_id: str

    def open_channel(self, channel_id: str) -> None:
        """Go to a channel as this person."""
        self.page.goto(f"{self.base}/as/{self.user_id}/{channel_id}")
        expect(self.page.get_by_test_id("timeline")).to_be_visible()

    def open_app(self, tab: str) -> None:
        """Go to the app's `Home` or `Messages`."""
        self.page.goto(f"{self.base}/as/{self.user_id}")
        self.page.get_by_role("link", name=re.compile(r"^M?\s*Mileage")).click()
        self.page.get_by_role("link", name=tab, exact=True).click()

    def say(self, text: str) -> None:
        """Type a message or a slash command and send it."""
        box = self.page.get_by_test_id("composer-input")
        box.fill(text)
        self.page.get_by_test_id("composer-send").click()
        expect(box).to_have_value("")

    def message(self, *texts: str) -> Locator:
        """The newest message that contains all the texts."""
        found = self.page.get_by_test_id("timeline").get_by_test_id("message")
        for text in texts:
            found = found.filter(has_text=text)
        return found.last

    def private_reply(self, text: str) -> Locator:
        """The newest message that only this person sees and that contains the text."""
        only_mine = self.page.get_by_test_id("only-visible-to-you")
        return self.page.get_by_test_id("message").filter(has=only_mine).filter(has_text=text).last

    def modal(self, title: str) -> Locator:
        """The open form."""
        found = self.page.get_by_test_id("modal")
        expect(found.get_by_test_id("modal-title")).to_have_text(title)
        return found

    def press(self, within: Locator, label: str) -> None:
        """Press a message's button, and confirm where it asks."""
        within.get_by_role("button", name=label, exact=True).click()
        confirm = self.page.get_by_test_id("confirm")
        if confirm.is_visible():
            confirm.get_by_test_id("confirm-accept").click()

    def outcome_id_in(self, message: Locator) -> str:
        """The first outcome id that a message names."""
        match = re.search(r"O-\d+", message.inner_text())
        assert match is not None
        return match[0]
