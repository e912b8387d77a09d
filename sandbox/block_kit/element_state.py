"""`state.values`: what every stateful element of a surface holds, initial values included.

The one place that knows it: the page posts only what a person changed.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sandbox.block_kit.blocks import elements_of, walk
from sandbox.block_kit.elements import DATE, NUMBER, TIME, all_options
from sandbox.model import Entered, Json, is_object

REQUIRED = "Please complete this required field."

# Element type -> (field of its state, name of its initial value, whether it holds a list).
FIELDS: dict[str, tuple[str, str, bool]] = {
    "checkboxes": ("selected_options", "initial_options", True),
    "radio_buttons": ("selected_option", "initial_option", False),
    "datepicker": ("selected_date", "initial_date", False),
    "timepicker": ("selected_time", "initial_time", False),
    "datetimepicker": ("selected_date_time", "initial_date_time", False),
    "static_select": ("selected_option", "initial_option", False),
    "external_select": ("selected_option", "initial_option", False),
    "users_select": ("selected_user", "initial_user", False),
    "channels_select": ("selected_channel", "initial_channel", False),
    "conversations_select": ("selected_conversation", "initial_conversation", False),
    "multi_static_select": ("selected_options", "initial_options", True),
    "multi_external_select": ("selected_options", "initial_options", True),
    "multi_users_select": ("selected_users", "initial_users", True),
    "multi_channels_select": ("selected_channels", "initial_channels", True),
    "multi_conversations_select": ("selected_conversations", "initial_conversations", True),
    "plain_text_input": ("value", "initial_value", False),
    "email_text_input": ("value", "initial_value", False),
    "url_text_input": ("value", "initial_value", False),
    "number_input": ("value", "initial_value", False),
    "rich_text_input": ("rich_text_value", "initial_value", False),
    "file_input": ("files", "", True),
}
_OPTION_FIELDS = ("selected_option", "selected_options")
_FORMS = {"datepicker": DATE, "timepicker": TIME}


class BadChoice(ValueError):
    """What was picked does not exist on the surface; the sentence says what and where."""


def stateful(blocks: Sequence[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every (block, element) that keeps state."""
    for _, block in walk(blocks):
        for element in elements_of(block):
            if element["type"] in FIELDS:
                yield block, element


def find(blocks: Sequence[Json], block_id: str, action_id: str) -> tuple[Json, Json]:
    """Return the block and element of these ids; raises BadChoice when there are none."""
    for _, block in walk(blocks):
        if block.get("block_id") == block_id:
            for element in elements_of(block):
                if element.get("action_id") == action_id:
                    return block, element
    raise BadChoice(f"There is no element {action_id!r} in a block {block_id!r} here.")


def holder_of(blocks: Sequence[Json], action_id: str) -> str:
    """Return the id of the block that holds an element; raises BadChoice when none does."""
    for _, block in walk(blocks):
        if any(element.get("action_id") == action_id for element in elements_of(block)):
            return str(block["block_id"])
    raise BadChoice(f"There is no element {action_id!r} here.")


def state_values(blocks: Sequence[Json], entered: Entered) -> Entered:
    """Return Slack's `state.values` for a surface: initial values overlaid by what was entered.

    `{block_id: {action_id: {"type": ..., "value" | "selected_option" | ...}}}`; an empty element is
    null, or [] for multi selects and checkboxes.
    """
    values: Entered = {}
    for block, element in stateful(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        state = entered.get(block_id, {}).get(action_id)
        if state is None or state["type"] != element["type"]:
            state = _initial(element)
        values.setdefault(block_id, {})[action_id] = state
    return values


def apply(
    blocks: Sequence[Json],
    entered: Entered,
    changed: Mapping[str, Mapping[str, Any]],
    offered: Mapping[tuple[str, str], Sequence[Json]] | None = None,
) -> Entered:
    """Return `entered` with a person's choices added; refuses what the elements cannot hold.

    `offered` are the options an external select was last given, by (block_id, action_id).
    Raises BadChoice (a ValueError) for an unknown block, action or option.
    """
    result: Entered = {block_id: dict(actions) for block_id, actions in entered.items()}
    for block_id, actions in changed.items():
        for action_id, choice in actions.items():
            _, element = find(blocks, block_id, action_id)
            if element["type"] not in FIELDS:
                raise BadChoice(f"{action_id!r} in {block_id!r} keeps no state.")
            options = [*all_options(element), *(offered or {}).get((block_id, action_id), ())]
            state = _state_of(element, choice, options)
            result.setdefault(block_id, {})[action_id] = state
    return result


def keep(blocks: Sequence[Json], entered: Entered) -> Entered:
    """Return what of `entered` still has an element after a view or message was updated."""
    kept: Entered = {}
    for block, element in stateful(blocks):
        block_id, action_id = block["block_id"], element["action_id"]
        state = entered.get(block_id, {}).get(action_id)
        if state is not None and state["type"] == element["type"]:
            kept.setdefault(block_id, {})[action_id] = state
    return kept


def problems(blocks: Sequence[Json], entered: Entered) -> dict[str, str]:
    """Return `{block_id: sentence}` for inputs that Slack would not let a person submit."""
    values = state_values(blocks, entered)
    found: dict[str, str] = {}
    for block, element in stateful(blocks):
        if block["type"] != "input":
            continue
        held = values[block["block_id"]][element["action_id"]][FIELDS[element["type"]][0]]
        if held in (None, "", []):
            if not block.get("optional"):
                found[block["block_id"]] = REQUIRED
        elif element["type"] in _SUBMITTABLE:
            sentence = _SUBMITTABLE[element["type"]](element, held)
            if sentence is not None:
                found[block["block_id"]] = sentence
    return found


def answerable(blocks: Sequence[Json], entered: Entered) -> Iterator[tuple[str, str, str]]:
    """Yield (block_id, action_id, channel id) of every response_url_enabled select with a choice."""
    values = state_values(blocks, entered)
    for block, element in stateful(blocks):
        state = values[block["block_id"]][element["action_id"]]
        channel_id = state.get("selected_conversation") or state.get("selected_channel")
        if element.get("response_url_enabled") and channel_id:
            yield block["block_id"], element["action_id"], channel_id


def choice_of(element: Json, state: Json) -> Json:
    """Return the part of an element's state that an action payload carries besides its type."""
    name = FIELDS[element["type"]][0]
    return {name: state[name]}


def pressed(element: Json, value: object) -> Json:
    """Return what pressing a stateless element adds to its action: a button, an overflow, feedback."""
    if element["type"] == "overflow":
        return {"selected_option": _option(element, value, element["options"])}
    if element["type"] == "feedback_buttons":
        return _feedback(element, value)
    kept = ("text", "value", "style", "url", "confirm", "icon")
    return {name: element[name] for name in kept if name in element}


def _feedback(element: Json, value: object) -> Json:
    for side in (element["positive_button"], element["negative_button"]):
        if side["value"] == value:
            return {"text": side["text"], "value": value}
    raise BadChoice(f"{element['action_id']!r} does not offer {value!r}.")


def _initial(element: Json) -> Json:
    name, initial, is_list = FIELDS[element["type"]]
    value = element.get(initial)
    if element["type"] == "number_input" and value is not None:
        value = str(value)
    if value is None and is_list:
        value = []
    return {"type": element["type"], name: value}


def _state_of(element: Json, choice: object, options: Sequence[Json]) -> Json:
    name, _, is_list = FIELDS[element["type"]]
    picked: object
    if is_list:
        entries = choice if isinstance(choice, list | tuple) else [] if not choice else [choice]
        picked = [_one(element, name, entry, options) for entry in entries]
        _mind_most(element, len(entries))
    else:
        picked = None if choice in (None, "") else _one(element, name, choice, options)
    return {"type": element["type"], name: picked}


def _mind_most(element: Json, count: int) -> None:
    most = element.get("max_selected_items", element.get("max_files"))
    if most is not None and count > most:
        raise BadChoice(f"{element['action_id']!r} takes at most {most}.")


def _one(element: Json, name: str, choice: object, options: Sequence[Json]) -> object:
    if name in _OPTION_FIELDS:
        return _option(element, choice, options)
    if name == "selected_date_time":
        return _whole(element, choice)
    if name == "rich_text_value":
        return _rich_text(element, choice)
    if name == "files":
        return choice if is_object(choice) else {"id": str(choice)}
    if not isinstance(choice, str):
        raise BadChoice(f"{element['action_id']!r} takes text, not {choice!r}.")
    form = _FORMS.get(element["type"])
    if form is not None and not re.fullmatch(form, choice):
        raise BadChoice(f"{element['action_id']!r} takes a {name.removeprefix('selected_')}.")
    return choice


def _option(element: Json, choice: object, options: Sequence[Json]) -> Json:
    wanted = choice.get("value") if is_object(choice) else choice
    for option in (*options, *_initial_options(element)):
        if option["value"] == wanted:
            return option
    raise BadChoice(f"{element['action_id']!r} does not offer {wanted!r}.")


def _initial_options(element: Json) -> list[Json]:
    one = element.get("initial_option")
    return [*(element.get("initial_options") or []), *([one] if one else [])]


def _whole(element: Json, choice: object) -> int:
    if isinstance(choice, str | int) and re.fullmatch(r"\d{10}", str(choice)):
        return int(choice)
    raise BadChoice(f"{element['action_id']!r} takes Unix seconds of ten digits.")


def _rich_text(element: Json, choice: object) -> Json:
    if is_object(choice):
        return choice
    if isinstance(choice, str):
        line = {"type": "rich_text_section", "elements": [{"type": "text", "text": choice}]}
        return {"type": "rich_text", "elements": [line]}
    raise BadChoice(f"{element['action_id']!r} takes text or a rich_text object.")


def _text_problem(element: Json, held: str) -> str | None:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    if len(held) < least:
        return f"Must be at least {least} characters."
    if len(held) > most:
        return f"Must be at most {most} characters."
    return None


def _email_problem(_: Json, held: str) -> str | None:
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", held) else "Enter a valid email."


def _url_problem(_: Json, held: str) -> str | None:
    return None if re.fullmatch(r"[A-Za-z][\w+.-]*:\S+", held) else "Enter a valid URL."


def _number_problem(element: Json, held: str) -> str | None:
    if not re.fullmatch(NUMBER, held):
        return "Enter a number."
    if "." in held and not element["is_decimal_allowed"]:
        return "Enter a whole number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(held) < float(least):
        return f"Must be at least {least}."
    if most is not None and float(held) > float(most):
        return f"Must be at most {most}."
    return None


_SUBMITTABLE: dict[str, Callable[[Json, str], str | None]] = {
    "plain_text_input": _text_problem,
    "email_text_input": _email_problem,
    "url_text_input": _url_problem,
    "number_input": _number_problem,
}
