"""A digest as its readers meet it: sections, thread and answers; all teams for an admin; privacy for everybody."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import CHECKOUT, Visit

pytestmark = pytest.mark.browser


def test_the_channel_reads_three_sections_workflows_and_a_tip_and_says_whether_it_was_useful(
    visit: Visit,
) -> None:
    ben = visit("U0BEN", CHECKOUT)
    digest = ben.message("Teams are never ranked")
    for heading in ("Impact", "Behaviours", "Usage", "Learning workflows", "Tip of the week"):
        expect(digest.get_by_text(heading).first).to_be_visible()
    expect(digest).to_contain_text("usual range")
    ben.press(digest, "Useful")
    expect(ben.private_reply("was useful to you")).to_be_visible()


def test_somebody_sees_what_is_kept_about_them_and_who_looked_and_nothing_of_it_is_elsewhere(
    visit: Visit,
) -> None:
    ada, ben = visit("U0ADA", CHECKOUT), visit("U0BEN", CHECKOUT)
    ada.say("/budget team")
    expect(ada.private_reply("Ben Cedar")).to_be_visible()
    ben.say("/mileage privacy")
    mine = ben.private_reply("What Mileage keeps about you")
    expect(mine).to_contain_text("Ada Birch was shown the status of your budget")
    expect(mine.get_by_role("button", name="Delete mine…")).to_be_visible()
    expect(ada.message("What Mileage keeps about you")).to_have_count(0)


def test_an_admin_reads_all_teams_by_name_and_nobody_else_does(visit: Visit) -> None:
    ines, ben = visit("U0INES", "C0PLATFORM"), visit("U0BEN", CHECKOUT)
    ines.say("/mileage company")
    page = ines.private_reply("All teams")
    expect(page).to_be_visible()
    text = page.inner_text()
    assert text.index("Checkout") < text.index("Mobile")
    ben.say("/mileage company")
    expect(ben.private_reply("admin")).to_be_visible()


def test_a_lead_asks_whether_tips_help_and_reads_when_that_can_be_said(visit: Visit) -> None:
    ada = visit("U0ADA", CHECKOUT)
    ada.say("/mileage coaching")
    expect(ada.private_reply("held back")).to_be_visible()
