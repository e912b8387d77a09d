from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages import wording
from messages.against import against
from messages.escape import clip, graphemes, link, mention, mrkdwn, plain, tidy
from messages.pages.people import Me
from policies.amounts import parse_amount
from policies.people import Person, SlackIdentity
from tests.messages.examples import WEEK, personal_week

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (0, "0"),
        (1, "1"),
        (999, "999"),
        (1_000, "1k"),
        (812_400, "812k"),
        (999_499, "999k"),
        (999_600, "1M"),
        (40_000_000, "40M"),
        (1_234_000_000, "1.23B"),
        (60_200_000_000_000, "60.2T"),
    ],
)
def test_tokens_are_said_in_three_digits_and_a_unit(tokens: int, said: str) -> None:
    assert wording.amount(tokens) == said


@pytest.mark.parametrize(
    ("money", "said"),
    [
        ("0", "$0"),
        ("0.004", "$0.004"),
        ("0.00423", "$0.0042"),
        ("0.01", "$0.01"),
        ("12.3", "$12.30"),
        ("999.99", "$999.99"),
        ("1234.5", "$1,234"),
    ],
)
def test_money_shows_cents_only_where_they_matter(money: str, said: str) -> None:
    assert wording.usd(Decimal(money)) == said


@pytest.mark.parametrize(
    ("typed", "said"),
    [("40M", "40M tokens"), ("1", "1 token"), ("$50", "$50.00"), ("$0.004", "$0.004")],
)
def test_an_amount_of_a_budget_is_said_with_its_unit(typed: str, said: str) -> None:
    assert wording.budget(parse_amount(typed)) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "0"),
        ("0.0201", "0.020"),
        ("0.9", "0.9"),
        ("1.14", "1.1"),
        ("12.3", "12"),
        ("1240", "1,240"),
    ],
)
def test_ratios_have_two_digits(value: str, said: str) -> None:
    assert wording.ratio(Decimal(value)) == said


@pytest.mark.parametrize(
    ("share", "said"),
    [(0, "0%"), (0.001, "under 1%"), (0.873, "87%"), (0.999, "over 99%"), (1, "100%")],
)
def test_a_share_is_never_rounded_to_nothing_or_all(share: float, said: str) -> None:
    assert wording.percent(share) == said


@pytest.mark.parametrize(
    ("now", "before", "said"),
    [
        (112, 100, "up 12%"),
        (92, 100, "down 8%"),
        (104, 100, "about level"),
        (0, 0, "about level"),
        (3, 0, "up from none"),
        (0, 3, "down 100%"),
    ],
)
def test_a_change_is_said_in_words(now: int, before: int, said: str) -> None:
    assert wording.change(Decimal(now), Decimal(before)) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "Mon 23 Nov, today"),
        (1, "Tue 24 Nov, tomorrow"),
        (4, "Fri 27 Nov, in 4 days"),
        (-1, "Sun 22 Nov, 1 day late"),
        (-3, "Fri 20 Nov, 3 days late"),
        (60, "Fri 22 Jan 2027, in 60 days"),
    ],
)
def test_a_deadline_says_how_far_it_is(days: int, said: str) -> None:
    today = date(2026, 11, 23)
    assert wording.deadline(date.fromordinal(today.toordinal() + days), today) == said


def test_a_moment_is_shown_in_the_reader_s_zone_with_a_fallback() -> None:
    when = datetime(2026, 11, 16, 9, 30, tzinfo=UTC)
    shown = "<!date^1794821400^{date_short_pretty} at {time}|2026-11-16 09:30 UTC>"
    assert wording.moment(when) == shown


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 16), date(2026, 11, 22), "16 to 22 November 2026"),
        (date(2026, 10, 26), date(2026, 11, 1), "26 October to 1 November 2026"),
        (date(2026, 12, 28), date(2027, 1, 3), "28 December 2026 to 3 January 2027"),
    ],
)
def test_a_week_is_said_by_its_days(first: date, last: date, said: str) -> None:
    assert wording.span(first, last) == said


def test_counts_agree_with_their_nouns() -> None:
    assert [wording.count(n, "day") for n in (0, 1, 2)] == ["no days", "1 day", "2 days"]
    assert wording.listed(["a"]) == "a"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"


# Escaping


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("*x* ~y~ `z`", "\u2217x\u2217 \u223cy\u223c \u02cbz\u02cb"),
        ("user_id _x_", "user_id \u02cdx\u02cd"),
        ("> quote", "\u203a quote"),
        ("two\nlines\t and  tabs", "two lines and tabs"),
        ("a\u202eb\u202c", "ab"),
        ("שלום", "\u2068שלום\u2069"),
        ("\u202e \u200d", "(blank)"),
        ("", "(blank)"),
        ("\ud800x", "\ufffdx"),
        ("&amp;", "&amp;amp;"),
    ],
)
def test_what_people_type_is_shown_and_not_obeyed(typed: str, shown: str) -> None:
    assert mrkdwn(typed) == shown


def test_plain_text_keeps_its_words_without_angle_brackets() -> None:
    assert plain("R&D <!channel>") == "R&D \u2039!channel\u203a"


@pytest.mark.parametrize(
    ("text", "most", "shown"),
    [
        ("short", 5, "short"),
        ("longer", 5, "long…"),
        ("e\u0301" * 5, 5, "e\u0301e\u0301…"),
        ("ab" + FAMILY, 6, "ab…"),
        ("\U0001f1e9\U0001f1ea" * 3, 4, "\U0001f1e9\U0001f1ea…"),
        ("a" + "\u0301" * 50, 10, "a" + "\u0301" * 8 + "…"),
        ("one two", 5, "one…"),
    ],
)
def test_text_is_cut_between_what_readers_take_for_characters(
    text: str, most: int, shown: str
) -> None:
    assert clip(text, most) == shown


@given(st.text(), st.integers(min_value=3, max_value=40))
def test_cut_text_fits_and_graphemes_lose_nothing(text: str, most: int) -> None:
    assert len(clip(text, most)) <= max(most, len("(blank)"))
    assert "".join(graphemes(tidy(text))) == tidy(text)
    assert len(mrkdwn(text, 60)) <= 60


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.example/?a=1&b=2", "<https://x.example/?a=1&amp;b=2|T &lt;b&gt;>"),
        ("javascript:alert(1)", "T &lt;b&gt;"),
        ("https://x.example/|<!channel>", "T &lt;b&gt;"),
        ("https://x.example/\u202e", "T &lt;b&gt;"),
        ("https://x.example/" + "a" * 500, "T &lt;b&gt;"),
        (None, "T &lt;b&gt;"),
    ],
)
def test_only_a_plain_web_link_becomes_one(url: str | None, shown: str) -> None:
    assert link(url, "T <b>") == shown


@pytest.mark.parametrize(
    ("user_id", "shown"), [("U0AB1", "<@U0AB1>"), ("!channel", "Ada"), ("U1>|<!here", "Ada")]
)
def test_a_mention_is_made_of_a_well_formed_id_alone(user_id: str, shown: str) -> None:
    assert mention(Person(1, "Ada", None, SlackIdentity("", "T1", user_id))) == shown


# Against the own past


def decimals(*values: float | None) -> list[Decimal | None]:
    return [None if value is None else Decimal(str(value)) for value in values]


@pytest.mark.parametrize(
    ("now", "earlier", "said"),
    [
        (1.0, (), "no earlier week to compare with"),
        (1.0, (None, None), "no earlier week to compare with"),
        (1.0, (0.9,), "last week 0.9"),
        (1.0, (1.1, 0.9), "last week 0.9; median of the 2 weeks before 1"),
        (1.0, (1.1, None), "last week not shown; median of 1 earlier week 1.1"),
        (1.0, (1.1, None, 0.9), "last week 0.9; median of 2 earlier weeks 1"),
        (1.0, (0.5, 0.8, 0.9, 1, 1, 1.1, 1.2, 1.9), "within its usual range (0.71 to 1.4)"),
        (2.5, (0.5, 0.8, 0.9, 1, 1, 1.1, 1.2, 1.9), "above its usual range (0.71 to 1.4)"),
        (0.2, (0.5, 0.8, 0.9, 1, 1, 1.1, 1.2, 1.9), "below its usual range (0.71 to 1.4)"),
        (1.0, (1, 1, 1, 1, 1, 1, 1, 1), "within its usual range (1)"),
        (None, (1, 1, 1, 1, 1, 1, 1, 2), "last week 2; median of the 8 weeks before 1"),
    ],
)
def test_a_usual_range_is_claimed_only_with_eight_weeks_behind_it(
    now: float | None, earlier: tuple[float | None, ...], said: str
) -> None:
    value = None if now is None else Decimal(str(now))
    assert against(value, decimals(*earlier), wording.ratio) == said


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (WEEK.monday, "33.5M so far"),
        (WEEK.sunday, "33.5M so far"),
        (WEEK.plus(1).monday, "33.5M, about level with last week"),
    ],
)
def test_a_week_that_is_not_over_is_not_set_against_a_whole_one(today: date, said: str) -> None:
    weeks = (personal_week(str, WEEK.plus(-1)), personal_week(str, WEEK))
    assert Me(weeks, (), (), today).tokens_in_words == said
