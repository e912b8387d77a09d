"""Every Web API method the bot calls, and the scope each needs. `mileage doctor` and a test read it."""

from typing import Final

METHOD_SCOPES: Final[dict[str, frozenset[str]]] = {
    "auth.test": frozenset(),
    "apps.connections.open": frozenset(),  # the app-level token's own connections:write
    "chat.getPermalink": frozenset(),
    "chat.postMessage": frozenset({"chat:write"}),
    "chat.postEphemeral": frozenset({"chat:write"}),
    "chat.update": frozenset({"chat:write"}),
    "conversations.history": frozenset({"channels:history"}),
    "conversations.info": frozenset({"channels:read", "groups:read"}),
    "conversations.members": frozenset({"channels:read", "groups:read"}),
    "conversations.replies": frozenset({"channels:history"}),
    "conversations.open": frozenset({"im:write"}),
    "files.completeUploadExternal": frozenset({"files:write"}),
    "files.getUploadURLExternal": frozenset({"files:write"}),
    "users.info": frozenset({"users:read", "users:read.email"}),
    "views.open": frozenset(),
    "views.update": frozenset(),
    "views.publish": frozenset(),
}

COMMANDS_SCOPE: Final = "commands"

OPTIONAL: Final[dict[str, str]] = {
    "channels:history": "a posting that was cut short cannot be looked up; the lead is asked instead",
    "files:write": "where Slack refuses its own chart block, the digest comes without a picture",
    "groups:read": "the digest's channel cannot be private",
    "users:read.email": "usage imported by e-mail address is not found for people who join by Slack",
}
"""What can be left out, and what then is missing."""


def needed_scopes() -> frozenset[str]:
    """Every scope of the manifest."""
    return frozenset({COMMANDS_SCOPE}).union(*METHOD_SCOPES.values())
