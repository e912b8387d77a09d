"""A served page and a browser for the tests that need one."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from sandbox.state.workspace import Workspace
from tests.e2e.chromium import CHROMIUM_ARGS, MISSING, find_chromium, is_strict
from tests.sandbox.page.stage import Stage, stage

WAIT_MS = 10_000

Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start Chromium for one module: Playwright's own event loop would shut out later async tests."""
    program = find_chromium()
    if program is None:
        if is_strict():
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGS))
        yield chromium
        chromium.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    made.set_default_timeout(WAIT_MS)
    yield made
    made.close()


@pytest.fixture
def staged() -> Stage:
    return stage()


class _Server(uvicorn.Server):
    """Ends the open pages' streams before it waits for them."""

    def __init__(self, config: uvicorn.Config, workspace: Workspace) -> None:
        super().__init__(config)
        self._workspace = workspace

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._workspace.changes.close()
        await super().shutdown(sockets)


@pytest.fixture
def address(staged: Stage) -> Iterator[str]:
    """Serve the staged workspace on a free port of this machine."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(64)
        config = uvicorn.Config(
            staged.asgi, log_level="warning", lifespan="off", timeout_graceful_shutdown=5
        )
        server = _Server(config, staged.workspace)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def visit(context: BrowserContext, address: str) -> Iterator[Visit]:
    """Open a page as somebody, listening live; any error in its console fails the test."""
    troubles: list[str] = []

    def go(path: str) -> Page:
        page = context.new_page()
        page.on("console", lambda m: troubles.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(address + path)
        page.wait_for_selector("body[data-live]")
        return page

    yield go
    assert troubles == []
