"""What people type and what the app receives: `@ana` becomes `<@U1|ana>`, `#team` `<#C1|team>`."""

import re

from sandbox.state.workspace import Workspace

_TOKENS = re.compile(
    r"(?P<url>https?://[^\s<>|]+)"
    r"|(?P<email>[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?<![\w/])@(?P<user>[\w.-]*\w)"
    r"|(?<![\w/&])#(?P<channel>[\w-]+)"
    r"|(?P<special>[&<>])"
)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_GROUPS = ("here", "channel", "everyone")


def escape_text(text: str) -> str:
    """Return text with Slack's three control characters escaped."""
    return re.sub(r"[&<>]", lambda found: _ENTITIES[found[0]], text)


def escape_command(workspace: Workspace, text: str) -> str:
    """Return a command's text as Slack sends it with should_escape: mentions labelled, links marked."""
    return _replace(workspace, text, labelled=True)


def escape_message(workspace: Workspace, text: str) -> str:
    """Return a person's message as Slack stores it."""
    return _replace(workspace, text, labelled=False)


def _replace(workspace: Workspace, text: str, *, labelled: bool) -> str:
    def one(found: re.Match[str]) -> str:
        kind, word = found.lastgroup, found[0]
        if kind == "special":
            return _ENTITIES[word]
        if kind == "url":
            return f"<{escape_text(word)}>"
        if kind == "email":
            return f"<mailto:{word}|{word}>"
        if kind == "user":
            return _user(workspace, found["user"], labelled=labelled) or word
        channel = workspace.channel_named(found["channel"])
        return f"<#{channel.id}|{channel.name}>" if channel else word

    return _TOKENS.sub(one, text)


def _user(workspace: Workspace, name: str, *, labelled: bool) -> str | None:
    if name in _GROUPS:
        return f"<!{name}>"
    user = workspace.user_named(name)
    if user is None:
        return None
    return f"<@{user.id}|{user.name}>" if labelled else f"<@{user.id}>"
