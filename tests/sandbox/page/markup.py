"""HTML as the tests look at it: which tags and attributes it has, and what a reader reads."""

from html.parser import HTMLParser


class _Reading(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(html: str) -> _Reading:
    reading = _Reading()
    reading.feed(html)
    reading.close()
    return reading


def tags_of(html: str) -> list[tuple[str, dict[str, str]]]:
    """Return every start tag with its attributes."""
    return read(html).tags


def text_of(html: str) -> str:
    """Return the text alone."""
    return "".join(read(html).words)


def one(html: str, tag: str, **attributes: str) -> dict[str, str]:
    """Return the attributes of the only such tag."""
    found = all_of(html, tag, **attributes)
    assert len(found) == 1, f"{len(found)} of <{tag} {attributes}> in {html}"
    return found[0]


def all_of(html: str, tag: str, **attributes: str) -> list[dict[str, str]]:
    """Return the attributes of every such tag; `data_testid` stands for `data-testid`."""
    wanted = {name.replace("_", "-").strip("-"): value for name, value in attributes.items()}
    return [
        given for name, given in tags_of(html) if name == tag and wanted.items() <= given.items()
    ]
