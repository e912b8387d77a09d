"""The text of `/budget`, one row a case."""

from contextlib import suppress
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.intents.budget_lines import WrongLine
from bot.intents.budgets import (
    ApproveRequest,
    BudgetHelp,
    BudgetIntent,
    DeclineRequest,
    GrantBudget,
    MoveBudget,
    OpenBudgetSetup,
    OpenRequestForm,
    RequestBudget,
    SetAllowance,
    ShowBudget,
    ShowTeamBudgets,
    Undo,
    VoidGrant,
    WhatIf,
    parse_budget,
)
from bot.intents.words import NotUnderstood
from policies.amounts import Amount, BudgetUnit
from policies.budget_requests import RequestDraft
from policies.outcomes import MAX_REASON

THURSDAY = datetime(2026, 11, 12, 10, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
FRIDAY = date(2026, 11, 13)
ANA = "<@U0ANA|ana>"


def read(text: str) -> BudgetIntent:
    return parse_budget(text, THURSDAY, BERLIN)


def tokens(count: int) -> Amount:
    return Amount(count, BudgetUnit.TOKENS)


def dollars(count: int) -> Amount:
    return Amount(count * 10**9, BudgetUnit.USD)


TEN_M, FIFTEEN_M = tokens(10_000_000), tokens(15_000_000)
FULL = RequestDraft(FIFTEEN_M, FRIDAY, 12, "load test")

LINES: list[tuple[str, str, BudgetIntent]] = [
    ("nothing shows one's own", "", ShowBudget()),
    ("blanks show one's own", " \n ", ShowBudget()),
    ("help in any case", "HELP", BudgetHelp()),
    ("team", "team", ShowTeamBudgets()),
    ("undo", "undo", Undo()),
    ("setup", "setup", OpenBudgetSetup()),
    ("a bare request opens the form", "request", OpenRequestForm()),
    ("a request", "request 15M until Fri for O-12 because load test", RequestBudget(FULL)),
    ("because of", "request 15M until Fri for O-12 because of load test", RequestBudget(FULL)),
    ("because…", "request 15M until Fri for O-12 because… load test", RequestBudget(FULL)),
    ("without because", "request 15M until Fri for O-12 load test", RequestBudget(FULL)),
    ("in another order", "request for O-12 15M until Fri because load test", RequestBudget(FULL)),
    ("the amount alone", "request 15M", RequestBudget(RequestDraft(FIFTEEN_M))),
    ("a blank in the amount", "request 15 M", RequestBudget(RequestDraft(FIFTEEN_M))),
    ("the unit in words", "request 15M tokens", RequestBudget(RequestDraft(FIFTEEN_M))),
    ("dollars", "request $50", RequestBudget(RequestDraft(dollars(50)))),
    ("dollars in words", "request 50 dollars", RequestBudget(RequestDraft(dollars(50)))),
    (
        "a day of two words",
        "request 15M until 1 Dec because load test",
        RequestBudget(RequestDraft(FIFTEEN_M, date(2026, 12, 1), None, "load test")),
    ),
    (
        "today is not past",
        "request 15M until today",
        RequestBudget(RequestDraft(FIFTEEN_M, THURSDAY.date())),
    ),
    (
        "for that is no outcome belongs to the reason",
        "request 15M for the load test",
        RequestBudget(RequestDraft(FIFTEEN_M, reason="for the load test")),
    ),
    (
        "for in the reason is the reason's own",
        "request 15M because 3M for O-9 until Mon went wrong",
        RequestBudget(RequestDraft(FIFTEEN_M, reason="3M for O-9 until Mon went wrong")),
    ),
    (
        "a mention in a reason is a name, and a broadcast plain text",
        f"request 15M because {ANA} asked in <!channel> &amp; <#C1|ops>",
        RequestBudget(RequestDraft(FIFTEEN_M, reason="@ana asked in @channel & #ops")),
    ),
    (
        "emoji and right-to-left text in a reason",
        "request 15M because 👩\u200d💻 בדיקת עומס",
        RequestBudget(RequestDraft(FIFTEEN_M, reason="👩\u200d💻 בדיקת עומס")),
    ),
    (
        "a reason that just fits",
        f"request 15M because {'x' * MAX_REASON}",
        RequestBudget(RequestDraft(FIFTEEN_M, reason="x" * MAX_REASON)),
    ),
    ("a NUL", "request\0 15M", RequestBudget(RequestDraft(FIFTEEN_M))),
    (
        "a grant",
        f"grant {ANA} 10M until Fri for O-12",
        GrantBudget("U0ANA", RequestDraft(TEN_M, FRIDAY, 12)),
    ),
    (
        "a grant with a reason",
        f"grant {ANA} 10M because the demo is on Friday",
        GrantBudget("U0ANA", RequestDraft(TEN_M, reason="the demo is on Friday")),
    ),
    ("the person last", f"grant 10M {ANA}", GrantBudget("U0ANA", RequestDraft(TEN_M))),
    ("a mention without its name", "grant <@U0ANA> 10M", GrantBudget("U0ANA", RequestDraft(TEN_M))),
    (
        "a name of two words",
        "grant <@U0ANA|Ana Tester> 10M",
        GrantBudget("U0ANA", RequestDraft(TEN_M)),
    ),
    (
        "somebody else in the reason",
        f"grant {ANA} 10M because <@U0BEN|ben> is away",
        GrantBudget("U0ANA", RequestDraft(TEN_M, reason="@ben is away")),
    ),
    ("an allowance", f"set {ANA} 60M", SetAllowance("U0ANA", tokens(60_000_000))),
    ("a move", "move 2M from O-12 to O-15", MoveBudget(tokens(2_000_000), 12, 15)),
    ("to what is free", "move 2M from O-12 to free", MoveBudget(tokens(2_000_000), 12, None)),
    ("free is left out", "move 2M from O-12", MoveBudget(tokens(2_000_000), 12, None)),
    ("from what is free", "move 2M to O-15", MoveBudget(tokens(2_000_000), None, 15)),
    ("from free by name", "move 2M from free to o15", MoveBudget(tokens(2_000_000), None, 15)),
    ("a void", "void G-7 because it was a mistake", VoidGrant(7, "it was a mistake")),
    ("a void without because", "void g7 a mistake", VoidGrant(7, "a mistake")),
    ("an approval", "approve R-3", ApproveRequest(3)),
    ("a refusal", "decline r3 because no room is left", DeclineRequest(3, "no room is left")),
    ("what-if", "what-if -20%", WhatIf(-20)),
    ("what if, as two words", "what if -10%", WhatIf(-10)),
    ("whatif with a minus sign", "whatif \N{MINUS SIGN}20%", WhatIf(-20)),
    ("without the sign of percent", "what-if -20", WhatIf(-20)),
]


@pytest.mark.parametrize(("sentence", "text", "intent"), LINES, ids=[row[0] for row in LINES])
def test_a_line_becomes_its_intent(sentence: str, text: str, intent: BudgetIntent) -> None:
    assert read(text) == intent


WRONG: list[tuple[str, str, tuple[str, ...]]] = [
    (
        "everything at once",
        f"grant {ANA} ten until yesterday for O-999",
        ("“yesterday” is past", "“ten” is not an amount"),
    ),
    (
        "nothing at all",
        "grant",
        ("Say who: type @", "Say how much"),
    ),
    ("a name that is no mention", "grant @ana 10M", ("“@ana” is no mention. Type @",)),
    ("a name without an @", "grant ana 10M", ("“ana” is no mention",)),
    ("a whole channel", "grant <!channel> 10M", ("“@channel” is no mention",)),
    ("a group", "grant <!subteam^S1|@pay> 10M", ("“@@pay” is no mention",)),
    ("two people", f"grant {ANA} <@U0BEN|ben> 10M", ("Name one person",)),
    ("no amount", f"grant {ANA} until Fri", ("Say how much",)),
    ("two amounts", f"grant {ANA} 10M 20M", ("10M and 20M are two amounts",)),
    ("less than nothing", f"grant {ANA} -10M", ("“-10M” is less than nothing",)),
    ("nothing as an amount", f"grant {ANA} 0", ("more than nothing",)),
    ("beyond sense", f"grant {ANA} 99999999T", ("more than any budget",)),
    ("beyond any number", f"grant {ANA} {'9' * 4000}M", ("is not an amount",)),
    ("another currency", f"grant {ANA} 50€", ("in tokens or US dollars",)),
    ("another currency in words", f"grant {ANA} 50 euros", ("in tokens or US dollars",)),
    ("an Arabic digit", f"grant {ANA} ٣M", ("is not an amount",)),
    ("a day that is past", f"grant {ANA} 10M until 2026-01-01", ("2026-01-01 is past",)),
    ("a day that never was", f"grant {ANA} 10M until 31 Feb", ("“31 Feb” is not a deadline",)),
    ("a day in the far future", f"grant {ANA} 10M until 2031-01-01", ("more than a year ahead",)),
    ("a mistyped day", f"grant {ANA} 10M until firday", ("Did you mean “friday”",)),
    ("no day", f"grant {ANA} 10M until", ("“until” needs a day",)),
    ("two days", f"grant {ANA} 10M until Fri until Mon", ("“until” stands there twice",)),
    ("a mistyped until", f"grant {ANA} 10M untl Fri", ("“untl”: did you mean “until”",)),
    ("a ticket for an outcome", f"grant {ANA} 10M for PAY-1", ("“PAY-1” is not the id",)),
    ("a bare number for an outcome", f"grant {ANA} 10M for 12", ("“12” is not the id",)),
    ("an id too long", f"grant {ANA} 10M for O-9999999999", ("“O-9999999999” is not the id",)),
    ("words before because", f"grant {ANA} 10M now because so", ("“now” was not understood",)),
    ("a reason too long", f"grant {ANA} 10M because {'x' * 3000}", ("3,000 characters; 500 fit",)),
    ("set with more", f"set {ANA} 60M until Fri", ("“until Fri” was not understood",)),
    ("set with a reason", f"set {ANA} 60M because so", ("“because so” was not understood",)),
    ("move from nowhere to nowhere", "move 2M", ("come from where it goes to",)),
    ("move to itself", "move 2M from O-1 to O-1", ("come from where it goes to",)),
    ("move to a ticket", "move 2M from PAY-1 to", ("“PAY-1” is not the id", "“to” needs")),
    ("void without a reason", "void G-7", ("Say why",)),
    ("void of an outcome", "void O-7 because so", ("“O-7” is not the id of a grant",)),
    ("void of nothing", "void", ("“” is not the id of a grant", "Say why")),
    ("approve with more", "approve R-3 now", ("“now” was not understood",)),
    ("approve of a grant", "approve G-3", ("“G-3” is not the id of a request",)),
    ("decline without a reason", "decline R-3", ("Say why",)),
    ("what-if without a sign", "what-if 20%", ("Write it with its sign",)),
    ("what-if of nothing", "what-if", ("Say by how much",)),
    ("what-if without change", "what-if -0%", ("no change to try",)),
    ("what-if in fine steps", "what-if -21%", ("steps of 10%",)),
    ("what-if of more", "what-if +10%", ("steps of 10%",)),
    ("what-if beyond sense", "what-if +99999%", ("no change to try",)),
    ("what-if below nothing", "what-if -120%", ("no change to try",)),
    ("a mistyped verb", f"garnt {ANA} 10M", ("Did you mean “grant”",)),
    ("an unknown verb", "<!here>", ("“@here” is nothing /budget knows",)),
    ("team with more", "team Payments", ("“team” takes nothing after it",)),
]


@pytest.mark.parametrize(("sentence", "text", "problems"), WRONG, ids=[row[0] for row in WRONG])
def test_a_wrong_line_names_each_thing_that_is_wrong_and_nothing_else(
    sentence: str, text: str, problems: tuple[str, ...]
) -> None:
    with pytest.raises(NotUnderstood) as refused:
        read(text)
    said = (refused.value.problem, *refused.value.more)
    assert len(said) == len(problems), said
    for sentence_said, expected in zip(said, problems, strict=True):
        assert expected in sentence_said
        assert len(sentence_said) <= 160
    assert refused.value.nearest.startswith("/budget ")


def test_a_wrong_line_keeps_what_could_be_read_for_whoever_knows_more() -> None:
    with pytest.raises(WrongLine) as refused:
        read(f"grant {ANA} 10M until yesterday for O-999")
    wrong = refused.value
    assert (wrong.user_ids, wrong.amounts, wrong.outcome_ids) == (("U0ANA",), (TEN_M,), (999,))


def test_the_nearest_form_of_a_mistyped_verb_repeats_what_was_typed() -> None:
    with pytest.raises(NotUnderstood) as refused:
        read(f"garnt {ANA} 10M")
    assert refused.value.nearest == "/budget grant @ana 10M"


PIECES = st.sampled_from(
    [
        *("grant", "request", "set", "move", "void", "what-if", "until", "for", "from", "to"),
        *("because", "because…", "free", "10M", "$50", "-5", "M", "Fri", "31 Feb", "O-12", "G-7"),
        *(ANA, "@ana", "<!channel>", "<", ">", "|", "&amp;", "%", "٣", "2026-12-01", "+99w", "€"),
    ]
)


@given(st.text() | st.lists(PIECES).map(" ".join))
def test_any_text_is_an_intent_or_a_refusal(text: str) -> None:
    for now in (THURSDAY, datetime(2028, 2, 29, tzinfo=UTC)):
        with suppress(NotUnderstood):
            intent = parse_budget(text, now, BERLIN)
            if isinstance(intent, RequestBudget | GrantBudget):
                assert intent.draft.amount.value > 0
                assert len(intent.draft.reason) <= MAX_REASON
                assert "<!" not in intent.draft.reason
