"""rich_text blocks as HTML: sections, lists, quotes, preformatted text and everything inside them."""

from collections.abc import Callable, Iterable
from itertools import groupby

from markupsafe import Markup, escape

from sandbox.model import Json
from sandbox.page import mrkdwn
from sandbox.page.emoji import emoji_for
from sandbox.page.reader import Reader

_STYLES = (
    ("code", Markup("<code>{}</code>")),
    ("underline", Markup("<u>{}</u>")),
    ("strike", Markup("<s>{}</s>")),
    ("italic", Markup("<em>{}</em>")),
    ("bold", Markup("<strong>{}</strong>")),
    ("highlight", Markup("<mark>{}</mark>")),
    ("client_highlight", Markup("<mark>{}</mark>")),
)


def rich_text(block: Json, reader: Reader) -> Markup:
    """Return the HTML of one rich_text block."""
    out = Markup()
    for is_list, elements in groupby(block.get("elements", []), _is_list):
        if is_list:
            out += _lists(list(elements), reader)
        else:
            out += Markup().join(_element(element, reader) for element in elements)
    return out


def rich_text_as_words(block: Json) -> str:
    """Return the text of a rich_text block without any style, for inputs and short labels."""
    words: list[str] = []
    for element in block.get("elements", []):
        parts = element.get("elements", [])
        inner = [rich_text_as_words(part) for part in parts if "elements" in part]
        words.append("".join([_words(part) for part in parts if "elements" not in part] + inner))
    return "\n".join(words)


def _is_list(element: Json) -> bool:
    return element.get("type") == "rich_text_list"


def _element(element: Json, reader: Reader) -> Markup:
    inner = _inline(element.get("elements", []), reader)
    kind = element.get("type")
    if kind == "rich_text_preformatted":
        return Markup("<pre><code>{}</code></pre>").format(inner)
    if kind == "rich_text_quote":
        return Markup("<blockquote>{}</blockquote>").format(inner)
    return Markup('<div class="rich-section">{}</div>').format(inner)


def _lists(lists: list[Json], reader: Reader) -> Markup:
    """Nest neighbouring lists by their `indent`, as Slack does."""
    out = Markup()
    for element in lists:
        ordered = element.get("style") == "ordered"
        tag = Markup("ol") if ordered else Markup("ul")
        first = int(element.get("offset", 0)) + 1
        start = Markup(' start="{}"').format(first) if ordered and first > 1 else Markup()
        items = Markup().join(
            Markup("<li>{}</li>").format(_inline(item.get("elements", []), reader))
            for item in element.get("elements", [])
        )
        indent = min(int(element.get("indent", 0)), 8)
        out += Markup('<{} class="indent-{}"{}>{}</{}>').format(tag, indent, start, items, tag)
    return out


def _inline(parts: Iterable[Json], reader: Reader) -> Markup:
    return Markup().join(_part(part, reader) for part in parts)


def _part(part: Json, reader: Reader) -> Markup:
    show = _PARTS.get(part.get("type", ""))
    html = show(part, reader) if show else escape(_words(part))
    style = part.get("style") or {}
    for name, wrap in _STYLES:
        if style.get(name):
            html = wrap.format(html)
    return html


def _lines(text: str) -> Markup:
    return Markup("<br>").join(escape(line) for line in text.split("\n"))


def _link(part: Json, reader: Reader) -> Markup:
    del reader
    return mrkdwn.link(str(part.get("url", "")), _lines(_words(part)))


def _emoji(part: Json, reader: Reader) -> Markup:
    del reader
    return Markup('<span class="emoji" role="img" aria-label="{}">{}</span>').format(
        str(part.get("name", "")).replace("_", " "), _words(part)
    )


def _group(part: Json, reader: Reader) -> Markup:
    group_id = str(part.get("usergroup_id", ""))
    return Markup('<span class="mention">@{}</span>').format(reader.groups.get(group_id, group_id))


def _date(part: Json, reader: Reader) -> Markup:
    return mrkdwn.date(
        int(part.get("timestamp", 0)),
        str(part.get("format", "{date}")),
        str(part.get("fallback", "")),
        reader,
        str(part.get("url", "")),
    )


def _color(part: Json, reader: Reader) -> Markup:
    del reader
    return Markup("<code>{}</code>").format(_words(part))


def _words(part: Json) -> str:
    """Return one part as plain words."""
    kind = part.get("type")
    if kind == "emoji":
        name = str(part.get("name", ""))
        return emoji_for(name) or f":{name}:"
    if kind == "link":
        return str(part.get("text") or part.get("url", ""))
    if kind == "broadcast":
        return f"@{part.get('range', 'here')}"
    keys = ("text", "value", "user_id", "channel_id", "fallback")
    return next((str(part[key]) for key in keys if key in part), "")


_PARTS: dict[str, Callable[[Json, Reader], Markup]] = {
    "text": lambda part, _: _lines(_words(part)),
    "link": _link,
    "emoji": _emoji,
    "user": lambda part, reader: mrkdwn.person(str(part.get("user_id", "")), reader),
    "channel": lambda part, reader: mrkdwn.channel(str(part.get("channel_id", "")), reader),
    "usergroup": _group,
    "broadcast": lambda part, _: Markup('<span class="mention mention-all">{}</span>').format(
        _words(part)
    ),
    "date": _date,
    "color": _color,
}
