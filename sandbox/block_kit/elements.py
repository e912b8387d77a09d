"""Block Kit's composition objects and elements, with Slack's limits, as `sandbox.schema` shapes.

Source: docs.slack.dev/reference/block-kit/composition-objects and .../block-elements.
"""

from collections.abc import Mapping
from typing import Any

from sandbox.block_kit.rich_text import RICH_TEXT
from sandbox.block_kit.schema import (
    Check,
    Report,
    array,
    boolean,
    by_type,
    exactly_one,
    integer,
    is_number,
    one_of,
    shape,
    string,
    unique,
)
from sandbox.model import Json

DATE = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
TIME = r"([01]\d|2[0-3]):[0-5]\d"
NUMBER = r"-?\d+(\.\d+)?"

ID = string(255)
URL = string(3000, pattern=r"[A-Za-z][A-Za-z0-9+.-]*:.+")
ALT_TEXT = string(2000)


def plain_text(at_most: int) -> Check:
    """Describe a plain_text object."""
    return by_type(
        {"plain_text": shape({"text": string(at_most)}, {"emoji": boolean})}, "text object"
    )


def any_text(at_most: int) -> Check:
    """Describe a plain_text or mrkdwn object."""
    return by_type(
        {
            "plain_text": shape({"text": string(at_most)}, {"emoji": boolean}),
            "mrkdwn": shape({"text": string(at_most)}, {"verbatim": boolean}),
        },
        "text object",
    )


CONFIRM = shape(
    {
        "title": plain_text(100),
        "text": any_text(300),
        "confirm": plain_text(30),
        "deny": plain_text(30),
    },
    {"style": one_of("primary", "danger")},
)
DISPATCH = shape(
    optional={"trigger_actions_on": array(one_of("on_enter_pressed", "on_character_entered"), 2)}
)
SLACK_FILE = shape(optional={"id": string(255), "url": URL}, rules=(exactly_one("id", "url"),))
OPTION = shape({"text": plain_text(75), "value": string(150)}, {"description": plain_text(75)})
CHOICE = shape({"text": any_text(75), "value": string(150)}, {"description": any_text(75)})
OVERFLOW_OPTION = shape(
    {"text": plain_text(75), "value": string(150)}, {"description": plain_text(75), "url": URL}
)
OPTION_GROUP = shape({"label": plain_text(75), "options": array(OPTION, 100)})
CONVERSATION_FILTER = shape(
    optional={
        "include": array(one_of("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    }
)
IMAGE = shape(
    {"alt_text": ALT_TEXT},
    {"image_url": URL, "slack_file": SLACK_FILE},
    (exactly_one("image_url", "slack_file"),),
)


def all_options(element: Json) -> list[Json]:
    """Return an element's static options, those of its groups included."""
    groups = element.get("option_groups") or []
    grouped = [option for group in groups for option in group["options"]]
    return [*(element.get("options") or []), *grouped]


def _distinct_values(element: Json, pointer: str, report: Report) -> None:
    if not unique([option["value"] for option in all_options(element)]):
        report.add("option values must be unique", pointer)


def _initial_is_offered(element: Json, pointer: str, report: Report) -> None:
    offered = all_options(element)
    initial = element.get("initial_options")
    if initial is None:
        one = element.get("initial_option")
        initial = [] if one is None else [one]
    if any(option not in offered for option in initial):
        report.add("initial option must exactly match one of the provided options", pointer)


def _lengths_agree(element: Json, pointer: str, report: Report) -> None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if least > most:
        report.add("min_length must not be greater than max_length", pointer)


def _range_agrees(element: Json, pointer: str, report: Report) -> None:
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and most is not None and float(least) > float(most):
        report.add("min_value must not be greater than max_value", pointer)


def _decimal(value: object, pointer: str, report: Report) -> None:
    if not is_number(value):
        string(255, pattern=NUMBER)(value, pointer, report)


_COMMON: dict[str, Check] = {"action_id": ID, "focus_on_load": boolean}
_PICK: dict[str, Check] = {**_COMMON, "confirm": CONFIRM, "placeholder": plain_text(150)}
_MANY: dict[str, Check] = {**_PICK, "max_selected_items": integer(1, 100)}
_TYPED: dict[str, Check] = {
    **_COMMON,
    "placeholder": plain_text(150),
    "dispatch_action_config": DISPATCH,
}
_CHOICES: dict[str, Check] = {**_COMMON, "confirm": CONFIRM}
_STATIC: dict[str, Check] = {
    "options": array(OPTION, 100),
    "option_groups": array(OPTION_GROUP, 100),
}
_OFFER = (exactly_one("options", "option_groups"), _distinct_values, _initial_is_offered)
_CONVERSATIONS: dict[str, Check] = {
    "default_to_current_conversation": boolean,
    "filter": CONVERSATION_FILTER,
}


def _select(specific: Mapping[str, Check], rules: tuple[Any, ...] = ()) -> Check:
    return shape(optional={**_PICK, **specific}, rules=rules)


def _multi(specific: Mapping[str, Check], rules: tuple[Any, ...] = ()) -> Check:
    return shape(optional={**_MANY, **specific}, rules=rules)


ELEMENTS: dict[str, Check] = {
    "button": shape(
        {"text": plain_text(75)},
        {
            "action_id": ID,
            "url": URL,
            "value": string(2000),
            "style": one_of("primary", "danger"),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
        },
    ),
    "checkboxes": shape(
        {"options": array(CHOICE, 10)},
        {**_CHOICES, "initial_options": array(CHOICE, 10)},
        (_distinct_values, _initial_is_offered),
    ),
    "radio_buttons": shape(
        {"options": array(CHOICE, 10)},
        {**_CHOICES, "initial_option": CHOICE},
        (_distinct_values, _initial_is_offered),
    ),
    "overflow": shape(
        {"options": array(OVERFLOW_OPTION, 5)},
        {"action_id": ID, "confirm": CONFIRM},
        (_distinct_values,),
    ),
    "datepicker": _select({"initial_date": string(10, pattern=DATE)}),
    "timepicker": _select({"initial_time": string(5, pattern=TIME), "timezone": string(255)}),
    "datetimepicker": shape(
        optional={**_CHOICES, "initial_date_time": integer(1_000_000_000, 9_999_999_999)}
    ),
    "static_select": _select({**_STATIC, "initial_option": OPTION}, _OFFER),
    "multi_static_select": _multi({**_STATIC, "initial_options": array(OPTION, 100)}, _OFFER),
    "external_select": _select({"min_query_length": integer(0, 3000), "initial_option": OPTION}),
    "multi_external_select": _multi(
        {"min_query_length": integer(0, 3000), "initial_options": array(OPTION, 100)}
    ),
    "users_select": _select({"initial_user": ID}),
    "multi_users_select": _multi({"initial_users": array(ID, 100)}),
    "channels_select": _select({"initial_channel": ID, "response_url_enabled": boolean}),
    "multi_channels_select": _multi({"initial_channels": array(ID, 100)}),
    "conversations_select": _select(
        {**_CONVERSATIONS, "initial_conversation": ID, "response_url_enabled": boolean}
    ),
    "multi_conversations_select": _multi(
        {**_CONVERSATIONS, "initial_conversations": array(ID, 100)}
    ),
    "plain_text_input": shape(
        optional={
            **_TYPED,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
        },
        rules=(_lengths_agree,),
    ),
    "rich_text_input": shape(optional={**_TYPED, "initial_value": RICH_TEXT}),
    "email_text_input": shape(optional={**_TYPED, "initial_value": string(3000, 0)}),
    "url_text_input": shape(optional={**_TYPED, "initial_value": string(3000, 0)}),
    "number_input": shape(
        {"is_decimal_allowed": boolean},
        {**_TYPED, "initial_value": _decimal, "min_value": _decimal, "max_value": _decimal},
        (_range_agrees,),
    ),
    "file_input": shape(
        optional={
            "action_id": ID,
            "filetypes": array(string(50), 100),
            "max_files": integer(1, 10),
        }
    ),
    "image": IMAGE,
    "workflow_button": shape(
        {"text": plain_text(75), "workflow": shape({"trigger": shape({"url": URL})})},
        {
            "action_id": ID,
            "style": one_of("primary", "danger"),
            "accessibility_label": string(75),
        },
    ),
    "icon_button": shape(
        {"icon": one_of("trash"), "text": plain_text(75)},
        {
            "action_id": ID,
            "value": string(2000),
            "confirm": CONFIRM,
            "accessibility_label": string(75),
            "visible_to_user_ids": array(ID, 100),
        },
    ),
}

_FEEDBACK = shape(
    {"text": plain_text(75), "value": string(2000)}, {"accessibility_label": string(75)}
)
ELEMENTS["feedback_buttons"] = shape(
    {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {"action_id": ID}
)

SINGLE_SELECTS = (
    "static_select",
    "external_select",
    "users_select",
    "channels_select",
    "conversations_select",
)
SELECTS = (*SINGLE_SELECTS, *(f"multi_{kind}" for kind in SINGLE_SELECTS))
PICKERS = ("datepicker", "timepicker", "datetimepicker")
IN_ACTIONS = (
    "button",
    "checkboxes",
    "overflow",
    "radio_buttons",
    "rich_text_input",
    "workflow_button",
    *PICKERS,
    *SELECTS,
)
IN_SECTION = (
    "button",
    "checkboxes",
    "image",
    "overflow",
    "radio_buttons",
    "workflow_button",
    "datepicker",
    "timepicker",
    *SELECTS,
)
IN_INPUT = (
    "checkboxes",
    "email_text_input",
    "file_input",
    "number_input",
    "plain_text_input",
    "radio_buttons",
    "rich_text_input",
    "url_text_input",
    *PICKERS,
    *SELECTS,
)
IN_CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")


def elements(*kinds: str) -> Check:
    """Describe an element of one of these types."""
    return by_type({kind: ELEMENTS[kind] for kind in kinds}, "element")
