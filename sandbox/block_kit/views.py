"""What a modal or Home may be."""

import json

from sandbox.block_kit.blocks import problems_of
from sandbox.block_kit.elements import ID, plain_text
from sandbox.block_kit.schema import Check, Report, Surface, boolean, shape, string
from sandbox.errors import Problem, SlackError
from sandbox.model import Json, is_object

MAX_VIEW_BYTES = 250_000


def _anything(value: object, pointer: str, report: Report) -> None:
    """Leave a field to somebody else."""


_SHARED: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
}
_SHAPES: dict[str, Check] = {
    "modal": shape(
        {"title": plain_text(24), "blocks": _anything},
        {
            **_SHARED,
            "submit": plain_text(24),
            "close": plain_text(24),
            "clear_on_close": boolean,
            "notify_on_close": boolean,
            "submit_disabled": boolean,
        },
    ),
    "home": shape({"blocks": _anything}, {**_SHARED, "external_id": ID}),
}


def check_view(content: object, kind: str) -> None:
    """Refuse a view payload that Slack would refuse (invalid_arguments, view_too_large)."""
    found = _view_problems(content, kind)
    if found:
        raise SlackError.of_problems("invalid_arguments", found, root="/view")
    if len(json.dumps(content)) > MAX_VIEW_BYTES:
        raise SlackError("view_too_large")


def _view_problems(content: object, kind: str) -> list[Problem]:
    if not is_object(content):
        return [Problem("must provide an object", "")]
    if content.get("type") != kind:
        return [Problem(f"unsupported type: {content.get('type')}", "/type")]
    surface: Surface = "home" if kind == "home" else "modal"
    report = Report(surface)
    _SHAPES[kind](content, "", report)
    blocks = content.get("blocks")
    for problem in problems_of(blocks, surface):
        report.add(problem.message, f"/blocks{problem.pointer}")
    if not report.problems and kind == "modal" and "submit" not in content:
        report.problems.extend(_needs_submit(content["blocks"]))
    return report.problems


def _needs_submit(blocks: list[Json]) -> list[Problem]:
    if any(block["type"] == "input" for block in blocks):
        return [Problem("missing required field: submit (the view has input blocks)", "")]
    return []
