"""api.test, auth.test, apps.connections.open, team.info, bots.info, blocks.validate."""

from sandbox.api.call import Call, Method
from sandbox.block_kit.messages import checked_blocks
from sandbox.block_kit.views import check_view
from sandbox.errors import SlackError
from sandbox.model import Json


def api_test(call: Call) -> Json:
    """Echo; refuse when asked to."""
    if call.optional("error"):
        raise SlackError(call.text("error"))
    return {"args": {k: v for k, v in call.args.items() if k != "token"}}


def auth_test(call: Call) -> Json:
    """Say who the token is."""
    app, team = call.workspace.app, call.workspace.team
    return {
        "url": f"{call.base_url}/",
        "team": team.name,
        "user": call.workspace.users[app.bot_user_id].name,
        "team_id": team.id,
        "user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
        **({"enterprise_id": team.enterprise_id} if team.enterprise_id else {}),
    }


def connections_open(call: Call) -> Json:
    """Give out a WebSocket address that works once."""
    if not call.workspace.app.manifest.socket_mode:
        raise SlackError("socket_mode_not_enabled")
    address = call.base_url.replace("http", "ws", 1)
    app_id = call.workspace.app.app_id
    return {"url": f"{address}/link/?ticket={call.hub.issue_ticket()}&app_id={app_id}"}


def team_info(call: Call) -> Json:
    """Describe the workspace."""
    team = call.workspace.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain}}


def bots_info(call: Call) -> Json:
    """Describe the app's bot."""
    app = call.workspace.app
    if call.optional("bot") not in (None, app.bot_id):
        raise SlackError("bot_not_found")
    user = call.workspace.users[app.bot_user_id]
    bot = {"id": app.bot_id, "app_id": app.app_id, "user_id": user.id, "name": user.real_name}
    return {"bot": {**bot, "deleted": False}}


def blocks_validate(call: Call) -> Json:
    """Check blocks, a message or a view, without posting."""
    if call.args.get("view") is not None:
        view = call.object("view")
        check_view(view, "home" if view.get("type") == "home" else "modal")
        return {}
    blocks = call.json("blocks", "invalid_blocks_format")
    if call.args.get("message") is not None:
        blocks = call.object("message").get("blocks")
    checked_blocks(blocks, call.refused_types)
    return {}


METHODS = {
    "api.test": Method(api_test, bearer="anyone"),
    "auth.test": Method(auth_test),
    "apps.connections.open": Method(connections_open, bearer="app"),
    "team.info": Method(team_info, ("team:read",)),
    "bots.info": Method(bots_info, ("users:read",)),
    "blocks.validate": Method(blocks_validate),
}
