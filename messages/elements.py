"""Slack's text objects and interactive elements as shapes. Source: docs.slack.dev/reference/block-kit."""

from collections.abc import Iterator

from messages.shapes import (
    Check,
    Json,
    Problem,
    by_type,
    distinct,
    exactly_one,
    fields,
    flag,
    items,
    number,
    one_of,
    text,
    whole,
)

ID = text(255)
URL = text(3000, form=r"[a-z][a-z0-9+.-]*:\S+")
ALT_TEXT = text(2000)
DATE = text(10, form=r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = text(5, form=r"([01]\d|2[0-3]):[0-5]\d")


def plain(most: int) -> Check:
    """A plain_text object."""
    return by_type({"plain_text": fields({"text": text(most)}, {"emoji": flag})}, "text object")


def any_text(most: int) -> Check:
    """A plain_text or mrkdwn object."""
    kinds = {
        "plain_text": fields({"text": text(most)}, {"emoji": flag}),
        "mrkdwn": fields({"text": text(most)}, {"verbatim": flag}),
    }
    return by_type(kinds, "text object")


def _initial_is_offered(element: Json, at: str) -> Iterator[Problem]:
    groups = element.get("option_groups", [])
    offered = [*element.get("options", []), *(o for group in groups for o in group["options"])]
    chosen = element.get("initial_options", [])
    chosen = [*chosen, element["initial_option"]] if "initial_option" in element else chosen
    if any(option not in offered for option in chosen):
        yield Problem(at, "What is chosen at first is not among the options.")


def _initial_fits(element: Json, at: str) -> Iterator[Problem]:
    most = element.get("max_length", 3000)
    if len(element.get("initial_value", "")) > most:
        yield Problem(
            f"{at}/initial_value", f"This is longer than the {most} characters it allows."
        )


CONFIRM = fields(
    {"title": plain(100), "text": any_text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
SLACK_FILE = fields({}, {"id": ID, "url": URL}, [exactly_one("id", "url")])
OPTION = fields({"text": any_text(75), "value": text(150)}, {"description": any_text(75)})
PLAIN_OPTION = fields({"text": plain(75), "value": text(150)}, {"description": plain(75)})
OVERFLOW_OPTION = fields(
    {"text": plain(75), "value": text(150)}, {"description": plain(75), "url": URL}
)
GROUP = fields({"label": plain(75), "options": items(PLAIN_OPTION, 100)})
IMAGE = fields(
    {"alt_text": ALT_TEXT},
    {"image_url": URL, "slack_file": SLACK_FILE},
    [exactly_one("image_url", "slack_file")],
)
STYLE = one_of("primary", "danger")

_ASK: dict[str, Check] = {"action_id": ID, "confirm": CONFIRM, "focus_on_load": flag}
_PICK: dict[str, Check] = {**_ASK, "placeholder": plain(150)}
_MANY: dict[str, Check] = {**_PICK, "max_selected_items": whole(1, 100)}
_TYPE: dict[str, Check] = {
    "action_id": ID,
    "focus_on_load": flag,
    "placeholder": plain(150),
    "initial_value": text(3000, 0),
    "dispatch_action_config": fields({"trigger_actions_on": items(text(50), 2)}),
}
_STATIC: dict[str, Check] = {
    "options": items(PLAIN_OPTION, 100),
    "option_groups": items(GROUP, 100),
}
_CHOICE_RULES = (distinct("options", "value"), _initial_is_offered)
_STATIC_RULES = (exactly_one("options", "option_groups"), *_CHOICE_RULES)
_LENGTHS: dict[str, Check] = {"min_length": whole(0, 3000), "max_length": whole(1, 3000)}

ELEMENTS: dict[str, Check] = {
    "button": fields(
        {"text": plain(75)},
        {
            "action_id": ID,
            "value": text(2000),
            "url": URL,
            "style": STYLE,
            "confirm": CONFIRM,
            "accessibility_label": text(75),
        },
    ),
    "checkboxes": fields(
        {"options": items(OPTION, 10)},
        {**_ASK, "initial_options": items(OPTION, 10)},
        _CHOICE_RULES,
    ),
    "radio_buttons": fields(
        {"options": items(OPTION, 10)}, {**_ASK, "initial_option": OPTION}, _CHOICE_RULES
    ),
    "overflow": fields(
        {"options": items(OVERFLOW_OPTION, 5)},
        {"action_id": ID, "confirm": CONFIRM},
        [distinct("options", "value")],
    ),
    "static_select": fields(
        {}, {**_PICK, **_STATIC, "initial_option": PLAIN_OPTION}, _STATIC_RULES
    ),
    "multi_static_select": fields(
        {}, {**_MANY, **_STATIC, "initial_options": items(PLAIN_OPTION, 100)}, _STATIC_RULES
    ),
    "external_select": fields(
        {}, {**_PICK, "min_query_length": whole(0, 3000), "initial_option": OPTION}
    ),
    "users_select": fields({}, {**_PICK, "initial_user": ID}),
    "multi_users_select": fields({}, {**_MANY, "initial_users": items(ID, 100)}),
    "channels_select": fields({}, {**_PICK, "initial_channel": ID}),
    "conversations_select": fields(
        {}, {**_PICK, "initial_conversation": ID, "default_to_current_conversation": flag}
    ),
    "datepicker": fields({}, {**_PICK, "initial_date": DATE}),
    "timepicker": fields({}, {**_PICK, "initial_time": TIME, "timezone": text(255)}),
    "plain_text_input": fields({}, {**_TYPE, **_LENGTHS, "multiline": flag}, [_initial_fits]),
    "url_text_input": fields({}, _TYPE),
    "email_text_input": fields({}, _TYPE),
    "number_input": fields(
        {"is_decimal_allowed": flag}, {**_TYPE, "min_value": text(255), "max_value": text(255)}
    ),
    "image": IMAGE,
    "icon_button": fields(
        {"icon": one_of("trash"), "text": plain(75)},
        {"action_id": ID, "value": text(2000), "confirm": CONFIRM, "accessibility_label": text(75)},
    ),
    "feedback_buttons": fields(
        {
            side: fields(
                {"text": plain(75), "value": text(2000)}, {"accessibility_label": text(75)}
            )
            for side in ("positive_button", "negative_button")
        },
        {"action_id": ID},
    ),
}
_SELECTS = (
    "static_select",
    "multi_static_select",
    "external_select",
    "users_select",
    "multi_users_select",
    "channels_select",
    "conversations_select",
)
_PICKERS = ("checkboxes", "radio_buttons", "datepicker", "timepicker", *_SELECTS)


def _among(*kinds: str) -> Check:
    return by_type({kind: ELEMENTS[kind] for kind in kinds}, "element")


IN_ACTIONS = _among("button", "overflow", *_PICKERS)
IN_SECTION = _among("button", "overflow", "image", *_PICKERS)
IN_INPUT = _among(
    "plain_text_input", "url_text_input", "email_text_input", "number_input", *_PICKERS
)
IN_CONTEXT_ACTIONS = _among("icon_button", "feedback_buttons")
IN_CONTEXT = by_type(
    {
        "image": IMAGE,
        "plain_text": fields({"text": text(3000)}, {"emoji": flag}),
        "mrkdwn": fields({"text": text(3000)}, {"verbatim": flag}),
    },
    "context element",
)
BUTTON = _among("button")

# Charts and tables

LABEL = text(20)
_POINT = fields({"label": LABEL, "value": number})


def _every_category_once(chart: Json, at: str) -> Iterator[Problem]:
    categories = sorted(chart["axis_config"]["categories"])
    for index, series in enumerate(chart["series"]):
        if sorted(point["label"] for point in series["data"]) != categories:
            yield Problem(
                f"{at}/series/{index}/data", "A series needs exactly one point for every category."
            )


def _positive(segment: Json, at: str) -> Iterator[Problem]:
    if segment["value"] <= 0:
        yield Problem(f"{at}/value", "A segment must be larger than nothing.")


_PLOT = fields(
    {
        "series": items(fields({"name": LABEL, "data": items(_POINT, 20)}), 6),
        "axis_config": fields(
            {"categories": items(LABEL, 20)},
            {"x_label": text(50), "y_label": text(50)},
            [distinct("categories")],
        ),
    },
    {},
    [distinct("series", "name"), _every_category_once],
)
_PIE = fields(
    {"segments": items(fields({"label": LABEL, "value": number}, {}, [_positive]), 6)},
    {},
    [distinct("segments", "label")],
)
CHART = by_type({"line": _PLOT, "bar": _PLOT, "area": _PLOT, "pie": _PIE}, "chart")


def rich_text(value: object, at: str) -> Iterator[Problem]:
    """A rich_text object, whose inside Slack alone knows in full."""
    if not isinstance(value, dict) or not value.get("elements"):
        yield Problem(at, "Rich text needs elements.")


_CELL = by_type(
    {
        "raw_text": fields({"text": text(10_000, 0)}),
        "raw_number": fields({"value": number}, {"text": text(255)}),
        "rich_text": rich_text,
    },
    "cell",
)


def rows(most: int, least: int) -> Check:
    """Rows of a table: all of one length, together at most 10,000 characters."""
    each = items(items(_CELL, 20), most, least)

    def check(value: object, at: str) -> Iterator[Problem]:
        found = list(each(value, at))
        yield from found
        if found or not isinstance(value, list):
            return
        if len({len(row) for row in value}) > 1:
            yield Problem(at, "The rows have different numbers of cells.")
        characters = sum(len(str(cell.get("text", ""))) for row in value for cell in row)
        if characters > 10_000:
            yield Problem(at, f"The cells hold {characters} characters; Slack takes 10000.")

    return check
