"""The rich_text block: sections, lists, quotes and preformatted text, and what stands in them."""

from sandbox.block_kit.schema import (
    Check,
    array,
    boolean,
    by_type,
    integer,
    lazily,
    one_of,
    shape,
    string,
)

_STYLE = shape(
    optional=dict.fromkeys(
        (
            "bold",
            "italic",
            "strike",
            "code",
            "underline",
            "highlight",
            "client_highlight",
            "unlink",
        ),
        boolean,
    )
)
_ID = string(255)
_STYLED: dict[str, Check] = {"style": _STYLE}

INLINE: dict[str, Check] = {
    "text": shape({"text": string(12_000)}, _STYLED),
    "link": shape({"url": string(3000)}, {**_STYLED, "text": string(12_000, 0), "unsafe": boolean}),
    "emoji": shape(
        {"name": string(255)}, {**_STYLED, "unicode": string(255), "skin_tone": integer(1, 6)}
    ),
    "user": shape({"user_id": _ID}, _STYLED),
    "usergroup": shape({"usergroup_id": _ID}, _STYLED),
    "channel": shape({"channel_id": _ID}, _STYLED),
    "broadcast": shape({"range": one_of("here", "channel", "everyone")}, _STYLED),
    "color": shape({"value": string(255)}, _STYLED),
    "date": shape(
        {"timestamp": integer(0, 99_999_999_999), "format": string(255)},
        {**_STYLED, "fallback": string(3000), "url": string(3000)},
    ),
}
_INLINE = array(by_type(INLINE, "rich text element"), 1000, 0)
_SECTION = shape({"elements": _INLINE})
_BORDER: dict[str, Check] = {"border": integer(0, 1)}

_PARTS: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_preformatted": shape({"elements": _INLINE}, {**_BORDER, "language": string(50)}),
    "rich_text_quote": shape({"elements": _INLINE}, _BORDER),
    "rich_text_list": shape(
        {
            "style": one_of("bullet", "ordered"),
            "elements": array(by_type({"rich_text_section": _SECTION}, "list item"), 1000),
        },
        {**_BORDER, "indent": integer(0, 8), "offset": integer(0, 100_000)},
    ),
}

RICH_TEXT: Check = lazily(
    lambda: by_type(
        {
            "rich_text": shape(
                {"elements": array(by_type(_PARTS, "rich text element"), 1000)},
                {"block_id": _ID},
            )
        },
        "rich text",
    )
)
