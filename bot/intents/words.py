"""Words as Slack sends them: entities made readable again, links, quotes, mistyped verbs."""

import difflib
import re
import unicodedata
from collections.abc import Iterable

CLOSING_QUOTES = {'"': '"”“', "“": '”“"', "„": '“”"', "«": "»", "‘": "’", "'": "'"}
_UNSTORABLE = ("Cc", "Cs")  # format characters stay: emoji, Persian and Hindi are joined by them
_ENTITY = re.compile(r"<([@#!]|https?://|mailto:)([^<>|]*)(?:\|([^<>]*))?>")


class NotUnderstood(Exception):
    """A line that could not be read: the problem in one sentence, and the nearest right form.

    `more` are the other things that are wrong with it, a sentence each.
    """

    def __init__(self, problem: str, nearest: str, *more: str) -> None:
        super().__init__(f"{' '.join((problem, *more))} Try: {nearest}")
        self.problem = problem
        self.nearest = nearest
        self.more = more


def readable(text: str) -> str:
    """The line as its author sees it: `<@U1|ana>` as `@ana`, `<https://x|x>` as the link, `&amp;` as `&`."""
    plain = _ENTITY.sub(_entity_as_typed, without_controls(text))
    plain = plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return " ".join(plain.split())


def without_controls(text: str) -> str:
    """The text without control characters and lone surrogates, which no database takes and nobody
    typed; line breaks and other blanks become spaces.
    """
    if text.isprintable():
        return text
    kept = (
        sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _UNSTORABLE
    )
    return "".join(" " if sign.isspace() else sign for sign in kept)


def split_quoted(text: str) -> tuple[str, str] | None:
    """(`inside`, `rest`) of a text that begins with a quoted part; None where it does not.

    The closing quote must end a word, so that an apostrophe inside the quotes closes nothing.
    """
    closers = CLOSING_QUOTES.get(text[:1])
    if closers is None:
        return None
    for place, character in enumerate(text[1:], start=1):
        if character in closers and (place + 1 == len(text) or text[place + 1].isspace()):
            return text[1:place].strip(), text[place + 1 :].strip()
    return None


def mistyped(word: str, verbs: Iterable[str]) -> str | None:
    """The verb a word was probably meant to be, or None when it is a verb or none is close."""
    known = list(verbs)
    lowered = word.lower()
    if lowered in known:
        return None
    close = difflib.get_close_matches(lowered, known, n=1, cutoff=0.7)
    return close[0] if close else None


def shortened(text: str, limit: int = 60) -> str:
    """The text, cut with an ellipsis where it is too long to be quoted back."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _entity_as_typed(match: re.Match[str]) -> str:
    sigil, target, label = match[1], match[2], match[3]
    if sigil in ("@", "#"):
        return f"{sigil}{label or target}"
    if sigil == "!":
        return f"@{label or target.split('^')[0]}"
    return label or target if sigil == "mailto:" else f"{sigil}{target}"
