"""Who may do what, and what people see of each other, through the real bot and the sandbox."""

from messages import ids
from tests.bot.live import PEOPLE, Live, text_of


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


def test_a_label_is_put_and_taken_away_by_its_owner_alone(live: Live) -> None:
    put = live.says("ben", "/mileage workflow branch release/ as release notes")["messages"][0]
    assert put["is_ephemeral"]
    assert "release notes" in text_of(put)
    (button,) = [
        block for block in put["blocks"] if "accessory" in block and "release/" in str(block)
    ]
    label = button["accessory"]["value"]
    assert button["accessory"]["action_id"] == ids.REMOVE_WORKFLOW_LABEL
    assert f"You have no label {label}" in live.reply("ana", f"/mileage workflow remove {label}")
    assert "is removed" in live.reply("ben", f"/mileage workflow remove {label}")
    assert "You have no workflow labels" in live.reply("ben", "/mileage workflow")


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


def submitted(live: Live, user: str, channel: str, **fields: object) -> str:
    """What somebody reads who opens the set-up of a channel and saves it with these fields."""
    opened = live.says(user, "/mileage setup", channel=channel, messages=0)
    assert opened["ok"], opened
    live.form(user)
    return saved(live, user, channel, **fields)


def saved(live: Live, user: str, channel: str, **fields: object) -> str:
    before = len(live.sees(user, channel=channel))
    answer = live.submits(user, **fields)
    if answer.get("errors"):
        live.post("view/close", user=user, clear=True)
        return str(answer["errors"])
    return text_of(live.sees(user, channel=channel, at_least=before + 1)[-1])


def test_people_at_home_elsewhere_are_named(live: Live) -> None:
    live.post("join", user="ben", channel="#other")
    members = ["U0ADMIN", "U0BEN"]
    answer = submitted(live, "admin", "#other", setup_members=members, setup_name="Other")
    assert "Already at home in another team: Ben Tester" in answer


def test_members_are_people_of_the_channel_and_others_are_named_beside_the_field(
    live: Live,
) -> None:
    members = ["U0ADMIN", "U0DEE", "U0ELI"]
    answer = submitted(live, "admin", "#other", setup_members=members, setup_name="Other")
    assert f"'{ids.SETUP_MEMBERS}': 'Not in this channel: Dee Tester, Eli Tester." in answer


def test_nobody_is_left_out_because_slack_failed(live: Live) -> None:
    assert live.says("admin", "/mileage setup", channel="#other", messages=0)["ok"]
    live.form("admin")
    live.post("join", user="unmet", channel="#other")  # the bot has not met Una yet
    live.breaks("users.info", "server_error")
    members = ["U0ADMIN", "U0UNMET"]
    answer = saved(live, "admin", "#other", setup_members=members, setup_name="Other")
    assert "nothing was changed" in answer
    assert "no team here yet" in live.reply("admin", "/mileage team", channel="#other")


def test_who_is_left_out_is_named(live: Live) -> None:
    members = ["U0ANA", "U0BEN", "U0CHI", "U0DEE", "U0ELI", "U0FAY", "U0GUEST"]
    answer = submitted(live, "ana", "#payments", setup_members=members)
    assert "is set up with 6 members" in answer
    assert "Left out: Gus Guest." in answer


def test_a_lead_moves_the_team_to_another_channel_and_back(live: Live) -> None:
    members = [f"U0{name.upper()}" for name in PEOPLE]
    fields = {"setup_name": "Payments", "setup_members": members, "setup_move": ["move"]}
    assert "Its digest comes to <#C0NEXT>" in submitted(live, "ana", "#next", **fields)
    assert "only its leads change it" in live.reply("ben", "/mileage setup", channel="#next")
    assert "Its digest comes to <#C0PAY>" in submitted(live, "ana", "#payments", **fields)


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
