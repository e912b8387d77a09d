"""Block Kit JSON to HTML: one template for each kind of block and element, all autoescaped.

The only markup that is not a template's own comes from mrkdwn, markdown, rich_text and charts, which
escape what they are given.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from urllib.parse import quote, urlsplit

from jinja2 import ChainableUndefined, Environment, FileSystemLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from sandbox.model import Entered, Json
from sandbox.page import fields
from sandbox.page.charts import chart_of
from sandbox.page.emoji import QUICK_REACTIONS, emoji_for
from sandbox.page.markdown import markdown
from sandbox.page.mrkdwn import is_safe_url, mrkdwn, plain
from sandbox.page.reader import Reader
from sandbox.page.rich_text import rich_text

BLOCKS = frozenset(
    {
        "actions", "alert", "card", "carousel", "container", "context", "context_actions",
        "data_table", "data_visualization", "divider", "file", "header", "image", "input",
        "markdown", "rich_text", "section", "table", "video",
    }
)  # fmt: skip

ELEMENTS: Mapping[str, str] = {
    "button": "button",
    "workflow_button": "button",
    "icon_button": "icon_button",
    "feedback_buttons": "feedback_buttons",
    "overflow": "overflow",
    "image": "image",
    "mrkdwn": "text",
    "plain_text": "text",
    "static_select": "select",
    "users_select": "select",
    "conversations_select": "select",
    "channels_select": "select",
    "external_select": "picker",
    "multi_static_select": "picker",
    "multi_external_select": "picker",
    "multi_users_select": "picker",
    "multi_conversations_select": "picker",
    "multi_channels_select": "picker",
    "checkboxes": "choices",
    "radio_buttons": "choices",
    "datepicker": "text_field",
    "timepicker": "text_field",
    "datetimepicker": "text_field",
    "plain_text_input": "text_field",
    "number_input": "text_field",
    "email_text_input": "text_field",
    "url_text_input": "text_field",
    "rich_text_input": "text_field",
    "file_input": "file_input",
}
"""Element types and the template that shows each."""

INPUT_TYPES: Mapping[str, str] = {
    "datepicker": "date",
    "timepicker": "time",
    "datetimepicker": "datetime-local",
    "email_text_input": "email",
    "url_text_input": "url",
}

_SURFACE_OF_PEOPLE = {"users_select", "multi_users_select"}
_SURFACE_OF_CHANNELS = {"channels_select", "multi_channels_select"}


@dataclass(frozen=True, slots=True)
class Surface:
    """Where blocks are shown: a message, a modal or Home.

    key: unique on the page, a prefix of DOM ids. act_url and options_url take the interactions.
    state: Slack's `state.values`. errors: `{block_id: sentence}`.
    """

    key: str
    act_url: str = ""
    options_url: str = ""
    state: Entered = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


def render_blocks(blocks: Sequence[Json], reader: Reader, surface: Surface) -> Markup:
    """Return the HTML of a list of blocks on a surface."""
    return render("blocks.html", blocks=blocks, reader=reader, surface=surface)


def render(template: str, **context: object) -> Markup:
    """Return a template's HTML. Values are escaped; only Markup passes as it is."""
    # The environment autoescapes every value, so its output is markup by construction.
    return Markup(_environment().get_template(template).render(context))  # noqa: S704


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=ChainableUndefined,  # Block Kit JSON is mostly optional fields
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(text=_text, mrkdwn=_mrkdwn, initials=initials, hue=hue)
    environment.globals.update(
        block_template=_block_template,
        chart_of=chart_of,
        control=control,
        element_template=_element_template,
        emoji_for=emoji_for,
        image_source=image_source,
        is_safe_url=is_safe_url,
        markdown=markdown,
        quick_reactions=QUICK_REACTIONS,
        rich_text=rich_text,
    )
    return environment


def _block_template(block: Json) -> str:
    kind = str(block.get("type"))
    return f"block/{kind if kind in BLOCKS else 'unknown'}.html"


def _element_template(element: Json) -> str:
    return f"element/{ELEMENTS.get(str(element.get('type')), 'unknown')}.html"


@pass_context
def _text(context: Context, value: Json | str | None) -> Markup:
    """Return a text object (or a bare string, taken as plain text) as HTML."""
    if not value:
        return Markup()
    if isinstance(value, str):
        return plain(value)
    if value.get("type") == "mrkdwn":
        return mrkdwn(str(value.get("text", "")), context["reader"])
    return plain(str(value.get("text", "")), emoji=value.get("emoji", True) is not False)


@pass_context
def _mrkdwn(context: Context, value: str) -> Markup:
    return mrkdwn(value, context["reader"])


def initials(name: str) -> str:
    """Return one or two letters for an avatar."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(
        word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)
    ).upper()


def hue(key: str) -> int:
    """Return the same one of twelve colours for the same key in every run."""
    return sum((index + 1) * ord(character) for index, character in enumerate(key)) % 12


def image_source(image: Json, reader: Reader) -> str | None:
    """Return a local address of an image, or None: the page loads nothing from elsewhere."""
    slack_file = image.get("slack_file") or {}
    if slack_file:
        return reader.files.get(str(slack_file.get("id")) or "") or _local_file(
            str(slack_file.get("url", "")), reader
        )
    return _local_file(str(image.get("image_url", "")), reader)


def _local_file(url: str, reader: Reader) -> str | None:
    """Return the reader's address of a file of this workspace, told by the id in its address."""
    parts = re.split(r"[/-]", urlsplit(url).path) if url else []
    return next((reader.files[part] for part in parts if part in reader.files), None)


@dataclass(frozen=True, slots=True)
class Control:
    """An element made ready for its template."""

    id: str
    name: str
    value: str
    values: tuple[str, ...]
    groups: tuple[tuple[str, tuple[Json, ...]], ...]
    acts: bool
    trigger: str
    vals: Json
    input_type: str
    is_multiple: bool
    has_error: bool
    is_external: bool

    @property
    def options(self) -> tuple[Json, ...]:
        """Return the options of every group in one row."""
        return tuple(option for _, options in self.groups for option in options)

    @property
    def chosen(self) -> tuple[Json, ...]:
        """Return the options that are chosen now."""
        return tuple(option for option in self.options if option["value"] in self.values)


def control(element: Json, block: Json, surface: Surface, reader: Reader) -> Control:
    """Work out everything a template needs to show an element as a form control."""
    block_id, action_id = str(block.get("block_id", "")), str(element.get("action_id", ""))
    kind = str(element.get("type"))
    return Control(
        id=f"{surface.key}-{quote(block_id, safe='')}-{quote(action_id, safe='')}",
        name=fields.field_name(block_id, action_id),
        value=fields.shown(block, element, surface.state, reader),
        values=tuple(fields.chosen_values(block, element, surface.state)),
        groups=_groups(element, fields.chosen_options(block, element, surface.state), reader),
        acts=_acts(element, block, surface),
        trigger=_trigger(block),
        vals={"block_id": block_id, "action_id": action_id},
        input_type=INPUT_TYPES.get(kind, "text"),
        is_multiple=fields.is_multiple(element),
        has_error=block_id in surface.errors,
        is_external=kind in ("external_select", "multi_external_select"),
    )


def _acts(element: Json, block: Json, surface: Surface) -> bool:
    """Whether choosing sends an action at once, rather than waiting for the form's submission."""
    if block.get("type") == "input":
        return bool(block.get("dispatch_action")) and bool(surface.act_url)
    return bool(surface.act_url) and element.get("type") != "file_input"


def _trigger(block: Json) -> str:
    """Return when a dispatching text input acts: on Enter, or as one types."""
    element = block.get("element") or {}
    config = element.get("dispatch_action_config") or {}
    on = config.get("trigger_actions_on") or ["on_enter_pressed"]
    typing = ["input delay:400ms"] if "on_character_entered" in on else []
    return ", ".join([*typing, *(["dispatch"] if "on_enter_pressed" in on else [])])


def _groups(
    element: Json, chosen: Sequence[Json], reader: Reader
) -> tuple[tuple[str, tuple[Json, ...]], ...]:
    """Return `(label, options)` of a select; one unlabelled group unless the app made groups."""
    kind = str(element.get("type"))
    if kind in _SURFACE_OF_PEOPLE:
        return (("", _named(reader.people, "")),)
    if kind in _SURFACE_OF_CHANNELS:
        return (("", _named(reader.channels, "# ")),)
    if kind in ("conversations_select", "multi_conversations_select"):
        return _conversations(element, reader)
    if kind in ("external_select", "multi_external_select"):
        return (("", tuple(chosen)),)
    if element.get("option_groups"):
        return tuple(
            (str(group["label"].get("text", "")), tuple(group["options"]))
            for group in element["option_groups"]
        )
    return (("", tuple(element.get("options", []))),)


def _conversations(element: Json, reader: Reader) -> tuple[tuple[str, tuple[Json, ...]], ...]:
    include = (element.get("filter") or {}).get("include") or ["public", "private", "im"]
    channels = _named(reader.channels, "# ") if {"public", "private"} & set(include) else ()
    direct = _named(reader.direct, "") if "im" in include else ()
    return tuple(
        (label, options)
        for label, options in (("Channels", channels), ("Direct messages", direct))
        if options
    )


def _named(names: Mapping[str, str], mark: str) -> tuple[Json, ...]:
    ordered = sorted(names.items(), key=lambda item: item[1].casefold())
    return tuple(
        {"text": {"type": "plain_text", "text": f"{mark}{name}", "emoji": False}, "value": key}
        for key, name in ordered
    )
