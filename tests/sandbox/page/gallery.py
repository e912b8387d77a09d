"""One of every block and element, as an app would send them; the blocks validator accepts all."""

from sandbox.model import Json
from tests.sandbox.texts import plain


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(name: str, description: str | None = None) -> Json:
    made: Json = {"text": plain(name), "value": name.lower().replace(" ", "-")}
    return made | ({"description": plain(description)} if description else {})


SIZES = [option("Small"), option("Medium"), option("Large")]

CONFIRM: Json = {
    "title": plain("Drop O-12?"),
    "text": plain("Its budget goes back to the pool."),
    "confirm": plain("Drop it"),
    "deny": plain("Keep it"),
    "style": "danger",
}


def rich(*elements: Json) -> Json:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [*elements]}],
    }


def chart(kind: str) -> Json:
    weeks = [f"W{number}" for number in range(36, 48)]
    first = [2.1, 2.4, 2.2, 2.9, 3.1, 2.8, 3.4, 3.3, 3.9, 4.2, 4.0, 4.6]
    second = [1.4, 1.3, 1.6, 1.5, 1.9, 2.2, 2.1, 2.0, 2.4, 2.3, 2.7, 2.6]
    return {
        "type": "data_visualization",
        "title": "Outcomes per million tokens",
        "chart": {
            "type": kind,
            "series": [
                {
                    "name": name,
                    "data": [{"label": w, "value": v} for w, v in zip(weeks, row, strict=True)],
                }
                for name, row in (("Checkout", first), ("Median of own past", second))
            ],
            "axis_config": {
                "categories": weeks,
                "x_label": "Week",
                "y_label": "Outcomes / 1M tokens",
            },
        },
    }


PIE: Json = {
    "type": "data_visualization",
    "title": "Tokens by kind of work",
    "chart": {
        "type": "pie",
        "segments": [
            {"label": "Features", "value": 41_000_000},
            {"label": "Fixes", "value": 18_500_000},
            {"label": "Migrations", "value": 9_200_000},
            {"label": "Exploration", "value": 6_100_000},
        ],
    },
}

RICH_TEXT: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Plain, "},
                {"type": "text", "text": "bold", "style": {"bold": True}},
                {"type": "text", "text": ", "},
                {"type": "text", "text": "code", "style": {"code": True}},
                {"type": "text", "text": " and "},
                {"type": "link", "url": "https://example.com/a?b=1&c=2", "text": "a link"},
                {"type": "text", "text": " for "},
                {"type": "user", "user_id": "U0ANA"},
                {"type": "text", "text": " in "},
                {"type": "channel", "channel_id": "C0GENERAL"},
                {"type": "text", "text": " "},
                {"type": "emoji", "name": "tada"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "indent": 0,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "first"}]},
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "second"}]},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "offset": 2,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "nested"}]}
            ],
        },
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "a quotation"}]},
        {
            "type": "rich_text_preformatted",
            "elements": [{"type": "text", "text": "mileage digest checkout"}],
        },
    ],
}

TABLE: Json = {
    "type": "table",
    "column_settings": [{"is_wrapped": True}, {"align": "right"}, {"align": "center"}],
    "rows": [
        [
            {"type": "raw_text", "text": "Outcome"},
            {"type": "raw_text", "text": "Tokens"},
            {"type": "raw_text", "text": "State"},
        ],
        [
            {"type": "raw_text", "text": "O-12 Cut checkout p95 to 300 ms"},
            {"type": "raw_number", "value": 38_200_000, "text": "38.2M"},
            rich({"type": "text", "text": "verified", "style": {"bold": True}}),
        ],
        [
            {"type": "raw_text", "text": "O-14 Migrate invoices"},
            {"type": "raw_number", "value": 12_000_000, "text": "12M"},
            {"type": "raw_text", "text": "claimed"},
        ],
    ],
}

DATA_TABLE: Json = {
    "type": "data_table",
    "caption": "Verified outcomes this week",
    "page_size": 3,
    "rows": [
        [{"type": "raw_text", "text": "Outcome"}, {"type": "raw_text", "text": "Tokens"}],
        *(
            [
                {"type": "raw_text", "text": f"O-{number}"},
                {"type": "raw_number", "value": number * 1000, "text": f"{number}k"},
            ]
            for number in range(1, 8)
        ),
    ],
}

ACTIONS: Json = {
    "type": "actions",
    "block_id": "acts",
    "elements": [
        {
            "type": "button",
            "action_id": "verify",
            "text": plain("Verify"),
            "style": "primary",
            "value": "O-12",
        },
        {
            "type": "button",
            "action_id": "drop",
            "text": plain("Drop"),
            "style": "danger",
            "value": "O-12",
            "confirm": CONFIRM,
        },
        {
            "type": "button",
            "action_id": "open",
            "text": plain("Open the pull request"),
            "url": "https://example.com/pr/1",
        },
        {
            "type": "static_select",
            "action_id": "size",
            "placeholder": plain("Size"),
            "options": SIZES,
        },
        {"type": "overflow", "action_id": "more", "options": [option("Edit"), option("Mute")]},
    ],
}

PICKERS: Json = {
    "type": "actions",
    "block_id": "pickers",
    "elements": [
        {"type": "users_select", "action_id": "who", "placeholder": plain("Who")},
        {"type": "channels_select", "action_id": "where", "placeholder": plain("Where")},
        {"type": "conversations_select", "action_id": "talk", "placeholder": plain("Conversation")},
        {"type": "datepicker", "action_id": "day", "initial_date": "2026-11-27"},
        {"type": "timepicker", "action_id": "time", "initial_time": "09:30"},
        {"type": "datetimepicker", "action_id": "moment", "initial_date_time": 1_795_000_200},
        {
            "type": "external_select",
            "action_id": "search",
            "placeholder": plain("Search outcomes"),
            "min_query_length": 1,
        },
    ],
}

TICKS: Json = {
    "type": "actions",
    "block_id": "ticks",
    "elements": [
        {
            "type": "checkboxes",
            "action_id": "boxes",
            "options": [option("Durable", "After 30 days"), option("Reviewed")],
        },
        {
            "type": "radio_buttons",
            "action_id": "radio",
            "options": SIZES,
            "initial_option": SIZES[1],
        },
    ],
}

SECTION: Json = {
    "type": "section",
    "block_id": "sec",
    "text": mrkdwn(
        "*O-12* Cut checkout p95 to 300 ms :dart:\nOwner <@U0ANA>, due <!date^1795000200^{date_short_pretty} at {time}|soon>"
    ),
    "accessory": {
        "type": "button",
        "action_id": "why",
        "text": plain("Why this?"),
        "value": "O-12",
    },
}
FIELDS: Json = {
    "type": "section",
    "fields": [
        mrkdwn("*Tokens*\n38.2M"),
        mrkdwn("*Cost*\n$412.08"),
        mrkdwn("*Outcomes*\n9 verified"),
        plain("Plain <b>& field"),
    ],
}
MULTI: Json = {
    "type": "section",
    "block_id": "multi",
    "text": mrkdwn("Choose sizes"),
    "accessory": {
        "type": "multi_static_select",
        "action_id": "sizes",
        "placeholder": plain("Sizes"),
        "options": SIZES,
    },
}
IMAGE: Json = {
    "type": "image",
    "image_url": "https://example.com/chart.png",
    "alt_text": "A rising line",
    "title": plain("Mileage"),
}
MARKDOWN: Json = {
    "type": "markdown",
    "text": "## Markdown\n**bold**, `code`, [link](https://example.com)\n\n| a | b |\n|---|--:|\n| x | 1 |\n\n- one\n- two",
}
CARD: Json = {
    "type": "card",
    "block_id": "card",
    "title": mrkdwn("*Model to task*"),
    "subtitle": plain("Coaching tip"),
    "body": mrkdwn("Trivial edits went to the largest model 14 times."),
    "actions": [{"type": "button", "action_id": "tried", "text": plain("Tried it"), "value": "t"}],
}
CONTAINER: Json = {
    "type": "container",
    "title": plain("Three outcomes at risk"),
    "subtitle": plain("Updated a minute ago"),
    "is_collapsible": True,
    "child_blocks": [
        {
            "type": "section",
            "block_id": "child",
            "text": mrkdwn("*O-14* Migrate invoices"),
            "accessory": {
                "type": "button",
                "action_id": "child_button",
                "text": plain("Open"),
                "value": "O-14",
            },
        },
        {"type": "divider"},
        {"type": "context", "elements": [mrkdwn("12M of 10M tokens")]},
    ],
}
CAROUSEL: Json = {
    "type": "carousel",
    "elements": [
        CARD | {"block_id": f"card{number}", "title": mrkdwn(f"*Tip {number}*")}
        for number in range(4)
    ],
}
CONTEXT: Json = {
    "type": "context",
    "elements": [
        {"type": "image", "image_url": "https://example.com/i.png", "alt_text": "icon"},
        mrkdwn("Figures from the gateway · list prices of *2026-11-20*"),
    ],
}
CONTEXT_ACTIONS: Json = {
    "type": "context_actions",
    "block_id": "feedback",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "useful",
            "positive_button": {"text": plain("Useful"), "value": "yes"},
            "negative_button": {"text": plain("Not useful"), "value": "no"},
        },
        {
            "type": "icon_button",
            "action_id": "bin",
            "icon": "trash",
            "text": plain("Remove"),
            "value": "bin",
        },
    ],
}
VIDEO: Json = {
    "type": "video",
    "title": plain("How Mileage counts"),
    "title_url": "https://example.com/video",
    "video_url": "https://example.com/embed",
    "thumbnail_url": "https://example.com/thumb.png",
    "alt_text": "A short tour",
    "author_name": "Ana",
}

INPUTS: dict[str, Json] = {
    "plain_text_input": {"action_id": "title", "placeholder": plain("Cut checkout p95 to 300 ms"), "max_length": 150},
    "number_input": {"action_id": "amount", "is_decimal_allowed": False, "min_value": "1"},
    "email_text_input": {"action_id": "mail"},
    "url_text_input": {"action_id": "link"},
    "rich_text_input": {"action_id": "notes"},
    "static_select": {"action_id": "size", "options": SIZES, "placeholder": plain("Size")},
    "multi_static_select": {"action_id": "tags", "options": SIZES},
    "external_select": {"action_id": "search", "min_query_length": 1},
    "multi_external_select": {"action_id": "searches", "min_query_length": 1},
    "users_select": {"action_id": "verifier"},
    "multi_users_select": {"action_id": "team"},
    "channels_select": {"action_id": "channel"},
    "multi_channels_select": {"action_id": "channels"},
    "conversations_select": {"action_id": "talk"},
    "multi_conversations_select": {"action_id": "talks"},
    "checkboxes": {"action_id": "flags", "options": [option("Exploration", "Never scored"), option("Urgent")]},
    "radio_buttons": {"action_id": "kind", "options": [option("Feature"), option("Fix")]},
    "datepicker": {"action_id": "deadline"},
    "timepicker": {"action_id": "hour"},
    "datetimepicker": {"action_id": "moment"},
    "file_input": {"action_id": "evidence", "filetypes": ["png", "pdf"], "max_files": 2},
}  # fmt: skip


def input_block(kind: str, **more: object) -> Json:
    element = {"type": kind, **INPUTS[kind]}
    label = kind.replace("_", " ").capitalize()
    return {
        "type": "input",
        "block_id": f"in_{kind}",
        "label": plain(label),
        "element": element,
        **more,
    }


MESSAGE_BLOCKS: list[Json] = [
    {"type": "header", "text": plain("Mileage of Checkout, week 47 :fuelpump:")},
    SECTION, FIELDS, {"type": "divider"}, chart("line"), TABLE, RICH_TEXT, MARKDOWN, IMAGE, CONTEXT, ACTIONS,
    PICKERS, TICKS, MULTI, CONTAINER, CARD, CAROUSEL, VIDEO, CONTEXT_ACTIONS,
]  # fmt: skip
"""Each kind of block of a message but the data table, which may not stand beside a table."""

MODAL: Json = {
    "type": "modal",
    "callback_id": "declare",
    "title": plain("Declare an outcome"),
    "submit": plain("Declare"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "alert",
            "level": "info",
            "text": mrkdwn("Your team has *120M* tokens left this month."),
        },
        input_block("plain_text_input", hint=plain("Say what will be true when it is done.")),
        input_block("static_select"),
        input_block("radio_buttons"),
        input_block("datepicker", optional=True),
        input_block("multi_users_select", optional=True),
        input_block("checkboxes", optional=True),
        input_block("rich_text_input", optional=True),
    ],
}

EVERY_INPUT: Json = {
    "type": "modal",
    "callback_id": "everything",
    "title": plain("Every input"),
    "submit": plain("Send"),
    "blocks": [input_block(kind, optional=True) for kind in INPUTS],
}
