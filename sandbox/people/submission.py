"""What a modal does once the app acknowledged its submission."""

from sandbox.errors import SlackError
from sandbox.model import Json, View, is_object
from sandbox.state.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


class BadAck(ValueError):
    """The app's answer to a submission makes no sense to Slack; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def settle(workspace: Workspace, view: View, ack: Json | None) -> dict[str, str]:
    """Close, update, push or clear as the ack says; return its errors by block_id.

    Raises BadAck when Slack would show its own failure instead.
    """
    if ack is None:
        workspace.views.remove(view)
        return {}
    action = ack.get("response_action")
    try:
        if action == "errors":
            return _errors(workspace, view, ack.get("errors"))
        if action == "clear":
            workspace.views.clear(view.user_id)
        elif action == "update":
            workspace.views.update(_current(workspace, view), ack.get("view") or {})
        elif action == "push":
            workspace.views.push(view.user_id, ack.get("view") or {})
        else:
            raise BadAck("invalid_response_action")
    except SlackError as error:
        raise BadAck(error.code) from error
    return {}


def _current(workspace: Workspace, view: View) -> View:
    return workspace.views.find(view.id) or view


def _errors(workspace: Workspace, view: View, errors: object) -> dict[str, str]:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    if not is_object(errors) or not errors or not errors.keys() <= inputs:
        raise BadAck("invalid_errors")
    told = {block_id: str(sentence) for block_id, sentence in errors.items()}
    workspace.views.note_errors(view, told)
    return told
