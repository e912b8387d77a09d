"""Budgets, asked for, countered, granted and taken back, through the real bot and the sandbox."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from messages import ids
from tests.bot.conftest import set_up_payments
from tests.bot.live import Json, Live, text_of

HUGE = "999999M"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A bot of these tests' own: they change what everybody holds."""
    with Live.started(tmp_path_factory.mktemp("budgets")) as live:
        set_up_payments(live)
        set_up_budgets(live)
        yield live


def set_up_budgets(live: Live) -> None:
    """What ana does next: every member gets 40M tokens a month."""
    assert live.says("ana", "/budget setup", messages=0)["ok"]
    assert live.form("ana")["callback_id"] == ids.TERMS_FORM
    before = len(live.sees("ana"))
    submitted = live.submits("ana", terms_base="40M")
    assert submitted["ok"], submitted
    shown = text_of(live.sees("ana", at_least=before + 1)[-1])
    assert "40M tokens for each of 6 members a month" in shown


def direct(live: Live, user: str) -> str:
    """The id of somebody's direct message with the bot; "" before there is one."""
    ids_of = {f"U0{user.upper()}", "U0BOT"}
    channels = live.get("workspace")["channels"]
    return next(
        (one["id"] for one in channels if one["is_im"] and set(one["members"]) == ids_of), ""
    )


def told(live: Live, user: str, *words: str) -> Json:
    """The direct message with all these words, once it has come or has come to say so."""

    def found() -> list[Json]:
        channel = direct(live, user)
        seen = live.sees(user, channel) if channel else []
        return [one for one in seen if all(word in text_of(one) for word in words)]

    live.wait_for(lambda: bool(found()), f"{user} was never told {words}")
    return found()[-1]


def presses(live: Live, user: str, message: Json, action_id: str) -> Json:
    answer = live.presses(user, message, action_id, direct(live, user))
    assert answer["ok"], answer
    return answer


def requested(live: Live, user: str, line: str) -> str:
    """The label of a new request of somebody's."""
    found = re.search(r"R-\d+", live.reply(user, f"/budget request {line}"))
    assert found, line
    return found[0]


def left_of(live: Live, user: str) -> str:
    """`45M of 45M tokens`: what somebody reads of their own budget."""
    found = re.search(r"You have (.*?) left", live.reply(user, "/budget"))
    assert found
    return found[1]


def test_everybody_sees_their_own_budget_and_nobody_elses(live: Live) -> None:
    mine = live.says("fay", "/budget")["messages"][0]
    assert mine["is_ephemeral"]
    assert "40M of 40M tokens" in mine["text"]
    assert "Europe/Berlin" in text_of(mine)
    assert mine["ts"] not in [one["ts"] for one in live.sees("ana")]


def test_a_request_is_approved_and_both_see_it(live: Live) -> None:
    label = requested(live, "ben", "15M until +3d because the load test runs again")
    card = told(live, "ana", label, "Ben Tester asks for 15M tokens")
    assert "the load test runs again" in text_of(card)
    presses(live, "ana", card, ids.APPROVE_REQUEST)
    assert "15M tokens" in text_of(told(live, "ben", "Ana Tester approved", label))
    settled = told(live, "ana", label, "Approved by <@U0ANA>")
    assert settled["ts"] == card["ts"]
    assert ids.APPROVE_REQUEST not in text_of(settled)
    assert left_of(live, "ben") == "55M of 55M tokens"


def test_a_request_is_countered_and_the_offer_accepted(live: Live) -> None:
    label = requested(live, "chi", "20M because of the move")
    card = told(live, "ana", label, "asks for 20M tokens")
    presses(live, "ana", card, ids.COUNTER_REQUEST)
    assert live.form("ana")["callback_id"] == ids.COUNTER_FORM
    wrong = live.submits("ana", counter_amount="some")
    assert "“some” is not an amount" in wrong["errors"][ids.COUNTER_AMOUNT]
    assert live.submits("ana", counter_amount="5M", counter_reason="Start with less")["ok"]
    offer = told(live, "chi", label, "offers 5M tokens")
    assert "Start with less" in text_of(offer)
    presses(live, "chi", offer, ids.ACCEPT_OFFER)
    settled = told(live, "ana", label, "Approved by <@U0ANA>")
    assert "5M tokens" in text_of(settled)
    assert left_of(live, "chi") == "45M of 45M tokens"


def test_a_request_is_declined_with_a_reason(live: Live) -> None:
    label = requested(live, "dee", "30M because I can")
    card = told(live, "ana", label, "asks for 30M tokens")
    presses(live, "ana", card, ids.DECLINE_REQUEST)
    assert live.form("ana")["callback_id"] == ids.DECLINE_FORM
    assert live.submits("ana", decline_reason="The pool is for the launch")["ok"]
    told(live, "dee", label, "declined", "The pool is for the launch")
    assert left_of(live, "dee") == "40M of 40M tokens"


def test_a_double_click_grants_once_and_a_stale_card_nothing(live: Live) -> None:
    label = requested(live, "eli", "10M because of the spike")
    card, place = told(live, "ana", label, "asks for 10M tokens"), direct(live, "ana")
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(lambda _: live.presses("ana", card, ids.APPROVE_REQUEST, place), range(5)))
    told(live, "eli", label, "approved")
    assert left_of(live, "eli") == "50M of 50M tokens"
    assert f"{label} is approved already" in live.reply(
        "ana", f"/budget decline {label} because I changed my mind"
    )
    assert left_of(live, "eli") == "50M of 50M tokens"


def test_a_withdrawn_request_cannot_be_approved(live: Live) -> None:
    before = len(live.sees("fay"))
    label = requested(live, "fay", "10M because of the rehearsal")
    mine = live.sees("fay", at_least=before + 1)[-1]
    assert live.presses("fay", mine, ids.WITHDRAW_REQUEST)["ok"]
    settled = told(live, "ana", label, "Withdrawn by <@U0FAY>")
    assert ids.APPROVE_REQUEST not in text_of(settled)
    assert f"{label} is withdrawn already" in live.reply("ana", f"/budget approve {label}")


def test_a_request_by_form_says_what_to_change_in_its_field(live: Live) -> None:
    assert live.says("dee", "/budget request", messages=0)["ok"]
    assert live.form("dee")["callback_id"] == ids.REQUEST_FORM
    wrong = live.submits(
        "dee", request_amount="lots", request_until="2020-01-01", request_reason="…"
    )
    assert "“lots” is not an amount" in wrong["errors"][ids.REQUEST_AMOUNT]
    assert "2020-01-01 is past" in wrong["errors"][ids.REQUEST_UNTIL]
    assert "Say why" in wrong["errors"][ids.REQUEST_REASON]
    soon = (datetime.now(UTC) + timedelta(days=3)).date().isoformat()
    right = live.submits("dee", request_amount="2M", request_until=soon, request_reason="A rerun")
    assert right["ok"], right
    told(live, "ana", "Dee Tester asks for 2M tokens", "A rerun")


def test_a_lead_grants_voids_and_undoes(live: Live) -> None:
    granted = live.reply("ana", "/budget grant @fay 10M until +2d because of the demo")
    label = re.search(r"G-\d+", granted)
    assert label
    told(live, "fay", label[0], "Ana Tester granted you 10M tokens", "the demo")
    assert left_of(live, "fay") == "50M of 50M tokens"
    live.reply("ana", f"/budget void {label[0]} because the demo is off")
    told(live, "fay", label[0], "took back", "the demo is off")
    assert left_of(live, "fay") == "40M of 40M tokens"
    live.reply("ana", "/budget grant @fay 3M")
    assert left_of(live, "fay") == "43M of 43M tokens"
    assert "Undone" in live.reply("ana", "/budget undo")
    assert left_of(live, "fay") == "40M of 40M tokens"


def test_one_reply_names_everything_that_is_wrong_and_nothing_changes(live: Live) -> None:
    reply = live.reply("ana", "/budget grant @fay ten until yesterday for O-99999")
    for words in ("“ten” is not an amount", "“yesterday” is past", "no outcome O-99999"):
        assert words in reply
    assert "/budget grant @person 10M until Fri for O-12" in reply
    assert left_of(live, "fay") == "40M of 40M tokens"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("/budget grant @fay $50", "reckons in tokens"),
        ("/budget grant @nobody-here 10M", "“@nobody-here” is no mention"),
        ("/budget grant @guest 10M", "only members of this workspace"),
        ("/budget grant @new 10M", "is not in Payments"),
        ("/budget grant @ana 10M", "Nobody grants to themselves"),
        ("/budget grnat @fay 10M", "Did you mean “grant”"),
        (f"/budget grant @fay {HUGE}{HUGE}", "is not an amount"),
        (f"/budget request 1M because {'x' * 3000}", "3,000 characters; 500 fit"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_what_to_do(
    live: Live, line: str, words: str
) -> None:
    assert words in live.reply("ana", line)


def test_what_people_type_in_a_reason_pings_nobody(live: Live) -> None:
    label = requested(live, "dee", "1M because <!channel> @here \u202eevil *bold* 👍")
    card = text_of(told(live, "ana", label, "asks for 1M tokens"))
    assert "<!channel>" not in card
    assert "<!here>" not in card
    assert "\u202e" not in card


def test_a_lead_sees_amounts_and_bands_by_name_and_no_use(live: Live) -> None:
    shown = live.reply("ana", "/budget team")
    assert "on pace" in shown
    names = re.findall(r"• (\w+) Tester", shown)
    assert names == sorted(names)
    assert len(names) == 6
    assert "Only leads of Payments" in live.reply("ben", "/budget team")


def test_an_amount_on_a_declaration_is_set_aside_or_can_be_requested(live: Live) -> None:
    before = len(live.sees("dee"))
    live.says("dee", '/outcome "Warm the receipts cache" by +3d 10M', messages=2)
    declared, aside = live.sees("dee", at_least=before + 2)[-2:]
    assert "Warm the receipts cache" in text_of(declared)
    assert "10M tokens of your budget are set aside" in text_of(aside)
    live.says("dee", '/outcome "Warm the invoice cache" by +3d 50M', messages=2)
    short = live.sees("dee", at_least=before + 4)[-1]
    assert "20M tokens are missing" in text_of(short)
    assert live.presses("dee", short, ids.REQUEST_MORE)["ok"]
    form = live.form("dee")
    assert form["callback_id"] == ids.REQUEST_FORM
    assert '"initial_value": "20M"' in text_of(form)
    live.post("view/close", user="dee", clear=True)


def test_one_moves_ones_own_budget_between_outcomes(live: Live) -> None:
    reply = live.reply("eli", '/outcome "Shard the ledger" by +3d')
    label = re.search(r"O-\d+", reply)
    assert label
    moved = live.reply("eli", f"/budget move 2M to {label[0]}")
    assert f"You moved 2M tokens from what is free to {label[0]}" in moved
    assert "Undone" in live.reply("eli", "/budget undo")


def test_what_if_names_outcomes_and_changes_nothing(live: Live) -> None:
    assert "60 days" in live.reply("ana", "/budget what-if -20%")


def test_the_home_of_a_lead_decides_and_is_drawn_anew(live: Live) -> None:
    label = requested(live, "ben", "4M because of the survey")
    live.post("home/open", user="ana")
    home = live.get("home", user="ana", not_hash="", timeout="10")["view"]
    live.wait_for(lambda: label in text_of(live.get("home", user="ana")["view"]))
    home = live.get("home", user="ana")["view"]
    assert "on pace" in text_of(home)
    block = next(
        block["block_id"]
        for block in home["blocks"]
        if block["type"] == "actions"
        and any(element.get("value") == label for element in block["elements"])
    )
    pressed = live.post(
        "action",
        user="ana",
        view_id=home["id"],
        action_id=ids.APPROVE_REQUEST,
        block_id=block,
    )
    assert pressed["ok"], pressed
    after = live.get("home", user="ana", not_hash=home["hash"], timeout="10")["view"]
    assert label not in text_of(after)
    told(live, "ben", label, "approved")


def test_guests_and_strangers_to_the_team_are_refused(live: Live) -> None:
    assert "guests cannot use it" in live.reply("guest", "/budget")
    assert "/mileage setup" in live.reply("admin", "/budget", channel="#other")


def test_an_admin_decides_what_the_only_lead_asks_for(live: Live) -> None:
    asked = live.reply("ana", "/budget request 5M because of the on-call week")
    label = re.search(r"R-\d+", asked)
    assert label
    assert f"/budget approve {label[0]}" in asked
    assert "your own request" in live.reply("ana", f"/budget approve {label[0]}")
    assert "is approved" in live.reply("admin", f"/budget approve {label[0]}", channel="#other")
    told(live, "ana", label[0], "Ada Admin approved")


def test_the_home_follows_what_somebody_is_told_of(live: Live) -> None:
    live.post("home/open", user="ana")
    live.post("home/open", user="chi")
    label = requested(live, "chi", "3M because of the follow-up")
    live.wait_for(lambda: label in text_of(live.get("home", user="ana")["view"]))
    live.reply("ana", f"/budget approve {label}")
    live.wait_for(lambda: label not in text_of(live.get("home", user="ana")["view"]))
    live.wait_for(lambda: label not in text_of(live.get("home", user="chi")["view"]))
