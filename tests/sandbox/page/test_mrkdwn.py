from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.page.markdown import markdown
from sandbox.page.mrkdwn import is_safe_url, mrkdwn, plain
from sandbox.page.reader import Reader
from tests.sandbox.page.markup import tags_of, text_of

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
READER = Reader(
    user_id="U1",
    now=NOON,
    zone=ZoneInfo("Europe/Berlin"),
    people={"U1": "Ana", "U2": "Ben <i>"},
    channels={"C1": "general"},
    groups={"S1": "leads"},
    base="/as/U1",
)
A = ' target="_blank" rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~", "<strong>bold</strong> <em>it</em> <s>gone</s>"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("2*3*4 and snake_case_name", "2*3*4 and snake_case_name"),
        ("* not bold * and *nor this", "* not bold * and *nor this"),
        ("`a *b* c`", "<code>a *b* c</code>"),
        ("```\nx *y*\n```", "<pre><code>x *y*</code></pre>"),
        ("one\ntwo", "one<br>two"),
        ("&gt; q1\n> q2\nrest", "<blockquote>q1<br>q2</blockquote>rest"),
        ("a\n&gt;&gt;&gt; b\nc", "a<blockquote>b<br>c</blockquote>"),
        ("<https://a.b/c?d=1&amp;e=2|here>", f'<a href="https://a.b/c?d=1&amp;e=2"{A}>here</a>'),
        ("see https://a.b/c.", f'see <a href="https://a.b/c"{A}>https://a.b/c</a>.'),
        ("<mailto:a@b.c>", f'<a href="mailto:a@b.c"{A}>a@b.c</a>'),
        ("*<https://a.b|x_y> z_*", f'<strong><a href="https://a.b"{A}>x_y</a> z_</strong>'),
        ("<@U1>", '<span class="mention mention-self" data-user="U1">@Ana</span>'),
        ("<@U2|ben>", '<span class="mention" data-user="U2">@Ben &lt;i&gt;</span>'),
        ("<@U9|zoe>", '<span class="mention" data-user="U9">@zoe</span>'),
        ("<#C1>", '<a class="mention" href="/as/U1/C1">#general</a>'),
        ("<#C9|secret>", '<span class="mention">#secret</span>'),
        ("<!channel>", '<span class="mention mention-all">@channel</span>'),
        ("<!subteam^S1>", '<span class="mention">@leads</span>'),
        (
            ":tada: :not_one:",
            '<span class="emoji" role="img" aria-label="tada">🎉</span> :not_one:',
        ),
        ("&lt;!channel&gt; &amp;amp;", "&lt;!channel&gt; &amp;amp;"),
        ("AT&T <b>", "AT&amp;T &lt;b&gt;"),
        ("<javascript:alert(1)|click>", "&lt;javascript:alert(1)|click&gt;"),
    ],
)
def test_mrkdwn_is_shown_as_slack_shows_it(text: str, html: str) -> None:
    assert mrkdwn(text, READER) == html


@pytest.mark.parametrize(
    ("token", "shown"),
    [
        ("{date_num}", "2026-11-21"),
        ("{date}", "November 21st"),
        ("{date_short}", "Nov 21"),
        ("{date_long}", "Saturday, November 21st"),
        ("{date_pretty}", "Yesterday"),
        ("due {date_short_pretty} at {time}", "due yesterday at 10:30 PM"),
        ("{time_secs}", "10:30:05 PM"),
        ("{ago}", "14 hours ago"),
        ("{nonsense}", "the fallback"),
    ],
)
def test_dates_are_told_in_the_readers_own_zone(token: str, shown: str) -> None:
    seconds = int(datetime(2026, 11, 21, 21, 30, 5, tzinfo=UTC).timestamp())
    assert text_of(mrkdwn(f"<!date^{seconds}^{token}|the fallback>", READER)) == shown


@pytest.mark.parametrize(
    "inner", ["!date", "!date^x^{date}|gone", "!date^99999999999999^{date}|gone", "!date^1^"]
)
def test_a_broken_date_shows_its_fallback(inner: str) -> None:
    assert text_of(mrkdwn(f"<{inner}>", READER)) in {"gone", "", "<!date>"}


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "//elsewhere.example",
        "/local",
        "http://[",
        "",
    ],
)
def test_no_address_that_could_run_code_becomes_a_link(url: str) -> None:
    assert not is_safe_url(url)
    assert "<a " not in mrkdwn(f"<{url}|x>", READER)
    assert 'href="javascript' not in markdown(f"[x]({url})", READER).lower()


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from(list("<>&\"'`*_~|:@#!^/\\ \n\x00")),
        st.characters(codec="utf-8"),
    ),
    max_size=80,
) | st.lists(
    st.sampled_from(
        ["<script>", "</div>", "<img src=x onerror=1>", "<@U1>", "<javascript:x|y>", "&lt;", "&amp;lt;",
         "*", "_", "```", "`", ">", "<!date^1^{date}|<b>>", "\" onclick=\"x", "' x='", "<https://a|", ">", "\n"]
    ),
    max_size=12,
).map("".join)  # fmt: skip

ALLOWED = {"strong", "em", "s", "code", "pre", "br", "blockquote", "a", "span", "time"}
MARKDOWN = ALLOWED | {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "hr",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


@settings(deadline=None)
@given(HOSTILE)
def test_hostile_mrkdwn_never_becomes_markup(text: str) -> None:
    for tag, attributes in tags_of(mrkdwn(text, READER)):
        assert tag in ALLOWED
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert is_safe_url(attributes.get("href", "https://a")) or attributes["href"] == "/as/U1/C1"


@settings(deadline=None)
@given(HOSTILE)
def test_hostile_markdown_never_becomes_markup(text: str) -> None:
    for tag, attributes in tags_of(markdown(text, READER)):
        assert tag in MARKDOWN
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
        assert is_safe_url(attributes.get("href", "https://a")) or attributes["href"] == "/as/U1/C1"


@settings(deadline=None)
@given(st.text(alphabet=st.characters(exclude_characters=":\r\n\x00", codec="utf-8")))
def test_plain_text_shows_exactly_what_was_escaped_once(text: str) -> None:
    sent = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert text_of(plain(sent)) == text
