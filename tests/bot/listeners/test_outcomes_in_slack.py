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


def cards_of(live: Live, label: str) -> list[Json]:
    """The cards about an outcome in the channel, oldest first."""
    seen = live.sees("fay")
    about = re.compile(rf"{label}\b")
    return [one for one in seen if not one["is_ephemeral"] and about.search(text_of(one))]


def card_of(live: Live, label: str) -> Json:
    """The verification card in the channel, once it is posted."""
    live.wait_for(lambda: bool(cards_of(live, label)), f"no card for {label}")
    return cards_of(live, label)[0]


def reviewing(live: Live, user: str, card: Json) -> Json:
    """The form that a card's button opens for somebody."""
    assert live.presses(user, card, ids.REVIEW_OUTCOME)["ok"]
    form = live.form(user)
    assert form["callback_id"] == ids.REVIEW_FORM
    return form


def verified(live: Live, user: str, card: Json, **fields: object) -> None:
    """Somebody looks at a card's claim and verifies it."""
    reviewing(live, user, card)
    submitted = live.submits(user, review_verdict="verify", **fields)
    assert submitted["ok"], submitted


def direct(live: Live, user: str) -> list[Json]:
    """What the bot wrote to somebody directly."""
    person = f"U0{user.upper()}"
    channels = live.http.get("/sandbox/workspace").json()["channels"]
    mine = [one["id"] for one in channels if one["is_im"] and person in one["members"]]
    return [message for channel in mine for message in live.sees(user, channel)]


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
    assert len(re.findall(r"\*O-\d+\* Sent twice", listed)) == 1, listed
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
    verified(
        live, "chi", card, review_minutes="12", review_impact="3.5", review_impact_unit="HOURS"
    )
    told = text_of(privately(live, "chi", f"You verified {label}"))
    assert "12 minutes" in told
    assert "3.5 hours saved a week" in told
    live.wait_for(lambda: ids.REVIEW_OUTCOME not in text_of(card_of(live, label)), "card stays")
    settled = card_of(live, label)
    assert settled["ts"] == card["ts"]
    assert "U0CHI" in text_of(settled)


def test_a_claim_is_sent_back_with_a_reason_and_claimed_again(live: Live) -> None:
    label, card = claimed(live, "dee", "Warm the cache")
    reviewing(live, "eli", card)
    assert (
        "Say what is missing"
        in live.submits("eli", review_verdict="reject")["errors"][ids.REVIEW_REASON]
    )
    sent = live.submits("eli", review_verdict="reject", review_reason="The link shows a draft")
    assert sent["ok"], sent
    live.wait_for(lambda: "shows a draft" in text_of(card_of(live, label)), "card stays")
    assert ids.REVIEW_OUTCOME not in text_of(card_of(live, label))
    live.wait_for(lambda: any("shows a draft" in text_of(one) for one in direct(live, "dee")))
    live.reply("dee", f"/outcome done {label} {LINK}/again-{label}")
    live.wait_for(lambda: ids.REVIEW_OUTCOME in text_of(cards_of(live, label)[-1]), "no new card")
    assert len(cards_of(live, label)) == 2


def test_a_form_that_stayed_open_judges_no_later_claim(live: Live) -> None:
    label, card = claimed(live, "ben", "Split the invoice job")
    reviewing(live, "chi", card)
    reviewing(live, "eli", card)
    assert live.submits("eli", review_verdict="reject", review_reason="No numbers")["ok"]
    live.wait_for(lambda: "No numbers" in text_of(card_of(live, label)), "card stays")
    live.reply("ben", f"/outcome done {label} {LINK}/again-{label}")
    assert live.submits("chi", review_verdict="verify")["ok"]
    privately(live, "chi", f"{label} has changed since you opened its review")


def test_an_outcome_is_dropped_and_taken_back_by_its_owner_or_a_lead(live: Live) -> None:
    kept, card = claimed(live, "ben", "Cap the retries")
    verified(live, "eli", card)
    privately(live, "eli", f"You verified {kept}")
    assert "Only its owner or a lead" in live.reply("chi", f"/outcome revert {kept} because no")
    assert "reverted it: it broke" in live.reply("ana", f"/outcome revert {kept} because it broke")
    live.wait_for(lambda: "it broke" in text_of(card_of(live, kept)), "card stays")
    live.wait_for(lambda: any("it broke" in text_of(one) for one in direct(live, "ben")))
    given_up = declared(live, "ben", "Try the beta queue")
    reply = live.reply("ben", f"/outcome drop {given_up} because nobody needs it")
    assert "dropped it: nobody needs it" in reply
    assert f"{given_up} is dropped" in live.reply("ben", f"/outcome drop {given_up} because again")


def test_the_story_is_told_to_the_team_and_nobody_else(live: Live) -> None:
    label = declared(live, "ben", "Rewrite the parser")
    assert "M to L" in live.reply("ben", f"/outcome size {label} L")
    assert "Only its owner" in live.reply("chi", f"/outcome size {label} S")
    story = live.reply("chi", f"/outcome show {label}")
    assert "declared it" in story
    assert "changed its size: M to L" in story
    live.post("join", user="new", channel="#payments")
    assert f"There is no outcome {label} in a team" in live.reply("new", f"/outcome show {label}")
    part = declared(live, "ben", "Half of the parser")
    assert f"merged into {label}" in live.reply("ben", f"/outcome merge {part} into {label}")
    assert part in live.reply("chi", f"/outcome show {label}")


def test_guests_are_told_that_mileage_is_not_for_them(live: Live) -> None:
    label, card = claimed(live, "ben", "Hide the drafts")
    for line in ("show", "drop", "revert", "size", "merge"):
        assert "guests cannot use it" in live.reply("guest", f"/outcome {line} {label} x")
    live.presses("guest", card, ids.REVIEW_OUTCOME)
    assert ids.REVIEW_OUTCOME in text_of(card_of(live, label))


def test_nobody_verifies_their_own(live: Live) -> None:
    label, card = claimed(live, "dee", "Shorten the nightly run")
    live.presses("dee", card, ids.REVIEW_OUTCOME)
    privately(live, "dee", f"{label} is your own")
    assert ids.REVIEW_OUTCOME in text_of(card_of(live, label))


def test_two_people_do_not_wave_each_other_through(live: Live) -> None:
    _, first = claimed(live, "eli", "Index the receipts")
    label, second = claimed(live, "fay", "Archive the receipts")
    verified(live, "fay", first)
    privately(live, "fay", "Index the receipts")
    verified(live, "eli", second)
    privately(live, "eli", "verified an outcome of yours today")
    assert ids.REVIEW_OUTCOME in text_of(card_of(live, label))


def test_a_second_click_on_a_card_changes_nothing(live: Live) -> None:
    label, card = claimed(live, "ben", "Drop the beta flag")
    reviewing(live, "dee", card)
    verified(live, "chi", card)
    privately(live, "chi", "Drop the beta flag")
    assert live.submits("dee", review_verdict="verify")["ok"]
    privately(live, "dee", f"{label} is verified and cannot become verified")
    live.wait_for(lambda: "U0CHI" in text_of(card_of(live, label)))
    assert "U0DEE" not in text_of(card_of(live, label))


def test_strangers_to_the_team_do_not_verify(live: Live) -> None:
    label, card = claimed(live, "ben", "Rename the queue")
    live.post("join", user="admin", channel="#payments")
    live.presses("admin", card, ids.REVIEW_OUTCOME)
    privately(live, "admin", "Only people of Payments verify")
    assert ids.REVIEW_OUTCOME in text_of(card_of(live, label))


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
    form = text_of(live.form("ben"))
    assert "We should cap retries & log" in form
    link = f"/archives/C0PAY/p{said['message']['ts'].replace('.', '')}"
    assert link in form
    assert live.submits("ben")["ok"]
    label = re.search(r"O-\d+", text_of(privately(live, "ben", "cap retries")))
    assert label
    assert link in live.reply("chi", f"/outcome show {label[0]}")
    assert live.says("ben", f"/outcome done {label[0]}", messages=0)["ok"]
    assert link in text_of(live.form("ben"))
    live.post("view/close", user="ben", clear=True)


def test_a_message_whose_link_nobody_gives_becomes_an_outcome_all_the_same(live: Live) -> None:
    said = live.post("message", user="ben", channel="#payments", text="Retire the fax")
    live.breaks("chat.getPermalink", "timeout", seconds=5)
    live.post(
        "shortcut",
        user="ben",
        callback_id="log_as_outcome",
        channel="#payments",
        ts=said["message"]["ts"],
    )
    form = text_of(live.form("ben"))
    assert "Retire the fax" in form
    assert "/archives/" not in form
    live.post("view/close", user="ben", clear=True)
