"""Who may do what, and what people see of each other, through the real bot and the sandbox."""

from messages import ids
from tests.bot.live import Live, text_of


def test_a_guest_is_refused(live: Live) -> None:
    assert "guests cannot use it" in live.reply("guest", "/mileage me")


def test_a_channel_shared_with_others_is_refused(live: Live) -> None:
    reply = live.reply("ana", "/mileage me", channel="#shared")
    assert "shared with another organisation" in reply


def test_somebody_without_a_team_is_told_how_to_set_one_up(live: Live) -> None:
    assert "/mileage setup" in live.reply("admin", "/outcome Anything", channel="#other")


def test_the_home_team_is_meant_outside_the_teams_channel(live: Live) -> None:
    assert "O-" in live.reply("ana", "/outcome Plan the move", channel="#random")


def test_own_figures_are_seen_by_that_person_alone(live: Live) -> None:
    mine = live.says("ben", "/mileage me")["messages"][0]
    assert mine["is_ephemeral"]
    assert mine["ts"] not in [one["ts"] for one in live.sees("ana")]


def test_the_team_is_shown_by_name_without_figures(live: Live) -> None:
    shown = live.reply("ben", "/mileage team")
    assert "Payments" in shown
    assert "token" not in shown


def test_only_a_lead_previews_the_digest(live: Live) -> None:
    assert "Preview" in live.reply("ana", "/mileage digest")
    assert "Only leads of Payments" in live.reply("ben", "/mileage digest")
    assert "has not begun" in live.reply("ana", "/mileage digest 2150-W01")


def test_only_leads_and_admins_change_a_team(live: Live) -> None:
    assert "only its leads change it" in live.reply("ben", "/mileage setup")
    assert live.says("ana", "/mileage setup", messages=0)["ok"]
    assert live.form("ana")["callback_id"] == ids.SETUP_FORM
    live.post("view/close", user="ana", clear=True)


def test_a_team_is_set_up_where_the_app_is(live: Live) -> None:
    reply = live.reply("ana", "/mileage setup", channel="#random")
    assert "the app is not in this channel" in reply


def test_people_at_home_elsewhere_are_named(live: Live) -> None:
    assert live.says("admin", "/mileage setup", channel="#other", messages=0)["ok"]
    live.form("admin")
    before = len(live.sees("admin", channel="#other"))
    live.submits("admin", setup_members=["U0ADMIN", "U0BEN"], setup_name="Other")
    shown = live.sees("admin", channel="#other", at_least=before + 1)[-1]
    assert "Already at home in another team: Ben Tester" in text_of(shown)


def test_guests_are_left_out_of_the_set_up(live: Live) -> None:
    assert live.says("ana", "/mileage setup", messages=0)["ok"]
    live.form("ana")
    before = len(live.sees("ana"))
    live.submits("ana", setup_leads=["U0ANA", "U0GUEST"])
    assert "guests and apps cannot lead" in text_of(live.sees("ana", at_least=before + 1)[-1])


def test_the_home_shows_own_work_and_declares(live: Live) -> None:
    live.post("home/open", user="dee")
    home = live.get("home", user="dee", not_hash="", timeout="10")["view"]
    assert home["type"] == "home"
    pressed = live.post("action", user="dee", view_id=home["id"], action_id=ids.LOG_OUTCOME)
    assert pressed["ok"], pressed
    assert live.form("dee")["callback_id"] == ids.OUTCOME_FORM
    submitted = live.submits("dee", outcome_title="Warm the cache")
    assert submitted["ok"], submitted
    after = live.get("home", user="dee", not_hash=home["hash"], timeout="10")["view"]
    assert "Warm the cache" in text_of(after)


def test_no_log_holds_what_people_typed_or_any_token(live: Live) -> None:
    live.reply("ben", "/outcome Xylophone maintenance PAY-4711")
    live.reply("ben", "/mileage xylophone")
    for secret in ("Xylophone", "xylophone", "PAY-4711", "xoxb-", "xapp-", "ben@", "Tester"):
        assert secret not in live.log_text, secret
