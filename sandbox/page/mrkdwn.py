"""Slack's mrkdwn as HTML. Nothing a person typed becomes markup; `& < >` entities count once.

The text is first cut into atoms (links, mentions, code, emoji), which styles may surround but never
split; what is left is styled line by line in one pass, so hostile text costs linear time.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from sandbox.page.dates import formatted_date
from sandbox.page.emoji import emoji_for, with_emoji
from sandbox.page.reader import Reader

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_ENTITY = re.compile(r"&(amp|lt|gt);")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">"}
_CODE_BLOCK = re.compile(r"\n?```\n?(.+?)\n?```\n?", re.DOTALL)
_ATOM = re.compile(
    r"<(?P<control>[^<>\n]+)>"
    r"|`(?P<code>[^`\n]+)`"
    r"|:(?P<emoji>[a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?"
    r"|(?P<url>https?://[^\s<>|`]+)"
)
_CONTROL = re.compile(r"<([^<>\n]+)>")
_QUOTED = re.compile(r"(?:&gt;|>)(?!(?:&gt;|>)) ?")
_QUOTED_REST = re.compile(r"(?:&gt;|>){3} ?")
_STYLES = {"*": Markup("<strong>{}</strong>"), "_": Markup("<em>{}</em>"), "~": Markup("<s>{}</s>")}
_OPENING = re.compile(r"[*_~]")
_BROADCASTS = ("here", "channel", "everyone")
_HOLE = "\x00"
_BREAK = Markup("<br>")


def mrkdwn(text: str, reader: Reader) -> Markup:
    """Return the HTML of a mrkdwn string."""
    out = Markup()
    position = 0
    text = text.replace(_HOLE, "")
    for block in _CODE_BLOCK.finditer(text):
        out += _paragraphs(text[position : block.start()], reader)
        out += Markup("<pre><code>{}</code></pre>").format(_code(block[1], reader))
        position = block.end()
    return out + _paragraphs(text[position:], reader)


def plain(text: str, *, emoji: bool = True) -> Markup:
    """Return the HTML of a plain_text object: line breaks and emoji, nothing else."""
    shown = decoded(with_emoji(text) if emoji else text)
    return _BREAK.join(escape(line) for line in shown.split("\n"))


def decoded(text: str) -> str:
    """Turn `&amp; &lt; &gt;` back into characters, each once."""
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], text)


def link(url: str, label: Markup | str) -> Markup:
    """Return a link that opens elsewhere, or just its words when the address could run code."""
    if not is_safe_url(url):
        return escape(label)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(
        url, label
    )


def is_safe_url(url: str) -> bool:
    """Whether an address may become a link: web, mail and telephone addresses only."""
    if any(ord(character) < 33 for character in url):
        return False
    try:
        return urlsplit(url).scheme.lower() in SAFE_SCHEMES
    except ValueError:
        return False


def person(user_id: str, reader: Reader, label: str = "") -> Markup:
    """Return a mention; the reader's own stands out."""
    kind = "mention mention-self" if user_id == reader.user_id else "mention"
    name = reader.people.get(user_id) or label or user_id
    return Markup('<span class="{}" data-user="{}">@{}</span>').format(
        kind, user_id, name.removeprefix("@")
    )


def channel(channel_id: str, reader: Reader, label: str = "") -> Markup:
    """Return a channel's name as a link into the workspace."""
    name = reader.channels.get(channel_id)
    if name is None:
        return Markup('<span class="mention">#{}</span>').format(label or "private channel")
    return Markup('<a class="mention" href="{}/{}">#{}</a>').format(reader.base, channel_id, name)


def _paragraphs(text: str, reader: Reader) -> Markup:
    out: list[Markup] = []
    for quoted, lines in _by_quote(text.split("\n") if text else []):
        html = _BREAK.join(_line(line, reader) for line in lines)
        out.append(Markup("<blockquote>{}</blockquote>").format(html) if quoted else html)
    return _join_blocks(out)


def _join_blocks(parts: Iterable[Markup]) -> Markup:
    """Join lines with breaks, but put none beside a quotation: it stands on its own line."""
    out = Markup()
    for part in parts:
        is_quote = part.startswith("<blockquote>")
        if out and not is_quote and not out.endswith("</blockquote>"):
            out += _BREAK
        out += part
    return out


def _by_quote(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    group: list[str] = []
    group_is_quote = False
    for index, line in enumerate(lines):
        if rest := _QUOTED_REST.match(line):
            if group:
                yield group_is_quote, group
            yield True, [line[rest.end() :], *lines[index + 1 :]]
            return
        mark = _QUOTED.match(line)
        if group and bool(mark) != group_is_quote:
            yield group_is_quote, group
            group = []
        group_is_quote = mark is not None
        group.append(line[mark.end() :] if mark else line)
    if group:
        yield group_is_quote, group


def _line(line: str, reader: Reader) -> Markup:
    atoms: list[Markup] = []

    def cut(match: re.Match[str]) -> str:
        html, rest = _atom(match, reader)
        if html is None:
            return match[0]
        atoms.append(html)
        return _HOLE + rest

    holed = _ATOM.sub(cut, line)
    return _styled(holed, iter(atoms))


def _atom(match: re.Match[str], reader: Reader) -> tuple[Markup | None, str]:
    """Return what to show in place of the match, and what of it is text again."""
    if match["control"]:
        return _control(match["control"], reader), ""
    if match["code"]:
        return Markup("<code>{}</code>").format(_code(match["code"], reader)), ""
    if match["emoji"]:
        character = emoji_for(match["emoji"])
        return (_emoji(match["emoji"], character), "") if character else (None, "")
    url = match["url"].rstrip(".,;:!?)*_~'\"")
    return link(decoded(url), decoded(url)), match["url"][len(url) :]


def _emoji(name: str, character: str) -> Markup:
    return Markup('<span class="emoji" role="img" aria-label="{}">{}</span>').format(
        name.replace("_", " "), character
    )


def _code(text: str, reader: Reader) -> Markup:
    """Return code: control sequences still work in it, styles and emoji do not."""
    out = Markup()
    position = 0
    for match in _CONTROL.finditer(text):
        out += escape(decoded(text[position : match.start()])) + _control(match[1], reader)
        position = match.end()
    return out + escape(decoded(text[position:]))


def _control(inner: str, reader: Reader) -> Markup:
    target, _, label = inner.partition("|")
    label = decoded(label)
    if target.startswith("@"):
        return person(target[1:], reader, label)
    if target.startswith("#"):
        return channel(target[1:], reader, label)
    if target.startswith("!"):
        return _special(target[1:], label, reader)
    if is_safe_url(decoded(target)):
        return link(decoded(target), with_emoji(label) or _without_mailto(decoded(target)))
    return escape(decoded(f"<{inner}>"))


def _without_mailto(url: str) -> str:
    return url.removeprefix("mailto:")


def _special(target: str, label: str, reader: Reader) -> Markup:
    name, *arguments = target.split("^")
    if name in _BROADCASTS:
        return Markup('<span class="mention mention-all">@{}</span>').format(name)
    if name == "subteam" and arguments:
        shown = reader.groups.get(arguments[0]) or label.removeprefix("@") or arguments[0]
        return Markup('<span class="mention">@{}</span>').format(shown)
    if name == "date":
        return _date(arguments, label, reader)
    return escape(label or f"<!{decoded(target)}>")


def _date(arguments: list[str], fallback: str, reader: Reader) -> Markup:
    if len(arguments) < 2 or not re.fullmatch(r"\d{1,12}", arguments[0]):
        return escape(fallback)
    return date(int(arguments[0]), decoded(arguments[1]), fallback, reader, "".join(arguments[2:3]))


def date(seconds: int, pattern: str, fallback: str, reader: Reader, url: str = "") -> Markup:
    """Return a date in the reader's zone, with the exact time as its tooltip."""
    shown = formatted_date(seconds, pattern, reader)
    if shown is None:
        return escape(fallback)
    then = reader.local(seconds)
    html = Markup('<time datetime="{}" title="{}">{}</time>').format(
        then.isoformat(), f"{then:%A, %d %B %Y, %H:%M %Z}", shown
    )
    return link(decoded(url), html) if url else html


def _styled(text: str, atoms: Iterator[Markup]) -> Markup:
    out = Markup()
    position = 0
    hopeless: set[str] = set()
    while mark := _OPENING.search(text, position):
        end = None if mark[0] in hopeless else _closing(text, mark.start())
        if end is None:
            if _can_open(text, mark.start()):
                hopeless.add(mark[0])
            out += _filled(text[position : mark.end()], atoms)
            position = mark.end()
            continue
        out += _filled(text[position : mark.start()], atoms)
        out += _STYLES[mark[0]].format(_styled(text[mark.end() : end], atoms))
        position = end + 1
    return out + _filled(text[position:], atoms)


def _can_open(text: str, start: int) -> bool:
    before = text[start - 1] if start else " "
    after = text[start + 1] if start + 1 < len(text) else " "
    return not before.isalnum() and not after.isspace() and after != text[start]


def _closing(text: str, start: int) -> int | None:
    """Return where the style that opens at `start` closes; None when it does not."""
    if not _can_open(text, start):
        return None
    mark = text[start]
    end = text.find(mark, start + 2)
    while end != -1:
        after = text[end + 1] if end + 1 < len(text) else " "
        if not text[end - 1].isspace() and not after.isalnum() and after != mark:
            return end
        end = text.find(mark, end + 1)
    return None


def _filled(text: str, atoms: Iterator[Markup]) -> Markup:
    first, *others = text.split(_HOLE)
    out = escape(decoded(first))
    for piece in others:
        out += next(atoms) + escape(decoded(piece))
    return out
