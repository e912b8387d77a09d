"""`python -m tests.e2e.screenshots FOLDER`: the pictures in the README, from the running demo."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.chromium import CHROMIUM_ARGS, MISSING, find_chromium
from tests.e2e.running_demo import running_demo
from tests.e2e.slack_page import SlackPage

CHECKOUT = "C0CHECKOUT"
NOW = "2026-11-17T10:00:00+01:00"


def take(browser: Browser, base: str, folder: Path) -> None:
    """Save digest (light and dark), form, private view, budget, tip and a lead's card as PNG files."""
    for scheme in ("light", "dark"):
        ben = _tab(browser, base, "U0BEN", scheme, height=2400)
        digest = ben.message("Teams are never ranked")
        digest.screenshot(path=folder / f"digest-{scheme}.png", animations="disabled")
    ben = _tab(browser, base, "U0BEN", "light", height=1120)
    ben.say("/mileage me")
    ben.private_reply("you alone").wait_for()
    _save(ben, folder / "private-view.png")
    ben = _tab(browser, base, "U0BEN", "light", height=1120)
    ben.say("/mileage privacy")
    ben.private_reply("What Mileage keeps about you").wait_for()
    _save(ben, folder / "privacy.png")
    ben = _tab(browser, base, "U0BEN", "light", height=760)
    ben.say("/budget")
    ben.private_reply("Your budget, ").wait_for()
    _save(ben, folder / "budget.png")
    ben = _tab(browser, base, "U0BEN", "light", height=820)
    ben.open_app("Messages")
    ben.message("What you could try").wait_for()
    _save(ben, folder / "tip.png")
    ada = _tab(browser, base, "U0ADA", "light", height=760)
    ada.open_app("Messages")
    card = ada.message("Status without it")
    card.wait_for()
    _save(ada, folder / "request-card.png")

    ben = _tab(browser, base, "U0BEN", "light", height=760)
    ben.say("/outcome")
    ben.modal("Log an outcome").get_by_label("What will be true when it is done?").fill(
        "Warn before a card expires"
    )
    _save(ben, folder / "form.png")


def _tab(browser: Browser, base: str, user_id: str, scheme: str, height: int) -> SlackPage:
    context = browser.new_context(
        viewport={"width": 1180, "height": height},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    tab = SlackPage(context.new_page(), base, user_id)
    tab.open_channel(CHECKOUT)
    tab.message("Teams are never ranked").wait_for()
    return tab


def _save(tab: SlackPage, path: Path) -> None:
    tab.page.screenshot(path=path, animations="disabled")
    sys.stdout.write(f"{path}\n")


def main() -> None:
    """Start the demo, take the pictures, end it."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    program = find_chromium()
    if program is None:
        sys.exit(MISSING)
    with (
        tempfile.TemporaryDirectory() as temporary,
        running_demo(Path(temporary), "--now", NOW) as base,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=program, args=list(CHROMIUM_ARGS))
        take(browser, base, folder)
        browser.close()


if __name__ == "__main__":
    main()
