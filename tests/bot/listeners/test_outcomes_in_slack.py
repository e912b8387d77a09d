"""Outcomes, from the line typed to the card verified, through the real bot and the sandbox."""

import re
from concurrent.futures import ThreadPoolExecutor

from messages import ids
from tests.bot.live import Json, Live, text_of

LINK = "https://git.example.com/shop/pull"


def declared(live: Live, user: str, title: str) -> str:
    """The id of a new outcome of somebody's."""
    found = re.search(r"O-\d+", live.reply(user, f"/outcome {title}"))
    assert found, title
    return found[0]


def claimed(live: Live, user: str, title: str) -> tuple[str, Json]:
    """The id of a claimed outcome, and its card in the channel."""
    label = declared(live, user, title)
    live.reply(user, f"/outcome done {label} {LINK}/{label.removeprefix('O-')}")
    return label, card_of(live, label)


def card_of(live: Live, label: str) -> Json:
    """The verification card in the channel, once it is posted."""

    def cards() -> list[Json]:
        seen = live.sees("fay")
        return [one for one in seen if not one["is_ephemeral"] and label in text_of(one)]

    live.wait_for(lambda: bool(cards()), f"no card for {label}")
    return cards()[0]


def privately(live: Live, user: str, words: str) -> Json:
    """A private message with these words, once this person sees it."""

    def found() -> list[Json]:
        return [one for one in live.sees(user) if one["is_ephemeral"] and words in text_of(one)]

    live.wait_for(lambda: bool(found()), f"{user} never saw “{words}”")
    return found()[-1]


def test_a_line_declares_and_the_reply_is_private(live: Live) -> None:
    reply = live.reply("ben", '/outcome "Cut checkout p95 to 300 ms" by +3d size S PAY-123')
    assert "Cut checkout p95 to 300 ms" in reply
    assert re.search(r"O-\d+", reply)
    assert all("Cut checkout p95" not in text_of(one) for one in live.sees("chi"))


def test_what_people_type_pings_nobody(live: Live) -> None:
    reply = live.reply("ben", "/outcome Stop <!channel> from paging")
    assert "<!channel>" not in reply


def test_the_bare_command_opens_the_form_and_it_declares(live: Live) -> None:
    assert live.says("chi", "/outcome", messages=0)["ok"]
    assert live.form("chi")["callback_id"] == ids.OUTCOME_FORM
    before = len(live.sees("chi"))
    submitted = live.submits(
        "chi", outcome_title="Move receipts to the bus", outcome_size="L", outcome_keys="PAY-7 #12"
    )
    assert submitted["ok"], submitted
    shown = live.sees("chi", at_least=before + 1)[-1]
    assert shown["is_ephemeral"]
    assert "Move receipts to the bus" in text_of(shown)


def test_a_form_sent_twice_declares_once(live: Live) -> None:
    assert live.says("fay", "/outcome", messages=0)["ok"]
    live.form("fay")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: live.submits("fay", outcome_title="Sent twice"), range(2)))
    privately(live, "fay", "Sent twice")
    listed = live.reply("fay", "/outcome list")
    assert len(set(re.findall(r"O-\d+", listed))) == 1, listed
    live.post("view/close", user="fay", clear=True)


def test_a_form_says_what_to_change_in_its_field(live: Live) -> None:
    assert live.says("chi", "/outcome", messages=0)["ok"]
    live.form("chi")
    refused = live.submits(
        "chi", outcome_title="Fine", outcome_keys="soon", outcome_deadline="2020-01-01"
    )
    assert "“soon” is no key" in refused["errors"][ids.OUTCOME_KEYS]
    assert "2020-01-01 is past" in refused["errors"][ids.OUTCOME_DEADLINE]
    live.post("view/close", user="chi", clear=True)


def test_a_mistyped_line_gets_the_nearest_form(live: Live) -> None:
    assert "/outcome done O-1" in live.reply("ben", "/outcome dnoe O-1")
    assert "/mileage team" in live.reply("ben", "/mileage taem")


def test_a_claim_asks_the_channel_and_a_colleague_verifies(live: Live) -> None:
    label, card = claimed(live, "ben", "Retire the old ledger")
    assert live.presses("chi", card, ids.VERIFY_OUTCOME)["ok"]
    privately(live, "chi", label)
    live.wait_for(lambda: ids.VERIFY_OUTCOME not in text_of(card_of(live, label)), "card stays")
    settled = card_of(live, label)
    assert settled["ts"] == card["ts"]
    assert "U0CHI" in text_of(settled)


def test_nobody_verifies_their_own(live: Live) -> None:
    label, card = claimed(live, "dee", "Shorten the nightly run")
    live.presses("dee", card, ids.VERIFY_OUTCOME)
    privately(live, "dee", f"{label} is your own")
    assert ids.VERIFY_OUTCOME in text_of(card_of(live, label))


def test_two_people_do_not_wave_each_other_through(live: Live) -> None:
    _, first = claimed(live, "eli", "Index the receipts")
    label, second = claimed(live, "fay", "Archive the receipts")
    live.presses("fay", first, ids.VERIFY_OUTCOME)
    privately(live, "fay", "Index the receipts")
    live.presses("eli", second, ids.VERIFY_OUTCOME)
    privately(live, "eli", "verified an outcome of yours today")
    assert ids.VERIFY_OUTCOME in text_of(card_of(live, label))


def test_a_second_click_on_a_card_changes_nothing(live: Live) -> None:
    label, card = claimed(live, "ben", "Drop the beta flag")
    live.presses("chi", card, ids.VERIFY_OUTCOME)
    privately(live, "chi", "Drop the beta flag")
    live.presses("dee", {**card}, ids.VERIFY_OUTCOME)
    live.wait_for(lambda: "U0CHI" in text_of(card_of(live, label)))
    assert "U0DEE" not in text_of(card_of(live, label))


def test_strangers_to_the_team_do_not_verify(live: Live) -> None:
    label, card = claimed(live, "ben", "Rename the queue")
    live.post("join", user="admin", channel="#payments")
    live.presses("admin", card, ids.VERIFY_OUTCOME)
    privately(live, "admin", "Only people of Payments verify")
    assert ids.VERIFY_OUTCOME in text_of(card_of(live, label))


def test_an_outcome_is_finished_by_its_owner_alone(live: Live) -> None:
    label = declared(live, "ben", "Guard the exports")
    assert f"You have no outcome {label}" in live.reply("chi", f"/outcome done {label} {LINK}/99")
    assert "You have no outcome O-9999" in live.reply("ben", "/outcome done O-9999")


def test_done_without_a_link_asks_for_it(live: Live) -> None:
    label = declared(live, "ben", "Trim the image")
    assert live.says("ben", f"/outcome done {label}", messages=0)["ok"]
    form = live.form("ben")
    assert form["callback_id"] == ids.DONE_FORM
    refused = live.submits("ben", done_evidence="ftp://files.example.com/x")
    assert "Give one link" in refused["errors"][ids.DONE_EVIDENCE]
    before = len(live.sees("ben"))
    assert live.submits("ben", done_evidence=f"{LINK}/7001")["ok"]
    live.sees("ben", at_least=before + 2)  # the reply to ben, and the card to all
    card_of(live, label)


def test_a_link_is_evidence_once(live: Live) -> None:
    one, two = declared(live, "ben", "First half"), declared(live, "ben", "Second half")
    live.reply("ben", f"/outcome done {one} {LINK}/8000")
    assert "already the evidence" in live.reply("ben", f"/outcome done {two} {LINK}/8000")


def test_the_list_has_a_button_that_finishes(live: Live) -> None:
    declared(live, "eli", "Count the retries")
    listed = live.says("eli", "/outcome list")["messages"][-1]
    assert "Count the retries" in text_of(listed)
    live.presses("eli", listed, ids.FINISH_OUTCOME)
    assert live.form("eli")["callback_id"] == ids.DONE_FORM
    live.post("view/close", user="eli", clear=True)


def test_a_message_becomes_an_outcome_by_its_shortcut(live: Live) -> None:
    said = live.post("message", user="ben", channel="#payments", text="We should cap retries & log")
    live.post(
        "shortcut",
        user="ben",
        callback_id="log_as_outcome",
        channel="#payments",
        ts=said["message"]["ts"],
    )
    assert "We should cap retries & log" in text_of(live.form("ben"))
    live.post("view/close", user="ben", clear=True)
