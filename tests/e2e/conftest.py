"""One demo for all browser tests, and people who visit it, each in a browser of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.e2e.running_demo import running_demo
from tests.e2e.slack_page import SlackPage
from tests.sandbox.page.conftest import browser

__all__ = ["CHECKOUT", "MOBILE", "Visit", "browser"]

CHECKOUT, MOBILE = "C0CHECKOUT", "C0MOBILE"
Visit = Callable[[str, str], SlackPage]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("demo")
    with running_demo(folder, "--now", "2026-11-17T10:00:00+01:00") as url:
        yield url


@pytest.fixture
def visit(browser: Browser, demo: str) -> Iterator[Visit]:
    """Open a channel as somebody."""
    contexts = []

    def open_as(user_id: str, channel_id: str) -> SlackPage:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.set_default_timeout(15_000)
        contexts.append(context)
        tab = SlackPage(context.new_page(), demo, user_id)
        tab.open_channel(channel_id)
        return tab

    yield open_as
    for context in contexts:
        context.close()
