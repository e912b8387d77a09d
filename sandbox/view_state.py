"""`state.values`: what every stateful element of a surface holds, initial values included.

The one place that knows it: the page posts only what a person changed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.model import Entered, Json


def state_values(blocks: Sequence[Json], entered: Entered) -> Entered:
    """Return Slack's `state.values` for a surface: initial values overlaid by what was entered.

    `{block_id: {action_id: {"type": ..., "value" | "selected_option" | ...}}}`; an empty element is
    null, or [] for multi selects and checkboxes.
    """
    raise NotImplementedError


def apply(
    blocks: Sequence[Json], entered: Entered, changed: Mapping[str, Mapping[str, Any]]
) -> Entered:
    """Return `entered` with a person's choices added; refuses what the elements cannot hold.

    Raises BadChoice (a ValueError) for an unknown block, action or option.
    """
    raise NotImplementedError


def problems(blocks: Sequence[Json], entered: Entered) -> dict[str, str]:
    """Return `{block_id: sentence}` for inputs that Slack would not let a person submit."""
    raise NotImplementedError
