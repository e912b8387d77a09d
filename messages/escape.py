"""Text that people typed, made harmless for Slack: it can neither ping, link, format nor reorder."""

import re
import unicodedata
from collections.abc import Iterator

from policies.outcomes import is_evidence_url
from policies.people import Person

BLANK = "(blank)"
ELLIPSIS = "…"
ISOLATE, END_ISOLATE = "\u2068", "\u2069"

_BIDI_CONTROLS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ufeff\ufff9-\ufffb]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONE_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_SLACK_USER = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)

# Slack's mrkdwn has no escape for its own marks, so each gives way to the sign that looks like it.
_LOOKALIKES = {"*": "\u2217", "~": "\u223c", "`": "\u02cb"}
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_HARMLESS = str.maketrans({**_LOOKALIKES, **_ENTITIES})
_ANGLES = str.maketrans({"<": "\u2039", ">": "\u203a"})


def tidy(text: str) -> str:
    """One line without control characters or lone surrogates; `(blank)` where nothing is visible."""
    if not (text.isascii() and text.isprintable()):
        text = _SURROGATE.sub("\ufffd", text)
        text = _BIDI_CONTROLS.sub("", _UNPRINTABLE.sub("", text))
    text = " ".join(text.split())
    return text if text and text.isascii() else _visible_or_blank(text)


def clip(text: str, most: int) -> str:
    """The tidied text in at most `most` characters, cut between graphemes and ending in an ellipsis."""
    text = tidy(text)
    return text if len(text) <= most else _shorten(text, most)


def mrkdwn(text: object, most: int | None = None) -> str:
    """Text for a mrkdwn object, shown as it was typed; with `most`, the escaped form fits that."""
    shown = tidy(str(text))
    escaped = _escape(shown)
    if most is None or len(escaped) <= most:
        return escaped
    room, pieces = most - len(ELLIPSIS) - 2, []
    for cluster in graphemes(shown):
        piece = "".join(_ENTITIES.get(sign, sign) for sign in cluster)
        room -= len(piece)
        if room < 0:
            break
        pieces.append(cluster)
    return _escape("".join(pieces).rstrip() + ELLIPSIS)


def plain(text: object, most: int | None = None) -> str:
    """Text for a plain_text object; angle brackets give way, so that no reader takes it for markup."""
    shown = tidy(str(text)).translate(_ANGLES)
    return _isolate(shown if most is None else clip(shown, most - 2))


def link(url: str | None, text: str, most: int = 400) -> str:
    """`<url|text>` in mrkdwn; the escaped text alone where the link is none, or longer than `most`."""
    shown = mrkdwn(text)
    if url is None or len(url) > most or not url.isprintable() or not is_evidence_url(url):
        return shown
    return f"<{url.replace('&', '&amp;')}|{shown}>"


def mention(person: Person) -> str:
    """The person as Slack shows them, or their escaped name where Slack does not know them."""
    if person.slack is None:
        return mrkdwn(clip(person.name, 80))
    return user(person.slack.user_id, person.name)


def user(user_id: str, name: str = "") -> str:
    """`<@U123>` for a well-formed id, otherwise the escaped name."""
    return f"<@{user_id}>" if _SLACK_USER.fullmatch(user_id) else mrkdwn(clip(name, 80))


def channel(channel_id: str | None) -> str:
    """`<#C123>` for a well-formed id, otherwise words."""
    if channel_id and re.fullmatch(r"[CG][A-Z0-9]{2,30}", channel_id, re.ASCII):
        return f"<#{channel_id}>"
    return "the team's channel"


def graphemes(text: str) -> Iterator[str]:
    """What a reader takes for single characters: accents, flags, joined emoji and Hangul together.

    The rules of UAX #29 that matter to shortening, without its tables.
    """
    cluster = ""
    for sign in text:
        if cluster and not _belongs(cluster, sign):
            yield cluster
            cluster = ""
        cluster += sign
    if cluster:
        yield cluster


def _shorten(text: str, most: int) -> str:
    kept = ""
    for cluster in graphemes(text):
        if len(kept) + len(cluster) > most - len(ELLIPSIS):
            break
        kept += cluster
    kept = kept.rstrip() or text[: most - len(ELLIPSIS)]
    return kept + ELLIPSIS


def _escape(shown: str) -> str:
    if "_" in shown:
        shown = _LONE_UNDERSCORE.sub("\u02cd", shown)
    if shown.startswith(">"):
        shown = "\u203a" + shown[1:]
    return _isolate(shown.translate(_HARMLESS))


def _isolate(shown: str) -> str:
    if shown.isascii() or not any(unicodedata.bidirectional(c) in ("R", "AL") for c in shown):
        return shown
    return f"{ISOLATE}{shown}{END_ISOLATE}"


def _visible_or_blank(text: str) -> str:
    return text if any(unicodedata.category(sign)[0] in "LNPS" for sign in text) else BLANK


def _belongs(cluster: str, sign: str) -> bool:
    last = cluster[-1]
    if sign.isascii():
        return False
    if _extends(sign) or last == "\u200d":
        return True
    if _is_flag_half(sign):
        return len(cluster) == 1 and _is_flag_half(last)
    return _is_hangul(sign) and _is_hangul(last) and not "\u1100" <= sign <= "\u115f"


def _extends(sign: str) -> bool:
    return (
        unicodedata.category(sign)[0] == "M"
        or sign in "\u200c\u200d"
        or "\U0001f3fb" <= sign <= "\U0001f3ff"
        or "\U000e0020" <= sign <= "\U000e007f"
    )


def _is_flag_half(sign: str) -> bool:
    return "\U0001f1e6" <= sign <= "\U0001f1ff"


def _is_hangul(sign: str) -> bool:
    return "\u1100" <= sign <= "\u11ff"
