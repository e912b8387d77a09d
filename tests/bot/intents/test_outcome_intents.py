"""The text of `/outcome`, one row a case."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.outcome_verbs import Assess, Drop, Merge, Revert, SetKeys, ShowOutcome
from bot.intents.outcomes import (
    Declare,
    Done,
    ListMine,
    OpenDoneForm,
    OpenForm,
    OutcomeHelp,
    OutcomeIntent,
    parse_outcome,
)
from bot.intents.words import NotUnderstood
from policies.amounts import parse_amount
from policies.outcomes import Complexity, KeyKind, OutcomeDraft, OutcomeKey, OutcomeSize

THURSDAY = datetime(2026, 11, 12, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = date(2026, 11, 13)
TICKET = OutcomeKey(KeyKind.TICKET, "PAY-123")
LINK = "https://github.com/acme/app/pull/481"
PULL = OutcomeKey(KeyKind.PULL_REQUEST, LINK)


def read(text: str) -> OutcomeIntent:
    return parse_outcome(text, THURSDAY, BERLIN)


VERBS = [
    ("nothing opens the form", "", OpenForm()),
    ("blanks open the form", "   ", OpenForm()),
    ("list", "list", ListMine()),
    ("help in any case", "HELP", OutcomeHelp()),
    ("done with id and link", f"done O-12 {LINK}", Done(12, LINK)),
    ("done with a link as Slack wraps it", f"done o12 <{LINK}|acme/app#481>", Done(12, LINK)),
    ("done with a bare number", f"DONE 12 {LINK}", Done(12, LINK)),
    ("done without a link asks for it", "done O-12", OpenDoneForm(12)),
    ("done alone shows what could be done", "done", ListMine()),
    ("show", "show O-12", ShowOutcome(12)),
    ("show with a bare number", "show 12", ShowOutcome(12)),
    ("drop with its reason", "drop O-12 because nobody needs it", Drop(12, "nobody needs it")),
    ("a reason without because", "DROP o-12 nobody needs it", Drop(12, "nobody needs it")),
    ("a reason after a dash", "drop O-12 – nobody needs it", Drop(12, "nobody needs it")),
    ("a mention in a reason", "drop O-12: <@U1|ana> did it", Drop(12, "@ana did it")),
    ("revert", "revert O-12 because it broke", Revert(12, "it broke")),
    ("a size", "size O-12 large", Assess(12, OutcomeSize.L)),
    ("a complexity", "complexity O-12 Hard", Assess(12, Complexity.HARD)),
    ("keys", f"keys O-12 PAY-123, {LINK}", SetKeys(12, (TICKET, PULL))),
    ("no keys", "keys O-12 None", SetKeys(12, ())),
    ("merge", "merge O-15 into O-12", Merge(15, 12)),
    ("merge in short", "merge O-15 12", Merge(15, 12)),
    (
        "an ampersand in a link is the link's own",
        "done O-1 <https://x.test/?a=1&amp;b=2>",
        Done(1, "https://x.test/?a=1&b=2"),
    ),
]


@pytest.mark.parametrize(("sentence", "text", "intent"), VERBS, ids=[row[0] for row in VERBS])
def test_a_verb_becomes_its_intent(sentence: str, text: str, intent: OutcomeIntent) -> None:
    assert read(text) == intent


TITLES = [
    ("a bare title", "Cut checkout p95", OutcomeDraft("Cut checkout p95")),
    ("a title in quotes", '"Cut checkout p95"', OutcomeDraft("Cut checkout p95")),
    (
        "curly quotes",
        "“Cut checkout p95” by Fri",
        OutcomeDraft("Cut checkout p95", deadline=FRIDAY),
    ),
    ("German quotes", "„Kasse schneller“ by Fri", OutcomeDraft("Kasse schneller", deadline=FRIDAY)),
    ("single quotes with an apostrophe in them", "'Don't crash'", OutcomeDraft("Don't crash")),
    ("a quote that is never closed", '"Cut p95 by Fri', OutcomeDraft("Cut p95", deadline=FRIDAY)),
    ("a deadline", "Cut p95 by Fri", OutcomeDraft("Cut p95", deadline=FRIDAY)),
    (
        "a deadline of two words",
        "Cut p95 by 1 Dec",
        OutcomeDraft("Cut p95", deadline=date(2026, 12, 1)),
    ),
    (
        "a deadline from now",
        "Cut p95 by +3d",
        OutcomeDraft("Cut p95", deadline=date(2026, 11, 15)),
    ),
    ("by with no deadline stays", "Cut latency by 30%", OutcomeDraft("Cut latency by 30%")),
    ("by in the middle stays", "Sort by date in search", OutcomeDraft("Sort by date in search")),
    (
        "only the last by is the deadline",
        "Cut latency by 30% by Fri",
        OutcomeDraft("Cut latency by 30%", deadline=FRIDAY),
    ),
    (
        "by inside quotes stays",
        '"Ship by Friday" by Fri',
        OutcomeDraft("Ship by Friday", deadline=FRIDAY),
    ),
    ("a size", "Cut p95 size l", OutcomeDraft("Cut p95", size=OutcomeSize.L)),
    ("a size in words", "Cut p95 size small", OutcomeDraft("Cut p95", size=OutcomeSize.S)),
    ("size as a word of the title", "Cut bundle size now", OutcomeDraft("Cut bundle size now")),
    ("keys", f"Cut p95 PAY-123 <{LINK}>", OutcomeDraft("Cut p95", keys=(TICKET, PULL))),
    (
        "a key given twice counts once",
        "Cut p95 PAY-123 PAY-123",
        OutcomeDraft("Cut p95", keys=(TICKET,)),
    ),
    (
        "options in any order",
        "Cut p95 size S PAY-123 by Fri branch:fast",
        OutcomeDraft(
            "Cut p95",
            size=OutcomeSize.S,
            deadline=FRIDAY,
            keys=(TICKET, OutcomeKey(KeyKind.BRANCH, "fast")),
        ),
    ),
    ("entities are what was typed", "Make a &lt; b &amp; c", OutcomeDraft("Make a < b & c")),
    ("a mention is its name", "Help <@U1|ana> in <#C1|ops>", OutcomeDraft("Help @ana in #ops")),
    ("a broadcast is plain text", "Ping <!channel> less", OutcomeDraft("Ping @channel less")),
    ("a verb inside a title", "list all endpoints", OutcomeDraft("list all endpoints")),
    ("drop as a word", "Drop the beta flag", OutcomeDraft("Drop the beta flag")),
    ("drop before a number", "Drop 12 servers", OutcomeDraft("Drop 12 servers")),
    ("a model's name", "Drop o3 from the router", OutcomeDraft("Drop o3 from the router")),
    ("show before a ticket", "Show PAY-9 totals", OutcomeDraft("Show PAY-9 totals")),
    ("merge as a word", "Merge 3 repos into one", OutcomeDraft("Merge 3 repos into one")),
    ("size as a word", "size the queue right", OutcomeDraft("size the queue right")),
    ("a word near a verb", "Shows 12 results", OutcomeDraft("Shows 12 results")),
    ("a verb and an id in quotes", '"Drop O-12 because"', OutcomeDraft("Drop O-12 because")),
    ("an amount that belongs to the title", "Cut spend to 40M", OutcomeDraft("Cut spend to 40M")),
    (
        "an amount of the title before an option",
        "Cut spend to 40M by Fri",
        OutcomeDraft("Cut spend to 40M", deadline=FRIDAY),
    ),
]


@pytest.mark.parametrize(("sentence", "text", "draft"), TITLES, ids=[row[0] for row in TITLES])
def test_any_other_line_declares(sentence: str, text: str, draft: OutcomeDraft) -> None:
    assert read(text) == Declare(draft)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ('"Cut p95 to 300 ms" by Fri 40M', "40M"),
        ('"Cut p95 to 300 ms" 40M by Fri', "40M"),
        ('"Cut p95 to 300 ms" by Fri $50', "$50"),
        ("Cut p95 to 300 ms by Fri 1.5b", "1.5B"),
    ],
)
def test_an_amount_beside_an_option_is_the_budget(text: str, amount: str) -> None:
    draft = OutcomeDraft("Cut p95 to 300 ms", deadline=FRIDAY)
    assert read(text) == Declare(draft, parse_amount(amount))


REFUSALS = [
    ("a mistyped verb with its id", "dnoe O-1", "Did you mean “done”?", "/outcome done O-1"),
    (
        "a mistyped verb with id and link",
        f"doen O-1 {LINK}",
        "Did you mean “done”?",
        f"/outcome done O-1 {LINK}",
    ),
    ("a mistyped drop", "dorp O-1 because x", "Did you mean “drop”?", "/outcome drop O-1 because"),
    ("a mistyped merge", "mrege O-1 into O-2", "Did you mean “merge”?", "/outcome merge O-1 into"),
    ("a mistyped show", "shwo 12", "Did you mean “show”?", "/outcome show 12"),
    ("show alone", "show", "Say which outcome to show", "/outcome show O-12"),
    ("drop without a reason", "drop O-3", "Say why", "/outcome drop O-3 because"),
    ("because nothing", "revert O-3 because …", "Say why", "/outcome revert O-3 because"),
    ("a reason too long", f"drop O-3 {'x' * 501}", "501 characters", "/outcome drop O-3 because"),
    ("no size after the id", "size O-3", "Nothing is not a size", "/outcome size O-3 L"),
    ("a wrong size after the id", "size O-3 XL", "“XL” is not a size", "/outcome size O-3 L"),
    ("a wrong complexity", "complexity O-3 epic", "“epic” is not", "/outcome complexity O-3 hard"),
    ("a merge into nothing", "merge O-3", "becomes a part of", "/outcome merge O-3 into O-12"),
    ("a merge into words", "merge O-3 into that", "becomes a part", "/outcome merge O-3 into O-12"),
    ("words after show", "show O-3 please", "“please” after the id", "/outcome show O-3"),
    ("a mistyped list", "lsit", "Did you mean “list”", "/outcome list"),
    ("an id that is none", f"done X-1 {LINK}", "“X-1” is not the id", "/outcome done O-12"),
    (
        "a link that is none",
        "done O-12 soon",
        "“soon” is not a link",
        "/outcome done O-12 https://",
    ),
    ("two links", f"done O-12 {LINK} {LINK}", "is not a link", "/outcome done O-12 https://"),
    ("a size that is none", "Cut p95 size XL", "“XL” is not a size", "/outcome Cut p95 size L"),
    (
        "a day that is past",
        "Cut p95 by 2026-01-01",
        "2026-01-01 is past",
        "/outcome Cut p95 by Fri",
    ),
    ("no day at all", "Cut p95 by 2026-13-45", "not a deadline", "/outcome Cut p95 by Fri"),
    ("a mistyped day", "Cut p95 by firday", "not a deadline", "/outcome Cut p95 by friday"),
    ("words after quotes", '"Cut p95" please', "“please” after the title", '/outcome "Title"'),
    ("no title", "by Fri", "has no title", '/outcome "Cut'),
    ("no budget at all", '"Cut p95" by Fri 0', "more than nothing", '/outcome "Title"'),
    ("a negative budget", '"Cut p95" by Fri -5M', "“-5M” is not an amount", '/outcome "Title"'),
    ("a budget beyond sense", '"Cut p95" 99999T', "more than any budget", '/outcome "Title"'),
    ("another currency", "Cut p95 by Fri 50€", "“50€” is not an amount", '/outcome "Title"'),
    ("a key alone", "PAY-123", "has no title", '/outcome "Cut'),
    ("empty quotes", '""', "has no title", '/outcome "Cut'),
    ("a title too long", "x" * 201, "has 201 characters", '/outcome "Cut'),
]


@pytest.mark.parametrize(
    ("sentence", "text", "problem", "nearest"), REFUSALS, ids=[row[0] for row in REFUSALS]
)
def test_what_is_not_understood_names_the_nearest_form(
    sentence: str, text: str, problem: str, nearest: str
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read(text)
    assert problem in refused.value.problem
    assert refused.value.nearest.startswith(nearest)


PIECES = st.sampled_from(
    [
        "by",
        "size",
        "done",
        "list",
        "drop",
        "merge",
        "size",
        "because",
        "into",
        "29",
        "feb",
        "Fri",
        "40M",
        "+99w",
        "PAY-1",
        "#4",
        "O-12",
        '"',
        "“",
        "”",
        "'",
        "<",
        ">",
        "<@U1>",
        "&amp;",
        "%d",
        "2026-12-01",
        "٣",
    ]
)


@pytest.mark.parametrize(
    ("sentence", "text", "intent"),
    [
        ("a NUL in a title", "Cut\0 p95", Declare(OutcomeDraft("Cut p95"))),
        ("a lone surrogate", "Cut p95\ud83d", Declare(OutcomeDraft("Cut p95"))),
        ("a line break", "Cut\np95", Declare(OutcomeDraft("Cut p95"))),
        ("an escape sequence", "Cut \x1b[31mp95", Declare(OutcomeDraft("Cut [31mp95"))),
        (
            "a NUL in a key",
            "Cut p95 branch:a\0b",
            Declare(OutcomeDraft("Cut p95", keys=(OutcomeKey(KeyKind.BRANCH, "ab"),))),
        ),
        ("a NUL in a link", f"done O-12 <{LINK}\0|x>", Done(12, LINK)),
        ("a NUL in a verb", "li\0st", ListMine()),
        ("a joined emoji stays whole", "Ship 👩\u200d💻", Declare(OutcomeDraft("Ship 👩\u200d💻"))),
    ],
)
def test_what_no_database_takes_is_left_out(
    sentence: str, text: str, intent: OutcomeIntent
) -> None:
    assert read(text) == intent


@given(st.text() | st.lists(PIECES).map(" ".join))
def test_any_text_is_an_intent_or_a_refusal(text: str) -> None:
    for now in (THURSDAY, datetime(2028, 3, 1, tzinfo=UTC)):
        with suppress(NotUnderstood):
            intent = parse_outcome(text, now, BERLIN)
            assert not isinstance(intent, Declare) or 0 < len(intent.draft.title) <= 200
