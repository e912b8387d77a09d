"""Block Kit elements as form fields: their names, what they show now, and what a posted form means.

The page posts every field of a surface; only what differs from what was shown counts as a choice,
so that an untouched element (rich text above all) is never flattened by a round trip.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sandbox.block_kit.element_state import FIELDS, stateful
from sandbox.model import Entered, Json
from sandbox.page.reader import Reader
from sandbox.page.rich_text import rich_text_as_words
from sandbox.people.acts import Choice


def field_name(block_id: str, action_id: str) -> str:
    """Return the form field of an element; ids may hold any character."""
    return f"field/{quote(block_id, safe='')}/{quote(action_id, safe='')}"


def is_stateful(element: Json) -> bool:
    """Whether Slack keeps a state for this element."""
    return element.get("type") in FIELDS


def is_multiple(element: Json) -> bool:
    """Whether the element holds a list of choices."""
    kind = str(element.get("type"))
    return kind in FIELDS and FIELDS[kind][2]


def held_by(block: Json, element: Json, state: Entered) -> Any:  # noqa: ANN401  # Slack's own shapes
    """Return what `state.values` holds for an element: text, an option, ids, or nothing."""
    kind = str(element.get("type"))
    if kind not in FIELDS:
        return None
    name, _, is_list = FIELDS[kind]
    held = state.get(str(block.get("block_id")), {}).get(str(element.get("action_id")), {})
    return held.get(name) or ([] if is_list else None)


def chosen_options(block: Json, element: Json, state: Entered) -> list[Json]:
    """Return the chosen option objects, for selects whose options are not in the block."""
    held = held_by(block, element, state)
    options = held if isinstance(held, list) else [held]
    return [option for option in options if isinstance(option, dict) and "value" in option]


def chosen_values(block: Json, element: Json, state: Entered) -> list[str]:
    """Return the chosen values of an element as its field holds them."""
    held = held_by(block, element, state)
    entries = held if isinstance(held, list) else [] if held is None else [held]
    return [_value(entry) for entry in entries]


def option_groups(
    found: Sequence[Json], without: Sequence[str] = ()
) -> list[tuple[str, list[Json]]]:
    """Return `(label, options)` of what an app offers: options, or groups of them."""
    if any("options" in entry for entry in found):
        groups = [(str(entry["label"].get("text", "")), entry["options"]) for entry in found]
    else:
        groups = [("", list(found))]
    kept = ((label, [o for o in options if o["value"] not in without]) for label, options in groups)
    return [(label, options) for label, options in kept if options]


def shown(block: Json, element: Json, state: Entered, reader: Reader) -> str:
    """Return the text that a single-valued element's field holds."""
    held = held_by(block, element, state)
    if held is None or isinstance(held, list):
        return ""
    if element.get("type") == "rich_text_input":
        return rich_text_as_words(held)
    if element.get("type") == "datetimepicker":
        return f"{reader.local(int(held)):%Y-%m-%dT%H:%M}"
    return _value(held)


def read_field(element: Json, texts: Sequence[str], reader: Reader) -> Choice:
    """Return the choice that an element's posted texts mean; None or [] when empty.

    Raises ValueError for a date and time that is none.
    """
    if is_multiple(element):
        return [text for text in texts if text]
    text = _last(texts)
    if text and element.get("type") == "datetimepicker":
        return int(datetime.fromisoformat(text).replace(tzinfo=reader.zone).timestamp())
    return text or None


def read_form(
    blocks: Sequence[Json],
    state: Entered,
    form: Mapping[str, Sequence[str]],
    reader: Reader,
) -> dict[str, dict[str, Choice]]:
    """Return what the person changed: `{block_id: {action_id: choice}}`.

    `state` is what the surface showed (Slack's `state.values`); `form` holds every text posted for
    each field. Raises ValueError for a date and time that is none.
    """
    changed: dict[str, dict[str, Choice]] = {}
    for block, element in stateful(blocks):
        block_id, action_id = str(block["block_id"]), str(element["action_id"])
        texts = form.get(field_name(block_id, action_id), ())
        if element["type"] == "file_input" and not any(texts):
            continue
        if is_multiple(element):
            is_same = sorted(filter(None, texts)) == sorted(chosen_values(block, element, state))
        else:
            is_same = _last(texts) == shown(block, element, state, reader)
        if not is_same:
            changed.setdefault(block_id, {})[action_id] = read_field(element, texts, reader)
    return changed


def _last(texts: Sequence[str]) -> str:
    return texts[-1].replace("\r\n", "\n") if texts else ""


def _value(entry: object) -> str:
    if isinstance(entry, dict):
        return str(entry.get("value", entry.get("id", "")))
    return str(entry)
