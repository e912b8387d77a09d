"""views.open, push, update, publish."""

from sandbox.api.call import Call, Method
from sandbox.block_kit.views import check_view
from sandbox.errors import SlackError
from sandbox.model import Json, View
from sandbox.state.api_shapes import view_to_api


def open_view(call: Call) -> Json:
    """Open a modal for whoever the trigger belongs to."""
    content = call.object("view")
    check_view(content, "modal")
    user_id = call.tickets.redeem(call.text("trigger_id"))
    return _shown(call, call.workspace.views.open(user_id, content))


def push(call: Call) -> Json:
    """Put a modal on top of the one the trigger came from."""
    content = call.object("view")
    check_view(content, "modal")
    user_id = call.tickets.redeem(call.text("trigger_id"))
    return _shown(call, call.workspace.views.push(user_id, content))


def update(call: Call) -> Json:
    """Replace what an open modal (or a Home) shows."""
    content = call.object("view")
    view = call.workspace.views.find(call.optional("view_id"), call.optional("external_id"))
    if view is None:
        raise SlackError("not_found")
    return _shown(call, call.workspace.views.update(view, content, call.optional("hash")))


def publish(call: Call) -> Json:
    """Set one person's Home."""
    if not call.workspace.app.manifest.home_tab:
        raise SlackError("not_enabled")
    user = call.workspace.users.get(call.text("user_id"))
    if user is None or user.is_bot:
        raise SlackError("user_not_found")
    content = call.object("view")
    return _shown(call, call.workspace.views.publish(user.id, content, call.optional("hash")))


def _shown(call: Call, view: View) -> Json:
    return {"view": view_to_api(call.workspace, view)}


METHODS = {
    "views.open": Method(open_view),
    "views.push": Method(push),
    "views.update": Method(update),
    "views.publish": Method(publish),
}
