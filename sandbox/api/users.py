"""users.list, users.info, users.lookupByEmail."""

from sandbox.api.call import Call, Method
from sandbox.errors import SlackError
from sandbox.model import Json, User


def user_to_api(call: Call, user: User) -> Json:
    """Return a person as Slack shows them; the email only with users:read.email."""
    profile: Json = {
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.name,
        "display_name_normalized": user.name,
        "team": call.workspace.team.id,
    }
    if user.email and "users:read.email" in call.workspace.app.manifest.scopes:
        profile["email"] = user.email
    if user.bot_id is not None:
        profile["bot_id"] = user.bot_id
        profile["api_app_id"] = call.workspace.app.app_id
    return {
        "id": user.id,
        "team_id": call.workspace.team.id,
        "name": user.name,
        "real_name": user.real_name,
        "deleted": user.deleted,
        "tz": user.tz,
        "tz_label": user.tz,
        "tz_offset": user.tz_offset,
        "profile": profile,
        "is_admin": user.is_admin,
        "is_owner": False,
        "is_primary_owner": False,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "is_stranger": user.is_stranger,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 0,
    }


def list_users(call: Call) -> Json:
    """List everybody, bots included."""
    found, metadata = call.page(list(call.workspace.users.values()))
    members = [user_to_api(call, user) for user in found]
    return {"members": members, "cache_ts": 0, "response_metadata": metadata}


def info(call: Call) -> Json:
    """Describe one person."""
    user = call.workspace.users.get(call.text("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": user_to_api(call, user)}


def lookup_by_email(call: Call) -> Json:
    """Find a person by their email."""
    wanted = call.text("email").casefold()
    for user in call.workspace.users.values():
        if user.email and user.email.casefold() == wanted and not user.deleted:
            return {"user": user_to_api(call, user)}
    raise SlackError("users_not_found")


METHODS = {
    "users.list": Method(list_users, ("users:read",)),
    "users.info": Method(info, ("users:read",)),
    "users.lookupByEmail": Method(lookup_by_email, ("users:read.email",)),
}
