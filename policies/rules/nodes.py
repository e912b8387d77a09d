"""A YAML text as plain values with their places: the only module here that knows `ruamel.yaml`.

The text may be hostile. It is read as a stream of events, so that depth and size are bounded before
anything is built, and anchors, which let a small text grow without end, are refused when they appear.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from policies.rules.model import Place

LARGEST_FILE: Final = 256 * 1024
MOST_EVENTS: Final = 20_000
DEEPEST: Final = 12
LONGEST_TEXT: Final = 4_000

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"
_UNREADABLE: Final = re.compile(
    "[^\t\n\x20-\x7e\xa0-\u200a\u200c\u200d\u2010-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)
_INT: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z", re.ASCII)
_FLOAT: Final = re.compile(
    r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,2})?\Z", re.ASCII
)
_WORDS: Final[dict[str, bool | None]] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
}  # fmt: skip


class NotYaml(Exception):
    """A text that cannot be read as rules at all: where, as an offset from 0, and a sentence."""

    def __init__(self, at: int, sentence: str) -> None:
        super().__init__(sentence)
        self.at = at


class Source:
    """A file's text with its lines counted."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, at: int) -> Place:
        """Where an offset stands."""
        at = max(0, min(at, len(self.text)))
        line = bisect_right(self._starts, at)
        return Place(self.file, line, at - self._starts[line - 1] + 1)


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value. `text` is what a quoted or block text holds, and a plain value as written."""

    text: str
    value: bool | int | float | str | None
    start: int
    written: str = field(repr=False)
    style: str | None = None

    @property
    def plain(self) -> Plain:
        """The value itself."""
        return self.value

    def at(self, offset: int) -> int:
        """Where in the file the character at an offset of `text` stands."""
        places = list(_places(self.text, self.written, self.style))
        if offset < len(places):
            return self.start + places[offset]
        return self.start + (places[-1] + 1 + offset - len(places) if places else 0)


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of nodes."""

    start: int
    items: list["Node"] = field(default_factory=list)

    @property
    def plain(self) -> Plain:
        """The values themselves."""
        return [one.plain for one in self.items]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Nodes by key, with the keys' own places."""

    start: int
    items: dict[str, "Node"] = field(default_factory=dict)
    keys: dict[str, Scalar] = field(default_factory=dict)

    @property
    def plain(self) -> Plain:
        """The values themselves."""
        return {key: one.plain for key, one in self.items.items()}


Node: TypeAlias = Scalar | Listing | Mapping


def read_nodes(source: Source) -> Node:
    """The one document of a text. NotYaml for anything that is none, or is not taken here."""
    _check_text(source.text)
    builder = _Builder(source.text)
    try:
        for count, event in enumerate(YAML(typ="safe", pure=True).parse(source.text)):
            if count > MOST_EVENTS:
                raise NotYaml(event.start_mark.index, "The file holds too many values. Split it.")
            builder.take(event)
    except MarkedYAMLError as problem:
        mark = problem.problem_mark or problem.context_mark
        raise NotYaml(mark.index if mark else 0, _in_words(str(problem.problem or ""))) from None
    except (YAMLError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        raise NotYaml(builder.at, "From here on this is no YAML.") from None  # hostile escapes
    if builder.root is None:
        raise NotYaml(0, "The file is empty. It begins with “apiVersion: mileage/v1”.")
    return builder.root


def _check_text(text: str) -> None:
    if len(text) > LARGEST_FILE or len(text.encode("utf-8", "replace")) > LARGEST_FILE:
        raise NotYaml(0, f"The file is larger than {LARGEST_FILE // 1024} KB. Split it.")
    found = _UNREADABLE.search(text)
    if found is not None:
        sentence = f"The character U+{ord(found.group()):04X} cannot be in a rule file. Remove it."
        raise NotYaml(found.start(), sentence)


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being filled, and the key that waits for its value."""

    node: Listing | Mapping
    key: Scalar | None = None


@dataclass(slots=True)
class _Builder:
    text: str
    root: Node | None = None
    at: int = 0
    documents: int = 0
    stack: list[_Open] = field(default_factory=list)

    def take(self, event: Event) -> None:
        """Go on with one event."""
        self.at = event.start_mark.index if event.start_mark else self.at
        match event:
            case DocumentStartEvent():
                self._begin(event)
            case DocumentEndEvent():
                pass
            case MappingEndEvent() | SequenceEndEvent():
                self.stack.pop()
            case NodeEvent():
                self._refuse_marks(event)
                self._node(event)

    def _begin(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            raise NotYaml(self.at, "A file holds one document. Put these rules in another file.")
        if event.version or event.tags:
            raise NotYaml(self.at, "Directives (lines with %) are not taken. Remove the line.")

    def _refuse_marks(self, event: NodeEvent) -> None:
        if isinstance(event, AliasEvent) or event.anchor:
            raise NotYaml(
                self.at, "Anchors and aliases (& and *) are not taken. Write the value out."
            )
        if getattr(event, "tag", None) is not None:
            raise NotYaml(
                self.at, "Tags (with !) are not taken. Put a text that begins with ! in quotes."
            )

    def _node(self, event: NodeEvent) -> None:
        if isinstance(event, ScalarEvent):
            self._scalar(event)
            return
        opened = Mapping(self.at) if isinstance(event, MappingStartEvent) else Listing(self.at)
        if len(self.stack) >= DEEPEST:
            raise NotYaml(self.at, f"This is nested more than {DEEPEST} deep. No rule is.")
        self._put(opened)
        self.stack.append(_Open(opened))

    def _scalar(self, event: ScalarEvent) -> None:
        text = event.value
        if len(text) > LONGEST_TEXT:
            raise NotYaml(self.at, f"This text is longer than {LONGEST_TEXT:,} characters.")
        found = _UNREADABLE.search(text)
        if found is not None:
            raise NotYaml(self.at, f"This text has the character U+{ord(found.group()):04X} in it.")
        value = text if event.style else _value(text)
        written = self.text[self.at : event.end_mark.index]
        self._put(Scalar(text, value, self.at, written, event.style))

    def _put(self, node: Node) -> None:
        if not self.stack:
            self.root = node
            return
        top = self.stack[-1]
        if isinstance(top.node, Listing):
            top.node.items.append(node)
        elif top.key is None:
            top.key = self._key(node, top.node)
        else:
            top.node.items[top.key.text] = node
            top.node.keys[top.key.text] = top.key
            top.key = None

    def _key(self, node: Node, of: Mapping) -> Scalar:
        if not isinstance(node, Scalar) or not node.text:
            raise NotYaml(node.start, "A key is a word, followed by a colon.")
        if node.text == "<<":
            raise NotYaml(node.start, "Merge keys (<<) are not taken. Write the keys out.")
        if node.text in of.items:
            raise NotYaml(node.start, f"“{node.text}” stands here twice. Remove one.")
        return node


def _value(text: str) -> bool | int | float | str | None:
    """A plain value: YAML 1.2, so that `no`, dates and 010 stay text; what is no number does too."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    return float(text) if _FLOAT.match(text) else text


_STRAY: Final = "This does not belong here. Put the whole text in quotes, or check how far the line is indented."  # fmt: skip
_PHRASES: Final = (
    ("\\t", "A tab cannot stand here. Indent with spaces."),
    ("mapping values are not allowed", "A colon is not expected here. Put the text in quotes, or check how far the line is indented."),
    ("unexpected end of stream", "A quotation mark that was opened is not closed."),
    ("<document start>", _STRAY),
    ("expected <block end>", _STRAY),
    ("expected a comment or a line break", _STRAY),
    ("could not find expected ':'", "A colon is missing after this word."),
    ("expected ',' or", "A comma or a closing bracket is missing before this."),
    ("cannot start any token", "A text that begins with this character has to be in quotes."),
    ("escape", "A backslash in double quotes has to be doubled, or use single quotes."),
)  # fmt: skip


def _in_words(problem: str) -> str:
    for part, sentence in _PHRASES:
        if part in problem:
            return sentence
    return f"This is no YAML: {problem.replace(chr(10), ' ')[:120]}."


_ESCAPE: Final = re.compile(r"\\(?:x..|u....|U........|.)", re.DOTALL)


def _places(text: str, written: str, style: str | None) -> Iterator[int]:
    """For each character of a text, its offset in what is written in the file.

    YAML changes white space only, apart from quotes that are doubled or escaped.
    """
    at = written.find("\n") + 1 if style in ("|", ">") else 1 if style else 0
    for character in text:
        if character.isspace():
            yield at
            at += 1 if written[at : at + 1].isspace() else 0
            continue
        while written[at : at + 1].isspace():
            at += 1
        escape = _ESCAPE.match(written, at) if style == '"' else None
        while escape and escape.group()[1] == "\n":  # a line that goes on
            at = escape.end() + len(written[escape.end() :]) - len(written[escape.end() :].lstrip())
            escape = _ESCAPE.match(written, at)
        yield at
        at += len(escape.group()) if escape else 2 if style == "'" and character == "'" else 1
