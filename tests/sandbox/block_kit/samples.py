"""Small blocks and elements, each sound as it is."""

from sandbox.model import Json


def plain(length: int) -> Json:
    return {"type": "plain_text", "text": "x" * length}


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": "x" * length}


def options(count: int, text: int = 5, value: int = 5) -> list[Json]:
    return [{"text": plain(text), "value": f"{index}".ljust(value, "v")} for index in range(count)]


def button(**more: object) -> Json:
    return {"type": "button", "text": plain(5), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**more: object) -> Json:
    return {"type": "section", "text": mrkdwn(5), **more}


def field(element: Json, **more: object) -> Json:
    return {"type": "input", "label": plain(5), "element": element, **more}


def confirm(title: int = 5, text: int = 5, yes: int = 5) -> Json:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(5)}


def table(rows: int, columns: int, text: str = "x") -> Json:
    cell = {"type": "raw_text", "text": text}
    return {"type": "table", "rows": [[cell] * columns for _ in range(rows)]}


def data_table(rows: int = 3, columns: int = 2, **more: object) -> Json:
    return {**table(rows, columns), "type": "data_table", "caption": "Weeks", **more}


def chart(kind: str = "line", series: int = 1, weeks: int = 3, **more: object) -> Json:
    labels = [f"W{week}" for week in range(weeks)]
    lines = [
        {"name": f"S{n}", "data": [{"label": one, "value": n} for one in labels]}
        for n in range(series)
    ]
    body = {"type": kind, "series": lines, "axis_config": {"categories": labels, **more}}
    return {"type": "data_visualization", "title": "Tokens", "chart": body}


def pie(segments: int, value: float = 1) -> Json:
    parts = [{"label": f"P{n}", "value": value} for n in range(segments)]
    body = {"type": "pie", "segments": parts}
    return {"type": "data_visualization", "title": "Share", "chart": body}


def card(**more: object) -> Json:
    return {"type": "card", "title": mrkdwn(5), **more}


def container(children: int, **more: object) -> Json:
    return {
        "type": "container",
        "title": plain(5),
        "child_blocks": [{"type": "divider"}] * children,
        **more,
    }


def feedback() -> Json:
    side = {"text": plain(5), "value": "up"}
    return {"type": "feedback_buttons", "positive_button": side, "negative_button": side}


def select(**more: object) -> Json:
    return {"type": "static_select", "options": options(2), **more}


DIVIDER: Json = {"type": "divider"}
IMAGE: Json = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "A"}
